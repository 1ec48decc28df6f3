//! Durations and times of day.

use serde::{Deserialize, Serialize};

use crate::node::{Fields, Node, Parsed};

/// A duration as in `{"unit": "minutes", "value": 15}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many units. Only the offset of a delay from a time can be negative: before that time.
    pub value: i64,
    /// The unit.
    pub unit: Unit,
}

/// The unit of a [`Span`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months.
    Months,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// A window of a channel step on one day of the week, in the time zone of the recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SendWindow {
    /// The day.
    pub day: Day,
    /// Whether messages are sent on this day, between [`from`](Self::from) and [`until`](Self::until).
    pub send: bool,
    /// The beginning, in seconds since midnight. The default is 0.
    pub from: u32,
    /// The end, in seconds since midnight. The default is 86,400, the end of the day.
    pub until: u32,
}

/// The length of a day in seconds.
const DAY: u32 = 24 * 3600;
/// No duration is longer than this many units.
const MAX_VALUE: i64 = 1_000_000_000;

impl Span {
    pub(crate) fn of(fields: &Fields<'_>, name: &str) -> Parsed<Option<Self>> {
        Self::within(fields, name, 0)
    }

    pub(crate) fn signed(fields: &Fields<'_>, name: &str) -> Parsed<Option<Self>> {
        Self::within(fields, name, -MAX_VALUE)
    }

    fn within(fields: &Fields<'_>, name: &str, least: i64) -> Parsed<Option<Self>> {
        let Some(span) = fields.object(name)? else { return Ok(None) };
        let value = span.need("value")?.integer(least..=MAX_VALUE)?;
        Ok(Some(Self { value, unit: span.need_word("unit")? }))
    }
}

impl SendWindow {
    pub(crate) fn list(fields: &Fields<'_>) -> Parsed<Vec<Self>> {
        let windows = fields.list("send_windows", Self::read)?;
        for (at, window) in windows.iter().enumerate() {
            if windows.iter().take(at).any(|earlier| earlier.day == window.day) {
                return fields.need("send_windows")?.fault("has two windows for the same day");
            }
        }
        Ok(windows)
    }

    fn read(node: Node<'_>) -> Parsed<Self> {
        let fields = node.object()?;
        let kind = fields.need("type")?;
        let send = match kind.text()?.as_str() {
            "send" => true,
            "do_not_send" => false,
            _ => return kind.fault("should be `send` or `do_not_send`"),
        };
        let time = |name: &str, default: u32| fields.get(name).map_or(Ok(default), |node| seconds(&node));
        Ok(Self { day: fields.need_word("day")?, send, from: time("from", 0)?, until: time("until", DAY)? })
    }
}

/// A time of day such as `09:30` or `09:30:00`.
fn seconds(node: &Node<'_>) -> Parsed<u32> {
    let text = node.text()?;
    let mut parts = text.splitn(3, ':').map(|part| {
        // fractions of a second do not matter
        let part = part.split_once('.').map_or(part, |(whole, _)| whole);
        (part.len() == 2).then(|| part.parse::<u32>().ok()).flatten()
    });
    let hours = parts.next().flatten().filter(|hours| *hours < 24);
    let minutes = parts.next().flatten().filter(|minutes| *minutes < 60);
    let seconds = parts.next().unwrap_or(Some(0)).filter(|seconds| *seconds < 60);
    match (hours, minutes, seconds) {
        (Some(hours), Some(minutes), Some(seconds)) => Ok(hours * 3600 + minutes * 60 + seconds),
        _ => node.fault("should be a time of day such as 09:30:00"),
    }
}
