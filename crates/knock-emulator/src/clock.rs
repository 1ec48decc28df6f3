//! Conversions between the caller's clock and the timestamps the emulator keeps.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// How often a server looks for what is due.
#[cfg(feature = "server")]
pub(crate) const TICK: Duration = Duration::from_millis(25);

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

/// The emulator's own clock, for callers that do not pass the time.
///
/// At first it stands at the time of the latest request, and only tests move it. A server lets it run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    runs: bool,
    /// How far it is ahead of the system's clock if it runs.
    ahead: Duration,
}

impl Clock {
    /// Lets the clock run with the system's, or ahead of it if it was moved or stands in the future.
    #[cfg(feature = "server")]
    pub(crate) fn run(&mut self, latest: Timestamp) {
        let ahead = system_time(latest).duration_since(SystemTime::now()).unwrap_or_default();
        self.ahead = self.ahead.max(ahead);
        self.runs = true;
    }

    /// How far it was moved ahead.
    pub(crate) fn ahead(&self) -> Duration {
        self.ahead
    }

    /// Moves the clock, unless it stands: then it is where the latest request is.
    pub(crate) fn skip(&mut self, duration: Duration) {
        if self.runs {
            self.advance(duration);
        }
    }

    /// Returns the time; `latest` is the time of the latest request.
    pub(crate) fn now(&self, latest: Timestamp) -> SystemTime {
        let now = if self.runs { SystemTime::now().checked_add(self.ahead) } else { None };
        now.unwrap_or_else(|| system_time(latest))
    }

    pub(crate) fn advance(&mut self, duration: Duration) {
        self.ahead = self.ahead.saturating_add(duration);
    }
}
