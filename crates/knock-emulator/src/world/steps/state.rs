//! What steps remember between runs: open batches, throttles, and who waits for what.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use jiff::Timestamp;
use serde_json::Value;

use super::super::activity::Activity;
use super::request::Requests;
use super::when::Window;
use crate::recipient::Recipient;

/// The scopes of the steps of older runs are dropped.
pub(super) const MAX_SCOPED: usize = 2000;

#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(super) batches: BTreeMap<BatchKey, Batch>,
    pub(super) throttles: BTreeMap<ThrottleKey, Throttled>,
    /// Which workflows that run once have run, for whom, and for which tenant.
    pub(super) ran: HashSet<(String, Recipient, Option<String>)>,
    /// The runs that wait for an event, by recipient.
    pub(super) listening: BTreeSet<(Recipient, String)>,
    /// What happened, until it is compared with what runs wait for.
    pub(super) signals: VecDeque<Signal>,
    /// Runs that go on as soon as the current one has ended or waits.
    pub(super) ready: VecDeque<String>,
    pub(crate) requests: Requests,
    /// The runs whose log has scopes.
    pub(super) scoped: VecDeque<String>,
}

/// What is batched together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BatchKey {
    pub(super) workflow: String,
    /// The version of the workflow if it is pinned, otherwise the reference of the step.
    pub(super) version_or_step: String,
    pub(super) recipient: Recipient,
    pub(super) key: String,
}

/// An open batch.
#[derive(Debug)]
pub(super) struct Batch {
    /// The run that goes on when it closes. A flushed batch has none until its second item.
    pub(super) opener: Option<String>,
    pub(super) items: Vec<Item>,
    /// The window of the run that opened it, which extends a sliding one.
    pub(super) window: Window,
    pub(super) opened_at: Timestamp,
    pub(super) closes_at: Timestamp,
}

/// An activity in a batch, with what can remove it.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) activity: Activity,
    pub(super) cancellation_key: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ThrottleKey {
    pub(super) workflow: String,
    pub(super) step_ref: String,
    pub(super) recipient: Recipient,
    pub(super) key: String,
}

#[derive(Debug)]
pub(super) struct Throttled {
    pub(super) until: Timestamp,
    pub(super) count: usize,
}

/// Something that a run can wait for.
#[derive(Debug)]
pub(super) struct Signal {
    /// The type in `event.event_type`.
    pub(super) event_type: knock_directory::EventType,
    pub(super) event_key: String,
    pub(super) source_key: Option<String>,
    pub(super) recipient: Recipient,
    pub(super) payload: Value,
}
