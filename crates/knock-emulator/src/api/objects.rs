//! `/v1/objects/{collection}`.

use std::sync::Arc;

use serde_json::Value;

use super::page::{Pager, Row};
use super::users::{includes_preferences, show};
use super::{MAX_BULK, recipients, subscriptions};
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::{self, bad_type};
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

/// The entities of a collection, by id.
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
    let rows = fields::list(&call.body, "objects", MAX_BULK)?;
    let settings = Arc::clone(&world.settings);
    let mut failed = Vec::new();
    for row in rows {
        let id = row.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
        let (Some(id), Value::Object(row)) = (id, row) else { return Err(bad_type("objects")) };
        if call.is_throttled("objects", id) || call.is_throttled("object_ids", id) {
            continue;
        }
        let object = Recipient::object(collection, id);
        match Identify::parse(&object, row, &settings) {
            Ok(identify) => identify.apply(&object, world),
            Err(_) => failed.push(object),
        }
    }
    ok(world.accept_bulk(format!("objects.{collection}.set"), rows.len(), failed))
}

fn bulk_delete(world: &mut World, call: &Call, collection: &str) -> Outcome {
    let ids = fields::strings(&call.body, "object_ids", MAX_BULK)?;
    for id in ids.iter().filter(|id| !call.is_throttled("object_ids", id)) {
        world.delete(&Recipient::object(collection, id));
    }
    ok(world.accept_bulk(format!("objects.{collection}.delete"), ids.len(), Vec::new()))
}
