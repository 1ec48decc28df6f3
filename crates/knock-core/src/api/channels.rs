//! Channels: updating many messages of one channel at once.
//!
//! See its [reference](https://docs.knock.app/api-reference/channels).

use serde::Serialize;

use crate::api::bulk_operations::BulkOperation;
use crate::api::messages::{DeliveryStatus, EngagementStatus};
use crate::operation::{TriggerDataFilter, operation};
use crate::value::{IntoOptional, InvalidInput, Text, Time};
use crate::wire::{ObjectSink, check_filter_value, open_enum};

open_enum! {
    /// An action on the messages of a channel.
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
    /// Whether archived messages are included.
    pub enum ArchivedScope {
        /// Only messages that are not archived.
        Exclude = "exclude",
        /// Archived messages too.
        Include = "include",
        /// Only archived messages.
        Only = "only",
    }
}

operation! {
    /// Updates the messages of a channel, in the background.
    ///
    /// **All** messages of the channel are updated unless you limit them. Messages of in-app channels can always be
    /// updated, others only within the retention period. The response is a bulk operation, which you can
    /// [wait for](BulkOperation::wait).
    ///
    /// ```
    /// use knock_core::channels::{self, MessageAction};
    ///
    /// let in_app = "8209f26c-62a5-461d-95e2-a5716a26e652";
    /// let read_all = channels::bulk_update_message_status(in_app, MessageAction::Read)
    ///     .recipient_ids(["jhammond"]);
    /// # let _ = read_all;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/channels/bulk/update_message_status)
    #[doc(alias = "channels.bulk.updateMessageStatus")]
    pub fn bulk_update_message_status(channel_id, action: MessageAction) -> BulkUpdateMessageStatus {
        "channels.bulk_update_message_status":
            POST "/v1/channels/{channel_id}/messages/bulk/{action}", Tier2, under_retention, deduplicated,
            twice_adds(
                "a second bulk operation, on messages created since too, with events if `interacted`",
                "docs, bulk endpoints: the filters select when the operation runs (inferred)"
            );
        returns (batch of BulkOperation, by "recipient_ids");
        fields {
            archived: Option<ArchivedScope> = None,
            delivery_status: Option<DeliveryStatus> = None,
            engagement_status: Option<EngagementStatus> = None,
            has_tenant: Option<bool> = None,
            newer_than: Option<Time> = None,
            older_than: Option<Time> = None,
            recipient_ids: Option<Vec<Text>> = None,
            tenants: Option<Vec<Text>> = None,
            trigger_data: Option<TriggerDataFilter> = None,
            workflows: Option<Vec<Text>> = None,
        }
        check |this| {
            check_selection("recipient_ids", this.recipient_ids.as_deref())?;
            check_selection("tenants", this.tenants.as_deref())?;
            check_selection("workflows", this.workflows.as_deref())?;
            check_one("archived", this.archived.as_ref())?;
            check_one("delivery_status", this.delivery_status.as_ref())?;
            check_one("engagement_status", this.engagement_status.as_ref())?;
            this.trigger_data.as_ref().map_or(Ok(()), TriggerDataFilter::check)
        }
        encode |this, request| {
            let time = |field, time: &Option<Time>| time.as_ref().map(|time| time.get(field)).transpose();
            let newer_than = time("newer_than", &this.newer_than)?;
            let older_than = time("older_than", &this.older_than)?;
            request.json_object(|object| {
                object.optional("archived", this.archived.as_ref())?;
                object.optional("delivery_status", this.delivery_status.as_ref())?;
                object.optional("engagement_status", this.engagement_status.as_ref())?;
                object.optional("has_tenant", this.has_tenant.as_ref())?;
                object.optional("newer_than", newer_than.as_ref())?;
                object.optional("older_than", older_than.as_ref())?;
                object.optional("recipient_ids", this.recipient_ids.as_ref())?;
                object.optional("tenants", this.tenants.as_ref())?;
                object.optional("trigger_data", this.trigger_data.as_ref())?;
                object.optional("workflows", this.workflows.as_ref())
            })
        }
    }
}

impl BulkUpdateMessageStatus {
    /// Sets whether archived messages are updated.
    pub fn archived<Kind>(mut self, scope: impl IntoOptional<ArchivedScope, Kind>) -> Self {
        self.archived = scope.into_optional().or(self.archived);
        self
    }

    /// Limits the update to messages that have this delivery status.
    pub fn delivery_status<Kind>(mut self, status: impl IntoOptional<DeliveryStatus, Kind>) -> Self {
        self.delivery_status = status.into_optional().or(self.delivery_status);
        self
    }

    /// Limits the update to messages that have this engagement status.
    pub fn engagement_status<Kind>(mut self, status: impl IntoOptional<EngagementStatus, Kind>) -> Self {
        self.engagement_status = status.into_optional().or(self.engagement_status);
        self
    }

    /// Limits the update to messages that have a tenant, or to those that have none.
    pub fn has_tenant(mut self, has_tenant: impl Into<Option<bool>>) -> Self {
        self.has_tenant = has_tenant.into().or(self.has_tenant);
        self
    }

    /// Limits the update to messages created after this time.
    pub fn newer_than<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.newer_than = time.into_optional().or(self.newer_than);
        self
    }

    /// Limits the update to messages created before this time.
    pub fn older_than<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.older_than = time.into_optional().or(self.older_than);
        self
    }

    /// Limits the update to messages for these recipients.
    pub fn recipient_ids(mut self, ids: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        self.recipient_ids.get_or_insert_default().extend(ids.into_iter().map(Into::into));
        self
    }

    /// Limits the update to messages of these tenants.
    pub fn tenants(mut self, ids: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        self.tenants.get_or_insert_default().extend(ids.into_iter().map(Into::into));
        self
    }

    /// Limits the update to messages whose data has these values: a flat JSON object, as for
    /// [`MessageFilter::trigger_data`](crate::messages::MessageFilter::trigger_data).
    pub fn trigger_data(mut self, data: impl Serialize) -> Self {
        self.trigger_data = Some(TriggerDataFilter::new(&data));
        self
    }

    /// Limits the update to messages of the workflows with these keys.
    pub fn workflows(mut self, keys: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        self.workflows.get_or_insert_default().extend(keys.into_iter().map(Into::into));
        self
    }
}

/// Refuses an empty selection, which Knock would take for none, so that it would update all messages.
fn check_selection(field: &'static str, ids: Option<&[Text]>) -> Result<(), InvalidInput> {
    if ids.is_some_and(<[Text]>::is_empty) {
        return Err(InvalidInput::new(field, "is empty; leave it out to update the messages of all"));
    }
    let mut ids = ids.unwrap_or_default().iter().enumerate();
    ids.try_for_each(|(index, id)| check_filter_value(&format!("{field}[{index}]"), id.as_str()))
}

/// Refuses a condition without a value, for the same reason.
fn check_one(field: &'static str, value: Option<&impl AsRef<str>>) -> Result<(), InvalidInput> {
    value.map_or(Ok(()), |value| check_filter_value(field, value.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Operation};

    fn body(update: &BulkUpdateMessageStatus) -> bytes::Bytes {
        update.to_request(&Config::new("sk_test_12345").unwrap()).unwrap().into_body()
    }

    #[test]
    fn an_empty_selection_is_not_all() {
        let update = || bulk_update_message_status("channel", MessageAction::Delete);
        assert!(update().prepare([7; 16]).is_ok());
        assert!(update().recipient_ids([""; 0]).prepare([7; 16]).is_err());
        assert!(update().tenants([""]).prepare([7; 16]).is_err());
    }

    #[test]
    fn trigger_data_is_text_in_the_body() {
        let update = bulk_update_message_status("channel", "read")
            .trigger_data(serde_json::json!({ "comment_id": "123" }));
        assert_eq!(body(&update), r#"{"trigger_data":"{\"comment_id\":\"123\"}"}"#);
    }

    #[test]
    fn what_is_not_set_is_left_out() {
        let update = || bulk_update_message_status("channel", "read");
        assert_eq!(body(&update()), "{}");
        let limited = update().has_tenant(false).newer_than("2026-09-21T14:13:20Z").workflows(["a", "b"]);
        let expected = r#"{"has_tenant":false,"newer_than":"2026-09-21T14:13:20Z","workflows":["a","b"]}"#;
        assert_eq!(body(&limited), expected);
        let error = update().older_than("yesterday").prepare([7; 16]).unwrap_err();
        assert!(error.message().starts_with("`older_than` is not a time"), "{error}");
    }
}
