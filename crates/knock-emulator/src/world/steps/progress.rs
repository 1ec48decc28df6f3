//! How far a run is, and the log of its steps.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::activity::Activities;
use super::state::BatchKey;

/// How far a run is.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    /// The next step: its index, and before it, for each branch around it, the indexes of the step and the branch.
    pub(super) path: Vec<usize>,
    pub(super) waiting: Option<Waiting>,
    pub(super) activities: Arc<Activities>,
    /// What a batch left, after one.
    pub(super) batched: Option<Batched>,
    /// The results of steps that wait for events, by the references of the steps.
    pub(super) refs: Map<String, Value>,
    pub(super) log: Vec<Entry>,
    pub(super) outcome: Option<Outcome>,
}

/// The data of a run after a batch.
#[derive(Clone, Debug)]
pub(super) struct Batched {
    /// Without objects and arrays, as templates and the API see it.
    pub(super) flat: Arc<Value>,
    /// That of the first activity, which need not be shown.
    pub(super) first: Arc<Value>,
    /// That of the run that opened the batch, even if its activity was removed.
    pub(super) opener: Arc<Value>,
}

/// What a run waits for.
#[derive(Clone, Debug)]
pub(super) enum Waiting {
    /// A time.
    Until(Timestamp),
    /// That a batch closes.
    Batch(BatchKey),
    /// An event, until a time. For the membership in an audience: whether the recipient was a member.
    Event { until: Timestamp, was_member: Option<bool> },
    /// The response of the request with this id.
    Response { request: u64, attempt: u32 },
    /// Somebody who lets it go on by hand.
    Hand,
}

/// How a run ended. Knock has no statuses for these: a run is `completed` or `cancelled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Finished,
    /// The conditions of the trigger did not hold.
    ConditionsNotMet,
    /// The workflow runs once per recipient.
    RanBefore,
    Batched,
    /// All activities of the batch were cancelled.
    EmptyBatch,
    Throttled,
    Failed,
    /// The workflow was deactivated.
    Inactive,
    /// A step that waits for an event ended it.
    Halted,
    /// A branch ended it.
    Terminated,
    Cancelled,
}

impl Outcome {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::ConditionsNotMet => "trigger_conditions_not_met",
            Self::RanBefore => "ran_before",
            Self::Batched => "batched",
            Self::EmptyBatch => "empty_batch",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
            Self::Inactive => "workflow_inactive",
            Self::Halted => "halted",
            Self::Terminated => "branch_terminated",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What became of a step. All names are our own: Knock does not document its own.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) step_ref: String,
    pub(super) kind: &'static str,
    pub(super) state: State,
    pub(super) at: Timestamp,
    /// When it ended, if it did.
    pub(super) ended_at: Option<Timestamp>,
    /// What there is to say about it.
    pub(super) detail: Value,
    /// The variables of the step when it began. They are dropped for older runs.
    pub(super) scope: Option<Arc<Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Done,
    Skipped,
    Waiting,
    Failed,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

impl Progress {
    pub(super) fn new(activities: Activities) -> Self {
        Self {
            path: vec![0],
            waiting: None,
            activities: Arc::new(activities),
            batched: None,
            refs: Map::new(),
            log: Vec::new(),
            outcome: None,
        }
    }

    pub(crate) fn is_in_batch(&self) -> bool {
        matches!(self.waiting, Some(Waiting::Batch(_)))
    }

    pub(crate) fn cancel(&mut self, now: Timestamp) {
        self.waiting = None;
        self.outcome = Some(Outcome::Cancelled);
        if let Some(entry) = self.log.last_mut() {
            entry.ended_at = entry.ended_at.or(Some(now));
        }
    }

    /// The data that preference conditions see: after a batch, only that of the first activity.
    pub(super) fn first_data(&self) -> Option<&Arc<Value>> {
        self.batched.as_ref().map(|batched| &batched.first)
    }

    /// The data with the attachments of emails: after a batch, only that of its opener.
    pub(super) fn opener_data(&self) -> Option<&Arc<Value>> {
        self.batched.as_ref().map(|batched| &batched.opener)
    }

    /// Whether a step was executed, and skipped the last time.
    pub(super) fn was_skipped(&self, step_ref: &str) -> bool {
        self.log
            .iter()
            .rfind(|entry| entry.step_ref == step_ref)
            .is_none_or(|entry| entry.state == State::Skipped)
    }

    /// The ids of the workflow runs that steps triggered.
    pub(crate) fn triggered(&self) -> Vec<&str> {
        self.log.iter().filter_map(|entry| entry.detail.get("workflow_run_id")?.as_str()).collect()
    }

    pub(crate) fn render(&self) -> Value {
        json!({
            "outcome": self.outcome.map(Outcome::as_str),
            "steps": self.log.iter().map(Entry::render).collect::<Vec<_>>(),
        })
    }
}

impl Entry {
    fn render(&self) -> Value {
        json!({
            "step_ref": self.step_ref,
            "step_type": self.kind,
            "state": self.state.as_str(),
            "started_at": self.at,
            "ended_at": self.ended_at,
            "detail": self.detail,
            "scope": self.scope.as_deref(),
        })
    }
}
