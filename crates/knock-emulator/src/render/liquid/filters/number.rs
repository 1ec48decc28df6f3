//! Filters of numbers.

use crate::render::error::Problem;
use crate::render::liquid::filters::input::{Filter, Input, takes, takes_up_to};
use crate::render::liquid::value::{Value, integer};

pub(super) fn find(name: &str) -> Option<Filter> {
    Some(match name {
        "abs" => takes(0, |input| {
            Ok(match number(&input.value) {
                Number::Integer(value) => Value::Integer(value.saturating_abs()),
                Number::Float(value) => Value::Float(value.abs()),
            })
        }),
        "ceil" => takes(0, |input| Ok(rounded(&input.value, f64::ceil))),
        "floor" => takes(0, |input| Ok(rounded(&input.value, f64::floor))),
        "round" => takes_up_to(0, 1, |input| Ok(round(input))),
        "plus" => takes(1, |input| Ok(calculated(input, i64::checked_add, |a, b| decimal(a + b)))),
        "minus" => takes(1, |input| Ok(calculated(input, i64::checked_sub, |a, b| decimal(a - b)))),
        "times" => takes(1, |input| Ok(calculated(input, i64::checked_mul, |a, b| decimal(a * b)))),
        "divided_by" => takes(1, |input| match divisor(input)? {
            Number::Integer(_) => Ok(calculated(input, floor_divide, |a, b| a / b)),
            Number::Float(_) => Ok(calculated(input, |_, _| None, |a, b| a / b)),
        }),
        "modulo" => takes(1, |input| {
            divisor(input)?;
            Ok(calculated(input, floor_remainder, |a, b| decimal(a - b * (a / b).floor())))
        }),
        "at_least" => takes(1, |input| Ok(chosen(input, |value, least| value < least))),
        "at_most" => takes(1, |input| Ok(chosen(input, |value, most| value > most))),
        _ => return None,
    })
}

#[derive(Clone, Copy)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    pub(super) fn float(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "an integer meets a fraction")]
            Self::Integer(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    fn value(self) -> Value {
        match self {
            Self::Integer(value) => Value::Integer(value),
            Self::Float(value) => Value::Float(value),
        }
    }
}

/// The number of a value; zero if it has none.
pub(super) fn number(value: &Value) -> Number {
    match value {
        Value::Integer(value) => Number::Integer(*value),
        Value::Float(value) => Number::Float(*value),
        Value::Text(text) => parsed(text.trim()),
        _ => Number::Integer(0),
    }
}

/// The number that a text begins with.
fn parsed(text: &str) -> Number {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(text.starts_with(['-', '+']));
    let whole = sign + digits(&text[sign..]);
    if whole == sign {
        return Number::Integer(0);
    }
    let fraction = text[whole..].strip_prefix('.').map_or(0, digits);
    let end = if fraction > 0 { whole + 1 + fraction } else { whole };
    let float = || Number::Float(text[..end].parse().unwrap_or_default());
    if fraction > 0 { float() } else { text[..whole].parse().map_or_else(|_| float(), Number::Integer) }
}

fn rounded(value: &Value, round: fn(f64) -> f64) -> Value {
    match number(value) {
        Number::Integer(value) => Value::Integer(value),
        Number::Float(value) => truncated(round(value)),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the largest")]
fn truncated(value: f64) -> Value {
    Value::Integer(value as i64)
}

fn round(input: &Input<'_>) -> Value {
    let places = match input.argument(0) {
        Value::Nil => 0,
        places => integer(&places),
    };
    let Number::Float(value) = number(&input.value) else { return number(&input.value).value() };
    if places <= 0 {
        let unit = 10_f64.powi(i32::try_from(places.saturating_neg()).unwrap_or(i32::MAX));
        return truncated((value / unit).round() * unit);
    }
    let places = usize::try_from(places).unwrap_or_default().min(15);
    Value::Float(format!("{value:.places$}").parse().unwrap_or(value))
}

/// Calculates with integers, or with floats if one is a float or the result is too large.
fn calculated(input: &Input<'_>, exact: fn(i64, i64) -> Option<i64>, float: fn(f64, f64) -> f64) -> Value {
    let (a, b) = (number(&input.value), number(&input.argument(0)));
    let exact = match (a, b) {
        (Number::Integer(a), Number::Integer(b)) => exact(a, b),
        _ => None,
    };
    if let Some(exact) = exact {
        return Value::Integer(exact);
    }
    Value::Float(float(a.float(), b.float()))
}

/// Rounds to 15 digits, since Liquid calculates in decimal: 10.1 less 2.2 is 7.9.
fn decimal(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

fn divisor(input: &Input<'_>) -> Result<Number, Problem> {
    match number(&input.argument(0)) {
        Number::Integer(0) => Err(Problem::new("divides by zero")),
        number => Ok(number),
    }
}

fn floor_divide(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    if a % b != 0 && (a < 0) != (b < 0) { quotient.checked_sub(1) } else { Some(quotient) }
}

fn floor_remainder(a: i64, b: i64) -> Option<i64> {
    let remainder = a.checked_rem(b)?;
    if remainder != 0 && (remainder < 0) != (b < 0) { remainder.checked_add(b) } else { Some(remainder) }
}

fn chosen(input: &Input<'_>, replaces: fn(f64, f64) -> bool) -> Value {
    let (value, bound) = (number(&input.value), number(&input.argument(0)));
    if replaces(value.float(), bound.float()) { bound.value() } else { value.value() }
}
