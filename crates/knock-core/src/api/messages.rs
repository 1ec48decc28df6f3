//! Messages: what workflows made for recipients, channel by channel, and what became of it.
//!
//! See Knock on [message statuses](https://docs.knock.app/send-notifications/message-statuses) and its
//! [reference](https://docs.knock.app/api-reference/messages).

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::api::preferences::ChannelType;
use crate::api::recipients::{RecipientReference, check_id, check_ids};
use crate::error::InvalidInput;
use crate::json::LazyJson;
use crate::open_enum::open_enum;
use crate::operation::RequestEncoder;
use crate::time::Timestamp;

/// How many messages a call on many may name, and how many a list may be limited to.
pub const MAX_MESSAGE_IDS: usize = 50;

/// How many messages' contents can be got in one call.
pub const MAX_CONTENTS: usize = 25;

open_enum! {
    /// How far the delivery of a message is.
    pub enum DeliveryStatus {
        /// It waits to be sent.
        Queued = "queued",
        /// The provider took it.
        Sent = "sent",
        /// The provider says that it arrived.
        Delivered = "delivered",
        /// The provider failed in a way that may pass; Knock tries again.
        DeliveryAttempted = "delivery_attempted",
        /// It could not be delivered.
        Undelivered = "undelivered",
        /// It was not sent, as in sandbox mode.
        NotSent = "not_sent",
        /// The recipient's server refused it.
        Bounced = "bounced",
    }
}

open_enum! {
    /// What the recipient did with a message. Only filters use the negative ones.
    pub enum EngagementStatus {
        Seen = "seen",
        Unseen = "unseen",
        Read = "read",
        Unread = "unread",
        Archived = "archived",
        Unarchived = "unarchived",
        LinkClicked = "link_clicked",
        Interacted = "interacted",
    }
}

open_enum! {
    /// What kind of thing made a message.
    pub enum MessageSourceType {
        Workflow = "workflow",
        Broadcast = "broadcast",
        Guide = "guide",
    }
}

/// A message: one notification to one recipient over one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Message {
    /// The id.
    pub id: String,
    /// Who it is for.
    pub recipient: RecipientReference,
    /// How far its delivery is.
    pub status: DeliveryStatus,
    /// What the recipient did with it, so far.
    #[serde(default)]
    pub engagement_statuses: Vec<EngagementStatus>,
    /// The channel that it goes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<MessageChannel>,
    /// The channel's id; newer answers have it in [`channel`](Self::channel).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The workflow, broadcast or guide that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<MessageSource>,
    /// The workflow's key; newer answers have it in [`source`](Self::source).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// The tenant's id, where the workflow was triggered with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Who did what it is about; up to 10.
    #[serde(default)]
    pub actors: Vec<RecipientReference>,
    /// The trigger's data, with what the workflow's steps added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// What the provider said of it, as its id there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Where it went, as it was when it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_snapshot: Option<RecipientSnapshot>,
    /// When it is or was to be sent, where it was scheduled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Timestamp>,
    /// When it was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// When it was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When the recipient last interacted with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interacted_at: Option<Timestamp>,
    /// When a link in it was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_clicked_at: Option<Timestamp>,
    /// When it was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicked_at: Option<Timestamp>,
    /// When it was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// When it was made.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The channel of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageChannel {
    /// The id.
    pub id: String,
    /// The key, unique in the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The provider that delivers for it, as `sendgrid`.
    pub provider: String,
    /// What type of channel it is.
    #[serde(rename = "type")]
    pub channel_type: ChannelType,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// What made a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageSource {
    #[serde(rename = "__typename", default, skip_serializing_if = "Option::is_none")]
    typename: Option<String>,
    /// The key of the workflow, broadcast or guide.
    pub key: String,
    /// Which of these it is.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<MessageSourceType>,
    /// Its categories.
    #[serde(default)]
    pub categories: Vec<String>,
    /// The id of the version that made the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// The step that made the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_ref: Option<String>,
    /// The run, by the id that the trigger answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_run_id: Option<String>,
    /// The run of this recipient alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_recipient_run_id: Option<String>,
}

/// Where a message went, as it was when it was sent: which fields there are depends on the type of channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecipientSnapshot {
    /// The email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The recipient's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The channel in the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The user in the chat, where it was a direct message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Whether it went over an incoming webhook of the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via_incoming_webhook: Option<bool>,
}

/// Which messages to list.
///
/// All conditions must hold; of several values for one, any.
///
/// ```
/// use knock_core::messages::{DeliveryStatus, MessageFilter};
/// use serde_json::json;
///
/// let filter = MessageFilter::new()
///     .tenant("jurassic-park")
///     .statuses([DeliveryStatus::Undelivered, DeliveryStatus::Bounced])
///     .workflow("dinosaurs-loose")
///     .trigger_data(json!({ "type": "trex" }));
/// # let _ = filter;
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct MessageFilter {
    tenant: Option<String>,
    channel_id: Option<String>,
    statuses: Vec<DeliveryStatus>,
    engagement_statuses: Vec<EngagementStatus>,
    message_ids: Option<Vec<String>>,
    workflow_categories: Vec<String>,
    source: Option<String>,
    workflow_run_id: Option<String>,
    workflow_recipient_run_id: Option<String>,
    trigger_data: Option<TriggerDataFilter>,
    inserted_at: TimeRange,
}

impl MessageFilter {
    /// All messages.
    pub fn new() -> Self {
        Self::default()
    }

    /// Messages of this tenant.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    /// Messages over this channel.
    pub fn channel_id(mut self, channel_id: impl Into<String>) -> Self {
        self.channel_id = Some(channel_id.into());
        self
    }

    /// Messages with any of these delivery statuses.
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = DeliveryStatus>) -> Self {
        self.statuses.extend(statuses);
        self
    }

    /// Messages with any of these engagement statuses.
    pub fn engagement_statuses(mut self, statuses: impl IntoIterator<Item = EngagementStatus>) -> Self {
        self.engagement_statuses.extend(statuses);
        self
    }

    /// These messages, up to 50, as far as the other conditions hold.
    pub fn message_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.message_ids.get_or_insert_default().extend(ids.into_iter().map(Into::into));
        self
    }

    /// Messages of workflows in any of these categories.
    pub fn workflow_categories(mut self, categories: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.workflow_categories.extend(categories.into_iter().map(Into::into));
        self
    }

    /// Messages of the workflow with this key (`source`).
    pub fn workflow(mut self, key: impl Into<String>) -> Self {
        self.source = Some(key.into());
        self
    }

    /// Messages of one run, by the id that the trigger answered.
    pub fn workflow_run_id(mut self, id: impl Into<String>) -> Self {
        self.workflow_run_id = Some(id.into());
        self
    }

    /// Messages of one recipient's run.
    pub fn workflow_recipient_run_id(mut self, id: impl Into<String>) -> Self {
        self.workflow_recipient_run_id = Some(id.into());
        self
    }

    /// Messages whose data has these values: a flat JSON object. Strings are compared by their first 256 characters.
    ///
    /// See Knock on [filtering by trigger data][1].
    ///
    /// [1]: https://docs.knock.app/api-reference/overview/trigger-data-filtering
    pub fn trigger_data(mut self, data: impl Serialize) -> Self {
        self.trigger_data = Some(TriggerDataFilter::new(&data));
        self
    }

    /// Messages made after this moment.
    pub fn inserted_after(mut self, time: Timestamp) -> Self {
        self.inserted_at.gt = Some(time);
        self
    }

    /// Messages made at this moment or after it.
    pub fn inserted_at_or_after(mut self, time: Timestamp) -> Self {
        self.inserted_at.gte = Some(time);
        self
    }

    /// Messages made before this moment.
    pub fn inserted_before(mut self, time: Timestamp) -> Self {
        self.inserted_at.lt = Some(time);
        self
    }

    /// Messages made at this moment or before it.
    pub fn inserted_at_or_before(mut self, time: Timestamp) -> Self {
        self.inserted_at.lte = Some(time);
        self
    }

    pub(crate) fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_some_id("tenant", self.tenant.as_deref())?;
        check_some_id("channel_id", self.channel_id.as_deref())?;
        check_some_id("source", self.source.as_deref())?;
        check_some_id("workflow_run_id", self.workflow_run_id.as_deref())?;
        check_some_id("workflow_recipient_run_id", self.workflow_recipient_run_id.as_deref())?;
        if let Some(ids) = &self.message_ids {
            check_ids("message_ids", ids, MAX_MESSAGE_IDS)?;
        }
        request.query("tenant", &self.tenant);
        request.query("channel_id", &self.channel_id);
        request.query("status", &self.statuses);
        request.query("engagement_status", &self.engagement_statuses);
        request.query("message_ids", &self.message_ids);
        request.query("workflow_categories", &self.workflow_categories);
        request.query("source", &self.source);
        request.query("workflow_run_id", &self.workflow_run_id);
        request.query("workflow_recipient_run_id", &self.workflow_recipient_run_id);
        TriggerDataFilter::encode(self.trigger_data.as_ref(), request)?;
        self.inserted_at.encode(request);
        Ok(())
    }
}

/// Between which moments something was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimeRange {
    pub(crate) gt: Option<Timestamp>,
    pub(crate) gte: Option<Timestamp>,
    pub(crate) lt: Option<Timestamp>,
    pub(crate) lte: Option<Timestamp>,
}

impl TimeRange {
    pub(crate) fn encode(&self, request: &mut RequestEncoder<'_>) {
        // Knock's document writes `inserted_at.gt`; its server reads both, and the official SDK nests.
        request.query("inserted_at[gt]", &self.gt);
        request.query("inserted_at[gte]", &self.gte);
        request.query("inserted_at[lt]", &self.lt);
        request.query("inserted_at[lte]", &self.lte);
    }
}

/// The trigger data to look for: a flat JSON object, sent as text.
#[derive(Debug, Clone)]
pub(crate) struct TriggerDataFilter(LazyJson);

impl TriggerDataFilter {
    const FIELD: &str = "trigger_data";

    pub(crate) fn new(data: &impl Serialize) -> Self {
        Self(LazyJson::new(Self::FIELD, data))
    }

    /// Refuses nested data: Knock removes it from what it looks in.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        check_flat(Self::FIELD, &self.0, usize::MAX)
    }

    /// Appends the filter to the query, where there is one.
    pub(crate) fn encode(this: Option<&Self>, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        if let Some(filter) = this {
            filter.check()?;
            request.query(Self::FIELD, filter.0.get()?.get());
        }
        Ok(())
    }
}

impl Serialize for TriggerDataFilter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = self.0.get().map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(json.get())
    }
}

/// Refuses an id that is there and empty.
pub(crate) fn check_some_id(field: &'static str, id: Option<&str>) -> Result<(), InvalidInput> {
    id.map_or(Ok(()), |id| check_id(id, || field.to_owned()))
}

/// Refuses what is not a JSON object of strings, numbers, booleans and nulls, or has more than `max` of them.
fn check_flat(field: &'static str, json: &LazyJson, max: usize) -> Result<(), InvalidInput> {
    let Ok(map) = serde_json::from_str::<Map<String, Value>>(json.get()?.get()) else {
        return Err(InvalidInput::new(field, "is not a JSON object; pass a struct or a map"));
    };
    if map.values().any(|value| value.is_object() || value.is_array()) {
        return Err(InvalidInput::new(field, "has objects or lists in it; it must be flat"));
    }
    if map.len() > max {
        let problem = format!("has {} entries; at most {max} are allowed", map.len());
        return Err(InvalidInput::new(field, problem));
    }
    Ok(())
}
