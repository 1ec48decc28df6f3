//! Channels: changing the messages of one channel all at once.
//!
//! See its [reference](https://docs.knock.app/api-reference/channels).

use bytes::Bytes;
use serde::Serialize;

use crate::api::bulk_operations::BulkOperation;
use crate::api::messages::{DeliveryStatus, EngagementStatus, TriggerDataFilter};
use crate::api::recipients::check_id;
use crate::error::{DecodeError, InvalidInput};
use crate::open_enum::open_enum;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::response::{self, Batch};
use crate::time::Timestamp;

open_enum! {
    /// What to do with the messages of a channel.
    pub enum MessageAction {
        Seen = "seen",
        Unseen = "unseen",
        Read = "read",
        Unread = "unread",
        Archived = "archived",
        Unarchived = "unarchived",
        Interacted = "interacted",
        /// The same as [`Archived`](Self::Archived).
        Archive = "archive",
        /// The same as [`Unarchived`](Self::Unarchived).
        Unarchive = "unarchive",
        Delete = "delete",
    }
}

open_enum! {
    /// Whether archived messages count.
    pub enum ArchivedScope {
        /// All but them.
        Exclude = "exclude",
        /// They too.
        Include = "include",
        /// None but them.
        Only = "only",
    }
}

/// Does something with the messages of a channel in the background; the answer tells how to follow it.
///
/// It is done with **all** messages, unless some are chosen. Those of in-app channels can always be changed, others
/// within the retention period.
///
/// ```
/// use knock_core::channels::{self, MessageAction};
///
/// let in_app = "8209f26c-62a5-461d-95e2-a5716a26e652";
/// let read_all = channels::bulk_update_message_status(in_app, MessageAction::Read).recipient_ids(["jhammond"]);
/// # let _ = read_all;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/channels/bulk/update_message_status)
pub fn bulk_update_message_status(
    channel_id: impl Into<String>,
    action: impl Into<MessageAction>,
) -> BulkUpdateMessageStatus {
    BulkUpdateMessageStatus {
        channel_id: channel_id.into(),
        action: action.into(),
        body: BulkUpdateBody::default(),
    }
}

/// Made by [`bulk_update_message_status`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkUpdateMessageStatus {
    channel_id: String,
    action: MessageAction,
    body: BulkUpdateBody,
}

#[derive(Debug, Clone, Default, Serialize)]
struct BulkUpdateBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    archived: Option<ArchivedScope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_status: Option<DeliveryStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engagement_status: Option<EngagementStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_tenant: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newer_than: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    older_than: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenants: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger_data: Option<TriggerDataFilter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflows: Option<Vec<String>>,
}

impl BulkUpdateMessageStatus {
    /// Whether archived messages count.
    pub fn archived(mut self, scope: ArchivedScope) -> Self {
        self.body.archived = Some(scope);
        self
    }

    /// Messages with this delivery status only.
    pub fn delivery_status(mut self, status: DeliveryStatus) -> Self {
        self.body.delivery_status = Some(status);
        self
    }

    /// Messages with this engagement status only.
    pub fn engagement_status(mut self, status: EngagementStatus) -> Self {
        self.body.engagement_status = Some(status);
        self
    }

    /// Messages with a tenant only, or those without.
    pub fn has_tenant(mut self, has_tenant: bool) -> Self {
        self.body.has_tenant = Some(has_tenant);
        self
    }

    /// Messages made after this moment only.
    pub fn newer_than(mut self, time: Timestamp) -> Self {
        self.body.newer_than = Some(time);
        self
    }

    /// Messages made before this moment only.
    pub fn older_than(mut self, time: Timestamp) -> Self {
        self.body.older_than = Some(time);
        self
    }

    /// Messages to these recipients only.
    pub fn recipient_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.body.recipient_ids.get_or_insert_default().extend(ids.into_iter().map(Into::into));
        self
    }

    /// Messages of these tenants only.
    pub fn tenants(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.body.tenants.get_or_insert_default().extend(ids.into_iter().map(Into::into));
        self
    }

    /// Messages whose data has these values only: a flat JSON object, as in
    /// [`MessageFilter::trigger_data`](crate::messages::MessageFilter::trigger_data).
    pub fn trigger_data(mut self, data: impl Serialize) -> Self {
        self.body.trigger_data = Some(TriggerDataFilter::new(&data));
        self
    }

    /// Messages of the workflows with these keys only.
    pub fn workflows(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.body.workflows.get_or_insert_default().extend(keys.into_iter().map(Into::into));
        self
    }
}

impl Operation for BulkUpdateMessageStatus {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo = OperationInfo::post(
        "channels.bulk_update_message_status",
        "/v1/channels/{channel_id}/messages/bulk/{action}",
        RateLimitTier::Tier2,
    )
    .repeatable()
    .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("channel_id", &self.channel_id)?;
        request.path("action", self.action.as_str())?;
        check_choice("recipient_ids", self.body.recipient_ids.as_deref())?;
        check_choice("tenants", self.body.tenants.as_deref())?;
        check_choice("workflows", self.body.workflows.as_deref())?;
        self.body.trigger_data.as_ref().map_or(Ok(()), TriggerDataFilter::check)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "recipient_ids")
    }
}

/// Refuses a choice of nothing, which Knock would take for no choice and change all messages.
fn check_choice(field: &'static str, ids: Option<&[String]>) -> Result<(), InvalidInput> {
    if ids.is_some_and(<[String]>::is_empty) {
        return Err(InvalidInput::new(field, "is empty; leave it out for the messages of all"));
    }
    let mut ids = ids.unwrap_or_default().iter().enumerate();
    ids.try_for_each(|(index, id)| check_id(id, || format!("{field}[{index}]")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_nothing_is_not_all() {
        let update = || bulk_update_message_status("channel", MessageAction::Delete);
        assert!(update().prepare().is_ok());
        assert!(update().recipient_ids([""; 0]).prepare().is_err());
        assert!(update().tenants([""]).prepare().is_err());
    }

    #[test]
    fn trigger_data_is_text_in_the_body() {
        let update = bulk_update_message_status("channel", "read")
            .trigger_data(serde_json::json!({ "comment_id": "123" }));
        let request = update.to_request(&crate::Config::new("sk_test_12345").unwrap()).unwrap();
        assert_eq!(request.body(), r#"{"trigger_data":"{\"comment_id\":\"123\"}"}"#);
    }
}
