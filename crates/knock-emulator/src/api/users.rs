//! `/v1/users`.

use std::sync::Arc;

use super::bulk::{self, MAX_BULK};
use super::page::{Pager, Row};
use super::recipients::{self, includes_preferences, show};
use super::{feeds, guides, preference_center, subscriptions};
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields;
use crate::wire::response::{Failure, Outcome, no_content, ok};
use crate::world::World;
use crate::world::entity::render;
use crate::world::identify::Identify;
use crate::world::preferences::Preferences;

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    let method = call.method.as_str();
    match (method, path) {
        ("GET", []) => return Some(list(world, call)),
        ("POST", ["bulk", "identify"]) => return Some(bulk_identify(world, call)),
        ("POST", ["bulk", "delete"]) => return Some(bulk_delete(world, call)),
        ("POST", ["bulk", "preferences"]) => return Some(bulk_preferences(world, call)),
        _ => {}
    }
    let (id, rest) = path.split_first()?;
    let user = Recipient::user(*id);
    match (method, rest) {
        ("GET", []) => Some(get(world, &user)),
        ("PUT", []) => Some(identify(world, call, &user)),
        ("DELETE", []) => Some(delete(world, &user)),
        ("POST", ["merge"]) => Some(merge(world, call, &user)),
        ("GET", ["subscriptions"]) => Some(subscriptions::of_user(world, call, &user)),
        (_, ["feeds", rest @ ..]) => feeds::route(world, call, &user, rest),
        (_, ["guides", rest @ ..]) => guides::route(world, call, &user, rest),
        (_, ["preference_center", rest @ ..]) => preference_center::route(world, call, &user, rest),
        _ => recipients::route(world, call, &user, rest),
    }
}

fn get(world: &World, user: &Recipient) -> Outcome {
    ok(render(user, world.entity(user)?))
}

fn identify(world: &mut World, call: &Call, user: &Recipient) -> Outcome {
    let settings = Arc::clone(&world.settings);
    Identify::parse(user, &call.body, &settings)?.apply(user, world);
    get(world, user)
}

fn delete(world: &mut World, user: &Recipient) -> Outcome {
    world.delete(user);
    no_content()
}

fn list(world: &World, call: &Call) -> Outcome {
    let include = includes_preferences(call)?;
    let rows: Vec<Row<_>> = world
        .entities
        .iter()
        .filter(|(recipient, _)| recipient.is_user())
        .map(|(recipient, entity)| (recipient.id().to_owned(), (recipient, entity)))
        .collect();
    Pager::entries(&call.query).respond(rows, |(recipient, entity)| show(recipient, entity, include))
}

fn merge(world: &mut World, call: &Call, user: &Recipient) -> Outcome {
    let from = Recipient::user(fields::required_text(&call.body, "from_user_id")?);
    if from == *user {
        return Err(Failure::invalid("from_user_id", "cannot be the user itself", "invalid"));
    }
    world.entity(user)?;
    world.entity(&from)?;
    world.merge_users(user, &from);
    get(world, user)
}

fn bulk_identify(world: &mut World, call: &Call) -> Outcome {
    let (total, failed) = bulk::identify(world, call, "users", "user_ids", |id| Recipient::user(id))?;
    ok(world.accept_bulk("users.identify", total, failed))
}

fn bulk_delete(world: &mut World, call: &Call) -> Outcome {
    let total = bulk::delete(world, call, "user_ids", |id| Recipient::user(id))?;
    ok(world.accept_bulk("users.delete", total, Vec::new()))
}

/// Always replaces the set. The set is `default` unless the body specifies another one.
fn bulk_preferences(world: &mut World, call: &Call) -> Outcome {
    fields::require(&call.body, &["user_ids", "preferences"])?;
    let ids = fields::strings(&call.body, "user_ids", MAX_BULK)?;
    let set = fields::object(&call.body, "preferences")?.cloned().unwrap_or_default();
    let set_id = fields::text(&set, "id")?.unwrap_or("default").to_owned();
    Preferences::parse(&set)?;
    for id in ids.iter().filter(|id| !call.is_throttled("user_ids", id)) {
        let held = world.entity_mut(&Recipient::user(id)).preferences.entry(set_id.clone()).or_default();
        Preferences::parse(&set)?.replace_into(held);
    }
    ok(world.accept_bulk("users.set_preferences", ids.len(), Vec::new()))
}
