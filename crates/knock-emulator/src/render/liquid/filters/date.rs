//! Filters of dates and times.

use jiff::civil::DateTime;
use jiff::fmt::strtime::{BrokenDownTime, Config};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use crate::render::error::Problem;
use crate::render::liquid::filters::input::{Filter, Input, Outcome, takes, takes_up_to};
use crate::render::liquid::value::Value;

pub(super) fn find(name: &str) -> Option<Filter> {
    Some(match name {
        "date" => takes_up_to(1, 2, date),
        "timezone" => takes(1, |input| match time(input)? {
            Some(time) => {
                let time = time.with_time_zone(zone(&input.argument_text(0)?)?);
                input.make(iso(&time))
            }
            None => Ok(input.value.clone()),
        }),
        _ => return None,
    })
}

fn date(input: &Input<'_>) -> Outcome {
    let format = input.argument_text(0)?;
    let Some(time) = time(input)?.filter(|_| !format.is_empty()) else { return Ok(input.value.clone()) };
    let time = match input.argument(1) {
        Value::Nil => time,
        name => time.with_time_zone(zone(&name.to_text(input.limits())?)?),
    };
    input.limits().text(format.len().saturating_mul(8))?;
    let mut text = String::new();
    // A directive that is not known stays as it is.
    let config = Config::new().lenient(true);
    let written = BrokenDownTime::from(&time).format_with_config(&config, &*format, &mut text);
    written.map_err(|error| Problem::new(format!("`{format}` is not a format: {error}")))?;
    input.make(text)
}

/// A time in ISO 8601, with its offset and without the name of its zone.
pub(super) fn iso(time: &ZonedDateTime) -> String {
    let text = time.strftime("%Y-%m-%dT%H:%M:%S%.f").to_string();
    if time.offset().is_zero() { text + "Z" } else { text + &time.strftime("%:z").to_string() }
}

pub(super) fn zone(name: &str) -> Result<TimeZone, Problem> {
    TimeZone::get(name)
        .map_err(|_| Problem::new(format!("`{name}` is not a time zone, for example `Europe/Paris`")))
}

/// The time that the value is, if it is one.
pub(super) fn time(input: &Input<'_>) -> Result<Option<ZonedDateTime>, Problem> {
    let seconds =
        |seconds: i64| Timestamp::from_second(seconds).ok().map(|time| time.to_zoned_datetime(TimeZone::UTC));
    Ok(match &input.value {
        Value::Integer(value) => seconds(*value),
        #[expect(clippy::cast_possible_truncation, reason = "what is too large is no time")]
        Value::Float(value) => seconds(*value as i64),
        Value::Text(text) if matches!(&**text, "now" | "today") => {
            Some(input.host.now().to_zoned_datetime(TimeZone::UTC))
        }
        Value::Text(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().ok().and_then(seconds)
        }
        Value::Text(text) => {
            input.limits().bytes(text.len())?;
            parsed(text.trim())
        }
        _ => None,
    })
}

/// Reads the forms of a date that Ruby's and Elixir's Liquid read. Without a zone it is UTC.
fn parsed(text: &str) -> Option<ZonedDateTime> {
    const FORMATS: [&str; 9] = [
        "%Y-%m-%d %H:%M:%S %z",
        "%Y-%m-%dT%H:%M:%S%z",
        "%Y-%m-%dT%H:%M:%S%.f%z",
        "%a, %d %b %Y %H:%M:%S %z",
        "%B %d, %Y",
        "%d %B %Y",
        "%b %d, %Y",
        "%d %b %Y",
        "%Y/%m/%d",
    ];
    if let Ok(zoned) = text.parse::<ZonedDateTime>() {
        return Some(zoned);
    }
    if let Ok(pieces) = jiff::fmt::temporal::Pieces::parse(text) {
        let civil = pieces.date().to_datetime(pieces.time().unwrap_or_default());
        let zone = pieces.to_numeric_offset().map_or(TimeZone::UTC, TimeZone::fixed);
        return civil.to_zoned_datetime(zone).ok();
    }
    if let Ok(civil) = text.parse::<DateTime>() {
        return civil.to_zoned_datetime(TimeZone::UTC).ok();
    }
    FORMATS.iter().find_map(|format| {
        let time = BrokenDownTime::parse(format, text).ok()?;
        let civil = || time.to_date().ok()?.to_zoned_datetime(TimeZone::UTC).ok();
        time.to_zoned_datetime().ok().or_else(civil)
    })
}
