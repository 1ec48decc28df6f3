//! Checks of arguments before anything is sent.

use std::borrow::Cow;

use crate::value::{InvalidInput, Text};

/// The maximum length of an idempotency key, in characters.
const IDEMPOTENCY_KEY_CHARS: usize = 255;

/// Refuses an empty id.
pub(crate) fn check_id(id: &str, field: impl FnOnce() -> String) -> Result<(), InvalidInput> {
    if id.is_empty() {
        return Err(InvalidInput::new(field(), "is empty; it must be an id"));
    }
    Ok(())
}

/// Refuses an empty filter, which Knock would ignore and return everything.
pub(crate) fn check_filter<T>(field: &str, filter: &[T]) -> Result<(), InvalidInput> {
    if filter.is_empty() {
        return Err(InvalidInput::new(field.to_owned(), "is empty; leave it out to get everything"));
    }
    Ok(())
}

/// Refuses a value of a filter without content: Knock would ignore the filter, and return everything.
pub(crate) fn check_filter_value(field: &str, value: &str) -> Result<(), InvalidInput> {
    let problem = match value {
        "" => "is empty",
        _ if value.trim().is_empty() => "is only white space",
        _ => return Ok(()),
    };
    Err(InvalidInput::new(field.to_owned(), format!("{problem}; leave it out, or pass a value")))
}

/// Refuses a list that is empty or has more entries than one call may have.
pub(crate) fn check_count(
    field: impl Into<Cow<'static, str>>,
    count: usize,
    max: usize,
) -> Result<(), InvalidInput> {
    if count == 0 {
        return Err(InvalidInput::new(field, format!("is empty; there must be 1 to {max} entries")));
    }
    if count > max {
        let problem = format!("has {count} entries; at most {max} are allowed in one call");
        return Err(InvalidInput::new(field, problem));
    }
    Ok(())
}

/// Refuses a size of a page that is zero or more than the maximum.
pub(crate) fn check_size(field: &'static str, size: Option<u32>, max: u32) -> Result<(), InvalidInput> {
    match size {
        Some(size) if !(1..=max).contains(&size) => {
            Err(InvalidInput::new(field, format!("is {size}; it must be 1 to {max}")))
        }
        _ => Ok(()),
    }
}

/// Refuses a list of ids as [`check_count`] does, and also empty ids.
pub(crate) fn check_ids(field: &'static str, ids: &[Text], max: usize) -> Result<(), InvalidInput> {
    check_count(field, ids.len(), max)?;
    ids.iter().enumerate().try_for_each(|(index, id)| check_id(id.as_str(), || format!("{field}[{index}]")))
}

/// Refuses an idempotency key that Knock or a header would not accept.
pub(crate) fn check_idempotency_key(key: &str) -> Result<(), InvalidInput> {
    const FIELD: &str = "idempotency_key";
    if key.is_empty() {
        return Err(InvalidInput::new(FIELD, "is empty; leave it out or pass 1 to 255 characters"));
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') || key.trim() != key {
        return Err(InvalidInput::new(
            FIELD,
            "contains characters that are invalid in a header; use printable ASCII without spaces around it",
        ));
    }
    if key.len() > IDEMPOTENCY_KEY_CHARS {
        let problem = format!("has {} characters; at most 255 are allowed", key.len());
        return Err(InvalidInput::new(FIELD, problem));
    }
    Ok(())
}

/// Refuses an id that is set but empty.
pub(crate) fn check_optional_id(field: &'static str, id: Option<&str>) -> Result<(), InvalidInput> {
    id.map_or(Ok(()), |id| check_id(id, || field.to_owned()))
}
