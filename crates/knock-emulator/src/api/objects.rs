//! `/v1/objects/{collection}`.

use std::sync::Arc;

use super::page::{Pager, Row};
use super::recipients::{self, includes_preferences, show};
use super::{bulk, subscriptions};
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::response::{Outcome, no_content, ok};
use crate::world::World;
use crate::world::entity::{Entity, render};
use crate::world::identify::Identify;

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    let method = call.method.as_str();
    let (collection, rest) = path.split_first()?;
    match (method, rest) {
        ("GET", []) => return Some(list(world, call, collection)),
        ("POST", ["bulk", "set"]) => return Some(bulk_set(world, call, collection)),
        ("POST", ["bulk", "delete"]) => return Some(bulk_delete(world, call, collection)),
        ("POST", ["bulk", "subscriptions", "add"]) => {
            return Some(subscriptions::bulk_add(world, call, collection));
        }
        ("POST", ["bulk", "subscriptions", "delete"]) => {
            return Some(subscriptions::bulk_delete(world, call, collection));
        }
        _ => {}
    }
    let (id, rest) = rest.split_first()?;
    let object = Recipient::object(*collection, *id);
    match (method, rest) {
        ("GET", []) => Some(get(world, &object)),
        ("PUT", []) => Some(set(world, call, &object)),
        ("DELETE", []) => Some(delete(world, &object)),
        (_, ["subscriptions"]) => subscriptions::route(world, call, &object),
        _ => recipients::route(world, call, &object, rest),
    }
}

fn get(world: &World, object: &Recipient) -> Outcome {
    ok(render(object, world.entity(object)?))
}

fn set(world: &mut World, call: &Call, object: &Recipient) -> Outcome {
    let settings = Arc::clone(&world.settings);
    Identify::parse(object, &call.body, &settings)?.apply(object, world);
    get(world, object)
}

fn delete(world: &mut World, object: &Recipient) -> Outcome {
    world.delete(object);
    no_content()
}

/// The entities of a collection, sorted by id.
pub(crate) fn members<'a>(world: &'a World, collection: &str) -> Vec<Row<(&'a Recipient, &'a Entity)>> {
    world
        .entities
        .range(Recipient::object(collection, "")..)
        .take_while(|(recipient, _)| recipient.collection() == Some(collection))
        .map(|(recipient, entity)| (recipient.id().to_owned(), (recipient, entity)))
        .collect()
}

fn list(world: &World, call: &Call, collection: &str) -> Outcome {
    let include = includes_preferences(call)?;
    Pager::entries(&call.query)
        .respond(members(world, collection), |(recipient, entity)| show(recipient, entity, include))
}

fn bulk_set(world: &mut World, call: &Call, collection: &str) -> Outcome {
    let object = |id: &str| Recipient::object(collection, id);
    let (total, failed) = bulk::identify(world, call, "objects", "object_ids", object)?;
    ok(world.accept_bulk(format!("objects.{collection}.set"), total, failed))
}

fn bulk_delete(world: &mut World, call: &Call, collection: &str) -> Outcome {
    let total = bulk::delete(world, call, "object_ids", |id| Recipient::object(collection, id))?;
    ok(world.accept_bulk(format!("objects.{collection}.delete"), total, Vec::new()))
}
