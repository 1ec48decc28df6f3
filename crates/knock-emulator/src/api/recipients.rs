//! What users and objects have in common.

use serde_json::Value;

use super::message_filter::Filter;
use super::page::Pager;
use super::{channel_data, preferences};
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::bad_type;
use crate::wire::response::{Failure, Outcome};
use crate::world::World;
use crate::world::entity::{Entity, render, render_with_preferences};
use crate::world::message::Message;

pub(crate) fn route(world: &mut World, call: &Call, recipient: &Recipient, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        (_, ["channel_data", channel]) => channel_data::route(world, call, recipient, channel),
        (_, ["preferences", rest @ ..]) => preferences::route(world, call, recipient, rest),
        ("GET", ["messages"]) => Some(messages(world, call, recipient)),
        ("GET", ["schedules"]) => Some(schedules(world, call, recipient)),
        _ => None,
    }
}

fn messages(world: &World, call: &Call, recipient: &Recipient) -> Outcome {
    let filter = Filter::parse(&call.query)?;
    let rows = world
        .messages
        .newest()
        .filter(|(_, message)| message.recipient == *recipient && filter.admits(message));
    Pager::items(&call.query).respond(rows.collect(), Message::render)
}

fn schedules(world: &World, call: &Call, recipient: &Recipient) -> Outcome {
    let workflow = call.query.text("workflow")?;
    let tenant = call.query.text("tenant")?;
    let rows = world.schedules.newest().filter(|(_, schedule)| {
        schedule.recipient == *recipient
            && workflow.is_none_or(|key| schedule.workflow.key == key)
            && tenant.is_none_or(|id| schedule.tenant.as_deref() == Some(id))
    });
    Pager::entries(&call.query).respond(rows.collect(), |schedule| world.render_schedule(schedule))
}

pub(crate) fn show(recipient: &Recipient, entity: &Entity, include_preferences: bool) -> Value {
    if include_preferences { render_with_preferences(recipient, entity) } else { render(recipient, entity) }
}

pub(crate) fn includes_preferences(call: &Call) -> Result<bool, Failure> {
    let include = call.query.strings("include")?;
    if include.iter().all(|name| name == "preferences") {
        return Ok(!include.is_empty());
    }
    Err(bad_type("include"))
}
