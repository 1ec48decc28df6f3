//! Pacing: requests that are spread over time, so that they stay within Knock's rate limits.

mod line;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub(crate) use crate::pace::line::Turns;

use crate::error::Error;
use crate::pace::line::{Line, Turn};

/// A limit on how fast requests are sent, so that calls wait instead of failing with 429.
///
/// Each operation has its own limit, the rate of its [tier](crate::RateLimitTier), because Knock limits each endpoint.
/// Clones share their state, and so do the clones of a client.
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
/// Requests are spread evenly at 98.5 % of the rate, without bursts. For [tier 4](crate::RateLimitTier::Tier4), with 200
/// requests per second, this is one every 5.08 ms, so 10,000 calls take 50.8 s. A timer that is late makes up for at most
/// 5 ms. Knock therefore never sees more than its limit, however it counts a second, as long as no request takes 10 ms
/// longer to arrive than another.
///
/// If Knock returns a 429 nevertheless, for example because another process uses the same key, no call of this operation
/// is sent before the time that the server asks for or, if it does not, before the backoff of the
/// [`RetryPolicy`](crate::RetryPolicy). More than an hour counts as an hour.
///
/// Calls stored in a queue keep their tier. [Custom](crate::custom) operations have tier 5, and share one limit.
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
    share: Share,
}

/// A part of the rates.
#[derive(Clone, Copy)]
struct Share {
    part: u32,
    of: u32,
}

/// What [`Pace`] does for the calls of a client.
trait Paces: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn check(&self, share: Share) -> Result<(), Error>;

    fn join(&self, operation: &str, per_second: u32, share: Share) -> Box<dyn Turns>;
}

impl Pace {
    /// Returns a pace with the rates that Knock documents.
    pub fn new() -> Self {
        Self { lines: Arc::new(Lines::default()), share: Share { part: 1, of: 1 } }
    }

    /// Sets the share of the rates that this process may use, for example `share(1, 4)` for each of four processes with
    /// the same API key, or `share(3, 4)` for one that leaves a quarter to others. Default: the whole rates.
    ///
    /// If `part` is zero or more than `of`, the client is not built, and a call with this pace fails, with an error of
    /// kind [`Configuration`](crate::ErrorKind::Configuration).
    pub fn share(mut self, part: u32, of: u32) -> Self {
        self.share = Share { part, of };
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        self.lines.check(self.share)
    }

    /// Returns the turns of one call.
    pub(crate) fn join(&self, operation: &str, per_second: u32) -> Box<dyn Turns> {
        self.lines.join(operation, per_second, self.share)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Share { part, of } = self.share;
        f.debug_struct("Pace").field("part", &part).field("of", &of).finish_non_exhaustive()
    }
}

impl Share {
    /// Returns the time between two requests at 98.5 % of this share of a rate.
    fn interval(self, per_second: u32) -> Duration {
        let whole = 1_000_000_000_000 / (985 * u64::from(per_second));
        Duration::from_nanos(whole.saturating_mul(self.of.into()) / u64::from(self.part.max(1)))
    }
}

/// The largest number of operations with a line of their own. Knock has half as many; the names of stored calls may be
/// anything.
const MAX_LINES: usize = 256;

/// The line of each operation.
#[derive(Default)]
struct Lines(Mutex<BTreeMap<Box<str>, Arc<Mutex<Line>>>>);

impl Paces for Lines {
    fn check(&self, Share { part, of }: Share) -> Result<(), Error> {
        if part == 0 || part > of {
            let message = format!(
                "the share of the pace is {part} of {of}; it must be more than zero and at most the whole"
            );
            return Err(Error::configuration(message));
        }
        Ok(())
    }

    fn join(&self, operation: &str, per_second: u32, share: Share) -> Box<dyn Turns> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // All further operations share one line.
        let is_known = lines.len() < MAX_LINES || lines.contains_key(operation);
        let line = lines.entry(if is_known { operation } else { "" }.into()).or_default();
        Box::new(Turn::new(Arc::clone(line), share.interval(per_second)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Moment, UnixTime};

    const WHOLE: Share = Share { part: 1, of: 1 };

    #[test]
    fn the_number_of_lines_is_limited_whatever_the_names_are() {
        let lines = Lines::default();
        let mut first = lines.join("0", 1, WHOLE);
        for name in 0..10_000 {
            drop(lines.join(&name.to_string(), 1, WHOLE));
        }
        assert_eq!(lines.0.lock().unwrap().len(), MAX_LINES + 1);

        let now = Moment::from(UnixTime::from_secs(0));
        let wait = |turns: &mut Box<dyn Turns>| turns.wait(now, None, None).expect("there is no deadline");
        assert_eq!(wait(&mut first), Duration::ZERO);
        assert_eq!(wait(&mut lines.join("0", 1, WHOLE)), WHOLE.interval(1));
        let mut others = ["5000", "6000"].map(|name| lines.join(name, 1, WHOLE));
        assert_eq!(others.each_mut().map(wait), [Duration::ZERO, WHOLE.interval(1)]);
    }

    #[test]
    fn the_interval_is_that_of_a_share_of_the_rate() {
        let interval = |rate, part, of| Share { part, of }.interval(rate);
        assert_eq!(interval(200, 1, 1), Duration::from_nanos(5_076_142));
        assert_eq!(interval(200, 1, 4), Duration::from_nanos(4 * 5_076_142));
        assert_eq!(interval(1000, 3, 4), Duration::from_nanos(1_353_637));
        assert!(interval(1, 1, u32::MAX) > Duration::from_secs(4_000_000_000));
    }
}
