//! `preferences`: what a user set. The API responds with the sets on top of the defaults, which an editor must not store.

use serde_json::{Value, json};

use crate::recipient::Recipient;
use crate::state::State;
use crate::wire::fields::blank;
use crate::wire::query::Query;
use crate::wire::response::{Outcome, ok};
use crate::world::preferences::render;

/// The sets of the user, without the defaults of the environment and the tenants.
pub(super) fn list(state: &State, query: &Query) -> Outcome {
    let user = query.text("user")?.ok_or_else(|| blank("user"))?;
    let sets =
        state.world.entities.get(&Recipient::user(user)).into_iter().flat_map(|user| &user.preferences);
    let entries: Vec<Value> = sets.map(|(id, set)| render(id, set)).collect();
    ok(json!({ "entries": entries }))
}
