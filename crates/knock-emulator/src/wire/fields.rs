//! Reading the fields of a JSON body. Invalid fields fail with the 422 that Knock returns for them.

use jiff::Timestamp;
use serde_json::Value;

use super::response::Failure;
pub(crate) use super::response::field_error;
use crate::json::Fields;

/// The 422 for a field that has the wrong type.
pub(crate) fn bad_type(field: &str) -> Failure {
    Failure::invalid(field, "is invalid", "cast")
}

pub(crate) fn blank(field: &str) -> Failure {
    Failure::invalid(field, "can't be blank", "required")
}

fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    }
}

/// Reports all missing fields in one failure, like Knock does.
pub(crate) fn require(fields: &Fields, names: &[&str]) -> Result<(), Failure> {
    let errors: Vec<Value> = names
        .iter()
        .filter(|name| is_blank(fields.get(**name)))
        .map(|name| field_error(name, "can't be blank", "required"))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Failure::invalid_fields(errors)) }
}

/// A required list of at most `max` items.
pub(crate) fn list<'a>(fields: &'a Fields, name: &str, max: usize) -> Result<&'a [Value], Failure> {
    require(fields, &[name])?;
    let Some(Value::Array(items)) = fields.get(name) else { return Err(bad_type(name)) };
    if items.len() > max {
        return Err(Failure::invalid(name, &format!("should have at most {max} item(s)"), "length"));
    }
    Ok(items)
}

/// A required list of strings.
pub(crate) fn strings(fields: &Fields, name: &str, max: usize) -> Result<Vec<String>, Failure> {
    list(fields, name, max)?
        .iter()
        .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| bad_type(name)))
        .collect()
}

/// An optional list of strings.
pub(crate) fn optional_strings(fields: &Fields, name: &str) -> Result<Option<Vec<String>>, Failure> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| bad_type(name)))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(bad_type(name)),
    }
}

/// An optional string. `null` counts as absent.
pub(crate) fn text<'a>(fields: &'a Fields, name: &str) -> Result<Option<&'a str>, Failure> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad_type(name)),
    }
}

/// A required, non-empty string.
pub(crate) fn required_text<'a>(fields: &'a Fields, name: &str) -> Result<&'a str, Failure> {
    require(fields, &[name])?;
    text(fields, name)?.ok_or_else(|| blank(name))
}

/// An optional boolean. `null` counts as `false`.
pub(crate) fn flag(fields: &Fields, name: &str) -> Result<bool, Failure> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(bad_type(name)),
    }
}

/// An optional object. `null` counts as absent.
pub(crate) fn object<'a>(fields: &'a Fields, name: &str) -> Result<Option<&'a Fields>, Failure> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(bad_type(name)),
    }
}

/// An optional timestamp in RFC 3339 format. `null` counts as absent.
pub(crate) fn time(fields: &Fields, name: &str) -> Result<Option<Timestamp>, Failure> {
    text(fields, name)?.map(|text| text.parse().map_err(|_| bad_type(name))).transpose()
}

/// A field of a request that can be left out, or be `null` to clear the value.
#[derive(Clone, Debug)]
pub(crate) enum Given<T> {
    Not,
    As(Option<T>),
}

impl<T> Given<T> {
    /// Reads the field if it is present.
    pub(crate) fn read(
        fields: &Fields,
        name: &str,
        read: impl FnOnce(&Fields, &str) -> Result<Option<T>, Failure>,
    ) -> Result<Self, Failure> {
        if fields.contains_key(name) { Ok(Self::As(read(fields, name)?)) } else { Ok(Self::Not) }
    }

    /// Sets a slot, or leaves it unchanged if the field was left out.
    pub(crate) fn set(self, slot: &mut Option<T>) {
        if let Self::As(value) = self {
            *slot = value;
        }
    }

    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            Self::As(Some(value)) => Some(value),
            Self::As(None) | Self::Not => None,
        }
    }
}
