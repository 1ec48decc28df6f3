//! What to do with a call from a queue, before it is sent and after.
//!
//! These are decisions without IO, for any queue. `knock-jobs` makes them for `SQLite` and Postgres, and `knock-worker` for
//! Cloudflare Queues. The [guide](crate::guide::queues) explains what a queue has to take care of.
//!
//! ```
//! use knock_core::queue::{Delivery, Next, Past};
//! use knock_core::{Client, PreparedCall, Transport};
//!
//! /// Sends a call once, and returns what becomes of it.
//! async fn deliver<T: Transport>(knock: &Client<T>, call: PreparedCall, past: Past) -> Next {
//!     match Delivery::begin(&call, past, knock.transport().now()) {
//!         Ok(delivery) => delivery.end(&knock.execute(call, None).await),
//!         Err(next) => next, // nothing is sent
//!     }
//! }
//! ```

use std::fmt;
use std::time::Duration;

use crate::call::{Completed, PreparedCall};
use crate::error::{Error, ErrorKind, Outcome, StopReason, TransportErrorKind};
use crate::value::UnixTime;

/// A key that expires within this time is not used: the clocks of two machines differ, and a call takes a while.
const KEY_MARGIN: Duration = Duration::from_secs(5 * 60);
const SHORTEST_BACKOFF: Duration = Duration::from_secs(1);
/// The longest backoff, and the longest wait that is asked for, so that one mistake of a server does not hold a call for
/// good.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// What is known about the earlier deliveries of a call. The default is a call that was never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Past {
    /// Whether a worker may have sent the call without recording how that ended, for example because it was killed.
    pub interrupted: bool,
    /// When Knock may first have received the call.
    pub first_sent_at: Option<UnixTime>,
}

/// What to do with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// Knock carried out the call. Remove it.
    Sent,
    /// It is too late to send the call. Remove it.
    Expired,
    /// Send the call again later.
    Retry(Retry),
    /// Keep the call for a person, and do not send it.
    SetAside(Reason),
}

/// A call that is to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How long Knock, or the client's [pace](crate::Pace), asks to wait. More than an hour counts as an hour.
    pub after: Option<Duration>,
    /// The shortest wait, see [`PreparedCall::min_wait`].
    pub at_least: Duration,
    /// Whether the failure counts towards a limit of the queue. Being asked to wait does not, nor does a wrong key or
    /// setting of the worker: nothing is wrong with the call.
    pub counts: bool,
    /// Whether Knock may have acted on the call. If not, the next delivery may be treated as the first.
    pub may_have_acted: bool,
}

impl Retry {
    /// Returns the wait before the next delivery, after this many deliveries that failed, this one included. `random` is
    /// any number.
    ///
    /// Pass failures that do not [count](Self::counts) too, at least those without [`after`](Self::after): otherwise a
    /// worker with a wrong key sends the call again every second.
    ///
    /// It is the wait that was asked for, or else one second, doubled after each failure, minus a jitter of up to a quarter.
    /// Either is an hour at most.
    pub fn wait(&self, failures: u32, random: u32) -> Duration {
        self.wait_or(backoff(failures, random))
    }

    /// Returns the wait before the next delivery, for a queue with its own backoff: the wait that was asked for, up to an
    /// hour, or else `backoff`.
    pub fn wait_or(&self, backoff: Duration) -> Duration {
        self.after.map_or(backoff, |after| after.min(LONGEST_WAIT)).max(self.at_least)
    }
}

/// Why a call is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The message is not a [`PreparedCall`], or one of a later version of the SDK. Nothing was sent.
    NotACall,
    /// Knock refused the call, or it is invalid. It would fail again.
    Refused,
    /// Knock may have acted on the call, and it is not safe to repeat. Find out before you send it again.
    OutcomeUnknown,
    /// Knock may have acted on the call about 24 hours ago and forgets its idempotency key, so sending it again could
    /// notify twice.
    KeyExpired,
    /// Every delivery failed, although the last error may be temporary.
    GaveUp,
}

impl Reason {
    const ALL: [Self; 5] =
        [Self::NotACall, Self::Refused, Self::OutcomeUnknown, Self::KeyExpired, Self::GaveUp];

    /// Returns the name for storage, for example `outcome_unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotACall => "not_a_call",
            Self::Refused => "refused",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::KeyExpired => "key_expired",
            Self::GaveUp => "gave_up",
        }
    }

    /// Returns the reason with this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One delivery of a call, from the decision to send it until it ended.
#[derive(Debug)]
#[must_use]
pub struct Delivery {
    min_wait: Duration,
    is_repeatable: bool,
}

impl Delivery {
    /// Begins a delivery, after which the call may be sent once with [`Client::execute`](crate::Client::execute).
    ///
    /// # Errors
    ///
    /// What to do instead of sending the call: it expired, its idempotency key does not protect it any more, or it was
    /// interrupted and is not safe to repeat.
    pub fn begin(call: &PreparedCall, past: Past, now: UnixTime) -> Result<Self, Next> {
        if past.interrupted && !call.is_repeatable() {
            return Err(Next::SetAside(Reason::OutcomeUnknown));
        }
        if call.expiry().is_some_and(|expiry| now >= expiry) {
            return Err(Next::Expired);
        }
        let key_end = past.first_sent_at.and_then(|first| call.key_expires_at(first));
        if key_end.is_some_and(|end| now + KEY_MARGIN >= end) {
            return Err(Next::SetAside(Reason::KeyExpired));
        }
        Ok(Self { min_wait: call.min_wait(), is_repeatable: call.is_repeatable() })
    }

    /// Returns what to do with the call after it was sent.
    pub fn end(self, result: &Result<Completed, Error>) -> Next {
        match result {
            Ok(_) => Next::Sent,
            Err(error) => self.failed(error),
        }
    }

    fn failed(self, error: &Error) -> Next {
        if error.outcome() == Outcome::Applied {
            return Next::Sent;
        }
        // What a call that is not repeatable may have done is of interest even if it is not sent again.
        let is_harmless = self.is_repeatable || !error.outcome_unknown();
        if error.stopped_by() == Some(StopReason::Expired) && is_harmless {
            return Next::Expired;
        }
        if error.is_retryable() {
            let after = error.retry_after();
            let is_limited =
                error.is_rate_limited() || error.transport_kind() == Some(TransportErrorKind::LocalLimit);
            return self.retry(error, after, !(is_limited && after.is_some()));
        }
        if is_harmless && is_of_the_worker(error) {
            // However long a server asks to wait, the key may still be wrong then, so the waits grow.
            return self.retry(error, None, false);
        }
        Next::SetAside(if error.outcome_unknown() { Reason::OutcomeUnknown } else { Reason::Refused })
    }

    fn retry(self, error: &Error, after: Option<Duration>, counts: bool) -> Next {
        let may_have_acted = error.outcome_unknown();
        Next::Retry(Retry { after, at_least: self.min_wait, counts, may_have_acted })
    }
}

/// Returns whether the error is that of the worker's key or settings. Once they are right, the call can be sent.
fn is_of_the_worker(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Authentication | ErrorKind::Configuration => true,
        // It may also be a consequence of an earlier attempt, or about a provider's token that Knock stores.
        ErrorKind::PermissionDenied => !error.outcome_unknown() && !is_about_a_provider(error),
        _ => false,
    }
}

fn is_about_a_provider(error: &Error) -> bool {
    let operation = error.operation().unwrap_or_default();
    ["slack.", "ms_teams."].iter().any(|start| operation.starts_with(start))
}

fn backoff(failures: u32, random: u32) -> Duration {
    let factor = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    let wait = SHORTEST_BACKOFF.saturating_mul(factor).min(LONGEST_WAIT);
    wait.saturating_sub((wait / 4).mul_f64(f64::from(random) / f64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::call::{Call, Method, Verdict};
    use crate::operation::Operation;
    use crate::{Config, TransportError, custom, users, workflows};

    const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn ago_from_now(ago: Duration) -> UnixTime {
        UnixTime::from_secs(1_790_000_000 - ago.as_secs())
    }

    fn trigger() -> PreparedCall {
        workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).prepare([7; 16]).unwrap()
    }

    fn unsafe_to_repeat() -> PreparedCall {
        custom::request::<()>(Method::Post, "/v1/anything").prepare([7; 16]).unwrap()
    }

    fn begin(call: &PreparedCall, past: Past) -> Result<(), Next> {
        Delivery::begin(call, past, NOW).map(|_| ())
    }

    type Reply = Result<http::Response<bytes::Bytes>, TransportError>;

    /// Makes a single attempt, and returns what becomes of the call.
    fn deliver(call: PreparedCall, reply: Reply) -> Next {
        deliver_with(crate::RetryPolicy::never(), call, [reply])
    }

    /// Makes an attempt for each reply, and returns what becomes of the call.
    fn deliver_with(
        policy: crate::RetryPolicy,
        call: PreparedCall,
        replies: impl IntoIterator<Item = Reply>,
    ) -> Next {
        let config = Config::builder("sk_test_12345").retry(policy).build().unwrap();
        let delivery = Delivery::begin(&call, Past::default(), NOW).unwrap();
        let mut call = Call::new(&config, call, None, NOW, [7; 16]).unwrap();
        for reply in replies {
            let (_, sent) = call.send(NOW).unwrap();
            let verdict = match reply {
                Ok(response) => sent.receive(response, NOW),
                Err(error) => sent.fail(error, NOW),
            };
            match verdict {
                Verdict::Done(completed) => return delivery.end(&Ok(completed)),
                Verdict::Failed(error) => return delivery.end(&Err(error)),
                Verdict::Retry { call: again, .. } => call = again,
            }
        }
        panic!("the call goes on")
    }

    fn response(status: u16, retry_after: Option<&str>, body: &'static str) -> http::Response<bytes::Bytes> {
        let mut response = http::Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert("retry-after", seconds.parse().unwrap());
        }
        response
    }

    #[test]
    fn what_could_notify_twice_is_not_sent_again() {
        let interrupted = Past { interrupted: true, ..Past::default() };
        assert_eq!(begin(&trigger(), interrupted), Ok(()));
        let aside = |reason| Err(Next::SetAside(reason));
        assert_eq!(begin(&unsafe_to_repeat(), interrupted), aside(Reason::OutcomeUnknown));
        assert_eq!(begin(&unsafe_to_repeat(), Past::default()), Ok(()));

        let sent_before = |ago| Past { first_sent_at: Some(ago_from_now(ago)), ..Past::default() };
        assert_eq!(begin(&trigger(), sent_before(DAY)), aside(Reason::KeyExpired));
        assert_eq!(
            begin(&trigger(), sent_before(Duration::from_secs(24 * 3600 - 300))),
            aside(Reason::KeyExpired)
        );
        assert_eq!(begin(&trigger(), sent_before(Duration::from_secs(24 * 3600 - 301))), Ok(()));
        let without_key = users::delete("jhammond").prepare([7; 16]).unwrap();
        assert_eq!(begin(&without_key, sent_before(DAY * 3)), Ok(()));
    }

    #[test]
    fn an_expired_call_is_removed() {
        let expired = trigger().expires_at(NOW);
        assert_eq!(begin(&expired, Past::default()), Err(Next::Expired));
        // Whether Knock acted matters only if it would be sent again.
        let past = Past { interrupted: true, first_sent_at: Some(ago_from_now(DAY)) };
        assert_eq!(begin(&expired, past), Err(Next::Expired));
    }

    #[test]
    fn a_response_decides_what_becomes_of_the_call() {
        let retry = |after: Option<u64>, counts, may_have_acted| {
            Next::Retry(Retry {
                after: after.map(Duration::from_secs),
                at_least: Duration::ZERO,
                counts,
                may_have_acted,
            })
        };
        let done = r#"{"workflow_run_id": "1"}"#;
        for (status, retry_after, body, next) in [
            (200, None, done, Next::Sent),
            (200, None, "<html>", retry(None, true, true)),
            (401, None, "{}", retry(None, false, false)),
            (401, Some("5"), "{}", retry(None, false, false)),
            (403, None, "{}", retry(None, false, false)),
            (422, None, "{}", Next::SetAside(Reason::Refused)),
            (429, Some("90"), "{}", retry(Some(90), false, false)),
            (429, None, "{}", retry(None, true, false)),
            (503, Some("5"), "{}", retry(Some(5), true, true)),
        ] {
            assert_eq!(deliver(trigger(), Ok(response(status, retry_after, body))), next, "{status} {body}");
        }
        let unclear = response(503, None, "{}");
        assert_eq!(deliver(unsafe_to_repeat(), Ok(unclear)), Next::SetAside(Reason::OutcomeUnknown));
        let refused = TransportError::new(TransportErrorKind::NotSent, "refused");
        assert_eq!(deliver(unsafe_to_repeat(), Err(refused)), retry(None, true, false));
    }

    #[test]
    fn a_call_that_expires_before_its_retry_has_expired() {
        let soon = |call: PreparedCall| call.expires_at(NOW + Duration::from_secs(1));
        let limited = || Ok(response(429, Some("5"), "{}"));
        let unclear = || Ok(response(503, Some("5"), "{}"));
        let policy = crate::RetryPolicy::default;
        assert_eq!(deliver_with(policy(), soon(trigger()), [limited()]), Next::Expired);
        assert_eq!(deliver_with(policy(), soon(trigger()), [unclear()]), Next::Expired);
        assert_eq!(deliver_with(policy(), soon(unsafe_to_repeat()), [limited()]), Next::Expired);
        let unknown = deliver_with(policy(), soon(unsafe_to_repeat()), [unclear()]);
        assert_eq!(unknown, Next::SetAside(Reason::OutcomeUnknown));
    }

    #[test]
    fn a_403_that_may_not_be_about_the_key_is_set_aside() {
        let denied = || Ok(response(403, None, "{}"));
        let provider = crate::slack::AccessTokenObject::tenant("jurassic-park");
        let check = crate::slack::auth_check("slack", provider).prepare([7; 16]).unwrap();
        assert_eq!(deliver(check, denied()), Next::SetAside(Reason::Refused));
        // An earlier attempt may have done what makes Knock refuse the next one.
        let policy = crate::RetryPolicy::default();
        let after_timeout = deliver_with(policy, trigger(), [Err(TransportError::timed_out()), denied()]);
        assert_eq!(after_timeout, Next::SetAside(Reason::OutcomeUnknown));
    }

    #[test]
    fn a_call_on_many_entities_waits_until_knock_updates_them_again() {
        let bulk = users::bulk_delete(["jhammond"]).prepare([7; 16]).unwrap();
        let min_wait = bulk.min_wait();
        let Next::Retry(retry) = deliver(bulk, Ok(response(503, None, "{}"))) else { panic!("no retry") };
        assert!(min_wait > Duration::from_secs(1));
        assert_eq!(retry.wait(1, 0), min_wait);
        assert_eq!(retry.wait(5, 0), Duration::from_secs(16));
    }

    #[test]
    fn a_wait_that_was_asked_for_is_an_hour_at_most() {
        let hour = Duration::from_secs(3600);
        for (after, expected) in [(hour, hour), (hour * 2, hour), (Duration::MAX, hour)] {
            let after = Some(after);
            let retry = Retry { after, at_least: Duration::ZERO, counts: false, may_have_acted: false };
            assert_eq!((retry.wait(1, 0), retry.wait_or(Duration::from_secs(7))), (expected, expected));
        }
        // As a proxy may send it: the time in milliseconds since 1970.
        let absurd = response(429, Some("1790000000000"), "{}");
        let Next::Retry(retry) = deliver(trigger(), Ok(absurd)) else { panic!("no retry") };
        assert_eq!(retry.wait(1, 0), hour);
    }

    #[test]
    fn backoff_doubles_up_to_an_hour_minus_jitter() {
        let waits: Vec<_> =
            [0, 1, 2, 3, 12, 13, u32::MAX].map(|failures| backoff(failures, 0).as_secs()).into();
        assert_eq!(waits, [1, 1, 2, 4, 2048, 3600, 3600]);
        assert_eq!(backoff(3, u32::MAX), Duration::from_secs(3));
    }

    #[test]
    fn reasons_have_names() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_name(reason.as_str()), Some(reason));
            assert_eq!(reason.to_string(), reason.as_str());
        }
        assert_eq!(Reason::from_name("tired"), None);
    }
}
