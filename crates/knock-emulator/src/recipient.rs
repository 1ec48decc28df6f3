//! The recipient of a notification: a user or an object.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// The collection of tenants.
pub(crate) const TENANTS: &str = "$tenants";

/// A reference to the recipient of a notification: a user or an object.
///
/// A user is equal to its id:
///
/// ```
/// use knock_emulator::Recipient;
///
/// assert_eq!(Recipient::from("jhammond"), "jhammond");
/// assert_eq!(Recipient::object("projects", "p1").to_string(), "projects/p1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Recipient {
    /// A user, identified by an id.
    User(String),
    /// An object, identified by a collection and an id. Tenants are objects in the collection `$tenants`.
    Object {
        /// The collection.
        collection: String,
        /// The id within the collection.
        id: String,
    },
}

impl Recipient {
    /// Creates a reference to a user.
    pub fn user(id: impl Into<String>) -> Self {
        Self::User(id.into())
    }

    /// Creates a reference to an object.
    pub fn object(collection: impl Into<String>, id: impl Into<String>) -> Self {
        Self::Object { collection: collection.into(), id: id.into() }
    }

    /// Creates a reference to a tenant.
    pub fn tenant(id: impl Into<String>) -> Self {
        Self::object(TENANTS, id)
    }

    /// Returns the id, without the collection.
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) | Self::Object { id, .. } => id,
        }
    }

    /// Returns the collection of an object, or `None` for a user.
    pub fn collection(&self) -> Option<&str> {
        match self {
            Self::User(_) => None,
            Self::Object { collection, .. } => Some(collection),
        }
    }

    pub(crate) fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }

    /// Parses a string as a user, and a JSON object as an object if it has a `collection`, otherwise as a user.
    pub(crate) fn parse(value: &Value) -> Option<Self> {
        let filled = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        match value {
            Value::String(_) => filled(value).map(Self::User),
            Value::Object(fields) => {
                let id = filled(fields.get("id")?)?;
                match fields.get("collection") {
                    None | Some(Value::Null) => Some(Self::User(id)),
                    Some(collection) => Some(Self::Object { collection: filled(collection)?, id }),
                }
            }
            _ => None,
        }
    }

    /// Renders the reference for a response.
    pub(crate) fn reference(&self) -> Value {
        match self {
            Self::User(id) => json!(id),
            Self::Object { collection, id } => json!({ "id": id, "collection": collection }),
        }
    }
}

impl From<&str> for Recipient {
    fn from(id: &str) -> Self {
        Self::user(id)
    }
}

impl PartialEq<str> for Recipient {
    fn eq(&self, id: &str) -> bool {
        matches!(self, Self::User(own) if own == id)
    }
}

impl PartialEq<&str> for Recipient {
    fn eq(&self, id: &&str) -> bool {
        *self == **id
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => f.write_str(id),
            Self::Object { collection, id } => write!(f, "{collection}/{id}"),
        }
    }
}

impl Serialize for Recipient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.reference().serialize(serializer)
    }
}
