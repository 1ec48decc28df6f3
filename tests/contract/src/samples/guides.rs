#![allow(deprecated)]

use knock_core::guides::{self, ArchivedRequest, GuideStepReference, InteractedRequest, SeenRequest};
use serde_json::json;

use super::values::{CHANNEL, CHANNEL_ID};
use crate::sample::Sample;

const USER: &str = "jhammond";
const MESSAGE: &str = "2w3YUpTTOxuDvZFji8OMsKrG176";
const GUIDE: &str = "new-paddock";

pub(super) fn samples() -> Vec<Sample> {
    let get_channel = || guides::get_channel(USER, CHANNEL_ID);
    let step = || GuideStepReference {
        channel_id: CHANNEL.to_owned(),
        guide_id: CHANNEL.to_owned(),
        guide_key: GUIDE.to_owned(),
        guide_step_ref: "first".to_owned(),
    };
    let tenant = "jurassic-park";
    let data = || json!({ "plan": "pro" });
    let seen = || SeenRequest::new(step(), json!({ "title": "Welcome" }));
    let all_seen = || seen().data(data()).tenant(tenant);
    let interacted = || InteractedRequest::new(step());
    let all_interacted = || interacted().metadata(json!({ "button": "more" })).tenant(tenant);
    let archived = || ArchivedRequest::new(step());
    let all_archived = || archived().is_final(true).unthrottled(true).tenant(tenant);
    vec![
        Sample::of(get_channel()).full(get_channel().tenant(tenant).data(data()).guide_type("banner")),
        Sample::of(guides::mark_message_as_seen(USER, seen()))
            .full(guides::mark_message_as_seen(USER, all_seen())),
        Sample::of(guides::mark_message_as_interacted(USER, interacted()))
            .full(guides::mark_message_as_interacted(USER, all_interacted())),
        Sample::of(guides::mark_message_as_archived(USER, archived()))
            .full(guides::mark_message_as_archived(USER, all_archived())),
        Sample::of(guides::unarchive_guide_message(USER, GUIDE))
            .full(guides::unarchive_guide_message(USER, GUIDE).tenant(tenant)),
        Sample::of(guides::reset_guide_engagements(USER, GUIDE))
            .full(guides::reset_guide_engagements(USER, GUIDE).tenant(tenant)),
        Sample::of(guides::mark_message_id_as_seen(USER, MESSAGE, seen()))
            .full(guides::mark_message_id_as_seen(USER, MESSAGE, all_seen())),
        Sample::of(guides::mark_message_id_as_interacted(USER, MESSAGE, interacted()))
            .full(guides::mark_message_id_as_interacted(USER, MESSAGE, all_interacted())),
        Sample::of(guides::mark_message_id_as_archived(USER, MESSAGE, archived()))
            .full(guides::mark_message_id_as_archived(USER, MESSAGE, all_archived())),
    ]
}
