//! Hand-written types, as a service without an SDK would have them. They have the same fields as those of this SDK.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ACTOR, DATA, Data, TENANT};

/// The body of a trigger, which borrows the caller's values.
#[derive(Debug, Serialize)]
pub(super) struct Trigger<'a> {
    recipients: &'a [String],
    actor: &'a str,
    data: Data,
    tenant: &'a str,
}

impl<'a> Trigger<'a> {
    pub(super) fn new(recipients: &'a [String]) -> Self {
        Self { recipients, actor: ACTOR, data: DATA, tenant: TENANT }
    }
}

/// The response to a trigger.
#[derive(Debug, Deserialize)]
pub struct Run {
    /// The id of the run.
    pub workflow_run_id: String,
}

/// A page of messages.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// The messages.
    pub items: Vec<Message>,
    /// The position of the page in its list.
    pub page_info: PageInfo,
}

/// The position of a page in its list.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct PageInfo {
    pub after: Option<String>,
    pub before: Option<String>,
    pub page_size: u32,
    pub total_count: Option<u32>,
}

/// A message.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Message {
    pub id: String,
    pub recipient: Recipient,
    pub status: DeliveryStatus,
    pub engagement_statuses: Vec<EngagementStatus>,
    pub channel: Option<Channel>,
    pub channel_id: Option<String>,
    pub source: Option<Source>,
    pub workflow: Option<String>,
    pub tenant: Option<String>,
    pub actors: Vec<Recipient>,
    pub data: Option<Map<String, Value>>,
    pub metadata: Option<Map<String, Value>>,
    pub recipient_snapshot: Option<Snapshot>,
    pub scheduled_at: Option<Timestamp>,
    pub seen_at: Option<Timestamp>,
    pub read_at: Option<Timestamp>,
    pub interacted_at: Option<Timestamp>,
    pub link_clicked_at: Option<Timestamp>,
    pub clicked_at: Option<Timestamp>,
    pub archived_at: Option<Timestamp>,
    pub inserted_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A user's id, or an object.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Recipient {
    User(String),
    Object { id: String, collection: String },
}

/// The delivery status of a message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum DeliveryStatus {
    Queued,
    Sent,
    Delivered,
    DeliveryAttempted,
    Undelivered,
    NotSent,
    Bounced,
    #[serde(other)]
    Other,
}

/// What the recipient did with a message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum EngagementStatus {
    Seen,
    Read,
    Archived,
    LinkClicked,
    Interacted,
    #[serde(other)]
    Other,
}

/// The channel of a message.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Channel {
    pub id: String,
    pub key: Option<String>,
    pub name: Option<String>,
    pub provider: String,
    #[serde(rename = "type")]
    pub channel_type: String,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
}

/// The source of a message.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Source {
    pub key: String,
    #[serde(rename = "type")]
    pub source_type: Option<String>,
    pub categories: Vec<String>,
    pub version_id: Option<String>,
    pub step_ref: Option<String>,
    pub workflow_run_id: Option<String>,
    pub workflow_recipient_run_id: Option<String>,
}

/// The recipient's details at the time of delivery.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Snapshot {
    pub email: Option<String>,
    pub name: Option<String>,
    pub channel_id: Option<String>,
    pub user_id: Option<String>,
    pub via_incoming_webhook: Option<bool>,
}
