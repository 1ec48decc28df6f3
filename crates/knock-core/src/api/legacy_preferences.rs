//! Legacy preferences: one group or one setting of a preference set, each by a call of its own.
//!
//! Knock has deprecated them, and no longer describes their bodies: [`users::set_preferences`] and
//! [`objects::set_preferences`](crate::objects::set_preferences) write any part of a set when told to
//! [`merge`](crate::preferences::PreferenceSetRequest::merge). They are here for code that is not ported yet.
//!
//! [`users::set_preferences`]: crate::users::set_preferences

use bytes::Bytes;
use serde::Serialize;

use crate::api::preferences::{
    ChannelType, ChannelTypes, PreferenceSet, Setting, WorkflowSetting, Workflows,
};
use crate::error::{DecodeError, InvalidInput};
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::response;

/// A preference set of a user, in a path.
#[derive(Debug, Clone)]
struct UserSet {
    user_id: String,
    set_id: String,
}

impl UserSet {
    fn new(user_id: impl Into<String>, set_id: impl Into<String>) -> Self {
        Self { user_id: user_id.into(), set_id: set_id.into() }
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("id", &self.set_id)
    }
}

/// A preference set of an object, in a path.
#[derive(Debug, Clone)]
struct ObjectSet {
    collection: String,
    object_id: String,
    set_id: String,
}

impl ObjectSet {
    fn new(collection: impl Into<String>, object_id: impl Into<String>, set_id: impl Into<String>) -> Self {
        Self { collection: collection.into(), object_id: object_id.into(), set_id: set_id.into() }
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("collection", &self.collection)?;
        request.path("object_id", &self.object_id)?;
        request.path("id", &self.set_id)
    }
}

/// One setting as the body of a request, which must be an object.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum SettingBody<T> {
    OnOrOff { subscribed: bool },
    InDetail(T),
}

impl From<Setting> for SettingBody<Setting> {
    fn from(setting: Setting) -> Self {
        match setting {
            Setting::Subscribed(subscribed) => Self::OnOrOff { subscribed },
            detail => Self::InDetail(detail),
        }
    }
}

impl From<WorkflowSetting> for SettingBody<WorkflowSetting> {
    fn from(setting: WorkflowSetting) -> Self {
        match setting {
            WorkflowSetting::Subscribed(subscribed) => Self::OnOrOff { subscribed },
            detail => Self::InDetail(detail),
        }
    }
}

/// Updates the settings of all types of channel in a preference set of a user.
#[deprecated(note = "use `users::set_preferences` with `merge` instead")]
pub fn set_user_channel_types(
    user_id: impl Into<String>,
    set_id: impl Into<String>,
    settings: ChannelTypes,
) -> SetUserChannelTypes {
    SetUserChannelTypes { set: UserSet::new(user_id, set_id), settings }
}

/// Made by [`set_user_channel_types`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetUserChannelTypes {
    set: UserSet,
    settings: ChannelTypes,
}

impl Operation for SetUserChannelTypes {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_user_channel_types",
        "/v1/users/{user_id}/preferences/{id}/channel_types",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.json(&self.settings)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the setting of one type of channel, in a preference set of a user.
#[deprecated(note = "use `users::set_preferences` with `merge` instead")]
pub fn set_user_channel_type(
    user_id: impl Into<String>,
    set_id: impl Into<String>,
    channel_type: ChannelType,
    setting: impl Into<Setting>,
) -> SetUserChannelType {
    SetUserChannelType { set: UserSet::new(user_id, set_id), channel_type, body: setting.into().into() }
}

/// Made by [`set_user_channel_type`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetUserChannelType {
    set: UserSet,
    channel_type: ChannelType,
    body: SettingBody<Setting>,
}

impl Operation for SetUserChannelType {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_user_channel_type",
        "/v1/users/{user_id}/preferences/{id}/channel_types/{type}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.path("type", self.channel_type.as_str())?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the settings of all workflows in a preference set of a user.
#[deprecated(note = "use `users::set_preferences` with `merge` instead")]
pub fn set_user_workflows(
    user_id: impl Into<String>,
    set_id: impl Into<String>,
    settings: Workflows,
) -> SetUserWorkflows {
    SetUserWorkflows { set: UserSet::new(user_id, set_id), settings }
}

/// Made by [`set_user_workflows`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetUserWorkflows {
    set: UserSet,
    settings: Workflows,
}

impl Operation for SetUserWorkflows {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_user_workflows",
        "/v1/users/{user_id}/preferences/{id}/workflows",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.json(&self.settings)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the setting of one workflow, by its key, in a preference set of a user.
#[deprecated(note = "use `users::set_preferences` with `merge` instead")]
pub fn set_user_workflow(
    user_id: impl Into<String>,
    set_id: impl Into<String>,
    key: impl Into<String>,
    setting: impl Into<WorkflowSetting>,
) -> SetUserWorkflow {
    SetUserWorkflow { set: UserSet::new(user_id, set_id), key: key.into(), body: setting.into().into() }
}

/// Made by [`set_user_workflow`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetUserWorkflow {
    set: UserSet,
    key: String,
    body: SettingBody<WorkflowSetting>,
}

impl Operation for SetUserWorkflow {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_user_workflow",
        "/v1/users/{user_id}/preferences/{id}/workflows/{key}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.path("key", &self.key)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the settings of all categories in a preference set of a user.
#[deprecated(note = "use `users::set_preferences` with `merge` instead")]
pub fn set_user_categories(
    user_id: impl Into<String>,
    set_id: impl Into<String>,
    settings: Workflows,
) -> SetUserCategories {
    SetUserCategories { set: UserSet::new(user_id, set_id), settings }
}

/// Made by [`set_user_categories`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetUserCategories {
    set: UserSet,
    settings: Workflows,
}

impl Operation for SetUserCategories {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_user_categories",
        "/v1/users/{user_id}/preferences/{id}/categories",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.json(&self.settings)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the setting of one category, in a preference set of a user.
#[deprecated(note = "use `users::set_preferences` with `merge` instead")]
pub fn set_user_category(
    user_id: impl Into<String>,
    set_id: impl Into<String>,
    category: impl Into<String>,
    setting: impl Into<WorkflowSetting>,
) -> SetUserCategory {
    SetUserCategory {
        set: UserSet::new(user_id, set_id),
        category: category.into(),
        body: setting.into().into(),
    }
}

/// Made by [`set_user_category`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetUserCategory {
    set: UserSet,
    category: String,
    body: SettingBody<WorkflowSetting>,
}

impl Operation for SetUserCategory {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_user_category",
        "/v1/users/{user_id}/preferences/{id}/categories/{key}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.path("key", &self.category)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the settings of all types of channel in a preference set of an object.
#[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
pub fn set_object_channel_types(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    set_id: impl Into<String>,
    settings: ChannelTypes,
) -> SetObjectChannelTypes {
    SetObjectChannelTypes { set: ObjectSet::new(collection, object_id, set_id), settings }
}

/// Made by [`set_object_channel_types`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetObjectChannelTypes {
    set: ObjectSet,
    settings: ChannelTypes,
}

impl Operation for SetObjectChannelTypes {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_object_channel_types",
        "/v1/objects/{collection}/{object_id}/preferences/{id}/channel_types",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.json(&self.settings)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the setting of one type of channel, in a preference set of an object.
#[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
pub fn set_object_channel_type(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    set_id: impl Into<String>,
    channel_type: ChannelType,
    setting: impl Into<Setting>,
) -> SetObjectChannelType {
    SetObjectChannelType {
        set: ObjectSet::new(collection, object_id, set_id),
        channel_type,
        body: setting.into().into(),
    }
}

/// Made by [`set_object_channel_type`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetObjectChannelType {
    set: ObjectSet,
    channel_type: ChannelType,
    body: SettingBody<Setting>,
}

impl Operation for SetObjectChannelType {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_object_channel_type",
        "/v1/objects/{collection}/{object_id}/preferences/{id}/channel_types/{type}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.path("type", self.channel_type.as_str())?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the settings of all workflows in a preference set of an object.
#[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
pub fn set_object_workflows(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    set_id: impl Into<String>,
    settings: Workflows,
) -> SetObjectWorkflows {
    SetObjectWorkflows { set: ObjectSet::new(collection, object_id, set_id), settings }
}

/// Made by [`set_object_workflows`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetObjectWorkflows {
    set: ObjectSet,
    settings: Workflows,
}

impl Operation for SetObjectWorkflows {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_object_workflows",
        "/v1/objects/{collection}/{object_id}/preferences/{id}/workflows",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.json(&self.settings)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the setting of one workflow, by its key, in a preference set of an object.
#[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
pub fn set_object_workflow(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    set_id: impl Into<String>,
    key: impl Into<String>,
    setting: impl Into<WorkflowSetting>,
) -> SetObjectWorkflow {
    SetObjectWorkflow {
        set: ObjectSet::new(collection, object_id, set_id),
        key: key.into(),
        body: setting.into().into(),
    }
}

/// Made by [`set_object_workflow`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetObjectWorkflow {
    set: ObjectSet,
    key: String,
    body: SettingBody<WorkflowSetting>,
}

impl Operation for SetObjectWorkflow {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_object_workflow",
        "/v1/objects/{collection}/{object_id}/preferences/{id}/workflows/{key}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.path("key", &self.key)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the settings of all categories in a preference set of an object.
#[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
pub fn set_object_categories(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    set_id: impl Into<String>,
    settings: Workflows,
) -> SetObjectCategories {
    SetObjectCategories { set: ObjectSet::new(collection, object_id, set_id), settings }
}

/// Made by [`set_object_categories`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetObjectCategories {
    set: ObjectSet,
    settings: Workflows,
}

impl Operation for SetObjectCategories {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_object_categories",
        "/v1/objects/{collection}/{object_id}/preferences/{id}/categories",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.json(&self.settings)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}

/// Updates the setting of one category, in a preference set of an object.
#[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
pub fn set_object_category(
    collection: impl Into<String>,
    object_id: impl Into<String>,
    set_id: impl Into<String>,
    category: impl Into<String>,
    setting: impl Into<WorkflowSetting>,
) -> SetObjectCategory {
    SetObjectCategory {
        set: ObjectSet::new(collection, object_id, set_id),
        category: category.into(),
        body: setting.into().into(),
    }
}

/// Made by [`set_object_category`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct SetObjectCategory {
    set: ObjectSet,
    category: String,
    body: SettingBody<WorkflowSetting>,
}

impl Operation for SetObjectCategory {
    type Output = PreferenceSet;
    const INFO: OperationInfo = OperationInfo::put(
        "legacy_preferences.set_object_category",
        "/v1/objects/{collection}/{object_id}/preferences/{id}/categories/{key}",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.set.encode(request)?;
        request.path("key", &self.category)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceSet, DecodeError> {
        response::json(response)
    }
}
