//! `/v1/notify`: the old endpoint for triggers, with the workflow in the body.

use serde_json::json;

use super::workflows::cancel_runs;
use crate::json::Fields;
use crate::wire::call::Call;
use crate::wire::fields;
use crate::wire::response::{Outcome, ok};
use crate::world::World;
use crate::world::accept::{Origin, start};

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("POST", []) => Some(notify(world, &call.body)),
        ("POST", ["cancel"]) => Some(cancel(world, &call.body)),
        _ => None,
    }
}

fn notify(world: &mut World, body: &Fields) -> Outcome {
    fields::require(body, &["name", "actor", "recipients"])?;
    let id = start(world, fields::required_text(body, "name")?, body, Origin::API)?;
    ok(json!({ "result_id": id }))
}

fn cancel(world: &mut World, body: &Fields) -> Outcome {
    fields::require(body, &["name", "cancellation_key"])?;
    cancel_runs(world, fields::required_text(body, "name")?, body)
}
