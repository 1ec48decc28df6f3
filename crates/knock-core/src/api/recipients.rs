//! Recipients: users and objects, by reference or identified inline.
//!
//! See Knock on [recipients](https://docs.knock.app/concepts/recipients) and on
//! [identifying them](https://docs.knock.app/managing-recipients/identifying-recipients).

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::api::channel_data::ChannelDataRequest;
use crate::api::objects::Object;
use crate::api::preferences::PreferenceSetRequest;
use crate::api::users::User;
use crate::error::InvalidInput;
use crate::field::Field;
use crate::json::{Members, ObjectSink, WriteJson, members_of, serialize_object, write_object};
use crate::operation::RequestEncoder;
use crate::query::{Query, QueryValue};
use crate::time::Timestamp;

/// Who something is about, by reference: a user's id, or an object's id and collection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RecipientReference {
    /// A user's id.
    User(String),
    /// An object.
    Object(ObjectReference),
}

/// An object by its id and the collection that it is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectReference {
    /// The object's id, unique in its collection.
    #[serde(default)]
    pub id: String,
    /// The collection, as `projects`; tenants are in `$tenants`.
    #[serde(default)]
    pub collection: String,
}

impl ObjectReference {
    /// The object `id` of `collection`.
    pub fn new(collection: impl Into<String>, id: impl Into<String>) -> Self {
        Self { id: id.into(), collection: collection.into() }
    }
}

impl RecipientReference {
    pub(crate) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        match self {
            Self::User(id) => check_id(id, field),
            Self::Object(object) => {
                check_id(&object.id, || format!("{}.id", field()))?;
                check_id(&object.collection, || format!("{}.collection", field()))
            }
        }
    }
}

impl From<&str> for RecipientReference {
    fn from(user_id: &str) -> Self {
        Self::User(user_id.to_owned())
    }
}

impl From<String> for RecipientReference {
    fn from(user_id: String) -> Self {
        Self::User(user_id)
    }
}

impl From<&String> for RecipientReference {
    fn from(user_id: &String) -> Self {
        Self::User(user_id.clone())
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

/// References in a query, in the forms that Plug reads: ids alone repeat `name[]`; where there is an object, all are
/// numbered, since `name[]` cannot hold one.
pub(crate) struct References<'a>(pub(crate) &'a [RecipientReference]);

impl References<'_> {
    pub(crate) fn check(&self, field: &str) -> Result<(), InvalidInput> {
        let mut references = self.0.iter().enumerate();
        references.try_for_each(|(index, reference)| reference.check(|| format!("{field}[{index}]")))
    }

    /// Appends a filter, where there is one.
    pub(crate) fn encode(
        field: &'static str,
        filter: Option<&Vec<RecipientReference>>,
        request: &mut RequestEncoder<'_>,
    ) -> Result<(), InvalidInput> {
        check_filter(field, filter)?;
        if let Some(filter) = filter {
            References(filter).check(field)?;
            request.query(field, &References(filter));
        }
        Ok(())
    }
}

impl QueryValue for References<'_> {
    fn append(&self, name: &str, query: &mut Query<'_>) {
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
    }
}

/// An id in a request, kept in place where it is short: as long as a [`String`] is large, which is 24 bytes, or 12 on
/// 32-bit platforms. So a thousand users that are given as `&str` are mostly one allocation.
///
/// ```
/// use knock_core::recipients::Id;
///
/// for id in ["jhammond", "3f8a1c2e-5d47-4b6f-9e0a-7c21d8b4f650", "🦖"] {
///     assert_eq!(Id::from(id).as_str(), id);
///     assert_eq!(serde_json::json!(Id::from(id)), id);
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id(CompactString);

impl Id {
    /// The id's text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<&str> for Id {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl From<String> for Id {
    fn from(id: String) -> Self {
        Self(id.into())
    }
}

impl From<&String> for Id {
    fn from(id: &String) -> Self {
        id.as_str().into()
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A recipient in a request: by reference, or identified inline, which creates or updates it first.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RecipientRequest {
    /// A user by id. Knock takes ids that it does not know yet.
    UserId(Id),
    /// A user, identified inline.
    User(UserRequest),
    /// An object, by reference or identified inline.
    Object(ObjectRequest),
}

impl RecipientRequest {
    pub(crate) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        match self {
            Self::UserId(id) => check_id(id.as_str(), field),
            Self::User(user) => user.check_inline(field),
            Self::Object(object) => object.check(field),
        }
    }
}

pub(crate) fn check_id(id: &str, field: impl FnOnce() -> String) -> Result<(), InvalidInput> {
    if id.is_empty() {
        return Err(InvalidInput::new(field(), "is empty; it must be an id"));
    }
    Ok(())
}

/// Refuses a filter by nothing, which Knock would take for no filter and answer with all.
pub(crate) fn check_filter<T>(field: &'static str, filter: Option<&Vec<T>>) -> Result<(), InvalidInput> {
    match filter {
        Some(filter) if filter.is_empty() => {
            Err(InvalidInput::new(field, "is empty; leave it out to have all"))
        }
        _ => Ok(()),
    }
}

/// Refuses a list that has nothing in it, or more than one call may have.
pub(crate) fn check_count(
    field: impl Into<Cow<'static, str>>,
    count: usize,
    max: usize,
) -> Result<(), InvalidInput> {
    if count == 0 {
        return Err(InvalidInput::new(field, format!("is empty; there must be 1 to {max} entries")));
    }
    if count > max {
        let problem = format!("has {count} entries; at most {max} are allowed in one call");
        return Err(InvalidInput::new(field, problem));
    }
    Ok(())
}

/// Refuses a list of ids as [`check_count`] does, and ids that are empty.
pub(crate) fn check_ids(field: &'static str, ids: &[String], max: usize) -> Result<(), InvalidInput> {
    check_count(field, ids.len(), max)?;
    ids.iter().enumerate().try_for_each(|(index, id)| check_id(id, || format!("{field}[{index}]")))
}

impl Serialize for RecipientRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::UserId(id) => id.serialize(serializer),
            Self::User(user) => user.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl WriteJson for RecipientRequest {
    fn write_json(&self, text: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Self::UserId(id) => serde_json::to_writer(text, id),
            Self::User(user) => write_object(text, |object| user.write_into(object)),
            Self::Object(reference) => write_object(text, |object| reference.write_into(object)),
        }
    }
}

impl From<&str> for RecipientRequest {
    fn from(user_id: &str) -> Self {
        Self::UserId(user_id.into())
    }
}

impl From<String> for RecipientRequest {
    fn from(user_id: String) -> Self {
        Self::UserId(user_id.into())
    }
}

impl From<&String> for RecipientRequest {
    fn from(user_id: &String) -> Self {
        Self::UserId(user_id.into())
    }
}

impl From<UserRequest> for RecipientRequest {
    fn from(user: UserRequest) -> Self {
        Self::User(user)
    }
}

impl From<ObjectRequest> for RecipientRequest {
    fn from(object: ObjectRequest) -> Self {
        Self::Object(object)
    }
}

impl From<ObjectReference> for RecipientRequest {
    fn from(object: ObjectReference) -> Self {
        Self::Object(ObjectRequest::new(object.collection, object.id))
    }
}

impl From<RecipientReference> for RecipientRequest {
    fn from(reference: RecipientReference) -> Self {
        match reference {
            RecipientReference::User(id) => Self::UserId(id.into()),
            RecipientReference::Object(object) => object.into(),
        }
    }
}

/// A recipient in an answer, whole.
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

/// By what Knock says it is, where it does; a user may have a property `collection`.
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
    /// The recipient's id.
    pub fn id(&self) -> &str {
        match self {
            Self::Object(object) => &object.id,
            Self::User(user) => &user.id,
        }
    }
}

/// Properties of the caller's own on a user, an object or a tenant.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Properties {
    members: Members,
    /// A mistake is told when the call is made, so that setters chain.
    problem: Option<InvalidInput>,
}

impl Properties {
    pub(crate) fn set(&mut self, name: String, value: &impl Serialize) {
        self.members.set(name, value);
    }

    /// Sets all properties of a struct or map; what it says of the `identity` again is left out.
    pub(crate) fn set_all(&mut self, properties: impl Serialize, identity: &[(&str, &str)]) {
        let properties = match members_of("properties", &properties) {
            Ok(properties) => properties,
            Err(problem) => {
                self.problem.get_or_insert(problem);
                return;
            }
        };
        let says_again = |name: &str, json: &RawValue| {
            let known = identity.iter().find(|(known, _)| *known == name);
            known.is_some_and(|(_, text)| {
                serde_json::from_str(json.get()).is_ok_and(|said: String| said == *text)
            })
        };
        let own = properties.into_iter().filter(|(name, json)| !says_again(name, json));
        self.members.set_each(own.map(|(name, json)| (name, json.into())));
    }

    fn contains(&self, name: &str) -> bool {
        self.members.contains(name)
    }

    /// Refuses properties that were not understood, and those that the request has by another way, `taken`.
    pub(crate) fn check(
        &self,
        field: impl Fn() -> String,
        taken: &[(&'static str, bool)],
    ) -> Result<(), InvalidInput> {
        if self.members.is_empty() && self.problem.is_none() {
            return Ok(());
        }
        self.members.check()?;
        let twice = taken.iter().find(|(name, taken)| *taken && self.members.contains(name));
        match (&self.problem, twice) {
            (Some(problem), _) => Err(problem.clone()),
            (None, Some((name, _))) => {
                let name = format!("{}.{name}", field());
                Err(InvalidInput::new(name, "is given twice, once as a property of your own"))
            }
            (None, None) => Ok(()),
        }
    }

    pub(crate) fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        self.members.write_into(object)
    }
}

/// What few set of a user or an object: out of the way until it is set, since a call may carry a thousand of them.
#[derive(Debug, Clone, Default, PartialEq)]
struct Details(Option<Box<DetailFields>>);

#[derive(Debug, Clone, Default, PartialEq)]
struct DetailFields {
    phone_number: Field<String>,
    avatar: Field<String>,
    locale: Field<String>,
    timezone: Field<String>,
    // As JSON text already: a Worker that sets none of these does not carry what writes them.
    created_at: Field<String>,
    channel_data: Field<Members>,
    preferences: Field<Members>,
    properties: Properties,
}

impl Details {
    fn set(&mut self) -> &mut DetailFields {
        self.0.get_or_insert_default()
    }

    /// Refuses properties as [`Properties::check`] does; `taken` is what the request has beside these details.
    fn check(&self, field: impl Fn() -> String, taken: &[(&'static str, bool)]) -> Result<(), InvalidInput> {
        self.0.as_ref().map_or(Ok(()), |fields| fields.check(field, taken))
    }

    fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        self.0.as_ref().map_or(Ok(()), |fields| fields.write_into(object))
    }
}

impl DetailFields {
    fn check(&self, field: impl Fn() -> String, taken: &[(&'static str, bool)]) -> Result<(), InvalidInput> {
        self.properties.check(&field, taken)?;
        self.properties.check(
            &field,
            &[
                ("phone_number", !self.phone_number.is_keep()),
                ("avatar", !self.avatar.is_keep()),
                ("locale", !self.locale.is_keep()),
                ("timezone", !self.timezone.is_keep()),
                ("created_at", !self.created_at.is_keep()),
                ("channel_data", !self.channel_data.is_keep()),
                ("preferences", !self.preferences.is_keep()),
            ],
        )
    }

    fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.field("phone_number", &self.phone_number)?;
        object.field("avatar", &self.avatar)?;
        object.field("locale", &self.locale)?;
        object.field("timezone", &self.timezone)?;
        object.field("created_at", &self.created_at)?;
        object.field("channel_data", &self.channel_data)?;
        object.field("preferences", &self.preferences)?;
        self.properties.write_into(object)
    }
}

/// A user with the properties to set: to identify, to identify many, or as an inline recipient.
///
/// Knock merges what it gets into what it has; a property is cleared with [`Clear`](crate::Clear), not by leaving it
/// out. Properties of one's own go beside the known ones.
///
/// ```
/// use knock_core::recipients::UserRequest;
///
/// #[derive(serde::Serialize)]
/// struct Plan { plan: &'static str, seats: u32 }
///
/// let user = UserRequest::new("jhammond")
///     .name("John Hammond")
///     .email("jhammond@ingen.net")
///     .property("title", "CEO")
///     .properties(Plan { plan: "island", seats: 3 });
/// assert_eq!(
///     serde_json::json!(user),
///     serde_json::json!({
///         "id": "jhammond", "name": "John Hammond", "email": "jhammond@ingen.net",
///         "title": "CEO", "plan": "island", "seats": 3
///     })
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct UserRequest {
    pub(crate) id: String,
    name: Field<String>,
    email: Field<String>,
    details: Details,
}

impl UserRequest {
    /// A user with nothing to set yet. Ids have at most 256 characters, without `/` and `#`.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), name: Field::Keep, email: Field::Keep, details: Details::default() }
    }

    /// The user's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The display name.
    pub fn name(mut self, name: impl Into<Field<String>>) -> Self {
        self.name = name.into();
        self
    }

    /// The primary email address; email channels need it.
    pub fn email(mut self, email: impl Into<Field<String>>) -> Self {
        self.email = email.into();
        self
    }

    /// The phone number in E.164 form, as `+15558675309`; SMS channels need it.
    pub fn phone_number(mut self, phone_number: impl Into<Field<String>>) -> Self {
        self.details.set().phone_number = phone_number.into();
        self
    }

    /// The URL of a picture.
    pub fn avatar(mut self, url: impl Into<Field<String>>) -> Self {
        self.details.set().avatar = url.into();
        self
    }

    /// The locale for [translations](https://docs.knock.app/concepts/translations), as `en-US`.
    pub fn locale(mut self, locale: impl Into<Field<String>>) -> Self {
        self.details.set().locale = locale.into();
        self
    }

    /// The time zone by its tz database name, as `America/Costa_Rica`; schedules and send windows use it.
    pub fn timezone(mut self, timezone: impl Into<Field<String>>) -> Self {
        self.details.set().timezone = timezone.into();
        self
    }

    /// When the user was created in your own system.
    pub fn created_at(mut self, time: impl Into<Field<Timestamp>>) -> Self {
        self.details.set().created_at = time.into().map(|time| time.to_string());
        self
    }

    /// A property of your own. `null` clears it.
    pub fn property(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.details.set().properties.set(name.into(), &value);
        self
    }

    /// Properties of your own, all from one struct or map.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        self.details.set().properties.set_all(properties, &[("id", &self.id)]);
        self
    }

    /// Data for this recipient only, merged over the trigger's `data`.
    pub fn trigger_data(self, data: impl Serialize) -> Self {
        self.property("$trigger_data", data)
    }

    /// Sets the data of one channel along with the user; it replaces what the channel had.
    pub fn channel_data(
        mut self,
        channel_id: impl Into<String>,
        data: impl Into<ChannelDataRequest>,
    ) -> Self {
        self.details.set().channel_data.get_or_default().set(channel_id.into(), &data.into());
        self
    }

    /// Sets a preference set along with the user; it is merged into what the set had.
    #[expect(clippy::needless_pass_by_value, reason = "as every other setter")]
    pub fn preferences(mut self, set_id: impl Into<String>, preferences: PreferenceSetRequest) -> Self {
        self.details.set().preferences.get_or_default().set(set_id.into(), &preferences);
        self
    }

    pub(crate) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        check_id(&self.id, || format!("{}.id", field()))?;
        let taken = [("id", true), ("name", !self.name.is_keep()), ("email", !self.email.is_keep())];
        self.details.check(&field, &taken)
    }

    /// As one of the recipients of a call, which are told apart by whether they have a collection.
    fn check_inline(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        if self.details.0.as_ref().is_some_and(|details| details.properties.contains("collection")) {
            let problem = "would make the user an object; set this property by identifying the user first";
            return Err(InvalidInput::new(format!("{}.collection", field()), problem));
        }
        self.check(field)
    }

    fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.member("id", &self.id)?;
        self.write_fields(object)
    }

    fn write_fields<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.field("name", &self.name)?;
        object.field("email", &self.email)?;
        self.details.write_into(object)
    }
}

impl From<&str> for UserRequest {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for UserRequest {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

impl Serialize for UserRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.write_into(object))
    }
}

/// A user without its id, as the body of a request whose path has it.
pub(crate) struct UserBody<'a>(pub(crate) &'a UserRequest);

impl Serialize for UserBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.0.write_fields(object))
    }
}

/// An object with the properties to set: to set it, to set many, or as an inline recipient.
///
/// With nothing set it is a plain reference. Knock merges what it gets into what it has.
///
/// ```
/// use knock_core::recipients::ObjectRequest;
///
/// let project = ObjectRequest::new("projects", "paddock-9").name("Paddock 9").property("voltage", 10_000);
/// assert_eq!(
///     serde_json::json!(project),
///     serde_json::json!({ "id": "paddock-9", "collection": "projects", "name": "Paddock 9", "voltage": 10_000 })
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ObjectRequest {
    pub(crate) id: String,
    pub(crate) collection: String,
    name: Field<String>,
    details: Details,
}

impl ObjectRequest {
    /// The object `id` of `collection`, with nothing to set yet.
    pub fn new(collection: impl Into<String>, id: impl Into<String>) -> Self {
        Self { id: id.into(), collection: collection.into(), name: Field::Keep, details: Details::default() }
    }

    /// The name.
    pub fn name(mut self, name: impl Into<Field<String>>) -> Self {
        self.name = name.into();
        self
    }

    /// The locale for [translations](https://docs.knock.app/concepts/translations), as `en-US`.
    pub fn locale(mut self, locale: impl Into<Field<String>>) -> Self {
        self.details.set().locale = locale.into();
        self
    }

    /// The time zone by its tz database name, as `America/Costa_Rica`.
    pub fn timezone(mut self, timezone: impl Into<Field<String>>) -> Self {
        self.details.set().timezone = timezone.into();
        self
    }

    /// When the object was created in your own system.
    pub fn created_at(mut self, time: impl Into<Field<Timestamp>>) -> Self {
        self.details.set().created_at = time.into().map(|time| time.to_string());
        self
    }

    /// A property of your own. `null` clears it.
    pub fn property(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.details.set().properties.set(name.into(), &value);
        self
    }

    /// Properties of your own, all from one struct or map.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        self.details
            .set()
            .properties
            .set_all(properties, &[("id", &self.id), ("collection", &self.collection)]);
        self
    }

    /// Data for this recipient only, merged over the trigger's `data`.
    pub fn trigger_data(self, data: impl Serialize) -> Self {
        self.property("$trigger_data", data)
    }

    /// Sets the data of one channel along with the object; it replaces what the channel had.
    pub fn channel_data(
        mut self,
        channel_id: impl Into<String>,
        data: impl Into<ChannelDataRequest>,
    ) -> Self {
        self.details.set().channel_data.get_or_default().set(channel_id.into(), &data.into());
        self
    }

    /// Sets a preference set along with the object; it is merged into what the set had.
    #[expect(clippy::needless_pass_by_value, reason = "as every other setter")]
    pub fn preferences(mut self, set_id: impl Into<String>, preferences: PreferenceSetRequest) -> Self {
        self.details.set().preferences.get_or_default().set(set_id.into(), &preferences);
        self
    }

    pub(crate) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        check_id(&self.id, || format!("{}.id", field()))?;
        check_id(&self.collection, || format!("{}.collection", field()))?;
        let taken = [("id", true), ("collection", true), ("name", !self.name.is_keep())];
        self.details.check(&field, &taken)
    }

    fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.member("id", &self.id)?;
        object.member("collection", &self.collection)?;
        self.write_fields(object)
    }

    fn write_fields<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.field("name", &self.name)?;
        self.details.write_into(object)
    }
}

impl Serialize for ObjectRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.write_into(object))
    }
}

/// An object without its id and collection, as the body of a request whose path has them.
pub(crate) struct ObjectBody<'a>(pub(crate) &'a ObjectRequest);

impl Serialize for ObjectBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.0.write_fields(object))
    }
}

/// An object without its collection, as one of many in a request whose path has it.
pub(crate) struct ObjectOfCollection<'a>(pub(crate) &'a ObjectRequest);

impl Serialize for ObjectOfCollection<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| {
            object.member("id", &self.0.id)?;
            self.0.write_fields(object)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::field::Clear;
    use crate::json::NO_JSON;

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
    fn references_are_numbered_where_one_is_an_object() {
        let query = |references: &[RecipientReference]| {
            let mut target = String::new();
            References(references).append("recipients", &mut Query::new(&mut target));
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

    #[test]
    fn a_recipient_is_the_same_text_in_a_body_as_through_serde() {
        let preferences = || PreferenceSetRequest::new().category("marketing", false);
        let user = UserRequest::new("j\"hammond")
            .name("John \u{7} Hammond")
            .email(Clear)
            .locale("en-US")
            .channel_data("9a1b2c3d", json!({ "tokens": ["a"] }))
            .preferences("default", preferences())
            .property("a \"title\"", "C\\EO")
            .property("seats", Value::Null);
        let object = ObjectRequest::new("projects", "paddock-9")
            .timezone("America/Costa_Rica")
            .created_at(Timestamp::UNIX_EPOCH)
            .preferences("default", preferences());
        let recipients: [RecipientRequest; 5] = [
            "jhammond".into(),
            UserRequest::new("agrant").into(),
            user.into(),
            ObjectReference::new("projects", "paddock-9").into(),
            object.into(),
        ];
        for recipient in recipients {
            let mut text = Vec::new();
            recipient.write_json(&mut text).unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), serde_json::to_string(&recipient).unwrap());
        }
    }

    #[test]
    fn nothing_is_said_twice() {
        let own = json!({ "id": "jhammond", "email": "jhammond@ingen.net" });
        let user = UserRequest::new("jhammond").properties(&own);
        assert_eq!(user.check(|| "user".to_owned()), Ok(()));
        let twice = user.email("john@ingen.net");
        assert_eq!(twice.check(|| "user".to_owned()).unwrap_err().field(), "user.email");
        let other = UserRequest::new("agrant").properties(&own);
        assert_eq!(other.check(|| "user".to_owned()).unwrap_err().field(), "user.id");
    }

    #[test]
    fn a_user_with_a_collection_is_a_user() {
        let user = UserRequest::new("jhammond").property("collection", "amber");
        assert_eq!(user.check(|| "user".to_owned()), Ok(()));
        let inline = RecipientRequest::from(user).check(|| "recipients[0]".to_owned()).unwrap_err();
        assert_eq!(inline.field(), "recipients[0].collection");

        let answer = json!({ "__typename": "User", "id": "jhammond", "name": "John", "collection": "amber" });
        let Recipient::User(user) = serde_json::from_value(answer.clone()).unwrap() else {
            panic!("an object was read")
        };
        assert_eq!((user.name.as_deref(), &user.properties["collection"]), (Some("John"), &json!("amber")));
        assert_eq!(json!(Recipient::User(user)), answer);
        let object = json!({ "id": "paddock-9", "collection": "projects" });
        assert!(matches!(serde_json::from_value(object).unwrap(), Recipient::Object(_)));
        let damaged = json!({ "__typename": "Object", "id": "paddock-9", "collection": 9 });
        serde_json::from_value::<Recipient>(damaged).unwrap_err();
    }

    #[test]
    fn what_is_not_an_object_cannot_be_properties() {
        let problem = |user: UserRequest| user.check(|| "user".to_owned()).unwrap_err();
        let list = problem(UserRequest::new("jhammond").properties(["CEO"]));
        assert_eq!(
            list,
            InvalidInput::new("properties", "are not an object in JSON; pass a struct or a map")
        );
        let keys = problem(
            UserRequest::new("jhammond").properties(BTreeMap::from([([1, 2], "a key that is a list")])),
        );
        assert_eq!(keys, InvalidInput::new("properties", NO_JSON));
    }

    #[test]
    fn properties_keep_their_numbers_and_the_last_word() {
        #[derive(Serialize)]
        struct Own {
            ratio: f32,
            exact: u128,
            seats: u8,
        }
        let user = UserRequest::new("jhammond").property("seats", 1).properties(Own {
            ratio: 0.1,
            exact: u128::MAX,
            seats: 3,
        });
        let sent = serde_json::to_string(&user.property("ratio", 0.2)).unwrap();
        assert_eq!(
            sent,
            r#"{"id":"jhammond","seats":3,"exact":340282366920938463463374607431768211455,"ratio":0.2}"#
        );
    }
}
