//! What templates look up.

use serde_json::Value;

/// Looks up what the filters `user`, `tenant`, `object` and `subscriptions` name, as the API returns it.
pub trait Entities {
    /// The user with this id.
    fn user(&self, id: &str) -> Option<Value>;

    /// The tenant with this id.
    fn tenant(&self, id: &str) -> Option<Value>;

    /// The object with this id in a collection.
    fn object(&self, collection: &str, id: &str) -> Option<Value>;

    /// The subscriptions of a user: `{"object": …, "properties": …}` each. The first 25 are used.
    fn subscriptions(&self, user: &str) -> Vec<Value>;
}

/// There are no entities: every look-up finds nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoEntities;

impl Entities for NoEntities {
    fn user(&self, _id: &str) -> Option<Value> {
        None
    }

    fn tenant(&self, _id: &str) -> Option<Value> {
        None
    }

    fn object(&self, _collection: &str, _id: &str) -> Option<Value> {
        None
    }

    fn subscriptions(&self, _user: &str) -> Vec<Value> {
        Vec::new()
    }
}
