//! Send windows: <https://docs.knock.app/designing-workflows/send-windows>.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use knock_directory::{Day, SendWindow};

/// When a message may be sent: `now`, or when the next window opens. `None` if none ever does.
pub(super) fn opening(windows: &[SendWindow], now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if windows.is_empty() {
        return Some(now);
    }
    let mut date = zone.to_datetime(now).date();
    // the window of today may be over, and is the next one if there is no other
    for _ in 0..8 {
        let window = windows.iter().find(|window| weekday(window.day) == date.weekday() && window.send);
        if let Some(window) = window {
            let (from, until) = (at(date, window.from, zone)?, at(date, window.until, zone)?);
            if now < until && from < until {
                return Some(from.max(now));
            }
        }
        date = date.tomorrow().ok()?;
    }
    None
}

fn at(date: Date, seconds: u32, zone: &TimeZone) -> Option<Timestamp> {
    let local = date.at(0, 0, 0, 0).checked_add(SignedDuration::from_secs(i64::from(seconds))).ok()?;
    zone.to_timestamp(local).ok()
}

const fn weekday(day: Day) -> Weekday {
    match day {
        Day::Monday => Weekday::Monday,
        Day::Tuesday => Weekday::Tuesday,
        Day::Wednesday => Weekday::Wednesday,
        Day::Thursday => Weekday::Thursday,
        Day::Friday => Weekday::Friday,
        Day::Saturday => Weekday::Saturday,
        Day::Sunday => Weekday::Sunday,
    }
}
