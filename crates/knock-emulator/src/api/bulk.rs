//! What bulk calls have in common.

use std::sync::Arc;

use serde_json::Value;

use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::{self, bad_type};
use crate::wire::response::Failure;
use crate::world::World;
use crate::world::identify::Identify;

/// The maximum number of items in a bulk call, and of recipients in a trigger.
pub(crate) const MAX_BULK: usize = 1000;

/// Identifies the recipients listed in the field `rows`. Returns the number of rows, and the recipients whose
/// properties are invalid: they are errors of the bulk operation, not of the call.
pub(crate) fn identify(
    world: &mut World,
    call: &Call,
    rows: &str,
    ids: &str,
    recipient: impl Fn(&str) -> Recipient,
) -> Result<(usize, Vec<Recipient>), Failure> {
    let items = fields::list(&call.body, rows, MAX_BULK)?;
    let settings = Arc::clone(&world.settings);
    let mut failed = Vec::new();
    for item in items {
        let id = item.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
        let (Some(id), Value::Object(item)) = (id, item) else { return Err(bad_type(rows)) };
        if call.is_throttled(rows, id) || call.is_throttled(ids, id) {
            continue;
        }
        let recipient = recipient(id);
        match Identify::parse(&recipient, item, &settings) {
            Ok(identify) => identify.apply(&recipient, world),
            Err(_) => failed.push(recipient),
        }
    }
    Ok((items.len(), failed))
}

/// Deletes the recipients whose ids are listed in the field `ids`. Returns the number of ids.
pub(crate) fn delete(
    world: &mut World,
    call: &Call,
    ids: &str,
    recipient: impl Fn(&str) -> Recipient,
) -> Result<usize, Failure> {
    let listed = fields::strings(&call.body, ids, MAX_BULK)?;
    for id in listed.iter().filter(|id| !call.is_throttled(ids, id)) {
        world.delete(&recipient(id));
    }
    Ok(listed.len())
}
