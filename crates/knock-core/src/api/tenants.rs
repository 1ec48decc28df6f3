//! Tenants: the organizations, workspaces or accounts that notifications are about.
//!
//! See Knock on [tenants](https://docs.knock.app/concepts/tenants).

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::api::channel_data::ChannelDataRequest;
use crate::api::preferences::PreferenceSetRequest;
use crate::api::recipients::{InlineChannelData, InlinePreferences, Properties, check_id, serialize_field};
use crate::error::InvalidInput;
use crate::field::{Field, clearable};

/// The tenant of a call: by id, which creates it if need be, or identified inline.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant)]
pub enum InlineTenant {
    /// A tenant by id.
    Id(String),
    /// A tenant that is created or updated first.
    Tenant(TenantRequest),
}

impl InlineTenant {
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        self.check_as(|| "tenant".to_owned())
    }

    fn check_as(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        match self {
            Self::Id(id) => check_id(id, field),
            Self::Tenant(tenant) => tenant.check_as(field),
        }
    }
}

impl From<&str> for InlineTenant {
    fn from(id: &str) -> Self {
        Self::Id(id.to_owned())
    }
}

impl From<String> for InlineTenant {
    fn from(id: String) -> Self {
        Self::Id(id)
    }
}

impl From<&String> for InlineTenant {
    fn from(id: &String) -> Self {
        Self::Id(id.clone())
    }
}

impl From<TenantRequest> for InlineTenant {
    fn from(tenant: TenantRequest) -> Self {
        Self::Tenant(tenant)
    }
}

/// A tenant with the properties to set.
///
/// ```
/// use knock_core::tenants::{Branding, TenantRequest};
///
/// let tenant = TenantRequest::new("jurassic-park")
///     .name("Jurassic Park")
///     .branding(Branding::new().primary_color("#d01c1f"));
/// assert_eq!(
///     serde_json::json!(tenant),
///     serde_json::json!({
///         "id": "jurassic-park", "name": "Jurassic Park",
///         "settings": { "branding": { "primary_color": "#d01c1f" } }
///     })
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct TenantRequest {
    pub(crate) id: String,
    name: Field<String>,
    settings: TenantSettingsRequest,
    channel_data: Field<InlineChannelData>,
    preferences: Field<InlinePreferences>,
    properties: Properties,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
struct TenantSettingsRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    branding: Option<Branding>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    preference_set: Field<PreferenceSetRequest>,
}

clearable!(PreferenceSetRequest);

impl TenantRequest {
    /// A tenant with nothing to set yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: Field::Keep,
            settings: TenantSettingsRequest::default(),
            channel_data: Field::Keep,
            preferences: Field::Keep,
            properties: Properties::default(),
        }
    }

    /// The name.
    pub fn name(mut self, name: impl Into<Field<String>>) -> Self {
        self.name = name.into();
        self
    }

    /// Logo and colors in the tenant's notifications.
    pub fn branding(mut self, branding: Branding) -> Self {
        self.settings.branding = Some(branding);
        self
    }

    /// The preferences of this tenant's recipients unless they have their own; [`Clear`](crate::Clear) removes them.
    ///
    /// See [preferences per tenant](https://docs.knock.app/multi-tenancy/per-tenant-preferences).
    pub fn preference_set(mut self, preferences: impl Into<Field<PreferenceSetRequest>>) -> Self {
        self.settings.preference_set = preferences.into();
        self
    }

    /// Sets the data of one channel along with the tenant; it replaces what the channel had.
    pub fn channel_data(
        mut self,
        channel_id: impl Into<String>,
        data: impl Into<ChannelDataRequest>,
    ) -> Self {
        self.channel_data.get_or_default().insert(channel_id.into(), data.into());
        self
    }

    /// Sets a preference set of the tenant as a recipient; it is merged into what the set had.
    pub fn preferences(mut self, set_id: impl Into<String>, preferences: PreferenceSetRequest) -> Self {
        self.preferences.get_or_default().insert(set_id.into(), preferences);
        self
    }

    /// A property of your own. `null` clears it.
    pub fn property(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.properties.set(name.into(), value);
        self
    }

    /// Properties of your own, all from one struct or map.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        self.properties.set_all(properties, &[("id", &self.id)]);
        self
    }

    fn check_as(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        check_id(&self.id, || format!("{}.id", field()))?;
        self.properties.check(&[
            ("id", true),
            ("name", !self.name.is_keep()),
            ("settings", self.settings != TenantSettingsRequest::default()),
            ("channel_data", !self.channel_data.is_keep()),
            ("preferences", !self.preferences.is_keep()),
        ])
    }

    fn serialize_fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        serialize_field(map, "name", &self.name)?;
        if self.settings != TenantSettingsRequest::default() {
            map.serialize_entry("settings", &self.settings)?;
        }
        serialize_field(map, "channel_data", &self.channel_data)?;
        serialize_field(map, "preferences", &self.preferences)?;
        self.properties.serialize_into(map)
    }
}

impl Serialize for TenantRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        self.serialize_fields(&mut map)?;
        map.end()
    }
}

/// Logo and colors of a tenant. URLs must lead to images; colors are hex values, as `#d01c1f`.
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
    /// Nothing to set yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The primary color.
    pub fn primary_color(mut self, color: impl Into<Field<String>>) -> Self {
        self.primary_color = color.into();
        self
    }

    /// The color that contrasts with the primary one.
    pub fn primary_color_contrast(mut self, color: impl Into<Field<String>>) -> Self {
        self.primary_color_contrast = color.into();
        self
    }

    /// The URL of the logo.
    pub fn logo_url(mut self, url: impl Into<Field<String>>) -> Self {
        self.logo_url = url.into();
        self
    }

    /// The URL of the icon.
    pub fn icon_url(mut self, url: impl Into<Field<String>>) -> Self {
        self.icon_url = url.into();
        self
    }

    /// The primary color in dark mode.
    pub fn dark_primary_color(mut self, color: impl Into<Field<String>>) -> Self {
        self.dark_primary_color = color.into();
        self
    }

    /// The color that contrasts with the primary one in dark mode.
    pub fn dark_primary_color_contrast(mut self, color: impl Into<Field<String>>) -> Self {
        self.dark_primary_color_contrast = color.into();
        self
    }

    /// The URL of the logo in dark mode.
    pub fn dark_logo_url(mut self, url: impl Into<Field<String>>) -> Self {
        self.dark_logo_url = url.into();
        self
    }

    /// The URL of the icon in dark mode.
    pub fn dark_icon_url(mut self, url: impl Into<Field<String>>) -> Self {
        self.dark_icon_url = url.into();
        self
    }
}
