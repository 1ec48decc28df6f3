//! Messages: what a run sent through one channel, and the events that followed.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
#[cfg(feature = "workflows")]
use knock_core::webhook::Verifier;
use serde_json::{Value, json};

use super::activity::{Activities, Activity};
#[cfg(feature = "workflows")]
use super::attempts::{Attempt, Attempts};
use super::content::Content;
use super::delivery::Delivery;
use super::log::Record;
use super::run::RecipientRun;
use super::trigger::Trigger;
use crate::clock::system_time;
use crate::ids::Ids;
use crate::json::Fields;
use crate::recipient::Recipient;
use crate::settings::{Channel, ChannelKind};

/// Longer strings in `data` are truncated when a message is rendered.
const MAX_SHOWN: usize = 1024;

/// An engagement with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Seen,
    Read,
    Interacted,
    LinkClicked,
    Archived,
}

impl Mark {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Read => "read",
            Self::Interacted => "interacted",
            Self::LinkClicked => "link_clicked",
            Self::Archived => "archived",
        }
    }
}

/// Setting or removing a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) mark: Mark,
    pub(crate) set: bool,
}

impl Change {
    /// Parses the name of a change as it appears in paths.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (mark, set) = match name {
            "seen" => (Mark::Seen, true),
            "read" => (Mark::Read, true),
            "interacted" => (Mark::Interacted, true),
            "archived" | "archive" => (Mark::Archived, true),
            "unseen" => (Mark::Seen, false),
            "unread" => (Mark::Read, false),
            "unarchived" | "unarchive" => (Mark::Archived, false),
            _ => return None,
        };
        Some(Self { mark, set })
    }

    const fn event(self) -> &'static str {
        match (self.mark, self.set) {
            (Mark::Seen, true) => "message.seen",
            (Mark::Seen, false) => "message.unseen",
            (Mark::Read, true) => "message.read",
            (Mark::Read, false) => "message.unread",
            (Mark::Archived, true) => "message.archived",
            (Mark::Archived, false) => "message.unarchived",
            (Mark::LinkClicked, _) => "message.link_clicked",
            (Mark::Interacted, _) => "message.interacted",
        }
    }
}

/// What a provider, or the server that a message is sent to, reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    Delivered,
    Bounced,
    Undelivered,
    /// It failed, and there will be another attempt.
    #[cfg_attr(not(feature = "workflows"), expect(dead_code, reason = "only steps make attempts"))]
    Attempted,
}

impl Report {
    pub(super) const fn status(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Undelivered => "undelivered",
            Self::Attempted => "delivery_attempted",
        }
    }

    const fn event(self) -> &'static str {
        match self {
            Self::Delivered => "message.delivered",
            Self::Bounced => "message.bounced",
            Self::Undelivered => "message.undelivered",
            Self::Attempted => "message.delivery_attempted",
        }
    }

    /// The event of the report.
    pub(super) fn at(self, id: String, data: Value, at: Timestamp) -> Event {
        Event { id, kind: self.event(), data, at }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) data: Value,
    pub(crate) at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) activities: Arc<Activities>,
    pub(crate) trigger: Arc<Trigger>,
    pub(crate) run_id: String,
    pub(crate) step_ref: String,
    pub(crate) recipient: Recipient,
    /// The data that the API shows: after a batch, what is left of it.
    pub(crate) data: Arc<Value>,
    pub(crate) channel: Arc<Channel>,
    pub(crate) status: &'static str,
    pub(crate) marks: BTreeMap<Mark, Timestamp>,
    pub(crate) metadata: Option<Fields>,
    /// What was rendered. Without templates there is nothing.
    pub(crate) content: Option<Arc<Content>>,
    /// It is not sent, whatever the trigger says.
    pub(crate) sandbox: bool,
    /// When a send window opens.
    pub(crate) scheduled_at: Option<Timestamp>,
    pub(crate) events: Vec<Event>,
    /// Signs the requests of a webhook channel.
    #[cfg(feature = "workflows")]
    pub(super) signer: Option<Verifier>,
    #[cfg(feature = "workflows")]
    attempts: Attempts,
    pub(crate) inserted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What a message is made of.
#[cfg(feature = "workflows")]
#[derive(Debug)]
pub(super) struct Post {
    pub(super) id: String,
    pub(super) trigger: Arc<Trigger>,
    pub(super) run_id: String,
    pub(super) step_ref: String,
    pub(super) recipient: Recipient,
    pub(super) data: Arc<Value>,
    pub(super) channel: Arc<Channel>,
    pub(super) activities: Arc<Activities>,
    pub(super) content: Option<Arc<Content>>,
    pub(super) signer: Option<Verifier>,
    pub(super) sandbox: bool,
    pub(super) scheduled_at: Option<Timestamp>,
}

impl Record for Message {
    fn id(&self) -> &str {
        &self.id
    }

    /// A page asks for what is newer than the newest message that it has.
    fn position(&self) -> u64 {
        u64::try_from(self.inserted_at.as_microsecond()).unwrap_or_default()
    }
}

impl Message {
    pub(super) fn new(
        ids: &mut Ids,
        now: Timestamp,
        run: &RecipientRun,
        channel: &Arc<Channel>,
        step_ref: &str,
    ) -> Self {
        let id = ids.ksuid(now);
        let activity = Activity {
            id: ids.ksuid(now),
            actor: run.trigger.actor.clone(),
            data: Arc::clone(&run.data),
            at: now,
        };
        let mut message = Self {
            id,
            activities: Arc::new(Activities::of(activity)),
            trigger: Arc::clone(&run.trigger),
            run_id: run.id.clone(),
            step_ref: step_ref.to_owned(),
            recipient: run.recipient.clone(),
            data: Arc::clone(&run.data),
            channel: Arc::clone(channel),
            status: "queued",
            marks: BTreeMap::new(),
            metadata: None,
            content: None,
            sandbox: has_sandbox(channel) && run.trigger.sandbox,
            scheduled_at: None,
            events: Vec::new(),
            #[cfg(feature = "workflows")]
            signer: None,
            #[cfg(feature = "workflows")]
            attempts: Attempts::default(),
            inserted_at: now,
            updated_at: now,
        };
        message.events = first_events(ids, now);
        message
    }

    /// Creates a queued message of a step.
    #[cfg(feature = "workflows")]
    pub(super) fn posted(ids: &mut Ids, now: Timestamp, post: Post) -> Self {
        Self {
            sandbox: has_sandbox(&post.channel) && post.sandbox,
            id: post.id,
            activities: post.activities,
            trigger: post.trigger,
            run_id: post.run_id,
            step_ref: post.step_ref,
            recipient: post.recipient,
            data: post.data,
            channel: post.channel,
            status: "queued",
            marks: BTreeMap::new(),
            metadata: None,
            content: post.content,
            scheduled_at: post.scheduled_at,
            events: first_events(ids, now),
            signer: post.signer,
            attempts: Attempts::default(),
            inserted_at: now,
            updated_at: now,
        }
    }

    /// Changes the delivery status.
    pub(super) fn set_status(&mut self, report: Report, event: Event) {
        self.status = report.status();
        self.updated_at = event.at;
        self.events.push(event);
    }

    /// Keeps what was sent for it, and what came back.
    #[cfg(feature = "workflows")]
    pub(super) fn attempted(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
    }

    /// What was sent for it over the network, and what came back, oldest first.
    #[cfg(feature = "workflows")]
    pub(crate) fn render_attempts(&self) -> Value {
        self.attempts.render()
    }

    /// Without workflows, nothing is sent.
    #[cfg(not(feature = "workflows"))]
    #[allow(clippy::unused_self)] // it has the same signature as the other
    pub(crate) fn render_attempts(&self) -> Value {
        json!([])
    }

    /// Sends a queued message.
    pub(super) fn send(&mut self, event_id: String, now: Timestamp) {
        let (status, kind) = match self.channel.kind {
            _ if self.sandbox => ("not_sent", "message.not_sent"),
            ChannelKind::InAppFeed => ("delivered", "message.delivered"),
            _ => ("sent", "message.sent"),
        };
        self.status = status;
        self.updated_at = now;
        self.events.push(Event { id: event_id, kind, data: Value::Null, at: now });
    }

    pub(super) fn delivery(&self) -> Delivery {
        Delivery {
            message_id: self.id.clone(),
            run_id: self.trigger.id.clone(),
            recipient_run_id: self.run_id.clone(),
            workflow: self.trigger.workflow.key.clone(),
            recipient: self.recipient.clone(),
            actor: self.trigger.actor.clone(),
            tenant: self.trigger.tenant.clone(),
            channel: self.channel.id.clone(),
            channel_kind: self.channel.kind,
            data: Arc::clone(&self.data),
            status: self.status,
            content: self.content.clone(),
            at: system_time(self.updated_at),
        }
    }

    /// Sets or removes a mark. The time of a mark is the latest one, but of repeated marks only each interaction and each
    /// click is an event.
    pub(super) fn change(&mut self, change: Change, event_id: String, data: Value, now: Timestamp) {
        let was_set = if change.set {
            self.marks.insert(change.mark, now).is_some()
        } else {
            self.marks.remove(&change.mark).is_some()
        };
        let is_new = was_set != change.set;
        if change.set || is_new {
            self.updated_at = now;
        }
        if is_new || matches!(change.mark, Mark::Interacted | Mark::LinkClicked) {
            self.events.push(Event { id: event_id, kind: change.event(), data, at: now });
        }
    }

    /// Whether it waits for a send window.
    pub(crate) fn is_scheduled(&self) -> bool {
        self.scheduled_at.is_some() && self.status == "queued"
    }

    pub(crate) fn marked(&self, mark: Mark) -> Option<Timestamp> {
        self.marks.get(&mark).copied()
    }

    /// Whether the message has the engagement status of this name, for example `unread`.
    pub(crate) fn has_engagement(&self, name: &str) -> bool {
        match Change::parse(name) {
            Some(change) => self.marks.contains_key(&change.mark) == change.set,
            None => name == "link_clicked" && self.marks.contains_key(&Mark::LinkClicked),
        }
    }

    pub(crate) fn render(&self) -> Value {
        let trigger = &self.trigger;
        let marks: Vec<&str> = self.marks.keys().map(|mark| mark.as_str()).collect();
        json!({
            "__typename": "Message",
            "id": self.id,
            "channel_id": self.channel.id,
            "channel": render_channel(&self.channel),
            "recipient": self.recipient,
            "actors": self.activities.actors,
            "tenant": trigger.tenant,
            "workflow": trigger.workflow.key,
            "status": self.status,
            "engagement_statuses": marks,
            "seen_at": self.marked(Mark::Seen),
            "read_at": self.marked(Mark::Read),
            "interacted_at": self.marked(Mark::Interacted),
            "link_clicked_at": self.marked(Mark::LinkClicked),
            "clicked_at": self.marked(Mark::LinkClicked),
            "archived_at": self.marked(Mark::Archived),
            "scheduled_at": self.scheduled_at,
            "data": shortened(&self.data),
            "metadata": self.metadata,
            "source": {
                "__typename": "NotificationSource",
                "type": "workflow",
                "key": trigger.workflow.key,
                "categories": trigger.workflow.categories,
                "version_id": trigger.workflow.version_id,
                "step_ref": self.step_ref,
                "workflow_run_id": trigger.id,
                "workflow_recipient_run_id": self.run_id,
            },
            "inserted_at": self.inserted_at,
            "updated_at": self.updated_at,
        })
    }
}

/// The events of a message that was just made.
fn first_events(ids: &mut Ids, now: Timestamp) -> Vec<Event> {
    let mut event = |kind| Event { id: ids.ksuid(now), kind, data: Value::Null, at: now };
    vec![event("message.created"), event("message.queued")]
}

/// In-app messages go to no provider, so a sandbox changes nothing about them.
fn has_sandbox(channel: &Channel) -> bool {
    channel.kind != ChannelKind::InAppFeed
}

fn render_channel(channel: &Channel) -> Value {
    let (key, name) = channel.shown();
    json!({
        "id": channel.id,
        "type": channel.kind.as_str(),
        "provider": channel.provider,
        "key": key,
        "name": name,
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": "2024-01-01T00:00:00Z",
    })
}

/// Returns a copy in which long strings are truncated at a character boundary.
pub(crate) fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(cut(text)),
        Value::Array(items) => items.iter().map(shortened).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), shortened(value))).collect())
        }
        other => other.clone(),
    }
}

fn cut(text: &str) -> &str {
    let end = (0..=MAX_SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    if text.len() > MAX_SHOWN { text.get(..end).unwrap_or_default() } else { text }
}
