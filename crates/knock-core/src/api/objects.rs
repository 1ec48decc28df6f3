//! Objects: things of your own that have recipients, channels or preferences, as projects or repositories.
//!
//! See Knock on [objects](https://docs.knock.app/concepts/objects) and its
//! [reference](https://docs.knock.app/api-reference/objects).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Timestamp;

/// An object as Knock has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Object {
    /// The id, unique in its collection.
    pub id: String,
    /// The collection, as `projects`; tenants are in `$tenants`.
    pub collection: String,
    /// Properties of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<Map<String, Value>>,
    /// When the object was created in your own system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When Knock last changed the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl Object {
    /// Your own properties as a type of your own.
    ///
    /// # Errors
    ///
    /// Where they are not those of a `T`.
    pub fn properties_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(Value::Object(self.properties.clone().unwrap_or_default()))
    }
}
