//! What can go wrong with a call, in the terms needed to decide what to do about it.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::response::request_id;
use crate::retry::retry_after;
use crate::time::UnixTime;

type Source = Box<dyn StdError + Send + Sync>;

/// How much of an answer's body [`Error::body_excerpt`] keeps, in bytes.
const EXCERPT_BYTES: usize = 2048;

/// A call that did not succeed.
///
/// [`kind`](Self::kind) says what happened, [`is_retryable`](Self::is_retryable) whether the same call may
/// succeed later, and [`outcome`](Self::outcome) whether Knock may have acted on it all the same. `Display` is
/// one line for a log: operation, status, code, Knock's message, request id and attempts. Neither `Display`
/// nor `Debug` show an id, a key, a request or an answer's body; what the server said is kept in
/// [`body_excerpt`](Self::body_excerpt).
///
/// ```
/// use knock_core::{Error, ErrorKind};
///
/// enum Verdict { RetryLater, Drop, PageSomeone }
///
/// fn decide(error: &Error) -> Verdict {
///     match error.kind() {
///         _ if error.is_retryable() => Verdict::RetryLater,
///         ErrorKind::Authentication | ErrorKind::Configuration => Verdict::PageSomeone,
///         _ => Verdict::Drop,
///     }
/// }
/// ```
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    operation: Option<Cow<'static, str>>,
    /// Our own words; for an answer of Knock's, its message is in `answer`.
    message: Cow<'static, str>,
    answer: Option<Box<Answer>>,
    source: Option<Source>,
    /// Whether Knock may have acted on the attempt that ended with this error.
    attempt_outcome: Outcome,
    context: CallContext,
}

/// What the state machine knows of the call that failed.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallContext {
    pub(crate) attempts: u32,
    pub(crate) outcome: Outcome,
    pub(crate) repeatable: bool,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) stopped_by: Option<StopReason>,
}

/// What Knock, or something on the way to it, answered.
struct Answer {
    status: StatusCode,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    should_retry: Option<bool>,
    envelope: Envelope,
    excerpt: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status.as_u16())
            .field("request_id", &self.request_id)
            .field("code", &self.envelope.code)
            .field("message", &self.envelope.message)
            .field("field_errors", &self.envelope.errors)
            .field("retry_after", &self.retry_after)
            .field("excerpt_bytes", &self.excerpt.len())
            .finish_non_exhaustive()
    }
}

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built from this key, URL, header or setting. Nothing was sent.
    Configuration,
    /// An argument cannot be right. Nothing was sent.
    InvalidInput,
    /// The prepared call's expiry passed before it was sent. Nothing more was sent.
    Expired,
    /// The connection could not be made, or broke.
    Transport,
    /// An attempt took longer than the timeout of an attempt.
    Timeout,
    /// 400: Knock refused the request, for instance because a workflow is inactive.
    BadRequest,
    /// 401: the key is missing, unknown or revoked.
    Authentication,
    /// 403: the key, or the provider's token behind it, may not do this.
    PermissionDenied,
    /// 404: there is no such resource in this environment.
    NotFound,
    /// 409: in conflict with another change.
    Conflict,
    /// 422: a field is wrong; see [`Error::field_errors`].
    Unprocessable,
    /// 429: over the rate limit of the operation's tier.
    RateLimited,
    /// 408 or 5xx: Knock, or something before it, failed.
    Server,
    /// Any other status: a redirect, 405, 413, …
    UnexpectedStatus,
    /// The call succeeded but its answer could not be read.
    Decoding,
}

/// Whether Knock acted on a failed call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It certainly did not: nothing was sent, or every attempt was refused.
    #[default]
    NotApplied,
    /// It may have: an attempt was sent and no answer says what became of it.
    Unknown,
    /// It did: the call succeeded and only its answer could not be read.
    Applied,
}

/// Why a call was not retried, or not once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// The same call would fail again.
    NotRetryable,
    /// Doing it twice is not the same as once, and the server may have acted.
    NotRepeatable,
    /// All attempts that the retry policy allows were made.
    AttemptsExhausted,
    /// The client's retry budget is spent: too many calls fail, and retrying would make it worse.
    BudgetExhausted,
    /// The call's total deadline would have passed before the next attempt.
    DeadlineExceeded,
    /// The server asked for a longer wait than the retry policy accepts; see [`Error::retry_after`].
    RetryAfterTooLong,
    /// The prepared call's expiry would have passed before the next attempt.
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

/// One field that Knock refused (422).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FieldError {
    /// The field's path, as `recipients.0.email`.
    #[serde(default)]
    pub field: Option<String>,
    /// What is wrong with it.
    #[serde(default)]
    pub message: Option<String>,
    /// The class of the mistake, as `required`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// The error body, every field of which may be missing or of another type than expected.
#[derive(Default)]
struct Envelope {
    code: Option<String>,
    message: Option<String>,
    errors: Vec<FieldError>,
}

impl Envelope {
    /// Reads each field for itself, so that one of another type does not hide the others.
    fn parse(body: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Raw<'a> {
            #[serde(borrow)]
            code: Option<&'a RawValue>,
            #[serde(borrow)]
            message: Option<&'a RawValue>,
            #[serde(borrow)]
            error: Option<&'a RawValue>,
            #[serde(borrow)]
            errors: Option<&'a RawValue>,
        }

        // A struct would also be read from an array.
        let is_object = body.trim_ascii_start().starts_with(b"{");
        let raw: Raw<'_> =
            if is_object { serde_json::from_slice(body).unwrap_or_default() } else { Raw::default() };
        let text = |raw: Option<&RawValue>| read::<String>(raw?);
        Self {
            code: text(raw.code),
            // Idempotency errors come as a bare `error`.
            message: text(raw.message).or_else(|| text(raw.error)),
            errors: raw.errors.map(field_errors).unwrap_or_default(),
        }
    }
}

/// A list of errors, or a single one.
fn field_errors(raw: &RawValue) -> Vec<FieldError> {
    let errors = read::<Vec<&RawValue>>(raw).unwrap_or_else(|| vec![raw]);
    let errors = errors.into_iter().filter_map(|raw| match read::<String>(raw) {
        Some(message) => Some(FieldError { field: None, message: Some(message), kind: None }),
        None if raw.get().starts_with('{') => read::<FieldError>(raw),
        None => None,
    });
    // Phoenix's own `{"errors": {"detail": …}}` is no error of a field.
    errors.filter(|error| error.field.is_some() || error.message.is_some()).collect()
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    // From bytes as everything else, so that a Worker carries one reader.
    serde_json::from_slice(raw.get().as_bytes()).ok()
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            message: message.into(),
            answer: None,
            source: None,
            attempt_outcome: Outcome::NotApplied,
            context: CallContext::default(),
        }))
    }

    pub(crate) fn configuration(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    /// An error of kind [`Configuration`](ErrorKind::Configuration), for adapters: their platform cannot do its part.
    ///
    /// Neither `message` nor `source` may show a secret.
    pub fn setup(message: &'static str, source: impl Into<Source>) -> Self {
        let mut this = Self::configuration(message);
        this.0.source = Some(source.into());
        this
    }

    pub(crate) fn expired() -> Self {
        Self::new(ErrorKind::Expired, "the call's expiry has passed")
    }

    pub(crate) fn transport(error: TransportError) -> Self {
        let (kind, message) = match error.kind {
            TransportErrorKind::NotSent => (ErrorKind::Transport, "could not connect; nothing was sent"),
            TransportErrorKind::Interrupted => {
                (ErrorKind::Transport, "the connection broke before the answer")
            }
            TransportErrorKind::TimedOut => (ErrorKind::Timeout, "no answer within the attempt's timeout"),
        };
        let mut this = Self::new(kind, message);
        if error.kind != TransportErrorKind::NotSent {
            this.0.attempt_outcome = Outcome::Unknown;
        }
        this.0.source = error.source;
        this
    }

    /// The error in an answer that is not a success.
    pub(crate) fn status(status: StatusCode, headers: &HeaderMap, body: &Bytes, now: UnixTime) -> Self {
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
        let mut this = Self::new(kind, "");
        // A refusal (4xx) says that nothing was done; 408 does not.
        if kind == ErrorKind::Server || !status.is_client_error() {
            this.0.attempt_outcome = Outcome::Unknown;
        }
        this.0.answer = Some(Box::new(Answer::new(
            status,
            headers,
            body,
            Envelope::parse(body),
            retry_after(headers, now),
        )));
        this
    }

    pub(crate) fn decoding(error: DecodeError, response: &http::Response<Bytes>) -> Self {
        let mut this = Self::new(ErrorKind::Decoding, error.message);
        // What a success says is data, not an error's message.
        let envelope = Envelope::default();
        let answer = Answer::new(response.status(), response.headers(), response.body(), envelope, None);
        this.0.answer = Some(Box::new(answer));
        this.0.context.outcome = Outcome::Applied;
        this
    }

    pub(crate) fn with_operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation = Some(operation.into());
        self
    }

    pub(crate) fn with_context(mut self, context: CallContext) -> Self {
        self.0.context = context;
        self
    }

    /// What the server said of retrying, overriding the policy.
    pub(crate) fn should_retry(&self) -> Option<bool> {
        self.0.answer.as_ref()?.should_retry
    }

    /// Whether the failure is of a kind that passes by itself.
    pub(crate) fn is_transient(&self) -> bool {
        self.should_retry().unwrap_or(matches!(
            self.0.kind,
            ErrorKind::Transport
                | ErrorKind::Timeout
                | ErrorKind::Server
                | ErrorKind::RateLimited
                | ErrorKind::Conflict
        ))
    }

    pub(crate) fn attempt_outcome(&self) -> Outcome {
        self.0.attempt_outcome
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that failed, as `workflows.trigger`; `None` while the client was being set up.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The status of the last answer, where there was one.
    pub fn status_code(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// Knock's code for the mistake, as `workflow_missing`; the set is open.
    ///
    /// See [Knock's list](https://docs.knock.app/api-reference/overview/error-codes).
    pub fn code(&self) -> Option<&str> {
        self.0.answer.as_ref()?.envelope.code.as_deref()
    }

    /// What is wrong, in Knock's words where it said so, else in ours.
    pub fn message(&self) -> &str {
        let said = self.0.answer.as_ref().and_then(|answer| answer.envelope.message.as_deref());
        said.unwrap_or(&self.0.message)
    }

    /// The fields that Knock refused, mostly with status 422.
    pub fn field_errors(&self) -> &[FieldError] {
        self.0.answer.as_ref().map_or(&[], |answer| &answer.envelope.errors)
    }

    /// Knock's id of the last answer (`x-request-id`): what its support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.0.answer.as_ref()?.request_id.as_deref()
    }

    /// How long the server asked to wait (`Retry-After`, `retry-after-ms`), as it said it: uncapped.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.answer.as_ref()?.retry_after
    }

    /// The start of the last answer's body, at most 2,048 bytes; what is not UTF-8 is replaced.
    ///
    /// It may hold personal data that the server echoed: no other part of an error does.
    pub fn body_excerpt(&self) -> Option<&str> {
        self.0.answer.as_ref().map(|answer| answer.excerpt.as_str())
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.context.attempts
    }

    /// Why there was no further attempt; `None` where the call never began.
    pub fn stopped_by(&self) -> Option<StopReason> {
        self.0.context.stopped_by
    }

    /// The idempotency key that the attempts carried.
    ///
    /// A later retry with the same key cannot notify twice within 24 hours; one with another key can.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.context.idempotency_key.as_deref()
    }

    /// Whether Knock acted on the call, over all its attempts.
    pub fn outcome(&self) -> Outcome {
        self.0.context.outcome
    }

    /// Whether Knock may have acted although the call failed.
    pub fn outcome_unknown(&self) -> bool {
        self.outcome() == Outcome::Unknown
    }

    /// Whether making the same call later may succeed and cannot do any harm.
    ///
    /// True for failures that pass by themselves (connection, timeout, 408, 409, 429, 5xx), unless the call may
    /// have been acted on and doing it twice is not the same as once. For a trigger, “the same call” has the same
    /// [`idempotency_key`](Self::idempotency_key).
    pub fn is_retryable(&self) -> bool {
        let harmless = match self.outcome() {
            Outcome::NotApplied => true,
            Outcome::Unknown => self.0.context.repeatable,
            Outcome::Applied => false,
        };
        self.is_transient() && harmless && self.0.context.stopped_by != Some(StopReason::Expired)
    }

    /// Whether nothing was sent because of what the caller passed or configured.
    pub fn is_usage(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Configuration | ErrorKind::InvalidInput)
    }

    /// 404: there is no such resource.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// 401: the key is not accepted.
    pub fn is_authentication(&self) -> bool {
        self.0.kind == ErrorKind::Authentication
    }

    /// 429: over the rate limit.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// An attempt took too long.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }
}

impl Answer {
    fn new(
        status: StatusCode,
        headers: &HeaderMap,
        body: &Bytes,
        envelope: Envelope,
        retry_after: Option<Duration>,
    ) -> Self {
        let start = body.get(..EXCERPT_BYTES).unwrap_or(body);
        let should_retry = match headers.get("x-should-retry").map(http::HeaderValue::as_bytes) {
            Some(b"true") => Some(true),
            Some(b"false") => Some(false),
            _ => None,
        };
        Self {
            status,
            request_id: request_id(headers).map(str::to_owned),
            retry_after,
            should_retry,
            envelope,
            excerpt: String::from_utf8_lossy(start).into_owned(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(f, "{}: ", OneLine(operation))?;
        }
        if let Some(answer) = &self.0.answer {
            write!(f, "{}", answer.status.as_u16())?;
            match (&answer.envelope.code, answer.status.canonical_reason()) {
                (Some(code), _) => write!(f, " {}", OneLine(code))?,
                (None, Some(reason)) => write!(f, " {reason}")?,
                (None, None) => {}
            }
            if !self.message().is_empty() {
                f.write_str(": ")?;
            }
        }
        write!(f, "{}", OneLine(self.message()))?;
        for (index, error) in self.field_errors().iter().take(3).enumerate() {
            let separator = if index == 0 { " (" } else { "; " };
            let field = error.field.as_deref().unwrap_or("?");
            let message = error.message.as_deref().unwrap_or("is wrong");
            write!(f, "{separator}{} {}", OneLine(field), OneLine(message))?;
        }
        match self.field_errors().len() {
            0 => {}
            1..=3 => f.write_str(")")?,
            count => write!(f, "; {} more)", count - 3)?,
        }
        let mut separator = " [";
        let mut note = |f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| {
            write!(f, "{}{name}{value}", std::mem::replace(&mut separator, ", "))
        };
        if let Some(id) = self.request_id() {
            note(f, "request id ", &OneLine(id))?;
        }
        if self.attempts() > 0 {
            note(f, "attempts ", &self.attempts())?;
        }
        if let Some(reason) = self.stopped_by().filter(|reason| *reason != StopReason::NotRetryable) {
            note(f, "", &reason.as_str())?;
        }
        match self.outcome() {
            Outcome::Unknown => note(f, "", &"outcome unknown")?,
            Outcome::Applied => note(f, "", &"it was carried out")?,
            Outcome::NotApplied => {}
        }
        if separator == ", " { f.write_str("]") } else { Ok(()) }
    }
}

/// Text for a log line: no control characters or line breaks, at most 200 characters.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;

        for (index, character) in self.0.chars().enumerate() {
            if index == 200 {
                return f.write_str("…");
            }
            let breaks = character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
            f.write_char(if breaks { ' ' } else { character })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("message", &self.0.message)
            .field("answer", &self.0.answer)
            .field("attempts", &self.0.context.attempts)
            .field("outcome", &self.0.context.outcome)
            .field("stopped_by", &self.0.context.stopped_by)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// An argument that cannot be right: which field, and what it is instead of what it must be.
///
/// The argument itself is not shown, since it may be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct InvalidInput {
    field: Cow<'static, str>,
    problem: Cow<'static, str>,
}

impl InvalidInput {
    /// An error for `field`, whose `problem` continues the sentence that the field begins: `is empty; …`.
    pub fn new(field: impl Into<Cow<'static, str>>, problem: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }

    /// The argument's name.
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl From<InvalidInput> for Error {
    fn from(error: InvalidInput) -> Self {
        Self::new(ErrorKind::InvalidInput, error.to_string())
    }
}

/// A successful answer that could not be read.
///
/// It tells where and what was expected, never what was seen, since that may be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    message: Cow<'static, str>,
}

impl DecodeError {
    /// An error with a message that shows no data.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into() }
    }

    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        // serde quotes what it saw before “, expected …”; the rest comes from our own types.
        let problem = match text.rfind("expected ") {
            Some(start) => &text[start..],
            None if text.starts_with("missing field") => &text,
            None => return Self::new(format!("the answer is not what was expected at {}", position(error))),
        };
        // A timestamp's parser says after “but” what it saw.
        let problem = problem.split(" at line ").next().and_then(|problem| problem.split(" but ").next());
        let problem = problem.unwrap_or_default();
        Self::new(format!("the answer could not be read: {problem} at {}", position(error)))
    }
}

fn position(error: &serde_json::Error) -> String {
    format!("line {} column {}", error.line(), error.column())
}

/// Why a transport has no answer to a request.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Source>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TransportErrorKind {
    NotSent,
    Interrupted,
    TimedOut,
}

impl TransportError {
    /// No connection was made, so the server certainly did not act.
    ///
    /// `source` must not show the request's URL or headers.
    pub fn not_sent(source: impl Into<Source>) -> Self {
        Self { kind: TransportErrorKind::NotSent, source: Some(source.into()) }
    }

    /// The connection broke at a point where the server may have acted.
    ///
    /// `source` must not show the request's URL or headers.
    pub fn interrupted(source: impl Into<Source>) -> Self {
        Self { kind: TransportErrorKind::Interrupted, source: Some(source.into()) }
    }

    /// What happened, in one word as for OpenTelemetry's `error.type`.
    pub fn kind_str(&self) -> &'static str {
        match self.kind {
            TransportErrorKind::NotSent => "not_sent",
            TransportErrorKind::Interrupted => "interrupted",
            TransportErrorKind::TimedOut => "timeout",
        }
    }

    /// No answer came within the attempt's timeout; the server may have acted.
    pub fn timed_out() -> Self {
        Self { kind: TransportErrorKind::TimedOut, source: None }
    }
}
