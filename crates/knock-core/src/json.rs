//! JSON that the caller gives: serialized at once, with a mistake kept until the call is made.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::error::InvalidInput;

/// What is wrong with a value that `serde_json` refuses.
pub(crate) const NO_JSON: &str =
    "has no form in JSON: map keys must be strings, and numbers at most 64 bits long";

/// A value of the caller's own type, serialized when it was given, so that setters chain and operations have no
/// type parameter.
#[derive(Clone)]
pub(crate) struct LazyJson(Result<Box<RawValue>, InvalidInput>);

impl LazyJson {
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, value: &(impl Serialize + ?Sized)) -> Self {
        Self(to_raw_value(value).map_err(|_| InvalidInput::new(field, NO_JSON)))
    }

    pub(crate) fn get(&self) -> Result<&RawValue, InvalidInput> {
        self.0.as_deref().map_err(InvalidInput::clone)
    }

    /// Refuses what is neither an object nor `null`, or has more than `max_bytes` bytes.
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

impl PartialEq for LazyJson {
    fn eq(&self, other: &Self) -> bool {
        self.get().map(RawValue::get) == other.get().map(RawValue::get)
    }
}

impl Serialize for LazyJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// Shows the size only: the value is the caller's users' data.
impl fmt::Debug for LazyJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(json) => write!(f, "{} bytes of JSON", json.get().len()),
            Err(error) => error.fmt(f),
        }
    }
}

/// Members of a JSON object that the caller gives one by one, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Members(Vec<(String, LazyJson)>);

impl Members {
    /// Sets a member, in place of one of the same name.
    pub(crate) fn set(&mut self, name: String, value: &(impl Serialize + ?Sized)) {
        let json = LazyJson::new(name.clone(), value);
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = json,
            None => self.0.push((name, json)),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses what has no form in JSON.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        self.0.iter().try_for_each(|(_, json)| json.get().map(drop))
    }

    pub(crate) fn serialize_into<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.0.iter().try_for_each(|(name, json)| map.serialize_entry(name, json))
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.serialize_into(&mut map)?;
        map.end()
    }
}
