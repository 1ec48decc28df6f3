//! Prepared calls: an operation as plain data, without any secret, for queues and for inspection.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::config::{CallOptions, Config};
use crate::error::{Error, InvalidInput};
use crate::operation::{OperationInfo, check_idempotency_key};
use crate::time::UnixTime;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A call that is ready to be sent: which operation, method, path and query, body bytes and idempotency key.
///
/// It holds no key and no token, so it can ride a queue and be sent later by another process, byte for byte the
/// same; that process needs a [`Client`](crate::Client) only. What the caller put in (ids, data) is in it, but no
/// [`CallOptions`]: branch, user token and the like are said to [`Client::execute`](crate::Client::execute).
///
/// ```
/// use knock_core::{Operation, PreparedCall, UnixTime, workflows};
///
/// let call = workflows::trigger("dinosaurs-loose")
///     .recipients(["jhammond"])
///     .idempotency_key("alert-17")
///     .prepare()?
///     .expires_at(UnixTime::from_secs(1_800_000_000));
///
/// let queued = serde_json::to_string(&call).expect("a call has a form in JSON");
/// let taken: PreparedCall = serde_json::from_str(&queued).expect("what was written reads back");
/// assert_eq!(taken, call);
/// # Ok::<(), knock_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
#[must_use = "a call does nothing until it is sent"]
pub struct PreparedCall {
    operation: Cow<'static, str>,
    route: Cow<'static, str>,
    method: http::Method,
    target: PathAndQuery,
    body: Option<Bytes>,
    honours_idempotency_key: bool,
    idempotency_key: Option<String>,
    repeatable: bool,
    expires_at: Option<UnixTime>,
}

impl PreparedCall {
    pub(crate) fn new(
        info: &OperationInfo,
        target: String,
        body: Option<Bytes>,
        idempotency_key: Option<String>,
    ) -> Result<Self, InvalidInput> {
        let target = PathAndQuery::from_maybe_shared(Bytes::from(target))
            .map_err(|_| InvalidInput::new("path", "is not one, or is longer than 65,534 bytes"))?;
        Ok(Self {
            operation: Cow::Borrowed(info.name),
            route: Cow::Borrowed(info.route),
            method: info.method.into(),
            target,
            body,
            honours_idempotency_key: info.idempotency_key,
            idempotency_key,
            repeatable: info.repeatable,
            expires_at: None,
        })
    }

    /// Says until when it makes sense to send the call; later, it fails with kind
    /// [`Expired`](crate::ErrorKind::Expired) and nothing is sent.
    pub fn expires_at(mut self, time: UnixTime) -> Self {
        self.expires_at = Some(time);
        self
    }

    /// Gives the call an idempotency key made of 16 random bytes, unless it has one or Knock would ignore it.
    ///
    /// Do this before a call is queued, so that sending it twice notifies once.
    pub fn with_random_idempotency_key(mut self, random: [u8; 16]) -> Self {
        self.fill_idempotency_key(random);
        self
    }

    pub(crate) fn fill_idempotency_key(&mut self, random: [u8; 16]) {
        if self.honours_idempotency_key && self.idempotency_key.is_none() {
            self.idempotency_key = Some(random_key(random));
        }
    }

    /// The operation's name, as `workflows.trigger`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The path with its parameters in braces, as Knock's document writes it.
    pub fn route(&self) -> &str {
        &self.route
    }

    /// The HTTP method.
    pub fn method(&self) -> &http::Method {
        &self.method
    }

    /// Path and query, as they go on the wire.
    pub fn target(&self) -> &str {
        self.target.as_str()
    }

    /// The JSON body, where there is one.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    /// The idempotency key, where one was given.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// Until when it makes sense to send the call.
    pub fn expiry(&self) -> Option<UnixTime> {
        self.expires_at
    }

    /// Whether the call may be sent again when its outcome is unknown.
    ///
    /// An operation that honours idempotency keys is safe only with one.
    pub fn is_repeatable(&self) -> bool {
        self.repeatable && (!self.honours_idempotency_key || self.idempotency_key.is_some())
    }

    pub(crate) fn operation_name(&self) -> Cow<'static, str> {
        self.operation.clone()
    }

    /// The request of one attempt, for whoever does the IO without a [`Client`](crate::Client).
    ///
    /// # Errors
    ///
    /// Where the base URL's path and the call's together are too long.
    pub fn to_request(&self, config: &Config) -> Result<http::Request<Bytes>, Error> {
        self.clone().into_request(config, None)
    }

    /// [`to_request`](Self::to_request) without a copy, for a call with options.
    pub(crate) fn into_request(
        self,
        config: &Config,
        options: Option<&CallOptions>,
    ) -> Result<http::Request<Bytes>, Error> {
        let mut headers = config.settings().headers.clone();
        if let Some(options) = options {
            options.check().map_err(|error| error.with_operation(self.operation_name()))?;
            for (name, value) in options.headers() {
                headers.insert(name, value.clone());
            }
        }
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        if self.body.is_some() || matches!(self.method.as_str(), "POST" | "PUT" | "PATCH") {
            headers.insert(CONTENT_LENGTH, self.body.as_ref().map_or(0, Bytes::len).into());
        }
        if let Some(key) = self.idempotency_key {
            let value = HeaderValue::try_from(key).map_err(|_| unusable_idempotency_key())?;
            headers.insert(IDEMPOTENCY_KEY, value);
        }
        let mut request = http::Request::new(self.body.unwrap_or_default());
        *request.method_mut() = self.method;
        *request.uri_mut() = config.uri(self.target)?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

fn unusable_idempotency_key() -> Error {
    InvalidInput::new("idempotency_key", "has characters that a header cannot carry").into()
}

/// A random UUID (version 4, [RFC 9562](https://www.rfc-editor.org/rfc/rfc9562#section-5.4)) with our prefix.
fn random_key(random: [u8; 16]) -> String {
    crate::random::uuid4("knock-rust-", random)
}

/// Shows the size of the body, and of the rest only what holds nobody's data.
impl fmt::Debug for PreparedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedCall")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .field("repeatable", &self.is_repeatable())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The stored form: the body as text, so that it stays byte for byte what it was.
#[derive(Serialize, Deserialize)]
struct Stored {
    operation: String,
    #[serde(default)]
    route: String,
    method: String,
    target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default)]
    honours_idempotency_key: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<String>,
    #[serde(default)]
    repeatable: bool,
    /// Milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<UnixTime>,
}

impl From<PreparedCall> for Stored {
    fn from(call: PreparedCall) -> Self {
        Self {
            operation: call.operation.into_owned(),
            route: call.route.into_owned(),
            method: call.method.as_str().to_owned(),
            target: call.target.as_str().to_owned(),
            // Bodies are made by serde_json, which writes UTF-8.
            body: call.body.map(|body| String::from_utf8_lossy(&body).into_owned()),
            honours_idempotency_key: call.honours_idempotency_key,
            idempotency_key: call.idempotency_key,
            repeatable: call.repeatable,
            expires_at: call.expires_at,
        }
    }
}

impl TryFrom<Stored> for PreparedCall {
    type Error = InvalidInput;

    fn try_from(stored: Stored) -> Result<Self, InvalidInput> {
        if !stored.target.starts_with('/') || stored.target.contains('#') {
            return Err(InvalidInput::new("target", "does not begin with `/`, or has a fragment"));
        }
        if let Some(key) = &stored.idempotency_key {
            check_idempotency_key(key)?;
        }
        Ok(Self {
            operation: Cow::Owned(stored.operation),
            route: Cow::Owned(stored.route),
            method: stored
                .method
                .parse()
                .map_err(|_| InvalidInput::new("method", "is not an HTTP method, as `POST`"))?,
            target: PathAndQuery::from_maybe_shared(Bytes::from(stored.target))
                .map_err(|_| InvalidInput::new("target", "is not a path with an optional query"))?,
            body: stored.body.map(Bytes::from),
            honours_idempotency_key: stored.honours_idempotency_key,
            idempotency_key: stored.idempotency_key,
            repeatable: stored.repeatable,
            expires_at: stored.expires_at,
        })
    }
}
