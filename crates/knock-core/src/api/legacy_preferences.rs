//! Legacy preferences: operations that each update one part of a preference set.
//!
//! Knock has deprecated these endpoints and no longer documents their bodies. For new code, use
//! [`users::set_preferences`](crate::users::set_preferences) or
//! [`objects::set_preferences`](crate::objects::set_preferences) with
//! [`merge`](crate::preferences::PreferenceSetRequest::merge), which can update any part of a set.

use serde::Serialize;

use crate::api::preferences::{
    ChannelType, ChannelTypes, PreferenceSet, Setting, WorkflowSetting, Workflows,
};
use crate::operation::operation;
use crate::value::Text;

/// One setting as a body, which must be an object: `true` becomes `{"subscribed": true}`.
#[derive(Serialize)]
#[serde(untagged)]
enum SettingBody<'a, T> {
    Subscribed { subscribed: bool },
    Detailed(&'a T),
}

impl<'a> From<&'a Setting> for SettingBody<'a, Setting> {
    fn from(setting: &'a Setting) -> Self {
        match setting {
            Setting::Subscribed(subscribed) => Self::Subscribed { subscribed: *subscribed },
            detailed => Self::Detailed(detailed),
        }
    }
}

impl<'a> From<&'a WorkflowSetting> for SettingBody<'a, WorkflowSetting> {
    fn from(setting: &'a WorkflowSetting) -> Self {
        match setting {
            WorkflowSetting::Subscribed(subscribed) => Self::Subscribed { subscribed: *subscribed },
            detailed => Self::Detailed(detailed),
        }
    }
}

operation! {
    /// Updates the settings of several channel types in a preference set of a user.
    #[doc(alias = "users.setChannelTypesPreferences")]
    #[deprecated(note = "use `users::set_preferences` with `merge` instead")]
    pub fn set_user_channel_types(user_id; set_id: Text, settings: ChannelTypes) -> SetUserChannelTypes {
        "legacy_preferences.set_user_channel_types":
            PUT "/v1/users/{user_id}/preferences/{id}/channel_types", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.json(&this.settings)
        }
    }
}

operation! {
    /// Updates the setting of one channel type in a preference set of a user.
    #[doc(alias = "users.setChannelTypePreferences")]
    #[deprecated(note = "use `users::set_preferences` with `merge` instead")]
    pub fn set_user_channel_type(
        user_id; set_id: Text, channel_type: ChannelType, setting: Setting
    ) -> SetUserChannelType {
        "legacy_preferences.set_user_channel_type":
            PUT "/v1/users/{user_id}/preferences/{id}/channel_types/{type}", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.path("type", this.channel_type.as_str())?;
            request.json(&SettingBody::from(&this.setting))
        }
    }
}

operation! {
    /// Updates the settings of several workflows in a preference set of a user.
    #[doc(alias = "users.setWorkflowsPreferences")]
    #[deprecated(note = "use `users::set_preferences` with `merge` instead")]
    pub fn set_user_workflows(user_id; set_id: Text, settings: Workflows) -> SetUserWorkflows {
        "legacy_preferences.set_user_workflows": PUT "/v1/users/{user_id}/preferences/{id}/workflows", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.json(&this.settings)
        }
    }
}

operation! {
    /// Updates the setting of one workflow, given by its key, in a preference set of a user.
    #[doc(alias = "users.setWorkflowPreferences")]
    #[deprecated(note = "use `users::set_preferences` with `merge` instead")]
    pub fn set_user_workflow(
        user_id; set_id: Text, key: Text, setting: WorkflowSetting
    ) -> SetUserWorkflow {
        "legacy_preferences.set_user_workflow":
            PUT "/v1/users/{user_id}/preferences/{id}/workflows/{key}", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.path("key", this.key.as_str())?;
            request.json(&SettingBody::from(&this.setting))
        }
    }
}

operation! {
    /// Updates the settings of several workflow categories in a preference set of a user.
    #[doc(alias = "users.setCategoriesPreferences")]
    #[deprecated(note = "use `users::set_preferences` with `merge` instead")]
    pub fn set_user_categories(user_id; set_id: Text, settings: Workflows) -> SetUserCategories {
        "legacy_preferences.set_user_categories":
            PUT "/v1/users/{user_id}/preferences/{id}/categories", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.json(&this.settings)
        }
    }
}

operation! {
    /// Updates the setting of one workflow category in a preference set of a user.
    #[doc(alias = "users.setCategoryPreferences")]
    #[deprecated(note = "use `users::set_preferences` with `merge` instead")]
    pub fn set_user_category(
        user_id; set_id: Text, category: Text, setting: WorkflowSetting
    ) -> SetUserCategory {
        "legacy_preferences.set_user_category":
            PUT "/v1/users/{user_id}/preferences/{id}/categories/{key}", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.path("key", this.category.as_str())?;
            request.json(&SettingBody::from(&this.setting))
        }
    }
}

operation! {
    /// Updates the settings of several channel types in a preference set of an object.
    #[doc(alias = "objects.setChannelTypesPreferences")]
    #[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
    pub fn set_object_channel_types(
        collection, object_id; set_id: Text, settings: ChannelTypes
    ) -> SetObjectChannelTypes {
        "legacy_preferences.set_object_channel_types":
            PUT "/v1/objects/{collection}/{object_id}/preferences/{id}/channel_types", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.json(&this.settings)
        }
    }
}

operation! {
    /// Updates the setting of one channel type in a preference set of an object.
    #[doc(alias = "objects.setChannelTypePreferences")]
    #[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
    pub fn set_object_channel_type(
        collection, object_id; set_id: Text, channel_type: ChannelType, setting: Setting
    ) -> SetObjectChannelType {
        "legacy_preferences.set_object_channel_type":
            PUT "/v1/objects/{collection}/{object_id}/preferences/{id}/channel_types/{type}", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.path("type", this.channel_type.as_str())?;
            request.json(&SettingBody::from(&this.setting))
        }
    }
}

operation! {
    /// Updates the settings of several workflows in a preference set of an object.
    #[doc(alias = "objects.setWorkflowsPreferences")]
    #[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
    pub fn set_object_workflows(
        collection, object_id; set_id: Text, settings: Workflows
    ) -> SetObjectWorkflows {
        "legacy_preferences.set_object_workflows":
            PUT "/v1/objects/{collection}/{object_id}/preferences/{id}/workflows", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.json(&this.settings)
        }
    }
}

operation! {
    /// Updates the setting of one workflow, given by its key, in a preference set of an object.
    #[doc(alias = "objects.setWorkflowPreferences")]
    #[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
    pub fn set_object_workflow(
        collection, object_id; set_id: Text, key: Text, setting: WorkflowSetting
    ) -> SetObjectWorkflow {
        "legacy_preferences.set_object_workflow":
            PUT "/v1/objects/{collection}/{object_id}/preferences/{id}/workflows/{key}", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.path("key", this.key.as_str())?;
            request.json(&SettingBody::from(&this.setting))
        }
    }
}

operation! {
    /// Updates the settings of several workflow categories in a preference set of an object.
    #[doc(alias = "objects.setCategoriesPreferences")]
    #[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
    pub fn set_object_categories(
        collection, object_id; set_id: Text, settings: Workflows
    ) -> SetObjectCategories {
        "legacy_preferences.set_object_categories":
            PUT "/v1/objects/{collection}/{object_id}/preferences/{id}/categories", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.json(&this.settings)
        }
    }
}

operation! {
    /// Updates the setting of one workflow category in a preference set of an object.
    #[doc(alias = "objects.setCategoryPreferences")]
    #[deprecated(note = "use `objects::set_preferences` with `merge` instead")]
    pub fn set_object_category(
        collection, object_id; set_id: Text, category: Text, setting: WorkflowSetting
    ) -> SetObjectCategory {
        "legacy_preferences.set_object_category":
            PUT "/v1/objects/{collection}/{object_id}/preferences/{id}/categories/{key}", Tier3,
            twice_same("API: the given settings replace");
        returns (PreferenceSet);
        encode |this, request| {
            request.path("id", this.set_id.as_str())?;
            request.path("key", this.category.as_str())?;
            request.json(&SettingBody::from(&this.setting))
        }
    }
}
