//! A recipient in a request.

use serde::{Serialize, Serializer};

use crate::api::objects::Object;
use crate::api::recipients::{ObjectReference, ObjectRequest, Recipient, RecipientReference, UserRequest};
use crate::api::users::User;
use crate::value::{InvalidInput, Text};
use crate::wire::{WriteJson, check_id, write_object};

/// A recipient in a request: by reference, or identified inline, which creates or updates it first.
///
/// It is made from an id, which is that of a user, from an [`ObjectReference`] or a [`RecipientReference`], from a
/// [`UserRequest`] or an [`ObjectRequest`], and from a [`User`], an [`Object`] or a [`Recipient`] of a response, to
/// which it refers. Knock accepts the ids of users that it does not know yet.
#[derive(Debug, Clone, PartialEq)]
pub struct RecipientRequest(Form);

#[derive(Debug, Clone, PartialEq)]
enum Form {
    UserId(Text),
    User(UserRequest),
    Object(ObjectRequest),
}

impl RecipientRequest {
    /// The id of the user or object.
    pub(crate) fn id(&self) -> &Text {
        match &self.0 {
            Form::UserId(id) => id,
            Form::User(user) => &user.id,
            Form::Object(object) => &object.id,
        }
    }

    pub(crate) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        match &self.0 {
            Form::UserId(id) => check_id(id.as_str(), field),
            Form::User(user) => user.check_inline(field),
            Form::Object(object) => object.check(field),
        }
    }
}

impl Serialize for RecipientRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::UserId(id) => id.serialize(serializer),
            Form::User(user) => user.serialize(serializer),
            Form::Object(object) => object.serialize(serializer),
        }
    }
}

impl WriteJson for RecipientRequest {
    fn write_json(&self, text: &mut Vec<u8>) -> serde_json::Result<()> {
        match &self.0 {
            Form::UserId(id) => serde_json::to_writer(text, id),
            Form::User(user) => write_object(text, |object| user.write_into(object)),
            Form::Object(reference) => write_object(text, |object| reference.write_into(object)),
        }
    }
}

/// The id of a user.
impl<T: Into<Text>> From<T> for RecipientRequest {
    fn from(user_id: T) -> Self {
        Self(Form::UserId(user_id.into()))
    }
}

impl From<UserRequest> for RecipientRequest {
    fn from(user: UserRequest) -> Self {
        Self(Form::User(user))
    }
}

impl From<ObjectRequest> for RecipientRequest {
    fn from(object: ObjectRequest) -> Self {
        Self(Form::Object(object))
    }
}

impl From<ObjectReference> for RecipientRequest {
    fn from(object: ObjectReference) -> Self {
        ObjectRequest::new(object.collection, object.id).into()
    }
}

impl From<RecipientReference> for RecipientRequest {
    fn from(reference: RecipientReference) -> Self {
        match reference {
            RecipientReference::User(id) => id.into(),
            RecipientReference::Object(object) => object.into(),
        }
    }
}

/// Implements the conversions from a reference by those from a value.
macro_rules! from_reference {
    ($($type:ty),*) => {$(
        impl From<&$type> for RecipientRequest {
            fn from(recipient: &$type) -> Self {
                recipient.clone().into()
            }
        }
    )*};
}

from_reference!(RecipientRequest, UserRequest, ObjectRequest, ObjectReference, RecipientReference);

/// Implements the conversions from what a response contains, which go by the id.
macro_rules! from_response {
    ($($type:ty),*) => {$(
        impl From<$type> for RecipientRequest {
            fn from(recipient: $type) -> Self {
                RecipientReference::from(recipient).into()
            }
        }
    )*};
}

from_response!(User, &User, Object, &Object, Recipient, &Recipient);
