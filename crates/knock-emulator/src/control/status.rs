//! `status`: what there is, for the page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::summary;
use crate::clock::timestamp;
use crate::recipient::TENANTS;
use crate::settings::{Channel, Settings, Workflow};
use crate::state::State;
use crate::world::World;
use crate::world::message::{Mark, Message};

pub(super) fn status(state: &State) -> Value {
    let (world, settings) = (&state.world, &state.settings);
    let seen = Seen::of(world);
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "now": timestamp(state.now()),
        "ahead_ms": u64::try_from(state.clock.ahead().as_millis()).unwrap_or(u64::MAX),
        "revision": world.revision,
        "counts": {
            "messages": world.messages.len(),
            "unread": seen.unread,
            "runs": world.triggers.len(),
            "requests": state.requests.len(),
        },
        "directory": directory(state),
        "smtp": state.settings.smtp_address(),
        "faults": state.faults.len(),
        "channels": channels(seen.channels, settings),
        "workflows": workflows(seen.workflows, settings),
        "tenants": tenants(&seen.tenants, world),
        "open_workflows": settings.is_open(),
    })
}

/// What there is in all messages.
#[derive(Default)]
struct Seen<'w> {
    unread: usize,
    channels: BTreeMap<&'w str, &'w Channel>,
    workflows: BTreeMap<&'w str, &'w Workflow>,
    tenants: BTreeSet<&'w str>,
}

impl<'w> Seen<'w> {
    fn of(world: &'w World) -> Self {
        let mut seen = Self::default();
        let mut previous: Option<&Message> = None;
        for message in world.messages.iter() {
            seen.unread += usize::from(message.marked(Mark::Read).is_none());
            // Those of one trigger have the same.
            if previous.is_none_or(|known| !Arc::ptr_eq(&known.trigger, &message.trigger)) {
                let workflow = &message.trigger.workflow;
                seen.workflows.insert(&workflow.key, workflow);
                seen.tenants.extend(message.trigger.tenant.as_deref());
            }
            if previous.is_none_or(|known| !Arc::ptr_eq(&known.channel, &message.channel)) {
                seen.channels.insert(&message.channel.id, &message.channel);
            }
            previous = Some(message);
        }
        seen
    }
}

#[cfg(feature = "workflows")]
fn directory(state: &State) -> Value {
    let Some(path) = state.directory_path() else { return Value::Null };
    let problems = crate::knock_dir::problems(&state.settings);
    json!({ "path": path.display().to_string(), "problems": problems })
}

#[cfg(not(feature = "workflows"))]
fn directory(_state: &State) -> Value {
    Value::Null
}

/// The channels of the messages and of the settings.
fn channels<'w>(mut all: BTreeMap<&'w str, &'w Channel>, settings: &'w Settings) -> Vec<Value> {
    let of_workflows = settings.workflows.values().flat_map(|workflow| &workflow.channels);
    for channel in settings.channels.values().chain(of_workflows) {
        all.insert(&channel.id, channel);
    }
    all.into_values().map(summary::channel).collect()
}

/// The workflows of the messages and of the settings.
fn workflows<'w>(mut all: BTreeMap<&'w str, &'w Workflow>, settings: &'w Settings) -> Vec<Value> {
    all.extend(settings.workflows.values().map(|workflow| (workflow.key.as_str(), &**workflow)));
    all.into_values().map(|workflow| json!({ "key": workflow.key, "name": workflow.name() })).collect()
}

/// The tenants of the messages, and those that are known.
fn tenants(seen: &BTreeSet<&str>, world: &World) -> Vec<Value> {
    let known = world.entities.iter().filter(|(recipient, _)| recipient.collection() == Some(TENANTS));
    let mut all: BTreeMap<&str, Option<&Value>> = seen.iter().map(|id| (*id, None)).collect();
    all.extend(known.map(|(recipient, entity)| (recipient.id(), entity.properties.get("name"))));
    all.into_iter().map(|(id, name)| json!({ "id": id, "name": name })).collect()
}
