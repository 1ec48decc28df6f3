//! Which messages to list.

use crate::api::messages::message::{DeliveryStatus, EngagementStatus, MAX_MESSAGE_IDS};
use crate::operation::{RequestEncoder, TimeRange, TriggerDataFilter};
use crate::value::{InvalidInput, Text};
use crate::wire::check_ids;

/// A filter for messages.
///
/// A message is listed if it meets all conditions. If a condition has several values, one of them is enough. A
/// condition without any value is invalid.
///
/// Lists of messages have the same setters. A separate filter is useful if several lists share it:
///
/// ```
/// use knock_core::messages::{self, DeliveryStatus, MessageFilter};
/// use knock_core::users;
/// use serde_json::json;
///
/// let filter = MessageFilter::new()
///     .tenant("jurassic-park")
///     .statuses([DeliveryStatus::Undelivered, DeliveryStatus::Bounced])
///     .workflow("dinosaurs-loose")
///     .trigger_data(json!({ "type": "trex" }));
/// let of_all = messages::list().filter(filter.clone());
/// let of_john = users::list_messages("jhammond").filter(filter);
/// # let _ = (of_all, of_john);
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a filter does nothing until it is passed to a list"]
pub struct MessageFilter {
    pub(crate) tenant: Option<Text>,
    pub(crate) channel_id: Option<Text>,
    pub(crate) statuses: Option<Vec<DeliveryStatus>>,
    pub(crate) engagement_statuses: Option<Vec<EngagementStatus>>,
    pub(crate) message_ids: Option<Vec<Text>>,
    pub(crate) workflow_categories: Option<Vec<Text>>,
    pub(crate) source: Option<Text>,
    pub(crate) workflow_run_id: Option<Text>,
    pub(crate) workflow_recipient_run_id: Option<Text>,
    pub(crate) trigger_data: Option<TriggerDataFilter>,
    pub(crate) inserted_at: TimeRange,
}

impl MessageFilter {
    /// Returns a filter that every message meets.
    pub fn new() -> Self {
        Self::default()
    }

    message_filter_setters!();

    pub(crate) fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        if let Some(ids) = &self.message_ids {
            check_ids("message_ids", ids, MAX_MESSAGE_IDS)?;
        }
        request.query("tenant", &self.tenant)?;
        request.query("channel_id", &self.channel_id)?;
        request.query("status", &self.statuses)?;
        request.query("engagement_status", &self.engagement_statuses)?;
        request.query("message_ids", &self.message_ids)?;
        request.query("workflow_categories", &self.workflow_categories)?;
        request.query("source", &self.source)?;
        request.query("workflow_run_id", &self.workflow_run_id)?;
        request.query("workflow_recipient_run_id", &self.workflow_recipient_run_id)?;
        TriggerDataFilter::encode(self.trigger_data.as_ref(), request)?;
        self.inserted_at.encode(request)
    }
}

/// The setters of a [`MessageFilter`], or with `(filter)` those of a list operation that has one in its field `filter`.
macro_rules! message_filter_setters {
    (filter) => {
        /// Replaces the conditions set so far by those of a filter. Default: all messages.
        pub fn filter(mut self, filter: $crate::messages::MessageFilter) -> Self {
            self.filter = filter;
            self
        }

        $crate::api::messages::message_filter_setters!(@ .filter);
    };

    () => {
        $crate::api::messages::message_filter_setters!(@);
    };

    (@ $(.$filter:ident)?) => {
        /// Limits the list to messages of this tenant.
        pub fn tenant<Kind>(mut self, tenant_id: impl $crate::IntoOptional<$crate::Text, Kind>) -> Self {
            let filter = &mut self$(.$filter)?;
            filter.tenant = tenant_id.into_optional().or(filter.tenant.take());
            self
        }

        /// Limits the list to messages of this channel.
        pub fn channel_id<Kind>(mut self, channel_id: impl $crate::IntoOptional<$crate::Text, Kind>) -> Self {
            let filter = &mut self$(.$filter)?;
            filter.channel_id = channel_id.into_optional().or(filter.channel_id.take());
            self
        }

        /// Limits the list to messages that have one of these delivery statuses.
        pub fn statuses(
            mut self,
            statuses: impl IntoIterator<Item = impl Into<$crate::messages::DeliveryStatus>>,
        ) -> Self {
            let statuses = statuses.into_iter().map(Into::into);
            self$(.$filter)?.statuses.get_or_insert_default().extend(statuses);
            self
        }

        /// Limits the list to messages that have one of these engagement statuses.
        pub fn engagement_statuses(
            mut self,
            statuses: impl IntoIterator<Item = impl Into<$crate::messages::EngagementStatus>>,
        ) -> Self {
            let statuses = statuses.into_iter().map(Into::into);
            self$(.$filter)?.engagement_statuses.get_or_insert_default().extend(statuses);
            self
        }

        /// Limits the list to these messages (at most 50) that also match the other conditions.
        pub fn message_ids(mut self, ids: impl IntoIterator<Item = impl Into<$crate::Text>>) -> Self {
            let ids = ids.into_iter().map(Into::into);
            self$(.$filter)?.message_ids.get_or_insert_default().extend(ids);
            self
        }

        /// Limits the list to messages of workflows in one of these categories.
        pub fn workflow_categories(
            mut self,
            categories: impl IntoIterator<Item = impl Into<$crate::Text>>,
        ) -> Self {
            let categories = categories.into_iter().map(Into::into);
            self$(.$filter)?.workflow_categories.get_or_insert_default().extend(categories);
            self
        }

        /// Limits the list to messages of the workflow with this key. Knock calls this parameter `source`.
        #[doc(alias = "source")]
        pub fn workflow<Kind>(mut self, key: impl $crate::IntoOptional<$crate::Text, Kind>) -> Self {
            let filter = &mut self$(.$filter)?;
            filter.source = key.into_optional().or(filter.source.take());
            self
        }

        /// Limits the list to messages of one run, by the id that the trigger returned.
        pub fn workflow_run_id<Kind>(mut self, id: impl $crate::IntoOptional<$crate::Text, Kind>) -> Self {
            let filter = &mut self$(.$filter)?;
            filter.workflow_run_id = id.into_optional().or(filter.workflow_run_id.take());
            self
        }

        /// Limits the list to messages of the run of one recipient.
        pub fn workflow_recipient_run_id<Kind>(
            mut self,
            id: impl $crate::IntoOptional<$crate::Text, Kind>,
        ) -> Self {
            let filter = &mut self$(.$filter)?;
            filter.workflow_recipient_run_id =
                id.into_optional().or(filter.workflow_recipient_run_id.take());
            self
        }

        /// Limits the list to messages whose data has these values: a flat JSON object.
        ///
        /// Strings are compared by their first 256 characters. See Knock on [filtering by trigger data][1].
        ///
        /// [1]: https://docs.knock.app/api-reference/overview/trigger-data-filtering
        pub fn trigger_data(mut self, data: impl serde::Serialize) -> Self {
            self$(.$filter)?.trigger_data = Some($crate::operation::TriggerDataFilter::new(&data));
            self
        }

        /// Limits the list to messages created after this time.
        pub fn inserted_after<Kind>(mut self, time: impl $crate::IntoOptional<$crate::Time, Kind>) -> Self {
            let range = &mut self$(.$filter)?.inserted_at;
            range.gt = time.into_optional().or(range.gt.take());
            self
        }

        /// Limits the list to messages created at this time or later.
        pub fn inserted_at_or_after<Kind>(
            mut self,
            time: impl $crate::IntoOptional<$crate::Time, Kind>,
        ) -> Self {
            let range = &mut self$(.$filter)?.inserted_at;
            range.gte = time.into_optional().or(range.gte.take());
            self
        }

        /// Limits the list to messages created before this time.
        pub fn inserted_before<Kind>(mut self, time: impl $crate::IntoOptional<$crate::Time, Kind>) -> Self {
            let range = &mut self$(.$filter)?.inserted_at;
            range.lt = time.into_optional().or(range.lt.take());
            self
        }

        /// Limits the list to messages created at this time or earlier.
        pub fn inserted_at_or_before<Kind>(
            mut self,
            time: impl $crate::IntoOptional<$crate::Time, Kind>,
        ) -> Self {
            let range = &mut self$(.$filter)?.inserted_at;
            range.lte = time.into_optional().or(range.lte.take());
            self
        }
    };
}
pub(crate) use message_filter_setters;
