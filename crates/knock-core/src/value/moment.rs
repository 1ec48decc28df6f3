//! The current time, by two clocks.

use std::time::Duration;

use crate::value::UnixTime;

/// The current time, by the two clocks that a call needs.
///
/// The steady clock decides about timeouts and the deadline: nobody adjusts it, and only differences count. The system's
/// clock decides whether a call has expired, and dates a `Retry-After`.
///
/// ```
/// use std::sync::LazyLock;
/// use std::time::{Instant, SystemTime};
/// use knock_core::Moment;
///
/// static START: LazyLock<Instant> = LazyLock::new(Instant::now);
///
/// let now = || Moment { unix: SystemTime::now().into(), steady: START.elapsed() };
/// assert!(now().steady <= now().steady);
/// ```
///
/// A [`UnixTime`] converts into a moment by which both clocks are that of the system. This is for tests: if the system's
/// clock is set during a call, its deadline moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time by the system's clock.
    pub unix: UnixTime,
    /// The time by a clock that is never adjusted, since any fixed point that is the same for all calls of a client.
    pub steady: Duration,
}

impl From<UnixTime> for Moment {
    fn from(unix: UnixTime) -> Self {
        Self { unix, steady: unix.since(UnixTime::from_secs(0)) }
    }
}
