//! Retries: the policy of a call, and a budget for all calls of a client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A policy for retrying calls.
///
/// The defaults are those of `@knocklabs/node` 1.x: at most 2 retries, and a backoff of 0.5 s that doubles up to 8 s,
/// minus up to 25 % jitter. A `Retry-After` header replaces the backoff, up to
/// [`max_retry_after`](Self::max_retry_after), unless it asks for no wait.
///
/// A call is retried only after a failure that may be temporary (connection, timeout, 408, 409, 429, 5xx, a 2xx response
/// that is not Knock's), and only if the server did not act or the operation is safe to repeat. The server can override this with the header
/// `x-should-retry`: `true` allows a retry of any call, and `false` prevents it.
///
/// ```
/// use std::time::Duration;
/// use knock_core::RetryPolicy;
///
/// let patient =
///     RetryPolicy::default().max_retries(5).max_retry_after(Duration::from_secs(120));
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
    /// Returns a policy without retries.
    pub fn never() -> Self {
        Self::default().max_retries(0)
    }

    /// Sets the maximum number of retries after the first attempt. Default: 2.
    ///
    /// With a [`Pace`](crate::Pace), those after a 429 are not counted, unless the maximum is zero.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the wait before the first retry, and the maximum up to which it doubles. Default: 0.5 s and 8 s.
    pub fn backoff(mut self, initial: Duration, max: Duration) -> Self {
        self.initial_backoff = initial;
        self.max_backoff = max;
        self
    }

    /// Sets the longest wait that the server may ask for. Default: 60 s.
    ///
    /// A call that is asked to wait longer fails immediately;
    /// [`Error::retry_after`](crate::Error::retry_after) returns how long the server asked for.
    pub fn max_retry_after(mut self, limit: Duration) -> Self {
        self.max_retry_after = limit;
        self
    }

    /// Returns the wait before retry number `retry` (from 0), minus a jitter of up to a quarter.
    pub(crate) fn backoff_before(&self, retry: u32, random: u32) -> Duration {
        let doubled = self.initial_backoff.saturating_mul(1_u32.checked_shl(retry).unwrap_or(u32::MAX));
        let base = doubled.min(self.max_backoff);
        base.saturating_sub(base.mul_f64(0.25 * f64::from(random) / f64::from(u32::MAX)))
    }
}

/// A limit on the retries of all calls of a client, so that retries do not multiply the load during an outage.
///
/// It is a token bucket. A retry takes 5 tokens, which are returned if it succeeds; a call that succeeds at the first
/// attempt adds 1 token. With the default of 500 tokens, 100 retries in a row may fail before retries stop. First
/// attempts are never limited. With a [`Pace`](crate::Pace), a retry after a 429 is free. Clones share one bucket:
///
/// ```
/// use knock_core::{Config, RetryBudget};
///
/// let budget = RetryBudget::new(200);
/// let first = Config::builder("sk_test_12345").retry_budget(budget.clone()).build()?;
/// let second = Config::builder("sk_test_67890").retry_budget(budget).build()?;
/// assert_eq!(first.retry_budget().tokens(), 200);
/// # let _ = second;
/// # Ok::<(), knock_core::Error>(())
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

    /// Returns a full budget with this many tokens.
    pub fn new(capacity: u32) -> Self {
        Self { bucket: Arc::new(Bucket { capacity, tokens: AtomicU32::new(capacity) }) }
    }

    /// Returns the number of tokens that are left.
    pub fn tokens(&self) -> u32 {
        self.bucket.tokens.load(Ordering::Relaxed)
    }

    /// Takes the tokens of one retry, if there are enough.
    pub(crate) fn withdraw(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(Self::RETRY_COST);
        self.bucket.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Returns the tokens of a retry that succeeded, or adds a token for another call that succeeded.
    pub(crate) fn deposit(&self, after_retry: bool) {
        let reward = if after_retry { Self::RETRY_COST } else { Self::SUCCESS_REWARD };
        let put = |tokens: u32| {
            (tokens < self.bucket.capacity).then(|| tokens.saturating_add(reward).min(self.bucket.capacity))
        };
        // A full bucket is left as it is, which is not an error.
        let _ = self.bucket.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, put);
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(500)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_its_maximum_minus_jitter() {
        let policy = RetryPolicy::default();
        let longest: Vec<_> = (0..6).map(|retry| policy.backoff_before(retry, 0).as_millis()).collect();
        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(policy.backoff_before(1, u32::MAX), Duration::from_millis(750));
        assert_eq!(policy.backoff_before(u32::MAX, 0), Duration::from_secs(8));
    }

    #[test]
    fn retries_spend_the_budget_and_successes_refill_it() {
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
