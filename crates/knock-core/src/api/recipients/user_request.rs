//! A user in a request.

use serde::{Serialize, Serializer};

use crate::api::channel_data::ChannelDataRequest;
use crate::api::preferences::PreferenceSetRequest;
use crate::api::recipients::details::Details;
use crate::value::{Field, IntoField, InvalidInput, Text, Time};
use crate::wire::{ObjectSink, check_id, serialize_object};

/// A user in a request: the id, and the properties to set.
///
/// Properties that you do not set are left unchanged; clear one with [`Clear`](crate::Clear). Custom properties are set
/// next to the built-in ones with [`property`](Self::property) and [`properties`](Self::properties).
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
    pub(crate) id: Text,
    name: Field<Text>,
    email: Field<Text>,
    details: Details,
}

impl UserRequest {
    /// Returns a user with no property set. An id has at most 256 characters, without `/` and `#`.
    pub fn new(id: impl Into<Text>) -> Self {
        Self { id: id.into(), name: Field::Keep, email: Field::Keep, details: Details::default() }
    }

    /// The id of the user.
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// Sets the display name.
    pub fn name<Kind>(mut self, name: impl IntoField<Text, Kind>) -> Self {
        self.name.change(name.into_field());
        self
    }

    /// Sets the primary email address, which email channels need.
    pub fn email<Kind>(mut self, email: impl IntoField<Text, Kind>) -> Self {
        self.email.change(email.into_field());
        self
    }

    /// Sets the phone number in E.164 form, for example `+15558675309`, which SMS channels need.
    pub fn phone_number<Kind>(mut self, phone_number: impl IntoField<Text, Kind>) -> Self {
        self.details.set().phone_number.change(phone_number.into_field());
        self
    }

    /// Sets the URL of a picture.
    pub fn avatar<Kind>(mut self, url: impl IntoField<Text, Kind>) -> Self {
        self.details.set().avatar.change(url.into_field());
        self
    }

    /// Sets the locale for [translations](https://docs.knock.app/concepts/translations), for example `en-US`.
    pub fn locale<Kind>(mut self, locale: impl IntoField<Text, Kind>) -> Self {
        self.details.set().locale.change(locale.into_field());
        self
    }

    /// Sets the time zone by its name in the tz database, for example `America/Costa_Rica`. Schedules and send windows
    /// use it.
    pub fn timezone<Kind>(mut self, timezone: impl IntoField<Text, Kind>) -> Self {
        self.details.set().timezone.change(timezone.into_field());
        self
    }

    /// Sets when the user was created in your system.
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
        self.details.set().properties.set_all(properties, &[("id", self.id.as_str())]);
        self
    }

    /// Sets data for this recipient only, which is merged over the `data` of the trigger.
    pub fn trigger_data(self, data: impl Serialize) -> Self {
        self.property("$trigger_data", data)
    }

    /// Sets the data of one channel together with the user. It replaces what the channel had.
    pub fn channel_data(mut self, channel_id: impl Into<Text>, data: impl Into<ChannelDataRequest>) -> Self {
        self.details.set().channel_data.get_or_default().set(channel_id.into().into(), &data.into());
        self
    }

    /// Sets a preference set together with the user. It is merged into the set.
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
        let taken = [("id", true), ("name", !self.name.is_keep()), ("email", !self.email.is_keep())];
        self.details.check(&field, &taken)
    }

    /// Checks the user as an inline recipient, which Knock takes for an object if it has a collection.
    pub(super) fn check_inline(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        if self.details.0.as_ref().is_some_and(|details| details.properties.contains("collection")) {
            let problem =
                "makes Knock take the user for an object; set this property with `users::identify` first";
            return Err(InvalidInput::new(format!("{}.collection", field()), problem));
        }
        self.check(field)
    }

    pub(super) fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.member("id", self.id.as_str())?;
        self.write_fields(object)
    }

    fn write_fields<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.field("name", &self.name)?;
        object.field("email", &self.email)?;
        self.details.write_into(object)
    }
}

/// A user with no property set.
impl<T: Into<Text>> From<T> for UserRequest {
    fn from(id: T) -> Self {
        Self::new(id)
    }
}

impl From<&UserRequest> for UserRequest {
    fn from(user: &UserRequest) -> Self {
        user.clone()
    }
}

impl Serialize for UserRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.write_into(object))
    }
}

/// A user without its id, which is in the path of the request.
pub(crate) struct UserBody<'a>(pub(crate) &'a UserRequest);

impl Serialize for UserBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.0.write_fields(object))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::api::recipients::{ObjectReference, ObjectRequest, Recipient, RecipientRequest};
    use crate::value::{Clear, Timestamp};
    use crate::wire::{NO_JSON, WriteJson};

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
    fn nothing_is_set_twice() {
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

        let response =
            json!({ "__typename": "User", "id": "jhammond", "name": "John", "collection": "amber" });
        let Recipient::User(user) = serde_json::from_value(response.clone()).unwrap() else {
            panic!("an object was read")
        };
        assert_eq!((user.name.as_deref(), &user.properties["collection"]), (Some("John"), &json!("amber")));
        assert_eq!(json!(Recipient::User(user)), response);
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
            InvalidInput::new("user.properties", "are not an object in JSON; pass a struct or a map")
        );
        let keys = problem(
            UserRequest::new("jhammond").properties(BTreeMap::from([([1, 2], "a key that is a list")])),
        );
        assert_eq!(keys, InvalidInput::new("user.properties", NO_JSON));
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
