//! What users and objects have in common below their own path.

use crate::api::page::Pager;
use crate::api::{channel_data, message_filter, preferences};
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::response::Outcome;
use crate::world::World;

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
    let filter = message_filter::Filter::parse(&call.query)?;
    let rows = world
        .messages
        .newest()
        .filter(|(_, message)| message.recipient == *recipient && filter.admits(message));
    Pager::items(&call.query).respond(rows.collect(), crate::world::message::Message::render)
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
