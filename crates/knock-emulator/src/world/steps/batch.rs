//! Batches: <https://docs.knock.app/designing-workflows/batch-function>.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use knock_directory::{Batch, BatchExecutionMode, BatchOrder, Step, WindowType, WorkflowVersionMode};
use serde_json::{Map, Value, json};

use super::super::activity::{Activities, Activity};
use super::super::store::World;
use super::did::Did;
use super::live::Live;
use super::progress::{Batched, Outcome, Waiting};
use super::state::{Batch as Open, BatchKey, Item};
use super::templates::is_template;
use super::when::{Window, after};
use crate::recipient::Recipient;

/// Knock does not document how long a window can be. This is the longest delay.
const LONGEST: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Longer strings in the data are truncated after a batch, in characters.
const MAX_STRING: usize = 256;

impl World {
    pub(super) fn run_batch(&mut self, live: &Live, step: &Step, batch: &Batch, scope: &Value) -> Did {
        let key = match self.key(batch.batch_key.as_deref(), scope) {
            Ok(key) => key,
            Err(problem) => return Did::Skipped("batch_key", problem),
        };
        let is_pinned = batch.workflow_version_mode == WorkflowVersionMode::Pinned;
        let version = &live.trigger.workflow.version_id;
        let key = BatchKey {
            workflow: live.program.key.clone(),
            version_or_step: if is_pinned { version } else { &step.step_ref }.clone(),
            recipient: live.recipient.clone(),
            key,
        };
        if self.steps.batches.get(&key).is_some_and(|open| self.is_abandoned(open)) {
            self.steps.batches.remove(&key);
        }
        if self.steps.batches.contains_key(&key) {
            return self.join(live, batch, key);
        }
        let path = batch.batch_until_field_path.as_deref();
        let window = Window::resolve(batch.batch_window, path, scope).and_then(|window| {
            let closes_at = self.window_end(live, &window)?;
            Ok((window, closes_at))
        });
        let (window, closes_at) = match window {
            Ok(opened) => opened,
            Err(problem) => return Did::Skipped("window", problem),
        };
        let is_flushed = batch.batch_execution_mode == BatchExecutionMode::FlushLeading;
        let (opener, items) =
            if is_flushed { (None, Vec::new()) } else { (Some(live.id.clone()), vec![item(live)]) };
        let detail = json!({ "opened": true, "key": key.key, "until": closes_at });
        self.steps
            .batches
            .insert(key.clone(), Open { opener, items, window, opened_at: self.now, closes_at });
        if is_flushed { Did::Done(detail) } else { Did::Waits(Waiting::Batch(key), detail) }
    }

    /// Whether nobody closes a batch: it was flushed and had no second item, or the run that would close it has ended.
    fn is_abandoned(&self, open: &Open) -> bool {
        match &open.opener {
            None => open.closes_at <= self.now,
            Some(opener) => !self.runs.get(opener).is_some_and(|run| run.status.is_waiting()),
        }
    }

    fn window_end(&self, live: &Live, window: &Window) -> Result<Timestamp, String> {
        window.end(self.now, &self.zone_of(&live.recipient), LONGEST)
    }

    /// Adds the trigger to an open batch, which ends this run, unless it is the first one after a flushed one.
    fn join(&mut self, live: &Live, batch: &Batch, key: BatchKey) -> Did {
        let now = self.now;
        let is_sliding = batch.batch_window_type == WindowType::Sliding;
        // the window is that of the opener, whatever this trigger says
        let window = self.steps.batches.get(&key).filter(|_| is_sliding).map(|open| &open.window);
        let extended = window.and_then(|window| self.window_end(live, window).ok());
        let Some(open) = self.steps.batches.get_mut(&key) else { return Did::Done(Value::Null) };
        open.items.push(item(live));
        if let Some(extended) = extended {
            let limit = batch.batch_window_extension_limit;
            let limit = limit.and_then(|limit| after(open.opened_at, limit)).unwrap_or(Timestamp::MAX);
            open.closes_at = extended.min(limit).max(now);
        }
        if batch.batch_items_max_limit.is_some_and(|max| open.items.len() >= max) {
            open.closes_at = now;
        }
        let detail = json!({ "opened": false, "key": key.key, "until": open.closes_at });
        let Some(opener) = open.opener.clone() else {
            open.opener = Some(live.id.clone());
            return Did::Waits(Waiting::Batch(key), detail);
        };
        let closes_at = open.closes_at;
        if closes_at <= now {
            self.steps.ready.push_back(opener);
        } else if is_sliding {
            self.plan(closes_at, super::super::store::Task::Resume(opener));
        }
        Did::Ended(Outcome::Batched, detail)
    }

    /// Goes on with everything that was collected.
    pub(super) fn close_batch(&mut self, live: &mut Live, batch: &Batch, key: &BatchKey) -> Did {
        let items = self.steps.batches.remove(key).map(|open| open.items).unwrap_or_default();
        let Some(first) = items.first().map(|item| Arc::clone(&item.activity.data)) else {
            return Did::Ended(Outcome::EmptyBatch, Value::Null);
        };
        if batch.workflow_version_mode == WorkflowVersionMode::Latest {
            self.move_to_latest(live);
        }
        let activities: Vec<Activity> = items.into_iter().map(|item| item.activity).collect();
        let mut data = Map::new();
        for activity in &activities {
            data.extend(activity.data.as_object().cloned().unwrap_or_default());
        }
        let total = activities.len();
        let opener = live.progress.opener_data().unwrap_or(&live.data);
        let opener = Arc::clone(opener);
        live.progress.batched = Some(Batched { flat: Arc::new(Value::Object(flat(&data))), first, opener });
        live.data = Arc::new(Value::Object(data));
        live.progress.activities = Arc::new(shown(activities, batch));
        Did::Done(json!({ "total_activities": total }))
    }

    /// Moves a run to the same step of the current version of the workflow, if it is still there.
    fn move_to_latest(&self, live: &mut Live) {
        let step_ref = live.progress.log.last().map(|entry| entry.step_ref.clone()).unwrap_or_default();
        let Some(latest) = self.latest(&live.program.key).and_then(|workflow| workflow.program.clone())
        else {
            return;
        };
        let former = std::mem::replace(&mut live.program, latest);
        if !live.move_to(&step_ref) {
            live.program = former;
        }
    }

    /// Removes activities from open batches. The batches stay open.
    pub(in super::super) fn cancel_in_batches(
        &mut self,
        workflow: &str,
        cancellation_key: &String,
        only: Option<&[Recipient]>,
    ) {
        for (key, open) in &mut self.steps.batches {
            if key.workflow == workflow && only.is_none_or(|only| only.contains(&key.recipient)) {
                open.items.retain(|item| item.cancellation_key.as_ref() != Some(cancellation_key));
            }
        }
    }

    /// What the key of a batch, a throttle or an experiment is: Liquid, or the path of a value in the data or the scope.
    pub(super) fn key(&self, key: Option<&str>, scope: &Value) -> Result<String, String> {
        let Some(key) = key else { return Ok(String::new()) };
        if is_template(key) {
            return self.text(key, scope);
        }
        let value = super::super::conditions::value_at(&scope["data"], key)
            .or_else(|| super::super::conditions::value_at(scope, key));
        match value {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(value) if !value.is_null() => Ok(value.to_string()),
            _ => Err(format!("`{key}` is missing")),
        }
    }
}

fn item(live: &Live) -> Item {
    let mut activities = live.progress.activities.shown.iter();
    let activity = activities.next().cloned().unwrap_or_else(|| Activity {
        id: live.id.clone(),
        actor: live.trigger.actor.clone(),
        data: Arc::clone(&live.data),
        at: live.trigger.at,
    });
    // fetched and updated data belongs to it
    let activity = Activity { data: Arc::clone(&live.data), ..activity };
    Item { activity, cancellation_key: live.trigger.cancellation_key.clone() }
}

/// The first or the latest ones, always oldest first.
fn shown(activities: Vec<Activity>, batch: &Batch) -> Activities {
    let limit = batch.batch_items_render_limit;
    let mut actors: Vec<Recipient> = Vec::new();
    for actor in activities.iter().filter_map(|activity| activity.actor.as_ref()) {
        if !actors.contains(actor) {
            actors.push(actor.clone());
        }
    }
    let (total, total_actors) = (activities.len(), actors.len());
    Activities {
        shown: limited(activities, limit, batch.batch_order),
        total,
        actors: limited(actors, limit, batch.batch_order),
        total_actors,
    }
}

fn limited<T>(mut all: Vec<T>, limit: usize, order: BatchOrder) -> Vec<T> {
    match order {
        BatchOrder::Asc => all.truncate(limit),
        BatchOrder::Desc => drop(all.drain(..all.len().saturating_sub(limit))),
    }
    all
}

fn flat(data: &Map<String, Value>) -> Map<String, Value> {
    let scalars = data.iter().filter(|(_, value)| !value.is_object() && !value.is_array());
    scalars
        .map(|(key, value)| match value {
            Value::String(text) => (key.clone(), text.chars().take(MAX_STRING).collect::<String>().into()),
            other => (key.clone(), other.clone()),
        })
        .collect()
}
