//! An object in a request.

use serde::{Serialize, Serializer};

use crate::api::channel_data::ChannelDataRequest;
use crate::api::preferences::PreferenceSetRequest;
use crate::api::recipients::details::Details;
use crate::value::{Field, IntoField, InvalidInput, Text, Time};
use crate::wire::{ObjectSink, check_id, serialize_object};

/// An object in a request: the id and collection, and the properties to set.
///
/// With no property set it is a plain reference. Properties that you do not set are left unchanged.
///
/// ```
/// use knock_core::recipients::ObjectRequest;
///
/// let project = ObjectRequest::new("projects", "paddock-9")
///     .name("Paddock 9")
///     .property("voltage", 10_000);
/// assert_eq!(
///     serde_json::json!(project),
///     serde_json::json!({
///         "id": "paddock-9",
///         "collection": "projects",
///         "name": "Paddock 9",
///         "voltage": 10_000,
///     })
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ObjectRequest {
    pub(crate) id: Text,
    pub(crate) collection: Text,
    name: Field<Text>,
    details: Details,
}

impl ObjectRequest {
    /// Returns the object `id` of `collection`, with no property set.
    pub fn new(collection: impl Into<Text>, id: impl Into<Text>) -> Self {
        Self { id: id.into(), collection: collection.into(), name: Field::Keep, details: Details::default() }
    }

    /// Sets the name.
    pub fn name<Kind>(mut self, name: impl IntoField<Text, Kind>) -> Self {
        self.name.change(name.into_field());
        self
    }

    /// Sets the locale for [translations](https://docs.knock.app/concepts/translations), for example `en-US`.
    pub fn locale<Kind>(mut self, locale: impl IntoField<Text, Kind>) -> Self {
        self.details.set().locale.change(locale.into_field());
        self
    }

    /// Sets the time zone by its name in the tz database, for example `America/Costa_Rica`.
    pub fn timezone<Kind>(mut self, timezone: impl IntoField<Text, Kind>) -> Self {
        self.details.set().timezone.change(timezone.into_field());
        self
    }

    /// Sets when the object was created in your system.
    pub fn created_at<Kind>(mut self, time: impl IntoField<Time, Kind>) -> Self {
        self.details.set().set_created_at(time.into_field());
        self
    }

    /// Sets a custom property; [`Clear`](crate::Clear) clears it.
    pub fn property(mut self, name: impl Into<Text>, value: impl Serialize) -> Self {
        self.details.set().properties.set(name.into().into(), &value);
        self
    }

    /// Sets custom properties, all from one struct or map.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        self.details
            .set()
            .properties
            .set_all(properties, &[("id", self.id.as_str()), ("collection", self.collection.as_str())]);
        self
    }

    /// Sets data for this recipient only, which is merged over the `data` of the trigger.
    pub fn trigger_data(self, data: impl Serialize) -> Self {
        self.property("$trigger_data", data)
    }

    /// Sets the data of one channel together with the object. It replaces what the channel had.
    pub fn channel_data(mut self, channel_id: impl Into<Text>, data: impl Into<ChannelDataRequest>) -> Self {
        self.details.set().channel_data.get_or_default().set(channel_id.into().into(), &data.into());
        self
    }

    /// Sets a preference set together with the object. It is merged into the set.
    pub fn preferences(
        mut self,
        set_id: impl Into<Text>,
        preferences: impl Into<PreferenceSetRequest>,
    ) -> Self {
        self.details.set().preferences.get_or_default().set(set_id.into().into(), &preferences.into());
        self
    }

    pub(crate) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        check_id(self.id.as_str(), || format!("{}.id", field()))?;
        check_id(self.collection.as_str(), || format!("{}.collection", field()))?;
        let taken = [("id", true), ("collection", true), ("name", !self.name.is_keep())];
        self.details.check(&field, &taken)
    }

    pub(super) fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.member("id", self.id.as_str())?;
        object.member("collection", self.collection.as_str())?;
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

/// An object without its id and collection, which are in the path of the request.
pub(crate) struct ObjectBody<'a>(pub(crate) &'a ObjectRequest);

impl Serialize for ObjectBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.0.write_fields(object))
    }
}

/// An object without its collection, which is in the path of a request for many.
pub(crate) struct ObjectOfCollection<'a>(pub(crate) &'a ObjectRequest);

impl Serialize for ObjectOfCollection<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| {
            object.member("id", &self.0.id)?;
            self.0.write_fields(object)
        })
    }
}

impl From<&ObjectRequest> for ObjectRequest {
    fn from(object: &ObjectRequest) -> Self {
        object.clone()
    }
}
