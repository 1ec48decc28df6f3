//! When steps go on: durations, times, and rules for windows.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use knock_directory::{Span, Unit};
use serde_json::Value;

use super::super::conditions::value_at;
use super::super::schedule::Rule;

/// Adds a duration. Days have 24 hours, and months are those of UTC.
pub(super) fn after(start: Timestamp, span: Span) -> Option<Timestamp> {
    let seconds = match span.unit {
        Unit::Seconds => 1,
        Unit::Minutes => 60,
        Unit::Hours => 3600,
        Unit::Days => 24 * 3600,
        Unit::Weeks => 7 * 24 * 3600,
        Unit::Months => {
            let months = i32::try_from(span.value).ok()?;
            let local = TimeZone::UTC.to_datetime(start).checked_add(months.months()).ok()?;
            return TimeZone::UTC.to_timestamp(local).ok();
        }
    };
    start.checked_add(SignedDuration::from_secs(span.value.checked_mul(seconds)?)).ok()
}

/// When a window ends: after a duration, at the time that a path leads to, or so long after that time. It must be in the
/// future, and not after `longest`.
pub(super) fn window_end(
    span: Option<Span>,
    path: Option<&str>,
    scope: &Value,
    now: Timestamp,
    zone: &TimeZone,
    longest: SignedDuration,
) -> Result<Timestamp, String> {
    Window::resolve(span, path, scope)?.end(now, zone, longest)
}

/// A window whose variables are known.
#[derive(Debug)]
pub(super) enum Window {
    /// A duration.
    Fixed(Span),
    /// What a path leads to, and so long after it.
    Dynamic { path: String, value: Value, offset: Option<Span> },
}

impl Window {
    /// Looks up what the path leads to.
    pub(super) fn resolve(span: Option<Span>, path: Option<&str>, scope: &Value) -> Result<Self, String> {
        let Some(path) = path else {
            return span.map(Self::Fixed).ok_or_else(|| "there is neither a duration nor a path".to_owned());
        };
        let value = value_at(scope, path).filter(|value| !value.is_null());
        let value = value.ok_or_else(|| format!("`{path}` is missing"))?.clone();
        Ok(Self::Dynamic { path: path.to_owned(), value, offset: span })
    }

    /// When it ends, if it begins now. See [`window_end`].
    pub(super) fn end(
        &self,
        now: Timestamp,
        zone: &TimeZone,
        longest: SignedDuration,
    ) -> Result<Timestamp, String> {
        let end = match self {
            Self::Fixed(span) => after(now, *span),
            Self::Dynamic { path, value, offset } => {
                let moment = moment(value, now, zone).ok_or_else(|| {
                    format!("`{path}` is {value}, which is not a time, a duration or a rule for a window")
                })?;
                offset.map_or(Some(moment), |offset| after(moment, offset))
            }
        };
        let end = end.ok_or("the time is out of range")?;
        if end <= now && matches!(self, Self::Dynamic { .. }) {
            return Err(format!("{end} is not in the future"));
        }
        if end.duration_since(now) > longest {
            return Err(format!("{end} is more than {} days ahead", longest.as_hours() / 24));
        }
        Ok(end)
    }
}

/// A time, a duration from now, or the next time that a rule gives.
fn moment(value: &Value, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(text) = value.as_str() {
        return text.parse().ok();
    }
    if value.get("frequency").is_some() {
        return Rule::parse(value).ok()?.next(now, now, zone);
    }
    let unit = match value.get("unit")?.as_str()? {
        "second" | "seconds" => Unit::Seconds,
        "minute" | "minutes" => Unit::Minutes,
        "hour" | "hours" => Unit::Hours,
        "day" | "days" => Unit::Days,
        "week" | "weeks" => Unit::Weeks,
        "month" | "months" => Unit::Months,
        _ => return None,
    };
    after(now, Span { value: value.get("value")?.as_i64()?, unit })
}
