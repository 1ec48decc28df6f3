//! Users: the people who are notified.
//!
//! See Knock on [users](https://docs.knock.app/concepts/users) and its
//! [reference](https://docs.knock.app/api-reference/users).

mod user;

use serde::Serialize;

pub use self::user::User;
use crate::api::bulk_operations::{BulkOperation, MAX_ENTITIES};
use crate::api::channel_data::{ChannelData, ChannelDataRequest, ChannelId};
use crate::api::messages::{Message, MessageFilter, message_filter_setters};
use crate::api::preferences::{DEFAULT_SET, PersistenceStrategy, PreferenceSet, PreferenceSetRequest};
pub use crate::api::recipients::UserRequest;
use crate::api::recipients::{RecipientReference, References, UserBody};
use crate::api::schedules::Schedule;
use crate::api::subscriptions::Subscription;
use crate::operation::{Template, check_no_items, operation};
use crate::value::{IntoOptional, InvalidInput, Text};
use crate::wire::{ObjectSink, check_count, check_id, check_ids};

operation! {
    /// Lists the users of the environment.
    ///
    /// ```
    /// use knock_core::users;
    ///
    /// let list = users::list().page_size(20).include_preferences(true);
    /// # let _ = list;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/list)
    #[doc(alias = "users.list")]
    pub fn list() -> List {
        "users.list": GET "/v1/users", Tier4;
        returns (pages of User);
        page_size (50);
        fields { include_preferences: bool = false }
        encode |this, request| { request.query("include[]", &this.include_preferences.then_some("preferences")) }
    }
}

impl List {
    /// Includes the preferences of each user, as the custom [property](User::properties) `preferences`. Default:
    /// `false`.
    pub fn include_preferences(mut self, include: impl Into<Option<bool>>) -> Self {
        self.include_preferences = include.into().unwrap_or(self.include_preferences);
        self
    }
}

operation! {
    /// Creates the user, or updates it if it exists. Fields that you do not set are left unchanged.
    ///
    /// ```
    /// use knock_core::users::{self, UserRequest};
    ///
    /// let identify = users::identify(
    ///     UserRequest::new("jhammond").name("John Hammond").email("jhammond@ingen.net"),
    /// );
    /// # let _ = identify;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/update)
    #[doc(alias = "users.update")]
    pub fn identify(; user: UserRequest) -> Identify {
        "users.identify": PUT "/v1/users/{user_id}", Tier3,
            twice_same("API: the user gets the given properties");
        returns (User);
        encode |this, request| {
            request.path("user_id", this.user.id.as_str())?;
            this.user.check(|| "user".to_owned())?;
            request.json(&UserBody(&this.user))
        }
    }
}

operation! {
    /// Gets a user.
    ///
    /// If the user does not exist, the error [is not found](crate::Error::is_not_found).
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/get)
    #[doc(alias = "users.get")]
    pub fn get(user_id) -> Get {
        "users.get": GET "/v1/users/{user_id}", Tier4;
        returns (User);
    }
}

operation! {
    /// Deletes a user.
    ///
    /// The user's properties, preferences, channel data, subscriptions and schedules are deleted as well, and the
    /// messages within about ten minutes.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/delete)
    #[doc(alias = "users.delete")]
    pub fn delete(user_id) -> Delete {
        "users.delete": DELETE "/v1/users/{user_id}", Tier2,
            twice_same_effect("API: it deletes permanently; deleting what is missing is not documented");
        returns (nothing);
    }
}

/// Merges another user into `user_id`; [`from_user`](MergeInto::from_user) names the other user.
///
/// If both users have a property, the value of the remaining user, `user_id`, wins. The messages of the last 30 days
/// are moved, notifications that are still to be sent to the other user are not sent, and the other user is deleted.
/// See [merging users](https://docs.knock.app/managing-recipients/merging-users).
///
/// ```
/// use knock_core::users;
///
/// let merge = users::merge("jhammond").from_user("john.hammond.1993");
/// # let _ = merge;
/// ```
///
/// Without the other user, a merge is not an operation and cannot be sent:
///
/// ```compile_fail,E0277
/// use knock_core::{Operation, users};
///
/// let merge = users::merge("jhammond").prepare([7; 16]);
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/merge)
#[doc(alias = "users.merge")]
pub fn merge(user_id: impl Into<Text>) -> MergeInto {
    MergeInto { user_id: user_id.into() }
}

/// The user that another is merged into, created by [`merge`].
#[derive(Debug, Clone)]
#[must_use = "a merge needs the user to merge from"]
pub struct MergeInto {
    user_id: Text,
}

impl MergeInto {
    /// Sets the user to merge from, who is deleted.
    pub fn from_user(self, from_user_id: impl Into<Text>) -> Merge {
        merge_from(self.user_id, from_user_id)
    }
}

operation! {
    /// Merges a user into another, and deletes the merged user.
    ///
    /// It is created by [`merge`], which has the details.
    fn merge_from(user_id; from_user_id: Text) -> Merge {
        "users.merge": POST "/v1/users/{user_id}/merge", Tier2,
            twice_undocumented(
                "docs, merging-users: the other user is deleted; merging it again is not documented"
            );
        returns (User);
        check |this| {
            check_id(this.from_user_id.as_str(), || "from_user_id".to_owned())?;
            if this.from_user_id == this.user_id {
                return Err(InvalidInput::new("from_user_id", "is the user to merge into; it must be another"));
            }
            Ok(())
        }
        body { from_user_id }
    }
}

operation! {
    /// Lists the preference sets of a user. The list has no pages.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/list_preferences)
    #[doc(alias = "users.listPreferences")]
    pub fn list_preferences(user_id) -> ListPreferences {
        "users.list_preferences": GET "/v1/users/{user_id}/preferences", Tier4;
        returns (all of PreferenceSet);
    }
}

operation! {
    /// Gets a preference set of a user, merged with the defaults of the environment.
    ///
    /// If there is none, Knock returns an empty set.
    ///
    /// ```
    /// use knock_core::users;
    ///
    /// let own = users::get_preferences("jhammond");
    /// let for_a_tenant = users::get_preferences("jhammond").set_id("jurassic-park");
    /// # let _ = (own, for_a_tenant);
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/get_preferences)
    #[doc(alias = "users.getPreferences")]
    pub fn get_preferences(user_id) -> GetPreferences {
        "users.get_preferences": GET "/v1/users/{user_id}/preferences/{id}", Tier4;
        returns (PreferenceSet);
        default_path {
            /// Sets the id of the preference set: `default`, or the id of a tenant. Default: `default`.
            set_id: "id" = DEFAULT_SET
        }
        query {
            /// Also merges the set with the defaults of this tenant.
            tenant: Text,
        }
    }
}

operation! {
    /// Sets a preference set of a user.
    ///
    /// This replaces the whole set, unless the request asks to [merge](PreferenceSetRequest::merge). If the user does
    /// not exist, Knock creates it.
    ///
    /// ```
    /// use knock_core::preferences::{ChannelType, PreferenceSetRequest};
    /// use knock_core::users;
    ///
    /// let no_texts = PreferenceSetRequest::new().channel_type(ChannelType::Sms, false);
    /// let set = users::set_preferences("jhammond", no_texts);
    /// # let _ = set;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/set_preferences)
    #[doc(alias = "users.setPreferences")]
    pub fn set_preferences(user_id; preferences: PreferenceSetRequest) -> SetPreferences {
        "users.set_preferences": PUT "/v1/users/{user_id}/preferences/{id}", Tier3,
            twice_same("API: the given preferences replace or are merged");
        returns (PreferenceSet);
        default_path {
            /// Sets the id of the preference set: `default`, or the id of a tenant. Default: `default`.
            set_id: "id" = DEFAULT_SET
        }
        encode |this, request| { request.json(&this.preferences) }
    }
}

operation! {
    /// Deletes a preference set of a user, so that the defaults apply again.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/unset_preferences)
    #[doc(alias = "users.unsetPreferences")]
    pub fn unset_preferences(user_id) -> UnsetPreferences {
        "users.unset_preferences": DELETE "/v1/users/{user_id}/preferences/{id}", Tier3,
            twice_same_effect("API: it removes the set; removing what is missing is not documented");
        returns (nothing);
        default_path {
            /// Sets the id of the preference set: `default`, or the id of a tenant. Default: `default`.
            set_id: "id" = DEFAULT_SET
        }
    }
}

operation! {
    /// Gets the data of a user for one channel.
    ///
    /// If there is none, the error [is not found](crate::Error::is_not_found).
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/get_channel_data)
    #[doc(alias = "users.getChannelData")]
    pub fn get_channel_data(user_id, channel_id: ChannelId) -> GetChannelData {
        "users.get_channel_data": GET "/v1/users/{user_id}/channel_data/{channel_id}", Tier4;
        returns (ChannelData);
    }
}

operation! {
    /// Sets the data of a user for one channel, for example push tokens.
    ///
    /// This replaces the data that the user had for the channel. If the user does not exist, Knock creates it.
    ///
    /// ```
    /// use knock_core::channel_data::{ChannelDataRequest, ChannelId};
    /// use knock_core::users;
    ///
    /// let apns = ChannelId::new("8209f26c-62a5-461d-95e2-a5716a26e652");
    /// let set = users::set_channel_data(
    ///     "jhammond",
    ///     apns,
    ///     ChannelDataRequest::push_tokens(["device-token"]),
    /// );
    /// # let _ = set;
    /// ```
    ///
    /// The ids cannot be swapped:
    ///
    /// ```compile_fail,E0277
    /// # use knock_core::channel_data::{ChannelDataRequest, ChannelId};
    /// # use knock_core::users;
    /// # let apns = ChannelId::new("8209f26c-62a5-461d-95e2-a5716a26e652");
    /// let push = ChannelDataRequest::push_tokens(["device-token"]);
    /// let set = users::set_channel_data(apns, "jhammond", push);
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/set_channel_data)
    #[doc(alias = "users.setChannelData")]
    pub fn set_channel_data(user_id, channel_id: ChannelId; data: ChannelDataRequest) -> SetChannelData {
        "users.set_channel_data": PUT "/v1/users/{user_id}/channel_data/{channel_id}", Tier3,
            twice_same("docs, setting-channel-data: the given data replaces");
        returns (ChannelData);
        body { data }
    }
}

operation! {
    /// Deletes the data of a user for one channel.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/unset_channel_data)
    #[doc(alias = "users.unsetChannelData")]
    pub fn unset_channel_data(user_id, channel_id: ChannelId) -> UnsetChannelData {
        "users.unset_channel_data": DELETE "/v1/users/{user_id}/channel_data/{channel_id}", Tier3,
            twice_same_effect("API: it deletes the data; deleting what is missing is not documented");
        returns (nothing);
    }
}

operation! {
    /// Lists the messages of a user, newest first.
    ///
    /// ```
    /// use knock_core::messages::DeliveryStatus;
    /// use knock_core::users;
    ///
    /// let list = users::list_messages("jhammond")
    ///     .tenant("jurassic-park")
    ///     .statuses([DeliveryStatus::Bounced]);
    /// # let _ = list;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/list_messages)
    #[doc(alias = "users.listMessages")]
    pub fn list_messages(user_id) -> ListMessages {
        "users.list_messages": GET "/v1/users/{user_id}/messages", Tier4, under_retention;
        returns (pages of Message);
        page_size (50);
        fields { filter: MessageFilter = MessageFilter::new() }
        encode |this, request| { this.filter.encode(request) }
    }
}

impl ListMessages {
    message_filter_setters!(filter);
}

operation! {
    /// Lists the schedules of a user.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/list_schedules)
    #[doc(alias = "users.listSchedules")]
    pub fn list_schedules(user_id) -> ListSchedules {
        "users.list_schedules": GET "/v1/users/{user_id}/schedules", Tier4;
        returns (pages of Schedule);
        page_size (50);
        query {
            /// Limits the list to schedules for this tenant.
            tenant: Text,
            /// Limits the list to schedules of the workflow with this key.
            workflow: Text,
        }
    }
}

operation! {
    /// Lists the subscriptions of a user.
    ///
    /// ```
    /// use knock_core::recipients::ObjectReference;
    /// use knock_core::users;
    ///
    /// let list = users::list_subscriptions("jhammond")
    ///     .objects([ObjectReference::new("projects", "paddock-9")]);
    /// # let _ = list;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/list_subscriptions)
    #[doc(alias = "users.listSubscriptions")]
    pub fn list_subscriptions(user_id) -> ListSubscriptions {
        "users.list_subscriptions": GET "/v1/users/{user_id}/subscriptions", Tier4;
        returns (pages of Subscription);
        page_size (50);
        fields { include_preferences: bool = false, objects: Option<Vec<RecipientReference>> = None }
        encode |this, request| {
            request.query("include[]", &this.include_preferences.then_some("preferences"))?;
            References::encode("objects", this.objects.as_deref(), request)
        }
    }
}

impl ListSubscriptions {
    /// Includes the preferences of the recipients. Default: `false`.
    pub fn include_preferences(mut self, include: impl Into<Option<bool>>) -> Self {
        self.include_preferences = include.into().unwrap_or(self.include_preferences);
        self
    }

    /// Limits the list to subscriptions to these objects. At least one is required.
    pub fn objects(mut self, objects: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.objects.get_or_insert_default().extend(objects.into_iter().map(Into::into));
        self
    }
}

operation! {
    /// Creates or updates up to 1,000 users, in the background.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Operation, Transport};
    /// use std::time::Duration;
    /// use knock_core::users::{self, UserRequest};
    ///
    /// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
    /// let users = [
    ///     UserRequest::new("jhammond").name("John Hammond"),
    ///     UserRequest::new("agrant").name("Alan Grant"),
    /// ];
    /// let started = users::bulk_identify(users).send(&client).await?.value;
    /// let done = started.wait(&client, Duration::from_secs(1), Duration::from_secs(60)).await?;
    /// println!("{} identified, {} refused", done.success_count, done.error_count);
    /// # Ok(()) }
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/bulk/identify)
    #[doc(alias = "users.bulk.identify")]
    pub fn bulk_identify(; users: [UserRequest]) -> BulkIdentify {
        "users.bulk_identify": POST "/v1/users/bulk/identify", Tier1, deduplicated,
            twice_returns(
                "a second bulk operation, with the same changes",
                "API: the users get the given properties; each call starts an operation"
            );
        returns (batch of BulkOperation, by "users");
        check |this| {
            check_count("users", this.users.len(), MAX_ENTITIES)?;
            let mut users = this.users.iter().enumerate();
            users.try_for_each(|(index, user)| user.check(|| format!("users[{index}]")))
        }
        body { users }
    }
}

operation! {
    /// Deletes up to 1,000 users, in the background, as [`delete`] does.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/bulk/delete)
    #[doc(alias = "users.bulk.delete")]
    pub fn bulk_delete(; user_ids: [Text]) -> BulkDelete {
        "users.bulk_delete": POST "/v1/users/bulk/delete", Tier1, deduplicated,
            twice_returns(
                "a second bulk operation, with the same changes",
                "API: it deletes permanently; each call starts an operation"
            );
        returns (batch of BulkOperation, by "user_ids");
        check |this| { check_ids("user_ids", &this.user_ids, MAX_ENTITIES) }
        body { user_ids }
    }
}

operation! {
    /// Sets the same preferences for up to 1,000 users, in the background.
    ///
    /// This always replaces their sets; it cannot merge.
    ///
    /// ```
    /// use knock_core::preferences::{ChannelType, PreferenceSetRequest};
    /// use knock_core::users;
    ///
    /// let no_texts = PreferenceSetRequest::new().channel_type(ChannelType::Sms, false);
    /// let set =
    ///     users::bulk_set_preferences(["jhammond", "agrant"], no_texts).set_id("jurassic-park");
    /// # let _ = set;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/bulk/set_preferences)
    #[doc(alias = "users.bulk.setPreferences")]
    pub fn bulk_set_preferences(; user_ids: [Text], preferences: PreferenceSetRequest) -> BulkSetPreferences {
        "users.bulk_set_preferences": POST "/v1/users/bulk/preferences", Tier1, deduplicated,
            twice_returns(
                "a second bulk operation, with the same changes",
                "API: the given preferences replace; each call starts an operation"
            );
        returns (batch of BulkOperation, by "user_ids");
        fields { set_id: Option<Text> = None }
        check |this| {
            check_ids("user_ids", &this.user_ids, MAX_ENTITIES)?;
            this.identified_set().check()
        }
        encode |this, request| {
            request.json_object(|object| {
                object.member("user_ids", &this.user_ids)?;
                object.member("preferences", &this.identified_set())
            })
        }
    }
}

impl BulkSetPreferences {
    fn identified_set(&self) -> IdentifiedSet<'_> {
        IdentifiedSet { id: self.set_id.as_ref(), preferences: &self.preferences }
    }

    /// Returns all but the ids, of which there may be none.
    pub(crate) fn template(&self) -> Result<Template, InvalidInput> {
        check_no_items("user_ids", self.user_ids.len())?;
        self.identified_set().check()?;
        Template::default().members(|object| object.member("preferences", &self.identified_set()))
    }

    /// Sets the id of the preference sets: `default`, or the id of a tenant. Default: `default`.
    pub fn set_id<Kind>(mut self, id: impl IntoOptional<Text, Kind>) -> Self {
        self.set_id = id.into_optional().or(self.set_id);
        self
    }
}

#[derive(Serialize)]
struct IdentifiedSet<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Text>,
    #[serde(flatten)]
    preferences: &'a PreferenceSetRequest,
}

impl IdentifiedSet<'_> {
    fn check(&self) -> Result<(), InvalidInput> {
        self.id.map_or(Ok(()), |id| check_id(id.as_str(), || "preferences.id".to_owned()))?;
        if self.preferences.strategy == Some(PersistenceStrategy::Merge) {
            let problem = "cannot be merged for many users at once; they always replace the set";
            return Err(InvalidInput::new("preferences", problem));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operation;

    #[test]
    fn preferences_of_many_cannot_be_merged() {
        let merge = PreferenceSetRequest::new().merge();
        let error = bulk_set_preferences(["jhammond"], merge).prepare([7; 16]).unwrap_err();
        assert!(error.message().starts_with("`preferences` cannot be merged"), "{error}");
    }
}
