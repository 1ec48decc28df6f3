//! Objects: things of your own that have recipients, channels or preferences, as projects or repositories.
//!
//! See Knock on [objects](https://docs.knock.app/concepts/objects) and its
//! [reference](https://docs.knock.app/api-reference/objects).

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::api::bulk_operations::{BulkOperation, MAX_ENTITIES};
use crate::api::channel_data::{ChannelData, ChannelDataBody, ChannelDataRequest};
use crate::api::messages::{Message, MessageFilter, check_some_id};
use crate::api::preferences::{PreferenceSet, PreferenceSetRequest};
pub use crate::api::recipients::ObjectRequest;
use crate::api::recipients::{
    ObjectBody, ObjectOfCollection, ObjectReference, RecipientReference, RecipientRequest, References,
    check_count, check_ids,
};
use crate::api::schedules::Schedule;
use crate::api::subscriptions::{
    MAX_OBJECTS, Subscribe, Subscribers, Subscription, SubscriptionMode, Unsubscribe, check_unsubscribed,
};
use crate::error::{DecodeError, InvalidInput};
use crate::json::LazyJson;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, Page, PageQuery, Paged, page_setters};
use crate::response::{self, Batch};
use crate::time::Timestamp;

/// An object as Knock has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Object {
    /// The id, unique in its collection.
    pub id: String,
    /// The collection, as `projects`; tenants are in `$tenants`.
    pub collection: String,
    /// Properties of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<Map<String, Value>>,
    /// The preferences as Knock sends them, where a list was asked to include them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferences: Option<Value>,
    /// When the object was created in your own system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When Knock last changed the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl Object {
    /// Your own properties as a type of your own.
    ///
    /// # Errors
    ///
    /// Where they are not those of a `T`.
    pub fn properties_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(Value::Object(self.properties.clone().unwrap_or_default()))
    }
}

/// Lists the objects of a collection, 1 page at a time; a collection that nothing is in is empty.
///
/// ```
/// use knock_core::objects;
///
/// let list = objects::list("projects").page_size(20);
/// # let _ = list;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/objects/list)
pub fn list(collection: impl Into<String>) -> List {
    List { collection: collection.into(), page: PageQuery::default(), include_preferences: false }
}

/// Made by [`list`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct List {
    collection: String,
    page: PageQuery,
    include_preferences: bool,
}

impl List {
    page_setters!(50);

    /// Whether to give each object's [preferences](Object::preferences) as well.
    pub fn include_preferences(mut self, include: bool) -> Self {
        self.include_preferences = include;
        self
    }
}

impl Operation for List {
    type Output = Page<Object, Self>;
    const INFO: OperationInfo =
        OperationInfo::get("objects.list", "/v1/objects/{collection}", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        self.page.encode(request, 50)?;
        request.query("include[]", &self.include_preferences.then_some("preferences"));
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Object, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for List {
    type Item = Object;

    fn split(&self, page: Page<Object, Self>) -> (Vec<Object>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Creates an object or updates the one that is there; what is not said stays as it is.
///
/// ```
/// use knock_core::objects::{self, ObjectRequest};
///
/// let set = objects::set(ObjectRequest::new("projects", "paddock-9").name("Paddock 9").property("voltage", 10_000));
/// # let _ = set;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/objects/set)
pub fn set(object: ObjectRequest) -> Set {
    Set { object }
}

/// Made by [`set`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Set {
    object: ObjectRequest,
}

impl Operation for Set {
    type Output = Object;
    const INFO: OperationInfo =
        OperationInfo::put("objects.set", "/v1/objects/{collection}/{id}", RateLimitTier::Tier3);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.object.collection)?;
        request.path("id", &self.object.id)?;
        self.object.check(|| "object".to_owned())?;
        request.json(&ObjectBody(&self.object))
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Object, DecodeError> {
        response::json(response)
    }
}

/// Gets an object; [`is_not_found`](crate::Error::is_not_found) where there is none.
///
/// [Reference](https://docs.knock.app/api-reference/objects/get)
pub fn get(collection: impl Into<String>, object_id: impl Into<String>) -> Get {
    Get { collection: collection.into(), object_id: object_id.into() }
}

/// Made by [`get`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Get {
    collection: String,
    object_id: String,
}

impl Operation for Get {
    type Output = Object;
    const INFO: OperationInfo =
        OperationInfo::get("objects.get", "/v1/objects/{collection}/{id}", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("id", &self.object_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Object, DecodeError> {
        response::json(response)
    }
}

/// Deletes an object for good.
///
/// [Reference](https://docs.knock.app/api-reference/objects/delete)
pub fn delete(collection: impl Into<String>, object_id: impl Into<String>) -> Delete {
    Delete { collection: collection.into(), object_id: object_id.into() }
}

/// Made by [`delete`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Delete {
    collection: String,
    object_id: String,
}

impl Operation for Delete {
    type Output = ();
    const INFO: OperationInfo =
        OperationInfo::delete("objects.delete", "/v1/objects/{collection}/{id}", RateLimitTier::Tier3);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("id", &self.object_id)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// Subscribes up to 100 recipients to an object: they are notified whenever it is. Who subscribes already stays so.
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
pub fn add_subscriptions(collection: impl Into<String>, object_id: impl Into<String>) -> AddSubscriptions {
    AddSubscriptions {
        collection: collection.into(),
        object_id: object_id.into(),
        body: Subscribers::default(),
    }
}

/// Made by [`add_subscriptions`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct AddSubscriptions {
    collection: String,
    object_id: String,
    body: Subscribers,
}

impl AddSubscriptions {
    /// Adds recipients: user ids, object references, or users and objects identified inline.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientRequest>>) -> Self {
        self.body.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Adds one recipient.
    pub fn recipient(mut self, recipient: impl Into<RecipientRequest>) -> Self {
        self.body.recipients.push(recipient.into());
        self
    }

    /// Properties of your own for each of these subscriptions: anything that is a JSON object.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        self.body.properties = Some(LazyJson::new("properties", &properties));
        self
    }
}

impl Operation for AddSubscriptions {
    type Output = Vec<Subscription>;
    // Repeatable: it adds who is missing and updates who is there.
    const INFO: OperationInfo = OperationInfo::post(
        "objects.add_subscriptions",
        "/v1/objects/{collection}/{object_id}/subscriptions",
        RateLimitTier::Tier3,
    )
    .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        self.body.check("")?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Vec<Subscription>, DecodeError> {
        response::json(response)
    }
}

/// Removes up to 100 recipients from an object's subscribers, and gives the subscriptions that were there.
///
/// ```
/// use knock_core::objects;
///
/// let delete = objects::delete_subscriptions("projects", "paddock-9").recipients(["jhammond", "agrant"]);
/// # let _ = delete;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/objects/delete_subscriptions)
pub fn delete_subscriptions(
    collection: impl Into<String>,
    object_id: impl Into<String>,
) -> DeleteSubscriptions {
    DeleteSubscriptions {
        collection: collection.into(),
        object_id: object_id.into(),
        body: DeleteSubscriptionsBody { recipients: Vec::new() },
    }
}

/// Made by [`delete_subscriptions`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct DeleteSubscriptions {
    collection: String,
    object_id: String,
    body: DeleteSubscriptionsBody,
}

#[derive(Debug, Clone, Serialize)]
struct DeleteSubscriptionsBody {
    recipients: Vec<RecipientReference>,
}

impl DeleteSubscriptions {
    /// Adds recipients: user ids or object references.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.body.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }
}

impl Operation for DeleteSubscriptions {
    type Output = Vec<Subscription>;
    const INFO: OperationInfo = OperationInfo::delete(
        "objects.delete_subscriptions",
        "/v1/objects/{collection}/{object_id}/subscriptions",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        check_unsubscribed(&self.body.recipients, "recipients")?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Vec<Subscription>, DecodeError> {
        response::json(response)
    }
}

/// Lists who subscribes to an object or, with [`SubscriptionMode::Recipient`], what it subscribes to; 1 page at a time.
///
/// The object must be there; [`is_not_found`](crate::Error::is_not_found) where it is not.
///
/// ```
/// use knock_core::objects;
/// use knock_core::subscriptions::SubscriptionMode;
///
/// let subscribers = objects::list_subscriptions("projects", "paddock-9");
/// let subscribed_to = objects::list_subscriptions("projects", "paddock-9").mode(SubscriptionMode::Recipient);
/// # let _ = (subscribers, subscribed_to);
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/objects/list_subscriptions)
pub fn list_subscriptions(collection: impl Into<String>, object_id: impl Into<String>) -> ListSubscriptions {
    ListSubscriptions {
        collection: collection.into(),
        object_id: object_id.into(),
        page: PageQuery::default(),
        include_preferences: false,
        mode: None,
        recipients: None,
        objects: None,
    }
}

/// Made by [`list_subscriptions`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListSubscriptions {
    collection: String,
    object_id: String,
    page: PageQuery,
    include_preferences: bool,
    mode: Option<SubscriptionMode>,
    recipients: Option<Vec<RecipientReference>>,
    objects: Option<Vec<RecipientReference>>,
}

impl ListSubscriptions {
    page_setters!(50);

    /// Whether to give the recipients' preferences as well.
    pub fn include_preferences(mut self, include: bool) -> Self {
        self.include_preferences = include;
        self
    }

    /// Whether to list who subscribes to the object or what it subscribes to. Default: who subscribes to it.
    pub fn mode(mut self, mode: SubscriptionMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Only subscriptions of these recipients, of which there must be one, where the list is of who subscribes.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.get_or_insert_default().extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Only subscriptions to these objects, of which there must be one, where the list is of what the object
    /// subscribes to.
    pub fn objects(mut self, objects: impl IntoIterator<Item = ObjectReference>) -> Self {
        self.objects.get_or_insert_default().extend(objects.into_iter().map(RecipientReference::Object));
        self
    }
}

impl Operation for ListSubscriptions {
    type Output = Page<Subscription, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "objects.list_subscriptions",
        "/v1/objects/{collection}/{object_id}/subscriptions",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        self.page.encode(request, 50)?;
        request.query("include[]", &self.include_preferences.then_some("preferences"));
        request.query("mode", &self.mode);
        References::encode("recipients", self.recipients.as_ref(), request)?;
        References::encode("objects", self.objects.as_ref(), request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Subscription, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for ListSubscriptions {
    type Item = Subscription;

    fn split(&self, page: Page<Subscription, Self>) -> (Vec<Subscription>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Lists the preference sets of an object; they come all at once.
///
/// [Reference](https://docs.knock.app/api-reference/objects/list_preferences)
pub fn list_preferences(collection: impl Into<String>, object_id: impl Into<String>) -> ListPreferences {
    ListPreferences { collection: collection.into(), object_id: object_id.into() }
}

/// Made by [`list_preferences`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListPreferences {
    collection: String,
    object_id: String,
}

impl Operation for ListPreferences {
    type Output = Page<PreferenceSet, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "objects.list_preferences",
        "/v1/objects/{collection}/{object_id}/preferences",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<PreferenceSet, Self>, DecodeError> {
        page::decode_whole(response)
    }
}

impl Paged for ListPreferences {
    type Item = PreferenceSet;

    fn split(&self, page: Page<PreferenceSet, Self>) -> (Vec<PreferenceSet>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Gets a preference set of an object, merged with the environment's defaults; a set that was never written is empty.
///
/// The set's id is [`DEFAULT_SET`](crate::preferences::DEFAULT_SET) or a tenant's id.
///
/// [Reference](https://docs.knock.app/api-reference/objects/get_preferences)
pub fn get_preferences(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    set_id: impl Into<String>,
) -> GetPreferences {
    GetPreferences { collection: collection.into(), object_id: object_id.into(), set_id: set_id.into() }
}

/// Made by [`get_preferences`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetPreferences {
    collection: String,
    object_id: String,
    set_id: String,
}

impl Operation for GetPreferences {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::get(
        "objects.get_preferences",
        "/v1/objects/{collection}/{object_id}/preferences/{id}",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        request.path("id", &self.set_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Writes a preference set of an object: it replaces the set, unless
/// [`merge`](PreferenceSetRequest::merge) says otherwise. An object that is not there is created.
///
/// ```
/// use knock_core::objects;
/// use knock_core::preferences::{ChannelType, DEFAULT_SET, PreferenceSetRequest};
///
/// let no_chat = PreferenceSetRequest::new().channel_type(ChannelType::Chat, false);
/// let set = objects::set_preferences("projects", "paddock-9", DEFAULT_SET, no_chat);
/// # let _ = set;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/objects/set_preferences)
pub fn set_preferences(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    set_id: impl Into<String>,
    preferences: PreferenceSetRequest,
) -> SetPreferences {
    SetPreferences {
        collection: collection.into(),
        object_id: object_id.into(),
        set_id: set_id.into(),
        preferences,
    }
}

/// Made by [`set_preferences`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetPreferences {
    collection: String,
    object_id: String,
    set_id: String,
    preferences: PreferenceSetRequest,
}

impl Operation for SetPreferences {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "objects.set_preferences",
        "/v1/objects/{collection}/{object_id}/preferences/{id}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        request.path("id", &self.set_id)?;
        request.json(&self.preferences)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Deletes a preference set of an object, so that the defaults apply again.
///
/// [Reference](https://docs.knock.app/api-reference/objects/unset_preferences)
pub fn unset_preferences(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    set_id: impl Into<String>,
) -> UnsetPreferences {
    UnsetPreferences { collection: collection.into(), object_id: object_id.into(), set_id: set_id.into() }
}

/// Made by [`unset_preferences`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct UnsetPreferences {
    collection: String,
    object_id: String,
    set_id: String,
}

impl Operation for UnsetPreferences {
    type Output = ();
    const INFO: OperationInfo = OperationInfo::delete(
        "objects.unset_preferences",
        "/v1/objects/{collection}/{object_id}/preferences/{id}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        request.path("id", &self.set_id)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// Gets an object's data of one channel; [`is_not_found`](crate::Error::is_not_found) where none is set.
///
/// [Reference](https://docs.knock.app/api-reference/objects/get_channel_data)
pub fn get_channel_data(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    channel_id: impl Into<String>,
) -> GetChannelData {
    GetChannelData {
        collection: collection.into(),
        object_id: object_id.into(),
        channel_id: channel_id.into(),
    }
}

/// Made by [`get_channel_data`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetChannelData {
    collection: String,
    object_id: String,
    channel_id: String,
}

impl Operation for GetChannelData {
    type Output = ChannelData;
    const INFO: OperationInfo = OperationInfo::get(
        "objects.get_channel_data",
        "/v1/objects/{collection}/{object_id}/channel_data/{channel_id}",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        request.path("channel_id", &self.channel_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<ChannelData, DecodeError> {
        response::json(response)
    }
}

/// Sets an object's data of one channel: it replaces all that the channel had. An object that is not there is created.
///
/// ```
/// use knock_core::channel_data::{SlackChannelData, SlackConnection};
/// use knock_core::objects;
///
/// let slack_channel = "8209f26c-62a5-461d-95e2-a5716a26e652"; // the channel's id in Knock
/// let slack = SlackChannelData::new().connection(SlackConnection::channel("C123ABC"));
/// let set = objects::set_channel_data("projects", "paddock-9", slack_channel, slack);
/// # let _ = set;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/objects/set_channel_data)
pub fn set_channel_data(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    channel_id: impl Into<String>,
    data: impl Into<ChannelDataRequest>,
) -> SetChannelData {
    SetChannelData {
        collection: collection.into(),
        object_id: object_id.into(),
        channel_id: channel_id.into(),
        body: ChannelDataBody { data: data.into() },
    }
}

/// Made by [`set_channel_data`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetChannelData {
    collection: String,
    object_id: String,
    channel_id: String,
    body: ChannelDataBody,
}

impl Operation for SetChannelData {
    type Output = ChannelData;
    const INFO: OperationInfo = OperationInfo::put(
        "objects.set_channel_data",
        "/v1/objects/{collection}/{object_id}/channel_data/{channel_id}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        request.path("channel_id", &self.channel_id)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<ChannelData, DecodeError> {
        response::json(response)
    }
}

/// Deletes an object's data of one channel.
///
/// [Reference](https://docs.knock.app/api-reference/objects/unset_channel_data)
pub fn unset_channel_data(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    channel_id: impl Into<String>,
) -> UnsetChannelData {
    UnsetChannelData {
        collection: collection.into(),
        object_id: object_id.into(),
        channel_id: channel_id.into(),
    }
}

/// Made by [`unset_channel_data`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct UnsetChannelData {
    collection: String,
    object_id: String,
    channel_id: String,
}

impl Operation for UnsetChannelData {
    type Output = ();
    const INFO: OperationInfo = OperationInfo::delete(
        "objects.unset_channel_data",
        "/v1/objects/{collection}/{object_id}/channel_data/{channel_id}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        request.path("channel_id", &self.channel_id)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// Lists the messages for an object, 1 page at a time, newest first.
///
/// ```
/// use knock_core::messages::{DeliveryStatus, MessageFilter};
/// use knock_core::objects;
///
/// let bounced = MessageFilter::new().statuses([DeliveryStatus::Bounced]);
/// let list = objects::list_messages("projects", "paddock-9").filter(bounced);
/// # let _ = list;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/objects/list_messages)
pub fn list_messages(collection: impl Into<String>, object_id: impl Into<String>) -> ListMessages {
    ListMessages {
        collection: collection.into(),
        object_id: object_id.into(),
        page: PageQuery::default(),
        filter: MessageFilter::new(),
    }
}

/// Made by [`list_messages`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListMessages {
    collection: String,
    object_id: String,
    page: PageQuery,
    filter: MessageFilter,
}

impl ListMessages {
    page_setters!(50);

    /// Which messages to list. Default: all.
    pub fn filter(mut self, filter: MessageFilter) -> Self {
        self.filter = filter;
        self
    }
}

impl Operation for ListMessages {
    type Output = Page<Message, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "objects.list_messages",
        "/v1/objects/{collection}/{id}/messages",
        RateLimitTier::Tier4,
    )
    .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("id", &self.object_id)?;
        self.page.encode(request, 50)?;
        self.filter.encode(request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Message, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for ListMessages {
    type Item = Message;

    fn split(&self, page: Page<Message, Self>) -> (Vec<Message>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Lists the schedules for an object, 1 page at a time.
///
/// [Reference](https://docs.knock.app/api-reference/objects/list_schedules)
pub fn list_schedules(collection: impl Into<String>, object_id: impl Into<String>) -> ListSchedules {
    ListSchedules {
        collection: collection.into(),
        object_id: object_id.into(),
        page: PageQuery::default(),
        tenant: None,
        workflow: None,
    }
}

/// Made by [`list_schedules`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListSchedules {
    collection: String,
    object_id: String,
    page: PageQuery,
    tenant: Option<String>,
    workflow: Option<String>,
}

impl ListSchedules {
    page_setters!(50);

    /// Only schedules of this tenant.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    /// Only schedules of the workflow with this key.
    pub fn workflow(mut self, key: impl Into<String>) -> Self {
        self.workflow = Some(key.into());
        self
    }
}

impl Operation for ListSchedules {
    type Output = Page<Schedule, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "objects.list_schedules",
        "/v1/objects/{collection}/{id}/schedules",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("id", &self.object_id)?;
        check_some_id("tenant", self.tenant.as_deref())?;
        check_some_id("workflow", self.workflow.as_deref())?;
        self.page.encode(request, 50)?;
        request.query("tenant", &self.tenant);
        request.query("workflow", &self.workflow);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Schedule, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for ListSchedules {
    type Item = Schedule;

    fn split(&self, page: Page<Schedule, Self>) -> (Vec<Schedule>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Creates or updates up to 1,000 objects of one collection, in the background.
///
/// ```
/// use knock_core::objects::{self, ObjectRequest};
///
/// let paddocks = (1..=9).map(|number| {
///     ObjectRequest::new("projects", format!("paddock-{number}")).name(format!("Paddock {number}"))
/// });
/// let set = objects::bulk_set("projects", paddocks);
/// # let _ = set;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/objects/bulk/set)
pub fn bulk_set(collection: impl Into<String>, objects: impl IntoIterator<Item = ObjectRequest>) -> BulkSet {
    BulkSet { collection: collection.into(), body: BulkSetBody { objects: objects.into_iter().collect() } }
}

/// Made by [`bulk_set`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkSet {
    collection: String,
    body: BulkSetBody,
}

#[derive(Debug, Clone, Serialize)]
struct BulkSetBody {
    #[serde(serialize_with = "serialize_objects")]
    objects: Vec<ObjectRequest>,
}

fn serialize_objects<S: Serializer>(objects: &[ObjectRequest], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(objects.iter().map(ObjectOfCollection))
}

impl Operation for BulkSet {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo =
        OperationInfo::post("objects.bulk_set", "/v1/objects/{collection}/bulk/set", RateLimitTier::Tier1)
            .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        check_count("objects", self.body.objects.len(), MAX_ENTITIES)?;
        for (index, object) in self.body.objects.iter().enumerate() {
            object.check(|| format!("objects[{index}]"))?;
            if object.collection != self.collection {
                let field = format!("objects[{index}].collection");
                return Err(InvalidInput::new(field, "is not the collection of the call; all must be in it"));
            }
        }
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "objects")
    }
}

/// Deletes up to 1,000 objects of one collection, in the background.
///
/// [Reference](https://docs.knock.app/api-reference/objects/bulk/delete)
pub fn bulk_delete(
    collection: impl Into<String>,
    object_ids: impl IntoIterator<Item = impl Into<String>>,
) -> BulkDelete {
    BulkDelete {
        collection: collection.into(),
        body: BulkDeleteBody { object_ids: object_ids.into_iter().map(Into::into).collect() },
    }
}

/// Made by [`bulk_delete`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkDelete {
    collection: String,
    body: BulkDeleteBody,
}

#[derive(Debug, Clone, Serialize)]
struct BulkDeleteBody {
    object_ids: Vec<String>,
}

impl Operation for BulkDelete {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo = OperationInfo::post(
        "objects.bulk_delete",
        "/v1/objects/{collection}/bulk/delete",
        RateLimitTier::Tier1,
    )
    .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        check_ids("object_ids", &self.body.object_ids, MAX_ENTITIES)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "object_ids")
    }
}

/// Subscribes recipients to up to 100 objects of one collection, in the background; up to 100 to each.
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
pub fn bulk_add_subscriptions(
    collection: impl Into<String>,
    subscriptions: impl IntoIterator<Item = Subscribe>,
) -> BulkAddSubscriptions {
    BulkAddSubscriptions {
        collection: collection.into(),
        body: BulkAddSubscriptionsBody { subscriptions: subscriptions.into_iter().collect() },
    }
}

/// Made by [`bulk_add_subscriptions`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkAddSubscriptions {
    collection: String,
    body: BulkAddSubscriptionsBody,
}

#[derive(Debug, Clone, Serialize)]
struct BulkAddSubscriptionsBody {
    subscriptions: Vec<Subscribe>,
}

impl Operation for BulkAddSubscriptions {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo = OperationInfo::post(
        "objects.bulk_add_subscriptions",
        "/v1/objects/{collection}/bulk/subscriptions/add",
        RateLimitTier::Tier1,
    )
    .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        check_count("subscriptions", self.body.subscriptions.len(), MAX_OBJECTS)?;
        for (index, subscribe) in self.body.subscriptions.iter().enumerate() {
            subscribe.check(&format!("subscriptions[{index}]"))?;
        }
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "subscriptions")
    }
}

/// Removes subscribers from up to 100 objects of one collection, in the background; up to 100 from each.
///
/// Who does not subscribe is passed over.
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
pub fn bulk_delete_subscriptions(
    collection: impl Into<String>,
    subscriptions: impl IntoIterator<Item = Unsubscribe>,
) -> BulkDeleteSubscriptions {
    BulkDeleteSubscriptions {
        collection: collection.into(),
        body: BulkDeleteSubscriptionsBody { subscriptions: subscriptions.into_iter().collect() },
    }
}

/// Made by [`bulk_delete_subscriptions`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkDeleteSubscriptions {
    collection: String,
    body: BulkDeleteSubscriptionsBody,
}

#[derive(Debug, Clone, Serialize)]
struct BulkDeleteSubscriptionsBody {
    subscriptions: Vec<Unsubscribe>,
}

impl Operation for BulkDeleteSubscriptions {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo = OperationInfo::post(
        "objects.bulk_delete_subscriptions",
        "/v1/objects/{collection}/bulk/subscriptions/delete",
        RateLimitTier::Tier1,
    )
    .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        check_count("subscriptions", self.body.subscriptions.len(), MAX_OBJECTS)?;
        for (index, unsubscribe) in self.body.subscriptions.iter().enumerate() {
            unsubscribe.check(&format!("subscriptions[{index}]"))?;
        }
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "subscriptions")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_objects_must_be_in_the_collection_of_the_call() {
        let objects = [ObjectRequest::new("projects", "paddock-9"), ObjectRequest::new("assets", "fence-1")];
        let mut request = RequestEncoder::new(BulkSet::INFO.route);
        let error = bulk_set("projects", objects).encode(&mut request).unwrap_err();
        assert_eq!(error.field(), "objects[1].collection");
    }
}
