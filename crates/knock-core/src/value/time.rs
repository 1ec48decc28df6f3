//! Points in time. The core has no clock, so the caller passes the current time.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::value::InvalidInput;

/// A point in time in UTC, with nanosecond precision: [`jiff::Timestamp`].
///
/// It is the type of times in Knock's responses, and is re-exported for your convenience. No time zone data is compiled
/// in.
pub use jiff::Timestamp;

/// A point in time in a request.
///
/// Functions take `impl Into<Time>`, so you can pass a [`Timestamp`], a [`jiff::ZonedDateTime`], a [`SystemTime`], a
/// [`UnixTime`], or a text in [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) form. With the feature `chrono` you
/// can also pass a [`chrono::DateTime`](https://docs.rs/chrono). A text that is not a time is reported when the call is
/// made.
///
/// ```
/// use std::time::SystemTime;
/// use knock_core::messages::MessageFilter;
///
/// let filter = MessageFilter::new()
///     .inserted_after("2026-09-21T14:13:20Z")
///     .inserted_before(SystemTime::now());
/// # let _ = filter;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time(Result<Timestamp, &'static str>);

impl Time {
    pub(crate) fn get(&self, field: &str) -> Result<Timestamp, InvalidInput> {
        self.0.map_err(|problem| InvalidInput::new(field.to_owned(), problem))
    }
}

impl From<Timestamp> for Time {
    fn from(time: Timestamp) -> Self {
        Self(Ok(time))
    }
}

impl From<&Timestamp> for Time {
    fn from(time: &Timestamp) -> Self {
        Self(Ok(*time))
    }
}

impl From<jiff::ZonedDateTime> for Time {
    fn from(time: jiff::ZonedDateTime) -> Self {
        Self(Ok(time.timestamp()))
    }
}

impl From<&jiff::ZonedDateTime> for Time {
    fn from(time: &jiff::ZonedDateTime) -> Self {
        Self(Ok(time.timestamp()))
    }
}

const OUT_OF_RANGE: &str = "is out of range; the year must be -9999 to 9999";

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Self {
        let time = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Timestamp::UNIX_EPOCH.checked_add(after),
            Err(before) => Timestamp::UNIX_EPOCH.checked_sub(before.duration()),
        };
        Self(time.map_err(|_| OUT_OF_RANGE))
    }
}

impl From<UnixTime> for Time {
    fn from(time: UnixTime) -> Self {
        Self(Timestamp::UNIX_EPOCH.checked_add(time.0).map_err(|_| OUT_OF_RANGE))
    }
}

impl From<&str> for Time {
    fn from(text: &str) -> Self {
        Self(text.parse().map_err(|_| "is not a time in RFC 3339 form, such as `2026-09-21T14:13:20Z`"))
    }
}

impl From<String> for Time {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for Time {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

#[cfg(feature = "chrono")]
impl<Tz: chrono::TimeZone> From<&chrono::DateTime<Tz>> for Time {
    fn from(time: &chrono::DateTime<Tz>) -> Self {
        Self::from(time.clone())
    }
}

#[cfg(feature = "chrono")]
impl<Tz: chrono::TimeZone> From<chrono::DateTime<Tz>> for Time {
    fn from(time: chrono::DateTime<Tz>) -> Self {
        let nanosecond = i32::try_from(time.timestamp_subsec_nanos()).unwrap_or_default();
        Self(Timestamp::new(time.timestamp(), nanosecond).map_err(|_| OUT_OF_RANGE))
    }
}

/// A point in time, as the time since the Unix epoch. The caller passes the current time to the core in this form.
///
/// It serializes as a number of milliseconds.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use knock_core::UnixTime;
///
/// let now = UnixTime::from(SystemTime::now());
/// assert!(now > UnixTime::from_secs(1_700_000_000));
///
/// let later = now + Duration::from_secs(60);
/// assert_eq!(later.since(now), Duration::from_secs(60));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub struct UnixTime(Duration);

impl UnixTime {
    /// Returns the time this many seconds after the Unix epoch.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// Returns the time this many milliseconds after the Unix epoch, for example from JavaScript's `Date.now()`.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// Returns the whole seconds since the Unix epoch.
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }

    /// Returns the whole milliseconds since the Unix epoch.
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// Returns the time from `earlier` to `self`, or zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Formats the time as in RFC 3339, for example `2026-09-21T14:13:20Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::UNIX_EPOCH.checked_add(self.0) {
            Ok(time) => time.fmt(f),
            Err(_) => write!(f, "{} seconds after 1970", self.as_secs()),
        }
    }
}

impl std::ops::Add<Duration> for UnixTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

/// Converts the time; a time before 1970 becomes the Unix epoch.
impl From<SystemTime> for UnixTime {
    fn from(time: SystemTime) -> Self {
        Self(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
    }
}

/// Converts milliseconds since the Unix epoch.
impl From<u64> for UnixTime {
    fn from(millis: u64) -> Self {
        Self::from_millis(millis)
    }
}

/// Converts to milliseconds since the Unix epoch.
impl From<UnixTime> for u64 {
    fn from(time: UnixTime) -> Self {
        time.as_millis()
    }
}
