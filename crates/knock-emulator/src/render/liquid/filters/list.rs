//! Filters of lists.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::render::error::Problem;
use crate::render::liquid::filters::input::{Filter, Input, Outcome, takes, takes_up_to};
use crate::render::liquid::filters::number::{Number, number};
use crate::render::liquid::filters::text::whole;
use crate::render::liquid::value::{self, Value, contains, count, equal, items, order, write_json};

pub(super) fn find(name: &str) -> Option<Filter> {
    Some(match name {
        "size" => takes(0, |input| {
            Ok(match &input.value {
                value @ (Value::Text(_) | Value::List(_) | Value::Object(_) | Value::Range(..)) => {
                    value.property("size")
                }
                _ => count(0),
            })
        }),
        "first" => takes(0, |input| Ok(input.value.property("first"))),
        "last" => takes(0, |input| match &input.value {
            Value::Object(_) => Ok(Value::Nil),
            value => Ok(value.property("last")),
        }),
        "join" => takes_up_to(0, 1, join),
        "split" => takes(1, split),
        "reverse" => takes(0, |input| {
            let mut items = flat(input)?;
            items.reverse();
            input.make_list(items)
        }),
        "concat" => takes(1, |input| {
            let mut items = flat(input)?;
            match input.argument(0) {
                more @ (Value::List(_) | Value::Range(..)) => {
                    items.extend(self::items(&more, 0, None, input.limits())?);
                }
                _ => return Err(Problem::new("the argument has to be a list")),
            }
            input.make_list(items)
        }),
        "compact" => takes_up_to(0, 1, |input| {
            let key = input.argument(0);
            select(input, |item| Ok(!matches!(part(item, &key), Value::Nil)))
        }),
        "map" => takes(1, |input| {
            let key = input.argument(0);
            let mut mapped = Vec::new();
            for item in flat(input)? {
                match &item {
                    Value::Object(_) => mapped.push(item.member(&key)),
                    _ => return Err(Problem::new("the items have to be objects")),
                }
            }
            input.make_list(mapped)
        }),
        "where" => takes_up_to(1, 2, |input| select(input, |item| matches(input, item))),
        "reject" => takes_up_to(1, 2, |input| select(input, |item| Ok(!matches(input, item)?))),
        "has" => takes_up_to(1, 2, |input| Ok(Value::Bool(position(input)?.is_some()))),
        "find" => takes_up_to(1, 2, |input| Ok(position(input)?.map(|(_, item)| item).unwrap_or_default())),
        "find_index" => {
            takes_up_to(1, 2, |input| Ok(position(input)?.map(|(index, _)| count(index)).unwrap_or_default()))
        }
        "sum" => takes_up_to(0, 1, sum),
        "sort" => takes_up_to(0, 1, |input| sort(input, |value| Ok(value.clone()))),
        "sort_natural" => takes_up_to(0, 1, |input| {
            sort(input, |value| match value {
                Value::Nil => Ok(Value::Nil),
                value => Ok(Value::text(value.to_text(input.limits())?.to_lowercase())),
            })
        }),
        "uniq" => takes_up_to(0, 1, uniq),
        "slice" => takes_up_to(1, 2, slice),
        "intersect" => takes(1, |input| {
            let others = Value::List(self::items(&input.argument(0), 0, None, input.limits())?.into());
            select(input, |item| Ok(contains(&others, item, input.limits())?))
        }),
        _ => return None,
    })
}

/// The items of the value, and of the lists in it.
fn flat(input: &Input<'_>) -> Result<Vec<Value>, Problem> {
    let mut all = Vec::new();
    match &input.value {
        Value::Object(_) | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {
            all.push(input.value.clone());
        }
        Value::Text(text) if text.is_empty() => all.push(input.value.clone()),
        value => flatten(items(value, 0, None, input.limits())?, &mut all, input)?,
    }
    Ok(all)
}

fn flatten(items: Vec<Value>, into: &mut Vec<Value>, input: &Input<'_>) -> Result<(), Problem> {
    for item in items {
        match item {
            Value::List(_) => flatten(self::items(&item, 0, None, input.limits())?, into, input)?,
            item => into.push(item),
        }
    }
    Ok(input.limits().items(into.len())?)
}

/// A member of an item, or the item itself if none is asked for.
fn part(item: &Value, key: &Value) -> Value {
    if matches!(key, Value::Nil) { item.clone() } else { item.member(key) }
}

fn join(input: &Input<'_>) -> Outcome {
    let glue = if input.arguments.is_empty() { " ".into() } else { input.argument_text(0)? };
    let mut text = String::new();
    for (index, item) in flat(input)?.iter().enumerate() {
        if index > 0 {
            text.push_str(&glue);
        }
        item.write(&mut text, input.limits())?;
    }
    input.make(text)
}

fn split(input: &Input<'_>) -> Outcome {
    let (text, by) = (input.text()?, input.argument_text(0)?);
    input.limits().items(text.len().min(text.matches(&*by).count()))?;
    let mut parts: Vec<Value> = match &*by {
        "" => text.chars().map(|letter| Value::text(letter.to_string())).collect(),
        " " => text.split_whitespace().map(Value::text).collect(),
        by => text.split(by).map(Value::text).collect(),
    };
    while parts.last().is_some_and(Value::is_empty) {
        parts.pop();
    }
    input.make_list(parts)
}

fn select(input: &Input<'_>, keep: impl Fn(&Value) -> Result<bool, Problem>) -> Outcome {
    let mut kept = Vec::new();
    for item in flat(input)? {
        if keep(&item)? {
            kept.push(item);
        }
    }
    input.make_list(kept)
}

/// Whether a member of an item is what the second argument says, or true if there is none.
fn matches(input: &Input<'_>, item: &Value) -> Result<bool, Problem> {
    let key = input.argument(0);
    let member = match item {
        Value::Object(_) => item.member(&key),
        // As for an object with one member of its name.
        Value::Text(text) => Value::Bool(contains(&Value::Text(text.clone()), &key, input.limits())?),
        _ => return Err(Problem::new("the items have to be objects")),
    };
    match input.argument(1) {
        Value::Nil => Ok(member.is_truthy()),
        wanted => Ok(equal(&member, &wanted, input.limits())?),
    }
}

fn position(input: &Input<'_>) -> Result<Option<(usize, Value)>, Problem> {
    for (index, item) in flat(input)?.into_iter().enumerate() {
        if matches(input, &item)? {
            return Ok(Some((index, item)));
        }
    }
    Ok(None)
}

fn sum(input: &Input<'_>) -> Outcome {
    let key = input.argument(0);
    let mut sum = Number::Integer(0);
    for item in flat(input)? {
        sum = match (sum, number(&part(&item, &key))) {
            (Number::Integer(a), Number::Integer(b)) => Number::Integer(a.saturating_add(b)),
            (a, b) => Number::Float(a.float() + b.float()),
        };
    }
    Ok(match sum {
        Number::Integer(sum) => Value::Integer(sum),
        Number::Float(sum) => Value::Float(sum),
    })
}

/// Sorts by what a function makes of each item. Nil is last.
fn sort(input: &Input<'_>, by: impl Fn(&Value) -> Result<Value, Problem>) -> Outcome {
    let key = input.argument(0);
    let mut keyed = Vec::new();
    for item in flat(input)? {
        if !matches!(key, Value::Nil) && !matches!(item, Value::Object(_)) {
            return Err(Problem::new("the items have to be objects"));
        }
        keyed.push((by(&part(&item, &key))?, item));
    }
    let mut filled = keyed.iter().map(|(by, _)| by).filter(|by| !matches!(by, Value::Nil));
    // All are compared with one: neighbours may all be alike, and the list is mixed nevertheless.
    if let Some(first) = filled.next()
        && filled.any(|other| order(first, other).is_none())
    {
        return Err(Problem::new("the items are of different kinds"));
    }
    // Beside a fraction, integers are compared as fractions. Then all have to be, or there is no order of all.
    if keyed.iter().any(|(by, _)| matches!(by, Value::Float(_))) {
        for (by, _) in &mut keyed {
            *by = value::number(by).map_or(Value::Nil, Value::Float);
        }
    }
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Value::Nil, Value::Nil) => Ordering::Equal,
        (Value::Nil, _) => Ordering::Greater,
        (_, Value::Nil) => Ordering::Less,
        (a, b) => order(a, b).unwrap_or(Ordering::Equal),
    });
    input.make_list(keyed.into_iter().map(|(_, item)| item).collect())
}

fn uniq(input: &Input<'_>) -> Outcome {
    let key = input.argument(0);
    let mut seen = HashSet::new();
    let mut unique = Vec::new();
    for item in flat(input)? {
        if !matches!(key, Value::Nil) && !matches!(item, Value::Object(_)) {
            return Err(Problem::new("the items have to be objects"));
        }
        let mut text = String::new();
        write_json(&part(&item, &key), &mut text, input.limits())?;
        if seen.insert(text) {
            unique.push(item);
        }
    }
    input.make_list(unique)
}

fn slice(input: &Input<'_>) -> Outcome {
    let start = whole(&input.argument(0))?;
    let length = match input.argument(1) {
        Value::Nil => 1,
        length => whole(&length)?,
    };
    let range = |size: usize| {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let start = if start < 0 { size.saturating_add(start) } else { start };
        let end = start.saturating_add(length).min(size);
        let empty = start < 0 || start >= end;
        let (start, end) = if empty { (0, 0) } else { (start, end) };
        usize::try_from(start).unwrap_or_default()..usize::try_from(end).unwrap_or_default()
    };
    if let Value::List(items) = &input.value {
        return input.make_list(items.get(range(items.len())).unwrap_or_default().to_vec());
    }
    let text = input.text()?;
    let range = range(text.chars().count());
    input.make(text.chars().skip(range.start).take(range.len()).collect::<String>())
}
