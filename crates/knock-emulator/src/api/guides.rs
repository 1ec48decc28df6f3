//! `/v1/users/{id}/guides`: those of the Knock directory, and what the user did with them.

use serde_json::json;

use crate::json::Fields;
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields;
use crate::wire::response::{Outcome, ok};
use crate::world::World;
use crate::world::guide_marks::GuideMark;

const ENGAGEMENT: [&str; 4] = ["channel_id", "guide_key", "guide_id", "guide_step_ref"];
const SEEN: [&str; 5] = ["channel_id", "guide_key", "guide_id", "guide_step_ref", "content"];

pub(crate) fn route(world: &mut World, call: &Call, user: &Recipient, path: &[&str]) -> Option<Outcome> {
    let user = user.id();
    match (call.method.as_str(), path) {
        ("GET", [channel]) => Some(list(world, call, user, channel)),
        // older clients send the message id in the path
        ("PUT", ["messages", "seen"] | ["messages", _, "seen"]) => {
            Some(mark(world, &call.body, user, GuideMark::Seen, &SEEN))
        }
        ("PUT", ["messages", "interacted"] | ["messages", _, "interacted"]) => {
            Some(mark(world, &call.body, user, GuideMark::Interacted, &ENGAGEMENT))
        }
        ("PUT", ["messages", "archived"] | ["messages", _, "archived"]) => {
            Some(mark(world, &call.body, user, GuideMark::Archived, &ENGAGEMENT))
        }
        ("DELETE", ["messages", "archived"]) => {
            Some(of_guide(&call.body, |guide| world.unarchive_guide(user, guide)))
        }
        ("PUT", ["engagements", "reset"]) => {
            Some(of_guide(&call.body, |guide| world.reset_guide(user, guide)))
        }
        _ => None,
    }
}

#[cfg(feature = "workflows")]
fn list(world: &World, call: &Call, user: &str, channel: &str) -> Outcome {
    let asked = crate::world::Asked {
        user,
        channel,
        tenant: call.query.text("tenant")?,
        guide_type: call.query.text("type")?,
        data: call.query.object("data")?.unwrap_or_default(),
    };
    let (entries, ineligible) = world.guides(&asked);
    ok(json!({
        "entries": entries, "guide_groups": [], "guide_group_display_logs": {}, "ineligible_guides": ineligible,
    }))
}

#[cfg(not(feature = "workflows"))]
fn list(_: &World, _: &Call, _: &str, _: &str) -> Outcome {
    ok(json!({ "entries": [], "guide_groups": [], "guide_group_display_logs": {}, "ineligible_guides": [] }))
}

fn mark(world: &mut World, body: &Fields, user: &str, mark: GuideMark, required: &[&str]) -> Outcome {
    fields::require(body, required)?;
    let text = |name: &str| fields::required_text(body, name).map(str::to_owned);
    world.mark_guide((user.to_owned(), text("guide_key")?, text("guide_step_ref")?), mark);
    ok(json!({ "status": "ok" }))
}

fn of_guide(body: &Fields, change: impl FnOnce(&str)) -> Outcome {
    change(fields::required_text(body, "guide_key")?);
    ok(json!({ "status": "ok" }))
}
