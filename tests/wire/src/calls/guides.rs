use knock_core::channel_data::ChannelId;
use knock_core::guides::{self, ArchivedRequest, GuideStepReference, InteractedRequest, SeenRequest};
use serde_json::{Map, Value};

use super::Table;
use super::values::{read, take, take_json, take_text};

pub(super) const NODE_1: Table = &[
    ("users.guides.getChannel", |mut args| {
        let mut get = guides::get_channel(args.text(), ChannelId::new(args.text()));
        let mut query = args.object();
        set!(get, &mut query, tenant: String, guide_type = "type": String);
        if let Some(data) = take_json::<Value>(&mut query, "data") {
            get = get.data(data);
        }
        args.send(get)
    }),
    ("users.guides.markMessageAsSeen", |mut args| {
        let (user, mut body) = (args.text(), args.object());
        let content = take(&mut body, "content").expect("it is required");
        let mut seen = SeenRequest::new(step(&body), content);
        set!(seen, &mut body, data: Value, tenant: String);
        args.send(guides::mark_message_as_seen(user, seen))
    }),
    ("users.guides.markMessageAsInteracted", |mut args| {
        let (user, mut body) = (args.text(), args.object());
        let mut interacted = InteractedRequest::new(step(&body));
        set!(interacted, &mut body, metadata: Value, tenant: String);
        args.send(guides::mark_message_as_interacted(user, interacted))
    }),
    ("users.guides.markMessageAsArchived", |mut args| {
        let (user, mut body) = (args.text(), args.object());
        let mut archived = ArchivedRequest::new(step(&body));
        set!(archived, &mut body, is_final: bool, unthrottled: bool, tenant: String);
        args.send(guides::mark_message_as_archived(user, archived))
    }),
    ("users.guides.unarchiveGuideMessage", |mut args| {
        let (user, mut body) = (args.text(), args.object());
        let mut unarchive = guides::unarchive_guide_message(user, key(&mut body));
        set!(unarchive, &mut body, tenant: String);
        args.send(unarchive)
    }),
    ("users.guides.resetGuideEngagements", |mut args| {
        let (user, mut body) = (args.text(), args.object());
        let mut reset = guides::reset_guide_engagements(user, key(&mut body));
        set!(reset, &mut body, tenant: String);
        args.send(reset)
    }),
];

fn step(body: &Map<String, Value>) -> GuideStepReference {
    read(&Value::from(body.clone()))
}

fn key(body: &mut Map<String, Value>) -> String {
    take_text(body, "guide_key").expect("it is required")
}
