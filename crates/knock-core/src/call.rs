//! The state machine of one call: fed with answers and the time, it says what to do next.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use crate::client::Attempt;
use crate::config::{CallOptions, Config};
use crate::error::{CallContext, Error, Outcome, StopReason, TransportError};
use crate::field::Field;
use crate::prepared::PreparedCall;
use crate::random::Jitter;
use crate::retry::RetryPolicy;
use crate::time::UnixTime;

/// One call with all its attempts, without IO, clock or randomness of its own.
///
/// Feed [`next`](Self::next) with what happened and do what it says until it is [`Step::Done`]. It owns the one
/// idempotency key of the call, its deadline, the count of attempts, and whether Knock may have acted.
///
/// ```
/// use knock_core::{Call, Config, Event, Operation, Step, UnixTime, users};
///
/// let config = Config::new("sk_test_12345")?;
/// let now = UnixTime::from_secs(1_790_000_000);
/// let mut call = Call::new(&config, users::get("jhammond").prepare()?, None, now, [7; 16])?;
///
/// let Step::Send { request, timeout } = call.next(Event::Start, now) else { panic!("the first step sends") };
/// assert_eq!(request.uri().path(), "/v1/users/jhammond");
/// assert_eq!(timeout.as_secs(), 60);
///
/// let unavailable = http::Response::builder().status(503).body("".into()).expect("a valid response");
/// let Step::Wait(wait) = call.next(Event::Response(unavailable), now) else { panic!("a 503 is retried") };
/// assert!(wait.as_millis() <= 500);
/// # Ok::<(), knock_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Call {
    config: Config,
    /// Most calls have none.
    options: Option<Box<CallOptions>>,
    prepared: PreparedCall,
    policy: RetryPolicy,
    deadline: Option<UnixTime>,
    jitter: Jitter,
    attempts: u32,
    /// How long the last attempt may take.
    timeout: Duration,
    outcome: Outcome,
    /// Why the call waits for another attempt.
    last_error: Option<Error>,
}

/// What happened since the last step.
pub enum Event {
    /// Nothing yet: the call begins.
    Start,
    /// The request was answered.
    Response(http::Response<Bytes>),
    /// The request was not answered.
    Failed(TransportError),
    /// The wait is over.
    Waited,
}

/// What to do next.
pub enum Step {
    /// Send this request and wait for its answer no longer than `timeout`.
    Send {
        /// The request of this attempt.
        request: http::Request<Bytes>,
        /// How long the attempt may take.
        timeout: Duration,
    },
    /// Do nothing for this long.
    Wait(Duration),
    /// The call is over: a 2xx answer, or an error.
    Done(Result<http::Response<Bytes>, Error>),
}

/// Shows of an answer its status only: its body may be personal.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("Start"),
            Self::Response(response) => write!(f, "Response({})", response.status()),
            Self::Failed(error) => write!(f, "Failed({error:?})"),
            Self::Waited => f.write_str("Waited"),
        }
    }
}

/// Shows of requests and answers no path, header or body: they may be personal or secret.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { request, timeout } => write!(f, "Send({}, within {timeout:?})", request.method()),
            Self::Wait(duration) => write!(f, "Wait({duration:?})"),
            Self::Done(Ok(response)) => write!(f, "Done({})", response.status()),
            Self::Done(Err(error)) => write!(f, "Done({error:?})"),
        }
    }
}

impl Call {
    /// A call that begins at `now`; `random` decides its jitter, and its idempotency key where it has none.
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](crate::ErrorKind::Configuration) where `options` cannot be right.
    pub fn new(
        config: &Config,
        mut prepared: PreparedCall,
        options: Option<&CallOptions>,
        now: UnixTime,
        random: [u8; 16],
    ) -> Result<Self, Error> {
        let settings = config.settings();
        let mut policy = settings.retry.clone();
        let mut deadline = settings.deadline;
        if let Some(options) = options {
            options.check().map_err(|error| error.with_operation(prepared.operation_name()))?;
            policy = options.retry.clone().unwrap_or(policy);
            policy.max_retries = options.max_retries.unwrap_or(policy.max_retries);
            deadline = match options.deadline {
                Field::Keep => deadline,
                Field::Clear => None,
                Field::Set(deadline) => Some(deadline),
            };
        }
        prepared.fill_idempotency_key(random);
        Ok(Self {
            config: config.clone(),
            options: options.cloned().map(Box::new),
            prepared,
            policy,
            deadline: deadline.map(|deadline| now + deadline),
            jitter: Jitter::new(random),
            attempts: 0,
            timeout: Duration::ZERO,
            outcome: Outcome::NotApplied,
            last_error: None,
        })
    }

    /// Takes what happened and says what to do next.
    #[must_use]
    pub fn next(&mut self, event: Event, now: UnixTime) -> Step {
        let wait = match event {
            Event::Start | Event::Waited => {
                return match self.request(now) {
                    Ok(request) => Step::Send { request, timeout: self.timeout },
                    Err(error) => Step::Done(Err(error)),
                };
            }
            Event::Response(response) if response.status().is_success() => {
                self.succeeded();
                return Step::Done(Ok(response));
            }
            Event::Response(response) => self.refused(response, now),
            Event::Failed(error) => self.failed(Error::transport(error), now),
        };
        wait.map_or_else(|error| Step::Done(Err(error)), Step::Wait)
    }

    /// What a transport is told of the request of the last [`Step::Send`].
    pub fn current_attempt(&self) -> Attempt<'_> {
        Attempt {
            operation: self.prepared.operation(),
            route: self.prepared.route(),
            number: self.attempts,
            timeout: self.timeout,
        }
    }

    /// How many requests were sent so far.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The idempotency key that all attempts carry.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.prepared.idempotency_key()
    }

    /// The request of the next attempt, or why there is none.
    pub(crate) fn request(&mut self, now: UnixTime) -> Result<http::Request<Bytes>, Error> {
        if self.prepared.expiry().is_some_and(|expiry| now >= expiry) {
            return Err(self.stopped(Error::expired(), StopReason::Expired));
        }
        // The wait was longer than it was to be: a laptop that slept, a Worker that was suspended.
        if self.deadline.is_some_and(|deadline| now >= deadline)
            && let Some(error) = self.last_error.take()
        {
            return Err(self.stopped(error, StopReason::DeadlineExceeded));
        }
        let request = self.prepared.clone().into_request(&self.config, self.options.as_deref());
        let request = request.map_err(|error| self.stopped(error, StopReason::NotRetryable))?;
        self.attempts += 1;
        self.timeout = self.timeout_of_attempt(now);
        Ok(request)
    }

    /// Notes a 2xx answer.
    pub(crate) fn succeeded(&self) {
        self.config.settings().budget.deposit(self.attempts > 1);
    }

    /// Takes any other answer: how long to wait for the next attempt, or the error that ends the call.
    pub(crate) fn refused(
        &mut self,
        response: http::Response<Bytes>,
        now: UnixTime,
    ) -> Result<Duration, Error> {
        let (parts, body) = response.into_parts();
        self.failed(Error::status(parts.status, &parts.headers, &body, now), now)
    }

    /// The attempt's timeout, or what is left until the deadline where that is less.
    fn timeout_of_attempt(&self, now: UnixTime) -> Duration {
        let own = self.options.as_ref().and_then(|options| options.timeout);
        let own = own.unwrap_or(self.config.settings().timeout);
        self.deadline.map_or(own, |deadline| own.min(deadline.since(now)))
    }

    /// Takes why there is no answer: how long to wait for the next attempt, or the error that ends the call.
    pub(crate) fn failed(&mut self, error: Error, now: UnixTime) -> Result<Duration, Error> {
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

    fn wait_before_retry(&mut self, error: &Error, now: UnixTime) -> Result<Duration, StopReason> {
        if !error.is_transient() {
            return Err(StopReason::NotRetryable);
        }
        // The server's explicit word stands for itself.
        let told_to = error.should_retry() == Some(true);
        if !self.prepared.is_repeatable() && self.outcome == Outcome::Unknown && !told_to {
            return Err(StopReason::NotRepeatable);
        }
        let retries = self.attempts.saturating_sub(1);
        if retries >= self.policy.max_retries {
            return Err(StopReason::AttemptsExhausted);
        }
        let wait = match error.retry_after() {
            Some(wait) if wait > self.policy.max_retry_after => return Err(StopReason::RetryAfterTooLong),
            Some(wait) => wait,
            None => self.policy.backoff_before(retries, self.jitter.next()),
        };
        let next = now + wait;
        if self.deadline.is_some_and(|deadline| next >= deadline) {
            return Err(StopReason::DeadlineExceeded);
        }
        if self.prepared.expiry().is_some_and(|expiry| next >= expiry) {
            return Err(StopReason::Expired);
        }
        if !self.config.settings().budget.withdraw() {
            return Err(StopReason::BudgetExhausted);
        }
        Ok(wait)
    }

    fn stopped(&self, error: Error, reason: StopReason) -> Error {
        let context = CallContext { stopped_by: Some(reason), ..self.context() };
        error.with_operation(self.prepared.operation_name()).with_context(context)
    }

    /// What is known of the call so far.
    pub(crate) fn context(&self) -> CallContext {
        CallContext {
            attempts: self.attempts,
            outcome: self.outcome,
            repeatable: self.prepared.is_repeatable(),
            idempotency_key: self.prepared.idempotency_key().map(str::to_owned),
            stopped_by: None,
        }
    }
}
