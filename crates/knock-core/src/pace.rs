//! Pacing: requests that are spread over time, so that they stay within Knock's rate limits.

mod line;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::call::RateLimitTier;
use crate::error::Error;
use crate::pace::line::{Line, Turn};

/// A limit on how fast requests are sent, so that calls wait instead of failing with 429.
///
/// Each operation has its own limit, which is the rate of its [tier](RateLimitTier), as Knock's rate limits apply per
/// endpoint. Clones share their state, and so do the clones of a client.
///
/// ```
/// use knock_core::{Config, Pace};
///
/// // One of four processes that use the same API key.
/// let config = Config::builder("sk_test_12345").pace(Pace::new().share(1, 4)).build()?;
/// # let _ = config;
/// # Ok::<(), knock_core::Error>(())
/// ```
///
/// A pace is for one environment of Knock, that is, for one API key: use a separate one for each. It has no clock, but
/// uses that of the client, so clients that share a pace must have the same clock, as those of one adapter do.
///
/// # Rate
///
/// Requests are spread evenly, at 98.5 % of the rate: at most 197 per second for [tier 4](RateLimitTier::Tier4), one
/// every 5.08 ms, never several at once. So 10,000 calls take 50.8 s. However Knock counts a second, it sees at most
/// its limit as long as one request takes no more than 10 ms longer to arrive than another. If it returns a 429
/// nevertheless, for example because another process uses the same key, no call of this operation is sent before the
/// time that the server asks for, or before the backoff of the [`RetryPolicy`](crate::RetryPolicy) has passed. A time
/// of more than an hour counts as an hour.
///
/// # Waiting
///
/// Calls wait in the order in which they begin. A retry goes before them. The wait counts towards the deadline of the
/// call: a call whose turn would come after its deadline fails immediately, and nothing is sent. Its error has the kind
/// [`Transport`](crate::ErrorKind::Transport) with [`LocalLimit`](crate::TransportErrorKind::LocalLimit),
/// [is retryable](Error::is_retryable), and returns the wait as [`retry_after`](Error::retry_after).
///
/// # Retries
///
/// With a pace, a 429 is a wait and not a failure: the retry takes no tokens of the [`RetryBudget`](crate::RetryBudget)
/// and does not count towards [`max_retries`](crate::RetryPolicy::max_retries), unless that is zero. The deadline of
/// the call limits it.
#[derive(Clone)]
#[must_use]
pub struct Pace {
    /// Behind a trait, so that a binary that never creates a pace does not contain its code.
    lines: Arc<dyn Paces>,
    part: u32,
    of: u32,
}

/// What [`Pace`] does for the calls of a client.
trait Paces: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn join(&self, operation: &str, interval: Duration) -> Box<dyn Turns>;
}

/// The turns of one call: one for each attempt.
pub(crate) trait Turns: fmt::Debug + Send + Sync {
    /// Returns how long to wait for the turn of the next attempt: zero if it is now. Ask again after the wait, because
    /// the turn may have been put off.
    ///
    /// # Errors
    ///
    /// An error with the wait, if the turn would not come before `end`. The call then has none.
    fn wait(&mut self, now: Duration, end: Duration) -> Result<Duration, Error>;

    /// Records that the request was sent.
    fn sent(&mut self, now: Duration);

    /// Lets no call of this operation have its turn for this time.
    fn pause(&mut self, now: Duration, time: Duration);
}

impl Pace {
    /// Returns a pace with the rates that Knock documents.
    pub fn new() -> Self {
        Self { lines: Arc::new(Lines::default()), part: 1, of: 1 }
    }

    /// Sets the share of the rates that this process may use, for example `share(1, 4)` for each of four processes with
    /// the same API key, or `share(3, 4)` for one that leaves a quarter to others. Default: the whole rates.
    ///
    /// If `part` is zero or more than `of`, the client is not built, and a call with this pace fails, with an error of
    /// kind [`Configuration`](crate::ErrorKind::Configuration).
    pub fn share(mut self, part: u32, of: u32) -> Self {
        (self.part, self.of) = (part, of);
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let Self { part, of, .. } = self;
        if *part == 0 || part > of {
            return Err(Error::configuration(format!(
                "the share of the pace is {part} of {of}; it must be between 1 of {of} and {of} of {of}, and not of zero"
            )));
        }
        Ok(())
    }

    /// Returns the turns of one call.
    pub(crate) fn join(&self, operation: &str, tier: RateLimitTier) -> Box<dyn Turns> {
        self.lines.join(operation, interval(tier.per_second(), self.part, self.of))
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("part", &self.part).field("of", &self.of).finish_non_exhaustive()
    }
}

/// Returns the time between two requests at 98.5 % of a share of a rate.
fn interval(per_second: u32, part: u32, of: u32) -> Duration {
    let whole = 1_000_000_000_000 / (985 * u64::from(per_second));
    Duration::from_nanos(whole.saturating_mul(of.into()) / u64::from(part.max(1)))
}

/// The largest number of operations with a line of their own. Knock has half as many; the names of stored calls may be
/// anything.
const MAX_LINES: usize = 256;

/// The line of each operation.
#[derive(Default)]
struct Lines(Mutex<BTreeMap<Box<str>, Arc<Mutex<Line>>>>);

impl Paces for Lines {
    fn join(&self, operation: &str, interval: Duration) -> Box<dyn Turns> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = match lines.get(operation) {
            Some(line) => Arc::clone(line),
            None => {
                // All further operations share one line.
                let name = if lines.len() < MAX_LINES { operation } else { "" };
                Arc::clone(lines.entry(name.into()).or_default())
            }
        };
        Box::new(Turn::new(line, interval))
    }
}
