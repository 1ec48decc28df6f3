//! Preference center: the hosted page on which users set their own preferences.
//!
//! See its [reference](https://docs.knock.app/api-reference/users/preference_center).

use serde::{Deserialize, Serialize};

use crate::api::preferences::ChannelType;
use crate::operation::operation;
use crate::value::Secret;
use crate::wire::open_enum;

operation! {
    /// Gets the configuration of the preference center for a user.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/preference_center/get_config)
    #[doc(alias = "users.preferenceCenter.getConfig")]
    pub fn get_config(user_id) -> GetConfig {
        "preference_center.get_config": GET "/v1/users/{user_id}/preference_center/config", Tier4;
        returns (PreferenceCenter);
    }
}

operation! {
    /// Generates a link to the preference center of a user, for example for an email.
    ///
    /// Anyone who has the link can set the preferences of the user, and it does not expire. The call needs a
    /// secret key.
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
    #[doc(alias = "users.preferenceCenter.generateSignedURL")]
    pub fn generate_signed_url(user_id) -> GenerateSignedUrl {
        // Repeatable: it signs the user's id and changes nothing.
        "preference_center.generate_signed_url":
            POST "/v1/users/{user_id}/preference_center/signed_url", Tier3,
            twice_same_effect("API: it signs a link; nothing is stored (inferred)");
        returns (SignedUrl);
    }
}

/// The preference center of an environment, as shown to one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceCenter {
    /// Whether the environment has a preference center.
    pub enabled: bool,
    /// The content of the page.
    pub config: PreferenceCenterConfig,
    /// The logo and the colors.
    pub branding: PreferenceCenterBranding,
    /// The name of the account.
    #[serde(default)]
    pub account_name: Option<String>,
    /// The email address of the user, or the id if there is none.
    #[serde(default)]
    pub user_email: Option<String>,
    /// Whether Knock's branding must be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knock_branding_required: Option<bool>,
}

/// The content of a preference center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceCenterConfig {
    /// The title.
    pub title: String,
    /// The text below the title.
    pub body: String,
    /// The rows, in the order in which they are shown.
    #[serde(default)]
    pub rows: Vec<PreferenceCenterRow>,
    /// Whether to show the name of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_account_name: Option<bool>,
}

open_enum! {
    /// The kind of preference that a row of a preference center sets.
    pub enum PreferenceCenterRowType {
        Workflow = "workflow",
        Channel = "channel",
        Category = "category",
        ChannelTypes = "channel_types",
        CommercialSubscribed = "commercial_subscribed",
    }
}

/// A row of a preference center: one preference that the user can set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceCenterRow {
    /// The name of the row.
    pub name: String,
    /// The kind of preference that it sets.
    #[serde(rename = "type")]
    pub row_type: PreferenceCenterRowType,
    /// The key of the workflow, the id of the channel, or the category that it sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The text below the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The channel types to which it applies; all channel types if it is `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_types: Option<Vec<ChannelType>>,
}

/// The logo and the colors of a preference center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceCenterBranding {
    /// The theme for light mode.
    #[serde(flatten)]
    pub light: PreferenceCenterTheme,
    /// What differs in dark mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dark: Option<PreferenceCenterTheme>,
}

/// A logo and colors. The colors are hex values, for example `#d01c1f`.
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
    /// The color that contrasts with the primary color.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_color_contrast: Option<String>,
}

/// A link to the preference center of a user.
///
/// It is a credential: anyone who has it can set the preferences of the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignedUrl {
    /// The link.
    pub url: Secret,
    /// The token that the link contains.
    pub token: Secret,
}
