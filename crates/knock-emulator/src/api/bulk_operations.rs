//! `/v1/bulk_operations/{id}`.

use crate::wire::call::Call;
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", [id]) => Some(get(world, id)),
        _ => None,
    }
}

fn get(world: &mut World, id: &str) -> Outcome {
    ok(world.poll_bulk(id).ok_or_else(Failure::missing)?)
}
