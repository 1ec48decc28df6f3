//! Webhooks from Knock: verifies that an event comes from Knock, and reads it.
//!
//! Knock sends two kinds of webhooks, each with a secret and a header of its own:
//!
//! - [Outbound webhooks](https://docs.knock.app/developer-tools/outbound-webhooks/overview) are about your account:
//!   messages, workflow runs and changes. A [`Verifier`] verifies them and reads the [`Event`].
//! - A [webhook channel](https://docs.knock.app/integrations/webhook/overview) sends notifications to an endpoint, with
//!   whatever body its template gives. A [`ChannelVerifier`] verifies them.
//!
//! Knock delivers an event up to 8 times, until your endpoint responds with a 2xx status. Events may arrive more than
//! once and out of order.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::api::messages::Message;
use crate::api::workflow_recipient_runs::WorkflowRecipientRun;
use crate::config::{self, VariableValue};
use crate::error::Error;
use crate::value::{IntoOptional, Secret, Timestamp, UnixTime};
use crate::wire::{DecodeError, open_enum, read_part};

/// The header with the time and the signature of an outbound webhook: `t=<milliseconds>,s=<base64>`.
pub const SIGNATURE_HEADER: &str = "x-knock-signature";

/// The header with the time and the signature of a request of a webhook channel: `t=<time>,s=<signature>`.
pub const CHANNEL_SIGNATURE_HEADER: &str = "x-webhook-signature";

/// The variable that [`Verifier::from_variables`] reads.
const VARIABLE: &str = "KNOCK_WEBHOOK_SECRET";

const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// A verifier of outbound webhooks, with the signing secret of one endpoint.
///
/// ```
/// use knock_core::webhook::{Subject, Verifier, WebhookError};
/// use knock_core::UnixTime;
///
/// fn handle(
///     headers: &http::HeaderMap,
///     raw_body: &[u8],
///     now: UnixTime,
/// ) -> Result<(), WebhookError> {
///     let verifier = Verifier::new("whsec_from_the_dashboard")?;
///     let event = verifier.verify(headers, raw_body, now)?;
///     match event.subject() {
///         Subject::Message(message) => println!("{}: message {}", event.kind, message.id),
///         Subject::WorkflowRecipientRun(run) => println!("{}: run {}", event.kind, run.id),
///         _ => println!("{}", event.kind),
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Verifier(Keys);

impl Verifier {
    /// Returns a verifier with the signing secret of the endpoint, from Knock's dashboard.
    ///
    /// White space, line ends, byte order marks and zero-width characters around the secret are removed, because they are
    /// often pasted with it.
    ///
    /// # Errors
    ///
    /// [`WebhookError::EmptySecret`] if the secret is empty or blank, because anyone could sign with it, and
    /// [`WebhookError::InvalidSecret`] if it has quotation marks around it, or characters that no secret of Knock has.
    pub fn new(secret: impl Into<Secret>) -> Result<Self, WebhookError> {
        Ok(Self(Keys::new(word(&secret.into())?)))
    }

    /// Also accepts webhooks that are signed with another secret, while a secret is replaced. `None` adds nothing.
    ///
    /// ```
    /// use knock_core::webhook::Verifier;
    ///
    /// # let old_secret = Some("whsec_old");
    /// let verifier = Verifier::new("whsec_new")?.or_secret(old_secret)?;
    /// # let _ = verifier;
    /// # Ok::<(), knock_core::webhook::WebhookError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The same as [`new`](Self::new).
    pub fn or_secret<Kind>(mut self, secret: impl IntoOptional<Secret, Kind>) -> Result<Self, WebhookError> {
        self.0.secrets.extend(secret.into_optional().as_ref().map(word).transpose()?);
        Ok(self)
    }

    /// Returns a verifier with several secrets, any of which may have signed a webhook.
    ///
    /// # Errors
    ///
    /// [`WebhookError::EmptySecret`] if there is no secret, and otherwise the same as [`new`](Self::new).
    pub fn from_secrets(secrets: impl IntoIterator<Item = impl Into<Secret>>) -> Result<Self, WebhookError> {
        let mut secrets = secrets.into_iter();
        let first = Self::new(secrets.next().ok_or(WebhookError::EmptySecret)?)?;
        secrets.try_fold(first, |this, secret| this.or_secret(secret.into()))
    }

    /// Reads the secret from the variable `KNOCK_WEBHOOK_SECRET`, or several that are separated by commas, while one is
    /// replaced. `variable` may return what [`std::env::var`] returns, an `Option<String>`, or a
    /// `Result<Option<String>, E>`.
    ///
    /// There is no default, because anyone could sign with it.
    ///
    /// ```no_run
    /// use knock_core::webhook::Verifier;
    ///
    /// let verifier = Verifier::from_variables(|name| std::env::var(name))?; // KNOCK_WEBHOOK_SECRET
    /// # let _ = verifier;
    /// # Ok::<(), knock_core::webhook::WebhookError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingSecret`] if the variable is not set or blank, [`WebhookError::UnreadableSecret`] if it cannot
    /// be read, for example because it is not UTF-8, and those of [`from_secrets`](Self::from_secrets).
    pub fn from_variables<V: VariableValue>(variable: impl Fn(&str) -> V) -> Result<Self, WebhookError> {
        let text =
            config::read(variable, VARIABLE).map_err(|reason| WebhookError::UnreadableSecret { reason })?;
        let text = text.filter(|text| !Secret::trimmed(text.expose()).is_empty());
        Self::from_secrets(text.ok_or(WebhookError::MissingSecret)?.expose().split(','))
    }

    /// Sets how far the time of the signature may differ from the current time, in either direction. Default: 5
    /// minutes.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.0.tolerance = tolerance;
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
        self.verify_signature(signature_header(headers, SIGNATURE_HEADER)?, raw_body, now)?;
        // serde would read the elements of an array as the fields, in their order.
        if raw_body.trim_ascii_start().starts_with(b"[") {
            return Err(WebhookError::NotAnEvent(DecodeError::new("it is an array; an event is an object")));
        }
        read_part(raw_body, raw_body).map_err(WebhookError::NotAnEvent)
    }

    /// Verifies only the signature, for code that reads the body itself. The argument `header` is the value of the
    /// header [`SIGNATURE_HEADER`].
    ///
    /// # Errors
    ///
    /// The same as [`verify`](Self::verify), except for [`NotAnEvent`](WebhookError::NotAnEvent).
    pub fn verify_signature(&self, header: &str, raw_body: &[u8], now: UnixTime) -> Result<(), WebhookError> {
        let (time, signature) = parts(header)?;
        let signature = STANDARD.decode(signature).map_err(|_| WebhookError::MalformedSignature)?;
        self.0.verify(time, &signature, raw_body)?;
        let signed = UnixTime::from_millis(time.parse().map_err(|_| WebhookError::MalformedSignature)?);
        self.0.check_time(signed, now)
    }

    /// Signs a body as Knock does, for tests of an endpoint. Returns the value of the header [`SIGNATURE_HEADER`].
    ///
    /// ```
    /// use knock_core::UnixTime;
    /// use knock_core::webhook::{EventType, SIGNATURE_HEADER, Verifier};
    ///
    /// let verifier = Verifier::new("whsec_test")?;
    /// let now = UnixTime::from_secs(1_790_000_000);
    /// let body = br#"{"type": "message.bounced", "created_at": "2026-09-21T14:13:20Z",
    ///     "data": {"id": "2BtzQ"}}"#;
    /// let request = http::Request::post("/webhooks")
    ///     .header(SIGNATURE_HEADER, verifier.sign(body, now))
    ///     .body(body)?;
    ///
    /// let event = verifier.verify(request.headers(), *request.body(), now)?;
    /// assert_eq!(event.kind, EventType::MessageBounced);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// If there are several secrets, it signs with the first one.
    pub fn sign(&self, raw_body: &[u8], now: UnixTime) -> String {
        self.0.sign(raw_body, now)
    }
}

/// A verifier of the requests of a webhook channel, with the signing key of the channel.
///
/// If the channel's signing key is a template, for example `{{ recipient.webhook_signing_key }}`, the key is what the
/// template renders for the recipient.
///
/// Knock documents the header as `t=<time>,s=<signature>`, the HMAC-SHA256 of `<time>.<body>`, but neither the unit of the
/// time nor the encoding of the signature. So the time may be in seconds or milliseconds, and the signature in base64 or
/// hexadecimal digits. This makes no forgery possible, because the signature covers the time as it was sent.
///
/// ```
/// use knock_core::webhook::{ChannelVerifier, WebhookError};
/// use knock_core::UnixTime;
///
/// fn handle(
///     headers: &http::HeaderMap,
///     raw_body: &[u8],
///     now: UnixTime,
/// ) -> Result<(), WebhookError> {
///     ChannelVerifier::new("the signing key of the channel")?
///         .verify(headers, raw_body, now)?;
///     // The body is from Knock. It is what the template of the channel or the step gives.
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ChannelVerifier(Keys);

impl ChannelVerifier {
    /// Returns a verifier with the signing key of the channel.
    ///
    /// What surrounds the key is removed as by [`Verifier::new`]. Spaces within a key are part of it.
    ///
    /// # Errors
    ///
    /// [`WebhookError::EmptySecret`] if the key is empty or blank, and [`WebhookError::InvalidSecret`] if it has quotation
    /// marks around it, contains line breaks or invisible characters, or is a template.
    pub fn new(key: impl Into<Secret>) -> Result<Self, WebhookError> {
        Ok(Self(Keys::new(text(&key.into())?)))
    }

    /// Also accepts requests that are signed with another key, while a key is replaced. `None` adds nothing.
    ///
    /// # Errors
    ///
    /// The same as [`new`](Self::new).
    pub fn or_key<Kind>(mut self, key: impl IntoOptional<Secret, Kind>) -> Result<Self, WebhookError> {
        self.0.secrets.extend(key.into_optional().as_ref().map(text).transpose()?);
        Ok(self)
    }

    /// Sets how far the time of the signature may differ from the current time, in either direction. Default: 5
    /// minutes.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Verifies the signature of the raw body. Pass the body exactly as it was received.
    ///
    /// # Errors
    ///
    /// A [`WebhookError`], which means that the request cannot be trusted to come from Knock: respond with 401 and do
    /// nothing else.
    pub fn verify(&self, headers: &HeaderMap, raw_body: &[u8], now: UnixTime) -> Result<(), WebhookError> {
        self.verify_signature(signature_header(headers, CHANNEL_SIGNATURE_HEADER)?, raw_body, now)
    }

    /// Verifies the signature of the raw body, by the value of the header [`CHANNEL_SIGNATURE_HEADER`].
    ///
    /// # Errors
    ///
    /// The same as [`verify`](Self::verify).
    pub fn verify_signature(&self, header: &str, raw_body: &[u8], now: UnixTime) -> Result<(), WebhookError> {
        // In seconds this is the year 5138, in milliseconds 1973.
        const FIRST_MILLIS: u64 = 100_000_000_000;

        let (time, signature) = parts(header)?;
        let signature = decoded(signature).ok_or(WebhookError::MalformedSignature)?;
        self.0.verify(time, &signature, raw_body)?;
        let number: u64 = time.parse().map_err(|_| WebhookError::MalformedSignature)?;
        let signed =
            if number < FIRST_MILLIS { UnixTime::from_secs(number) } else { UnixTime::from_millis(number) };
        self.0.check_time(signed, now)
    }

    /// Signs a body for tests of an endpoint. Returns the value of the header [`CHANNEL_SIGNATURE_HEADER`], with the time in
    /// milliseconds and the signature in base64.
    pub fn sign(&self, raw_body: &[u8], now: UnixTime) -> String {
        self.0.sign(raw_body, now)
    }
}

/// Decodes a signature in hexadecimal digits or base64, which differ in length.
fn decoded(signature: &str) -> Option<Vec<u8>> {
    const DIGITS: usize = 64;

    if signature.len() != DIGITS {
        return STANDARD_NO_PAD.decode(signature.trim_end_matches('=')).ok();
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    signature.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// A secret in Knock's own form.
fn word(secret: &Secret) -> Result<Secret, WebhookError> {
    checked(secret, Secret::pasted_word)
}

/// A secret that people may choose.
fn text(secret: &Secret) -> Result<Secret, WebhookError> {
    checked(secret, Secret::pasted)
}

fn checked(secret: &Secret, pasted: fn(&str) -> Result<&str, &'static str>) -> Result<Secret, WebhookError> {
    if Secret::trimmed(secret.expose()).is_empty() {
        return Err(WebhookError::EmptySecret);
    }
    let checked = pasted(secret.expose()).map(Secret::from);
    checked.map_err(|problem| WebhookError::InvalidSecret { problem: problem.to_owned() })
}

/// The secrets, any of which may have signed, and how old a signature may be.
#[derive(Debug, Clone)]
struct Keys {
    secrets: Vec<Secret>,
    tolerance: Duration,
}

impl Keys {
    fn new(secret: Secret) -> Self {
        Self { secrets: vec![secret], tolerance: FIVE_MINUTES }
    }

    fn verify(&self, time: &str, signature: &[u8], raw_body: &[u8]) -> Result<(), WebhookError> {
        // Compares in constant time.
        let signed_with =
            |secret| mac(secret, time, raw_body).is_some_and(|mac| mac.verify_slice(signature).is_ok());
        self.secrets.iter().any(signed_with).then_some(()).ok_or(WebhookError::WrongSignature)
    }

    fn sign(&self, raw_body: &[u8], now: UnixTime) -> String {
        let time = now.as_millis().to_string();
        let mac = self.secrets.first().and_then(|secret| mac(secret, &time, raw_body));
        let signature = mac.map(|mac| STANDARD.encode(mac.finalize().into_bytes()));
        format!("t={time},s={}", signature.unwrap_or_default())
    }

    fn check_time(&self, signed: UnixTime, now: UnixTime) -> Result<(), WebhookError> {
        if now.since(signed) > self.tolerance {
            return Err(WebhookError::TooOld { age: now.since(signed) });
        }
        if signed.since(now) > self.tolerance {
            return Err(WebhookError::FromTheFuture { ahead: signed.since(now) });
        }
        Ok(())
    }
}

/// Returns the MAC of a time and a body. There always is one, because any length of a key is valid.
fn mac(secret: &Secret, time: &str, raw_body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(raw_body);
    Some(mac)
}

fn signature_header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, WebhookError> {
    let header = headers.get(name).ok_or(WebhookError::MissingSignature)?;
    header.to_str().map_err(|_| WebhookError::MalformedSignature)
}

/// Returns the time and the signature in a header.
fn parts(header: &str) -> Result<(&str, &str), WebhookError> {
    let (mut time, mut signature) = (None, None);
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => time = Some(value),
            Some(("s", value)) => signature = Some(value),
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
    /// The variable of [`Verifier::from_variables`] is not set, or blank.
    #[error("no signing secret of webhooks: set {VARIABLE} to that of the endpoint, from Knock's dashboard")]
    MissingSecret,
    /// The variable of [`Verifier::from_variables`] cannot be read.
    #[error("the webhook's signing secret cannot be read: {reason}")]
    UnreadableSecret {
        /// The reason, without the value of the variable.
        reason: String,
    },
    /// The verifier's secret cannot be one.
    #[error("the webhook's signing secret {problem}; copy it from Knock's dashboard")]
    InvalidSecret {
        /// What is wrong with the secret, to complete a sentence.
        problem: String,
    },
    /// There is no signature: the request is not from Knock, it belongs to the other kind of webhook, or a proxy removed
    /// the header.
    #[error(
        "the webhook has no header `{SIGNATURE_HEADER}` (or `{CHANNEL_SIGNATURE_HEADER}`, of a webhook channel)"
    )]
    MissingSignature,
    /// The header is not of the form `t=<milliseconds>,s=<base64>`.
    #[error("the webhook's signature is not of the form `t=<milliseconds>,s=<base64>`")]
    MalformedSignature,
    /// The signature does not match the body and a secret: it is forged, the secret is that of another endpoint, or the
    /// body was changed, for example by a framework that parsed it.
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
            WebhookError::EmptySecret
            | WebhookError::MissingSecret
            | WebhookError::UnreadableSecret { .. }
            | WebhookError::InvalidSecret { .. } => Self::configuration(error.to_string()),
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
        MessageComplaint = "message.complaint",
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
        CommitsPromoted = "commits.promoted",
    }
}

/// A verified event.
///
/// `Debug` shows its type and time, but not its data, which may be personal or contain the token of a device.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Event {
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When the event occurred; `None` if Knock's time is missing or cannot be read, which does not cost the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The subject of the event, such as a message or a workflow run. [`subject`](Self::subject) reads it.
    #[serde(default)]
    pub data: Value,
    /// Details of the event, for example the link that was clicked, or why a message was not delivered.
    /// [`details`](Self::details) reads them.
    #[serde(default)]
    pub event_data: Option<Value>,
}

impl Event {
    /// Reads the subject of the event by its type.
    ///
    /// A subject that this version does not know, or that cannot be read, is [`Subject::Other`]; see
    /// [`data_as`](Self::data_as) for the reason.
    pub fn subject(&self) -> Subject {
        let known = match self.resource() {
            "message" => read(&self.data).map(|message| Subject::Message(Box::new(message))),
            "workflow_recipient_run" => {
                read(&self.data).map(|run| Subject::WorkflowRecipientRun(Box::new(run)))
            }
            _ => None,
        };
        known.unwrap_or_else(|| Subject::Other(self.data.clone()))
    }

    /// Reads the details of the event by its type, or returns `None` if it has none.
    ///
    /// Details that this version does not know, or that cannot be read, are [`Details::Other`].
    pub fn details(&self) -> Option<Details> {
        let data = self.event_data.as_ref().filter(|data| !data.is_null())?;
        let known = match &self.kind {
            EventType::MessageDeliveryAttempted => read(data).map(Details::DeliveryAttempt),
            EventType::MessageUndelivered | EventType::MessageBounced => read(data).map(Details::Failure),
            EventType::MessageInteracted => metadata(data).map(Details::Interaction),
            EventType::MessageLinkClicked => read(data).map(Details::LinkClick),
            kind if kind.as_str().ends_with(".committed") => read(data).map(Details::Commit),
            _ => None,
        };
        Some(known.unwrap_or_else(|| Details::Other(data.clone())))
    }

    /// Reads [`data`](Self::data) as a custom type, or as a type of this crate such as [`Message`].
    ///
    /// # Errors
    ///
    /// If the data cannot be read as a `T`.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.data)
    }

    /// What the event is about: the first part of its type.
    fn resource(&self) -> &str {
        self.kind.as_str().split('.').next().unwrap_or_default()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("kind", &self.kind)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

/// Reads data as a response of the API, in which an odd time costs only its field.
fn read<T: DeserializeOwned>(data: &Value) -> Option<T> {
    let text = serde_json::to_vec(data).ok()?;
    read_part(&text, &text).ok()
}

/// Returns the caller's metadata without Knock's name for its type.
fn metadata(data: &Value) -> Option<Map<String, Value>> {
    let mut metadata = data.as_object()?.clone();
    metadata.remove("__typename");
    Some(metadata)
}

/// The subject of an [`Event`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Subject {
    /// The message of an event `message.…`.
    Message(Box<Message>),
    /// The workflow run of one recipient, of an event `workflow_recipient_run.…`.
    WorkflowRecipientRun(Box<WorkflowRecipientRun>),
    /// Any other subject, as Knock sent it, for example a workflow or a partial.
    Other(Value),
}

/// Shows only which subject it is, since it may contain personal data.
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Message(_) => "Message(..)",
            Self::WorkflowRecipientRun(_) => "WorkflowRecipientRun(..)",
            Self::Other(_) => "Other(..)",
        })
    }
}

/// The details of an [`Event`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Details {
    /// Of `message.delivery_attempted`: the attempt that failed.
    DeliveryAttempt(DeliveryAttempt),
    /// Of `message.undelivered` and `message.bounced`: why the message was not delivered.
    Failure(DeliveryFailure),
    /// Of `message.interacted`: the metadata of the interaction.
    Interaction(Map<String, Value>),
    /// Of `message.link_clicked`: the link.
    LinkClick(LinkClick),
    /// Of the events `….committed`: the commit.
    Commit(Commit),
    /// Any other details, as Knock sent them.
    Other(Value),
}

/// Shows no personal data.
impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeliveryAttempt(attempt) => f.debug_tuple("DeliveryAttempt").field(attempt).finish(),
            Self::Failure(failure) => f.debug_tuple("Failure").field(failure).finish(),
            Self::Interaction(_) => f.write_str("Interaction(..)"),
            Self::LinkClick(click) => f.debug_tuple("LinkClick").field(click).finish(),
            Self::Commit(commit) => f.debug_tuple("Commit").field(commit).finish(),
            Self::Other(_) => f.write_str("Other(..)"),
        }
    }
}

/// An attempt to deliver a message that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeliveryAttempt {
    /// The number of the attempt.
    pub attempt: u32,
    /// The largest number of attempts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u32>,
    /// Whether Knock can try again, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
}

/// Why a message was not delivered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeliveryFailure {
    /// The reason, for example `fatal_error` or `retries_exhausted`.
    #[serde(default, rename = "failure_reason", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the provider reported. It may contain an address.
    #[serde(default, rename = "failure_details", skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// The token of the device that a push message did not reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
}

impl fmt::Debug for DeliveryFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryFailure").field("reason", &self.reason).finish_non_exhaustive()
    }
}

/// A click on a link in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkClick {
    /// The target of the link. It is a secret, because a link in a message may sign the recipient in.
    pub url: Secret,
}

/// A commit in Knock's version control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Commit {
    /// The id of the commit.
    #[serde(rename = "commit_id")]
    pub id: String,
}
