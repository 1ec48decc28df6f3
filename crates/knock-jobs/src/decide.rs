//! What to do with a job: pure decisions, before its call is sent and after.

use std::fmt;
use std::time::Duration;

use knock_core::call::Completed;
use knock_core::{Error, ErrorKind, Outcome, PreparedCall, TransportErrorKind, UnixTime};
use serde_json::{Value, json};

/// Retries wait one second, then twice as long each time, up to an hour.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// The clocks of two machines differ, and a call takes a while. A key that expires within this time is not used.
const KEY_MARGIN: Duration = Duration::from_mins(5);

/// Why a job was given up. It is kept as a [dead letter](crate::DeadLetter).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeadReason {
    /// The stored message is not a [`PreparedCall`], or one of a later version of the SDK. Nothing was sent.
    NotACall,
    /// Knock refused the call, or it is invalid: it would fail again.
    Refused,
    /// Knock may have acted on the call, and it is not safe to repeat: find out before you send it again.
    OutcomeUnknown,
    /// Knock may have acted on the call about 24 hours ago, and forgets its idempotency key: sending it again could
    /// notify twice.
    KeyExpired,
    /// Every attempt failed, or its worker died, although the cause may be temporary.
    GaveUp,
}

impl DeadReason {
    const ALL: [Self; 5] =
        [Self::NotACall, Self::Refused, Self::OutcomeUnknown, Self::KeyExpired, Self::GaveUp];

    /// Returns the name as it is stored, for example `outcome_unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotACall => "not_a_call",
            Self::Refused => "refused",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::KeyExpired => "key_expired",
            Self::GaveUp => "gave_up",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl fmt::Display for DeadReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of a job's earlier deliveries.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Past {
    /// How many deliveries failed.
    pub(crate) attempts: u32,
    pub(crate) max_attempts: u32,
    /// Whether a worker began to send the call and did not record how that ended.
    pub(crate) interrupted: bool,
    /// When Knock may first have received the call.
    pub(crate) first_sent_at: Option<UnixTime>,
}

/// What happens to a job.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Sent(Value),
    Expired,
    Retry { wait: Duration, counts: bool, may_have_acted: bool, why: String },
    Dead(DeadReason, String),
}

/// Returns what happens to a job without sending its call, or `None` if it may be sent.
pub(crate) fn before(call: &PreparedCall, past: &Past, now: UnixTime) -> Option<Next> {
    if past.interrupted && !call.is_repeatable() {
        let why = "a worker stopped while it sent the call, and the call is not safe to repeat";
        return Some(Next::Dead(DeadReason::OutcomeUnknown, why.into()));
    }
    if call.expiry().is_some_and(|expiry| now >= expiry) {
        return Some(Next::Expired);
    }
    if past.interrupted && past.attempts >= past.max_attempts {
        let why = "a worker stopped while it sent the call, at the last attempt";
        return Some(Next::Dead(DeadReason::GaveUp, why.into()));
    }
    let key_end = past.first_sent_at.and_then(|first| call.key_expires_at(first));
    if let Some(end) = key_end.filter(|end| now + KEY_MARGIN >= *end) {
        let why = format!("Knock remembers the idempotency key until {end}, and may have acted on the call");
        return Some(Next::Dead(DeadReason::KeyExpired, why));
    }
    None
}

/// Returns what happens to a job after its call was sent. `jitter` is between 0 and 1.
pub(crate) fn after(result: Result<Completed, Error>, min_wait: Duration, past: &Past, jitter: f64) -> Next {
    match result {
        Ok(completed) => Next::Sent(json!({ "status": completed.response().status().as_u16() })),
        Err(error) => after_error(&error, min_wait, past, jitter),
    }
}

fn after_error(error: &Error, min_wait: Duration, past: &Past, jitter: f64) -> Next {
    let why = error.to_string();
    if error.outcome() == Outcome::Applied {
        return Next::Sent(json!({ "unreadable": why }));
    }
    // The key and the settings are those of the worker. Once they are right, the job can be sent.
    let workers_fault = matches!(error.kind(), ErrorKind::Authentication | ErrorKind::Configuration);
    if !error.is_retryable() && !workers_fault {
        return match error.kind() {
            ErrorKind::Expired if !error.outcome_unknown() => Next::Expired,
            _ if error.outcome_unknown() => Next::Dead(DeadReason::OutcomeUnknown, why),
            _ => Next::Dead(DeadReason::Refused, why),
        };
    }
    // If Knock, or the client's pace, says how long to wait, nothing is wrong with the call.
    let is_limited =
        error.is_rate_limited() || error.transport_kind() == Some(TransportErrorKind::LocalLimit);
    let counts = !(is_limited && error.retry_after().is_some());
    if counts && past.attempts + 1 >= past.max_attempts {
        return Next::Dead(DeadReason::GaveUp, why);
    }
    let wait = error.retry_after().unwrap_or_else(|| backoff(past.attempts, jitter)).max(min_wait);
    Next::Retry { wait, counts, may_have_acted: error.outcome_unknown(), why }
}

/// Returns the wait after this many failed deliveries, less up to a quarter.
fn backoff(attempts: u32, jitter: f64) -> Duration {
    let factor = 2_u32.saturating_pow(attempts.min(31));
    SHORTEST_WAIT.saturating_mul(factor).min(LONGEST_WAIT).mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 4.0)
}
