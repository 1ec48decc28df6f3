//! Prepared calls: operations as plain data without secrets, for queues and for inspection.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue};
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

use crate::call::{OperationInfo, RateLimitTier, Repetition};
use crate::config::{BRANCH, branch_value};
use crate::config::{CallOptions, Config};
use crate::error::Error;
use crate::value::uuid4;
use crate::value::{InvalidInput, UnixTime};
use crate::wire::check_idempotency_key;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How long Knock remembers an idempotency key.
pub(crate) const KEY_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A call as plain data: the operation, method, path and query, body, idempotency key and branch.
///
/// It contains no API key and no token, so it can be stored in a queue and sent later by another process, byte for
/// byte the same. It does contain your arguments, such as ids and data. Make one with
/// [`Client::prepare`](crate::Client::prepare) and send it with [`Client::execute`](crate::Client::execute).
///
/// A call that triggers a workflow always has an idempotency key: yours or a random one. If a process stops between
/// sending the call and removing it from its queue, the second delivery does not notify again, provided that it
/// happens before [`key_expires_at`](Self::key_expires_at).
///
/// # Stored form
///
/// A call serializes as an object that contains the version of the format. Calls of earlier versions can be read. A
/// call of a later version, or one with an unknown field, is refused rather than sent incompletely.
///
/// ```
/// use knock_core::{Operation, PreparedCall, UnixTime, workflows};
///
/// let call = workflows::trigger("dinosaurs-loose")
///     .recipients(["jhammond"])
///     .prepare([7; 16])? // `client.prepare(&trigger)` provides the randomness
///     .expires_at(UnixTime::from_secs(1_800_000_000));
/// assert!(call.idempotency_key().is_some());
///
/// let stored = serde_json::to_string(&call).expect("a call serializes");
/// let taken: PreparedCall = serde_json::from_str(&stored).expect("a stored call can be read");
/// assert_eq!(taken, call);
/// # Ok::<(), knock_core::Error>(())
/// ```
///
/// A call cannot be prepared without the randomness for its key:
///
/// ```compile_fail,E0061
/// # use knock_core::{Operation, workflows};
/// let call = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).prepare();
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Incoming")]
#[must_use = "a call does nothing until it is sent"]
#[allow(clippy::struct_excessive_bools, reason = "they are independent facts about the operation")]
pub struct PreparedCall {
    operation: Cow<'static, str>,
    route: Cow<'static, str>,
    method: http::Method,
    target: PathAndQuery,
    body: Option<Bytes>,
    honours_idempotency_key: bool,
    idempotency_key: Option<String>,
    repeatable: bool,
    /// Whether Knock skips what it updated less than a second ago.
    deduplicated: bool,
    tier: RateLimitTier,
    branch: Option<HeaderValue>,
    expires_at: Option<UnixTime>,
    accepts_empty_response: bool,
}

impl PreparedCall {
    pub(crate) fn new(
        info: &OperationInfo,
        target: String,
        body: Option<Bytes>,
        idempotency_key: Option<&str>,
    ) -> Result<Self, InvalidInput> {
        let target = PathAndQuery::from_maybe_shared(Bytes::from(target))
            .map_err(|_| InvalidInput::new("path", "is invalid, or longer than 65,534 bytes"))?;
        Ok(Self {
            operation: Cow::Borrowed(info.name),
            route: Cow::Borrowed(info.route),
            method: info.method.into(),
            target,
            body,
            honours_idempotency_key: info.idempotency_key,
            idempotency_key: idempotency_key.map(str::to_owned),
            repeatable: info.repeatable,
            deduplicated: info.repetition.deduplicated,
            tier: info.tier,
            branch: None,
            expires_at: None,
            accepts_empty_response: false,
        })
    }

    /// Sets a time after which the call must not be sent any more; sending it later fails with
    /// [`ErrorKind::Expired`](crate::ErrorKind::Expired).
    pub fn expires_at(mut self, time: UnixTime) -> Self {
        self.expires_at = Some(time);
        self
    }

    pub(crate) fn fill_idempotency_key(&mut self, random: [u8; 16]) {
        if self.honours_idempotency_key && self.idempotency_key.is_none() {
            self.idempotency_key = Some(uuid4("knock-rust-", random));
        }
    }

    pub(crate) fn set_accepts_empty_response(&mut self, accepts: bool) {
        self.accepts_empty_response = accepts;
    }

    /// Returns whether a 2xx response without a body can be Knock's.
    pub(crate) fn accepts_empty_response(&self) -> bool {
        self.accepts_empty_response
    }

    pub(crate) fn set_branch(&mut self, branch: Option<&HeaderValue>) {
        self.branch = branch.cloned();
    }

    /// Returns the name of the operation, for example `workflows.trigger`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Returns the path with its parameters in braces, as in Knock's API reference.
    pub fn route(&self) -> &str {
        &self.route
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> &http::Method {
        &self.method
    }

    /// Returns the path and query of the request.
    pub fn target(&self) -> &str {
        self.target.as_str()
    }

    /// Returns the JSON body, if there is one.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    /// Returns the idempotency key, or `None` if Knock would ignore one.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    pub(crate) fn into_idempotency_key(self) -> Option<String> {
        self.idempotency_key
    }

    /// Returns when the idempotency key stops protecting against a repeated notification: 24 hours after the call was
    /// first sent, which is how long Knock remembers keys. Returns `None` if the call has no key.
    ///
    /// A queue must not send the call again after this time. See [Knock on idempotent
    /// requests](https://docs.knock.app/api-reference/overview/idempotent-requests).
    pub fn key_expires_at(&self, first_sent_at: UnixTime) -> Option<UnixTime> {
        self.idempotency_key.as_ref().map(|_| first_sent_at + KEY_LIFETIME)
    }

    /// Returns the slug of the [branch](https://docs.knock.app/version-control/branches) that the call is for, if there
    /// is one. It overrides the branch of the client that sends the call.
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_ref().and_then(|branch| branch.to_str().ok())
    }

    /// Returns the time after which the call must not be sent any more.
    pub fn expiry(&self) -> Option<UnixTime> {
        self.expires_at
    }

    /// Returns whether the call may be sent again if its outcome is unknown.
    ///
    /// An operation that honours idempotency keys may be repeated only with one.
    pub fn is_repeatable(&self) -> bool {
        self.repeatable && (!self.honours_idempotency_key || self.idempotency_key.is_some())
    }

    /// Returns the shortest wait before the call is sent again after an attempt that Knock may have carried out.
    ///
    /// It is more than a second for a call on many entities: Knock updates each at most once per second, and would
    /// report those of the first attempt as rate limited. For other calls it is zero.
    pub fn min_wait(&self) -> Duration {
        Repetition::min_wait_if(self.deduplicated)
    }

    /// Returns the rate limit of the operation. A call that was stored without one has
    /// [tier 5](RateLimitTier::Tier5), as custom operations do.
    pub fn tier(&self) -> RateLimitTier {
        self.tier
    }

    pub(crate) fn operation_name(&self) -> Cow<'static, str> {
        self.operation.clone()
    }

    /// Returns the request of a single attempt, for use without a [`Client`](crate::Client).
    ///
    /// # Errors
    ///
    /// An error of kind [`InvalidInput`](crate::ErrorKind::InvalidInput) if the path of the base URL and that of the
    /// call are too long together.
    pub fn to_request(&self, config: &Config) -> Result<http::Request<Bytes>, Error> {
        self.clone().into_request(config, None)
    }

    /// Does the same as [`to_request`](Self::to_request) without a copy, for a call with options.
    pub(crate) fn into_request(
        self,
        config: &Config,
        options: Option<&CallOptions>,
    ) -> Result<http::Request<Bytes>, Error> {
        let mut headers = config.settings().headers.clone();
        if let Some(branch) = self.branch {
            headers.insert(BRANCH, branch);
        }
        if let Some(options) = options {
            let checked = options.check().and_then(|()| config.check_headers(options.headers()));
            checked.map_err(|error| error.with_operation(self.operation.clone()))?;
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
    InvalidInput::new("idempotency_key", "contains characters that are invalid in a header").into()
}

/// Shows the size of the body, but nothing that may be personal.
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

/// The version of the stored form that this crate writes. It is incremented when a reader must understand an addition.
const VERSION: u32 = 1;

/// The stored form. The body is stored as text, which keeps it byte for byte the same.
#[derive(Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "they are independent facts about the operation")]
struct Stored {
    #[serde(deserialize_with = "known_version")]
    version: u32,
    operation: String,
    route: String,
    method: String,
    target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    honours_idempotency_key: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<String>,
    repeatable: bool,
    /// Absent if it is false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deduplicated: bool,
    /// Absent if it is false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    accepts_empty_response: bool,
    /// Absent if it is tier 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tier: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    /// Milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<UnixTime>,
}

/// Refuses a call of a later version, whatever fields it lacks.
fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let version = u32::deserialize(deserializer)?;
    if version <= VERSION {
        return Ok(version);
    }
    let problem = format!("is {version}; this version of the SDK reads calls up to version {VERSION}");
    Err(D::Error::custom(InvalidInput::new("version", problem)))
}

/// A stored call with the fields that this version does not know.
#[derive(Deserialize)]
struct Incoming {
    #[serde(flatten)]
    stored: Stored,
    #[serde(flatten)]
    #[allow(clippy::zero_sized_map_values, reason = "serde flattens only into maps")]
    unknown: BTreeMap<String, IgnoredAny>,
}

impl From<PreparedCall> for Stored {
    fn from(call: PreparedCall) -> Self {
        Self {
            version: VERSION,
            branch: call.branch().map(str::to_owned),
            operation: call.operation.into_owned(),
            route: call.route.into_owned(),
            method: call.method.as_str().to_owned(),
            target: call.target.as_str().to_owned(),
            // Bodies are UTF-8, because they are written by serde_json.
            body: call.body.map(|body| String::from_utf8_lossy(&body).into_owned()),
            honours_idempotency_key: call.honours_idempotency_key,
            idempotency_key: call.idempotency_key,
            repeatable: call.repeatable,
            deduplicated: call.deduplicated,
            accepts_empty_response: call.accepts_empty_response,
            tier: (call.tier != RateLimitTier::Tier5).then_some(call.tier as u8),
            expires_at: call.expires_at,
        }
    }
}

impl Incoming {
    /// Refuses a call of which this version would lose a part.
    fn check(self) -> Result<Stored, InvalidInput> {
        if let Some(field) = self.unknown.into_keys().next() {
            return Err(InvalidInput::new(field, "is a field that this version of the SDK does not know"));
        }
        Ok(self.stored)
    }
}

impl TryFrom<Incoming> for PreparedCall {
    type Error = InvalidInput;

    fn try_from(incoming: Incoming) -> Result<Self, InvalidInput> {
        let stored = incoming.check()?;
        if !stored.target.starts_with('/') || stored.target.contains('#') {
            return Err(InvalidInput::new("target", "does not begin with `/`, or contains a fragment"));
        }
        match &stored.idempotency_key {
            Some(key) => check_idempotency_key(key)?,
            None if stored.honours_idempotency_key => {
                return Err(InvalidInput::new("idempotency_key", "is missing; this call always has one"));
            }
            None => {}
        }
        let branch = stored.branch.as_deref().map(branch_value).transpose();
        Ok(Self {
            operation: Cow::Owned(stored.operation),
            route: Cow::Owned(stored.route),
            method: stored
                .method
                .parse()
                .map_err(|_| InvalidInput::new("method", "is not an HTTP method such as `POST`"))?,
            target: PathAndQuery::from_maybe_shared(Bytes::from(stored.target))
                .map_err(|_| InvalidInput::new("target", "is not a path with an optional query"))?,
            body: stored.body.map(Bytes::from),
            honours_idempotency_key: stored.honours_idempotency_key,
            idempotency_key: stored.idempotency_key,
            repeatable: stored.repeatable,
            deduplicated: stored.deduplicated,
            tier: stored.tier.map_or(Ok(RateLimitTier::Tier5), RateLimitTier::from_number)?,
            branch: branch.map_err(|_| InvalidInput::new("branch", "is not the slug of a branch"))?,
            expires_at: stored.expires_at,
            accepts_empty_response: stored.accepts_empty_response,
        })
    }
}
