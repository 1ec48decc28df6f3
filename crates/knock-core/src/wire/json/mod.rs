//! JSON values from the caller.

mod finite;
mod object;

pub(crate) use object::{ObjectSink, ObjectText, WriteJson, serialize_object, write_object};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::value::InvalidInput;
use crate::wire::json::finite::first_not_finite;

/// The problem with a value that `serde_json` refuses.
pub(crate) const NO_JSON: &str = "cannot be serialized to JSON; the keys of maps must be strings";

/// A value of the caller's type, serialized immediately.
///
/// Setters thus stay infallible and operations have no type parameter. A serialization error is kept and reported when
/// the call is made.
#[derive(Clone)]
pub(crate) struct JsonText(Result<Box<RawValue>, InvalidInput>);

impl JsonText {
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, value: &(impl Serialize + ?Sized)) -> Self {
        Self(raw_value(field, value))
    }

    /// Keeps the reason why there is no value; it is reported when the call is made.
    pub(crate) fn refused(problem: InvalidInput) -> Self {
        Self(Err(problem))
    }

    pub(crate) fn get(&self) -> Result<&RawValue, InvalidInput> {
        self.0.as_deref().map_err(InvalidInput::clone)
    }

    /// Refuses a value that is neither an object nor `null`, or has more than `max_bytes` bytes.
    pub(crate) fn check_object(&self, field: &'static str, max_bytes: usize) -> Result<(), InvalidInput> {
        let text = self.get()?.get();
        let kind = match text.as_bytes().first() {
            Some(b'{' | b'n') => None,
            Some(b'[') => Some("an array"),
            Some(b'"') => Some("a string"),
            Some(b't' | b'f') => Some("a boolean"),
            _ => Some("a number"),
        };
        if let Some(kind) = kind {
            return Err(InvalidInput::new(field, format!("is {kind}; it must be a JSON object")));
        }
        if text.len() > max_bytes {
            let problem = format!("has {} bytes as JSON; at most {max_bytes} are allowed", text.len());
            return Err(InvalidInput::new(field, problem));
        }
        Ok(())
    }
}

/// Serializes a value. Refuses NaN and infinities, which `serde_json` would write as `null`.
fn raw_value(
    field: impl Into<Cow<'static, str>>,
    value: &(impl Serialize + ?Sized),
) -> Result<Box<RawValue>, InvalidInput> {
    let Ok(json) = to_raw_value(value) else {
        return Err(InvalidInput::new(field, NO_JSON));
    };
    // They can only occur if the text contains `null`, so the search is usually skipped.
    if json.get().contains("null")
        && let Some(path) = first_not_finite(value)
    {
        let field: Cow<'static, str> = field.into();
        let separator = if path.is_empty() || path.starts_with('[') { "" } else { "." };
        let problem = "is NaN or infinite, which JSON cannot represent";
        return Err(InvalidInput::new(format!("{field}{separator}{path}"), problem));
    }
    Ok(json)
}

impl From<Box<RawValue>> for JsonText {
    fn from(json: Box<RawValue>) -> Self {
        Self(Ok(json))
    }
}

impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        self.get().map(RawValue::get) == other.get().map(RawValue::get)
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// Shows only the size, because the value may be personal.
impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(json) => write!(f, "{} bytes of JSON", json.get().len()),
            Err(error) => error.fmt(f),
        }
    }
}

/// Returns the members of a struct or map as JSON. Numbers keep their exact form.
pub(crate) fn members_of(
    field: &'static str,
    value: &(impl Serialize + ?Sized),
) -> Result<BTreeMap<String, Box<RawValue>>, InvalidInput> {
    let json = raw_value(field, value)?;
    serde_json::from_str(json.get())
        .map_err(|_| InvalidInput::new(field, "are not an object in JSON; pass a struct or a map"))
}

/// Refuses a value that is not a flat JSON object, or has more than `max` members.
pub(crate) fn check_flat(field: &'static str, json: &JsonText, max: usize) -> Result<(), InvalidInput> {
    let Ok(map) = serde_json::from_str::<Map<String, Value>>(json.get()?.get()) else {
        return Err(InvalidInput::new(field, "is not a JSON object; pass a struct or a map"));
    };
    if map.values().any(|value| value.is_object() || value.is_array()) {
        return Err(InvalidInput::new(field, "has objects or arrays in it; it must be flat"));
    }
    if map.len() > max {
        let problem = format!("has {} entries; at most {max} are allowed", map.len());
        return Err(InvalidInput::new(field, problem));
    }
    Ok(())
}

/// The custom members of a JSON object, in the order in which the caller sets them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Members(Vec<(String, JsonText)>);

impl Members {
    /// Sets a member. Replaces an earlier one of the same name.
    pub(crate) fn set(&mut self, name: String, value: &(impl Serialize + ?Sized)) {
        let json = JsonText::new(name.clone(), value);
        self.set_each([(name, json)]);
    }

    /// Sets members with distinct names. They are therefore compared only with the members that were set before.
    pub(crate) fn set_each(&mut self, members: impl IntoIterator<Item = (String, JsonText)>) {
        let before = self.0.len();
        for (name, json) in members {
            match self.0[..before].iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = json,
                None => self.0.push((name, json)),
            }
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses values that cannot be serialized to JSON.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        self.0.iter().try_for_each(|(_, json)| json.get().map(drop))
    }

    pub(crate) fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        self.0.iter().try_for_each(|(name, json)| object.custom_member(name, json))
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.write_into(object))
    }
}
