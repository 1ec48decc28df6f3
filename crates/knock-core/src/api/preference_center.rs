//! Preference center: the page on which users set their own preferences.
//!
//! See its [reference](https://docs.knock.app/api-reference/users/preference_center).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::api::preferences::ChannelType;
use crate::error::{DecodeError, InvalidInput};
use crate::open_enum::open_enum;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::response;
use crate::secret::Secret;

/// Gets what the preference center shows a user.
///
/// [Reference](https://docs.knock.app/api-reference/users/preference_center/get_config)
pub fn get_config(user_id: impl Into<String>) -> GetConfig {
    GetConfig { user_id: user_id.into() }
}

/// Made by [`get_config`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetConfig {
    user_id: String,
}

impl Operation for GetConfig {
    type Output = PreferenceCenter;
    const INFO: OperationInfo = OperationInfo::get(
        "preference_center.get_config",
        "/v1/users/{user_id}/preference_center/config",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<PreferenceCenter, DecodeError> {
        response::json(response)
    }
}

/// An environment's preference center, as one user has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceCenter {
    /// Whether the environment has one.
    pub enabled: bool,
    /// What it shows.
    pub config: PreferenceCenterConfig,
    /// Logo and colors.
    pub branding: PreferenceCenterBranding,
    /// The account's name.
    #[serde(default)]
    pub account_name: Option<String>,
    /// How to call the user: the email address, or else the id.
    #[serde(default)]
    pub user_email: Option<String>,
    /// Whether Knock's branding must be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knock_branding_required: Option<bool>,
}

/// What a preference center shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceCenterConfig {
    /// The title.
    pub title: String,
    /// The text below the title.
    pub body: String,
    /// What can be set, in this order.
    #[serde(default)]
    pub rows: Vec<PreferenceCenterRow>,
    /// Whether to show the account's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_account_name: Option<bool>,
}

open_enum! {
    /// What a row of a preference center sets.
    pub enum PreferenceCenterRowType {
        Workflow = "workflow",
        Channel = "channel",
        Category = "category",
        ChannelTypes = "channel_types",
        CommercialSubscribed = "commercial_subscribed",
    }
}

/// A row of a preference center: one thing that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceCenterRow {
    /// What it is called.
    pub name: String,
    /// What it sets.
    #[serde(rename = "type")]
    pub row_type: PreferenceCenterRowType,
    /// The workflow's key, the channel's id or the category that it sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The text below its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The types of channel that it is for; all, where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_types: Option<Vec<ChannelType>>,
}

/// Logo and colors of a preference center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceCenterBranding {
    /// As they are, unless in dark mode.
    #[serde(flatten)]
    pub light: PreferenceCenterTheme,
    /// What differs in dark mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dark: Option<PreferenceCenterTheme>,
}

/// Logo and colors. URLs lead to images; colors are hex values, as `#d01c1f`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceCenterTheme {
    /// The URL of the logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// The URL of the icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// The primary color.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<String>,
    /// The color that contrasts with the primary one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_color_contrast: Option<String>,
}

/// Makes a link to a user's preference center, for an email or the like. It needs a secret key.
///
/// Who has the link can set the user's preferences, and it does not expire.
///
/// ```
/// # use knock_core::{Client, Error, Operation, Transport};
/// use knock_core::preference_center;
///
/// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
/// let link = preference_center::generate_signed_url("jhammond").send(&client).await?;
/// let html = format!("<a href='{}'>Your preferences</a>", link.url.expose());
/// # let _ = html;
/// # Ok(()) }
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/preference_center/generate_signed_url)
pub fn generate_signed_url(user_id: impl Into<String>) -> GenerateSignedUrl {
    GenerateSignedUrl { user_id: user_id.into() }
}

/// Made by [`generate_signed_url`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GenerateSignedUrl {
    user_id: String,
}

impl Operation for GenerateSignedUrl {
    type Output = SignedUrl;
    // Repeatable: it signs the user's id, and changes nothing.
    const INFO: OperationInfo = OperationInfo::post(
        "preference_center.generate_signed_url",
        "/v1/users/{user_id}/preference_center/signed_url",
        RateLimitTier::Tier3,
    )
    .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<SignedUrl, DecodeError> {
        response::json(response)
    }
}

/// A link to a user's preference center: a credential, since who has it can set the user's preferences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignedUrl {
    /// The link.
    pub url: Secret,
    /// The token in it.
    pub token: Secret,
}
