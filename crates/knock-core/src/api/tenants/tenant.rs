//! A tenant in a response.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::preferences::PreferenceSet;
use crate::api::tenants::branding::Branding;
use crate::value::Timestamp;

/// A tenant, as Knock returns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tenant {
    #[serde(rename = "__typename", default, skip_serializing_if = "Option::is_none")]
    typename: Option<String>,
    /// Set in lists. It is not a custom property.
    #[serde(rename = "__cursor", default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// The id of the tenant in your system.
    pub id: String,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The branding and the default preferences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<TenantSettings>,
    /// When the tenant was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When Knock last changed the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The custom properties.
    #[serde(flatten)]
    pub properties: Map<String, Value>,
}

impl Tenant {
    /// Returns the custom properties as a type of your own.
    ///
    /// # Errors
    ///
    /// If they do not match `T`.
    pub fn properties_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.properties.clone()))
    }
}

/// The branding and the default preferences of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TenantSettings {
    /// The logo and the colors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branding: Option<Branding>,
    /// The preferences that apply to the recipients of the tenant unless they set others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference_set: Option<PreferenceSet>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tenant_keeps_its_own_properties_apart() {
        let response = json!({
            "__typename": "Tenant", "id": "jurassic-park", "plan": "island",
            "settings": { "branding": { "logo_url": null, "primary_color": "#d01c1f" } }
        });
        let tenant: Tenant = serde_json::from_value(response.clone()).unwrap();
        assert_eq!(tenant.properties, *json!({ "plan": "island" }).as_object().unwrap());
        assert_eq!(json!(tenant), response);
    }
}
