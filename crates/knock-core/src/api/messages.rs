//! Messages: what workflows made for recipients, channel by channel, and what became of it.
//!
//! See Knock on [message statuses](https://docs.knock.app/send-notifications/message-statuses) and its
//! [reference](https://docs.knock.app/api-reference/messages).

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::api::preferences::ChannelType;
use crate::api::recipients::{Recipient, RecipientReference, check_filter, check_id, check_ids};
use crate::error::{DecodeError, InvalidInput};
use crate::json::LazyJson;
use crate::open_enum::open_enum;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, Page, PageQuery, Paged, page_setters};
use crate::response::{self, Batch};
use crate::time::Timestamp;

/// How many messages a call on many may name, and how many a list may be limited to.
pub const MAX_MESSAGE_IDS: usize = 50;

/// How many values an interaction's metadata may have.
pub const MAX_METADATA: usize = 5;

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
    #[serde(default)]
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
/// All conditions must hold; of several values for one, any. A choice of no value is refused.
///
/// ```
/// use knock_core::messages::{self, DeliveryStatus, MessageFilter};
/// use serde_json::json;
///
/// let filter = MessageFilter::new()
///     .tenant("jurassic-park")
///     .statuses([DeliveryStatus::Undelivered, DeliveryStatus::Bounced])
///     .workflow("dinosaurs-loose")
///     .trigger_data(json!({ "type": "trex" }));
/// let list = messages::list().filter(filter);
/// # let _ = list;
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct MessageFilter {
    tenant: Option<String>,
    channel_id: Option<String>,
    statuses: Option<Vec<DeliveryStatus>>,
    engagement_statuses: Option<Vec<EngagementStatus>>,
    message_ids: Option<Vec<String>>,
    workflow_categories: Option<Vec<String>>,
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
        self.statuses.get_or_insert_default().extend(statuses);
        self
    }

    /// Messages with any of these engagement statuses.
    pub fn engagement_statuses(mut self, statuses: impl IntoIterator<Item = EngagementStatus>) -> Self {
        self.engagement_statuses.get_or_insert_default().extend(statuses);
        self
    }

    /// These messages, up to 50, as far as the other conditions hold.
    pub fn message_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.message_ids.get_or_insert_default().extend(ids.into_iter().map(Into::into));
        self
    }

    /// Messages of workflows in any of these categories.
    pub fn workflow_categories(mut self, categories: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.workflow_categories.get_or_insert_default().extend(categories.into_iter().map(Into::into));
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
        check_filter("statuses", self.statuses.as_ref())?;
        check_filter("engagement_statuses", self.engagement_statuses.as_ref())?;
        check_filter("workflow_categories", self.workflow_categories.as_ref())?;
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

/// Lists the environment's messages, the newest first, 1 page at a time; those beyond the retention period are gone.
///
/// ```
/// # use knock_core::{Client, Error, Paged, Transport};
/// use knock_core::messages::{self, DeliveryStatus, MessageFilter};
///
/// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
/// let failed = MessageFilter::new().statuses([DeliveryStatus::Undelivered, DeliveryStatus::Bounced]);
/// for message in messages::list().filter(failed).collect_up_to(100, &client).await? {
///     println!("{} {:?} {}", message.id, message.recipient, message.status);
/// }
/// # Ok(()) }
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/messages/list)
pub fn list() -> List {
    List { filter: MessageFilter::default(), page: PageQuery::default() }
}

/// Made by [`list`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct List {
    filter: MessageFilter,
    page: PageQuery,
}

impl List {
    /// Which messages to list.
    pub fn filter(mut self, filter: MessageFilter) -> Self {
        self.filter = filter;
        self
    }

    page_setters!(50);
}

impl Operation for List {
    type Output = Page<Message, Self>;
    const INFO: OperationInfo =
        OperationInfo::get("messages.list", "/v1/messages", RateLimitTier::Tier4).under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.page.encode(request, 50)?;
        self.filter.encode(request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Message, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for List {
    type Item = Message;

    fn split(&self, page: Page<Message, Self>) -> (Vec<Message>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Gets a message; [`is_not_found`](crate::Error::is_not_found) where there is none, or none any more.
///
/// [Reference](https://docs.knock.app/api-reference/messages/get)
pub fn get(message_id: impl Into<String>) -> Get {
    Get { message_id: message_id.into() }
}

/// Made by [`get`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Get {
    message_id: String,
}

impl Operation for Get {
    type Output = Message;
    const INFO: OperationInfo =
        OperationInfo::get("messages.get", "/v1/messages/{message_id}", RateLimitTier::Tier4)
            .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("message_id", &self.message_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Message, DecodeError> {
        response::json(response)
    }
}

/// Gets what a message says, rendered for its channel.
///
/// ```
/// # use knock_core::{Client, Error, Operation, Transport};
/// use knock_core::messages::{self, Content};
///
/// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
/// let content = messages::get_content("2w3YUpTTOxuDvZFji8OMsKrG176").send(&client).await?;
/// match content.data {
///     Content::Email(email) => println!("{:?}", email.subject_line),
///     Content::Sms(sms) => println!("{}", sms.body),
///     _ => {}
/// }
/// # Ok(()) }
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/messages/get_content)
pub fn get_content(message_id: impl Into<String>) -> GetContent {
    GetContent { message_id: message_id.into() }
}

/// Made by [`get_content`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetContent {
    message_id: String,
}

impl Operation for GetContent {
    type Output = MessageContent;
    const INFO: OperationInfo =
        OperationInfo::get("messages.get_content", "/v1/messages/{message_id}/content", RateLimitTier::Tier4)
            .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("message_id", &self.message_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<MessageContent, DecodeError> {
        response::json(response)
    }
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct MessageContent {
    /// The message's id.
    #[serde(alias = "id")]
    pub message_id: String,
    /// What it says, in the form of its channel.
    pub data: Content,
    /// When it was rendered.
    pub inserted_at: Timestamp,
}

/// What a message says, in the form of its channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub enum Content {
    /// An email.
    #[serde(rename = "MessageEmailContent")]
    Email(EmailContent),
    /// A text message.
    #[serde(rename = "MessageSmsContent")]
    Sms(SmsContent),
    /// A push message.
    #[serde(rename = "MessagePushContent")]
    Push(PushContent),
    /// A message in a chat.
    #[serde(rename = "MessageChatContent")]
    Chat(ChatContent),
    /// An item of an in-app feed.
    #[serde(rename = "MessageInAppFeedContent")]
    InAppFeed(InAppFeedContent),
    /// A form that this version does not know, as it came.
    #[serde(untagged)]
    Other(Value),
}

/// An email.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailContent {
    /// The subject.
    #[serde(default, alias = "subject", skip_serializing_if = "Option::is_none")]
    pub subject_line: Option<String>,
    /// Whom it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<EmailSender>,
    /// Whom it is to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Who gets a copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cc: Option<String>,
    /// Who gets a copy that the others do not see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bcc: Option<String>,
    /// Where answers go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The body as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html_body: Option<String>,
    /// The body as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_body: Option<String>,
}

/// Whom an email is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum EmailSender {
    /// The address.
    Address(String),
    /// The address with a name.
    Named {
        /// The address.
        email: String,
        /// The name.
        #[serde(default)]
        name: Option<String>,
    },
    /// A form that this version does not know, as it came.
    Other(Value),
}

/// A text message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SmsContent {
    /// The text.
    pub body: String,
    /// The phone number that it went to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A push message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PushContent {
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The device that it went to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The data that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
}

/// A message in a chat.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatContent {
    /// The connection that it went over, as it is in the recipient's channel data. It may hold a token or a webhook's
    /// URL, so it is not printed.
    #[serde(default)]
    pub connection: Map<String, Value>,
    /// What it says.
    pub template: ChatTemplate,
    /// What the chat said of it, as its id there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
}

impl fmt::Debug for ChatContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatContent")
            .field("template", &self.template)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

/// What a message in a chat says: as blocks of text, or as JSON of the chat's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatTemplate {
    /// The blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<ChatBlock>>,
    /// The chat's own JSON, as Slack's Block Kit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_content: Option<Map<String, Value>>,
    /// A short form, for where there is no place for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

open_enum! {
    /// How a block's text is written.
    pub enum TextFormat {
        Text = "text",
        Markdown = "markdown",
    }
}

/// A block of a message in a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatBlock {
    /// The name by which the template knows it.
    pub name: String,
    /// How its text is written.
    #[serde(rename = "type")]
    pub format: TextFormat,
    /// Its text.
    pub content: String,
}

/// An item of an in-app feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InAppFeedContent {
    /// What it says, and the buttons under it.
    #[serde(default)]
    pub blocks: Vec<FeedBlock>,
}

/// A block of an item in an in-app feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FeedBlock {
    /// Plain text.
    Text(ContentBlock),
    /// Text with formatting.
    Markdown(ContentBlock),
    /// Buttons.
    ButtonSet(ButtonSetBlock),
    /// A form that this version does not know, as it came.
    #[serde(untagged)]
    Other(Value),
}

/// A text in an in-app feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContentBlock {
    /// The name by which the template knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The text with its Liquid tags, as the template has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The text rendered as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered: Option<String>,
}

/// Buttons in an in-app feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ButtonSetBlock {
    /// The name by which the template knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The buttons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Vec<Button>>,
}

/// A button in an in-app feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Button {
    /// The name by which the template knows it.
    #[serde(default)]
    pub name: String,
    /// What it says.
    #[serde(default)]
    pub label: String,
    /// Where it leads.
    #[serde(default)]
    pub action: String,
}

/// Lists the triggers that a message is about, 1 page at a time: several where the workflow batches.
///
/// [Reference](https://docs.knock.app/api-reference/messages/list_activities)
pub fn list_activities(message_id: impl Into<String>) -> ListActivities {
    ListActivities { message_id: message_id.into(), trigger_data: None, page: PageQuery::default() }
}

/// Made by [`list_activities`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListActivities {
    message_id: String,
    trigger_data: Option<TriggerDataFilter>,
    page: PageQuery,
}

impl ListActivities {
    /// Activities whose data has these values: a flat JSON object, as in [`MessageFilter::trigger_data`].
    pub fn trigger_data(mut self, data: impl Serialize) -> Self {
        self.trigger_data = Some(TriggerDataFilter::new(&data));
        self
    }

    page_setters!(50);
}

impl Operation for ListActivities {
    type Output = Page<Activity, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "messages.list_activities",
        "/v1/messages/{message_id}/activities",
        RateLimitTier::Tier4,
    )
    .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("message_id", &self.message_id)?;
        self.page.encode(request, 50)?;
        TriggerDataFilter::encode(self.trigger_data.as_ref(), request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Activity, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for ListActivities {
    type Item = Activity;

    fn split(&self, page: Page<Activity, Self>) -> (Vec<Activity>, Option<Self>) {
        (page.items, page.next)
    }
}

/// One trigger that a message is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Activity {
    /// The id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Recipient>,
    /// Whom it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// The trigger's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// When it was triggered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inserted_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// Lists what happened to a message, 1 page at a time: each change of a delivery or an engagement status.
///
/// [Reference](https://docs.knock.app/api-reference/messages/list_events)
pub fn list_events(message_id: impl Into<String>) -> ListEvents {
    ListEvents { message_id: message_id.into(), page: PageQuery::default() }
}

/// Made by [`list_events`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListEvents {
    message_id: String,
    page: PageQuery,
}

impl ListEvents {
    page_setters!(50);
}

impl Operation for ListEvents {
    type Output = Page<MessageEvent, Self>;
    const INFO: OperationInfo =
        OperationInfo::get("messages.list_events", "/v1/messages/{message_id}/events", RateLimitTier::Tier3)
            .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("message_id", &self.message_id)?;
        self.page.encode(request, 50)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<MessageEvent, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for ListEvents {
    type Item = MessageEvent;

    fn split(&self, page: Page<MessageEvent, Self>) -> (Vec<MessageEvent>, Option<Self>) {
        (page.items, page.next)
    }
}

open_enum! {
    /// What happened to a message.
    pub enum MessageEventType {
        Created = "message.created",
        Queued = "message.queued",
        Sent = "message.sent",
        Delivered = "message.delivered",
        DeliveryAttempted = "message.delivery_attempted",
        Undelivered = "message.undelivered",
        Bounced = "message.bounced",
        NotSent = "message.not_sent",
        Seen = "message.seen",
        Unseen = "message.unseen",
        Read = "message.read",
        Unread = "message.unread",
        Archived = "message.archived",
        Unarchived = "message.unarchived",
        LinkClicked = "message.link_clicked",
        Interacted = "message.interacted",
    }
}

/// Something that happened to a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct MessageEvent {
    /// The id.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: MessageEventType,
    /// Whom the message is for.
    pub recipient: RecipientReference,
    /// More of what happened, as the link that was clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// When it happened.
    pub inserted_at: Timestamp,
}

/// Lists what Knock asked of the provider for a message, and what it answered, 1 page at a time.
///
/// Messages in Knock's own feeds have none.
///
/// [Reference](https://docs.knock.app/api-reference/messages/list_delivery_logs)
pub fn list_delivery_logs(message_id: impl Into<String>) -> ListDeliveryLogs {
    ListDeliveryLogs { message_id: message_id.into(), page: PageQuery::default() }
}

/// Made by [`list_delivery_logs`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListDeliveryLogs {
    message_id: String,
    page: PageQuery,
}

impl ListDeliveryLogs {
    page_setters!(50);
}

impl Operation for ListDeliveryLogs {
    type Output = Page<DeliveryLog, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "messages.list_delivery_logs",
        "/v1/messages/{message_id}/delivery_logs",
        RateLimitTier::Tier3,
    )
    .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("message_id", &self.message_id)?;
        self.page.encode(request, 50)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<DeliveryLog, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for ListDeliveryLogs {
    type Item = DeliveryLog;

    fn split(&self, page: Page<DeliveryLog, Self>) -> (Vec<DeliveryLog>, Option<Self>) {
        (page.items, page.next)
    }
}

/// One attempt to deliver a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename", rename = "MessageDeliveryLog")]
#[non_exhaustive]
pub struct DeliveryLog {
    /// The id.
    pub id: String,
    /// The environment's id.
    pub environment_id: String,
    /// The provider, as `Postmark`.
    pub service_name: String,
    /// What Knock asked.
    pub request: DeliveryRequest,
    /// What the provider answered.
    pub response: DeliveryResponse,
    /// When it was.
    pub inserted_at: Timestamp,
}

open_enum! {
    /// The HTTP method of a request to a provider.
    pub enum DeliveryMethod {
        Get = "GET",
        Post = "POST",
        Put = "PUT",
        Delete = "DELETE",
        Patch = "PATCH",
    }
}

/// What Knock asked of a provider. Only method and host are printed: the rest may hold credentials.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeliveryRequest {
    /// The HTTP method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<DeliveryMethod>,
    /// The host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The query string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<Map<String, Value>>,
    /// The body: text or JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl fmt::Debug for DeliveryRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryRequest")
            .field("method", &self.method)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// What a provider answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeliveryResponse {
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<Map<String, Value>>,
    /// The body: text or JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// Declares an operation that changes the status of a message, has no body, and answers the message.
macro_rules! status_operation {
    (
        $(#[$meta:meta])*
        $function:ident -> $operation:ident, $method:ident, $name:literal, $route:literal
    ) => {
        $(#[$meta])*
        pub fn $function(message_id: impl Into<String>) -> $operation {
            $operation { message_id: message_id.into() }
        }

        #[doc = concat!("Made by [`", stringify!($function), "`].")]
        #[derive(Debug, Clone)]
        #[must_use = "an operation does nothing until it is sent"]
        pub struct $operation {
            message_id: String,
        }

        impl Operation for $operation {
            type Output = Message;
            const INFO: OperationInfo =
                OperationInfo::$method($name, $route, RateLimitTier::Tier2).under_retention();

            fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
                request.path("message_id", &self.message_id)
            }

            fn decode(&self, response: &http::Response<Bytes>) -> Result<Message, DecodeError> {
                response::json(response)
            }
        }
    };
}

status_operation! {
    /// Marks a message as seen: the recipient had it before their eyes.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/mark_as_seen)
    mark_as_seen -> MarkAsSeen, put, "messages.mark_as_seen", "/v1/messages/{message_id}/seen"
}

status_operation! {
    /// Marks a message as not seen.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/mark_as_unseen)
    mark_as_unseen -> MarkAsUnseen, delete, "messages.mark_as_unseen", "/v1/messages/{message_id}/seen"
}

status_operation! {
    /// Marks a message as read.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/mark_as_read)
    mark_as_read -> MarkAsRead, put, "messages.mark_as_read", "/v1/messages/{message_id}/read"
}

status_operation! {
    /// Marks a message as not read.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/mark_as_unread)
    mark_as_unread -> MarkAsUnread, delete, "messages.mark_as_unread", "/v1/messages/{message_id}/read"
}

status_operation! {
    /// Archives a message: the feed does not show it any more, unless asked to.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/archive)
    archive -> Archive, put, "messages.archive", "/v1/messages/{message_id}/archived"
}

status_operation! {
    /// Takes a message out of the archive.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/unarchive)
    unarchive -> Unarchive, delete, "messages.unarchive", "/v1/messages/{message_id}/archived"
}

status_operation! {
    /// The same as [`mark_as_unseen`], by another route that Knock has for it; prefer that one.
    mark_as_unseen_alias -> MarkAsUnseenAlias, delete,
    "messages.mark_as_unseen_alias", "/v1/messages/{message_id}/unseen"
}

status_operation! {
    /// The same as [`mark_as_unread`], by another route that Knock has for it; prefer that one.
    mark_as_unread_alias -> MarkAsUnreadAlias, delete,
    "messages.mark_as_unread_alias", "/v1/messages/{message_id}/unread"
}

status_operation! {
    /// The same as [`unarchive`], by another route that Knock has for it; prefer that one.
    unarchive_alias -> UnarchiveAlias, delete,
    "messages.unarchive_alias", "/v1/messages/{message_id}/unarchived"
}

/// Marks a message as interacted with: the recipient did something with it. There is no way back.
///
/// ```
/// use knock_core::messages;
/// use serde_json::json;
///
/// let mark = messages::mark_as_interacted("2w3YUpTTOxuDvZFji8OMsKrG176").metadata(json!({ "button": "evacuate" }));
/// # let _ = mark;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/messages/mark_as_interacted)
pub fn mark_as_interacted(message_id: impl Into<String>) -> MarkAsInteracted {
    MarkAsInteracted { message_id: message_id.into(), body: InteractedBody { metadata: None } }
}

/// Made by [`mark_as_interacted`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct MarkAsInteracted {
    message_id: String,
    body: InteractedBody,
}

#[derive(Debug, Clone, Serialize)]
struct InteractedBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<LazyJson>,
}

impl MarkAsInteracted {
    /// What the recipient did: a flat JSON object of up to 5 values.
    pub fn metadata(mut self, metadata: impl Serialize) -> Self {
        self.body.metadata = Some(LazyJson::new("metadata", &metadata));
        self
    }
}

impl Operation for MarkAsInteracted {
    type Output = Message;
    const INFO: OperationInfo = OperationInfo::put(
        "messages.mark_as_interacted",
        "/v1/messages/{message_id}/interacted",
        RateLimitTier::Tier2,
    )
    .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("message_id", &self.message_id)?;
        check_metadata(self.body.metadata.as_ref())?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Message, DecodeError> {
        response::json(response)
    }
}

/// Refuses metadata of an interaction that is not flat or has more than 5 values.
fn check_metadata(metadata: Option<&LazyJson>) -> Result<(), InvalidInput> {
    metadata.map_or(Ok(()), |metadata| check_flat("metadata", metadata, MAX_METADATA))
}

/// Declares an operation that changes the status of up to 50 messages and answers those that it changed.
macro_rules! batch_status_operation {
    ($(#[$meta:meta])* $function:ident -> $operation:ident, $name:literal, $route:literal) => {
        $(#[$meta])*
        pub fn $function(message_ids: impl IntoIterator<Item = impl Into<String>>) -> $operation {
            $operation { body: BatchBody::new(message_ids) }
        }

        #[doc = concat!("Made by [`", stringify!($function), "`].")]
        #[derive(Debug, Clone)]
        #[must_use = "an operation does nothing until it is sent"]
        pub struct $operation {
            body: BatchBody,
        }

        impl Operation for $operation {
            type Output = Batch<Vec<Message>>;
            const INFO: OperationInfo =
                OperationInfo::post($name, $route, RateLimitTier::Tier3).repeatable().under_retention();

            fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
                self.body.encode(request)
            }

            fn decode(&self, response: &http::Response<Bytes>) -> Result<Self::Output, DecodeError> {
                response::batch(response, BatchBody::IDS)
            }
        }
    };
}

#[derive(Debug, Clone, Serialize)]
struct BatchBody {
    message_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<LazyJson>,
}

impl BatchBody {
    const IDS: &str = "message_ids";

    fn new(message_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { message_ids: message_ids.into_iter().map(Into::into).collect(), metadata: None }
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_ids(Self::IDS, &self.message_ids, MAX_MESSAGE_IDS)?;
        check_metadata(self.metadata.as_ref())?;
        request.json(self)
    }
}

batch_status_operation! {
    /// Marks up to 50 messages as seen.
    ///
    /// A message that was updated less than a second ago is left as it is: see [`Batch::rate_limited`].
    ///
    /// ```
    /// # use knock_core::{Client, Error, Operation, Transport, messages};
    /// # async fn example<T: Transport>(client: Client<T>, ids: Vec<String>) -> Result<(), Error> {
    /// let answer = messages::batch_mark_as_seen(ids).send(&client).await?;
    /// println!("not updated: {:?}", answer.rate_limited);
    /// # Ok(()) }
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_seen)
    batch_mark_as_seen -> BatchMarkAsSeen, "messages.batch_mark_as_seen", "/v1/messages/batch/seen"
}

batch_status_operation! {
    /// Marks up to 50 messages as not seen.
    ///
    /// A message that was updated less than a second ago is left as it is: see [`Batch::rate_limited`].
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_unseen)
    batch_mark_as_unseen -> BatchMarkAsUnseen, "messages.batch_mark_as_unseen", "/v1/messages/batch/unseen"
}

batch_status_operation! {
    /// Marks up to 50 messages as read.
    ///
    /// A message that was updated less than a second ago is left as it is: see [`Batch::rate_limited`].
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_read)
    batch_mark_as_read -> BatchMarkAsRead, "messages.batch_mark_as_read", "/v1/messages/batch/read"
}

batch_status_operation! {
    /// Marks up to 50 messages as not read.
    ///
    /// A message that was updated less than a second ago is left as it is: see [`Batch::rate_limited`].
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_unread)
    batch_mark_as_unread -> BatchMarkAsUnread, "messages.batch_mark_as_unread", "/v1/messages/batch/unread"
}

batch_status_operation! {
    /// Archives up to 50 messages.
    ///
    /// A message that was updated less than a second ago is left as it is: see [`Batch::rate_limited`].
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/archive)
    batch_archive -> BatchArchive, "messages.batch_archive", "/v1/messages/batch/archived"
}

batch_status_operation! {
    /// Takes up to 50 messages out of the archive.
    ///
    /// A message that was updated less than a second ago is left as it is: see [`Batch::rate_limited`].
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/unarchive)
    batch_unarchive -> BatchUnarchive, "messages.batch_unarchive", "/v1/messages/batch/unarchived"
}

batch_status_operation! {
    /// Marks up to 50 messages as interacted with. There is no way back.
    ///
    /// A message that was updated less than a second ago is left as it is: see [`Batch::rate_limited`].
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_interacted)
    batch_mark_as_interacted -> BatchMarkAsInteracted,
    "messages.batch_mark_as_interacted", "/v1/messages/batch/interacted"
}

impl BatchMarkAsInteracted {
    /// What the recipients did: a flat JSON object of up to 5 values.
    pub fn metadata(mut self, metadata: impl Serialize) -> Self {
        self.body.metadata = Some(LazyJson::new("metadata", &metadata));
        self
    }
}

/// Gets what up to 25 messages say, rendered for their channels.
///
/// [Reference](https://docs.knock.app/api-reference/messages/batch/get_content)
pub fn batch_get_content(message_ids: impl IntoIterator<Item = impl Into<String>>) -> BatchGetContent {
    BatchGetContent { message_ids: message_ids.into_iter().map(Into::into).collect() }
}

/// Made by [`batch_get_content`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BatchGetContent {
    message_ids: Vec<String>,
}

impl Operation for BatchGetContent {
    type Output = Vec<MessageContent>;
    const INFO: OperationInfo =
        OperationInfo::get("messages.batch_get_content", "/v1/messages/batch/content", RateLimitTier::Tier4)
            .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_ids("message_ids", &self.message_ids, MAX_CONTENTS)?;
        request.query("message_ids", &self.message_ids);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Vec<MessageContent>, DecodeError> {
        response::json(response)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_content_reads_and_writes() {
        type Is = fn(&Content) -> bool;
        let cases: [(Value, Is); 8] = [
            (
                json!({
                    "__typename": "MessageEmailContent", "from": "a@ingen.net", "to": "b@ingen.net",
                    "subject_line": "Life", "html_body": "<p>", "text_body": "Life", "cc": null
                }),
                |data| matches!(data, Content::Email(_)),
            ),
            (
                json!({ "__typename": "MessageEmailContent", "from": { "email": "a@ingen.net", "name": null } }),
                |data| matches!(data, Content::Email(email) if matches!(email.from, Some(EmailSender::Named { .. }))),
            ),
            (json!({ "__typename": "MessageSmsContent", "body": "Run", "to": "+15553982647" }), |data| {
                matches!(data, Content::Sms(_))
            }),
            (
                json!({ "__typename": "MessagePushContent", "title": "T", "body": "B", "token": "t", "data": {} }),
                |data| matches!(data, Content::Push(_)),
            ),
            (
                json!({
                    "__typename": "MessageChatContent", "connection": { "access_token": "xoxb" },
                    "template": { "blocks": [{ "type": "text", "name": "body", "content": "Run" }] }
                }),
                |data| matches!(data, Content::Chat(_)) && !format!("{data:?}").contains("xoxb"),
            ),
            (
                json!({ "__typename": "MessageInAppFeedContent", "blocks": [
                    { "type": "markdown", "name": "body", "content": "**Run**", "rendered": "<b>Run</b>" },
                    { "type": "button_set", "name": "all", "buttons": [{ "name": "a", "label": "A", "action": "/" }] },
                    { "type": "hologram", "angle": 3 }
                ] }),
                |data| {
                    matches!(data, Content::InAppFeed(feed) if matches!(
                        &feed.blocks[..],
                        [FeedBlock::Markdown(_), FeedBlock::ButtonSet(_), FeedBlock::Other(_)]
                    ))
                },
            ),
            (json!({ "__typename": "MessageHologramContent" }), |data| matches!(data, Content::Other(_))),
            (json!({ "__typename": "MessageSmsContent", "body": 7 }), |data| {
                matches!(data, Content::Other(_))
            }),
        ];
        for (data, is) in cases {
            let parsed: Content = serde_json::from_value(data.clone()).unwrap();
            assert!(is(&parsed), "{parsed:?}");
            let mut written = json!(parsed);
            if data.get("cc").is_some() {
                written["cc"] = Value::Null;
            }
            assert_eq!(written, data);
        }
    }

    #[test]
    fn a_filter_by_data_is_flat() {
        let problem = |data: Value| {
            let error = list().filter(MessageFilter::new().trigger_data(data)).prepare().err()?;
            Some(error.message().to_owned())
        };
        assert_eq!(problem(json!({ "type": "trex", "loose": true, "eaten": null })), None);
        assert!(problem(json!({ "paddock": { "id": 9 } })).unwrap().contains("`trigger_data` has objects"));
        assert!(problem(json!(["trex"])).unwrap().contains("`trigger_data` is not a JSON object"));
    }

    #[test]
    fn too_many_are_refused() {
        let ids = |count: usize| (0..count).map(|id| id.to_string());
        assert!(batch_mark_as_read(ids(50)).prepare().is_ok());
        assert!(batch_mark_as_read(ids(51)).prepare().is_err());
        assert!(batch_mark_as_read(ids(0)).prepare().is_err());
        assert!(batch_get_content(ids(26)).prepare().is_err());
        assert!(list().filter(MessageFilter::new().message_ids(ids(0))).prepare().is_err());
        let metadata: Map<String, Value> = ids(6).map(|id| (id, Value::Null)).collect();
        assert!(mark_as_interacted("m").metadata(metadata).prepare().is_err());
    }
}
