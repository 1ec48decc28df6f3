//! `…/preferences` of users and objects, including the deprecated endpoints that update part of a set.

use serde_json::Value;

use crate::json::Fields;
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::bad_type;
use crate::wire::response::{Failure, Outcome, no_content, ok};
use crate::world::World;
use crate::world::preferences::{GROUPS, Preferences, check_setting, render};

pub(crate) fn route(world: &mut World, call: &Call, recipient: &Recipient, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", []) => Some(list(world, recipient)),
        ("GET", [set]) => Some(get(world, call, recipient, set)),
        ("PUT", [set]) => Some(put(world, call, recipient, set)),
        ("DELETE", [set]) => Some(delete(world, recipient, set)),
        ("PUT", [set, group @ ("categories" | "workflows" | "channel_types"), rest @ ..])
            if rest.len() < 2 =>
        {
            Some(put_part(world, call, recipient, set, group, rest.first().copied()))
        }
        _ => None,
    }
}

/// Responds with a plain array, not with a page.
fn list(world: &World, recipient: &Recipient) -> Outcome {
    let sets: Vec<&String> =
        world.entities.get(recipient).iter().flat_map(|entity| entity.preferences.keys()).collect();
    ok(sets.into_iter().map(|id| render(id, &world.resolved(recipient, id, None))).collect())
}

/// A set that does not exist is not an error: the response has the defaults.
fn get(world: &World, call: &Call, recipient: &Recipient, set: &str) -> Outcome {
    let tenant = call.query.text("tenant")?;
    ok(render(set, &world.resolved(recipient, set, tenant)))
}

fn put(world: &mut World, call: &Call, recipient: &Recipient, set: &str) -> Outcome {
    let preferences = Preferences::parse(&call.body)?;
    let held = held(world, recipient, set);
    preferences.store_into(held);
    ok(render(set, held))
}

fn delete(world: &mut World, recipient: &Recipient, set: &str) -> Outcome {
    if let Some(entity) = world.entities.get_mut(recipient) {
        entity.preferences.remove(set);
    }
    no_content()
}

/// Creates the recipient and the set if they do not exist.
fn held<'a>(world: &'a mut World, recipient: &Recipient, set: &str) -> &'a mut Fields {
    world.entity_mut(recipient).preferences.entry(set.to_owned()).or_default()
}

/// Sets a whole group, or one entry of it: to `{"subscribed": bool}` or to a setting.
fn put_part(
    world: &mut World,
    call: &Call,
    recipient: &Recipient,
    set: &str,
    group: &str,
    key: Option<&str>,
) -> Outcome {
    debug_assert!(GROUPS.contains(&group));
    let entries = match key {
        None => call.body.clone(),
        Some(key) => Fields::from_iter([(key.to_owned(), Value::Object(call.body.clone()))]),
    };
    let entries =
        entries.into_iter().map(|(key, setting)| Ok((key, plain(setting).ok_or_else(|| bad_type(group))?)));
    let entries = entries.collect::<Result<Fields, Failure>>()?;
    let held = held(world, recipient, set);
    match held.get_mut(group) {
        Some(Value::Object(existing)) if key.is_some() => existing.extend(entries),
        _ => {
            held.insert(group.to_owned(), Value::Object(entries));
        }
    }
    ok(render(set, held))
}

/// `{"subscribed": true}` is an old spelling of `true`.
fn plain(setting: Value) -> Option<Value> {
    let setting = match setting.get("subscribed") {
        Some(Value::Bool(subscribed)) => Value::Bool(*subscribed),
        Some(_) => return None,
        None => setting,
    };
    check_setting(&setting).map(|()| setting)
}
