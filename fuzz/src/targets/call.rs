//! One call under any policy, with any responses and errors, while both clocks jump.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::Bytes;
use contract_tests::sample::Sample;
use http::uri::PathAndQuery;
use http::{HeaderValue, StatusCode};
use knock_core::call::{Call, Ready, Verdict};
use knock_core::{
    CallOptions, Config, Error, ErrorKind, Moment, Outcome, PreparedCall, RetryBudget, RetryPolicy,
    StopReason, TransportError, TransportErrorKind as Kind, UnixTime,
};

use crate::{KEY, check_error, is_html, may_have_acted, with_samples};

/// Checks one input.
pub fn check(input: &[u8]) {
    // An input that is too short ends the run early.
    let _ = run(&mut Unstructured::new(input));
}

const MAX_ATTEMPTS: usize = 40;

fn run(input: &mut Unstructured<'_>) -> Result<()> {
    let prepared = prepared(input)?;
    let limits = Limits::arbitrary(input)?;
    let mut now = Moment { unix: unix(input)?, steady: duration(input)? };
    let budget = RetryBudget::new(limits.budget.into());
    let config = limits.config(&budget);
    let options = bool::arbitrary(input)?.then(|| limits.options());
    let call =
        Call::new(&config, prepared.clone(), options.as_ref(), now, input.arbitrary()?).expect("valid");
    let mut model = Model::new(&limits, prepared, now, &call);
    let mut call = call;
    for _ in 0..MAX_ATTEMPTS {
        now = later(input, now, model.wait)?;
        let (request, sent) = match call.send(now) {
            Ok(sent) => sent,
            Err(error) => {
                model.check_not_sent(&error, now);
                return Ok(());
            }
        };
        model.sent(&request, sent.attempt(), now);
        now = later(input, now, Duration::ZERO)?;
        let verdict = match Event::arbitrary(input)? {
            Event::Responds(response) => {
                let response = response.build();
                model.responded(&response);
                sent.receive(response, now)
            }
            Event::Fails(kind) => {
                model.failed(kind.0);
                sent.fail(TransportError::new(kind.0, "no response"), now)
            }
        };
        call = match verdict {
            Verdict::Done(completed) => {
                model.check_done(&completed);
                return Ok(());
            }
            Verdict::Failed(error) => {
                model.check_failed(&error);
                return Ok(());
            }
            Verdict::Retry { after, call } => {
                model.check_retry(after, &call, now, &budget);
                call
            }
        };
    }
    // If nothing limits the retries, those after failures of this machine need not end.
    Ok(())
}

/// A request of any operation.
fn prepared(input: &mut Unstructured<'_>) -> Result<PreparedCall> {
    let index = usize::from(u16::arbitrary(input)?);
    let call = with_samples(|samples| {
        let calls: Vec<_> =
            samples.iter().flat_map(Sample::requests).filter_map(|call| call.as_ref().ok()).collect();
        calls[index % calls.len()].clone()
    });
    Ok(if u8::arbitrary(input)? < 64 { call.expires_at(unix(input)?) } else { call })
}

/// A duration of any size, with those that make a difference more often than by chance.
fn duration(input: &mut Unstructured<'_>) -> Result<Duration> {
    Ok(match u8::arbitrary(input)? % 8 {
        0 => Duration::ZERO,
        1 => Duration::MAX,
        2 => Duration::from_nanos(input.arbitrary()?),
        3 => Duration::new(input.arbitrary()?, u32::arbitrary(input)? % 1_000_000_000),
        _ => Duration::from_millis(u16::arbitrary(input)?.into()),
    })
}

fn unix(input: &mut Unstructured<'_>) -> Result<UnixTime> {
    let start = UnixTime::from_secs(1_790_000_000);
    Ok(if u8::arbitrary(input)? < 200 {
        start + duration(input)?
    } else {
        UnixTime::from_millis(input.arbitrary()?)
    })
}

/// The time after a wait, by clocks that may have been set in the meantime.
fn later(input: &mut Unstructured<'_>, now: Moment, wait: Duration) -> Result<Moment> {
    let jump = u8::arbitrary(input)?;
    let unix = if jump & 1 == 0 { now.unix + wait } else { unix(input)? };
    let steady = match jump >> 1 & 3 {
        0 | 1 => now.steady.saturating_add(wait),
        2 => now.steady.saturating_add(wait).saturating_add(duration(input)?),
        _ => duration(input)?,
    };
    Ok(Moment { unix, steady })
}

/// The settings of a call.
#[derive(Debug)]
struct Limits {
    retries: u32,
    backoff: (Duration, Duration),
    max_retry_after: Duration,
    timeout: Duration,
    deadline: Option<Duration>,
    budget: u8,
}

impl<'a> Arbitrary<'a> for Limits {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let positive = |duration: Duration| duration.max(Duration::from_nanos(1));
        Ok(Self {
            retries: if u8::arbitrary(input)? == 255 {
                u32::MAX
            } else {
                u32::from(u8::arbitrary(input)? % 8)
            },
            backoff: (duration(input)?, duration(input)?),
            max_retry_after: duration(input)?,
            timeout: positive(duration(input)?),
            deadline: bool::arbitrary(input)?.then(|| duration(input)).transpose()?.map(positive),
            budget: input.arbitrary::<u8>()? % 180,
        })
    }
}

impl Limits {
    fn policy(&self) -> RetryPolicy {
        RetryPolicy::default()
            .max_retries(self.retries)
            .backoff(self.backoff.0, self.backoff.1)
            .max_retry_after(self.max_retry_after)
    }

    fn config(&self, budget: &RetryBudget) -> Config {
        let builder = Config::builder(KEY).timeout(self.timeout).deadline(self.deadline).retry(self.policy());
        builder.retry_budget(budget.clone()).build().expect("the settings are valid")
    }

    fn options(&self) -> CallOptions {
        CallOptions::new().timeout(self.timeout).deadline(self.deadline).retry(self.policy())
    }
}

#[derive(Debug, Arbitrary)]
enum Event {
    Responds(Response),
    Fails(FailureKind),
}

#[derive(Debug)]
struct FailureKind(Kind);

impl<'a> Arbitrary<'a> for FailureKind {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let kinds = [
            Kind::Dns,
            Kind::Refused,
            Kind::Unreachable,
            Kind::ConnectTimeout,
            Kind::Tls,
            Kind::Certificate,
            Kind::NoCertificates,
            Kind::Proxy,
            Kind::Denied,
            Kind::NotProcessed,
            Kind::LocalLimit,
            Kind::NotSent,
            Kind::Interrupted,
            Kind::Timeout,
            Kind::TooLarge,
            Kind::Redirected,
        ];
        input.choose(&kinds).copied().map(Self)
    }
}

#[derive(Debug, Arbitrary)]
struct Response {
    status: u8,
    should_retry: Asks,
    retry_after: Option<(bool, u16)>,
    odd_header: Option<Vec<u8>>,
    body: Body,
}

#[derive(Debug, Arbitrary)]
enum Asks {
    Nothing,
    Retry,
    NoRetry,
}

#[derive(Debug, Arbitrary)]
enum Body {
    Empty,
    Json,
    Html,
    Error,
    Cut,
}

impl Response {
    fn build(self) -> http::Response<Bytes> {
        const STATUSES: [u16; 24] = [
            200, 201, 204, 206, 299, 100, 301, 302, 304, 307, 400, 401, 403, 404, 408, 409, 413, 422, 425,
            429, 500, 502, 503, 999,
        ];
        let body: &'static str = match self.body {
            Body::Empty => "",
            Body::Json => r#"{"id": "jhammond"}"#,
            Body::Html => "<html>Sign in</html>",
            Body::Error => r#"{"code": "resource_missing", "message": "It does not exist"}"#,
            Body::Cut => r#"{"id": "jh"#,
        };
        let mut response = http::Response::new(Bytes::from_static(body.as_bytes()));
        let status = STATUSES[usize::from(self.status) % STATUSES.len()];
        *response.status_mut() = StatusCode::from_u16(status).expect("three digits");
        let headers = response.headers_mut();
        match self.should_retry {
            Asks::Nothing => {}
            Asks::Retry => drop(headers.insert("x-should-retry", HeaderValue::from_static("true"))),
            Asks::NoRetry => drop(headers.insert("x-should-retry", HeaderValue::from_static("false"))),
        }
        if let Some((millis, number)) = self.retry_after {
            headers.insert(if millis { "retry-after-ms" } else { "retry-after" }, number.into());
        }
        if let Some(value) = self.odd_header.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()) {
            headers.append("retry-after", value);
        }
        response
    }
}

/// What the call may do, by the documentation.
struct Model<'l> {
    limits: &'l Limits,
    prepared: PreparedCall,
    deadline: Option<Duration>,
    key: Option<String>,
    attempts: u32,
    /// Whether an attempt may have been carried out.
    may_have_acted: bool,
    earlier_may_have_acted: bool,
    /// What the last response asks for.
    asks: Option<bool>,
    last_ended_well: bool,
    /// The tokens of the budget that a retry takes. After an attempt that met a limit of this machine, it is free.
    cost: u32,
    /// The tokens that the retries took.
    paid: u32,
    wait: Duration,
}

impl<'l> Model<'l> {
    fn new(limits: &'l Limits, prepared: PreparedCall, now: Moment, call: &Call<Ready>) -> Self {
        let deadline = limits.deadline.map(|deadline| now.steady.saturating_add(deadline));
        let key = call.idempotency_key().map(str::to_owned);
        assert!(prepared.idempotency_key().is_none() || prepared.idempotency_key() == key.as_deref());
        Self {
            limits,
            prepared,
            deadline,
            key,
            attempts: 0,
            may_have_acted: false,
            earlier_may_have_acted: false,
            asks: None,
            last_ended_well: false,
            cost: 5,
            paid: 0,
            wait: Duration::ZERO,
        }
    }

    fn sent(&mut self, request: &http::Request<Bytes>, attempt: knock_core::Attempt<'_>, now: Moment) {
        assert!(
            !self.may_have_acted || self.prepared.is_repeatable() || self.asks == Some(true),
            "{} was sent again, although it may have acted",
            self.prepared.operation()
        );
        self.attempts += 1;
        self.earlier_may_have_acted = self.may_have_acted;
        assert_eq!(attempt.number, self.attempts);
        assert!(self.attempts - 1 <= self.limits.retries);
        assert!(self.prepared.expiry().is_none_or(|expiry| now.unix < expiry), "it had expired");
        assert!(attempt.timeout <= self.limits.timeout);
        if let Some(deadline) = self.deadline {
            assert!(now.steady < deadline, "an attempt after the deadline");
            assert!(attempt.timeout <= deadline.saturating_sub(now.steady));
        }
        let keys: Vec<_> =
            request.headers().get_all("idempotency-key").iter().map(HeaderValue::as_bytes).collect();
        assert_eq!(keys, self.key.iter().map(String::as_bytes).collect::<Vec<_>>());
        assert_eq!(request.uri().path_and_query().map(PathAndQuery::as_str), Some(self.prepared.target()));
        assert_eq!(request.body(), &self.prepared.body().cloned().unwrap_or_default());
    }

    fn responded(&mut self, response: &http::Response<Bytes>) {
        let status = response.status();
        self.cost = 5;
        // Only an error can be Knock's.
        let is_error = response.status().as_u16() >= 400;
        let asks = response.headers().get("x-should-retry").filter(|_| is_error);
        self.asks = match asks.map(HeaderValue::as_bytes) {
            Some(b"true") => Some(true),
            Some(b"false") => Some(false),
            _ => None,
        };
        // Whether an empty body is a success depends on the operation, so `check_done` looks at it.
        self.last_ended_well = status.is_success() && !is_html(response.body());
        let is_refused = !status.is_success() && !may_have_acted(status);
        if !is_refused {
            self.may_have_acted = true;
        }
    }

    fn failed(&mut self, kind: Kind) {
        self.cost = if kind == Kind::LocalLimit { 0 } else { 5 };
        self.asks = None;
        self.last_ended_well = false;
        if matches!(kind, Kind::Interrupted | Kind::Timeout | Kind::TooLarge | Kind::Redirected) {
            self.may_have_acted = true;
        }
    }

    fn check_not_sent(&self, error: &Error, now: Moment) {
        self.check_error(error);
        match error.stopped_by() {
            Some(StopReason::Expired) => {
                assert!(self.prepared.expiry().is_some_and(|expiry| now.unix >= expiry));
                assert_eq!(error.kind(), ErrorKind::Expired);
            }
            Some(StopReason::DeadlineExceeded) => {
                assert!(self.deadline.is_some_and(|deadline| now.steady >= deadline));
                assert!(self.attempts > 0 || error.outcome() == Outcome::NotApplied && error.is_retryable());
            }
            reason => panic!("stopped by {reason:?}"),
        }
    }

    fn check_done(&self, completed: &knock_core::call::Completed) {
        assert!(self.last_ended_well);
        assert_eq!(completed.attempts(), self.attempts);
        assert_eq!(completed.idempotency_key(), self.key.as_deref());
        assert_eq!(completed.earlier_attempt_may_have_acted(), self.earlier_may_have_acted);
    }

    fn check_failed(&self, error: &Error) {
        self.check_error(error);
        assert_eq!(error.earlier_attempt_may_have_acted(), self.earlier_may_have_acted);
        match error.stopped_by().expect("the call began") {
            StopReason::NotRepeatable => assert!(self.may_have_acted && !self.prepared.is_repeatable()),
            StopReason::AttemptsExhausted => assert_eq!(self.attempts - 1, self.limits.retries),
            StopReason::DeadlineExceeded => assert!(self.deadline.is_some()),
            StopReason::RetryAfterTooLong => {
                assert!(error.retry_after().is_some_and(|wait| wait > self.limits.max_retry_after));
            }
            StopReason::Expired => assert!(self.prepared.expiry().is_some()),
            _ => {}
        }
    }

    fn check_error(&self, error: &Error) {
        check_error(error, &[]);
        assert_eq!(error.attempts(), self.attempts);
        assert_eq!(error.idempotency_key(), self.key.as_deref());
        assert_eq!(error.operation(), Some(self.prepared.operation()));
        let expected = if self.may_have_acted { Outcome::Unknown } else { Outcome::NotApplied };
        assert_eq!(error.outcome(), expected, "{error}");
        if error.is_retryable() {
            assert!(!self.may_have_acted || self.prepared.is_repeatable(), "{error}");
        }
    }

    fn check_retry(&mut self, after: Duration, call: &Call<Ready>, now: Moment, budget: &RetryBudget) {
        assert_ne!(self.asks, Some(false));
        assert_eq!(call.attempts(), self.attempts);
        assert_eq!(call.idempotency_key(), self.key.as_deref());
        let longest = self.limits.max_retry_after.max(self.limits.backoff.1).max(self.prepared.min_wait());
        assert!(after <= longest, "{after:?} is longer than {longest:?}");
        if self.may_have_acted {
            assert!(after >= self.prepared.min_wait(), "{after:?}");
        }
        if let Some(deadline) = self.deadline {
            assert!(now.steady.saturating_add(after) < deadline, "the wait is longer than the deadline");
        }
        self.paid += self.cost;
        assert!(self.paid <= u32::from(self.limits.budget), "more retries than the budget has");
        assert_eq!(budget.tokens(), u32::from(self.limits.budget) - self.paid);
        self.wait = after;
    }
}
