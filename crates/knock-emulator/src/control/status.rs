//! `status`: what there is, for the page.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::summary;
use crate::clock::timestamp;
use crate::recipient::TENANTS;
use crate::settings::{Channel, Workflow};
use crate::state::State;
use crate::world::World;
use crate::world::message::Mark;

pub(super) fn status(state: &State) -> Value {
    let world = &state.world;
    let unread = world.messages.iter().filter(|message| message.marked(Mark::Read).is_none()).count();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "now": timestamp(state.now()),
        "ahead_ms": u64::try_from(state.clock.ahead().as_millis()).unwrap_or(u64::MAX),
        "revision": world.revision,
        "counts": {
            "messages": world.messages.len(),
            "unread": unread,
            "runs": world.triggers.len(),
            "requests": state.requests.len(),
        },
        "directory": directory(state),
        "smtp": null,
        "faults": state.faults.len(),
        "channels": channels(state),
        "workflows": workflows(state),
        "tenants": tenants(world),
        "open_workflows": state.settings.is_open(),
    })
}

fn directory(state: &State) -> Value {
    #[cfg(feature = "workflows")]
    if let Some(path) = state.directory_path() {
        let problems = crate::knock_dir::problems(&state.settings);
        return json!({ "path": path.display().to_string(), "problems": problems });
    }
    let _ = state;
    Value::Null
}

/// The channels of the settings and of the messages.
fn channels(state: &State) -> Vec<Value> {
    let settings = &state.settings;
    let of_workflows = settings.workflows.values().flat_map(|workflow| &workflow.channels);
    let declared = settings.channels.values().chain(of_workflows);
    let used = state.world.messages.iter().map(|message| &message.channel);
    let all: BTreeMap<&str, &Channel> =
        declared.chain(used).map(|channel| (channel.id.as_str(), &**channel)).collect();
    all.into_values().map(summary::channel).collect()
}

/// The workflows of the settings and of the messages.
fn workflows(state: &State) -> Vec<Value> {
    let declared = state.settings.workflows.values();
    let used = state.world.messages.iter().map(|message| &message.trigger.workflow);
    // those that are there now come last, and stay
    let all: BTreeMap<&str, &Workflow> =
        used.chain(declared).map(|workflow| (workflow.key.as_str(), &**workflow)).collect();
    all.into_values().map(|workflow| json!({ "key": workflow.key, "name": workflow.name() })).collect()
}

/// The tenants that are known, and those of the messages.
fn tenants(world: &World) -> Vec<Value> {
    let known = world.entities.iter().filter(|(recipient, _)| recipient.collection() == Some(TENANTS));
    let mut all: BTreeMap<&str, Option<&Value>> =
        known.map(|(recipient, entity)| (recipient.id(), entity.properties.get("name"))).collect();
    for id in world.messages.iter().filter_map(|message| message.trigger.tenant.as_deref()) {
        all.entry(id).or_default();
    }
    all.into_iter().map(|(id, name)| json!({ "id": id, "name": name })).collect()
}
