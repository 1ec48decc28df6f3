//! References to recipients.

use std::fmt;

use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::operation::RequestEncoder;
use crate::value::{InvalidInput, Text};
use crate::wire::{Query, QueryValue, check_filter, check_filter_value, check_id};

/// A reference to a recipient: the id of a user, or the id and collection of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RecipientReference {
    /// The id of a user.
    User(String),
    /// An object.
    Object(ObjectReference),
}

/// A reference to an object: its collection and its id in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectReference {
    /// The id of the object, unique in its collection.
    #[serde(default)]
    pub id: String,
    /// The collection, for example `projects`. Tenants are in the collection `$tenants`.
    #[serde(default)]
    pub collection: String,
}

impl ObjectReference {
    /// Returns a reference to the object `id` of `collection`.
    pub fn new(collection: impl Into<Text>, id: impl Into<Text>) -> Self {
        Self { id: id.into().into(), collection: collection.into().into() }
    }
}

impl RecipientReference {
    /// The id of the user or object.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::User(id) => id,
            Self::Object(object) => &object.id,
        }
    }

    pub(crate) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        self.check_parts(|part, id| check_id(id, || field() + part))
    }

    /// Does the same as [`check`](Self::check) for a value of a filter.
    pub(crate) fn check_as_filter(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        self.check_parts(|part, id| check_filter_value(&(field() + part), id))
    }

    fn check_parts(
        &self,
        check: impl Fn(&str, &str) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        match self {
            Self::User(id) => check("", id),
            Self::Object(object) => {
                check(".id", &object.id)?;
                check(".collection", &object.collection)
            }
        }
    }
}

/// The id of a user.
impl<T: Into<Text>> From<T> for RecipientReference {
    fn from(user_id: T) -> Self {
        Self::User(user_id.into().into())
    }
}

impl From<&RecipientReference> for RecipientReference {
    fn from(reference: &RecipientReference) -> Self {
        reference.clone()
    }
}

impl From<&ObjectReference> for RecipientReference {
    fn from(object: &ObjectReference) -> Self {
        Self::Object(object.clone())
    }
}

/// Writes `collection/id`.
impl fmt::Display for ObjectReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.collection, self.id)
    }
}

/// Writes the id of a user, or `collection/id` of an object.
impl fmt::Display for RecipientReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => f.write_str(id),
            Self::Object(object) => object.fmt(f),
        }
    }
}

impl From<ObjectReference> for RecipientReference {
    fn from(object: ObjectReference) -> Self {
        Self::Object(object)
    }
}

impl Serialize for RecipientReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::User(id) => id.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RecipientReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(field_identifier, rename_all = "lowercase")]
        enum Key {
            Id,
            Collection,
            #[serde(other)]
            Other,
        }

        struct ReferenceVisitor;

        impl<'de> Visitor<'de> for ReferenceVisitor {
            type Value = RecipientReference;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a user id or an object reference")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<Self::Value, E> {
                Ok(RecipientReference::User(id.to_owned()))
            }

            fn visit_string<E: de::Error>(self, id: String) -> Result<Self::Value, E> {
                Ok(RecipientReference::User(id))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut id, mut collection) = (None, None);
                while let Some(key) = map.next_key()? {
                    match key {
                        Key::Id => id = map.next_value()?,
                        Key::Collection => collection = map.next_value()?,
                        Key::Other => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                let id: String = id.unwrap_or_default();
                Ok(match collection {
                    Some(collection) => RecipientReference::Object(ObjectReference { id, collection }),
                    None => RecipientReference::User(id),
                })
            }
        }

        deserializer.deserialize_any(ReferenceVisitor)
    }
}

/// References in a query, in the forms that Plug reads: ids alone repeat `name[]`. If there is an object, all of them
/// are numbered, because `name[]` cannot hold one.
pub(crate) struct References<'a>(pub(crate) &'a [RecipientReference]);

impl References<'_> {
    pub(crate) fn check(&self, field: &str) -> Result<(), InvalidInput> {
        let mut references = self.0.iter().enumerate();
        references.try_for_each(|(index, reference)| reference.check(|| format!("{field}[{index}]")))
    }

    /// Appends a filter, if there is one.
    pub(crate) fn encode(
        field: &'static str,
        filter: Option<&[RecipientReference]>,
        request: &mut RequestEncoder<'_>,
    ) -> Result<(), InvalidInput> {
        if let Some(filter) = filter {
            check_filter(field, filter)?;
            let mut references = filter.iter().enumerate();
            references.try_for_each(|(index, reference)| {
                reference.check_as_filter(|| format!("{field}[{index}]"))
            })?;
            request.query(field, &References(filter))?;
        }
        Ok(())
    }
}

impl QueryValue for References<'_> {
    fn append(&self, name: &str, query: &mut Query<'_>) -> Result<(), InvalidInput> {
        let numbered = self.0.iter().any(|reference| matches!(reference, RecipientReference::Object(_)));
        for (index, reference) in self.0.iter().enumerate() {
            match reference {
                RecipientReference::User(id) if numbered => query.pair(&format!("{name}[{index}]"), id),
                RecipientReference::User(id) => query.pair(&format!("{name}[]"), id),
                RecipientReference::Object(object) => {
                    query.pair(&format!("{name}[{index}][id]"), &object.id);
                    query.pair(&format!("{name}[{index}][collection]"), &object.collection);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_a_string_or_an_object() {
        let user: RecipientReference = serde_json::from_value(json!("jhammond")).unwrap();
        assert_eq!(user, "jhammond".into());
        let object = json!({ "id": "paddock-9", "collection": "projects", "__typename": "Object" });
        let object: RecipientReference = serde_json::from_value(object).unwrap();
        assert_eq!(object, ObjectReference::new("projects", "paddock-9").into());
        assert_eq!(json!(object), json!({ "id": "paddock-9", "collection": "projects" }));
    }

    #[test]
    fn references_are_numbered_if_one_is_an_object() {
        let query = |references: &[RecipientReference]| {
            let mut target = String::new();
            References(references).append("recipients", &mut Query::new(&mut target)).unwrap();
            percent_encoding::percent_decode_str(&target).decode_utf8().unwrap().into_owned()
        };
        let project = ObjectReference::new("projects", "paddock 9");
        assert_eq!(query(&[]), "");
        assert_eq!(
            query(&["jhammond".into(), "agrant".into()]),
            "?recipients[]=jhammond&recipients[]=agrant"
        );
        assert_eq!(
            query(&["jhammond".into(), project.into()]),
            "?recipients[0]=jhammond&recipients[1][id]=paddock 9&recipients[1][collection]=projects"
        );
    }
}
