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

/// Refuses a value that is not a flat JSON object, or has more than `max` members. Returns the number of its members.
pub(crate) fn check_flat(field: &'static str, json: &JsonText, max: usize) -> Result<usize, InvalidInput> {
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
    Ok(map.len())
}

/// The longest list of members that is searched from its start, which is faster than an index for a short one.
const SHORT: usize = 32;

/// The custom members of a JSON object, in the order in which the caller sets them.
#[derive(Clone, Default)]
pub(crate) struct Members {
    list: Vec<(String, JsonText)>,
    /// The place of each name, filled when a name is searched in a list that is not short. Without it, setting members in a
    /// loop would take time in proportion to the square of their number.
    places: BTreeMap<String, usize>,
}

impl Members {
    /// Sets a member. Replaces an earlier one of the same name.
    pub(crate) fn set(&mut self, name: String, value: &(impl Serialize + ?Sized)) {
        let json = JsonText::new(name.clone(), value);
        self.put(name, json);
    }

    /// Sets members with distinct names.
    pub(crate) fn set_each(&mut self, members: impl IntoIterator<Item = (String, JsonText)>) {
        if self.list.is_empty() {
            self.list.extend(members);
        } else {
            members.into_iter().for_each(|(name, json)| self.put(name, json));
        }
    }

    fn put(&mut self, name: String, json: JsonText) {
        match self.find(&name) {
            Some(known) => *known = json,
            None => self.list.push((name, json)),
        }
    }

    fn find(&mut self, name: &str) -> Option<&mut JsonText> {
        if self.list.len() <= SHORT {
            return self.list.iter_mut().find(|(known, _)| known == name).map(|(_, json)| json);
        }
        let new = self.list.iter().enumerate().skip(self.places.len());
        self.places.extend(new.map(|(place, (known, _))| (known.clone(), place)));
        let place = *self.places.get(name)?;
        self.list.get_mut(place).map(|(_, json)| json)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.list.iter().any(|(known, _)| known == name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Refuses values that cannot be serialized to JSON.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        self.list.iter().try_for_each(|(_, json)| json.get().map(drop))
    }

    pub(crate) fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        self.list.iter().try_for_each(|(name, json)| object.custom_member(name, json))
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.write_into(object))
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_set_again_keeps_its_place_in_lists_of_any_length() {
        for count in [1, SHORT - 1, SHORT, SHORT + 1, SHORT + 2, 3 * SHORT] {
            let name = |number: usize| format!("member-{number}");
            let numbers = |start: usize| (0..count).map(move |number| (name(number), start + number));
            let of = |start| numbers(start).map(|(name, value)| (name, JsonText::new("", &value)));
            let (mut one_by_one, mut at_once) = (Members::default(), Members::default());
            for (name, value) in numbers(0) {
                one_by_one.set(name, &value);
            }
            at_once.set_each(of(0));
            assert_eq!(one_by_one, at_once, "{count}");

            for (name, value) in numbers(1000) {
                one_by_one.set(name, &value);
            }
            at_once.set_each(of(1000));
            assert_eq!((one_by_one.list.len(), &one_by_one), (count, &at_once), "{count}");
            let values = one_by_one.list.iter().map(|(name, json)| (name.clone(), json.get().unwrap().get()));
            let expected = numbers(1000).map(|(name, value)| (name, value.to_string()));
            assert!(
                values.eq(expected
                    .collect::<Vec<_>>()
                    .iter()
                    .map(|(name, value)| (name.clone(), value.as_str())))
            );
        }
    }

    /// Returns the time for which this thread ran, in nanoseconds: other processes do not count.
    #[cfg(target_os = "linux")]
    fn thread_time() -> u64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        text.split(' ').next().unwrap().parse().unwrap()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn setting_a_member_takes_no_longer_the_more_there_are() {
        let fastest = |count: usize| {
            let once = |_| {
                let (start, mut members) = (thread_time(), Members::default());
                (0..count).for_each(|number| members.set(number.to_string(), &number));
                thread_time() - start
            };
            (0..3).map(once).min().unwrap()
        };
        // The system counts in steps of up to 10 ms.
        let (few, many) = (fastest(8_000).max(10_000_000), fastest(64_000));
        // 8 times as many members. If each was compared with all before it, they would take 64 times as long.
        assert!(many < 25 * few, "{few} ns, {many} ns");
    }
}
