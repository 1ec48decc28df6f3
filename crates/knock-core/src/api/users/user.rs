//! A user in a response.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::value::Timestamp;

/// A user, as Knock returns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    #[serde(rename = "__typename", default, skip_serializing_if = "Option::is_none")]
    typename: Option<String>,
    /// Set in lists. It is not a custom property.
    #[serde(rename = "__cursor", default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// The id of the user in your system.
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
    /// When the user was created in your system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When Knock last changed the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The custom properties.
    #[serde(flatten)]
    pub properties: Map<String, Value>,
}

impl User {
    /// Returns the custom properties as a type of your own.
    ///
    /// # Errors
    ///
    /// If they do not match `T`.
    pub fn properties_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.properties.clone()))
    }
}
