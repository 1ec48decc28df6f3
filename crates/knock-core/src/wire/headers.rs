//! The headers of Knock's responses.

use std::time::{Duration, SystemTime};

use http::HeaderMap;

use crate::value::UnixTime;

/// Returns Knock's id of the response (`x-request-id`).
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-request-id")?.to_str().ok()
}

/// Returns the server's instruction to retry or not (`x-should-retry`).
pub(crate) fn should_retry(headers: &HeaderMap) -> Option<bool> {
    flag(headers, "x-should-retry")
}

/// Returns whether the response is a replay of an earlier one (`idempotent-replayed`).
pub(crate) fn is_replayed(headers: &HeaderMap) -> bool {
    flag(headers, "idempotent-replayed") == Some(true)
}

fn flag(headers: &HeaderMap, name: &str) -> Option<bool> {
    match first(headers.get(name)?.to_str().ok()?) {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Returns the first of several values. `fetch` joins those of a repeated header.
fn first(values: &str) -> &str {
    values.split(',').next().unwrap_or_default().trim()
}

/// Returns the ids in `x-ratelimited-<parameter>`, which are separated by commas.
pub(crate) fn rate_limited_ids(headers: &HeaderMap, parameter: &str) -> Vec<String> {
    let values = headers.get_all(format!("x-ratelimited-{parameter}"));
    let lists = values.into_iter().filter_map(|value| value.to_str().ok());
    lists
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns how long the server asks to wait: `retry-after-ms`, or else `Retry-After` in seconds or as an HTTP date
/// ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
///
/// It is `None` for zero, a negative number and a date in the past, so that the backoff applies.
pub(crate) fn retry_after(headers: &HeaderMap, now: UnixTime) -> Option<Duration> {
    let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
    let millis = text("retry-after-ms").and_then(|text| decimal(first(text), Duration::from_millis(1)));
    if let Some(wait) = millis.filter(|wait| !wait.is_zero()) {
        return Some(wait);
    }
    let value = text("retry-after")?;
    // A date has a comma in it too.
    let wait = decimal(first(value), Duration::from_secs(1)).or_else(|| {
        // Relative to the server's clock if it sent a `Date`, so that the local clock need not be accurate.
        Some(date(value)?.since(text("date").and_then(date).unwrap_or(now)))
    });
    wait.filter(|wait| !wait.is_zero())
}

/// Parses a decimal number of units, for example `3` or `0.25`. Negative numbers become zero, and digits after the
/// third decimal place are ignored.
///
/// It does not parse an `f64`, because that would add 15 KB to a Worker.
fn decimal(text: &str, unit: Duration) -> Option<Duration> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    if negative {
        return Some(Duration::ZERO);
    }
    // A number that overflows exceeds any possible wait.
    let whole = whole.parse().map_or(Duration::MAX, |count: u32| unit.saturating_mul(count));
    let thousandths =
        fraction.bytes().chain(*b"000").take(3).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    Some(whole.saturating_add(unit * thousandths / 1000))
}

fn date(text: &str) -> Option<UnixTime> {
    let time: SystemTime = httpdate::parse_http_date(text).ok()?;
    Some(UnixTime::from(time))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    type Headers = [(&'static str, &'static str)];

    fn wait(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        retry_after(&headers, UnixTime::from_secs(784_111_777))
    }

    #[test]
    fn a_flag_may_be_repeated() {
        for (value, expected) in [("true", Some(true)), ("false", Some(false)), ("1", None), ("", None)] {
            for value in [value.to_owned(), format!("{value}, {value}")] {
                let mut headers = HeaderMap::new();
                headers.insert("x-should-retry", value.parse().unwrap());
                headers.insert("idempotent-replayed", value.parse().unwrap());
                assert_eq!(should_retry(&headers), expected, "{value}");
                assert_eq!(is_replayed(&headers), expected == Some(true), "{value}");
            }
        }
    }

    #[test]
    fn reads_every_form_of_retry_after() {
        let ms = |millis| Some(Duration::from_millis(millis));
        let cases: &[(&Headers, Option<Duration>)] = &[
            (&[], None),
            (&[("retry-after", "3")], ms(3000)),
            (&[("retry-after", "0.25")], ms(250)),
            (&[("retry-after", "-3")], None),
            (&[("retry-after", "0")], None),
            (&[("retry-after-ms", "0"), ("retry-after", "2")], ms(2000)),
            (&[("retry-after", "99999999999999999999")], Some(Duration::MAX)),
            (&[("retry-after", "1e3")], None),
            (&[("retry-after", ".5")], None),
            (&[("retry-after", "")], None),
            (&[("retry-after", "inf")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after-ms", "1500.5"), ("retry-after", "9")], Some(Duration::from_micros(1_500_500))),
            (&[("retry-after", "2.12345")], ms(2123)),
            (&[("retry-after-ms", "x"), ("retry-after", "9")], ms(9000)),
            (&[("retry-after", "5, 5")], ms(5000)),
            (&[("retry-after", "5,9")], ms(5000)),
            (&[("retry-after", ", 5")], None),
            (&[("retry-after-ms", "1500, 1500"), ("retry-after", "9, 9")], ms(1500)),
            // The date in RFC 9110; `now` is 1994-11-06 08:49:37.
            (&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], ms(30_000)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT")], None),
            (
                &[
                    ("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT"),
                    ("date", "Fri, 31 Dec 1999 23:59:50 GMT"),
                ],
                ms(9000),
            ),
        ];
        for (headers, expected) in cases {
            assert_eq!(wait(headers), *expected, "{headers:?}");
        }
    }
}
