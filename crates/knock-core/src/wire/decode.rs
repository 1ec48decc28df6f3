//! Reading the body of a successful response.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::value::Timestamp;
use crate::wire::place::Place;

/// The error of a successful response that could not be read.
///
/// It names the place and what was expected, but not what was found, which may be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    pub(crate) message: Cow<'static, str>,
    /// The place in the body, in bytes.
    pub(crate) offset: usize,
}

impl DecodeError {
    /// Returns an error with a message. It must not contain data from the response.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), offset: 0 }
    }

    /// Returns the error of a part of the body that begins at `start`.
    fn json(body: &[u8], start: usize, error: &serde_json::Error) -> Self {
        let offset = start + offset_in(body.get(start..).unwrap_or_default(), error);
        let before = body.get(..offset).unwrap_or(body);
        let text = error.to_string();
        // serde quotes what it found before “, expected …”. The rest comes from the types of this crate.
        let problem = match text.rfind("expected ") {
            Some(start) => &text[start..],
            None if text.starts_with("missing field") => &text,
            None => "",
        };
        // The timestamp parser quotes what it found after “but”.
        let problem = problem.split(" at line ").next().and_then(|problem| problem.split(" but ").next());
        let separator = if problem.is_none_or(str::is_empty) { "" } else { ": " };
        let (problem, position) = (problem.unwrap_or_default(), position(before));
        Self {
            message: format!("the response could not be read{separator}{problem} at {position}").into(),
            offset,
        }
    }
}

/// Returns the place at the end of a text, for example `items[45].id (line 1 column 917)`.
fn position(text: &[u8]) -> String {
    let line = text.split(|byte| *byte == b'\n').count();
    let column = text.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len);
    let place = Place::at_end_of(text);
    if place.is_root() {
        format!("line {line} column {column}")
    } else {
        format!("{place} (line {line} column {column})")
    }
}

/// Returns the offset at which a text could not be read.
fn offset_in(text: &[u8], error: &serde_json::Error) -> usize {
    let lines_before = text.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
    (lines_before.map(<[u8]>::len).sum::<usize>() + error.column()).min(text.len())
}

/// Reads the JSON body of a response, for a custom [`Operation`](crate::Operation). An empty body is read as `null`.
///
/// # Errors
///
/// If the body is not JSON, or cannot be read as a `T`.
pub fn json<T: DeserializeOwned>(response: &http::Response<Bytes>) -> Result<T, DecodeError> {
    if response.body().trim_ascii().is_empty() {
        return serde_json::from_slice(b"null").map_err(|_| DecodeError::new("the response has no body"));
    }
    borrowed_json(response.body())
}

/// Reads a body that may be borrowed from.
pub(crate) fn borrowed_json<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(body).map_err(|error| DecodeError::json(body, 0, &error))
}

/// Reads the JSON body of one of Knock's responses. A time that cannot be read costs only its field, if that is
/// optional.
pub(crate) fn knock_json<T: DeserializeOwned>(response: &http::Response<Bytes>) -> Result<T, DecodeError> {
    read_part(response.body(), response.body())
}

/// Reads a `part` of a body like [`knock_json`].
pub(crate) fn read_part<T: DeserializeOwned>(body: &[u8], part: &[u8]) -> Result<T, DecodeError> {
    let first = match serde_json::from_slice(part) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let mut repaired = without_odd_times(part, &first);
    while let Some(text) = repaired {
        match serde_json::from_slice(&text) {
            Ok(value) => return Ok(value),
            Err(error) => repaired = without_odd_times(&text, &error),
        }
    }
    let start = (part.as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
    Err(DecodeError::json(body, start, &first))
}

/// Checks the body of a response of an operation that returns nothing: it is empty, or JSON that nobody needs.
pub(crate) fn no_json(response: &http::Response<Bytes>) -> Result<(), DecodeError> {
    let body = response.body();
    if body.trim_ascii().is_empty() {
        return Ok(());
    }
    borrowed_json::<IgnoredAny>(body).map(drop)
}

/// Reads a field whose odd value, for example a count that is a text, must not cost the whole.
pub(crate) fn or_default<'de, T: Default + DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(T::deserialize(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// Reads a list whose odd items must not cost the others.
pub(crate) fn readable_items<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let items: Vec<Value> = or_default(deserializer)?;
    Ok(items.into_iter().filter_map(|item| T::deserialize(item).ok()).collect())
}

/// Returns the text without the times that could not be read, or `None` if there are none.
///
/// Each call removes at least one member, so repeated calls end.
fn without_odd_times(text: &[u8], error: &serde_json::Error) -> Option<Vec<u8>> {
    // The times of a user, an object or a tenant. If one is read from a copy, the error has only the place of the whole.
    const OF_ENTITIES: &[&str] = &["created_at", "updated_at", "inserted_at"];

    if !error.is_data() {
        return None;
    }
    let place = Place::at_end_of(text.get(..offset_in(text, error))?);
    let member = place.member().filter(|name| name.ends_with("_at"));
    let mut value = serde_json::from_slice(text).ok()?;
    let removed = match &member {
        Some(name) => remove_odd_times(&mut value, std::slice::from_ref(name)),
        None => remove_odd_times(&mut value, OF_ENTITIES),
    };
    removed.then(|| serde_json::to_vec(&value).ok()).flatten()
}

/// Removes the members with these names that are not times, except from custom data.
fn remove_odd_times(value: &mut Value, names: &[&str]) -> bool {
    match value {
        Value::Object(members) => {
            let before = members.len();
            members
                .retain(|name, value| !names.contains(&name.as_str()) || value.is_null() || is_time(value));
            let removed = members.len() < before;
            let members =
                members.iter_mut().filter(|(name, _)| !matches!(name.as_str(), "data" | "properties"));
            members.fold(removed, |removed, (_, value)| remove_odd_times(value, names) | removed)
        }
        Value::Array(items) => {
            items.iter_mut().fold(false, |removed, item| remove_odd_times(item, names) | removed)
        }
        _ => false,
    }
}

fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok())
}

/// Checks whether the body of a 2xx response can be Knock's: JSON or, if that is documented, nothing.
///
/// The content type tells less: proxies and login pages set any.
///
/// # Errors
///
/// What the body is instead.
#[inline]
pub(crate) fn check_is_knocks(body: &[u8], may_be_empty: bool) -> Result<(), &'static str> {
    match body {
        [b'{', b'"' | b'}', ..] | [b'[', b'{' | b']', ..] => Ok(()),
        _ => check_unusual(body, may_be_empty),
    }
}

fn check_unusual(body: &[u8], may_be_empty: bool) -> Result<(), &'static str> {
    match body.trim_ascii_start().first() {
        Some(b'{' | b'[' | b'"') if is_json_or_cut(body) => Ok(()),
        None if may_be_empty => Ok(()),
        None => Err("the response has no body, so it may not be from Knock"),
        Some(b'<') => Err(
            "the response is HTML and not JSON, so it may not be from Knock; check for a proxy or a login page",
        ),
        // A number or a literal. A text may begin in the same way.
        Some(_) if serde_json::from_slice::<IgnoredAny>(body).is_ok() => Ok(()),
        Some(_) => Err("the response is not JSON, so it may not be from Knock; check for a proxy"),
    }
}

/// Returns whether a body is JSON, or the beginning of it. A text such as `[error] no upstream` is neither.
pub(crate) fn is_json_or_cut(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).map_or_else(|error| error.is_eof(), |_| true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_json_can_be_knocks() {
        for body in
            ["{}", " \n[1]", "\"ok\"", "true", "-1.5", "null", "{\"cut\": ", "[1, ", "{", "{ \"a\": 1 }"]
        {
            assert_eq!(check_is_knocks(body.as_bytes(), false), Ok(()), "{body}");
        }
        for body in [
            "<html>",
            "\r\n<!DOCTYPE html>",
            "ok",
            "404 page not found",
            "nginx",
            "forbidden",
            "\u{feff}{}",
            "[error] no upstream",
            "{{ login }}",
            "{'a': 1}",
            "\"a\" is down",
        ] {
            assert!(check_is_knocks(body.as_bytes(), true).is_err(), "{body}");
        }
        for body in ["", " \r\n"] {
            assert!(check_is_knocks(body.as_bytes(), false).is_err());
            assert_eq!(check_is_knocks(body.as_bytes(), true), Ok(()));
        }
    }

    #[test]
    fn odd_times_are_removed_but_not_from_custom_data() {
        let text = json!({
            "created_at": "2026-09-21T14:13:20Z", "updated_at": null,
            "data": { "created_at": "soon" }, "recipient": { "created_at": 7, "properties": { "created_at": 8 } }
        });
        let mut value = text.clone();
        assert!(remove_odd_times(&mut value, &["created_at", "updated_at"]));
        let mut expected = text;
        expected["recipient"] = json!({ "properties": { "created_at": 8 } });
        assert_eq!(value, expected);
        assert!(!remove_odd_times(&mut value, &["created_at", "updated_at"]));
    }
}
