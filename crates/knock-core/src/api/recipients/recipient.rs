//! A recipient in a response.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};

use crate::api::objects::Object;
use crate::api::recipients::{ObjectReference, RecipientReference};
use crate::api::users::User;

/// A recipient in a response, with its properties.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant)]
pub enum Recipient {
    /// An object.
    Object(Object),
    /// A user.
    User(User),
}

/// Goes by the type that Knock names, since a user may have a property `collection`.
impl<'de> Deserialize<'de> for Recipient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Map::deserialize(deserializer)?;
        let is_object = match members.get("__typename").and_then(Value::as_str) {
            Some("User") => false,
            Some("Object") => true,
            _ => members.contains_key("collection"),
        };
        let recipient = if is_object {
            Object::deserialize(members).map(Self::Object)
        } else {
            User::deserialize(members).map(Self::User)
        };
        recipient.map_err(de::Error::custom)
    }
}

impl Recipient {
    /// The id of the recipient.
    pub fn id(&self) -> &str {
        match self {
            Self::Object(object) => &object.id,
            Self::User(user) => &user.id,
        }
    }
}

impl From<&User> for RecipientReference {
    fn from(user: &User) -> Self {
        Self::User(user.id.clone())
    }
}

impl From<&Object> for RecipientReference {
    fn from(object: &Object) -> Self {
        Self::Object(ObjectReference { id: object.id.clone(), collection: object.collection.clone() })
    }
}

impl From<&Recipient> for RecipientReference {
    fn from(recipient: &Recipient) -> Self {
        match recipient {
            Recipient::Object(object) => object.into(),
            Recipient::User(user) => user.into(),
        }
    }
}

impl From<User> for RecipientReference {
    fn from(user: User) -> Self {
        Self::User(user.id)
    }
}

impl From<Object> for RecipientReference {
    fn from(object: Object) -> Self {
        Self::Object(ObjectReference { id: object.id, collection: object.collection })
    }
}

impl From<Recipient> for RecipientReference {
    fn from(recipient: Recipient) -> Self {
        match recipient {
            Recipient::Object(object) => object.into(),
            Recipient::User(user) => user.into(),
        }
    }
}
