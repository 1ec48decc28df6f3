//! Moments: what the core is told of time, since it has no clock of its own.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// A moment in Knock's answers and filters, to the nanosecond, in UTC: [`jiff::Timestamp`].
///
/// It is re-exported because it is small (no time zone data is compiled in), parses what Knock sends, and has
/// a stable 1.0 interface.
pub use jiff::Timestamp;

/// What time it is, as time since the Unix epoch: the `now` that the caller hands to the core.
///
/// ```
/// use knock_core::UnixTime;
///
/// let now = UnixTime::from(std::time::SystemTime::now());
/// assert!(now > UnixTime::from_secs(1_700_000_000));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub struct UnixTime(Duration);

impl UnixTime {
    /// A moment `seconds` after the Unix epoch.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// A moment `millis` milliseconds after the Unix epoch, as JavaScript's `Date.now()` gives it.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// Whole seconds since the Unix epoch.
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }

    /// Whole milliseconds since the Unix epoch.
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// How long it was from `earlier` until `self`; zero where `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl std::ops::Add<Duration> for UnixTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

/// A time before 1970 counts as 1970.
impl From<SystemTime> for UnixTime {
    fn from(time: SystemTime) -> Self {
        Self(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
    }
}

impl From<u64> for UnixTime {
    fn from(millis: u64) -> Self {
        Self::from_millis(millis)
    }
}

impl From<UnixTime> for u64 {
    fn from(time: UnixTime) -> Self {
        time.as_millis()
    }
}
