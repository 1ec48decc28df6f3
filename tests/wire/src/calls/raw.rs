//! Requests to a custom path: `custom::request` here, which must send the same as the operation with that path.

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
            other => panic!("{other} is not the path of a known operation"),
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

/// Makes the call as a custom request, whatever the path is.
fn custom(mut args: Args<'_>, method: Method) -> Ours {
    let path = args.text();
    let mut options = args.object();
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    // Usually a route is a literal.
    let mut request = custom::request::<IgnoredAny>(method, path.to_owned().leak());
    for (name, value) in query.split('&').filter_map(|part| part.split_once('=')) {
        request = request.query(name, value);
    }
    if let Some(Value::Object(query)) = options.remove("query") {
        for (name, value) in query {
            request = request.query(&name, value.as_str().expect("the recorded values are strings"));
        }
    }
    if let Some(body) = options.remove("body") {
        request = request.json(&body);
    }
    assert!(options.is_empty(), "{options:?} was not taken");
    args.send(request)
}

/// Makes the call as `operation`, which must send what `custom` sends.
fn both(custom: &Ours, args: Args<'_>, operation: impl Operation) -> Ours {
    let ours = args.send(operation);
    let sent = |ours: &Ours| ours.request.as_ref().ok().map(|request| request.clone().with_sorted_query());
    assert_eq!(sent(&ours), sent(custom), "{}", ours.info.name);
    ours
}
