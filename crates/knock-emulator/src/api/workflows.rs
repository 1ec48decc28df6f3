//! `/v1/workflows/{key}/trigger` and `…/cancel`.

use serde_json::Value;

use super::bulk::MAX_BULK;
use crate::json::Fields;
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::{self, bad_type};
use crate::wire::response::{Failure, Outcome, no_content, ok};
use crate::world::accept::{Origin, find, start};
use crate::world::{Cancellation, World};

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("POST", [key, "trigger"]) => Some(trigger(world, key, &call.body)),
        ("POST", [key, "cancel"]) => Some(cancel(world, key, &call.body)),
        _ => None,
    }
}

fn trigger(world: &mut World, key: &str, body: &Fields) -> Outcome {
    let id = start(world, key, body, Origin::API)?;
    ok(serde_json::json!({ "workflow_run_id": id }))
}

fn cancel(world: &mut World, key: &str, body: &Fields) -> Outcome {
    find_any(world, key)?;
    cancel_runs(world, key, body)
}

/// Runs of an inactive workflow can also be cancelled.
fn find_any(world: &World, key: &str) -> Result<(), Failure> {
    match find(world, key) {
        Err(failure) if world.settings.workflow(key).is_none() => Err(failure),
        _ => Ok(()),
    }
}

pub(crate) fn cancel_runs(world: &mut World, workflow: &str, body: &Fields) -> Outcome {
    let key = fields::required_text(body, "cancellation_key")?;
    let recipients = match body.get("recipients") {
        None | Some(Value::Null) => None,
        Some(_) => {
            let values = fields::list(body, "recipients", MAX_BULK)?;
            let parsed =
                values.iter().map(|value| Recipient::parse(value).ok_or_else(|| bad_type("recipients")));
            Some(parsed.collect::<Result<Vec<_>, _>>()?)
        }
    };
    world.cancel(Cancellation { workflow: workflow.to_owned(), key: key.to_owned(), recipients });
    no_content()
}
