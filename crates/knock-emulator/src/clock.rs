//! Conversions between the caller's clock and the timestamps the emulator keeps.

use std::time::SystemTime;

use jiff::Timestamp;

/// The timestamp of a time. A time out of range becomes the nearest timestamp.
pub(crate) fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(if time < SystemTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// The time of a timestamp. The conversion always succeeds; the fallback only satisfies the types.
pub(crate) fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::try_from(at).unwrap_or(SystemTime::UNIX_EPOCH)
}
