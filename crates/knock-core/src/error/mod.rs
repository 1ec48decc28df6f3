//! The error of a call: what happened, whether Knock may have acted, and whether a retry makes sense.

mod display;
mod envelope;
mod short;
mod transport;

pub use envelope::FieldError;
pub use transport::{TransportError, TransportErrorKind};

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use crate::error::envelope::Envelope;
use crate::error::transport::Source;
use crate::value::{InvalidInput, UnixTime};
use crate::wire::{DecodeError, request_id, retry_after, should_retry};

/// The number of bytes of a response's body that [`Error::body_excerpt`] keeps.
const EXCERPT_BYTES: usize = 2048;

/// The error of a call.
///
/// Three methods help to decide what to do: [`kind`](Self::kind) reports what went wrong,
/// [`is_retryable`](Self::is_retryable) whether the same call is safe to repeat and may succeed later, and
/// [`outcome`](Self::outcome) whether Knock may have acted although the call failed. The
/// [guide](crate::guide::errors_and_retries) has the details.
///
/// ```
/// use knock_core::{Error, ErrorKind};
///
/// enum Action { RetryLater, Drop, AlertSomeone }
///
/// fn decide(error: &Error) -> Action {
///     match error.kind() {
///         _ if error.is_retryable() => Action::RetryLater,
///         ErrorKind::Configuration
///         | ErrorKind::Authentication
///         | ErrorKind::PermissionDenied => Action::AlertSomeone,
///         _ if error.outcome_unknown() => Action::AlertSomeone,
///         _ => Action::Drop,
///     }
/// }
/// ```
///
/// # Printed forms
///
/// `Display` is one line for a log: the operation, the status, Knock's code and message, the request id and the number
/// of attempts. `Debug` shows the parts of the error:
///
/// ```
/// # use knock_core::{Operation, UnixTime, users};
/// # let body = r#"{"code": "resource_missing", "message": "The resource you requested does not exist"}"#;
/// # let response = http::Response::builder().status(404).header("x-request-id", "F1FIj5XwD_m4h0sA");
/// # let response = response.body(body.into()).unwrap();
/// # let error = users::get("jhammond").parse(response, UnixTime::from_secs(1_790_000_000)).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "users.get: 404 resource_missing: The resource you requested does not exist \
///      [request id F1FIj5XwD_m4h0sA, attempts 1]",
/// );
/// assert_eq!(
///     format!("{error:#?}"),
///     r#"Error {
///     kind: NotFound,
///     operation: Some(
///         "users.get",
///     ),
///     message: "",
///     response: Some(
///         Response {
///             status: 404,
///             request_id: Some(
///                 "F1FIj5XwD_m4h0sA",
///             ),
///             code: Some(
///                 "resource_missing",
///             ),
///             message: Some(
///                 "The resource you requested does not exist",
///             ),
///             field_errors: [],
///             retry_after: None,
///             excerpt_bytes: 84,
///             ..
///         },
///     ),
///     attempts: 1,
///     outcome: NotApplied,
///     stopped_by: None,
///     source: None,
///     ..
/// }"#,
/// );
/// ```
///
/// Neither form contains an API key, the request or the body of the response. An id that you passed is in them only if
/// Knock's own message quotes it. The beginning of the body is available from [`body_excerpt`](Self::body_excerpt).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: Option<Cow<'static, str>>,
    /// The message of this crate. Knock's message is in `response`.
    message: Cow<'static, str>,
    response: Option<Box<Refusal>>,
    transport: Option<TransportErrorKind>,
    source: Option<Source>,
    /// How long the client's pace would let the call wait.
    wait: Option<Duration>,
    /// Whether Knock may have acted on the attempt that ended with this error.
    attempt_outcome: Outcome,
    context: CallContext,
}

/// What an error reports about its call.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallContext {
    pub(crate) attempts: u32,
    pub(crate) outcome: Outcome,
    /// Whether Knock may have acted on an attempt before the latest.
    pub(crate) earlier_attempt_may_have_acted: bool,
    pub(crate) repeatable: bool,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) stopped_by: Option<StopReason>,
}

/// The response behind an error, from Knock or from a proxy or gateway in front of it.
struct Refusal {
    status: StatusCode,
    headers: HeaderMap,
    retry_after: Option<Duration>,
    envelope: Envelope,
    excerpt: String,
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A key, URL, header or other setting is invalid. Nothing was sent.
    Configuration,
    /// An argument is invalid. Nothing was sent.
    InvalidInput,
    /// The call expired before it could be sent.
    Expired,
    /// There was no response, for example because no connection could be made, or it broke; see
    /// [`Error::transport_kind`].
    Transport,
    /// An attempt took longer than its timeout, or connecting took longer than the connect timeout.
    Timeout,
    /// 400: Knock refused the request, for example because the workflow is inactive.
    BadRequest,
    /// 401: the key is missing, unknown or revoked.
    Authentication,
    /// 403: the key, or the provider's token that Knock stores, lacks a permission.
    PermissionDenied,
    /// 404: there is no such resource in this environment.
    NotFound,
    /// 409: the call conflicts with another change.
    Conflict,
    /// 422: a field is invalid; see [`Error::field_errors`].
    Unprocessable,
    /// 429: there were more calls than the [rate limit](crate::RateLimitTier) of the operation allows.
    RateLimited,
    /// 408 or 5xx: Knock, or a server in front of it, failed.
    Server,
    /// Any other status: a redirect, which is never followed, 405, 413, …
    UnexpectedStatus,
    /// The status is 2xx, but the body is not Knock's: for example the HTML of a proxy or of a login page. Whether the
    /// request reached Knock is unknown.
    UnexpectedResponse,
    /// The call succeeded, but its response could not be read.
    Decoding,
    /// A bulk operation failed, or did not finish within the maximum wait.
    BulkOperation,
}

/// Whether Knock acted on a call that failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Knock did not act: nothing was sent, or every attempt was refused.
    #[default]
    NotApplied,
    /// Knock may have acted: an attempt was sent, and no response reported its result.
    Unknown,
    /// Knock acted: the call succeeded, but its response could not be read.
    Applied,
}

/// Why a call was not attempted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// The same call would fail again.
    NotRetryable,
    /// The server may have acted, and the operation is not safe to repeat.
    NotRepeatable,
    /// The retry policy allows no further attempt.
    AttemptsExhausted,
    /// The client's retry budget is exhausted: too many calls fail, and retries would add to the load.
    BudgetExhausted,
    /// The next attempt would come after the deadline of the call.
    DeadlineExceeded,
    /// The server asked for a longer wait than the retry policy allows; see [`Error::retry_after`].
    RetryAfterTooLong,
    /// The next attempt would come after the call expires.
    Expired,
}

impl StopReason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::NotRetryable => "not retryable",
            Self::NotRepeatable => "not safe to repeat",
            Self::AttemptsExhausted => "no attempts left",
            Self::BudgetExhausted => "retry budget exhausted",
            Self::DeadlineExceeded => "deadline exceeded",
            Self::RetryAfterTooLong => "asked to wait too long",
            Self::Expired => "call expired",
        }
    }
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            message: message.into(),
            response: None,
            transport: None,
            source: None,
            wait: None,
            attempt_outcome: Outcome::NotApplied,
            context: CallContext::default(),
        }))
    }

    pub(crate) fn configuration(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    /// Returns an error of kind [`Configuration`](ErrorKind::Configuration), for an adapter whose platform cannot be
    /// set up.
    ///
    /// Neither `message` nor `source` may contain a secret.
    pub fn setup(message: &'static str, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let mut this = Self::configuration(message);
        this.0.source = Some(source.into());
        this
    }

    pub(crate) fn invalid_input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    pub(crate) fn bulk_operation(message: impl Into<Cow<'static, str>>) -> Self {
        let mut this = Self::new(ErrorKind::BulkOperation, message);
        // Some of the entities may have been changed.
        this.0.context.outcome = Outcome::Unknown;
        this
    }

    /// Returns the error of a call whose turn, by the client's pace, would come too late.
    pub(crate) fn no_turn(kind: ErrorKind, message: String, wait: Duration) -> Self {
        let mut this = Self::new(kind, message);
        this.0.transport = (kind == ErrorKind::Transport).then_some(TransportErrorKind::LocalLimit);
        this.0.wait = Some(wait);
        this
    }

    /// Returns the error of a call whose deadline passed before its first request.
    pub(crate) fn past_deadline() -> Self {
        let message = "the deadline passed before the first attempt; nothing was sent";
        let mut this = Self::new(ErrorKind::Transport, message);
        this.0.transport = Some(TransportErrorKind::LocalLimit);
        this
    }

    pub(crate) fn expired() -> Self {
        Self::new(ErrorKind::Expired, "the call has expired")
    }

    pub(crate) fn transport(error: TransportError) -> Self {
        let kind = match error.kind {
            TransportErrorKind::Timeout | TransportErrorKind::ConnectTimeout => ErrorKind::Timeout,
            _ => ErrorKind::Transport,
        };
        let mut this = Self::new(kind, error.to_string());
        if error.kind.may_have_acted() {
            this.0.attempt_outcome = Outcome::Unknown;
        }
        this.0.transport = Some(error.kind);
        this.0.source = error.source;
        this
    }

    /// Returns the error of a response that is not a success.
    pub(crate) fn status(parts: Parts, body: &Bytes, now: UnixTime) -> Self {
        let status = parts.status;
        let kind = match status.as_u16() {
            400 => ErrorKind::BadRequest,
            401 => ErrorKind::Authentication,
            403 => ErrorKind::PermissionDenied,
            404 => ErrorKind::NotFound,
            408 | 500.. => ErrorKind::Server,
            409 => ErrorKind::Conflict,
            422 => ErrorKind::Unprocessable,
            429 => ErrorKind::RateLimited,
            _ => ErrorKind::UnexpectedStatus,
        };
        let redirects = status.is_redirection() && status != StatusCode::NOT_MODIFIED;
        let message = if redirects { redirect_message(&parts) } else { Cow::Borrowed("") };
        // The body of a redirect is not Knock's, and its message would hide where the redirect leads.
        let envelope = if message.is_empty() { Envelope::parse(body) } else { Envelope::default() };
        let mut this = Self::new(kind, message);
        // With a 4xx the server refused the request, except for 408, after which it may have acted.
        if kind == ErrorKind::Server || !status.is_client_error() {
            this.0.attempt_outcome = Outcome::Unknown;
        }
        let retry_after = retry_after(&parts.headers, now);
        let refusal = Refusal::new(parts, body, envelope, retry_after, 0);
        this.0.response = Some(Box::new(refusal));
        this
    }

    /// Returns the error of a successful response that could not be read.
    pub(crate) fn decoding(error: DecodeError, response: http::Response<Bytes>) -> Self {
        let mut this = Self::new(ErrorKind::Decoding, error.message);
        this.0.attempt_outcome = Outcome::Applied;
        this.with_success(response, error.offset)
    }

    /// Returns the error of a 2xx response that is not Knock's.
    pub(crate) fn not_knocks(error: DecodeError, response: http::Response<Bytes>) -> Self {
        let mut this = Self::new(ErrorKind::UnexpectedResponse, error.message);
        this.0.attempt_outcome = Outcome::Unknown;
        this.with_success(response, error.offset)
    }

    /// Returns the error of a list that does not seem to end.
    pub(crate) fn endless_list(operation: &'static str, message: &'static str) -> Self {
        let context = CallContext { outcome: Outcome::Applied, ..CallContext::default() };
        Self::new(ErrorKind::Decoding, message).with_operation(operation).with_context(context)
    }

    /// Returns the error of an item of a page that could not be read.
    pub(crate) fn unreadable_item(operation: &'static str, error: DecodeError) -> Self {
        let context = CallContext { outcome: Outcome::Applied, ..CallContext::default() };
        Self::new(ErrorKind::Decoding, error.message).with_operation(operation).with_context(context)
    }

    fn with_success(mut self, response: http::Response<Bytes>, place: usize) -> Self {
        let (parts, body) = response.into_parts();
        // The body of a success is not an error envelope.
        self.0.response = Some(Box::new(Refusal::new(parts, &body, Envelope::default(), None, place)));
        self
    }

    pub(crate) fn with_operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation = Some(operation.into());
        self
    }

    pub(crate) fn with_context(mut self, context: CallContext) -> Self {
        self.0.context = context;
        self
    }

    /// Returns the server's instruction to retry or not, which overrides the policy. That of a redirect, or of a success
    /// that is not Knock's, is not Knock's either.
    pub(crate) fn should_retry(&self) -> Option<bool> {
        let response = self.0.response.as_ref().filter(|response| response.status.as_u16() >= 400)?;
        should_retry(&response.headers)
    }

    /// Returns whether the failure says nothing about the server.
    pub(crate) fn is_local(&self) -> bool {
        self.0.transport == Some(TransportErrorKind::LocalLimit)
    }

    /// Returns whether the failure may be temporary.
    pub(crate) fn is_transient(&self) -> bool {
        if let Some(kind) = self.0.transport {
            return kind.is_transient();
        }
        self.should_retry().unwrap_or(matches!(
            self.0.kind,
            ErrorKind::Server | ErrorKind::RateLimited | ErrorKind::Conflict | ErrorKind::UnexpectedResponse
        ))
    }

    pub(crate) fn attempt_outcome(&self) -> Outcome {
        self.0.attempt_outcome
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns what happened to the last attempt, if it got no response.
    pub fn transport_kind(&self) -> Option<TransportErrorKind> {
        self.0.transport
    }

    /// Returns the name of the operation, for example `workflows.trigger`, or `None` for an error without one, such as
    /// an invalid configuration.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// Returns the status of the last response, if there was one.
    pub fn status_code(&self) -> Option<StatusCode> {
        self.0.response.as_ref().map(|response| response.status)
    }

    /// Returns the headers of the last response, if there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.response.as_ref().map(|response| &response.headers)
    }

    /// Returns Knock's code for the error, for example `workflow_missing`. Knock may add codes.
    ///
    /// See [Knock's list](https://docs.knock.app/api-reference/overview/error-codes).
    pub fn code(&self) -> Option<&str> {
        self.0.response.as_ref()?.envelope.code.as_deref()
    }

    /// Returns a description of the error: Knock's message if it sent one, or else a message of this crate.
    pub fn message(&self) -> &str {
        let message = self.0.response.as_ref().and_then(|response| response.envelope.message.as_deref());
        message.unwrap_or(&self.0.message)
    }

    /// Returns the errors in fields of the request, usually with status 422.
    pub fn field_errors(&self) -> &[FieldError] {
        self.0.response.as_ref().map_or(&[], |response| &response.envelope.errors)
    }

    /// Returns Knock's id of the last response (`x-request-id`). Include it when you contact Knock's support.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.0.response.as_ref()?.headers)
    }

    /// Returns how long the server asked to wait (`Retry-After` or `retry-after-ms`), without any limit applied, or `None`
    /// if the header is missing or unreadable, zero or negative, or a date in the past.
    ///
    /// If nothing was sent because of the client's [`Pace`](crate::Pace), it is how long the call would have had to wait
    /// for its turn.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.response.as_ref().map_or(self.0.wait, |response| response.retry_after)
    }

    /// Returns a part of the last response's body: at most 2,048 bytes, in which invalid UTF-8 is replaced.
    ///
    /// If the response could not be read, it is the part around the place that the error names, and otherwise the
    /// beginning.
    ///
    /// It may contain personal data, for example if the server echoed the request. `Display` and `Debug` do
    /// not show it.
    pub fn body_excerpt(&self) -> Option<&str> {
        self.0.response.as_ref().map(|response| response.excerpt.as_str())
    }

    /// Returns the number of requests that were sent.
    pub fn attempts(&self) -> u32 {
        self.0.context.attempts
    }

    /// Returns why there was no further attempt, or `None` if the call never began, its response was a success that could
    /// not be read, or you made the attempt yourself and [parsed](crate::Operation::parse) the response.
    pub fn stopped_by(&self) -> Option<StopReason> {
        self.0.context.stopped_by
    }

    /// Returns the idempotency key that every attempt carried.
    ///
    /// Reuse this key when you retry: for 24 hours after Knock has carried out the call, it will not notify again for the
    /// same key. With a new key it will.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.context.idempotency_key.as_deref()
    }

    /// Returns whether Knock acted on the call, considering all of its attempts.
    pub fn outcome(&self) -> Outcome {
        self.0.context.outcome
    }

    /// Returns whether Knock may have acted on an attempt before the one that this error is about.
    ///
    /// If so, the error may be a consequence of the call's own success. For example, `slack::revoke_access` is refused
    /// with a 403 once the token is removed, and deleting what an earlier attempt deleted may be a 404. The
    /// [`registry`](crate::registry) describes for each operation what it does a second time.
    pub fn earlier_attempt_may_have_acted(&self) -> bool {
        self.0.context.earlier_attempt_may_have_acted
    }

    /// Returns whether it is unknown if Knock acted: the outcome is [`Outcome::Unknown`].
    pub fn outcome_unknown(&self) -> bool {
        self.outcome() == Outcome::Unknown
    }

    /// Returns whether it is both useful and safe to make the same call again later.
    ///
    /// This is true for failures that may be temporary (connection, timeout, 408, 409, 429, 5xx, a 2xx response that is
    /// not Knock's), unless Knock may have acted and the operation is not safe to repeat. For a trigger, "the same call" is one with the same
    /// [`idempotency_key`](Self::idempotency_key).
    pub fn is_retryable(&self) -> bool {
        let harmless = match self.outcome() {
            Outcome::NotApplied => true,
            Outcome::Unknown => self.0.context.repeatable,
            Outcome::Applied => false,
        };
        self.is_transient() && harmless && self.0.context.stopped_by != Some(StopReason::Expired)
    }

    /// Returns whether nothing was sent because an argument or a setting is invalid.
    pub fn is_usage(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Configuration | ErrorKind::InvalidInput)
    }

    /// Returns whether the resource does not exist (404).
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Returns whether the API key was refused (401).
    pub fn is_authentication(&self) -> bool {
        self.0.kind == ErrorKind::Authentication
    }

    /// Returns whether the call exceeded the rate limit (429).
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// Returns whether an attempt took longer than its timeout, or connecting longer than the connect timeout.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }
}

impl Refusal {
    /// Keeps what is needed of a response. The excerpt contains the byte at `place`.
    fn new(
        parts: Parts,
        body: &Bytes,
        envelope: Envelope,
        retry_after: Option<Duration>,
        place: usize,
    ) -> Self {
        let latest_start = body.len().saturating_sub(EXCERPT_BYTES);
        let start = place.saturating_sub(EXCERPT_BYTES / 2).min(latest_start);
        let end = body.len().min(start + EXCERPT_BYTES);
        let excerpt = String::from_utf8_lossy(&body[start..end]).into_owned();
        Self { status: parts.status, headers: parts.headers, retry_after, envelope, excerpt }
    }
}

/// Describes a redirect by the origin that it leads to. The rest of the URL may contain secrets.
fn redirect_message(parts: &Parts) -> Cow<'static, str> {
    let Some(location) = parts.headers.get(http::header::LOCATION) else {
        return "the server redirects without a `Location`".into();
    };
    match location.to_str().ok().and_then(redirect_target) {
        Some(target) => format!("the server redirects to {target}; redirects are not followed").into(),
        None => "the server redirects to a place that is not a URL; redirects are not followed".into(),
    }
}

fn redirect_target(location: &str) -> Option<String> {
    let names_host = location.starts_with("//");
    // Browsers read a backslash as a slash, so `/\` may name a host too.
    let is_path = location.starts_with(['/', '?']) && !location.starts_with("/\\");
    if !names_host && (is_path || !location.contains([':', '\\'])) {
        return Some("another of its paths".to_owned());
    }
    let whole = if names_host { format!("https:{location}") } else { location.to_owned() };
    let url = http::Uri::try_from(whole).ok()?;
    let (scheme, host) = (url.scheme_str()?, url.host()?);
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    Some(if names_host { format!("//{host}{port}") } else { format!("{scheme}://{host}{port}") })
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<InvalidInput> for Error {
    fn from(error: InvalidInput) -> Self {
        Self::invalid_input(error.to_string())
    }
}

/// Converts the error of a single attempt, for a transport that is used without a [`Call`](crate::call::Call).
impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let outcome = if error.kind.may_have_acted() { Outcome::Unknown } else { Outcome::NotApplied };
        let context = CallContext { outcome, ..CallContext::default() };
        Self::transport(error).with_context(context)
    }
}
