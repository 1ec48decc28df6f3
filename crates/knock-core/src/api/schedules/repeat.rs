//! The rules by which a schedule repeats.

use serde::{Deserialize, Serialize};

use crate::api::schedules::days::Days;
use crate::value::{IntoOptional, InvalidInput};
use crate::wire::open_enum;

open_enum! {
    /// How often a schedule repeats.
    pub enum Frequency {
        Hourly = "hourly",
        Daily = "daily",
        Weekly = "weekly",
        Monthly = "monthly",
    }
}

/// A rule by which a schedule repeats, in requests and responses.
///
/// Hours and minutes are in the time zone of the recipient. If the recipient has none, they are in that of the account,
/// or else in UTC.
///
/// ```
/// use knock_core::schedules::{Day, RepeatRule};
///
/// let every_weekday_at_half_past_ten = RepeatRule::weekly("weekdays").hours(10).minutes(30);
/// let every_other_week = RepeatRule::weekly([Day::Mon]).interval(2).hours(9);
/// let every_month = RepeatRule::monthly(15).hours(8);
/// # let _ = (every_weekday_at_half_past_ten, every_other_week, every_month);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct RepeatRule {
    #[serde(rename = "__typename", default, skip_serializing_if = "Option::is_none")]
    typename: Option<String>,
    /// How often the schedule repeats, which is also the unit of the interval.
    pub frequency: Frequency,
    /// The number of hours, days, weeks or months from one run to the next. Default: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<u32>,
    /// The day of the month, if the schedule repeats monthly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_of_month: Option<i32>,
    /// The days of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// The hour of the day, 0 to 23. Default: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
    /// The minute of the hour, a multiple of 5 from 0 to 55. Default: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

impl RepeatRule {
    fn new(frequency: Frequency) -> Self {
        Self {
            typename: None,
            frequency,
            interval: None,
            day_of_month: None,
            days: None,
            hours: None,
            minutes: None,
        }
    }

    /// Returns a rule for every hour.
    pub fn hourly() -> Self {
        Self::new(Frequency::Hourly)
    }

    /// Returns a rule for every day, at midnight unless you set the time.
    pub fn daily() -> Self {
        Self::new(Frequency::Daily)
    }

    /// Returns a rule for these days of every week, at midnight unless you set the time.
    pub fn weekly(days: impl Into<Days>) -> Self {
        Self { days: Some(days.into()), ..Self::new(Frequency::Weekly) }
    }

    /// Returns a rule for this day of every month, at midnight unless you set the time.
    pub fn monthly(day_of_month: i32) -> Self {
        Self { day_of_month: Some(day_of_month), ..Self::new(Frequency::Monthly) }
    }

    /// Sets the number of hours, days, weeks or months from one run to the next. Default: 1.
    pub fn interval(mut self, interval: impl Into<Option<u32>>) -> Self {
        self.interval = interval.into().or(self.interval);
        self
    }

    /// Limits the rule to these days of the week.
    pub fn days<Kind>(mut self, days: impl IntoOptional<Days, Kind>) -> Self {
        self.days = days.into_optional().or(self.days);
        self
    }

    /// Sets the hour of the day, 0 to 23. Default: 0.
    pub fn hours(mut self, hours: impl Into<Option<u32>>) -> Self {
        self.hours = hours.into().or(self.hours);
        self
    }

    /// Sets the minute of the hour, a multiple of 5 from 0 to 55. Default: 0.
    pub fn minutes(mut self, minutes: impl Into<Option<u32>>) -> Self {
        self.minutes = minutes.into().or(self.minutes);
        self
    }

    fn check(&self, field: &str) -> Result<(), InvalidInput> {
        let out_of_range = |name: &str, range: &str| {
            Err(InvalidInput::new(format!("{field}.{name}"), format!("is out of range; it must be {range}")))
        };
        if self.interval == Some(0) {
            return out_of_range("interval", "1 or more");
        }
        if self.day_of_month.is_some_and(|day| !(1..=31).contains(&day)) {
            return out_of_range("day_of_month", "1 to 31");
        }
        if self.hours.is_some_and(|hours| hours > 23) {
            return out_of_range("hours", "0 to 23");
        }
        // Knock documents the multiples on https://docs.knock.app/concepts/schedules.
        if self.minutes.is_some_and(|minutes| minutes > 55 || minutes % 5 != 0) {
            return out_of_range("minutes", "a multiple of 5 from 0 to 55");
        }
        self.days.as_ref().map_or(Ok(()), |days| days.check(|| format!("{field}.days")))
    }
}

impl From<&RepeatRule> for RepeatRule {
    fn from(rule: &RepeatRule) -> Self {
        rule.clone()
    }
}

pub(super) fn check_rules(rules: &[RepeatRule], field: &str) -> Result<(), InvalidInput> {
    let mut rules = rules.iter().enumerate();
    rules.try_for_each(|(index, rule)| rule.check(&format!("{field}[{index}]")))
}
