//! Schedules: workflows that run for a recipient at a set time, once or again and again.
//!
//! See Knock on [schedules](https://docs.knock.app/concepts/schedules) and its
//! [reference](https://docs.knock.app/api-reference/schedules).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::recipients::Recipient;
use crate::open_enum::open_enum;
use crate::time::Timestamp;

open_enum! {
    /// How often a schedule repeats.
    pub enum Frequency {
        Hourly = "hourly",
        Daily = "daily",
        Weekly = "weekly",
        Monthly = "monthly",
    }
}

open_enum! {
    /// A day of the week.
    pub enum Day {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
}

impl Day {
    /// Monday to Friday.
    pub const WEEKDAYS: [Self; 5] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri];
    /// Saturday and Sunday.
    pub const WEEKEND: [Self; 2] = [Self::Sat, Self::Sun];
}

/// The days of the week on which a schedule repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Days {
    /// These days.
    List(Vec<Day>),
    /// A group by its name: `weekdays` or `weekends`.
    Group(String),
}

/// When a schedule repeats. Hours and minutes are in the recipient's time zone, else the account's, else UTC.
///
/// ```
/// use knock_core::schedules::{Day, RepeatRule};
///
/// let every_weekday_at_half_past_ten = RepeatRule::weekly(Day::WEEKDAYS).hours(10).minutes(30);
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
    /// How often it repeats.
    pub frequency: Frequency,
    /// Every how many hours, days, weeks or months it repeats; 1 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<u32>,
    /// The day of the month, where it repeats monthly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_of_month: Option<i32>,
    /// The days of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// The hour of the day, 0 to 23; 0 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
    /// The minute of the hour, 0 to 59; 0 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// A schedule: one workflow for one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Schedule {
    /// The id.
    pub id: String,
    /// The key of the workflow that runs.
    pub workflow: String,
    /// Who it runs for.
    pub recipient: Recipient,
    /// Who does what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Recipient>,
    /// What each run gets as `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// The tenant's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// When it repeats; nothing where it runs once.
    #[serde(default)]
    pub repeats: Vec<RepeatRule>,
    /// When it runs next; `None` where it does not any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_occurrence_at: Option<Timestamp>,
    /// When it last ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_occurrence_at: Option<Timestamp>,
    /// When it was created.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
