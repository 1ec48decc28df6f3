//! The state machine of one call: its attempts, waits, deadline and idempotency key, without any IO.
//!
//! # States
//!
//! ```text
//!             Call::new
//!                 │
//!                 ▼
//!          ┌─► Call<Ready> ── send ──► the request, and Call<Sent>
//!          │      │                                  │
//!          │      │ expired, or                      │ receive(response)
//!          │      │ past its deadline                │ fail(transport error)
//!          │      ▼                                  ▼
//!          │    Error                             Verdict
//!          │                                         │
//!          └──── Retry: wait, then ──────────────────┼──► Done(Completed)
//!                                                    └──► Failed(Error)
//! ```
//!
//! A client with a [`Pace`](crate::Pace) asks [`Call::wait`] before each `send` how long to wait for the turn of the call.
//! Without a pace, which is the default, there is no such wait.
//!
//! Each transition takes the call by value and returns the next state. A response cannot be passed in before a request
//! was sent, nothing can be sent after the end, and each attempt is counted.
//!
//! # Example
//!
//! ```
//! use std::sync::LazyLock;
//! use std::time::{Duration, Instant, SystemTime};
//! use bytes::Bytes;
//! use knock_core::call::{Call, Verdict};
//! use knock_core::{Config, Error, Moment, Operation, TransportError, users};
//!
//! static START: LazyLock<Instant> = LazyLock::new(Instant::now);
//!
//! /// The deadline runs on a clock that nobody sets.
//! fn now() -> Moment {
//!     Moment { unix: SystemTime::now().into(), steady: START.elapsed() }
//! }
//!
//! /// Exchanges a request for a response; here, always the same one.
//! fn exchange(
//!     _: http::Request<Bytes>,
//!     _: Duration,
//! ) -> Result<http::Response<Bytes>, TransportError> {
//!     Ok(http::Response::new(r#"{"id": "jhammond", "name": "John Hammond"}"#.into()))
//! }
//!
//! fn get_user(
//!     config: &Config,
//!     user_id: &str,
//!     random: [u8; 16],
//! ) -> Result<users::User, Error> {
//!     let get = users::get(user_id);
//!
//!     let mut call = Call::new(config, get.prepare(random)?, None, now(), random)?;
//!     loop {
//!         let (request, sent) = call.send(now())?;
//!         let timeout = sent.attempt().timeout;
//!         let verdict = match exchange(request, timeout) {
//!             Ok(response) => sent.receive(response, now()),
//!             Err(error) => sent.fail(error, now()),
//!         };
//!         call = match verdict {
//!             Verdict::Done(completed) => return Ok(get.read(completed)?.value),
//!             Verdict::Failed(error) => return Err(error),
//!             Verdict::Retry { after, call } => {
//!                 std::thread::sleep(after);
//!                 call
//!             }
//!         };
//!     }
//! }
//!
//! let user = get_user(&Config::new("sk_test_12345")?, "jhammond", [7; 16])?;
//! assert_eq!(user.name.as_deref(), Some("John Hammond"));
//! # Ok::<(), Error>(())
//! ```
//!
//! Misuse does not compile. A call cannot be sent again before its response was passed in, and each request gets
//! exactly one response:
//!
//! ```compile_fail,E0382
//! # use knock_core::{Error, UnixTime, call::{Call, Ready}};
//! # fn example(call: Call<Ready>, now: UnixTime) -> Result<(), Error> {
//! let (first, sent) = call.send(now)?;
//! let (second, sent) = call.send(now)?; // `call` was moved
//! # Ok(()) }
//! ```
//!
//! ```compile_fail,E0599
//! # use knock_core::{UnixTime, call::{Call, Ready}};
//! # fn example(call: Call<Ready>, response: http::Response<bytes::Bytes>, now: UnixTime) {
//! let verdict = call.receive(response, now); // nothing was sent yet
//! # }
//! ```
//!
//! ```compile_fail,E0382
//! # use knock_core::{UnixTime, call::{Call, Sent}};
//! # fn example(sent: Call<Sent>, response: http::Response<bytes::Bytes>, now: UnixTime) {
//! let verdict = sent.receive(response.clone(), now);
//! let again = sent.receive(response, now); // `sent` was moved
//! # }
//! ```

mod attempt;
mod info;
mod prepared;

pub use attempt::Attempt;
pub use info::{Method, OperationInfo, RateLimitTier, Repetition, Twice};
pub(crate) use prepared::KEY_LIFETIME;
pub use prepared::PreparedCall;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;

use crate::config::{CallOptions, Config};
use crate::error::{CallContext, Error, Outcome, StopReason, TransportError};
use crate::pace::Turns;
use crate::retry::RetryPolicy;
use crate::value::{Field, Jitter, Moment};
use crate::wire::{DecodeError, check_is_knocks};

/// The state of a [`Call`] whose next request can be sent.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ready;

/// The state of a [`Call`] that waits for the response to a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sent;

/// One call with all its attempts, in the state `S`: [`Ready`] or [`Sent`].
///
/// It does no IO and has no clock: requests come out, responses and the time go in. It holds the one idempotency key
/// of the call, its deadline, the number of attempts, and whether Knock may have acted. See the [module](self) for the
/// states and a complete loop.
#[must_use]
pub struct Call<S> {
    /// Boxed, so that a transition copies a pointer.
    inner: Box<Inner>,
    state: PhantomData<S>,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    /// Most calls have none.
    options: Option<Box<CallOptions>>,
    prepared: PreparedCall,
    policy: RetryPolicy,
    /// By the steady clock.
    deadline: Option<Duration>,
    jitter: Jitter,
    attempts: u32,
    /// The timeout of the latest attempt.
    timeout: Duration,
    outcome: Outcome,
    /// Whether Knock may have acted on an attempt before the latest.
    earlier_attempt_may_have_acted: bool,
    /// Whether this attempt took tokens of the retry budget.
    retry_was_paid: bool,
    /// If the client has a pace.
    turns: Option<Box<dyn Turns>>,
    /// The number of attempts that the pace repeats, beyond the retries of the policy.
    paced_retries: u32,
    /// Why the call waits for another attempt.
    last_error: Option<Error>,
}

/// What to do after an attempt.
#[derive(Debug)]
#[must_use]
pub enum Verdict {
    /// The call succeeded: the status of the response is 2xx, and its body can be Knock's.
    Done(Completed),
    /// The call is retried: wait, then send the next request.
    Retry {
        /// How long to wait.
        after: Duration,
        /// The call, ready for its next attempt.
        call: Call<Ready>,
    },
    /// The call failed and is not retried.
    Failed(Error),
}

/// A call that succeeded, and its response, which is not yet decoded.
///
/// [`Operation::read`](crate::Operation::read) turns it into the operation's output.
pub struct Completed {
    pub(crate) response: http::Response<Bytes>,
    pub(crate) context: CallContext,
}

impl Completed {
    /// Returns the response, whose status is 2xx.
    pub fn response(&self) -> &http::Response<Bytes> {
        &self.response
    }

    /// Returns the response by value, to read it without the type of the operation.
    #[must_use]
    pub fn into_response(self) -> http::Response<Bytes> {
        self.response
    }

    /// Returns the number of requests that were sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.context.attempts
    }

    /// Returns the idempotency key that every attempt carried.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.context.idempotency_key.as_deref()
    }

    /// Returns whether Knock may have acted on an attempt before the one that this response is for. See
    /// [`ApiResponse::earlier_attempt_may_have_acted`](crate::ApiResponse::earlier_attempt_may_have_acted).
    #[must_use]
    pub fn earlier_attempt_may_have_acted(&self) -> bool {
        self.context.earlier_attempt_may_have_acted
    }
}

impl Call<Ready> {
    /// Begins a call at `now`.
    ///
    /// `random` seeds the jitter of the waits. It also becomes the idempotency key of a call that has none although
    /// Knock would honour one.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](crate::ErrorKind::Configuration) if `options` are invalid.
    pub fn new(
        config: &Config,
        mut prepared: PreparedCall,
        options: Option<&CallOptions>,
        now: impl Into<Moment>,
        random: [u8; 16],
    ) -> Result<Self, Error> {
        let settings = config.settings();
        let mut policy = settings.retry.clone();
        let mut deadline = settings.deadline;
        let mut pace = settings.pace.as_ref();
        if let Some(options) = options {
            options.check().map_err(|error| error.with_operation(prepared.operation_name()))?;
            policy = options.retry.clone().unwrap_or(policy);
            policy.max_retries = options.max_retries.unwrap_or(policy.max_retries);
            pace = options.pace.as_ref().or(pace);
            deadline = match options.deadline {
                Field::Keep => deadline,
                Field::Clear => None,
                Field::Set(deadline) => Some(deadline),
            };
        }
        prepared.fill_idempotency_key(random);
        let inner = Inner {
            config: config.clone(),
            options: options.cloned().map(Box::new),
            turns: pace.map(|pace| pace.join(prepared.operation(), prepared.tier().per_second())),
            paced_retries: 0,
            prepared,
            policy,
            deadline: deadline.map(|deadline| now.into().steady.saturating_add(deadline)),
            jitter: Jitter::new(random),
            attempts: 0,
            timeout: Duration::ZERO,
            outcome: Outcome::NotApplied,
            earlier_attempt_may_have_acted: false,
            retry_was_paid: false,
            last_error: None,
        };
        Ok(Self::in_state(Box::new(inner)))
    }

    /// Takes the next place of the client's [pace](crate::Pace), and returns how long to wait before the next attempt.
    /// Without a pace this is zero.
    ///
    /// Ask again after the wait, until it is zero: the turn of the call is put off if Knock responds to another call
    /// with 429. If the call is dropped, its place is free for another.
    ///
    /// # Errors
    ///
    /// The error that ends the call, if its turn would come after its deadline or after it expires: for a retry that of
    /// the previous attempt, or else one whose [`Error::retry_after`] is the wait.
    pub fn wait(&mut self, now: impl Into<Moment>) -> Result<Duration, Error> {
        self.inner.wait(now.into())
    }

    /// Returns the request of the next attempt, and the call that waits for its response.
    ///
    /// # Errors
    ///
    /// The error that ends the call, if
    ///
    /// - the call expired ([`ErrorKind::Expired`](crate::ErrorKind::Expired)),
    /// - its deadline passed during the wait for this attempt (the error of the previous attempt, or else a
    ///   [`LocalLimit`](crate::TransportErrorKind::LocalLimit)), or
    /// - its URL would be too long.
    pub fn send(mut self, now: impl Into<Moment>) -> Result<(http::Request<Bytes>, Call<Sent>), Error> {
        let request = self.inner.request(now.into())?;
        Ok((request, Call::in_state(self.inner)))
    }
}

impl Call<Sent> {
    /// Returns what a transport needs to know about the request that was sent, such as its timeout.
    pub fn attempt(&self) -> Attempt<'_> {
        Attempt {
            operation: self.inner.prepared.operation(),
            route: self.inner.prepared.route(),
            number: self.inner.attempts,
            timeout: self.inner.timeout,
            max_response_bytes: self.inner.config.settings().max_response_bytes,
        }
    }

    /// Records the response, and decides what to do next.
    ///
    /// A 2xx response whose body is not JSON, such as the login page of a proxy, does not show that Knock acted: the
    /// outcome is [`Unknown`](Outcome::Unknown), and the call is retried if it is safe to repeat. The same applies to a
    /// body that is empty although the operation returns JSON.
    pub fn receive(self, response: http::Response<Bytes>, now: impl Into<Moment>) -> Verdict {
        let now = now.into();
        if response.status().is_success() {
            let may_be_empty = self.inner.prepared.accepts_empty_response();
            if let Err(problem) = check_is_knocks(response.body(), may_be_empty) {
                return self.failed(Error::not_knocks(DecodeError::new(problem), response), now);
            }
            self.inner.config.settings().budget.deposit(self.inner.retry_was_paid);
            return Verdict::Done(Completed { response, context: self.inner.into_context() });
        }
        let (parts, body) = response.into_parts();
        self.failed(Error::status(parts, &body, now.unix), now)
    }

    /// Records that the attempt got no response, and decides what to do next.
    pub fn fail(self, error: TransportError, now: impl Into<Moment>) -> Verdict {
        self.failed(Error::transport(error), now.into())
    }

    fn failed(mut self, error: Error, now: Moment) -> Verdict {
        match self.inner.failed(error, now) {
            Ok(after) => Verdict::Retry { after, call: Call::in_state(self.inner) },
            Err(error) => Verdict::Failed(error),
        }
    }
}

impl<S> Call<S> {
    fn in_state(inner: Box<Inner>) -> Self {
        Self { inner, state: PhantomData }
    }

    /// Returns the number of requests sent so far.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// Returns the idempotency key that every attempt carries.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.inner.prepared.idempotency_key()
    }
}

impl Inner {
    fn wait(&mut self, now: Moment) -> Result<Duration, Error> {
        let Some(turns) = &mut self.turns else { return Ok(Duration::ZERO) };
        turns.wait(now, self.deadline, self.prepared.expiry()).map_err(|(error, reason)| {
            let error = self.last_error.take().unwrap_or(error);
            self.stopped(error, reason)
        })
    }

    fn request(&mut self, now: Moment) -> Result<http::Request<Bytes>, Error> {
        if self.prepared.expiry().is_some_and(|expiry| now.unix >= expiry) {
            self.earlier_attempt_may_have_acted = self.outcome == Outcome::Unknown;
            return Err(self.stopped(Error::expired(), StopReason::Expired));
        }
        // The wait took longer than planned, for example because a laptop slept or a Worker was suspended.
        if self.deadline.is_some_and(|deadline| now.steady >= deadline) {
            let error = self.last_error.take().unwrap_or_else(Error::past_deadline);
            return Err(self.stopped(error, StopReason::DeadlineExceeded));
        }
        self.earlier_attempt_may_have_acted = self.outcome == Outcome::Unknown;
        let request = self.prepared.clone().into_request(&self.config, self.options.as_deref());
        let request = request.map_err(|error| self.stopped(error, StopReason::NotRetryable))?;
        if let Some(turns) = &mut self.turns {
            turns.sent(now.steady);
        }
        self.attempts += 1;
        self.timeout = self.timeout_of_attempt(now);
        Ok(request)
    }

    /// Returns the timeout of an attempt, or the time left until the deadline if that is less.
    fn timeout_of_attempt(&self, now: Moment) -> Duration {
        let timeout = self.options.as_ref().and_then(|options| options.timeout);
        let timeout = timeout.unwrap_or(self.config.settings().timeout);
        self.deadline.map_or(timeout, |deadline| timeout.min(deadline.saturating_sub(now.steady)))
    }

    /// Returns the wait before the next attempt, or the error that ends the call.
    fn failed(&mut self, error: Error, now: Moment) -> Result<Duration, Error> {
        if error.attempt_outcome() == Outcome::Unknown {
            self.outcome = Outcome::Unknown;
        }
        match self.wait_before_retry(&error, now) {
            Ok(wait) => {
                self.last_error = Some(error);
                Ok(wait)
            }
            Err(reason) => Err(self.stopped(error, reason)),
        }
    }

    fn wait_before_retry(&mut self, error: &Error, now: Moment) -> Result<Duration, StopReason> {
        let retries = self.attempts.saturating_sub(1);
        let wait = match error.retry_after() {
            Some(wait) => wait,
            None => self.policy.backoff_before(retries, self.jitter.next()),
        };
        // Other calls wait even if this one ends.
        let is_paced = self.pause(error, wait, now);
        if !error.is_transient() {
            return Err(StopReason::NotRetryable);
        }
        // If the server asks for a retry explicitly, it is safe.
        let asked_to_retry = error.should_retry() == Some(true);
        if !self.prepared.is_repeatable() && self.outcome == Outcome::Unknown && !asked_to_retry {
            return Err(StopReason::NotRepeatable);
        }
        if is_paced && self.policy.max_retries > 0 {
            self.paced_retries += 1;
        } else if retries - self.paced_retries >= self.policy.max_retries {
            return Err(StopReason::AttemptsExhausted);
        }
        if error.retry_after().is_some_and(|wait| wait > self.policy.max_retry_after) {
            return Err(StopReason::RetryAfterTooLong);
        }
        // Knock would report as rate limited what it has just updated.
        let wait = if self.outcome == Outcome::Unknown { wait.max(self.prepared.min_wait()) } else { wait };
        if self.deadline.is_some_and(|deadline| now.steady.saturating_add(wait) >= deadline) {
            return Err(StopReason::DeadlineExceeded);
        }
        if self.prepared.expiry().is_some_and(|expiry| now.unix + wait >= expiry) {
            return Err(StopReason::Expired);
        }
        // The budget protects a server in trouble, so what concerns only this machine is free.
        self.retry_was_paid = !error.is_local() && !is_paced;
        if self.retry_was_paid && !self.config.settings().budget.withdraw() {
            return Err(StopReason::BudgetExhausted);
        }
        Ok(wait)
    }

    /// Lets all calls of a pace wait after a 429. Returns whether it did.
    fn pause(&mut self, error: &Error, wait: Duration, now: Moment) -> bool {
        let Some(turns) = self.turns.as_mut().filter(|_| error.is_rate_limited()) else { return false };
        turns.pause(now.steady, wait);
        true
    }

    fn stopped(&self, error: Error, reason: StopReason) -> Error {
        let context = CallContext { stopped_by: Some(reason), ..self.context() };
        error.with_operation(self.prepared.operation_name()).with_context(context)
    }

    /// Returns the same as [`context`](Self::context), without copying the key.
    fn into_context(self) -> CallContext {
        CallContext {
            attempts: self.attempts,
            outcome: self.outcome,
            repeatable: self.prepared.is_repeatable(),
            earlier_attempt_may_have_acted: self.earlier_attempt_may_have_acted,
            idempotency_key: self.prepared.into_idempotency_key(),
            stopped_by: None,
        }
    }

    fn context(&self) -> CallContext {
        CallContext {
            attempts: self.attempts,
            outcome: self.outcome,
            repeatable: self.prepared.is_repeatable(),
            earlier_attempt_may_have_acted: self.earlier_attempt_may_have_acted,
            idempotency_key: self.prepared.idempotency_key().map(str::to_owned),
            stopped_by: None,
        }
    }
}

/// Shows the operation, the number of attempts and the outcome. Everything else may be personal or secret.
impl<S> fmt::Debug for Call<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.inner.prepared.operation())
            .field("attempts", &self.inner.attempts)
            .field("outcome", &self.inner.outcome)
            .finish_non_exhaustive()
    }
}

/// Shows the status of the response and the number of attempts. The headers and the body may be personal.
impl fmt::Debug for Completed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completed")
            .field("status", &self.response.status().as_u16())
            .field("attempts", &self.context.attempts)
            .finish_non_exhaustive()
    }
}
