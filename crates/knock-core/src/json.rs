//! JSON that the caller gives: serialized at once, with a mistake kept until the call is made.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::error::InvalidInput;
use crate::field::Field;

/// What is wrong with a value that `serde_json` refuses.
pub(crate) const NO_JSON: &str = "has no form in JSON: the keys of its maps must be strings";

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

impl From<Box<RawValue>> for LazyJson {
    fn from(json: Box<RawValue>) -> Self {
        Self(Ok(json))
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

/// The members of what the caller's struct or map is in JSON, with every number as it was written.
pub(crate) fn members_of(
    field: &'static str,
    value: &(impl Serialize + ?Sized),
) -> Result<BTreeMap<String, Box<RawValue>>, InvalidInput> {
    let json = to_raw_value(value).map_err(|_| InvalidInput::new(field, NO_JSON))?;
    serde_json::from_str(json.get())
        .map_err(|_| InvalidInput::new(field, "are not an object in JSON; pass a struct or a map"))
}

/// Members of a JSON object that the caller gives one by one, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Members(Vec<(String, LazyJson)>);

impl Members {
    /// Sets a member, in place of one of the same name.
    pub(crate) fn set(&mut self, name: String, value: &(impl Serialize + ?Sized)) {
        let json = LazyJson::new(name.clone(), value);
        self.set_each([(name, json)]);
    }

    /// Sets members whose names differ; so one is only looked for among those that were there before.
    pub(crate) fn set_each(&mut self, members: impl IntoIterator<Item = (String, LazyJson)>) {
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

    /// Refuses what has no form in JSON.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        self.0.iter().try_for_each(|(_, json)| json.get().map(drop))
    }

    pub(crate) fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        self.0.iter().try_for_each(|(name, json)| object.own_member(name, json))
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.write_into(object))
    }
}

/// Takes the members of an object one by one: a body's text, or whatever serializer there is.
pub(crate) trait ObjectSink {
    type Error;

    /// A member that the API knows; its name needs no escapes.
    fn member(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), Self::Error>;

    /// A member with a name of the caller's.
    fn own_member(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Self::Error>;

    /// A member that may be absent.
    fn optional(
        &mut self,
        name: &'static str,
        value: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<(), Self::Error> {
        value.map_or(Ok(()), |value| self.member(name, value))
    }

    /// A member that is left out where Knock is to keep what it has.
    fn field(&mut self, name: &'static str, field: &Field<impl Serialize>) -> Result<(), Self::Error> {
        match field {
            Field::Keep => Ok(()),
            Field::Clear => self.member(name, &()),
            Field::Set(value) => self.member(name, value),
        }
    }
}

/// Writes an object through any serializer.
pub(crate) fn serialize_object<S: Serializer>(
    serializer: S,
    write: impl FnOnce(&mut Through<S::SerializeMap>) -> Result<(), S::Error>,
) -> Result<S::Ok, S::Error> {
    let mut object = Through(serializer.serialize_map(None)?);
    write(&mut object)?;
    object.0.end()
}

pub(crate) struct Through<M>(M);

impl<M: SerializeMap> ObjectSink for Through<M> {
    type Error = M::Error;

    fn member(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), M::Error> {
        self.0.serialize_entry(name, value)
    }

    fn own_member(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), M::Error> {
        self.0.serialize_entry(name, value)
    }
}

/// Something that writes itself at the end of a body.
///
/// `serde_json` looks through every name for what to escape; in a list of a thousand users that is a fifth of the work.
pub(crate) trait WriteJson {
    fn write_json(&self, text: &mut Vec<u8>) -> serde_json::Result<()>;
}

/// Writes an object at the end of a body.
pub(crate) fn write_object(
    text: &mut Vec<u8>,
    write: impl FnOnce(&mut ObjectText<'_>) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    let mut object = ObjectText { text, separator: b"{\"" };
    write(&mut object)?;
    let end: &[u8] = if object.is_empty() { b"{}" } else { b"}" };
    object.text.extend_from_slice(end);
    Ok(())
}

/// An object in the making, at the end of a body.
pub(crate) struct ObjectText<'a> {
    text: &'a mut Vec<u8>,
    /// What goes before the next name.
    separator: &'static [u8; 2],
}

impl ObjectText<'_> {
    fn is_empty(&self) -> bool {
        self.separator == b"{\""
    }

    fn name(&mut self, name: &'static str) {
        self.text.extend_from_slice(self.separator);
        self.text.extend_from_slice(name.as_bytes());
        self.text.extend_from_slice(b"\":");
        self.separator = b",\"";
    }

    /// A member that is a list.
    pub(crate) fn list(&mut self, name: &'static str, items: &[impl WriteJson]) -> serde_json::Result<()> {
        self.name(name);
        for (index, item) in items.iter().enumerate() {
            self.text.push(if index == 0 { b'[' } else { b',' });
            item.write_json(self.text)?;
        }
        self.text.extend_from_slice(if items.is_empty() { b"[]" } else { b"]" });
        Ok(())
    }
}

impl ObjectSink for ObjectText<'_> {
    type Error = serde_json::Error;

    fn member(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> serde_json::Result<()> {
        self.name(name);
        serde_json::to_writer(&mut *self.text, value)
    }

    fn own_member(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> serde_json::Result<()> {
        self.text.extend_from_slice(&self.separator[..1]);
        self.separator = b",\"";
        serde_json::to_writer(&mut *self.text, name)?;
        self.text.push(b':');
        serde_json::to_writer(&mut *self.text, value)
    }
}
