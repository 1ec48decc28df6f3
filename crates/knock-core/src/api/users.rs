//! Users: the people who are notified.
//!
//! See Knock on [users](https://docs.knock.app/concepts/users) and its
//! [reference](https://docs.knock.app/api-reference/users).

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::bulk_operations::{BulkOperation, MAX_ENTITIES};
use crate::api::channel_data::{ChannelData, ChannelDataBody, ChannelDataRequest};
use crate::api::messages::{Message, MessageFilter, check_some_id};
use crate::api::preferences::{PersistenceStrategy, PreferenceSet, PreferenceSetRequest};
pub use crate::api::recipients::UserRequest;
use crate::api::recipients::{RecipientReference, References, UserBody, check_count, check_id, check_ids};
use crate::api::schedules::Schedule;
use crate::api::subscriptions::Subscription;
use crate::error::{DecodeError, InvalidInput};
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, Page, PageQuery, Paged, page_setters};
use crate::response::{self, Batch};
use crate::time::Timestamp;

/// A user as Knock has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    #[serde(rename = "__typename", default, skip_serializing_if = "Option::is_none")]
    typename: Option<String>,
    /// Set in lists; no property of the caller's.
    #[serde(rename = "__cursor", default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// The id from your own system.
    pub id: String,
    /// The display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The primary email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number in E.164 form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// The URL of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// The time zone by its tz database name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// When the user was created in your own system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When Knock last changed the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Properties of your own.
    #[serde(flatten)]
    pub properties: Map<String, Value>,
}

impl User {
    /// Your own properties as a type of your own.
    ///
    /// # Errors
    ///
    /// Where they are not those of a `T`.
    pub fn properties_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.properties.clone()))
    }
}

/// Lists the users of the environment, 1 page at a time.
///
/// ```
/// use knock_core::users;
///
/// let list = users::list().page_size(20).include_preferences(true);
/// # let _ = list;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/list)
pub fn list() -> List {
    List { page: PageQuery::default(), include_preferences: false }
}

/// Made by [`list`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct List {
    page: PageQuery,
    include_preferences: bool,
}

impl List {
    page_setters!(50);

    /// Whether to give each user's preferences as well: they come as the [property](User::properties) `preferences`.
    pub fn include_preferences(mut self, include: bool) -> Self {
        self.include_preferences = include;
        self
    }
}

impl Operation for List {
    type Output = Page<User, Self>;
    const INFO: OperationInfo = OperationInfo::get("users.list", "/v1/users", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.page.encode(request, 50)?;
        request.query("include[]", &self.include_preferences.then_some("preferences"));
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<User, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for List {
    type Item = User;

    fn split(&self, page: Page<User, Self>) -> (Vec<User>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Creates a user or updates the one that is there; what is not said stays as it is.
///
/// ```
/// use knock_core::users::{self, UserRequest};
///
/// let identify = users::identify(UserRequest::new("jhammond").name("John Hammond").email("jhammond@ingen.net"));
/// # let _ = identify;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/update)
pub fn identify(user: impl Into<UserRequest>) -> Identify {
    Identify { user: user.into() }
}

/// Made by [`identify`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Identify {
    user: UserRequest,
}

impl Operation for Identify {
    type Output = User;
    const INFO: OperationInfo =
        OperationInfo::put("users.identify", "/v1/users/{user_id}", RateLimitTier::Tier3);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user.id)?;
        self.user.check(|| "user".to_owned())?;
        request.json(&UserBody(&self.user))
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<User, DecodeError> {
        response::json(response)
    }
}

/// Gets a user; [`is_not_found`](crate::Error::is_not_found) where there is none.
///
/// [Reference](https://docs.knock.app/api-reference/users/get)
pub fn get(user_id: impl Into<String>) -> Get {
    Get { user_id: user_id.into() }
}

/// Made by [`get`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Get {
    user_id: String,
}

impl Operation for Get {
    type Output = User;
    const INFO: OperationInfo = OperationInfo::get("users.get", "/v1/users/{user_id}", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<User, DecodeError> {
        response::json(response)
    }
}

/// Deletes a user with all that Knock has of it: properties, preferences, channel data, subscriptions, schedules
/// and, within about ten minutes, messages.
///
/// [Reference](https://docs.knock.app/api-reference/users/delete)
pub fn delete(user_id: impl Into<String>) -> Delete {
    Delete { user_id: user_id.into() }
}

/// Made by [`delete`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Delete {
    user_id: String,
}

impl Operation for Delete {
    type Output = ();
    const INFO: OperationInfo =
        OperationInfo::delete("users.delete", "/v1/users/{user_id}", RateLimitTier::Tier2);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// Merges the user `from_user_id` into `user_id`, and deletes it.
///
/// Where both say something, `user_id` wins; messages of the last 30 days move along, and what was still to be sent
/// to `from_user_id` is not. See [merging users](https://docs.knock.app/managing-recipients/merging-users).
///
/// [Reference](https://docs.knock.app/api-reference/users/merge)
pub fn merge(user_id: impl Into<String>, from_user_id: impl Into<String>) -> Merge {
    Merge { user_id: user_id.into(), body: MergeBody { from_user_id: from_user_id.into() } }
}

/// Made by [`merge`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Merge {
    user_id: String,
    body: MergeBody,
}

#[derive(Debug, Clone, Serialize)]
struct MergeBody {
    from_user_id: String,
}

impl Operation for Merge {
    type Output = User;
    // Not repeatable: Knock does not say what becomes of a merge from a user that is gone.
    const INFO: OperationInfo =
        OperationInfo::post("users.merge", "/v1/users/{user_id}/merge", RateLimitTier::Tier2);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        check_id(&self.body.from_user_id, || "from_user_id".to_owned())?;
        if self.body.from_user_id == self.user_id {
            return Err(InvalidInput::new("from_user_id", "is the user to merge into; it must be another"));
        }
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<User, DecodeError> {
        response::json(response)
    }
}

/// Lists the preference sets of a user; they come all at once.
///
/// [Reference](https://docs.knock.app/api-reference/users/list_preferences)
pub fn list_preferences(user_id: impl Into<String>) -> ListPreferences {
    ListPreferences { user_id: user_id.into() }
}

/// Made by [`list_preferences`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListPreferences {
    user_id: String,
}

impl Operation for ListPreferences {
    type Output = Page<PreferenceSet, Self>;
    const INFO: OperationInfo =
        OperationInfo::get("users.list_preferences", "/v1/users/{user_id}/preferences", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)
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

/// Gets a preference set of a user, merged with the environment's defaults; a set that was never written is empty.
///
/// The set's id is [`DEFAULT_SET`](crate::preferences::DEFAULT_SET) or a tenant's id.
///
/// [Reference](https://docs.knock.app/api-reference/users/get_preferences)
pub fn get_preferences(user_id: impl Into<String>, set_id: impl Into<String>) -> GetPreferences {
    GetPreferences { user_id: user_id.into(), set_id: set_id.into(), tenant: None }
}

/// Made by [`get_preferences`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetPreferences {
    user_id: String,
    set_id: String,
    tenant: Option<String>,
}

impl GetPreferences {
    /// Merges with this tenant's defaults, too.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }
}

impl Operation for GetPreferences {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::get(
        "users.get_preferences",
        "/v1/users/{user_id}/preferences/{id}",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("id", &self.set_id)?;
        request.query("tenant", &self.tenant);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Writes a preference set of a user: it replaces the set, unless
/// [`merge`](PreferenceSetRequest::merge) says otherwise. A user that is not there is created.
///
/// ```
/// use knock_core::preferences::{ChannelType, DEFAULT_SET, PreferenceSetRequest};
/// use knock_core::users;
///
/// let no_texts = PreferenceSetRequest::new().channel_type(ChannelType::Sms, false);
/// let set = users::set_preferences("jhammond", DEFAULT_SET, no_texts);
/// # let _ = set;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/set_preferences)
pub fn set_preferences(
    user_id: impl Into<String>,
    set_id: impl Into<String>,
    preferences: PreferenceSetRequest,
) -> SetPreferences {
    SetPreferences { user_id: user_id.into(), set_id: set_id.into(), preferences }
}

/// Made by [`set_preferences`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetPreferences {
    user_id: String,
    set_id: String,
    preferences: PreferenceSetRequest,
}

impl Operation for SetPreferences {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "users.set_preferences",
        "/v1/users/{user_id}/preferences/{id}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("id", &self.set_id)?;
        request.json(&self.preferences)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Deletes a preference set of a user, so that the defaults apply again.
///
/// [Reference](https://docs.knock.app/api-reference/users/unset_preferences)
pub fn unset_preferences(user_id: impl Into<String>, set_id: impl Into<String>) -> UnsetPreferences {
    UnsetPreferences { user_id: user_id.into(), set_id: set_id.into() }
}

/// Made by [`unset_preferences`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct UnsetPreferences {
    user_id: String,
    set_id: String,
}

impl Operation for UnsetPreferences {
    type Output = ();
    const INFO: OperationInfo = OperationInfo::delete(
        "users.unset_preferences",
        "/v1/users/{user_id}/preferences/{id}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("id", &self.set_id)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// Gets a user's data of one channel; [`is_not_found`](crate::Error::is_not_found) where none is set.
///
/// [Reference](https://docs.knock.app/api-reference/users/get_channel_data)
pub fn get_channel_data(user_id: impl Into<String>, channel_id: impl Into<String>) -> GetChannelData {
    GetChannelData { user_id: user_id.into(), channel_id: channel_id.into() }
}

/// Made by [`get_channel_data`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetChannelData {
    user_id: String,
    channel_id: String,
}

impl Operation for GetChannelData {
    type Output = ChannelData;
    const INFO: OperationInfo = OperationInfo::get(
        "users.get_channel_data",
        "/v1/users/{user_id}/channel_data/{channel_id}",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("channel_id", &self.channel_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<ChannelData, DecodeError> {
        response::json(response)
    }
}

/// Sets a user's data of one channel: it replaces all that the channel had. A user that is not there is created.
///
/// ```
/// use knock_core::channel_data::ChannelDataRequest;
/// use knock_core::users;
///
/// let apns = "8209f26c-62a5-461d-95e2-a5716a26e652";
/// let set = users::set_channel_data("jhammond", apns, ChannelDataRequest::push_tokens(["device-token"]));
/// # let _ = set;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/set_channel_data)
pub fn set_channel_data(
    user_id: impl Into<String>,
    channel_id: impl Into<String>,
    data: impl Into<ChannelDataRequest>,
) -> SetChannelData {
    SetChannelData {
        user_id: user_id.into(),
        channel_id: channel_id.into(),
        body: ChannelDataBody { data: data.into() },
    }
}

/// Made by [`set_channel_data`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetChannelData {
    user_id: String,
    channel_id: String,
    body: ChannelDataBody,
}

impl Operation for SetChannelData {
    type Output = ChannelData;
    const INFO: OperationInfo = OperationInfo::put(
        "users.set_channel_data",
        "/v1/users/{user_id}/channel_data/{channel_id}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("channel_id", &self.channel_id)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<ChannelData, DecodeError> {
        response::json(response)
    }
}

/// Deletes a user's data of one channel.
///
/// [Reference](https://docs.knock.app/api-reference/users/unset_channel_data)
pub fn unset_channel_data(user_id: impl Into<String>, channel_id: impl Into<String>) -> UnsetChannelData {
    UnsetChannelData { user_id: user_id.into(), channel_id: channel_id.into() }
}

/// Made by [`unset_channel_data`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct UnsetChannelData {
    user_id: String,
    channel_id: String,
}

impl Operation for UnsetChannelData {
    type Output = ();
    const INFO: OperationInfo = OperationInfo::delete(
        "users.unset_channel_data",
        "/v1/users/{user_id}/channel_data/{channel_id}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("channel_id", &self.channel_id)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// Lists the messages for a user, 1 page at a time, newest first.
///
/// ```
/// use knock_core::messages::{DeliveryStatus, MessageFilter};
/// use knock_core::users;
///
/// let bounced = MessageFilter::new().statuses([DeliveryStatus::Bounced]);
/// let list = users::list_messages("jhammond").filter(bounced);
/// # let _ = list;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/list_messages)
pub fn list_messages(user_id: impl Into<String>) -> ListMessages {
    ListMessages { user_id: user_id.into(), page: PageQuery::default(), filter: MessageFilter::new() }
}

/// Made by [`list_messages`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListMessages {
    user_id: String,
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
    const INFO: OperationInfo =
        OperationInfo::get("users.list_messages", "/v1/users/{user_id}/messages", RateLimitTier::Tier4)
            .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
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

/// Lists the schedules for a user, 1 page at a time.
///
/// [Reference](https://docs.knock.app/api-reference/users/list_schedules)
pub fn list_schedules(user_id: impl Into<String>) -> ListSchedules {
    ListSchedules { user_id: user_id.into(), page: PageQuery::default(), tenant: None, workflow: None }
}

/// Made by [`list_schedules`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListSchedules {
    user_id: String,
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
    const INFO: OperationInfo =
        OperationInfo::get("users.list_schedules", "/v1/users/{user_id}/schedules", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
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

/// Lists what a user subscribes to, 1 page at a time.
///
/// ```
/// use knock_core::recipients::ObjectReference;
/// use knock_core::users;
///
/// let list = users::list_subscriptions("jhammond").objects([ObjectReference::new("projects", "paddock-9")]);
/// # let _ = list;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/list_subscriptions)
pub fn list_subscriptions(user_id: impl Into<String>) -> ListSubscriptions {
    ListSubscriptions {
        user_id: user_id.into(),
        page: PageQuery::default(),
        include_preferences: false,
        objects: None,
    }
}

/// Made by [`list_subscriptions`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListSubscriptions {
    user_id: String,
    page: PageQuery,
    include_preferences: bool,
    objects: Option<Vec<RecipientReference>>,
}

impl ListSubscriptions {
    page_setters!(50);

    /// Whether to give the recipients' preferences as well.
    pub fn include_preferences(mut self, include: bool) -> Self {
        self.include_preferences = include;
        self
    }

    /// Only subscriptions to these objects, of which there must be one.
    pub fn objects(mut self, objects: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.objects.get_or_insert_default().extend(objects.into_iter().map(Into::into));
        self
    }
}

impl Operation for ListSubscriptions {
    type Output = Page<Subscription, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "users.list_subscriptions",
        "/v1/users/{user_id}/subscriptions",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        self.page.encode(request, 50)?;
        request.query("include[]", &self.include_preferences.then_some("preferences"));
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

/// Creates or updates up to 1,000 users, in the background.
///
/// ```
/// # use knock_core::{Client, Error, Operation, Transport};
/// use std::time::Duration;
/// use knock_core::users::{self, UserRequest};
///
/// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
/// let users = [UserRequest::new("jhammond").name("John Hammond"), UserRequest::new("agrant").name("Alan Grant")];
/// let started = users::bulk_identify(users).send(&client).await?.value;
/// let ended = started.wait(&client, Duration::from_secs(1), Duration::from_secs(60)).await?;
/// assert!(ended.is_finished());
/// # Ok(()) }
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/bulk/identify)
pub fn bulk_identify(users: impl IntoIterator<Item = impl Into<UserRequest>>) -> BulkIdentify {
    BulkIdentify { body: BulkIdentifyBody { users: users.into_iter().map(Into::into).collect() } }
}

/// Made by [`bulk_identify`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkIdentify {
    body: BulkIdentifyBody,
}

#[derive(Debug, Clone, Serialize)]
struct BulkIdentifyBody {
    users: Vec<UserRequest>,
}

impl Operation for BulkIdentify {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo =
        OperationInfo::post("users.bulk_identify", "/v1/users/bulk/identify", RateLimitTier::Tier1)
            .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_count("users", self.body.users.len(), MAX_ENTITIES)?;
        for (index, user) in self.body.users.iter().enumerate() {
            user.check(|| format!("users[{index}]"))?;
        }
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "users")
    }
}

/// Deletes up to 1,000 users as [`delete`] does, in the background.
///
/// [Reference](https://docs.knock.app/api-reference/users/bulk/delete)
pub fn bulk_delete(user_ids: impl IntoIterator<Item = impl Into<String>>) -> BulkDelete {
    BulkDelete { body: BulkDeleteBody { user_ids: user_ids.into_iter().map(Into::into).collect() } }
}

/// Made by [`bulk_delete`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkDelete {
    body: BulkDeleteBody,
}

#[derive(Debug, Clone, Serialize)]
struct BulkDeleteBody {
    user_ids: Vec<String>,
}

impl Operation for BulkDelete {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo =
        OperationInfo::post("users.bulk_delete", "/v1/users/bulk/delete", RateLimitTier::Tier1).repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_ids("user_ids", &self.body.user_ids, MAX_ENTITIES)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "user_ids")
    }
}

/// Writes the same preferences for up to 1,000 users, in the background. It always replaces their sets.
///
/// ```
/// use knock_core::preferences::{ChannelType, PreferenceSetRequest};
/// use knock_core::users;
///
/// let no_texts = PreferenceSetRequest::new().channel_type(ChannelType::Sms, false);
/// let set = users::bulk_set_preferences(["jhammond", "agrant"], no_texts).set_id("jurassic-park");
/// # let _ = set;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/bulk/set_preferences)
pub fn bulk_set_preferences(
    user_ids: impl IntoIterator<Item = impl Into<String>>,
    preferences: PreferenceSetRequest,
) -> BulkSetPreferences {
    BulkSetPreferences {
        body: BulkPreferencesBody {
            user_ids: user_ids.into_iter().map(Into::into).collect(),
            preferences: BulkPreferenceSet { id: None, preferences },
        },
    }
}

/// Made by [`bulk_set_preferences`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkSetPreferences {
    body: BulkPreferencesBody,
}

#[derive(Debug, Clone, Serialize)]
struct BulkPreferencesBody {
    user_ids: Vec<String>,
    preferences: BulkPreferenceSet,
}

#[derive(Debug, Clone, Serialize)]
struct BulkPreferenceSet {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(flatten)]
    preferences: PreferenceSetRequest,
}

impl BulkSetPreferences {
    /// Which set of theirs: `default`, or a tenant's id. Default: `default`.
    pub fn set_id(mut self, id: impl Into<String>) -> Self {
        self.body.preferences.id = Some(id.into());
        self
    }
}

impl Operation for BulkSetPreferences {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo =
        OperationInfo::post("users.bulk_set_preferences", "/v1/users/bulk/preferences", RateLimitTier::Tier1)
            .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        let set = &self.body.preferences;
        check_ids("user_ids", &self.body.user_ids, MAX_ENTITIES)?;
        set.id.as_ref().map_or(Ok(()), |id| check_id(id, || "preferences.id".to_owned()))?;
        if set.preferences.strategy == Some(PersistenceStrategy::Merge) {
            let problem = "cannot be merged for many users at once: they always replace what is there";
            return Err(InvalidInput::new("preferences", problem));
        }
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "user_ids")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_of_many_cannot_be_merged() {
        let merge = PreferenceSetRequest::new().merge();
        let mut request = RequestEncoder::new(BulkSetPreferences::INFO.route);
        let error = bulk_set_preferences(["jhammond"], merge).encode(&mut request).unwrap_err();
        assert_eq!(error.field(), "preferences");
    }
}
