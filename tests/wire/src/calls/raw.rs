//! Requests to a path of one's own: `custom::request` here.

use knock_core::{Method, custom};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{Args, Ours, Table};

pub(super) const NODE_1: Table = &[
    ("post", |args| send(args, Method::Post)),
    ("delete", |args| send(args, Method::Delete)),
    ("get", |args| send(args, Method::Get)),
];

fn send(mut args: Args<'_>, method: Method) -> Ours {
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
