//! Messages: the notifications that workflows create for a recipient, one for each channel.
//!
//! See Knock on [message statuses](https://docs.knock.app/send-notifications/message-statuses) and its
//! [reference](https://docs.knock.app/api-reference/messages).

mod content;
mod filter;
mod history;
mod message;

use serde::Serialize;

pub use self::content::{
    Button, ButtonSetBlock, ChatBlock, ChatContent, ChatTemplate, Content, ContentBlock, EmailContent,
    EmailSender, FeedBlock, InAppFeedContent, MessageContent, PushContent, SmsContent, TextFormat,
};
pub use self::filter::MessageFilter;
pub(crate) use self::filter::message_filter_setters;
pub use self::history::{
    Activity, DeliveryLog, DeliveryMethod, DeliveryRequest, DeliveryResponse, MessageEvent, MessageEventType,
};
pub use self::message::{
    DeliveryStatus, EngagementStatus, MAX_MESSAGE_IDS, Message, MessageChannel, MessageSource,
    MessageSourceType, RecipientSnapshot,
};
use crate::operation::{TriggerDataFilter, operation};
use crate::value::{InvalidInput, Text};
use crate::wire::{JsonText, ObjectSink, check_flat, check_ids};

/// The largest number of values in the metadata of an interaction.
pub const MAX_METADATA: usize = 5;

/// The largest number of messages whose contents one call can get.
pub const MAX_CONTENTS: usize = 25;

operation! {
    /// Lists the messages of the environment, newest first.
    ///
    /// Messages older than the retention period are not included.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Paged, Transport};
    /// use knock_core::messages::{self, DeliveryStatus};
    ///
    /// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
    /// let failed = messages::list()
    ///     .tenant("jurassic-park")
    ///     .statuses([DeliveryStatus::Undelivered, DeliveryStatus::Bounced])
    ///     .inserted_after("2026-09-21T14:13:20Z");
    /// for message in failed.collect_up_to(100, &client).await? {
    ///     println!("{} {:?} {}", message.id, message.recipient, message.status);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/list)
    #[doc(alias = "messages.list")]
    pub fn list() -> List {
        "messages.list": GET "/v1/messages", Tier4, under_retention;
        returns (pages of Message);
        page_size (50);
        fields { filter: MessageFilter = MessageFilter::new() }
        encode |this, request| { this.filter.encode(request) }
    }
}

impl List {
    message_filter_setters!(filter);
}

operation! {
    /// Gets a message.
    ///
    /// If the message does not exist, or is older than the retention period, the error
    /// [is not found](crate::Error::is_not_found).
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/get)
    #[doc(alias = "messages.get")]
    pub fn get(message_id) -> Get {
        "messages.get": GET "/v1/messages/{message_id}", Tier4, under_retention;
        returns (Message);
    }
}

operation! {
    /// Gets the content of a message, rendered for its channel.
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
    #[doc(alias = "messages.getContent")]
    pub fn get_content(message_id) -> GetContent {
        "messages.get_content": GET "/v1/messages/{message_id}/content", Tier4, under_retention;
        returns (MessageContent);
    }
}

operation! {
    /// Lists the activities of a message: the triggers that it is about.
    ///
    /// There are several if the workflow has a batch step.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/list_activities)
    #[doc(alias = "messages.listActivities")]
    pub fn list_activities(message_id) -> ListActivities {
        "messages.list_activities": GET "/v1/messages/{message_id}/activities", Tier4, under_retention;
        returns (pages of Activity);
        page_size (50);
        fields { trigger_data: Option<TriggerDataFilter> = None }
        encode |this, request| { TriggerDataFilter::encode(this.trigger_data.as_ref(), request) }
    }
}

impl ListActivities {
    /// Limits the list to activities whose data has these values: a flat JSON object, as for
    /// [`MessageFilter::trigger_data`].
    pub fn trigger_data(mut self, data: impl Serialize) -> Self {
        self.trigger_data = Some(TriggerDataFilter::new(&data));
        self
    }
}

operation! {
    /// Lists the events of a message: each change of its delivery or engagement status.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/list_events)
    #[doc(alias = "messages.listEvents")]
    pub fn list_events(message_id) -> ListEvents {
        "messages.list_events": GET "/v1/messages/{message_id}/events", Tier3, under_retention;
        returns (pages of MessageEvent);
        page_size (50);
    }
}

operation! {
    /// Lists the delivery logs of a message: Knock's requests to the provider, and the responses.
    ///
    /// Messages in Knock's own feeds have none.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/list_delivery_logs)
    #[doc(alias = "messages.listDeliveryLogs")]
    pub fn list_delivery_logs(message_id) -> ListDeliveryLogs {
        "messages.list_delivery_logs": GET "/v1/messages/{message_id}/delivery_logs", Tier3, under_retention;
        returns (pages of DeliveryLog);
        page_size (50);
    }
}

operation! {
    /// Marks a message as seen: it was displayed to the recipient.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/mark_as_seen)
    #[doc(alias = "messages.markAsSeen")]
    pub fn mark_as_seen(message_id) -> MarkAsSeen {
        "messages.mark_as_seen": PUT "/v1/messages/{message_id}/seen", Tier2, under_retention,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (Message);
    }
}

operation! {
    /// Marks a message as not seen.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/mark_as_unseen)
    #[doc(alias = "messages.markAsUnseen")]
    pub fn mark_as_unseen(message_id) -> MarkAsUnseen {
        "messages.mark_as_unseen": DELETE "/v1/messages/{message_id}/seen", Tier2, under_retention,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (Message);
    }
}

operation! {
    /// Marks a message as read.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/mark_as_read)
    #[doc(alias = "messages.markAsRead")]
    pub fn mark_as_read(message_id) -> MarkAsRead {
        "messages.mark_as_read": PUT "/v1/messages/{message_id}/read", Tier2, under_retention,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (Message);
    }
}

operation! {
    /// Marks a message as not read.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/mark_as_unread)
    #[doc(alias = "messages.markAsUnread")]
    pub fn mark_as_unread(message_id) -> MarkAsUnread {
        "messages.mark_as_unread": DELETE "/v1/messages/{message_id}/read", Tier2, under_retention,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (Message);
    }
}

operation! {
    /// Archives a message: feeds do not show it any more unless archived items are requested.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/archive)
    #[doc(alias = "messages.archive")]
    pub fn archive(message_id) -> Archive {
        "messages.archive": PUT "/v1/messages/{message_id}/archived", Tier2, under_retention,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (Message);
    }
}

operation! {
    /// Removes a message from the archive.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/unarchive)
    #[doc(alias = "messages.unarchive")]
    pub fn unarchive(message_id) -> Unarchive {
        "messages.unarchive": DELETE "/v1/messages/{message_id}/archived", Tier2, under_retention,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (Message);
    }
}

operation! {
    /// Marks a message as not seen, through the other route that Knock has for it.
    ///
    /// Prefer [`mark_as_unseen`], which does the same.
    pub fn mark_as_unseen_alias(message_id) -> MarkAsUnseenAlias {
        "messages.mark_as_unseen_alias": DELETE "/v1/messages/{message_id}/unseen", Tier2, under_retention,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (Message);
    }
}

operation! {
    /// Marks a message as not read, through the other route that Knock has for it.
    ///
    /// Prefer [`mark_as_unread`], which does the same.
    pub fn mark_as_unread_alias(message_id) -> MarkAsUnreadAlias {
        "messages.mark_as_unread_alias": DELETE "/v1/messages/{message_id}/unread", Tier2, under_retention,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (Message);
    }
}

operation! {
    /// Removes a message from the archive, through the other route that Knock has for it.
    ///
    /// Prefer [`unarchive`], which does the same.
    pub fn unarchive_alias(message_id) -> UnarchiveAlias {
        "messages.unarchive_alias": DELETE "/v1/messages/{message_id}/unarchived", Tier2, under_retention,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (Message);
    }
}

operation! {
    /// Marks a message as interacted with. This cannot be undone.
    ///
    /// ```
    /// use knock_core::messages;
    /// use serde_json::json;
    ///
    /// let mark = messages::mark_as_interacted("2w3YUpTTOxuDvZFji8OMsKrG176")
    ///     .metadata(json!({ "button": "evacuate" }));
    /// # let _ = mark;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/mark_as_interacted)
    #[doc(alias = "messages.markAsInteracted")]
    pub fn mark_as_interacted(message_id) -> MarkAsInteracted {
        "messages.mark_as_interacted": PUT "/v1/messages/{message_id}/interacted", Tier2, under_retention,
            twice_emits(
                "a second event `message.interacted`",
                "docs, message-statuses: an event records each interaction and its metadata (inferred)"
            );
        returns (Message);
        fields { metadata: Option<JsonText> = None }
        check |this| { check_metadata(this.metadata.as_ref()) }
        encode |this, request| {
            request.json_object(|object| object.optional("metadata", this.metadata.as_ref()))
        }
    }
}

impl MarkAsInteracted {
    /// Sets a description of what the recipient did: a flat JSON object of up to 5 values.
    pub fn metadata(mut self, metadata: impl Serialize) -> Self {
        self.metadata = Some(JsonText::new("metadata", &metadata));
        self
    }
}

/// Refuses metadata of an interaction that is not flat or has more than 5 values.
fn check_metadata(metadata: Option<&JsonText>) -> Result<(), InvalidInput> {
    metadata.map_or(Ok(()), |metadata| check_flat("metadata", metadata, MAX_METADATA).map(drop))
}

operation! {
    /// Marks up to 50 messages as seen.
    ///
    /// A message that was updated less than a second ago is left unchanged; see
    /// [`Batch::rate_limited`](crate::Batch::rate_limited).
    ///
    /// ```
    /// # use knock_core::{Client, Error, Operation, Transport, messages};
    /// # async fn example<T: Transport>(client: Client<T>, ids: Vec<String>) -> Result<(), Error> {
    /// let seen = messages::batch_mark_as_seen(ids).send(&client).await?;
    /// println!("not updated: {:?}", seen.rate_limited);
    /// # Ok(()) }
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_seen)
    #[doc(alias = "messages.batch.markAsSeen")]
    pub fn batch_mark_as_seen(; message_ids: [Text]) -> BatchMarkAsSeen {
        "messages.batch_mark_as_seen": POST "/v1/messages/batch/seen", Tier3, under_retention, deduplicated,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (batch of items of Message, by "message_ids");
        check |this| { check_ids("message_ids", &this.message_ids, MAX_MESSAGE_IDS) }
        body { message_ids }
    }
}

operation! {
    /// Marks up to 50 messages as not seen.
    ///
    /// A message that was updated less than a second ago is left unchanged; see
    /// [`Batch::rate_limited`](crate::Batch::rate_limited).
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_unseen)
    #[doc(alias = "messages.batch.markAsUnseen")]
    pub fn batch_mark_as_unseen(; message_ids: [Text]) -> BatchMarkAsUnseen {
        "messages.batch_mark_as_unseen":
            POST "/v1/messages/batch/unseen", Tier3, under_retention, deduplicated,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (batch of items of Message, by "message_ids");
        check |this| { check_ids("message_ids", &this.message_ids, MAX_MESSAGE_IDS) }
        body { message_ids }
    }
}

operation! {
    /// Marks up to 50 messages as read.
    ///
    /// A message that was updated less than a second ago is left unchanged; see
    /// [`Batch::rate_limited`](crate::Batch::rate_limited).
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_read)
    #[doc(alias = "messages.batch.markAsRead")]
    pub fn batch_mark_as_read(; message_ids: [Text]) -> BatchMarkAsRead {
        "messages.batch_mark_as_read": POST "/v1/messages/batch/read", Tier3, under_retention, deduplicated,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (batch of items of Message, by "message_ids");
        check |this| { check_ids("message_ids", &this.message_ids, MAX_MESSAGE_IDS) }
        body { message_ids }
    }
}

operation! {
    /// Marks up to 50 messages as not read.
    ///
    /// A message that was updated less than a second ago is left unchanged; see
    /// [`Batch::rate_limited`](crate::Batch::rate_limited).
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_unread)
    #[doc(alias = "messages.batch.markAsUnread")]
    pub fn batch_mark_as_unread(; message_ids: [Text]) -> BatchMarkAsUnread {
        "messages.batch_mark_as_unread":
            POST "/v1/messages/batch/unread", Tier3, under_retention, deduplicated,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (batch of items of Message, by "message_ids");
        check |this| { check_ids("message_ids", &this.message_ids, MAX_MESSAGE_IDS) }
        body { message_ids }
    }
}

operation! {
    /// Archives up to 50 messages.
    ///
    /// A message that was updated less than a second ago is left unchanged; see
    /// [`Batch::rate_limited`](crate::Batch::rate_limited).
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/archive)
    #[doc(alias = "messages.batch.archive")]
    pub fn batch_archive(; message_ids: [Text]) -> BatchArchive {
        "messages.batch_archive": POST "/v1/messages/batch/archived", Tier3, under_retention, deduplicated,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (batch of items of Message, by "message_ids");
        check |this| { check_ids("message_ids", &this.message_ids, MAX_MESSAGE_IDS) }
        body { message_ids }
    }
}

operation! {
    /// Removes up to 50 messages from the archive.
    ///
    /// A message that was updated less than a second ago is left unchanged; see
    /// [`Batch::rate_limited`](crate::Batch::rate_limited).
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/unarchive)
    #[doc(alias = "messages.batch.unarchive")]
    pub fn batch_unarchive(; message_ids: [Text]) -> BatchUnarchive {
        "messages.batch_unarchive":
            POST "/v1/messages/batch/unarchived", Tier3, under_retention, deduplicated,
            twice_same("docs, message-statuses: an event records a change of status (inferred)");
        returns (batch of items of Message, by "message_ids");
        check |this| { check_ids("message_ids", &this.message_ids, MAX_MESSAGE_IDS) }
        body { message_ids }
    }
}

operation! {
    /// Marks up to 50 messages as interacted with. This cannot be undone.
    ///
    /// A message that was updated less than a second ago is left unchanged; see
    /// [`Batch::rate_limited`](crate::Batch::rate_limited).
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/mark_as_interacted)
    #[doc(alias = "messages.batch.markAsInteracted")]
    pub fn batch_mark_as_interacted(; message_ids: [Text]) -> BatchMarkAsInteracted {
        "messages.batch_mark_as_interacted":
            POST "/v1/messages/batch/interacted", Tier3, under_retention, deduplicated,
            twice_emits(
                "a second event `message.interacted` for each message",
                "docs, message-statuses: an event records each interaction and its metadata (inferred)"
            );
        returns (batch of items of Message, by "message_ids");
        fields { metadata: Option<JsonText> = None }
        check |this| {
            check_ids("message_ids", &this.message_ids, MAX_MESSAGE_IDS)?;
            check_metadata(this.metadata.as_ref())
        }
        encode |this, request| {
            request.json_object(|object| {
                object.member("message_ids", &this.message_ids)?;
                object.optional("metadata", this.metadata.as_ref())
            })
        }
    }
}

impl BatchMarkAsInteracted {
    /// Sets a description of what the recipients did: a flat JSON object of up to 5 values.
    pub fn metadata(mut self, metadata: impl Serialize) -> Self {
        self.metadata = Some(JsonText::new("metadata", &metadata));
        self
    }
}

operation! {
    /// Gets the contents of up to 25 messages, rendered for their channels.
    ///
    /// [Reference](https://docs.knock.app/api-reference/messages/batch/get_content)
    #[doc(alias = "messages.batch.getContent")]
    pub fn batch_get_content(; message_ids: [Text]) -> BatchGetContent {
        "messages.batch_get_content": GET "/v1/messages/batch/content", Tier4, under_retention;
        returns (items of MessageContent);
        check |this| { check_ids("message_ids", &this.message_ids, MAX_CONTENTS) }
        encode |this, request| { request.query("message_ids", &this.message_ids) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::Operation;

    #[test]
    fn a_filter_by_data_is_flat() {
        let problem = |data: Value| {
            let error = list().trigger_data(data).prepare([7; 16]).err()?;
            Some(error.message().to_owned())
        };
        assert_eq!(problem(json!({ "type": "trex", "loose": true, "eaten": null })), None);
        assert!(problem(json!({ "paddock": { "id": 9 } })).unwrap().contains("`trigger_data` has objects"));
        assert!(problem(json!(["trex"])).unwrap().contains("`trigger_data` is not a JSON object"));
    }

    #[test]
    fn a_list_has_the_setters_of_its_filter() {
        let target = |list: List| list.prepare([7; 16]).unwrap().target().to_owned();
        let filter = MessageFilter::new().tenant("t").workflow("w").inserted_after("2026-09-21T14:13:20Z");
        let direct = list().tenant("t").workflow("w").inserted_after("2026-09-21T14:13:20Z");
        assert_eq!(target(direct.clone()), target(list().filter(filter.clone())));
        let unchanged =
            direct.clone().tenant(None::<&str>).workflow(None::<&str>).inserted_after(None::<&str>);
        assert_eq!(target(unchanged), target(direct));
        let added = list().filter(filter).channel_id("c").statuses([DeliveryStatus::Sent]);
        assert_eq!(
            target(added),
            "/v1/messages?tenant=t&channel_id=c&status%5B%5D=sent&source=w\
             &inserted_at%5Bgt%5D=2026-09-21T14%3A13%3A20Z"
        );
    }

    #[test]
    fn too_many_are_refused() {
        let ids = |count: usize| (0..count).map(|id| id.to_string());
        assert!(batch_mark_as_read(ids(50)).prepare([7; 16]).is_ok());
        assert!(batch_mark_as_read(ids(51)).prepare([7; 16]).is_err());
        assert!(batch_mark_as_read(ids(0)).prepare([7; 16]).is_err());
        assert!(batch_get_content(ids(26)).prepare([7; 16]).is_err());
        assert!(list().message_ids(ids(0)).prepare([7; 16]).is_err());
        let metadata: Map<String, Value> = ids(6).map(|id| (id, Value::Null)).collect();
        assert!(mark_as_interacted("m").metadata(metadata).prepare([7; 16]).is_err());
    }
}
