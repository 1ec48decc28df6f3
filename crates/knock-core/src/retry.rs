//! When to try again: policy, backoff, what the server asked for, and a budget over all calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::HeaderMap;

use crate::time::UnixTime;

/// How a call is retried.
///
/// The defaults are those of `@knocklabs/node` 1.x (2 retries; 0.5 s doubled each time, at most 8 s, less up to
/// 25 % jitter; a `Retry-After` is honoured), with a limit on how long the server may make a call wait.
///
/// Only failures that pass by themselves are retried (connection, timeout, 408, 409, 429, 5xx), and only where doing
/// the operation twice is the same as once or the server did not act. The server may say otherwise by the header
/// `x-should-retry`: at `true` any call is repeated, at `false` none.
///
/// ```
/// use std::time::Duration;
/// use knock_core::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_retries(5).max_retry_after(Duration::from_secs(120));
/// let never = RetryPolicy::never();
/// # let _ = (patient, never);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) max_retries: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
    pub(crate) max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 2,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// One attempt, whatever happens.
    pub fn never() -> Self {
        Self::default().max_retries(0)
    }

    /// How many further attempts may follow the first. Default: 2.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// The wait before the first retry, and the most that doubling it leads to. Default: 0.5 s and 8 s.
    pub fn backoff(mut self, initial: Duration, max: Duration) -> Self {
        self.initial_backoff = initial;
        self.max_backoff = max;
        self
    }

    /// The longest wait that the server may ask for. Default: 60 s.
    ///
    /// A call that is asked to wait longer fails at once, with
    /// [`Error::retry_after`](crate::Error::retry_after) saying how long: a shorter wait would be in vain.
    pub fn max_retry_after(mut self, limit: Duration) -> Self {
        self.max_retry_after = limit;
        self
    }

    /// The wait before retry number `retry` (from 0), less up to a quarter as `random` decides.
    pub(crate) fn backoff_before(&self, retry: u32, random: u32) -> Duration {
        let doubled = self.initial_backoff.saturating_mul(1_u32.checked_shl(retry).unwrap_or(u32::MAX));
        let base = doubled.min(self.max_backoff);
        base.saturating_sub(base.mul_f64(0.25 * f64::from(random) / f64::from(u32::MAX)))
    }
}

/// Limits the retries of all calls of a client together, so that an outage is not multiplied.
///
/// A token bucket: a retry takes 5 tokens, which come back if it succeeds, and a call that succeeds at once puts
/// one in. With the default of 500 tokens, 100 retries in a row may fail before there are no more; the calls
/// themselves always get their first attempt. Clones share one bucket.
///
/// ```
/// use knock_core::RetryBudget;
///
/// let shared_by_two_clients = RetryBudget::new(200);
/// # let _ = shared_by_two_clients;
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct RetryBudget {
    bucket: Arc<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    capacity: u32,
    tokens: AtomicU32,
}

impl RetryBudget {
    pub(crate) const RETRY_COST: u32 = 5;
    const SUCCESS_REWARD: u32 = 1;

    /// A full budget of `capacity` tokens.
    pub fn new(capacity: u32) -> Self {
        Self { bucket: Arc::new(Bucket { capacity, tokens: AtomicU32::new(capacity) }) }
    }

    /// How many tokens are left.
    pub fn tokens(&self) -> u32 {
        self.bucket.tokens.load(Ordering::Relaxed)
    }

    /// Takes the tokens of one retry, if there are enough.
    pub(crate) fn withdraw(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(Self::RETRY_COST);
        self.bucket.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Puts tokens in for a call that succeeded.
    pub(crate) fn deposit(&self, after_retry: bool) {
        let reward = if after_retry { Self::RETRY_COST } else { Self::SUCCESS_REWARD };
        let put = |tokens: u32| {
            (tokens < self.bucket.capacity).then(|| tokens.saturating_add(reward).min(self.bucket.capacity))
        };
        // A full bucket stays as it is.
        let _ = self.bucket.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, put);
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(500)
    }
}

/// How long the server asks to wait: `retry-after-ms`, else `Retry-After` in seconds or as an HTTP date
/// ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
pub(crate) fn retry_after(headers: &HeaderMap, now: UnixTime) -> Option<Duration> {
    let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
    if let Some(wait) = text("retry-after-ms").and_then(|text| decimal(text, Duration::from_millis(1))) {
        return Some(wait);
    }
    let value = text("retry-after")?;
    if let Some(wait) = decimal(value, Duration::from_secs(1)) {
        return Some(wait);
    }
    let until = date(value)?;
    // The server's own clock, where it tells it, so that ours need not be right.
    Some(until.since(text("date").and_then(date).unwrap_or(now)))
}

/// A decimal number of units, as `3` or `0.25`; less than zero counts as zero, and digits beyond the third are cut.
///
/// Read by hand, since reading an `f64` costs 15 KB of a Worker.
fn decimal(text: &str, unit: Duration) -> Option<Duration> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    if negative {
        return Some(Duration::ZERO);
    }
    // More digits than a number can hold are longer than any wait.
    let whole = whole.parse().map_or(Duration::MAX, |count: u32| unit.saturating_mul(count));
    let thousandths =
        fraction.bytes().chain(*b"000").take(3).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    Some(whole.saturating_add(unit * thousandths / 1000))
}

fn date(text: &str) -> Option<UnixTime> {
    let time: SystemTime = httpdate::parse_http_date(text).ok()?;
    Some(UnixTime::from(time))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    type Headers = [(&'static str, &'static str)];

    fn wait(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        retry_after(&headers, UnixTime::from_secs(784_111_777))
    }

    #[test]
    fn reads_every_form_of_retry_after() {
        let ms = |millis| Some(Duration::from_millis(millis));
        let cases: &[(&Headers, Option<Duration>)] = &[
            (&[], None),
            (&[("retry-after", "3")], ms(3000)),
            (&[("retry-after", "0.25")], ms(250)),
            (&[("retry-after", "-3")], ms(0)),
            (&[("retry-after", "99999999999999999999")], Some(Duration::MAX)),
            (&[("retry-after", "1e3")], None),
            (&[("retry-after", ".5")], None),
            (&[("retry-after", "")], None),
            (&[("retry-after", "inf")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after-ms", "1500.5"), ("retry-after", "9")], Some(Duration::from_micros(1_500_500))),
            (&[("retry-after", "2.12345")], ms(2123)),
            (&[("retry-after-ms", "x"), ("retry-after", "9")], ms(9000)),
            // RFC 9110's own date; `now` is 1994-11-06 08:49:37.
            (&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], ms(30_000)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT")], ms(0)),
            (
                &[
                    ("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT"),
                    ("date", "Fri, 31 Dec 1999 23:59:50 GMT"),
                ],
                ms(9000),
            ),
        ];
        for (headers, expected) in cases {
            assert_eq!(wait(headers), *expected, "{headers:?}");
        }
    }

    #[test]
    fn backoff_doubles_up_to_its_limit_less_a_quarter_at_most() {
        let policy = RetryPolicy::default();
        let longest: Vec<_> = (0..6).map(|retry| policy.backoff_before(retry, 0).as_millis()).collect();
        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(policy.backoff_before(1, u32::MAX), Duration::from_millis(750));
        assert_eq!(policy.backoff_before(u32::MAX, 0), Duration::from_secs(8));
    }

    #[test]
    fn a_budget_is_spent_by_retries_and_filled_by_successes() {
        let budget = RetryBudget::new(10);
        assert!(budget.withdraw());
        assert!(budget.withdraw());
        assert!(!budget.withdraw());
        (0..4).for_each(|_| budget.deposit(false));
        assert!(!budget.withdraw());
        budget.deposit(true);
        assert_eq!(budget.tokens(), 9);
        budget.deposit(true);
        assert_eq!(budget.tokens(), 10);
    }
}
