//! Operations: what can be asked of Knock, as values.

use bytes::Bytes;
use serde::Serialize;

use crate::call::Call;
use crate::client::{Client, MaybeSend, Transport};
use crate::config::{CallOptions, Config};
use crate::error::{CallContext, DecodeError, Error, InvalidInput, Outcome};
use crate::json::{NO_JSON, ObjectText, write_object};
use crate::path;
use crate::prepared::PreparedCall;
use crate::query::{Query, QueryValue};
use crate::response::Reply;
use crate::time::UnixTime;

/// The longest idempotency key that Knock takes, in characters.
const IDEMPOTENCY_KEY_CHARS: usize = 255;

/// Room for the bodies that are usual, so that they are not moved while they grow.
const USUAL_BODY_BYTES: usize = 512;

/// Something that can be asked of Knock: a value that knows its request and how to read the answer.
///
/// Send it with a client, or turn it into an [`http::Request`] and parse the [`http::Response`] without any:
///
/// ```
/// use knock_core::{Config, Operation, UnixTime, users};
///
/// let config = Config::new("sk_test_12345")?;
/// let get = users::get("jhammond");
/// let request = get.to_request(&config)?;
/// assert_eq!(request.uri(), "https://api.knock.app/v1/users/jhammond");
///
/// let response = http::Response::new(r#"{"id": "jhammond", "name": "John"}"#.into());
/// let user = get.parse(response, UnixTime::from_secs(1_790_000_000))?;
/// assert_eq!(user.name.as_deref(), Some("John"));
/// # Ok::<(), knock_core::Error>(())
/// ```
pub trait Operation: MaybeSend + Sized {
    /// What the answer holds.
    type Output;

    /// The facts of this operation.
    const INFO: OperationInfo;

    /// Writes path, query and body, refusing what cannot be right.
    ///
    /// # Errors
    ///
    /// Where an argument cannot be right.
    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput>;

    /// Reads a successful answer.
    ///
    /// # Errors
    ///
    /// Where the body is not what the operation answers.
    fn decode(&self, response: &http::Response<Bytes>) -> Result<Self::Output, DecodeError>;

    /// The facts of this very call: [`INFO`](Self::INFO), except for a [`Custom`](crate::custom::Custom) operation.
    fn info(&self) -> OperationInfo {
        Self::INFO
    }

    /// What this call does other than its client's configuration says; see [`with`](Self::with).
    fn options(&self) -> Option<&CallOptions> {
        None
    }

    /// The call as plain data: it can be kept, queued, and sent later by another process.
    ///
    /// What [`with`](Self::with) says is not in it, since it may be secret: whoever sends the call says it to
    /// [`Client::execute`].
    ///
    /// # Errors
    ///
    /// Kind [`InvalidInput`](crate::ErrorKind::InvalidInput) where an argument cannot be right.
    fn prepare(&self) -> Result<PreparedCall, Error> {
        let info = self.info();
        let mut request = RequestEncoder::new(info.route);
        let encoded = self.encode(&mut request).and_then(|()| request.finish(&info));
        encoded.map_err(|error| Error::from(error).with_operation(info.name))
    }

    /// The request of one attempt, for whoever does the IO without a [`Client`].
    ///
    /// # Errors
    ///
    /// Kind [`InvalidInput`](crate::ErrorKind::InvalidInput) where an argument cannot be right.
    fn to_request(&self, config: &Config) -> Result<http::Request<Bytes>, Error> {
        self.prepare()?.into_request(config, self.options())
    }

    /// The value in a response to [`to_request`](Self::to_request), or the error in it.
    ///
    /// `now` is needed to read a `Retry-After` that is a date.
    ///
    /// # Errors
    ///
    /// Where the status is not 2xx, and where the body cannot be read.
    fn parse(&self, response: http::Response<Bytes>, now: UnixTime) -> Result<Self::Output, Error> {
        if !response.status().is_success() {
            let (parts, body) = response.into_parts();
            let error = Error::status(parts.status, &parts.headers, &body, now);
            let outcome = error.attempt_outcome();
            return Err(after_one_attempt(self, error, outcome));
        }
        self.decode(&response)
            .map_err(|error| after_one_attempt(self, Error::decoding(error, &response), Outcome::Applied))
    }

    /// Sends the operation, with the client's retries.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    fn send<T: Transport>(
        self,
        client: &Client<T>,
    ) -> impl Future<Output = Result<Self::Output, Error>> + MaybeSend + use<Self, T> {
        let client = client.clone();
        async move {
            let (mut call, now) = client.begin(self.prepare()?, self.options())?;
            let response = client.drive(&mut call, now).await?;
            read(&self, &response, &call)
        }
    }

    /// Sends the operation and gives the answer's status and headers beside its value.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    fn send_for_reply<T: Transport>(
        self,
        client: &Client<T>,
    ) -> impl Future<Output = Result<Reply<Self::Output>, Error>> + MaybeSend + use<Self, T> {
        let client = client.clone();
        async move {
            let (mut call, now) = client.begin(self.prepare()?, self.options())?;
            let response = client.drive(&mut call, now).await?;
            let value = read(&self, &response, &call)?;
            Ok(Reply::new(value, response, call.context()))
        }
    }

    /// The same operation with its own timeout, retries, headers and the like.
    ///
    /// They are for this operation as it is sent, turned into a request, or asked for page by page by
    /// [`Paged::stream`](crate::Paged::stream) and [`collect_up_to`](crate::Paged::collect_up_to). What it makes,
    /// a [`PreparedCall`] or [`Page::next`](crate::Page::next), goes without them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knock_core::{CallOptions, Operation, users};
    ///
    /// let get = users::get("jhammond").with(CallOptions::new().timeout(Duration::from_secs(2)).max_retries(0));
    /// # let _ = get;
    /// ```
    fn with(self, options: CallOptions) -> WithOptions<Self> {
        let options = self.options().cloned().unwrap_or_default().overlaid_with(options);
        WithOptions { operation: self, options }
    }
}

/// Reads the answer to a call that Knock acted on.
fn read<O: Operation>(
    operation: &O,
    response: &http::Response<Bytes>,
    call: &Call,
) -> Result<O::Output, Error> {
    operation.decode(response).map_err(|error| {
        let context = CallContext { outcome: Outcome::Applied, ..call.context() };
        Error::decoding(error, response).with_operation(O::INFO.name).with_context(context)
    })
}

/// The error of a call whose one attempt was made by the caller.
fn after_one_attempt<O: Operation>(operation: &O, error: Error, outcome: Outcome) -> Error {
    // An operation that honours idempotency keys is safe to repeat only with one.
    let call = operation.prepare().ok();
    let context = CallContext {
        attempts: 1,
        outcome,
        repeatable: call.as_ref().is_some_and(PreparedCall::is_repeatable),
        idempotency_key: call.and_then(|call| call.idempotency_key().map(str::to_owned)),
        stopped_by: None,
    };
    error.with_operation(O::INFO.name).with_context(context)
}

/// An operation with options of its own, made by [`Operation::with`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct WithOptions<O> {
    pub(crate) operation: O,
    pub(crate) options: CallOptions,
}

impl<O: Operation> Operation for WithOptions<O> {
    type Output = O::Output;
    const INFO: OperationInfo = O::INFO;

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.operation.encode(request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Self::Output, DecodeError> {
        self.operation.decode(response)
    }

    fn info(&self) -> OperationInfo {
        self.operation.info()
    }

    fn options(&self) -> Option<&CallOptions> {
        Some(&self.options)
    }
}

/// What is known of an operation before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationInfo {
    /// Its name: the module and function that make it, as `workflows.trigger`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path with its parameters in braces, as Knock's document writes it.
    pub route: &'static str,
    /// How often it may be called.
    pub tier: RateLimitTier,
    /// Whether doing it twice leaves the same as doing it once, so that it may be repeated when its outcome is
    /// unknown.
    pub repeatable: bool,
    /// Whether Knock honours an idempotency key, which makes it safe to repeat with the same key.
    pub idempotency_key: bool,
    /// Whether what it reads is subject to the account's data retention period, beyond which it is not found.
    pub retention: bool,
}

impl OperationInfo {
    const fn new(name: &'static str, method: Method, route: &'static str, tier: RateLimitTier) -> Self {
        let repeatable = !matches!(method, Method::Post);
        Self { name, method, route, tier, repeatable, idempotency_key: false, retention: false }
    }

    /// A `GET`, safe to repeat.
    pub const fn get(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Get, route, tier)
    }

    /// A `PUT`, safe to repeat.
    pub const fn put(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Put, route, tier)
    }

    /// A `DELETE`, safe to repeat.
    pub const fn delete(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Delete, route, tier)
    }

    /// A `POST`, not safe to repeat unless said otherwise.
    pub const fn post(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Post, route, tier)
    }

    /// Says that doing it twice leaves the same as doing it once.
    #[must_use]
    pub const fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Says that Knock honours an idempotency key here, so that with one it is safe to repeat.
    #[must_use]
    pub const fn honours_idempotency_key(mut self) -> Self {
        self.idempotency_key = true;
        self.repeatable()
    }

    /// Says that the data retention period applies.
    #[must_use]
    pub const fn under_retention(mut self) -> Self {
        self.retention = true;
        self
    }
}

/// The HTTP methods of Knock's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The method's name, as `GET`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// How often an operation may be called, per environment; with a user token, per environment and user.
///
/// See [Knock's rate limits](https://docs.knock.app/api-reference/overview/rate-limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum RateLimitTier {
    Tier1 = 1,
    Tier2 = 2,
    Tier3 = 3,
    Tier4 = 4,
    Tier5 = 5,
}

impl RateLimitTier {
    /// Requests per second.
    pub const fn per_second(self) -> u32 {
        match self {
            Self::Tier1 => 1,
            Self::Tier2 => 5,
            Self::Tier3 => 60,
            Self::Tier4 => 200,
            Self::Tier5 => 1000,
        }
    }
}

/// Where an operation writes its request: path parameters in the route's order, then query and body.
#[derive(Debug)]
pub struct RequestEncoder<'r> {
    route: &'r str,
    target: String,
    body: Option<Vec<u8>>,
    idempotency_key: Option<String>,
}

impl<'r> RequestEncoder<'r> {
    pub(crate) fn new(route: &'r str) -> Self {
        Self { route, target: String::new(), body: None, idempotency_key: None }
    }

    /// Fills the route's next parameter, `{name}`, with a value that becomes one segment of the path.
    ///
    /// # Errors
    ///
    /// Where the value is empty, `.` or `..`.
    pub fn path(&mut self, name: &'static str, value: &str) -> Result<(), InvalidInput> {
        let mismatch = || InvalidInput::new(name, "is not the route's next path parameter");
        let before_query = !self.target.contains('?');
        let (literal, rest) = self.route.split_once('{').filter(|_| before_query).ok_or_else(mismatch)?;
        let rest = rest.strip_prefix(name).and_then(|rest| rest.strip_prefix('}')).ok_or_else(mismatch)?;
        // Just enough for a route with one parameter that needs no escapes: what is full is not copied again.
        self.target.reserve_exact(literal.len() + value.len() + rest.len());
        self.target.push_str(literal);
        path::push_segment(&mut self.target, name, value)?;
        self.route = rest;
        Ok(())
    }

    /// Appends a query parameter; absent values add nothing.
    pub fn query(&mut self, name: &str, value: &(impl QueryValue + ?Sized)) {
        self.finish_path();
        value.append(name, &mut Query::new(&mut self.target));
    }

    /// Appends a query that was encoded before.
    pub(crate) fn raw_query(&mut self, query: &str) {
        self.finish_path();
        self.target.push_str(query);
    }

    /// Sets the JSON body.
    ///
    /// # Errors
    ///
    /// Where the value has no form in JSON.
    pub fn json(&mut self, body: &(impl Serialize + ?Sized)) -> Result<(), InvalidInput> {
        self.body_text(USUAL_BODY_BYTES, |text| serde_json::to_writer(text, body))
    }

    /// Sets the JSON body to an object, of about this many bytes, that is written member by member.
    pub(crate) fn object(
        &mut self,
        bytes: usize,
        write: impl FnOnce(&mut ObjectText<'_>) -> serde_json::Result<()>,
    ) -> Result<(), InvalidInput> {
        self.body_text(bytes, |text| write_object(text, write))
    }

    fn body_text(
        &mut self,
        bytes: usize,
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> Result<(), InvalidInput> {
        let mut text = Vec::with_capacity(bytes);
        write(&mut text).map_err(|_| InvalidInput::new("body", NO_JSON))?;
        self.body = Some(text);
        Ok(())
    }

    /// Sets the call's idempotency key, where there is one.
    ///
    /// # Errors
    ///
    /// Where it is empty, longer than 255 characters, or not visible ASCII.
    pub fn idempotency_key(&mut self, key: Option<&str>) -> Result<(), InvalidInput> {
        if let Some(key) = key {
            check_idempotency_key(key)?;
            self.idempotency_key = Some(key.to_owned());
        }
        Ok(())
    }

    /// The name of the route's next parameter that has no value yet.
    pub(crate) fn next_parameter(&self) -> Option<&'r str> {
        let (_, rest) = self.route.split_once('{')?;
        rest.split_once('}').map(|(name, _)| name)
    }

    fn finish_path(&mut self) {
        // A parameter that was not given stays, and is refused at the end.
        if self.next_parameter().is_none() {
            self.target.push_str(std::mem::take(&mut self.route));
        }
    }

    pub(crate) fn finish(mut self, info: &OperationInfo) -> Result<PreparedCall, InvalidInput> {
        self.finish_path();
        if let Some(name) = self.next_parameter() {
            return Err(InvalidInput::new(name.to_owned(), "is a parameter of the path that was not given"));
        }
        PreparedCall::new(info, self.target, self.body.map(Bytes::from), self.idempotency_key)
    }
}

pub(crate) fn check_idempotency_key(key: &str) -> Result<(), InvalidInput> {
    const FIELD: &str = "idempotency_key";
    if key.is_empty() {
        return Err(InvalidInput::new(FIELD, "is empty; leave it out or give 1 to 255 characters"));
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') || key.trim() != key {
        return Err(InvalidInput::new(
            FIELD,
            "has characters that a header cannot carry; it must be visible ASCII",
        ));
    }
    if key.len() > IDEMPOTENCY_KEY_CHARS {
        let problem = format!("has {} characters; at most 255 are allowed", key.len());
        return Err(InvalidInput::new(FIELD, problem));
    }
    Ok(())
}
