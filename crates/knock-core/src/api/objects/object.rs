//! An object in a response.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::value::Timestamp;

/// An object, as Knock returns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Object {
    /// The id of the object in your system, unique in its collection.
    pub id: String,
    /// The collection, for example `projects`. Tenants are in the collection `$tenants`.
    pub collection: String,
    /// The custom properties, and the `name` if the object has one.
    #[serde(default, deserialize_with = "map_or_null", skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// The preferences in the form in which Knock sent them, if the list includes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferences: Option<Value>,
    /// When the object was created in your system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When Knock last changed the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl Object {
    /// Returns the custom properties as a type of your own.
    ///
    /// # Errors
    ///
    /// If they do not match `T`.
    pub fn properties_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.properties.clone()))
    }
}

/// Reads properties; `null` means that there are none.
pub(crate) fn map_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
