//! Schedules and their repeat rules.

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::log::Record;
use crate::json::Fields;
use crate::recipient::Recipient;
use crate::settings::Workflow;
use crate::wire::fields::bad_type;
use crate::wire::response::Failure;

/// How far ahead to search for an occurrence.
const HORIZON_DAYS: i64 = 366 * 5;

#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) id: String,
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) recipient: Recipient,
    pub(crate) actor: Option<Recipient>,
    pub(crate) tenant: Option<String>,
    pub(crate) data: Option<Fields>,
    pub(crate) repeats: Vec<Rule>,
    pub(crate) scheduled_at: Option<Timestamp>,
    pub(crate) ending_at: Option<Timestamp>,
    pub(crate) next: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    pub(crate) inserted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Record for Schedule {
    fn id(&self) -> &str {
        &self.id
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Hourly,
    Daily,
    Weekly,
    Monthly,
}

/// A repeat rule, with its source for responses.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    frequency: Frequency,
    interval: i64,
    days: Vec<Weekday>,
    day_of_month: Option<i8>,
    hour: i8,
    minute: i8,
    source: Fields,
}

impl Rule {
    pub(crate) fn parse(value: &Value) -> Result<Self, Failure> {
        Self::read(value).ok_or_else(|| bad_type("repeats"))
    }

    fn read(value: &Value) -> Option<Self> {
        let source = value.as_object()?;
        let frequency = match source.get("frequency")?.as_str()? {
            "hourly" => Frequency::Hourly,
            "daily" => Frequency::Daily,
            "weekly" => Frequency::Weekly,
            "monthly" => Frequency::Monthly,
            _ => return None,
        };
        let number = |name: &str, lowest: i64, highest: i64| match source.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => value.as_i64().filter(|number| (lowest..=highest).contains(number)).map(Some),
        };
        let minute = number("minutes", 0, 59)?.unwrap_or(0);
        Some(Self {
            frequency,
            interval: number("interval", 1, 10_000)?.unwrap_or(1),
            days: days(source.get("days"))?,
            day_of_month: number("day_of_month", 1, 31)?.and_then(|day| i8::try_from(day).ok()),
            hour: i8::try_from(number("hours", 0, 23)?.unwrap_or(0)).ok()?,
            minute: i8::try_from(minute).ok().filter(|minute| minute % 5 == 0)?,
            source: source.clone(),
        })
    }

    pub(super) fn render(&self) -> Value {
        let member = |name: &str| self.source.get(name).cloned().unwrap_or(Value::Null);
        json!({
            "__typename": "ScheduleRepeat",
            "frequency": member("frequency"),
            "interval": self.interval,
            "days": member("days"),
            "day_of_month": member("day_of_month"),
            "hours": member("hours"),
            "minutes": member("minutes"),
        })
    }

    /// The first occurrence after `after`, counting intervals from `start`.
    pub(super) fn next(&self, start: Timestamp, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        if self.frequency == Frequency::Hourly {
            return self.next_hour(start, after, zone);
        }
        let first = zone.to_datetime(start).date();
        let mut date = zone.to_datetime(after.max(start)).date();
        for _ in 0..HORIZON_DAYS {
            if self.falls_on(date, first) {
                let at = self.on(date, zone)?;
                if at > after && at >= start {
                    return Some(at);
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn next_hour(&self, start: Timestamp, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = zone.to_datetime(start);
        let first = local.with().minute(self.minute).second(0).subsec_nanosecond(0).build().ok()?;
        let mut at = zone.to_timestamp(first).ok()?;
        let step = SignedDuration::from_hours(self.interval);
        if at < start {
            at = at.checked_add(SignedDuration::from_hours(1)).ok()?;
        }
        if at <= after {
            let missed = after.duration_since(at).as_secs() / step.as_secs() + 1;
            at = at.checked_add(SignedDuration::from_secs(missed.checked_mul(step.as_secs())?)).ok()?;
        }
        Some(at)
    }

    fn falls_on(&self, date: Date, first: Date) -> bool {
        let days = date.duration_since(first).as_hours() / 24;
        match self.frequency {
            Frequency::Hourly => false,
            Frequency::Daily => {
                days % self.interval == 0 && (self.days.is_empty() || self.days.contains(&date.weekday()))
            }
            Frequency::Weekly => {
                let into_week = i64::from(first.weekday().to_monday_zero_offset());
                let on_day = if self.days.is_empty() {
                    date.weekday() == first.weekday()
                } else {
                    self.days.contains(&date.weekday())
                };
                on_day && (days + into_week).div_euclid(7) % self.interval == 0
            }
            Frequency::Monthly => {
                let months =
                    i64::from(date.year() - first.year()) * 12 + i64::from(date.month() - first.month());
                let wanted = self.day_of_month.unwrap_or(first.day()).min(date.days_in_month());
                date.day() == wanted && months % self.interval == 0
            }
        }
    }

    fn on(&self, date: Date, zone: &TimeZone) -> Option<Timestamp> {
        let at: DateTime = date.at(self.hour, self.minute, 0, 0);
        zone.to_timestamp(at).ok()
    }
}

/// Parses a list of names, or one of the words `weekdays` and `weekends`.
fn days(value: Option<&Value>) -> Option<Vec<Weekday>> {
    const WEEK: [(&str, Weekday); 7] = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    let all = |range: std::ops::Range<usize>| {
        WEEK.get(range).unwrap_or_default().iter().map(|(_, day)| *day).collect()
    };
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(word)) if word == "weekdays" => Some(all(0..5)),
        Some(Value::String(word)) if word == "weekends" => Some(all(5..7)),
        Some(Value::Array(names)) => names
            .iter()
            .map(|name| WEEK.iter().find(|(known, _)| name.as_str() == Some(known)).map(|(_, day)| *day))
            .collect(),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_find_their_next_occurrence() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let start = at("2025-01-01T00:00:00Z"); // a Wednesday
        let berlin = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        for (rule, after, zone, expected) in [
            (
                json!({ "frequency": "daily", "hours": 9 }),
                "2025-01-01T10:00:00Z",
                &TimeZone::UTC,
                "2025-01-02T09:00:00Z",
            ),
            (
                json!({ "frequency": "daily", "hours": 9 }),
                "2025-07-01T10:00:00Z",
                &berlin,
                "2025-07-02T07:00:00Z",
            ),
            (
                json!({ "frequency": "weekly", "days": ["mon"] }),
                "2025-01-01T00:00:00Z",
                &TimeZone::UTC,
                "2025-01-06T00:00:00Z",
            ),
            (
                json!({ "frequency": "weekly", "days": "weekends", "interval": 2 }),
                "2025-01-05T12:00:00Z",
                &TimeZone::UTC,
                "2025-01-18T00:00:00Z",
            ),
            (
                json!({ "frequency": "monthly", "day_of_month": 31 }),
                "2025-02-01T00:00:00Z",
                &TimeZone::UTC,
                "2025-02-28T00:00:00Z",
            ),
            (
                json!({ "frequency": "hourly", "interval": 6, "minutes": 30 }),
                "2025-01-01T07:00:00Z",
                &TimeZone::UTC,
                "2025-01-01T12:30:00Z",
            ),
        ] {
            let next = Rule::parse(&rule).unwrap().next(start, at(after), zone);
            assert_eq!(next, Some(at(expected)), "{rule}");
        }
        for wrong in [
            json!({}),
            json!({ "frequency": "daily", "minutes": 7 }),
            json!({ "frequency": "daily", "days": ["x"] }),
            json!(1),
        ] {
            assert!(Rule::parse(&wrong).is_err(), "{wrong}");
        }
    }
}
