//! The history of a message: its activities, events and delivery logs.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::recipients::{Recipient, RecipientReference};
use crate::value::Timestamp;
use crate::wire::open_enum;

/// An activity: one trigger behind a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Activity {
    /// The id of the activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The actor of the trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Recipient>,
    /// The recipient of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// The data of the trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// When the workflow was triggered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inserted_at: Option<Timestamp>,
    /// When the activity last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

open_enum! {
    /// The type of an event of a message.
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

/// An event of a message: a change of its delivery or engagement status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct MessageEvent {
    /// The id of the event.
    pub id: String,
    /// The type of the event.
    #[serde(rename = "type")]
    pub event_type: MessageEventType,
    /// The recipient of the message.
    pub recipient: RecipientReference,
    /// Details of the event, such as the link that was clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// When the event occurred.
    pub inserted_at: Timestamp,
}

/// A delivery log: one attempt to deliver a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename", rename = "MessageDeliveryLog")]
#[non_exhaustive]
pub struct DeliveryLog {
    /// The id of the log.
    pub id: String,
    /// The id of the environment.
    pub environment_id: String,
    /// The provider, for example `Postmark`.
    pub service_name: String,
    /// The request to the provider.
    pub request: DeliveryRequest,
    /// The response of the provider.
    pub response: DeliveryResponse,
    /// When the attempt was made.
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

/// A request from Knock to a provider.
///
/// `Debug` shows only the method and the host, because the rest may contain credentials.
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

/// The response of a provider.
///
/// `Debug` shows only the status, because the rest may contain credentials and personal data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
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

impl fmt::Debug for DeliveryResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryResponse").field("status", &self.status).finish_non_exhaustive()
    }
}
