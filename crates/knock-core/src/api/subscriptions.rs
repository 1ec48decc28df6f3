//! Subscriptions: recipients that are notified along with an object.
//!
//! The operations are those of the object, for example
//! [`objects::add_subscriptions`](crate::objects::add_subscriptions), and of the subscriber, for example
//! [`users::list_subscriptions`](crate::users::list_subscriptions). See Knock on
//! [subscriptions](https://docs.knock.app/concepts/subscriptions).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::objects::Object;
use crate::api::objects::object::map_or_null;
use crate::api::recipients::{Recipient, RecipientReference, RecipientRequest, References};
use crate::value::{InvalidInput, Text, Timestamp};
use crate::wire::{JsonText, check_count, check_id, open_enum};

/// The largest number of recipients that one call can subscribe to an object, or unsubscribe from it.
pub const MAX_RECIPIENTS: usize = 100;

/// The largest number of objects in one call on the subscriptions of many.
pub const MAX_OBJECTS: usize = 100;

open_enum! {
    /// The role of an object in the subscriptions that are listed.
    pub enum SubscriptionMode {
        /// The subscriptions to the object.
        Object = "object",
        /// The subscriptions that the object has itself.
        Recipient = "recipient",
    }
}

/// Returns the mode to send with a list that is filtered by recipients or by objects.
///
/// # Errors
///
/// If Knock would ignore a filter in the mode.
pub(crate) fn effective_mode(
    mode: Option<&SubscriptionMode>,
    by_recipients: bool,
    by_objects: bool,
) -> Result<Option<SubscriptionMode>, InvalidInput> {
    let mode = mode.cloned().or(by_objects.then_some(SubscriptionMode::Recipient));
    let ignored = match mode {
        Some(SubscriptionMode::Recipient) => by_recipients.then_some("recipients"),
        None | Some(SubscriptionMode::Object) => by_objects.then_some("objects"),
        Some(SubscriptionMode::Other(_)) => None,
    };
    match ignored {
        Some(filter) => {
            let mode =
                if filter == "objects" { SubscriptionMode::Recipient } else { SubscriptionMode::Object };
            Err(InvalidInput::new(
                filter,
                format!("has no effect in this mode; it requires the mode `{mode}`"),
            ))
        }
        None => Ok(mode),
    }
}

/// A subscription, as Knock returns it: the recipient is notified whenever the object is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Subscription {
    /// The object that the recipient subscribes to.
    pub object: Object,
    /// The recipient who subscribes.
    pub recipient: Recipient,
    /// The custom properties, which the templates of a workflow see as `recipient.subscription`.
    #[serde(default, deserialize_with = "map_or_null", skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// When the subscription was added.
    pub inserted_at: Timestamp,
    /// When the subscription last changed.
    pub updated_at: Timestamp,
}

impl Subscription {
    /// Returns the custom properties as a type of your own.
    ///
    /// # Errors
    ///
    /// If they do not match `T`.
    pub fn properties_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.properties.clone()))
    }
}

/// The recipients to subscribe to an object, and the properties of their subscriptions.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Subscribers {
    pub(crate) recipients: Vec<RecipientRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<JsonText>,
}

impl Subscribers {
    /// Refuses invalid input, with `prefix` before the names of the fields.
    pub(crate) fn check(&self, prefix: &str) -> Result<(), InvalidInput> {
        check_count(format!("{prefix}recipients"), self.recipients.len(), MAX_RECIPIENTS)?;
        for (index, recipient) in self.recipients.iter().enumerate() {
            recipient.check(|| format!("{prefix}recipients[{index}]"))?;
        }
        self.check_properties()
    }

    pub(crate) fn check_properties(&self) -> Result<(), InvalidInput> {
        self.properties
            .as_ref()
            .map_or(Ok(()), |properties| properties.check_object("properties", usize::MAX))
    }
}

/// The recipients to subscribe to one object, for
/// [`objects::bulk_add_subscriptions`](crate::objects::bulk_add_subscriptions).
///
/// ```
/// use knock_core::recipients::UserRequest;
/// use knock_core::subscriptions::Subscribe;
/// use serde_json::json;
///
/// let subscribe = Subscribe::new("paddock-9")
///     .recipients(["jhammond", "agrant"])
///     .recipient(UserRequest::new("imalcolm").email("ian@ingen.net"))
///     .properties(json!({ "role": "keeper" }));
/// # let _ = subscribe;
/// ```
#[derive(Debug, Clone, Serialize)]
#[must_use]
pub struct Subscribe {
    id: Text,
    #[serde(flatten)]
    subscribers: Subscribers,
}

impl Subscribe {
    /// Returns a request for the object with this id, without recipients.
    pub fn new(object_id: impl Into<Text>) -> Self {
        Self { id: object_id.into(), subscribers: Subscribers::default() }
    }

    /// Adds recipients: user ids, object references, or users and objects identified inline. At most 100.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientRequest>>) -> Self {
        self.subscribers.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Adds one recipient.
    pub fn recipient(mut self, recipient: impl Into<RecipientRequest>) -> Self {
        self.subscribers.recipients.push(recipient.into());
        self
    }

    /// Sets custom properties of each of these subscriptions: anything that serializes to a JSON object.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        self.subscribers.properties = Some(JsonText::new("properties", &properties));
        self
    }

    pub(crate) fn object_id(&self) -> &Text {
        &self.id
    }

    pub(crate) fn check(&self, field: &str) -> Result<(), InvalidInput> {
        check_id(self.id.as_str(), || format!("{field}.id"))?;
        self.subscribers.check(&format!("{field}."))
    }
}

/// The recipients to unsubscribe from one object, for
/// [`objects::bulk_delete_subscriptions`](crate::objects::bulk_delete_subscriptions).
///
/// ```
/// use knock_core::subscriptions::Unsubscribe;
///
/// let unsubscribe = Unsubscribe::new("paddock-9").recipients(["jhammond", "agrant"]);
/// # let _ = unsubscribe;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Unsubscribe {
    id: Text,
    recipients: Vec<RecipientReference>,
}

impl Unsubscribe {
    /// Returns a request for the object with this id, without recipients.
    pub fn new(object_id: impl Into<Text>) -> Self {
        Self { id: object_id.into(), recipients: Vec::new() }
    }

    /// Adds recipients: user ids or object references. At most 100.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    pub(crate) fn object_id(&self) -> &Text {
        &self.id
    }

    pub(crate) fn check(&self, field: &str) -> Result<(), InvalidInput> {
        check_id(self.id.as_str(), || format!("{field}.id"))?;
        check_unsubscribed(&self.recipients, &format!("{field}.recipients"))
    }
}

pub(crate) fn check_unsubscribed(recipients: &[RecipientReference], field: &str) -> Result<(), InvalidInput> {
    check_count(field.to_owned(), recipients.len(), MAX_RECIPIENTS)?;
    References(recipients).check(field)
}
