//! Subscriptions: recipients that are notified along with an object.
//!
//! The calls are those of the object, as [`objects::add_subscriptions`](crate::objects::add_subscriptions), and of the
//! subscriber, as [`users::list_subscriptions`](crate::users::list_subscriptions). See Knock on
//! [subscriptions](https://docs.knock.app/concepts/subscriptions).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::objects::Object;
use crate::api::recipients::{
    Recipient, RecipientReference, RecipientRequest, References, check_count, check_id,
};
use crate::error::InvalidInput;
use crate::json::LazyJson;
use crate::open_enum::open_enum;
use crate::time::Timestamp;

/// How many recipients can be subscribed to an object, or unsubscribed, in one call.
pub const MAX_RECIPIENTS: usize = 100;

/// How many objects a call on the subscriptions of many may name.
pub const MAX_OBJECTS: usize = 100;

open_enum! {
    /// Which side of its subscriptions an object is asked about.
    pub enum SubscriptionMode {
        /// Who subscribes to it.
        Object = "object",
        /// What it subscribes to.
        Recipient = "recipient",
    }
}

/// A subscription: the recipient is notified whenever the object is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Subscription {
    /// What is subscribed to.
    pub object: Object,
    /// Who subscribes.
    pub recipient: Recipient,
    /// Properties of your own, which the workflow's templates see as `recipient.subscription`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<Map<String, Value>>,
    /// When it was added.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Subscription {
    /// Your own properties as a type of your own.
    ///
    /// # Errors
    ///
    /// Where they are not those of a `T`.
    pub fn properties_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(Value::Object(self.properties.clone().unwrap_or_default()))
    }
}

/// Who subscribes to an object, and with which properties.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Subscribers {
    pub(crate) recipients: Vec<RecipientRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<LazyJson>,
}

impl Subscribers {
    /// Refuses what cannot be right, with `prefix` before the fields' names.
    pub(crate) fn check(&self, prefix: &str) -> Result<(), InvalidInput> {
        check_count(format!("{prefix}recipients"), self.recipients.len(), MAX_RECIPIENTS)?;
        for (index, recipient) in self.recipients.iter().enumerate() {
            recipient.check(|| format!("{prefix}recipients[{index}]"))?;
        }
        self.properties
            .as_ref()
            .map_or(Ok(()), |properties| properties.check_object("properties", usize::MAX))
    }
}

/// The subscribers of one object, for [`objects::bulk_add_subscriptions`](crate::objects::bulk_add_subscriptions).
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
    id: String,
    #[serde(flatten)]
    subscribers: Subscribers,
}

impl Subscribe {
    /// Nobody yet, to the object of this id.
    pub fn new(object_id: impl Into<String>) -> Self {
        Self { id: object_id.into(), subscribers: Subscribers::default() }
    }

    /// Adds recipients: user ids, object references, or users and objects identified inline; up to 100.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientRequest>>) -> Self {
        self.subscribers.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Adds one recipient.
    pub fn recipient(mut self, recipient: impl Into<RecipientRequest>) -> Self {
        self.subscribers.recipients.push(recipient.into());
        self
    }

    /// Properties of your own for each of these subscriptions: anything that is a JSON object.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        self.subscribers.properties = Some(LazyJson::new("properties", &properties));
        self
    }

    pub(crate) fn check(&self, field: &str) -> Result<(), InvalidInput> {
        check_id(&self.id, || format!("{field}.id"))?;
        self.subscribers.check(&format!("{field}."))
    }
}

/// Who is to subscribe to one object no more, for
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
    id: String,
    recipients: Vec<RecipientReference>,
}

impl Unsubscribe {
    /// Nobody yet, from the object of this id.
    pub fn new(object_id: impl Into<String>) -> Self {
        Self { id: object_id.into(), recipients: Vec::new() }
    }

    /// Adds recipients: user ids or object references; up to 100.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    pub(crate) fn check(&self, field: &str) -> Result<(), InvalidInput> {
        check_id(&self.id, || format!("{field}.id"))?;
        check_unsubscribed(&self.recipients, &format!("{field}.recipients"))
    }
}

pub(crate) fn check_unsubscribed(recipients: &[RecipientReference], field: &str) -> Result<(), InvalidInput> {
    check_count(field.to_owned(), recipients.len(), MAX_RECIPIENTS)?;
    References(recipients).check(field)
}
