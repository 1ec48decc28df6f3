//! Subscriptions of recipients to objects.

use std::sync::Arc;

use serde_json::Value;

use super::page::{Pager, Row};
use super::recipients::includes_preferences;
use crate::json::Fields;
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::{self, bad_type};
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;
use crate::world::identify::Inline;
use crate::world::subscription::Subscription;

const MAX_RECIPIENTS: usize = 100;
const MAX_OBJECTS: usize = 1000;

pub(crate) fn route(world: &mut World, call: &Call, object: &Recipient) -> Option<Outcome> {
    match call.method.as_str() {
        "GET" => Some(list(world, call, object)),
        "POST" => Some(add(world, object, &call.body)),
        "DELETE" => Some(delete(world, object, &call.body)),
        _ => None,
    }
}

fn add(world: &mut World, object: &Recipient, body: &Fields) -> Outcome {
    let added = upsert(world, object, body)?;
    let show = |recipient: &Recipient| {
        let subscription = world.subscriptions.get(&(object.clone(), recipient.clone()))?;
        Some(world.render_subscription(object, recipient, subscription, false))
    };
    ok(added.iter().filter_map(show).collect())
}

fn upsert(world: &mut World, object: &Recipient, body: &Fields) -> Result<Vec<Recipient>, Failure> {
    let settings = Arc::clone(&world.settings);
    let values = fields::list(body, "recipients", MAX_RECIPIENTS)?;
    let properties = fields::object(body, "properties")?.cloned();
    let recipients = Inline::parse_list(values, "recipients", &settings)?;
    let recipients: Vec<Recipient> = recipients.into_iter().map(|inline| inline.apply(world)).collect();
    for recipient in &recipients {
        world.subscribe(object, recipient, properties.clone());
    }
    Ok(recipients)
}

fn delete(world: &mut World, object: &Recipient, body: &Fields) -> Outcome {
    let recipients = references(body)?;
    let mut deleted = Vec::new();
    for recipient in recipients {
        if let Some(subscription) = world.subscriptions.remove(&(object.clone(), recipient.clone())) {
            deleted.push(world.render_subscription(object, &recipient, &subscription, false));
        }
    }
    ok(Value::Array(deleted))
}

fn references(body: &Fields) -> Result<Vec<Recipient>, Failure> {
    let values = fields::list(body, "recipients", MAX_RECIPIENTS)?;
    values.iter().map(|value| Recipient::parse(value).ok_or_else(|| bad_type("recipients"))).collect()
}

/// Lists the subscribers of an object (`mode=object`), or what it subscribes to (`mode=recipient`).
fn list(world: &World, call: &Call, object: &Recipient) -> Outcome {
    world.entity(object)?;
    match call.query.text("mode")? {
        None | Some("object") => {
            let only = call.query.recipients("recipients")?;
            let rows = world
                .subscribers(object)
                .filter(|(recipient, _)| only.as_ref().is_none_or(|only| only.contains(recipient)))
                .map(|(recipient, subscription)| (rank(recipient), (object, recipient, subscription)));
            page(world, call, rows.collect())
        }
        Some("recipient") => of_recipient(world, call, object),
        Some(_) => Err(bad_type("mode")),
    }
}

pub(crate) fn of_user(world: &World, call: &Call, user: &Recipient) -> Outcome {
    of_recipient(world, call, user)
}

fn of_recipient(world: &World, call: &Call, recipient: &Recipient) -> Outcome {
    let only = call.query.recipients("objects")?;
    let rows = world
        .subscriptions
        .iter()
        .filter(|((object, held), _)| {
            held == recipient && only.as_ref().is_none_or(|only| only.contains(object))
        })
        .map(|((object, recipient), subscription)| (rank(object), (object, recipient, subscription)));
    page(world, call, rows.collect())
}

/// Sorts in the order of recipients: users first, then objects by collection and id.
fn rank(recipient: &Recipient) -> String {
    match recipient {
        Recipient::User(id) => format!("0{id}"),
        Recipient::Object { collection, id } => format!("1{collection}\0{id}"),
    }
}

fn page(world: &World, call: &Call, rows: Vec<Row<(&Recipient, &Recipient, &Subscription)>>) -> Outcome {
    let include = includes_preferences(call)?;
    Pager::entries(&call.query).respond(rows, |(object, recipient, subscription)| {
        world.render_subscription(object, recipient, subscription, include)
    })
}

pub(crate) fn bulk_add(world: &mut World, call: &Call, collection: &str) -> Outcome {
    let groups = groups(call)?;
    let mut failed = Vec::new();
    for (id, group) in &groups {
        let object = Recipient::object(collection, *id);
        if !call.is_throttled("subscriptions", id) && upsert(world, &object, group).is_err() {
            failed.push(object);
        }
    }
    ok(world.accept_bulk(format!("objects.{collection}.upsert_subscriptions"), groups.len(), failed))
}

/// Subscriptions that do not exist are ignored.
pub(crate) fn bulk_delete(world: &mut World, call: &Call, collection: &str) -> Outcome {
    let groups = groups(call)?;
    let mut failed = Vec::new();
    for (id, group) in &groups {
        let object = Recipient::object(collection, *id);
        match references(group) {
            Err(_) => failed.push(object),
            Ok(_) if call.is_throttled("subscriptions", id) => {}
            Ok(recipients) => {
                for recipient in recipients {
                    world.subscriptions.remove(&(object.clone(), recipient));
                }
            }
        }
    }
    ok(world.accept_bulk(format!("objects.{collection}.delete_subscriptions"), groups.len(), failed))
}

/// The object id and the body of each group.
fn groups(call: &Call) -> Result<Vec<(&str, &Fields)>, Failure> {
    let rows = fields::list(&call.body, "subscriptions", MAX_OBJECTS)?;
    rows.iter().map(|row| group(row).ok_or_else(|| bad_type("subscriptions"))).collect()
}

fn group(row: &Value) -> Option<(&str, &Fields)> {
    let group = row.as_object()?;
    Some((group.get("id")?.as_str().filter(|id| !id.is_empty())?, group))
}
