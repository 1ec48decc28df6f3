//! The current time, by two clocks.

use std::time::Duration;

use crate::value::UnixTime;

/// The current time, by the two clocks that a call needs.
///
/// The steady clock decides about timeouts and the deadline: nobody adjusts it, and only differences count. The system's
/// clock decides whether a call has expired, and dates a `Retry-After`.
///
/// A [`UnixTime`] converts into a moment by which both clocks are that of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time by the system's clock.
    pub unix: UnixTime,
    /// The time by a clock that is never adjusted, since any fixed point.
    pub steady: Duration,
}

impl From<UnixTime> for Moment {
    fn from(unix: UnixTime) -> Self {
        Self { unix, steady: unix.since(UnixTime::from_secs(0)) }
    }
}
