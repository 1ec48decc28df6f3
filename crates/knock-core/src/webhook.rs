//! Outbound webhooks: verifying that an event comes from Knock, and reading it.
//!
//! See Knock on [outbound webhooks](https://docs.knock.app/developer-tools/outbound-webhooks/overview). Knock
//! delivers an event up to 8 times until it is answered with 2xx, in no promised order: handle each more than once.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

use crate::error::DecodeError;
use crate::open_enum::open_enum;
use crate::secret::Secret;
use crate::time::{Timestamp, UnixTime};

/// The header that carries time and signature: `t=<milliseconds>,s=<base64>`.
pub const SIGNATURE_HEADER: &str = "x-knock-signature";

const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// Verifies and reads webhooks with the signing secret of one endpoint.
///
/// ```
/// use knock_core::webhook::{EventType, Verifier, WebhookError};
/// use knock_core::UnixTime;
///
/// fn handle(headers: &http::HeaderMap, raw_body: &[u8], now: UnixTime) -> Result<(), WebhookError> {
///     let verifier = Verifier::new("whsec_from_the_dashboard")?;
///     let event = verifier.verify(headers, raw_body, now)?;
///     if event.kind == EventType::MessageBounced {
///         // The message is `event.data`.
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
    /// A verifier with the endpoint's signing secret, from Knock's dashboard.
    ///
    /// # Errors
    ///
    /// [`WebhookError::EmptySecret`], since everybody could sign with that.
    pub fn new(secret: impl Into<Secret>) -> Result<Self, WebhookError> {
        let secret = secret.into();
        if secret.expose().is_empty() {
            return Err(WebhookError::EmptySecret);
        }
        Ok(Self { secret, tolerance: FIVE_MINUTES })
    }

    /// How far the signature's time may be from now, before or after. Default: five minutes.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Verifies the signature over the raw body, then reads the event.
    ///
    /// Pass the body as it came: JSON that was parsed and written again has other bytes.
    ///
    /// # Errors
    ///
    /// A [`WebhookError`] for each cause. All but [`NotAnEvent`](WebhookError::NotAnEvent) mean that the request is
    /// not to be trusted: answer 401 and do nothing.
    pub fn verify(&self, headers: &HeaderMap, raw_body: &[u8], now: UnixTime) -> Result<Event, WebhookError> {
        let header = headers.get(SIGNATURE_HEADER).ok_or(WebhookError::MissingSignature)?;
        let header = header.to_str().map_err(|_| WebhookError::MalformedSignature)?;
        self.verify_signature(header, raw_body, now)?;
        serde_json::from_slice(raw_body).map_err(|error| WebhookError::NotAnEvent(DecodeError::json(&error)))
    }

    /// Verifies the signature alone, given the header's value, for whoever reads the body otherwise.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn verify_signature(&self, header: &str, raw_body: &[u8], now: UnixTime) -> Result<(), WebhookError> {
        let (time, signature) = parse_header(header)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.expose().as_bytes())
            .map_err(|_| WebhookError::EmptySecret)?;
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(raw_body);
        // In constant time.
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

/// Why a webhook was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The verifier has no secret.
    #[error("the webhook's signing secret is empty; copy it from Knock's dashboard")]
    EmptySecret,
    /// There is no signature: the request is not from Knock, or a proxy cut the header off.
    #[error("the webhook has no header `{SIGNATURE_HEADER}`")]
    MissingSignature,
    /// The header is not of the form `t=<milliseconds>,s=<base64>`.
    #[error("the webhook's header `{SIGNATURE_HEADER}` is not of the form `t=<milliseconds>,s=<base64>`")]
    MalformedSignature,
    /// The signature does not belong to this body and secret: forged, another endpoint's secret, or the body was
    /// changed on the way, as by a framework that parsed it.
    #[error("the webhook's signature is not that of this body and secret")]
    WrongSignature,
    /// The signature is right but old: a replay, or a clock that is wrong.
    #[error("the webhook was signed {} seconds ago, longer than is tolerated", age.as_secs())]
    TooOld {
        /// How long ago it was signed.
        age: Duration,
    },
    /// The signature is right but from the future: a clock is wrong.
    #[error("the webhook was signed {} seconds in the future, further than is tolerated", ahead.as_secs())]
    FromTheFuture {
        /// How far ahead of now it was signed.
        ahead: Duration,
    },
    /// The signature is right but the body is no event that can be read.
    #[error("the webhook's body is not an event: {0}")]
    NotAnEvent(DecodeError),
}

open_enum! {
    /// What happened. See [Knock's list](https://docs.knock.app/developer-tools/outbound-webhooks/event-types).
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
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When it happened.
    pub created_at: Timestamp,
    /// What it happened to: a message, a workflow run, …
    #[serde(default)]
    pub data: Value,
    /// More of what happened, as the link that was clicked or why a message was not delivered.
    #[serde(default)]
    pub event_data: Option<Value>,
}

impl Event {
    /// What it happened to, as a type of your own or of this crate.
    ///
    /// # Errors
    ///
    /// Where it is not that of a `T`.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.data)
    }
}
