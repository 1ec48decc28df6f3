//! Conditions in preferences.

use std::cmp::Ordering;

use serde_json::Value;

/// The values that a variable can refer to.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) data: &'a Value,
    pub(crate) recipient: &'a Value,
    pub(crate) actor: &'a Value,
    pub(crate) tenant: &'a Value,
    pub(crate) workflow: &'a Value,
}

/// Whether all conditions of a list hold. A missing list holds.
pub(crate) fn all_hold(conditions: Option<&Value>, scope: &Scope<'_>) -> bool {
    let Some(Value::Array(conditions)) = conditions else { return true };
    conditions.iter().all(|condition| holds(condition, scope))
}

/// Operators that need an audience or a clock are assumed to hold.
fn holds(condition: &Value, scope: &Scope<'_>) -> bool {
    let text = |name: &str| condition.get(name).and_then(Value::as_str).unwrap_or_default();
    let found = lookup(text("variable"), scope);
    let empty = Value::String(String::new());
    let value = found.filter(|value| !value.is_null()).unwrap_or(&empty);
    let argument = condition.get("argument").unwrap_or(&Value::Null);
    match text("operator") {
        "equal_to" => plain(value) == plain(argument),
        "not_equal_to" => plain(value) != plain(argument),
        "greater_than" => compare(value, argument) == Ordering::Greater,
        "less_than" => compare(value, argument) == Ordering::Less,
        "greater_than_or_equal_to" => compare(value, argument) != Ordering::Less,
        "less_than_or_equal_to" => compare(value, argument) != Ordering::Greater,
        "contains" => contains(value, argument),
        "not_contains" => !contains(value, argument),
        "empty" => is_empty(value),
        "not_empty" => !is_empty(value),
        "exists" => found.is_some(),
        "not_exists" => found.is_none(),
        _ => true,
    }
}

fn lookup<'a>(path: &str, scope: &Scope<'a>) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let root = match parts.next()? {
        "data" => scope.data,
        "recipient" => scope.recipient,
        "actor" => scope.actor,
        "tenant" => scope.tenant,
        "workflow" => scope.workflow,
        _ => return None,
    };
    parts.try_fold(root, |value, part| value.get(part))
}

/// Arguments are text and values can have any type, so both are compared as text.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn compare(value: &Value, argument: &Value) -> Ordering {
    let (value, argument) = (plain(value), plain(argument));
    match (value.parse::<f64>(), argument.parse::<f64>()) {
        (Ok(value), Ok(argument)) => value.total_cmp(&argument),
        _ => value.cmp(&argument),
    }
}

/// Whether a text contains the argument, or a list contains one of the arguments.
fn contains(value: &Value, argument: &Value) -> bool {
    match value {
        Value::Array(items) => {
            let wanted: Vec<String> = match argument {
                Value::Array(wanted) => wanted.iter().map(plain).collect(),
                other => vec![plain(other)],
            };
            items.iter().any(|item| wanted.contains(&plain(item)))
        }
        other => plain(other).contains(&plain(argument)),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
