//! Texts and numbers.

use serde_json::{Number, Value, json};

use super::Schema;
use super::notes::{Notes, shown};
use crate::limits::{End, Range};

/// Formats of integers, which choose their type in Rust.
const INTEGERS: &[&str] = &["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"];

pub(super) fn text(object: &Schema, types: &[String], normal: &mut Schema, notes: &mut Notes) {
    notes.is_text = true;
    notes.limits.size = Range::of(object, "minLength", "maxLength");
    match object.get("format").and_then(Value::as_str) {
        Some("date-time") if types.len() == 1 => drop(normal.insert("format".to_owned(), json!("date-time"))),
        Some(format) => notes.add(&format!("Not checked before the data is sent: the format `{format}`.")),
        None => {}
    }
}

pub(super) fn number(object: &Schema, kind: &str, normal: &mut Schema, notes: &mut Notes) {
    let mut range = Range::of(object, "minimum", "maximum");
    exclude(object.get("exclusiveMinimum"), &mut range.start, |other, end| other >= end);
    exclude(object.get("exclusiveMaximum"), &mut range.end, |other, end| other <= end);
    let multiple_of = object.get("multipleOf");
    if kind == "number" {
        notes.limits.number = range;
        if let Some(multiple_of) = multiple_of {
            notes.add(&format!("Not checked before the data is sent: `multipleOf` {}.", shown(multiple_of)));
        }
        return;
    }
    let is_positive = range.start.as_ref().is_some_and(|end| end.number.as_f64() >= Some(0.0));
    let format = object.get("format").and_then(Value::as_str).filter(|format| INTEGERS.contains(format));
    let format = format.unwrap_or(if is_positive { "uint64" } else { "int64" });
    normal.insert("format".to_owned(), Value::from(format));
    if format.starts_with('u') {
        // The type has this limit.
        range.start.take_if(|end| !end.excluded && end.number.as_f64() <= Some(0.0));
    }
    range.start = range.start.and_then(|end| whole(&end, format));
    range.end = range.end.and_then(|end| whole(&end, format));
    notes.limits.number = range;
    notes.limits.multiple_of = multiple_of.and_then(Value::as_i64).filter(|of| *of > 1);
    if let Some(multiple_of) = multiple_of.filter(|of| !of.is_i64()) {
        notes.add(&format!("Not checked before the data is sent: `multipleOf` {}.", shown(multiple_of)));
    }
}

/// Applies an exclusive limit: a number, or in draft 4 a flag that belongs to the inclusive one.
fn exclude(keyword: Option<&Value>, end: &mut Option<End>, is_stricter: fn(f64, f64) -> bool) {
    match keyword {
        Some(Value::Bool(excluded)) => {
            if let Some(end) = end {
                end.excluded = *excluded;
            }
        }
        Some(Value::Number(number)) => {
            let other = number.as_f64().unwrap_or_default();
            let included = end.as_ref().and_then(|end| end.number.as_f64());
            if included.is_none_or(|included| is_stricter(other, included)) {
                *end = Some(End { number: number.clone(), excluded: true });
            }
        }
        _ => {}
    }
}

/// Returns an end of a range of integers, if the type of a format has it. Others, such as 0.5, are left out.
fn whole(end: &End, format: &str) -> Option<End> {
    let number = match end.number.as_i64() {
        Some(number) => i128::from(number),
        None if end.number.is_u64() => i128::from(end.number.as_u64()?),
        None => end.number.to_string().strip_suffix(".0")?.parse().ok()?,
    };
    let fits = match format {
        "int8" => i8::try_from(number).is_ok(),
        "uint8" => u8::try_from(number).is_ok(),
        "int16" => i16::try_from(number).is_ok(),
        "uint16" => u16::try_from(number).is_ok(),
        "int32" => i32::try_from(number).is_ok(),
        "uint32" => u32::try_from(number).is_ok(),
        "uint64" => u64::try_from(number).is_ok(),
        _ => i64::try_from(number).is_ok(),
    };
    let number = Number::from_i128(number)?;
    fits.then_some(End { number, excluded: end.excluded })
}
