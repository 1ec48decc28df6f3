//! The values of Liquid: those of JSON, and ranges. Copying one costs nothing, whatever its size.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::render::limits::{Exceeded, Limits};

/// The members of an object.
pub(crate) type Members = BTreeMap<Arc<str>, Value>;

/// A value in a template.
#[derive(Clone, Debug, Default)]
pub(crate) enum Value {
    #[default]
    Nil,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Arc<str>),
    List(Arc<[Value]>),
    Object(Arc<Members>),
    /// From the first number to the last.
    Range(i64, i64),
    /// The keyword `empty`, which an empty value is equal to.
    Empty,
    /// The keyword `blank`, which a value is equal to that is empty, false or white space.
    Blank,
}

impl Value {
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn is_truthy(&self) -> bool {
        !matches!(self, Self::Nil | Self::Bool(false))
    }

    /// Whether `default` replaces it.
    pub(crate) fn is_missing(&self) -> bool {
        !self.is_truthy() || self.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
            _ => false,
        }
    }

    fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Nil | Self::Bool(false) => true,
            other => other.is_empty(),
        }
    }

    /// Reads a member of an object, an item of a list, or one of the properties `size`, `first` and `last`.
    pub(crate) fn member(&self, key: &Value) -> Value {
        match (self, key) {
            (Self::List(items), Self::Integer(index)) => item(items, *index).cloned().unwrap_or_default(),
            (Self::Object(members), Self::Integer(index)) => {
                members.get(index.to_string().as_str()).cloned().unwrap_or_default()
            }
            (_, Self::Text(name)) => self.property(name),
            _ => Self::Nil,
        }
    }

    /// Reads a member by name.
    pub(crate) fn property(&self, name: &str) -> Value {
        match (self, name) {
            (Self::Object(members), _) if members.contains_key(name) => {
                members.get(name).cloned().unwrap_or_default()
            }
            (Self::Object(members), "size") => count(members.len()),
            (Self::Object(members), "first") => members.iter().next().map(pair).unwrap_or_default(),
            (Self::List(items), "size") => count(items.len()),
            (Self::Text(text), "size") => count(text.chars().count()),
            (Self::List(items), "first") => items.first().cloned().unwrap_or_default(),
            (Self::List(items), "last") => items.last().cloned().unwrap_or_default(),
            (Self::Range(first, _), "first") => Self::Integer(*first),
            (Self::Range(_, last), "last") => Self::Integer(*last),
            (Self::Range(first, last), "size") => {
                Self::Integer(last.saturating_sub(*first).saturating_add(1).max(0))
            }
            _ => Self::Nil,
        }
    }

    /// The text that an output of it writes.
    ///
    /// # Errors
    /// If it is longer than a template may write.
    pub(crate) fn write(&self, out: &mut String, limits: &Limits) -> Result<(), Exceeded> {
        match self {
            Self::Nil | Self::Empty | Self::Blank => {}
            Self::Text(text) => out.push_str(text),
            Self::List(items) => {
                for item in items.iter() {
                    limits.step()?;
                    item.write(out, limits)?;
                }
            }
            Self::Object(_) => write_json(self, out, limits)?,
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Integer(value) => out.push_str(&value.to_string()),
            Self::Float(value) => write_text(out, format_args!("{value:?}")),
            Self::Range(first, last) => write_text(out, format_args!("{first}..{last}")),
        }
        limits.text(out.len())
    }

    /// Its text.
    pub(crate) fn to_text(&self, limits: &Limits) -> Result<Arc<str>, Exceeded> {
        if let Self::Text(text) = self {
            return Ok(text.clone());
        }
        let mut text = String::new();
        self.write(&mut text, limits)?;
        Ok(text.into())
    }

    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Nil | Self::Empty | Self::Blank => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Integer(value) => Json::from(*value),
            Self::Float(value) => Json::from(*value),
            Self::Text(text) => Json::from(&**text),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(members) => {
                Json::Object(members.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect())
            }
            Self::Range(first, last) => Json::from(format!("{first}..{last}")),
        }
    }
}

fn write_text(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
}

pub(crate) fn count(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A member of an object, as loops see it.
fn pair((key, value): (&Arc<str>, &Value)) -> Value {
    Value::List([Value::Text(key.clone()), value.clone()].into())
}

/// An item of a list. A negative index counts from the end.
fn item(items: &[Value], index: i64) -> Option<&Value> {
    let from_end = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 {
        items.len().checked_sub(from_end).and_then(|index| items.get(index))
    } else {
        items.get(from_end)
    }
}

/// Writes JSON, without spaces.
pub(crate) fn write_json(value: &Value, out: &mut String, limits: &Limits) -> Result<(), Exceeded> {
    limits.step()?;
    match value {
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(item, out, limits)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Json::from(&**key).to_string());
                out.push(':');
                write_json(member, out, limits)?;
            }
            out.push('}');
        }
        other => out.push_str(&other.to_json().to_string()),
    }
    limits.text(out.len())
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Nil,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(integer) => Self::Integer(integer),
                None => Self::Float(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => Self::text(text.as_str()),
            Json::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Json::Object(members) => {
                let members = members.iter().map(|(key, value)| (Arc::from(key.as_str()), Self::from(value)));
                Self::Object(Arc::new(members.collect()))
            }
        }
    }
}

/// Whether two values are equal, as `==` says.
pub(crate) fn equal(a: &Value, b: &Value, limits: &Limits) -> Result<bool, Exceeded> {
    limits.step()?;
    Ok(match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Empty, other) | (other, Value::Empty) => other.is_empty() || matches!(other, Value::Empty),
        (Value::Blank, other) | (other, Value::Blank) => other.is_blank() || matches!(other, Value::Blank),
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Integer(a), Value::Integer(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => {
            limits.bytes(a.len().min(b.len()))?;
            a == b
        }
        (Value::Range(a, b), Value::Range(c, d)) => (a, b) == (c, d),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && all(a.iter().zip(b.iter()), |(a, b)| equal(a, b, limits))?
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && all(a.iter().zip(b.iter()), |((key, a), (other, b))| {
                    Ok(key == other && equal(a, b, limits)?)
                })?
        }
        (a, b) => match (number(a), number(b)) {
            #[expect(clippy::float_cmp, reason = "this is what a template asks for")]
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
    })
}

fn all<T>(
    mut items: impl Iterator<Item = T>,
    mut holds: impl FnMut(T) -> Result<bool, Exceeded>,
) -> Result<bool, Exceeded> {
    items.try_fold(true, |so_far, item| Ok(so_far && holds(item)?))
}

/// A number, if it is one.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "an integer meets a fraction")]
        Value::Integer(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

/// The order of two numbers or two texts. Others have none.
pub(crate) fn order(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (a, b) => number(a)?.partial_cmp(&number(b)?),
    }
}

/// Whether a text contains another, a list an item, or an object a key.
pub(crate) fn contains(whole: &Value, part: &Value, limits: &Limits) -> Result<bool, Exceeded> {
    match whole {
        Value::Text(text) => {
            limits.bytes(text.len())?;
            Ok(!matches!(part, Value::Nil) && text.contains(&*part.to_text(limits)?))
        }
        Value::List(items) => {
            for item in items.iter() {
                if equal(item, part, limits)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Object(members) => Ok(matches!(part, Value::Text(key) if members.contains_key(&**key))),
        _ => Ok(false),
    }
}

/// The items from a position on. A range is not made before it is known to be short.
pub(crate) fn items(
    value: &Value,
    start: usize,
    limit: Option<usize>,
    limits: &Limits,
) -> Result<Vec<Value>, Exceeded> {
    let limit = limit.unwrap_or(usize::MAX);
    let items: Cow<'_, [Value]> = match value {
        Value::List(items) => Cow::Borrowed(items),
        Value::Object(members) => {
            limits.items(members.len())?;
            Cow::Owned(members.iter().map(pair).collect())
        }
        Value::Range(first, last) => {
            let first = first.saturating_add(i64::try_from(start).unwrap_or(i64::MAX));
            let length =
                usize::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or_default().min(limit);
            limits.items(length)?;
            return Ok((first..=*last).take(length).map(Value::Integer).collect());
        }
        Value::Text(text) if !text.is_empty() => Cow::Owned(vec![value.clone()]),
        _ => Cow::Borrowed(&[]),
    };
    let wanted = items.get(start..).unwrap_or_default();
    let wanted = &wanted[..wanted.len().min(limit)];
    limits.items(wanted.len())?;
    Ok(wanted.to_vec())
}

/// A whole number, or zero.
pub(crate) fn integer(value: &Value) -> i64 {
    match value {
        Value::Integer(number) => *number,
        #[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the largest")]
        Value::Float(number) => *number as i64,
        Value::Text(text) => leading_integer(text),
        _ => 0,
    }
}

/// The number that a text begins with.
fn leading_integer(text: &str) -> i64 {
    let text = text.trim_start();
    let sign = usize::from(text.starts_with('-'));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    text[..sign + digits].parse().unwrap_or_default()
}
