//! The world: all records of an environment, and the tasks that are due later.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bulk::BulkOperation;
use super::delivery::Delivery;
use super::entity::{Entity, render};
use super::guide_marks::{GuideMarks, GuideStep};
use super::happening::Happening;
use super::log::Log;
use super::message::{Change, Message};
use super::run::RecipientRun;
use super::schedule::Schedule;
use super::subscription::Subscription;
use super::trigger::Trigger;
use crate::ids::Ids;
use crate::json::Fields;
use crate::recipient::Recipient;
use crate::settings::Settings;
use crate::wire::response::Failure;

/// The capacity of each log. A long-running emulator drops the oldest records.
const MAX_RECORDS: usize = 50_000;
/// The capacity of the queues that tests inspect.
const MAX_OBSERVED: usize = 100_000;

/// Something that happens at a later time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    Resume(String),
    Send(String),
    Cancel(Cancellation),
    Occur(String),
}

/// The runs to cancel: those of a workflow with a cancellation key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cancellation {
    pub(crate) workflow: String,
    pub(crate) key: String,
    /// Only those of these recipients and their subscribers, or all.
    pub(crate) recipients: Option<Vec<Recipient>>,
}

/// A member of an audience: the user, and the tenant of the membership.
pub(crate) type Member = (String, Option<String>);

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Arc<Settings>,
    pub(crate) now: Timestamp,
    pub(crate) ids: Ids,
    pub(crate) entities: BTreeMap<Recipient, Entity>,
    /// By object, then by subscriber.
    pub(crate) subscriptions: BTreeMap<(Recipient, Recipient), Subscription>,
    pub(crate) audiences: BTreeMap<String, BTreeMap<Member, Timestamp>>,
    pub(super) guide_marks: BTreeMap<GuideStep, GuideMarks>,
    pub(crate) triggers: VecDeque<Arc<Trigger>>,
    pub(crate) accepted: u64,
    pub(crate) runs: Log<RecipientRun>,
    pub(crate) messages: Log<Message>,
    pub(crate) schedules: Log<Schedule>,
    pub(crate) bulk: Log<BulkOperation>,
    pub(crate) deliveries: VecDeque<Delivery>,
    /// The ids of messages that were not yet announced to sockets.
    pub(crate) arrived: Vec<String>,
    /// The ids of emails that the SMTP server has yet to get; `None` if there is none.
    #[cfg(feature = "smtp")]
    pub(crate) posted: Option<Vec<String>>,
    /// What webhooks have yet to report; `None` if there are no endpoints.
    pub(crate) happened: Option<Vec<Happening>>,
    /// The templates of the Knock directory.
    #[cfg(feature = "workflows")]
    pub(crate) renderer: Option<Arc<crate::render::Renderer>>,
    #[cfg(feature = "workflows")]
    pub(crate) steps: super::steps::Steps,
    /// Grows with each change that somebody who looks can see.
    pub(crate) revision: u64,
    agenda: BTreeSet<(Timestamp, u64, Task)>,
    planned: u64,
}

impl World {
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        Self {
            now: Timestamp::UNIX_EPOCH,
            ids: Ids::new(settings.seed),
            settings,
            entities: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            audiences: BTreeMap::new(),
            guide_marks: BTreeMap::new(),
            triggers: VecDeque::new(),
            accepted: 0,
            runs: Log::new(MAX_RECORDS),
            messages: Log::new(MAX_RECORDS),
            schedules: Log::new(MAX_RECORDS),
            bulk: Log::new(MAX_RECORDS),
            deliveries: VecDeque::new(),
            arrived: Vec::new(),
            #[cfg(feature = "smtp")]
            posted: None,
            happened: None,
            #[cfg(feature = "workflows")]
            renderer: None,
            #[cfg(feature = "workflows")]
            steps: super::steps::Steps::default(),
            revision: 0,
            agenda: BTreeSet::new(),
            planned: 0,
        }
    }

    pub(crate) fn plan(&mut self, at: Timestamp, task: Task) {
        self.planned += 1;
        self.agenda.insert((at, self.planned, task));
    }

    pub(super) fn due(&mut self, now: Timestamp) -> Option<(Timestamp, u64, Task)> {
        if self.agenda.first()?.0 > now {
            return None;
        }
        self.agenda.pop_first()
    }

    /// Returns the entity, and creates it if it does not exist.
    pub(crate) fn entity_mut(&mut self, recipient: &Recipient) -> &mut Entity {
        #[cfg(feature = "workflows")]
        self.emit_update(recipient);
        let now = self.now;
        self.entities.entry(recipient.clone()).or_insert_with(|| Entity::new(now))
    }

    pub(crate) fn entity(&self, recipient: &Recipient) -> Result<&Entity, Failure> {
        self.entities.get(recipient).ok_or_else(Failure::missing)
    }

    /// Renders a recipient in full. An unknown recipient has just an id.
    pub(crate) fn render(&self, recipient: &Recipient) -> Value {
        match self.entities.get(recipient) {
            Some(entity) => render(recipient, entity),
            None => render(recipient, &Entity::new(self.now)),
        }
    }

    /// Changes a mark of a message. Does nothing if the message does not exist.
    pub(crate) fn mark(&mut self, message_id: &str, change: Change, metadata: Option<&Fields>) {
        let data = metadata.map_or(Value::Null, |metadata| json!({ "metadata": metadata }));
        self.mark_with(message_id, change, data);
    }

    /// The same, with the data of the event.
    pub(super) fn mark_with(&mut self, message_id: &str, change: Change, data: Value) {
        let event_id = self.ids.ksuid(self.now);
        if let Some(message) = self.messages.get_mut(message_id) {
            let known = message.events.len();
            message.change(change, event_id, data, self.now);
            self.report_message(message_id, known);
        }
    }

    /// Records a bulk operation and renders it as queued.
    pub(crate) fn accept_bulk(
        &mut self,
        name: impl Into<String>,
        total: usize,
        failed: Vec<Recipient>,
    ) -> Value {
        let operation = BulkOperation::new(self.ids.uuid(), name.into(), total, failed, self.now);
        let rendered = operation.render();
        self.bulk.push(operation);
        rendered
    }

    /// Completes a bulk operation and renders it.
    pub(crate) fn poll_bulk(&mut self, id: &str) -> Option<Value> {
        let operation = self.bulk.get_mut(id)?;
        operation.complete(self.now);
        Some(operation.render())
    }
}

/// Only the runs of a Knock directory have steps.
#[cfg(not(feature = "workflows"))]
impl World {
    #[allow(clippy::unused_self)] // it has the same signature as the other
    pub(crate) fn has_guide_channel(&self, _id: &str) -> bool {
        false
    }

    #[allow(clippy::unused_self)] // it has the same signature as the other
    pub(crate) fn outlook(&self, _run: &RecipientRun) -> (Option<&'static str>, Value) {
        (None, Value::Null)
    }
}

/// Appends to a queue, and drops its oldest item if it is full.
pub(crate) fn push_bounded<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() >= MAX_OBSERVED {
        queue.pop_front();
    }
    queue.push_back(item);
}
