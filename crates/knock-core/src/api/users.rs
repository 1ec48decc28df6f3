//! Users: the people who are notified.
//!
//! See Knock on [users](https://docs.knock.app/concepts/users) and its
//! [reference](https://docs.knock.app/api-reference/users).

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::channel_data::{ChannelData, ChannelDataRequest};
use crate::api::preferences::{PreferenceSet, PreferenceSetRequest};
use crate::api::recipients::UserBody;
pub use crate::api::recipients::UserRequest;
use crate::error::{DecodeError, InvalidInput};
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::response;
use crate::time::Timestamp;

/// A user as Knock has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    #[serde(rename = "__typename", default, skip_serializing_if = "Option::is_none")]
    typename: Option<String>,
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

#[derive(Debug, Clone, Serialize)]
struct ChannelDataBody {
    data: ChannelDataRequest,
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
