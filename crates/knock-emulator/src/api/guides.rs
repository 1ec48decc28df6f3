//! `/v1/users/{id}/guides`: the list is empty, but every guide can be marked.

use serde_json::json;

use crate::json::Fields;
use crate::wire::call::Call;
use crate::wire::fields;
use crate::wire::response::{Outcome, ok};

const ENGAGEMENT: [&str; 4] = ["channel_id", "guide_key", "guide_id", "guide_step_ref"];
const SEEN: [&str; 5] = ["channel_id", "guide_key", "guide_id", "guide_step_ref", "content"];

pub(crate) fn route(call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", [_channel]) => Some(list()),
        // older clients send the message id in the path
        ("PUT", ["messages", "seen"] | ["messages", _, "seen"]) => Some(mark(&call.body, &SEEN)),
        ("PUT", ["messages", "interacted" | "archived"] | ["messages", _, "interacted" | "archived"]) => {
            Some(mark(&call.body, &ENGAGEMENT))
        }
        ("DELETE", ["messages", "archived"]) | ("PUT", ["engagements", "reset"]) => {
            Some(mark(&call.body, &["guide_key"]))
        }
        _ => None,
    }
}

fn list() -> Outcome {
    ok(json!({ "entries": [], "guide_groups": [], "guide_group_display_logs": {}, "ineligible_guides": [] }))
}

fn mark(body: &Fields, required: &[&str]) -> Outcome {
    fields::require(body, required)?;
    ok(json!({ "status": "ok" }))
}
