//! Operations of Knock's API, as values.

pub mod custom;
pub(crate) mod declare;
mod encoder;
mod filter;
pub(crate) mod page;
mod response;
pub(crate) mod rows;
mod template;

pub(crate) use declare::operation;
pub use encoder::RequestEncoder;
pub(crate) use filter::{TimeRange, TriggerDataFilter};
pub use page::{Page, PageInfo, Paged};
pub(crate) use page::{PageQuery, page_setters};
pub use response::{ApiResponse, Batch, Items};
pub(crate) use response::{batch, batch_of_items, items};
pub(crate) use template::{Template, check_no_items};

use bytes::Bytes;

use crate::call::{Completed, OperationInfo, PreparedCall};
use crate::client::Client;
use crate::config::{CallOptions, Config};
use crate::error::{CallContext, Error};
use crate::maybe_send::MaybeSend;
use crate::transport::Transport;
use crate::value::{InvalidInput, UnixTime};
use crate::wire::{DecodeError, check_is_knocks, is_json_or_cut};

/// An operation of Knock's API, as a value: it can write its request and read the response.
///
/// Send it with a client, or turn it into an [`http::Request`] and parse the [`http::Response`] yourself:
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
    /// The type of the decoded response.
    type Output;

    /// The facts about this operation, such as its route.
    const INFO: OperationInfo;

    /// Writes the path, the query and the body.
    ///
    /// # Errors
    ///
    /// If an argument is invalid.
    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput>;

    /// Reads a successful response.
    ///
    /// # Errors
    ///
    /// If the body is not what this operation returns.
    fn decode(&self, response: &http::Response<Bytes>) -> Result<Self::Output, DecodeError>;

    /// Records in the output that an earlier attempt of the call may have acted. By default, the output has no place for
    /// it.
    fn note_earlier_attempt(output: &mut Self::Output) {
        let _ = output;
    }

    /// Returns whether a successful response may have no body. By default, it may if the output holds no data, for
    /// example `()`, or if the operation is a [`Custom`](custom::Custom) one.
    ///
    /// If it may not, an empty response counts as one that is
    /// [not from Knock](crate::ErrorKind::UnexpectedResponse).
    fn accepts_empty_response(&self) -> bool {
        // Only the type of a custom operation does not know its route.
        size_of::<Self::Output>() == 0 || Self::INFO.route.is_empty()
    }

    /// Returns the facts about this operation. They are [`INFO`](Self::INFO), except for a
    /// [`Custom`](custom::Custom) operation.
    fn info(&self) -> OperationInfo {
        Self::INFO
    }

    /// Returns the options that override the client's configuration for this call; see [`with`](Self::with).
    fn options(&self) -> Option<&CallOptions> {
        None
    }

    /// Returns the idempotency key that the caller set, for an operation that takes one.
    fn idempotency_key(&self) -> Option<&str> {
        None
    }

    /// Returns the call as plain data, which can be stored, queued, and sent later by another process.
    ///
    /// `random` becomes the idempotency key of an operation that takes one and has none, so that sending the stored
    /// call twice does not notify twice. [`Client::prepare`] provides it. Of the options set by [`with`](Self::with)
    /// only the branch is included, because the others may contain secrets; pass them to [`Client::execute`] when you
    /// send the call.
    ///
    /// # Errors
    ///
    /// An error of kind [`InvalidInput`](crate::ErrorKind::InvalidInput) if an argument is invalid.
    fn prepare(&self, random: [u8; 16]) -> Result<PreparedCall, Error> {
        let mut call = encode(self)?;
        call.fill_idempotency_key(random);
        if let Some(options) = self.options() {
            options.check().map_err(|error| error.with_operation(self.info().name))?;
            call.set_branch(options.branch_value());
        }
        Ok(call)
    }

    /// Returns the request of a single attempt, for use without a [`Client`].
    ///
    /// It carries an idempotency key only if you set one.
    ///
    /// # Errors
    ///
    /// An error of kind [`InvalidInput`](crate::ErrorKind::InvalidInput) if an argument is invalid.
    fn to_request(&self, config: &Config) -> Result<http::Request<Bytes>, Error> {
        encode(self)?.into_request(config, self.options())
    }

    /// Reads the response to [`to_request`](Self::to_request).
    ///
    /// `now` is used for a `Retry-After` header that is a date.
    ///
    /// # Errors
    ///
    /// If the status is not 2xx, or if the body is not Knock's or cannot be read.
    fn parse(&self, response: http::Response<Bytes>, now: UnixTime) -> Result<Self::Output, Error> {
        if response.status().is_success() {
            return read_success(self, &response)
                .map_err(|problem| after_one_attempt(self, problem.into_error(response)));
        }
        let (parts, body) = response.into_parts();
        Err(after_one_attempt(self, Error::status(parts, &body, now)))
    }

    /// Reads the response of a call that succeeded, from [`Client::execute`] or from a [`Call`](crate::call::Call).
    ///
    /// # Errors
    ///
    /// An error of kind [`Decoding`](crate::ErrorKind::Decoding) if the body is not what this operation returns, or
    /// [`UnexpectedResponse`](crate::ErrorKind::UnexpectedResponse) if it is not JSON, or empty although this operation
    /// returns JSON. A [`Call`](crate::call::Call) checks only how the body begins.
    fn read(&self, completed: Completed) -> Result<ApiResponse<Self::Output>, Error> {
        let Completed { response, context } = completed;
        match read_success(self, &response) {
            Ok(mut value) => {
                if context.earlier_attempt_may_have_acted {
                    Self::note_earlier_attempt(&mut value);
                }
                Ok(ApiResponse::new(value, response, context))
            }
            Err(problem) => {
                let error = problem.into_error(response);
                let context = CallContext { outcome: error.attempt_outcome(), ..context };
                Err(error.with_operation(self.info().name).with_context(context))
            }
        }
    }

    /// Sends the operation, and returns the decoded response.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Operation, Transport, users};
    /// # async fn example<T: Transport>(client: &Client<T>) -> Result<(), Error> {
    /// let user = users::get("jhammond").send(client).await?;
    /// println!("{:?}", user.name);
    /// # Ok(()) }
    /// ```
    ///
    /// The call is retried as the [`RetryPolicy`](crate::RetryPolicy) of the client allows. The future is `'static`
    /// and, except on WebAssembly, `Send`, so it can be spawned.
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
            let completed = client.drive(client.begin(encode(&self)?, self.options())?).await?;
            Ok(self.read(completed)?.value)
        }
    }

    /// Sends the operation like [`send`](Self::send), and also returns the status and the headers of the response.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Operation, Transport, workflows};
    /// # async fn example<T: Transport>(client: &Client<T>) -> Result<(), Error> {
    /// let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
    /// let response = trigger.send_for_response(client).await?;
    /// println!("{} (request id {:?})", response.value.workflow_run_id, response.request_id());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`].
    fn send_for_response<T: Transport>(
        self,
        client: &Client<T>,
    ) -> impl Future<Output = Result<ApiResponse<Self::Output>, Error>> + MaybeSend + use<Self, T> {
        let client = client.clone();
        async move {
            let completed = client.drive(client.begin(encode(&self)?, self.options())?).await?;
            self.read(completed)
        }
    }

    /// Returns the operation with options, which override the client's configuration.
    ///
    /// The options apply to [`send`](Self::send), [`to_request`](Self::to_request),
    /// [`stream`](crate::Paged::stream) and [`collect_up_to`](crate::Paged::collect_up_to). A [`Page::next`] does not
    /// inherit them, and a [`PreparedCall`] inherits the branch only.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knock_core::{CallOptions, Operation, users};
    ///
    /// let get = users::get("jhammond")
    ///     .with(CallOptions::new().timeout(Duration::from_secs(2)).max_retries(0));
    /// # let _ = get;
    /// ```
    ///
    /// [`Page::next`]: crate::Page::next
    fn with(self, options: CallOptions) -> WithOptions<Self> {
        let options = self.options().cloned().unwrap_or_default().overlaid_with(options);
        WithOptions { operation: self, options }
    }
}

/// An operation with options, created by [`Operation::with`].
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

    fn note_earlier_attempt(output: &mut Self::Output) {
        O::note_earlier_attempt(output);
    }

    fn accepts_empty_response(&self) -> bool {
        self.operation.accepts_empty_response()
    }

    fn info(&self) -> OperationInfo {
        self.operation.info()
    }

    fn idempotency_key(&self) -> Option<&str> {
        self.operation.idempotency_key()
    }

    fn options(&self) -> Option<&CallOptions> {
        Some(&self.options)
    }
}

impl<T: Transport> Client<T> {
    /// Returns the call of an operation as plain data, which can be stored, queued, and sent later with
    /// [`execute`](Self::execute), here or in another process.
    ///
    /// The call has its idempotency key, so that sending it twice does not notify twice, and the branch of the
    /// operation's options or of this client.
    ///
    /// # Errors
    ///
    /// An error of kind [`InvalidInput`](crate::ErrorKind::InvalidInput) if an argument is invalid.
    pub fn prepare(&self, operation: &impl Operation) -> Result<PreparedCall, Error> {
        let mut call = operation.prepare(self.transport().random()?)?;
        if call.branch().is_none() {
            call.set_branch(self.config().branch_value());
        }
        Ok(call)
    }
}

/// Encodes an operation. The call has an idempotency key only if the caller set one.
fn encode<O: Operation>(operation: &O) -> Result<PreparedCall, Error> {
    let info = operation.info();
    let mut request = RequestEncoder::new(info.route);
    let encoded =
        operation.encode(&mut request).and_then(|()| request.finish(&info, operation.idempotency_key()));
    let mut call = encoded.map_err(|error| Error::from(error).with_operation(info.name))?;
    call.set_accepts_empty_response(operation.accepts_empty_response());
    Ok(call)
}

/// Why a 2xx response could not be read.
enum Unreadable {
    NotKnocks(DecodeError),
    Decoding(DecodeError),
}

impl Unreadable {
    fn into_error(self, response: http::Response<Bytes>) -> Error {
        match self {
            Self::NotKnocks(error) => Error::not_knocks(error, response),
            Self::Decoding(error) => Error::decoding(error, response),
        }
    }
}

/// Reads a 2xx response.
fn read_success<O: Operation>(
    operation: &O,
    response: &http::Response<Bytes>,
) -> Result<O::Output, Unreadable> {
    let may_be_empty = operation.accepts_empty_response();
    check_is_knocks(response.body(), may_be_empty)
        .map_err(|problem| Unreadable::NotKnocks(DecodeError::new(problem)))?;
    operation.decode(response).map_err(|error| {
        // So far only the beginning was checked, which costs nothing if the body is JSON.
        let is_json = is_json_or_cut(response.body());
        if is_json { Unreadable::Decoding(error) } else { Unreadable::NotKnocks(error) }
    })
}

/// Returns the error of a call whose only attempt was made by the caller.
fn after_one_attempt<O: Operation>(operation: &O, error: Error) -> Error {
    let info = operation.info();
    let idempotency_key = operation.idempotency_key().map(str::to_owned);
    let context = CallContext {
        attempts: 1,
        earlier_attempt_may_have_acted: false,
        outcome: error.attempt_outcome(),
        repeatable: info.is_repeatable_with(idempotency_key.as_deref()),
        idempotency_key,
        stopped_by: None,
    };
    error.with_operation(info.name).with_context(context)
}
