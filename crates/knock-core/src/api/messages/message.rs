//! A message in a response.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::preferences::ChannelType;
use crate::api::recipients::RecipientReference;
use crate::value::Timestamp;
use crate::wire::open_enum;

/// The largest number of messages that a batch call or a filter may name.
pub const MAX_MESSAGE_IDS: usize = 50;

open_enum! {
    /// The delivery status of a message.
    pub enum DeliveryStatus {
        /// The message waits to be sent.
        Queued = "queued",
        /// The provider accepted the message.
        Sent = "sent",
        /// The provider reports that the message arrived.
        Delivered = "delivered",
        /// The provider failed in a way that may be temporary; Knock tries again.
        DeliveryAttempted = "delivery_attempted",
        /// The message could not be delivered.
        Undelivered = "undelivered",
        /// The message was not sent, for example because the channel is in sandbox mode.
        NotSent = "not_sent",
        /// The server of the recipient rejected the message.
        Bounced = "bounced",
    }
}

open_enum! {
    /// The engagement status of a message: what the recipient did with it. Only filters use the negative ones.
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
    /// The kind of source that a message comes from.
    pub enum MessageSourceType {
        Workflow = "workflow",
        Broadcast = "broadcast",
        Guide = "guide",
    }
}

/// A message: one notification to one recipient through one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Message {
    /// The id of the message.
    pub id: String,
    /// The recipient.
    pub recipient: RecipientReference,
    /// The delivery status.
    pub status: DeliveryStatus,
    /// What the recipient has done with the message so far.
    #[serde(default)]
    pub engagement_statuses: Vec<EngagementStatus>,
    /// The channel that the message is sent through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<MessageChannel>,
    /// The id of the channel. Newer responses have it in [`channel`](Self::channel).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The workflow, broadcast or guide that the message comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<MessageSource>,
    /// The key of the workflow. Newer responses have it in [`source`](Self::source).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// The id of the tenant, if the workflow was triggered with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The actors of the triggers behind this message, at most 10.
    #[serde(default)]
    pub actors: Vec<RecipientReference>,
    /// The data of the trigger, and what the steps of the workflow added to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// Metadata from the provider, such as its own id of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// The address of the recipient when the message was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_snapshot: Option<RecipientSnapshot>,
    /// When the message is or was to be sent, if it was scheduled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Timestamp>,
    /// When the message was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// When the message was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When the recipient last interacted with the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interacted_at: Option<Timestamp>,
    /// When a link in the message was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_clicked_at: Option<Timestamp>,
    /// When the message was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicked_at: Option<Timestamp>,
    /// When the message was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// When the message was created.
    pub inserted_at: Timestamp,
    /// When the message last changed.
    pub updated_at: Timestamp,
}

/// The channel of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageChannel {
    /// The id of the channel.
    pub id: String,
    /// The key of the channel, unique in the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The name of the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The provider of the channel, for example `sendgrid`.
    pub provider: String,
    /// The type of the channel.
    #[serde(rename = "type")]
    pub channel_type: ChannelType,
    /// When the channel was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the channel last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// The source of a message: a workflow, broadcast or guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageSource {
    #[serde(rename = "__typename", default, skip_serializing_if = "Option::is_none")]
    typename: Option<String>,
    /// The key of the workflow, broadcast or guide.
    #[serde(default)]
    pub key: String,
    /// The kind of source.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<MessageSourceType>,
    /// The categories of the source.
    #[serde(default)]
    pub categories: Vec<String>,
    /// The id of the version that the message comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// The step that the message comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_ref: Option<String>,
    /// The id of the run, as the trigger returned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_run_id: Option<String>,
    /// The id of the run of this recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_recipient_run_id: Option<String>,
}

/// The address of a recipient when a message was sent. Which fields are present depends on the type of channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecipientSnapshot {
    /// The email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The name of the recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The id of the channel at the chat provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The id of the user at the chat provider, if it was a direct message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Whether the message was sent through an incoming webhook of the chat provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via_incoming_webhook: Option<bool>,
}
