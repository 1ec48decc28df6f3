//! Calls that the API of Knock does not have, of the control endpoints: what somebody does to messages and runs.

use serde_json::Value;

#[cfg(feature = "workflows")]
use crate::fetch_error::FetchError;
use crate::json::Fields;
use crate::wire::response::Failure;
use crate::world::World;

/// Performs a call, given the path after the prefix of control endpoints.
///
/// # Errors
///
/// Fails without having changed anything, for example with a 404 if what the path names does not exist.
pub(crate) fn perform(world: &mut World, method: &str, path: &str, body: &Value) -> Result<(), Failure> {
    let path: Vec<&str> = path.split('/').collect();
    let outcome = match (method, path.as_slice()) {
        ("POST", ["messages", id, "events"]) => world.touch(id, body.as_object().unwrap_or(&Fields::new())),
        ("DELETE", ["messages", id]) => world.messages.remove(id).map(drop).ok_or_else(Failure::missing),
        ("DELETE", ["messages"]) => {
            world.messages.retain(|_| false);
            Ok(())
        }
        #[cfg(feature = "workflows")]
        ("POST", path) => on_runs(world, path, body),
        _ => Err(Failure::missing()),
    };
    #[cfg(feature = "workflows")]
    world.settle();
    outcome
}

/// What lets runs go on: a hand, an event of an integration, or the response of a fetch or of an SMTP server.
#[cfg(feature = "workflows")]
fn on_runs(world: &mut World, path: &[&str], body: &Value) -> Result<(), Failure> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_done = match path {
        ["runs", id, "continue"] => world.go_on(id, body.clone()),
        ["events"] => {
            let data = body.get("data").unwrap_or(&Value::Null);
            let user = crate::recipient::Recipient::user(text("user_id"));
            world.emit_integration(text("integration_source_key"), text("event_key"), &user, data);
            true
        }
        ["fetches", id] => {
            let status = body.get("status").and_then(Value::as_u64);
            let response = match status.and_then(|status| u16::try_from(status).ok()) {
                Some(status) => Ok((status, text("body").as_bytes().to_vec())),
                None => Err(FetchError::of_json(body)),
            };
            id.parse().is_ok_and(|id| world.responded(id, response))
        }
        ["mails", id] => world.mailed(id, body),
        _ => false,
    };
    if is_done { Ok(()) } else { Err(Failure::missing()) }
}
