//! The branding of a tenant.

use serde::{Deserialize, Serialize};

use crate::value::{Field, IntoField, Text};

/// The logo and the colors of a tenant, in requests and responses.
///
/// URLs must point to images; colors are hex values, for example `#d01c1f`.
///
/// ```
/// use knock_core::Clear;
/// use knock_core::tenants::Branding;
///
/// let branding = Branding::new().primary_color("#d01c1f").logo_url(Clear);
/// assert_eq!(
///     serde_json::json!(branding),
///     serde_json::json!({ "primary_color": "#d01c1f", "logo_url": null })
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct Branding {
    /// The primary color.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub primary_color: Field<String>,
    /// The color that contrasts with the primary one.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub primary_color_contrast: Field<String>,
    /// The URL of the logo.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub logo_url: Field<String>,
    /// The URL of the icon.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub icon_url: Field<String>,
    /// The primary color in dark mode.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub dark_primary_color: Field<String>,
    /// The color that contrasts with the primary one in dark mode.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub dark_primary_color_contrast: Field<String>,
    /// The URL of the logo in dark mode.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub dark_logo_url: Field<String>,
    /// The URL of the icon in dark mode.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub dark_icon_url: Field<String>,
}

impl Branding {
    /// Returns a branding with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the primary color.
    pub fn primary_color<Kind>(mut self, color: impl IntoField<Text, Kind>) -> Self {
        change(&mut self.primary_color, color.into_field());
        self
    }

    /// Sets the color that contrasts with the primary one.
    pub fn primary_color_contrast<Kind>(mut self, color: impl IntoField<Text, Kind>) -> Self {
        change(&mut self.primary_color_contrast, color.into_field());
        self
    }

    /// Sets the URL of the logo.
    pub fn logo_url<Kind>(mut self, url: impl IntoField<Text, Kind>) -> Self {
        change(&mut self.logo_url, url.into_field());
        self
    }

    /// Sets the URL of the icon.
    pub fn icon_url<Kind>(mut self, url: impl IntoField<Text, Kind>) -> Self {
        change(&mut self.icon_url, url.into_field());
        self
    }

    /// Sets the primary color in dark mode.
    pub fn dark_primary_color<Kind>(mut self, color: impl IntoField<Text, Kind>) -> Self {
        change(&mut self.dark_primary_color, color.into_field());
        self
    }

    /// Sets the color that contrasts with the primary one in dark mode.
    pub fn dark_primary_color_contrast<Kind>(mut self, color: impl IntoField<Text, Kind>) -> Self {
        change(&mut self.dark_primary_color_contrast, color.into_field());
        self
    }

    /// Sets the URL of the logo in dark mode.
    pub fn dark_logo_url<Kind>(mut self, url: impl IntoField<Text, Kind>) -> Self {
        change(&mut self.dark_logo_url, url.into_field());
        self
    }

    /// Sets the URL of the icon in dark mode.
    pub fn dark_icon_url<Kind>(mut self, url: impl IntoField<Text, Kind>) -> Self {
        change(&mut self.dark_icon_url, url.into_field());
        self
    }
}

/// Changes a field that is a `String`, since it is in responses, too.
fn change(field: &mut Field<String>, change: Field<Text>) {
    match change {
        Field::Keep => {}
        Field::Clear => *field = Field::Clear,
        Field::Set(text) => *field = Field::Set(text.into()),
    }
}
