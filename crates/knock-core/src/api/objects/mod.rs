//! Objects: things in your system, such as projects or repositories, that can be notified and subscribed to.
//!
//! See Knock on [objects](https://docs.knock.app/concepts/objects) and its
//! [reference](https://docs.knock.app/api-reference/objects).

pub(crate) mod object;

use serde::Serialize;

pub use self::object::Object;
use crate::api::bulk_operations::{BulkOperation, MAX_ENTITIES};
use crate::api::channel_data::{ChannelData, ChannelDataRequest, ChannelId};
use crate::api::messages::{Message, MessageFilter, message_filter_setters};
use crate::api::preferences::{DEFAULT_SET, PreferenceSet, PreferenceSetRequest};
pub use crate::api::recipients::ObjectRequest;
use crate::api::recipients::{
    ObjectBody, ObjectOfCollection, RecipientReference, RecipientRequest, References,
};
use crate::api::schedules::Schedule;
use crate::api::subscriptions::{
    MAX_OBJECTS, Subscribe, Subscribers, Subscription, SubscriptionMode, Unsubscribe, check_unsubscribed,
    effective_mode,
};
use crate::operation::{Template, check_no_items, operation};
use crate::value::{InvalidInput, Text};
use crate::wire::{JsonText, ObjectSink, check_count, check_ids};

operation! {
    /// Lists the objects of a collection.
    ///
    /// If the collection does not exist, the list is empty.
    ///
    /// ```
    /// use knock_core::objects;
    ///
    /// let list = objects::list("projects").page_size(20);
    /// # let _ = list;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/list)
    #[doc(alias = "objects.list")]
    pub fn list(collection) -> List {
        "objects.list": GET "/v1/objects/{collection}", Tier4;
        returns (pages of Object);
        page_size (50);
        fields { include_preferences: bool = false }
        encode |this, request| {
            request.query("include[]", &this.include_preferences.then_some("preferences"))
        }
    }
}

impl List {
    /// Includes the [preferences](Object::preferences) of each object. Default: `false`.
    pub fn include_preferences(mut self, include: impl Into<Option<bool>>) -> Self {
        self.include_preferences = include.into().unwrap_or(self.include_preferences);
        self
    }
}

operation! {
    /// Creates the object, or updates it if it exists. Properties that you do not set are left unchanged.
    ///
    /// ```
    /// use knock_core::objects::{self, ObjectRequest};
    ///
    /// let paddock = ObjectRequest::new("projects", "paddock-9")
    ///     .name("Paddock 9")
    ///     .property("voltage", 10_000);
    /// let set = objects::set(paddock);
    /// # let _ = set;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/set)
    #[doc(alias = "objects.set")]
    pub fn set(; object: ObjectRequest) -> Set {
        "objects.set": PUT "/v1/objects/{collection}/{id}", Tier3,
            twice_same("API: the object gets the given properties");
        returns (Object);
        encode |this, request| {
            request.path("collection", this.object.collection.as_str())?;
            request.path("id", this.object.id.as_str())?;
            this.object.check(|| "object".to_owned())?;
            request.json(&ObjectBody(&this.object))
        }
    }
}

operation! {
    /// Gets an object.
    ///
    /// If the object does not exist, the error [is not found](crate::Error::is_not_found).
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/get)
    #[doc(alias = "objects.get")]
    pub fn get(collection, id) -> Get {
        "objects.get": GET "/v1/objects/{collection}/{id}", Tier4;
        returns (Object);
    }
}

operation! {
    /// Deletes an object permanently.
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/delete)
    #[doc(alias = "objects.delete")]
    pub fn delete(collection, id) -> Delete {
        "objects.delete": DELETE "/v1/objects/{collection}/{id}", Tier3,
            twice_same_effect("API: it deletes permanently; deleting what is missing is not documented");
        returns (nothing);
    }
}

operation! {
    /// Subscribes up to 100 recipients to an object. They are notified whenever the object is.
    ///
    /// Recipients who are already subscribed stay subscribed, and their subscriptions are updated.
    ///
    /// ```
    /// use knock_core::objects;
    /// use knock_core::recipients::UserRequest;
    /// use serde_json::json;
    ///
    /// let add = objects::add_subscriptions("projects", "paddock-9")
    ///     .recipients(["jhammond", "agrant"])
    ///     .recipient(UserRequest::new("imalcolm").email("ian@ingen.net"))
    ///     .properties(json!({ "role": "keeper" }));
    /// # let _ = add;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/add_subscriptions)
    #[doc(alias = "objects.addSubscriptions")]
    pub fn add_subscriptions(collection, object_id) -> AddSubscriptions {
        "objects.add_subscriptions": POST "/v1/objects/{collection}/{object_id}/subscriptions", Tier3,
            twice_same("API: a subscription that exists is updated");
        returns (items of Subscription);
        fields { subscribers: Subscribers = Subscribers::default() }
        check |this| { this.subscribers.check("") }
        encode |this, request| { request.json(&this.subscribers) }
    }
}

impl AddSubscriptions {
    /// Returns all but the recipients, of which there may be none.
    pub(crate) fn template(&self) -> Result<Template, InvalidInput> {
        check_no_items("recipients", self.subscribers.recipients.len())?;
        self.subscribers.check_properties()?;
        let path = Template::default()
            .path("collection", self.collection.clone())
            .path("object_id", self.object_id.clone());
        path.members(|object| object.optional("properties", self.subscribers.properties.as_ref()))
    }

    /// Adds recipients: user ids, object references, or users and objects identified inline.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientRequest>>) -> Self {
        self.subscribers.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Adds one recipient.
    pub fn recipient(mut self, recipient: impl Into<RecipientRequest>) -> Self {
        self.subscribers.recipients.push(recipient.into());
        self
    }

    /// Sets custom properties of each of these subscriptions: anything that serializes as a JSON object.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        self.subscribers.properties = Some(JsonText::new("properties", &properties));
        self
    }
}

operation! {
    /// Unsubscribes up to 100 recipients from an object, and returns their former subscriptions.
    ///
    /// If the first attempt unsubscribed them and its response was lost, the second one returns an empty list. See
    /// [`Items::earlier_attempt_may_have_acted`](crate::Items::earlier_attempt_may_have_acted).
    ///
    /// ```
    /// use knock_core::objects;
    ///
    /// let delete = objects::delete_subscriptions("projects", "paddock-9")
    ///     .recipients(["jhammond", "agrant"]);
    /// # let _ = delete;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/delete_subscriptions)
    #[doc(alias = "objects.deleteSubscriptions")]
    pub fn delete_subscriptions(collection, object_id) -> DeleteSubscriptions {
        "objects.delete_subscriptions": DELETE "/v1/objects/{collection}/{object_id}/subscriptions", Tier3,
            twice_returns("an empty list", "API: the response lists what was deleted (inferred)");
        returns (items of Subscription);
        fields { recipients: Vec<RecipientReference> = Vec::new() }
        check |this| { check_unsubscribed(&this.recipients, "recipients") }
        body { recipients }
    }
}

impl DeleteSubscriptions {
    /// Adds recipients: user ids or object references.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }
}

operation! {
    /// Lists the subscriptions to an object or, with [`SubscriptionMode::Recipient`], those of the object itself.
    ///
    /// If the object does not exist, the error [is not found](crate::Error::is_not_found).
    ///
    /// ```
    /// use knock_core::objects;
    /// use knock_core::subscriptions::SubscriptionMode;
    ///
    /// let subscribers = objects::list_subscriptions("projects", "paddock-9");
    /// let subscribed_to =
    ///     objects::list_subscriptions("projects", "paddock-9").mode(SubscriptionMode::Recipient);
    /// # let _ = (subscribers, subscribed_to);
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/list_subscriptions)
    #[doc(alias = "objects.listSubscriptions")]
    pub fn list_subscriptions(collection, object_id) -> ListSubscriptions {
        "objects.list_subscriptions": GET "/v1/objects/{collection}/{object_id}/subscriptions", Tier4;
        returns (pages of Subscription);
        page_size (50);
        fields {
            include_preferences: bool = false,
            mode: Option<SubscriptionMode> = None,
            recipients: Option<Vec<RecipientReference>> = None,
            objects: Option<Vec<RecipientReference>> = None,
        }
        encode |this, request| {
            let mode = effective_mode(this.mode.as_ref(), this.recipients.is_some(), this.objects.is_some())?;
            request.query("include[]", &this.include_preferences.then_some("preferences"))?;
            request.query("mode", &mode)?;
            References::encode("recipients", this.recipients.as_deref(), request)?;
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

    /// Sets whether to list the subscriptions to the object or those of the object itself.
    ///
    /// Default: [`SubscriptionMode::Object`], the subscriptions to the object.
    pub fn mode(mut self, mode: impl Into<Option<SubscriptionMode>>) -> Self {
        self.mode = mode.into().or(self.mode);
        self
    }

    /// Limits the list to subscriptions of these recipients. At least one is required.
    ///
    /// It is refused in the mode [`SubscriptionMode::Recipient`], in which Knock would ignore it.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.get_or_insert_default().extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Limits the list to subscriptions to these objects. At least one is required.
    ///
    /// It sets the mode to [`SubscriptionMode::Recipient`] unless you set one. It is refused in the mode
    /// [`SubscriptionMode::Object`], in which Knock would ignore it.
    pub fn objects(mut self, objects: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.objects.get_or_insert_default().extend(objects.into_iter().map(Into::into));
        self
    }
}

operation! {
    /// Lists the preference sets of an object. The list has no pages.
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/list_preferences)
    #[doc(alias = "objects.listPreferences")]
    pub fn list_preferences(collection, object_id) -> ListPreferences {
        "objects.list_preferences": GET "/v1/objects/{collection}/{object_id}/preferences", Tier4;
        returns (all of PreferenceSet);
    }
}

operation! {
    /// Gets a preference set of an object, merged with the defaults of the environment.
    ///
    /// If there is none, Knock returns an empty set.
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/get_preferences)
    #[doc(alias = "objects.getPreferences")]
    pub fn get_preferences(collection, object_id) -> GetPreferences {
        "objects.get_preferences": GET "/v1/objects/{collection}/{object_id}/preferences/{id}", Tier4;
        returns (PreferenceSet);
        default_path {
            /// Sets the id of the preference set: `default`, or the id of a tenant. Default: `default`.
            set_id: "id" = DEFAULT_SET
        }
    }
}

operation! {
    /// Sets a preference set of an object.
    ///
    /// This replaces the whole set, unless the request asks to [merge](PreferenceSetRequest::merge). If the object does
    /// not exist, Knock creates it.
    ///
    /// ```
    /// use knock_core::objects;
    /// use knock_core::preferences::{ChannelType, PreferenceSetRequest};
    ///
    /// let no_chat = PreferenceSetRequest::new().channel_type(ChannelType::Chat, false);
    /// let set = objects::set_preferences("projects", "paddock-9", no_chat);
    /// # let _ = set;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/set_preferences)
    #[doc(alias = "objects.setPreferences")]
    pub fn set_preferences(collection, object_id; preferences: PreferenceSetRequest) -> SetPreferences {
        "objects.set_preferences": PUT "/v1/objects/{collection}/{object_id}/preferences/{id}", Tier3,
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
    /// Deletes a preference set of an object, so that the defaults apply again.
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/unset_preferences)
    #[doc(alias = "objects.unsetPreferences")]
    pub fn unset_preferences(collection, object_id) -> UnsetPreferences {
        "objects.unset_preferences": DELETE "/v1/objects/{collection}/{object_id}/preferences/{id}", Tier3,
            twice_same_effect("API: it removes the set; removing what is missing is not documented");
        returns (nothing);
        default_path {
            /// Sets the id of the preference set: `default`, or the id of a tenant. Default: `default`.
            set_id: "id" = DEFAULT_SET
        }
    }
}

operation! {
    /// Gets the data of an object for one channel.
    ///
    /// If there is none, the error [is not found](crate::Error::is_not_found).
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/get_channel_data)
    #[doc(alias = "objects.getChannelData")]
    pub fn get_channel_data(collection, object_id, channel_id: ChannelId) -> GetChannelData {
        "objects.get_channel_data":
            GET "/v1/objects/{collection}/{object_id}/channel_data/{channel_id}", Tier4;
        returns (ChannelData);
    }
}

operation! {
    /// Sets the data of an object for one channel, for example a Slack channel.
    ///
    /// This replaces the data that the object had for the channel. If the object does not exist, Knock creates it.
    ///
    /// ```
    /// use knock_core::channel_data::{ChannelId, SlackChannelData, SlackConnection};
    /// use knock_core::objects;
    ///
    /// let slack = ChannelId::new("8209f26c-62a5-461d-95e2-a5716a26e652");
    /// let data = SlackChannelData::new().connection(SlackConnection::channel("C123ABC"));
    /// let set = objects::set_channel_data("projects", "paddock-9", slack, data);
    /// # let _ = set;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/set_channel_data)
    #[doc(alias = "objects.setChannelData")]
    pub fn set_channel_data(
        collection, object_id, channel_id: ChannelId; data: ChannelDataRequest
    ) -> SetChannelData {
        "objects.set_channel_data":
            PUT "/v1/objects/{collection}/{object_id}/channel_data/{channel_id}", Tier3,
            twice_same("docs, setting-channel-data: the given data replaces");
        returns (ChannelData);
        body { data }
    }
}

operation! {
    /// Deletes the data of an object for one channel.
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/unset_channel_data)
    #[doc(alias = "objects.unsetChannelData")]
    pub fn unset_channel_data(collection, object_id, channel_id: ChannelId) -> UnsetChannelData {
        "objects.unset_channel_data":
            DELETE "/v1/objects/{collection}/{object_id}/channel_data/{channel_id}", Tier3,
            twice_same_effect("API: it deletes the data; deleting what is missing is not documented");
        returns (nothing);
    }
}

operation! {
    /// Lists the messages of an object, newest first.
    ///
    /// ```
    /// use knock_core::messages::DeliveryStatus;
    /// use knock_core::objects;
    ///
    /// let list =
    ///     objects::list_messages("projects", "paddock-9").statuses([DeliveryStatus::Bounced]);
    /// # let _ = list;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/list_messages)
    #[doc(alias = "objects.listMessages")]
    pub fn list_messages(collection, id) -> ListMessages {
        "objects.list_messages": GET "/v1/objects/{collection}/{id}/messages", Tier4, under_retention;
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
    /// Lists the schedules of an object.
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/list_schedules)
    #[doc(alias = "objects.listSchedules")]
    pub fn list_schedules(collection, id) -> ListSchedules {
        "objects.list_schedules": GET "/v1/objects/{collection}/{id}/schedules", Tier4;
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
    /// Creates or updates up to 1,000 objects of one collection, in the background.
    ///
    /// ```
    /// use knock_core::objects::{self, ObjectRequest};
    ///
    /// let paddocks = (1..=9).map(|number| {
    ///     ObjectRequest::new("projects", format!("paddock-{number}"))
    ///         .name(format!("Paddock {number}"))
    /// });
    /// let set = objects::bulk_set("projects", paddocks);
    /// # let _ = set;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/bulk/set)
    #[doc(alias = "objects.bulk.set")]
    pub fn bulk_set(collection; objects: [ObjectRequest]) -> BulkSet {
        "objects.bulk_set": POST "/v1/objects/{collection}/bulk/set", Tier1, deduplicated,
            twice_returns(
                "a second bulk operation, with the same changes",
                "API: the objects get the given properties; each call starts an operation"
            );
        returns (batch of BulkOperation, by "objects");
        check |this| {
            check_count("objects", this.objects.len(), MAX_ENTITIES)?;
            this.objects.iter().enumerate().try_for_each(|(index, object)| {
                object.check(|| format!("objects[{index}]"))?;
                if object.collection != this.collection {
                    let field = format!("objects[{index}].collection");
                    let problem = "is not the collection of the call; it must be the same";
                    return Err(InvalidInput::new(field, problem));
                }
                Ok(())
            })
        }
        encode |this, request| {
            let objects: Vec<_> = this.objects.iter().map(ObjectOfCollection).collect();
            request.json_object(|object| object.member("objects", &objects))
        }
    }
}

operation! {
    /// Deletes up to 1,000 objects of one collection, in the background.
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/bulk/delete)
    #[doc(alias = "objects.bulk.delete")]
    pub fn bulk_delete(collection; object_ids: [Text]) -> BulkDelete {
        "objects.bulk_delete": POST "/v1/objects/{collection}/bulk/delete", Tier1, deduplicated,
            twice_returns(
                "a second bulk operation, with the same changes",
                "API: it deletes; each call starts an operation"
            );
        returns (batch of BulkOperation, by "object_ids");
        check |this| { check_ids("object_ids", &this.object_ids, MAX_ENTITIES) }
        body { object_ids }
    }
}

operation! {
    /// Subscribes up to 100 recipients to each of up to 100 objects of one collection, in the background.
    ///
    /// ```
    /// use knock_core::objects;
    /// use knock_core::subscriptions::Subscribe;
    ///
    /// let add = objects::bulk_add_subscriptions("projects", [
    ///     Subscribe::new("paddock-9").recipients(["jhammond", "agrant"]),
    ///     Subscribe::new("visitor-center").recipients(["esattler"]),
    /// ]);
    /// # let _ = add;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/bulk/add_subscriptions)
    #[doc(alias = "objects.bulk.addSubscriptions")]
    pub fn bulk_add_subscriptions(collection; subscriptions: [Subscribe]) -> BulkAddSubscriptions {
        "objects.bulk_add_subscriptions":
            POST "/v1/objects/{collection}/bulk/subscriptions/add", Tier1, deduplicated,
            twice_returns(
                "a second bulk operation, with the same changes",
                "API: a subscription that exists is updated; each call starts an operation"
            );
        returns (batch of BulkOperation, by "subscriptions");
        check |this| {
            check_count("subscriptions", this.subscriptions.len(), MAX_OBJECTS)?;
            let mut subscriptions = this.subscriptions.iter().enumerate();
            subscriptions.try_for_each(|(index, one)| one.check(&format!("subscriptions[{index}]")))
        }
        body { subscriptions }
    }
}

operation! {
    /// Unsubscribes up to 100 recipients from each of up to 100 objects of one collection, in the background.
    ///
    /// Recipients who are not subscribed are ignored.
    ///
    /// ```
    /// use knock_core::objects;
    /// use knock_core::subscriptions::Unsubscribe;
    ///
    /// let delete = objects::bulk_delete_subscriptions("projects", [
    ///     Unsubscribe::new("paddock-9").recipients(["jhammond", "agrant"]),
    /// ]);
    /// # let _ = delete;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/objects/bulk/delete_subscriptions)
    #[doc(alias = "objects.bulk.deleteSubscriptions")]
    pub fn bulk_delete_subscriptions(collection; subscriptions: [Unsubscribe]) -> BulkDeleteSubscriptions {
        "objects.bulk_delete_subscriptions":
            POST "/v1/objects/{collection}/bulk/subscriptions/delete", Tier1, deduplicated,
            twice_returns(
                "a second bulk operation, with the same changes",
                "API: a subscription that is missing is skipped; each call starts an operation"
            );
        returns (batch of BulkOperation, by "subscriptions");
        check |this| {
            check_count("subscriptions", this.subscriptions.len(), MAX_OBJECTS)?;
            let mut subscriptions = this.subscriptions.iter().enumerate();
            subscriptions.try_for_each(|(index, one)| one.check(&format!("subscriptions[{index}]")))
        }
        body { subscriptions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operation;

    #[test]
    fn many_objects_must_be_in_the_collection_of_the_call() {
        let objects = [ObjectRequest::new("projects", "paddock-9"), ObjectRequest::new("assets", "fence-1")];
        let error = bulk_set("projects", objects).prepare([7; 16]).unwrap_err();
        assert!(error.message().starts_with("`objects[1].collection` "), "{error}");
    }

    #[test]
    fn a_filter_that_knock_would_ignore_sets_the_mode_or_is_refused() {
        let list = || list_subscriptions("projects", "paddock-9");
        let target = |list: ListSubscriptions| list.prepare([7; 16]).unwrap().target().to_owned();
        assert!(!target(list()).contains("mode"));
        assert!(!target(list().recipients(["jhammond"])).contains("mode"));
        let fence = || crate::recipients::ObjectReference::new("assets", "fence-1");
        assert!(target(list().objects([fence()])).contains("mode=recipient&objects"));
        assert!(
            target(list().objects([fence()]).mode(SubscriptionMode::Recipient)).contains("mode=recipient&")
        );
        let later = SubscriptionMode::Other("later".to_owned());
        assert!(target(list().objects([fence()]).recipients(["a"]).mode(later)).contains("mode=later"));

        let refused = |list: ListSubscriptions| {
            let error = list.prepare([7; 16]).unwrap_err();
            error.message().split('`').nth(1).unwrap_or_default().to_owned()
        };
        assert_eq!(refused(list().objects([fence()]).mode(SubscriptionMode::Object)), "objects");
        assert_eq!(refused(list().recipients(["a"]).mode(SubscriptionMode::Recipient)), "recipients");
        assert_eq!(refused(list().objects([fence()]).recipients(["a"])), "recipients");
    }
}
