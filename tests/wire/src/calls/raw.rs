//! Requests to a path of one's own: `custom::request` here, and the same as the operation that has the path.

// Knock has deprecated `notify`.
#![allow(deprecated)]

use knock_core::recipients::RecipientReference;
use knock_core::{Method, Operation, custom, messages, notify, users};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::values::{read, take_text};
use super::{Args, Ours, Table};

pub(super) const NODE_1: Table = &[
    ("post", |mut args| {
        let custom = custom(args.clone(), Method::Post);
        let (path, mut options) = (args.text(), args.object());
        let mut body: Map<String, Value> = read(&options["body"].take());
        let mut text = |name| take_text(&mut body, name).expect("it is required");
        match path.as_str() {
            "/v1/notify" => {
                let mut trigger = notify::trigger(text("name"), text("actor"));
                set!(trigger, &mut body, recipients: Vec<RecipientReference>);
                both(&custom, args, trigger)
            }
            "/v1/notify/cancel" => {
                both(&custom, args, notify::cancel(text("name"), text("cancellation_key")))
            }
            other => panic!("which operation is {other}?"),
        }
    }),
    ("delete", |mut args| {
        let custom = custom(args.clone(), Method::Delete);
        let path = args.text();
        let id = path.strip_prefix("/v1/messages/").and_then(|rest| rest.strip_suffix("/unseen"));
        both(&custom, args, messages::mark_as_unseen_alias(id.expect("no other path is recorded")))
    }),
    ("get", |mut args| {
        let custom = custom(args.clone(), Method::Get);
        assert_eq!(args.text(), "/v1/users?page_size=5");
        let mut list = users::list().page_size(5);
        set_page!(list, &mut args.query_option());
        args.object();
        both(&custom, args, list)
    }),
];

/// Makes the call as `custom`, whatever the path is.
fn custom(mut args: Args<'_>, method: Method) -> Ours {
    let path = args.text();
    let mut options = args.object();
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    // A route is part of the program's text, as a rule.
    let mut request = custom::request::<IgnoredAny>(method, path.to_owned().leak());
    for (name, value) in query.split('&').filter_map(|part| part.split_once('=')) {
        request = request.query(name, value);
    }
    if let Some(Value::Object(query)) = options.remove("query") {
        for (name, value) in query {
            request = request.query(&name, value.as_str().expect("the recorded values are texts"));
        }
    }
    if let Some(body) = options.remove("body") {
        request = request.json(&body);
    }
    assert!(options.is_empty(), "{options:?} was not taken");
    args.send(request)
}

/// The call as `operation`, which must be what `custom` is.
fn both(custom: &Ours, args: Args<'_>, operation: impl Operation) -> Ours {
    let ours = args.send(operation);
    let sent = |ours: &Ours| ours.request.as_ref().ok().map(|request| request.clone().with_sorted_query());
    assert_eq!(sent(&ours), sent(custom), "{}", ours.info.name);
    ours
}
