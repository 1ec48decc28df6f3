//! Outbound webhooks: verifies that an event comes from Knock, and reads it.
//!
//! Knock delivers an event up to 8 times, until your endpoint responds with a 2xx status. Events may arrive more than
//! once and out of order. See Knock on [outbound
//! webhooks](https://docs.knock.app/developer-tools/outbound-webhooks/overview).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

use crate::error::Error;
use crate::value::{Secret, Timestamp, UnixTime};
use crate::wire::{DecodeError, open_enum};

/// The header with the time and the signature of an event: `t=<milliseconds>,s=<base64>`.
pub const SIGNATURE_HEADER: &str = "x-knock-signature";

const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// A verifier of webhooks, with the signing secret of one endpoint.
///
/// ```
/// use knock_core::webhook::{EventType, Verifier, WebhookError};
/// use knock_core::UnixTime;
///
/// fn handle(headers: &http::HeaderMap, raw_body: &[u8], now: UnixTime) -> Result<(), WebhookError> {
///     let verifier = Verifier::new("whsec_from_the_dashboard")?;
///     let event = verifier.verify(headers, raw_body, now)?;
///     if event.kind == EventType::MessageBounced {
///         println!("bounced: {}", event.data["id"]);
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Verifier {
    secret: Secret,
    tolerance: Duration,
}

impl Verifier {
    /// Returns a verifier with the signing secret of the endpoint, from Knock's dashboard.
    ///
    /// # Errors
    ///
    /// [`WebhookError::EmptySecret`] if the secret is empty, because anyone could sign with it.
    pub fn new(secret: impl Into<Secret>) -> Result<Self, WebhookError> {
        let secret = secret.into();
        if secret.expose().is_empty() {
            return Err(WebhookError::EmptySecret);
        }
        Ok(Self { secret, tolerance: FIVE_MINUTES })
    }

    /// Sets how far the time of the signature may differ from the current time, in either direction. Default: 5
    /// minutes.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Verifies the signature of the raw body, and then reads the event.
    ///
    /// Pass the body exactly as it was received. JSON that was parsed and serialized again has different bytes.
    ///
    /// # Errors
    ///
    /// A [`WebhookError`]. Every error except [`NotAnEvent`](WebhookError::NotAnEvent) means that the request cannot be
    /// trusted to come from Knock: respond with 401 and do nothing else.
    pub fn verify(&self, headers: &HeaderMap, raw_body: &[u8], now: UnixTime) -> Result<Event, WebhookError> {
        let header = headers.get(SIGNATURE_HEADER).ok_or(WebhookError::MissingSignature)?;
        let header = header.to_str().map_err(|_| WebhookError::MalformedSignature)?;
        self.verify_signature(header, raw_body, now)?;
        serde_json::from_slice(raw_body).map_err(|error| WebhookError::NotAnEvent(DecodeError::json(&error)))
    }

    /// Verifies only the signature, for code that reads the body itself. The argument `header` is the value of the
    /// header [`SIGNATURE_HEADER`].
    ///
    /// # Errors
    ///
    /// The same as [`verify`](Self::verify), except for [`NotAnEvent`](WebhookError::NotAnEvent).
    pub fn verify_signature(&self, header: &str, raw_body: &[u8], now: UnixTime) -> Result<(), WebhookError> {
        let (time, signature) = parse_header(header)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.expose().as_bytes())
            .map_err(|_| WebhookError::EmptySecret)?;
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(raw_body);
        // Compares in constant time.
        mac.verify_slice(&signature).map_err(|_| WebhookError::WrongSignature)?;

        let signed = UnixTime::from_millis(time.parse().map_err(|_| WebhookError::MalformedSignature)?);
        if now.since(signed) > self.tolerance {
            return Err(WebhookError::TooOld { age: now.since(signed) });
        }
        if signed.since(now) > self.tolerance {
            return Err(WebhookError::FromTheFuture { ahead: signed.since(now) });
        }
        Ok(())
    }
}

fn parse_header(header: &str) -> Result<(&str, Vec<u8>), WebhookError> {
    let (mut time, mut signature) = (None, None);
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => time = Some(value),
            Some(("s", value)) => signature = STANDARD.decode(value).ok(),
            _ => {}
        }
    }
    time.zip(signature).ok_or(WebhookError::MalformedSignature)
}

/// The error of a [`Verifier`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The signing secret passed to [`Verifier::new`] is empty.
    #[error("the webhook's signing secret is empty; copy it from Knock's dashboard")]
    EmptySecret,
    /// There is no signature: the request is not from Knock, or a proxy removed the header.
    #[error("the webhook has no header `{SIGNATURE_HEADER}`")]
    MissingSignature,
    /// The header is not of the form `t=<milliseconds>,s=<base64>`.
    #[error("the webhook's header `{SIGNATURE_HEADER}` is not of the form `t=<milliseconds>,s=<base64>`")]
    MalformedSignature,
    /// The signature does not match the body and the secret: it is forged, the secret is that of another endpoint, or
    /// the body was changed, for example by a framework that parsed it.
    #[error("the webhook's signature does not match its body and the signing secret")]
    WrongSignature,
    /// The signature is valid but too old: the request is a replay, or a clock is wrong.
    #[error("the webhook was signed {} seconds ago, which exceeds the tolerance", age.as_secs())]
    TooOld {
        /// The time since it was signed.
        age: Duration,
    },
    /// The signature is valid but from the future: a clock is wrong.
    #[error("the webhook was signed {} seconds in the future, which exceeds the tolerance", ahead.as_secs())]
    FromTheFuture {
        /// How far the time of the signature is ahead of the current time.
        ahead: Duration,
    },
    /// The signature is valid, but the body cannot be read as an event. Unless you respond with a 2xx status, Knock
    /// delivers it again.
    #[error("the webhook's body is not an event: {0}")]
    NotAnEvent(DecodeError),
}

/// Converts the error, for functions that handle webhooks and also make calls.
impl From<WebhookError> for Error {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::EmptySecret => Self::configuration(error.to_string()),
            error => Self::invalid_input(error.to_string()),
        }
    }
}

open_enum! {
    /// The type of an event. See [Knock's list](https://docs.knock.app/developer-tools/outbound-webhooks/event-types).
    ///
    /// It can be compared with a string:
    ///
    /// ```
    /// use knock_core::webhook::EventType;
    ///
    /// assert_eq!(EventType::MessageSent, "message.sent");
    /// ```
    pub enum EventType {
        MessageSent = "message.sent",
        MessageDelivered = "message.delivered",
        MessageDeliveryAttempted = "message.delivery_attempted",
        MessageUndelivered = "message.undelivered",
        MessageBounced = "message.bounced",
        MessageSeen = "message.seen",
        MessageUnseen = "message.unseen",
        MessageRead = "message.read",
        MessageUnread = "message.unread",
        MessageArchived = "message.archived",
        MessageUnarchived = "message.unarchived",
        MessageInteracted = "message.interacted",
        MessageLinkClicked = "message.link_clicked",
        WorkflowRecipientRunStarted = "workflow_recipient_run.started",
        WorkflowRecipientRunCompleted = "workflow_recipient_run.completed",
        WorkflowRecipientRunError = "workflow_recipient_run.error",
        WorkflowUpdated = "workflow.updated",
        WorkflowCommitted = "workflow.committed",
        EmailLayoutUpdated = "email_layout.updated",
        EmailLayoutCommitted = "email_layout.committed",
        TranslationUpdated = "translation.updated",
        TranslationCommitted = "translation.committed",
        SourceEventActionUpdated = "source_event_action.updated",
        SourceEventActionCommitted = "source_event_action.committed",
        PartialUpdated = "partial.updated",
        PartialCommitted = "partial.committed",
    }
}

/// A verified event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Event {
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When the event occurred.
    pub created_at: Timestamp,
    /// The subject of the event, such as a message or a workflow run.
    #[serde(default)]
    pub data: Value,
    /// Details of the event, for example the link that was clicked, or why a message was not delivered.
    #[serde(default)]
    pub event_data: Option<Value>,
}

impl Event {
    /// Reads [`data`](Self::data) as a custom type, or as a type of this crate such as
    /// [`Message`](crate::messages::Message).
    ///
    /// # Errors
    ///
    /// If the data cannot be read as a `T`.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.data)
    }
}
