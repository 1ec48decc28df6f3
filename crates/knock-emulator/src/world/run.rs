//! The run of a workflow for one recipient.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::log::Record;
use super::trigger::{Source, Trigger};
use crate::ids::Ids;
use crate::recipient::Recipient;
use crate::settings::{Channel, Workflow};

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
    pub(super) events: Vec<Event>,
}

#[derive(Clone, Debug)]
pub(super) struct Event {
    id: String,
    kind: EventKind,
    at: Timestamp,
}

#[derive(Clone, Debug)]
pub(super) enum EventKind {
    Started,
    /// `step` is the index of the channel in the workflow.
    Enqueued {
        step: usize,
        message_id: String,
    },
    Skipped {
        step: usize,
    },
    Completed,
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
            "error_count": 0,
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
        rendered["events"] = self.events.iter().map(|event| event.render(&self.trigger.workflow)).collect();
        rendered
    }
}

impl Event {
    pub(super) fn new(ids: &mut Ids, kind: EventKind, now: Timestamp) -> Self {
        Self { id: ids.ksuid(now), kind, at: now }
    }

    fn render(&self, workflow: &Workflow) -> Value {
        let (name, step) = match &self.kind {
            EventKind::Started => ("workflow_run_started", None),
            EventKind::Enqueued { step, .. } => ("message_enqueued", Some(*step)),
            EventKind::Skipped { step } => ("step_skipped", Some(*step)),
            EventKind::Completed => ("workflow_run_completed", None),
        };
        let channel = step.and_then(|step| workflow.channels.get(step));
        let data = match &self.kind {
            EventKind::Enqueued { message_id, .. } => json!({
                "message_id": message_id,
                "channel_type": channel.map(|channel| channel.kind.as_str()),
            }),
            EventKind::Skipped { .. } => json!({ "reason": "preferences" }),
            EventKind::Started | EventKind::Completed => Value::Null,
        };
        json!({
            "__typename": "WorkflowRecipientRunEvent",
            "id": self.id,
            "event": name,
            "status": "ok",
            "attempt": 1,
            "step_type": channel.map(|_| "channel"),
            "step_ref": channel.zip(step).map(|(channel, step)| step_ref(channel, step)),
            "data": data,
            "inserted_at": self.at,
        })
    }
}

pub(super) fn step_ref(channel: &Channel, step: usize) -> String {
    format!("{}_{}", channel.kind.as_str(), step + 1)
}
