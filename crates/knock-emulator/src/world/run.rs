//! The run of a workflow for one recipient.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::log::Record;
use super::trigger::{Source, Trigger};
use crate::ids::Ids;
use crate::recipient::Recipient;
use crate::settings::Channel;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Accepted, but not started.
    Queued,
    Paused,
    Completed,
    Cancelled,
}

impl Status {
    /// Whether the run can still be cancelled.
    pub(crate) fn is_waiting(self) -> bool {
        matches!(self, Self::Queued | Self::Paused)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The run of a trigger for one recipient.
#[derive(Clone, Debug)]
pub(crate) struct RecipientRun {
    pub(crate) id: String,
    pub(crate) trigger: Arc<Trigger>,
    pub(crate) recipient: Recipient,
    pub(crate) data: Arc<Value>,
    pub(crate) status: Status,
    pub(crate) inserted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) error_count: usize,
    pub(super) events: Vec<Event>,
    /// How far it is, if its workflow has steps.
    #[cfg(feature = "workflows")]
    pub(super) progress: Option<Box<super::steps::Progress>>,
    /// The version of the workflow, which a batch can change.
    #[cfg(feature = "workflows")]
    pub(super) program: Option<Arc<knock_directory::Workflow>>,
}

/// An event of a run. Knock documents the names `message_enqueued` and `wait_conditions_evaluated`; the others are our own.
#[derive(Clone, Debug)]
pub(super) struct Event {
    id: String,
    name: &'static str,
    step: Option<StepName>,
    data: Value,
    is_error: bool,
    attempt: u32,
    at: Timestamp,
}

/// A step, by its reference and type.
#[derive(Clone, Debug)]
pub(super) struct StepName {
    pub(super) step_ref: String,
    pub(super) kind: &'static str,
}

impl Record for RecipientRun {
    fn id(&self) -> &str {
        &self.id
    }

    fn is_settled(&self) -> bool {
        !self.status.is_waiting()
    }
}

impl RecipientRun {
    pub(crate) fn render(&self) -> Value {
        let trigger = &self.trigger;
        let (kind, schedule) = match &trigger.source {
            Source::Api => ("api", None),
            Source::Step => ("workflow_step", None),
            Source::Schedule(id) => ("schedule", Some(id)),
        };
        json!({
            "__typename": "WorkflowRecipientRun",
            "id": self.id,
            "workflow_run_id": trigger.id,
            "workflow": trigger.workflow.key,
            "recipient": self.recipient,
            "actor": trigger.actor,
            "tenant": trigger.tenant,
            "status": self.status.as_str(),
            "error_count": self.error_count,
            "trigger_source": {
                "type": kind,
                "cancellation_key": trigger.cancellation_key,
                "schedule_id": schedule,
                "audience_key": null,
            },
            "inserted_at": self.inserted_at,
            "updated_at": self.updated_at,
        })
    }

    pub(crate) fn render_with_events(&self) -> Value {
        let mut rendered = self.render();
        rendered["events"] = self.events.iter().map(Event::render).collect();
        rendered
    }

    /// Renders the run with what only the emulator knows: the log of its steps, and how it ended.
    pub(crate) fn render_with_steps(&self) -> Value {
        let mut rendered = self.render_with_events();
        rendered["emulator"] = self.render_progress();
        rendered
    }

    /// The messages that it made, oldest first.
    pub(crate) fn message_ids(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|event| event.data.get("message_id")?.as_str())
    }
}

/// Runs without steps. The functions have the same signatures as the others.
#[cfg(not(feature = "workflows"))]
#[allow(clippy::unused_self)]
impl RecipientRun {
    pub(super) fn is_in_batch(&self) -> bool {
        false
    }

    pub(crate) fn triggered(&self) -> Vec<&str> {
        Vec::new()
    }

    fn render_progress(&self) -> Value {
        Value::Null
    }
}

#[cfg(feature = "workflows")]
impl RecipientRun {
    /// Whether it waits for a batch to close. Cancelling only takes its activity out of the batch.
    pub(super) fn is_in_batch(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.is_in_batch())
    }

    /// Notes that it was cancelled.
    pub(super) fn stop_waiting(&mut self) {
        if let Some(progress) = &mut self.progress {
            progress.cancel(self.updated_at);
        }
    }

    /// The ids of the workflow runs that its steps triggered.
    pub(crate) fn triggered(&self) -> Vec<&str> {
        self.progress.as_ref().map(|progress| progress.triggered()).unwrap_or_default()
    }

    fn render_progress(&self) -> Value {
        self.progress.as_ref().map_or(Value::Null, |progress| progress.render())
    }
}

impl Event {
    pub(super) fn new(ids: &mut Ids, name: &'static str, now: Timestamp) -> Self {
        let id = ids.ksuid(now);
        Self { id, name, step: None, data: Value::Null, is_error: false, attempt: 1, at: now }
    }

    pub(super) fn of(mut self, step: StepName, data: Value) -> Self {
        self.step = Some(step);
        self.data = data;
        self
    }

    /// Marks an error after some attempts.
    #[cfg(feature = "workflows")]
    pub(super) fn failed(mut self, attempt: u32) -> Self {
        self.is_error = true;
        self.attempt = attempt;
        self
    }

    fn render(&self) -> Value {
        json!({
            "__typename": "WorkflowRecipientRunEvent",
            "id": self.id,
            "event": self.name,
            "status": if self.is_error { "error" } else { "ok" },
            "attempt": self.attempt,
            "step_type": self.step.as_ref().map(|step| step.kind),
            "step_ref": self.step.as_ref().map(|step| &step.step_ref),
            "data": self.data,
            "inserted_at": self.at,
        })
    }
}

pub(super) fn step_ref(channel: &Channel, step: usize) -> String {
    format!("{}_{}", channel.kind.as_str(), step + 1)
}
