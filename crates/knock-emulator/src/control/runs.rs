//! `runs`: the accepted triggers, and what became of them for each recipient.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::filter::is_recipient;
use super::paging::{self, Page};
use super::summary::summary;
use crate::observe::Run;
use crate::recipient::Recipient;
use crate::state::State;
use crate::wire::query::Query;
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;
use crate::world::run::RecipientRun;
use crate::world::trigger::Trigger;

/// A page shows no more recipients of one trigger.
const MAX_SHOWN: usize = 25;

/// All triggers, oldest first, or one page of them, newest first.
pub(super) fn list(state: &State, query: &Query) -> Outcome {
    match query.text("page_size")? {
        Some(_) => page(&state.world, query),
        None => ok(json!({ "entries": all(&state.world), "triggers": state.world.accepted })),
    }
}

fn all(world: &World) -> Vec<Value> {
    let mut by_trigger: HashMap<&str, Vec<Value>> = HashMap::new();
    for run in world.runs.iter() {
        let entry = json!({ "id": run.id, "recipient": run.recipient, "status": run.status.as_str() });
        by_trigger.entry(&run.trigger.id).or_default().push(entry);
    }
    let triggers = world.triggers.iter().map(|trigger| {
        let mut entry = Run::of(trigger).render();
        entry["recipient_runs"] = json!(by_trigger.remove(trigger.id.as_str()).unwrap_or_default());
        entry
    });
    triggers.collect()
}

fn page(world: &World, query: &Query) -> Outcome {
    let (workflow, recipient) = (query.text("workflow")?, query.text("recipient")?);
    let is_wanted = |one: &Recipient| recipient.is_none_or(|wanted| is_recipient(one, wanted));
    let mut triggers = world.triggers.iter().rev();
    if let Some(after) = query.text("after")? {
        triggers.find(|trigger| trigger.id == after).ok_or_else(|| paging::unknown("after"))?;
    }
    let mut page = Page::new(paging::size(query)?);
    for trigger in triggers {
        if workflow.is_none_or(|key| trigger.workflow.key == key) && trigger.recipients.iter().any(is_wanted)
        {
            page.push(trigger);
        }
    }
    let mut runs: HashMap<*const Trigger, Vec<&RecipientRun>> =
        page.entries().iter().map(|trigger| (Arc::as_ptr(trigger), Vec::new())).collect();
    for run in world.runs.iter().filter(|run| is_wanted(&run.recipient)) {
        if let Some(known) = runs.get_mut(&Arc::as_ptr(&run.trigger)).filter(|known| known.len() < MAX_SHOWN)
        {
            known.push(run);
        }
    }
    let entries: Vec<Value> = page
        .entries()
        .iter()
        .map(|trigger| {
            let runs = runs.remove(&Arc::as_ptr(trigger)).unwrap_or_default();
            entry(world, trigger, &runs)
        })
        .collect();
    ok(json!({
        "entries": entries,
        "triggers": world.accepted,
        "page_info": page.info(|trigger| &trigger.id),
        "revision": world.revision,
    }))
}

fn entry(world: &World, trigger: &Trigger, runs: &[&RecipientRun]) -> Value {
    let mut entry = Run::of(trigger).render();
    entry["at"] = json!(trigger.at);
    entry["recipient_count"] = json!(trigger.recipients.len());
    entry["recipients"] = json!(trigger.recipients.get(..MAX_SHOWN).unwrap_or(&trigger.recipients));
    entry["recipient_runs"] = runs.iter().map(|run| short(world, run)).collect();
    entry
}

fn short(world: &World, run: &RecipientRun) -> Value {
    let (outcome, waiting) = world.outlook(run);
    json!({
        "id": run.id,
        "recipient": run.recipient,
        "status": run.status.as_str(),
        "inserted_at": run.inserted_at,
        "outcome": outcome,
        "waiting": waiting,
    })
}

/// A run for one recipient. What is below `emulator` is our own.
pub(super) fn get(state: &State, id: &str) -> Outcome {
    let world = &state.world;
    let run = world.runs.get(id).ok_or_else(Failure::missing)?;
    let mut detail = run.render_with_steps();
    let messages = run.message_ids().filter_map(|id| world.messages.get(id));
    detail["messages"] = messages.map(|message| summary(world, message)).collect();
    detail["nested"] = nested(world, run);
    let trigger = &run.trigger;
    detail["trigger"] = json!({
        "data": *trigger.data,
        "recipients": trigger.recipients.get(..MAX_SHOWN).unwrap_or(&trigger.recipients),
        "recipient_count": trigger.recipients.len(),
        "actor": trigger.actor,
        "tenant": trigger.tenant,
        "at": trigger.at,
    });
    ok(detail)
}

/// The runs that steps of a run triggered.
fn nested(world: &World, run: &RecipientRun) -> Value {
    let triggered = run.triggered();
    if triggered.is_empty() {
        return json!([]);
    }
    let runs = world.runs.iter().filter(|run| triggered.contains(&run.trigger.id.as_str()));
    runs.map(|run| {
        json!({
            "id": run.id,
            "workflow_run_id": run.trigger.id,
            "workflow": run.trigger.workflow.key,
            "recipient": run.recipient,
            "status": run.status.as_str(),
        })
    })
    .collect()
}
