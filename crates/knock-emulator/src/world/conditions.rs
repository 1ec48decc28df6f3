//! Conditions in preferences and workflows.
//!
//! Documented at <https://docs.knock.app/concepts/conditions>. What cannot be decided here, for example because Knock does
//! not document how an argument is written, does not hold, so that a test does not pass because a condition was ignored.

use std::cmp::Ordering;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::ids::Ids;

/// The operators of preferences. In a Knock directory there is also `is_in_random_cohort`.
const OPERATORS: [&str; 26] = [
    "equal_to",
    "not_equal_to",
    "greater_than",
    "less_than",
    "greater_than_or_equal_to",
    "less_than_or_equal_to",
    "contains",
    "not_contains",
    "contains_all",
    "not_contains_all",
    "empty",
    "not_empty",
    "exists",
    "not_exists",
    "is_between",
    "is_timestamp",
    "is_not_timestamp",
    "is_timestamp_before",
    "is_timestamp_before_date",
    "is_timestamp_before_now",
    "is_timestamp_on_or_after",
    "is_timestamp_on_or_after_date",
    "is_timestamp_on_or_after_now",
    "is_timestamp_between",
    "is_audience_member",
    "is_not_audience_member",
];

/// The values that a variable can refer to.
pub(crate) struct Scope<'a> {
    pub(crate) data: &'a Value,
    pub(crate) recipient: &'a Value,
    pub(crate) actor: &'a Value,
    pub(crate) tenant: &'a Value,
    pub(crate) workflow: &'a Value,
    pub(crate) run: &'a Value,
    /// The variables of the environment, the results of earlier steps, and the event that is waited for, where there are any.
    pub(crate) vars: Option<&'a Value>,
    pub(crate) refs: Option<&'a Value>,
    pub(crate) event: Option<&'a Value>,
    pub(crate) now: Timestamp,
    /// Whether a recipient, given as rendered, is in the audience with a key. `None` if there is no such audience.
    pub(crate) is_member: &'a dyn Fn(&Value, &str) -> Option<bool>,
}

/// Whether an operator is one of Knock's.
pub(crate) fn is_operator(name: &str) -> bool {
    OPERATORS.contains(&name)
}

/// Whether all conditions of a list hold. A missing list holds.
pub(crate) fn all_hold(conditions: Option<&Value>, scope: &Scope<'_>) -> bool {
    let Some(Value::Array(conditions)) = conditions else { return true };
    conditions.iter().all(|condition| {
        let text = |name: &str| condition.get(name).and_then(Value::as_str).unwrap_or_default();
        let argument = condition.get("argument").unwrap_or(&Value::Null);
        decide(text("variable"), text("operator"), argument, scope) == Some(true)
    })
}

/// Whether a condition holds, or `None` if that cannot be decided.
pub(crate) fn decide(name: &str, operator: &str, argument: &Value, scope: &Scope<'_>) -> Option<bool> {
    let positive = match operator.strip_prefix("not_") {
        Some(positive) => positive,
        None if operator.starts_with("is_not_") => &operator.replacen("is_not_", "is_", 1),
        None => operator,
    };
    let variable = match scope.resolve(name) {
        Ok(variable) => variable,
        Err(Unknown) => Some(literal(name).filter(|_| !matches!(positive, "exists" | "empty"))?),
    };
    // what is not found counts as an empty text
    let value = variable.clone().unwrap_or_else(|| json!(""));
    let argument = scope.argument(argument)?;
    let holds = match positive {
        "equal_to" => equal(&value, &argument),
        "greater_than" => compare(&value, &argument)? == Ordering::Greater,
        "less_than" => compare(&value, &argument)? == Ordering::Less,
        "greater_than_or_equal_to" => compare(&value, &argument)? != Ordering::Less,
        "less_than_or_equal_to" => compare(&value, &argument)? != Ordering::Greater,
        "contains" => contains(&value, &argument),
        "contains_all" => contains_all(&value, &argument)?,
        "empty" => is_empty(&value),
        "exists" => variable.is_some_and(|value| !value.is_null()),
        "is_between" => {
            let (low, high) = scope.pair(&argument)?;
            compare(&value, &low)? != Ordering::Less && compare(&value, &high)? != Ordering::Greater
        }
        "is_timestamp" => time(&value, scope.now).is_some(),
        "is_timestamp_before" => time(&value, scope.now)? < time(&argument, scope.now)?,
        "is_timestamp_on_or_after" => time(&value, scope.now)? >= time(&argument, scope.now)?,
        "is_timestamp_before_now" => time(&value, scope.now)? < scope.now,
        "is_timestamp_on_or_after_now" => time(&value, scope.now)? >= scope.now,
        "is_timestamp_before_date" => date(&value, scope.now)? < date(&argument, scope.now)?,
        "is_timestamp_on_or_after_date" => date(&value, scope.now)? >= date(&argument, scope.now)?,
        "is_timestamp_between" => {
            let (start, end) = scope.pair(&argument)?;
            (time(&start, scope.now)?..=time(&end, scope.now)?).contains(&time(&value, scope.now)?)
        }
        "is_in_random_cohort" => is_in_cohort(name, &value, &argument)?,
        "is_audience_member" => (scope.is_member)(&scope.owner(name)?, argument.as_str()?)?,
        _ => return None,
    };
    Some(holds == (positive == operator))
}

/// It is not known what a path refers to.
struct Unknown;

impl Scope<'_> {
    /// The value at a path, if there is one.
    fn resolve(&self, path: &str) -> Result<Option<Value>, Unknown> {
        let mut parts = path.split('.');
        let root = parts.next().and_then(|root| self.root(root)).ok_or(Unknown)?;
        Ok(parts.try_fold(root, step_into).cloned())
    }

    fn root(&self, name: &str) -> Option<&Value> {
        match name {
            "data" => Some(self.data),
            "recipient" => Some(self.recipient),
            "actor" => Some(self.actor),
            "tenant" => Some(self.tenant),
            "workflow" => Some(self.workflow),
            "run" => Some(self.run),
            "vars" => self.vars,
            "refs" => self.refs,
            "event" => self.event,
            _ => None,
        }
    }

    /// The recipient that a variable is about, for example `recipient` or `actor.id`.
    fn owner(&self, variable: &str) -> Option<Value> {
        match variable.split('.').next()? {
            "recipient" => Some(self.recipient.clone()),
            "actor" => Some(self.actor.clone()),
            _ => None,
        }
    }

    /// An argument is a path such as `data.dino`, a value as JSON text, or plain text.
    fn argument(&self, argument: &Value) -> Option<Value> {
        let Value::String(text) = argument else { return Some(argument.clone()) };
        match text.split_once('.') {
            Some((root @ ("vars" | "refs" | "event"), _)) if self.root(root).is_none() => None,
            Some((root, path)) if self.root(root).is_some() && is_path(path) => {
                Some(self.resolve(text).ok()?.unwrap_or_else(|| json!("")))
            }
            _ => Some(serde_json::from_str(text).unwrap_or_else(|_| argument.clone())),
        }
    }

    /// The two ends of a range, each of which is an argument.
    fn pair(&self, argument: &Value) -> Option<(Value, Value)> {
        match argument.as_array()?.as_slice() {
            [first, second] => Some((self.argument(first)?, self.argument(second)?)),
            _ => None,
        }
    }
}

/// The left side of a condition is rarely a value itself. What has a dot is rather a path that is wrong.
fn literal(text: &str) -> Option<Value> {
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(_) => (!text.is_empty() && !text.contains('.')).then(|| json!(text)),
    }
}

/// The value at a path with dots, in which numbers are the indexes of lists.
#[cfg(feature = "workflows")]
pub(crate) fn value_at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, step_into)
}

fn step_into<'a>(value: &'a Value, part: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    }
}

/// The statuses of messages from the lowest to the highest, each with its rank. A step without a message is the lowest.
const STATUSES: [(&str, u8); 13] = [
    ("skipped", 0),
    ("undelivered", 1),
    ("bounced", 2),
    ("delivery_attempted", 3),
    ("queued", 4),
    ("not_sent", 5),
    ("sent", 6),
    ("delivered", 7),
    ("seen", 8),
    ("read", 9),
    ("interacted", 10),
    ("link_clicked", 10),
    ("archived", 11),
];

pub(crate) fn status_rank(name: &str) -> Option<u8> {
    STATUSES.into_iter().find(|(known, _)| *known == name).map(|(_, rank)| rank)
}

/// The rank of a text such as `$message.seen`.
fn message_status(value: &Value) -> Option<u8> {
    status_rank(value.as_str()?.strip_prefix("$message.")?)
}

/// A text such as `data. Hello` only looks like one.
fn is_path(path: &str) -> bool {
    !path.is_empty() && !path.contains(char::is_whitespace)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Numbers are equal if their values are. A text is also equal to what it says: an argument `5` is meant for both.
fn equal(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Number(_), Value::Number(_)) => number(value) == number(other),
        (Value::String(text), other @ (Value::Number(_) | Value::Bool(_)))
        | (other @ (Value::Number(_) | Value::Bool(_)), Value::String(text)) => *text == plain(other),
        _ => value == other,
    }
}

/// Orders two numbers, two statuses of messages, or two texts.
fn compare(value: &Value, other: &Value) -> Option<Ordering> {
    if let (Some(status), Some(other)) = (message_status(value), message_status(other)) {
        return Some(status.cmp(&other));
    }
    match (number(value), number(other)) {
        (Some(value), Some(other)) => value.partial_cmp(&other),
        _ => Some(value.as_str()?.cmp(other.as_str()?)),
    }
}

/// Whether a text contains the other, a list the other, either way round, or two lists share an item.
fn contains(value: &Value, other: &Value) -> bool {
    let has = |items: &[Value], wanted: &Value| items.iter().any(|item| equal(item, wanted));
    match (value, other) {
        (Value::Array(items), Value::Array(others)) => others.iter().any(|wanted| has(items, wanted)),
        (Value::Array(items), single) | (single, Value::Array(items)) => has(items, single),
        _ => plain(value).contains(&plain(other)),
    }
}

/// Only a list can contain all of several values.
fn contains_all(value: &Value, other: &Value) -> Option<bool> {
    let empty = Vec::new();
    let items = if is_empty(value) { &empty } else { value.as_array()? };
    let has = |wanted: &Value| items.iter().any(|item| equal(item, wanted));
    Some(match other {
        Value::Array(others) => others.iter().all(has),
        single => has(single),
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether the id of the recipient is among a percentage of all ids, always the same ones. Which is our own choice: Knock does
/// not document its hash.
fn is_in_cohort(variable: &str, value: &Value, percentage: &Value) -> Option<bool> {
    let percentage = number(percentage).filter(|number| (0.0..=100.0).contains(number))?;
    let id = value.as_str().filter(|_| variable == "recipient.id")?;
    Some(f64::from(Ids::chance(&format!("cohort/{id}"))) < (percentage * 10.0).round())
}

/// A time, a date, or an offset such as `30_days_ago` or `2_hours_from_now`.
fn time(value: &Value, now: Timestamp) -> Option<Timestamp> {
    let text = value.as_str()?;
    text.parse().ok().or_else(|| offset(text, now)).or_else(|| {
        let date: Date = text.parse().ok().filter(|_| text.len() == "2026-01-01".len())?;
        TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
    })
}

fn date(value: &Value, now: Timestamp) -> Option<Date> {
    Some(TimeZone::UTC.to_datetime(time(value, now)?).date())
}

fn offset(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.replace(' ', "_");
    let (amount, sign) = match text.strip_suffix("_ago") {
        Some(amount) => (amount, -1),
        None => (text.strip_suffix("_from_now")?, 1),
    };
    let (count, unit) = amount.split_once('_')?;
    let minutes = match unit.strip_suffix('s').unwrap_or(unit) {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        "week" => 7 * 24 * 60,
        _ => return None,
    };
    let seconds = count.parse::<u32>().ok().map(i64::from)?.checked_mul(minutes * 60)?.checked_mul(sign)?;
    now.checked_add(SignedDuration::from_secs(seconds)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::needless_pass_by_value)] // it is written inline
    fn decide_in(variable: &str, operator: &str, argument: Value) -> Option<bool> {
        let recipient = json!({
            "id": "u", "name": "Ada", "muted": ["rex", "sue"], "five": 5, "text_five": "5", "yes": true, "nothing": null,
            "none": [], "blank": "", "numbers": [1, 2.0], "born": "2025-01-01T00:00:00Z", "day": "2024-12-31",
        });
        let data = json!({ "dino": "rex", "other": "bob", "dinos": ["bob", "sue"], "amount": 10, "born": "2024-06-01" });
        let run = json!({ "total_activities": 1, "total_actors": 0 });
        let scope = Scope {
            data: &data,
            recipient: &recipient,
            actor: &Value::Null,
            tenant: &json!({ "id": "acme" }),
            workflow: &json!({ "key": "w", "categories": ["news"] }),
            run: &run,
            vars: None,
            refs: None,
            event: None,
            now: "2025-01-01T12:00:00Z".parse().unwrap(),
            is_member: &|who, audience| (audience == "vips").then(|| who["id"] == "u"),
        };
        decide(variable, operator, &argument, &scope)
    }

    #[test]
    fn every_operator_decides() {
        for (variable, operator, argument, expected) in [
            // the example of Knock's documentation: a muted dinosaur
            ("recipient.muted", "not_contains", json!("data.dino"), false),
            ("recipient.muted", "not_contains", json!("data.other"), true),
            ("recipient.muted", "not_contains", json!("data.nothing"), true),
            ("recipient.unset", "not_contains", json!("data.dino"), true),
            ("recipient.name", "equal_to", json!("Ada"), true),
            ("recipient.id", "is_in_random_cohort", json!("0"), false),
            ("recipient.id", "is_in_random_cohort", json!("100"), true),
            ("recipient.id", "is_in_random_cohort", json!(100), true),
            ("recipient.name", "equal_to", json!("\"Ada\""), true),
            ("recipient.name", "not_equal_to", json!("data.dino"), true),
            ("recipient.five", "equal_to", json!("5"), true),
            ("recipient.five", "equal_to", json!("5.0"), true),
            ("recipient.text_five", "equal_to", json!("5"), true),
            ("recipient.yes", "equal_to", json!("true"), true),
            ("recipient.yes", "not_equal_to", json!("false"), true),
            ("recipient.nothing", "equal_to", json!("null"), true),
            ("recipient.unset", "equal_to", json!(""), true),
            ("data.amount", "greater_than", json!("9"), true),
            ("data.amount", "greater_than_or_equal_to", json!("10"), true),
            ("data.amount", "less_than", json!("recipient.five"), false),
            ("data.amount", "less_than_or_equal_to", json!("10"), true),
            ("recipient.name", "less_than", json!("Bob"), true),
            ("recipient.name", "contains", json!("da"), true),
            ("data.dino", "contains", json!("[\"rex\"]"), true),
            ("recipient.muted", "contains", json!("data.dinos"), true),
            ("recipient.numbers", "contains", json!("2"), true),
            ("recipient.muted", "contains_all", json!("[\"rex\",\"sue\"]"), true),
            ("recipient.muted", "contains_all", json!("data.dinos"), false),
            ("recipient.muted", "not_contains_all", json!("data.dinos"), true),
            ("recipient.unset", "contains_all", json!("rex"), false),
            ("recipient.unset", "empty", Value::Null, true),
            ("recipient.nothing", "empty", Value::Null, true),
            ("recipient.none", "empty", Value::Null, true),
            ("recipient.five", "not_empty", Value::Null, true),
            ("recipient.blank", "exists", Value::Null, true),
            ("recipient.nothing", "exists", Value::Null, false),
            ("recipient.unset", "not_exists", Value::Null, true),
            ("recipient.five", "is_between", json!("[1, 5]"), true),
            ("data.amount", "is_between", json!("[1, 5]"), false),
            ("data.amount", "is_between", json!(["recipient.five", "15"]), true),
            ("recipient.born", "is_timestamp_between", json!(["data.born", "1_days_from_now"]), true),
            // either side can be a value
            ("rex", "contains", json!("data.dino"), true),
            ("sue", "contains", json!("recipient.muted"), true),
            ("\"bob\"", "equal_to", json!("data.other"), true),
            ("5", "greater_than", json!("data.amount"), false),
            ("recipient.born", "is_timestamp", Value::Null, true),
            ("recipient.name", "is_timestamp", Value::Null, false),
            ("recipient.name", "is_not_timestamp", Value::Null, true),
            ("recipient.born", "is_timestamp_before", json!("2025-01-02"), true),
            ("recipient.born", "is_timestamp_before", json!("data.born"), false),
            ("recipient.born", "is_timestamp_on_or_after", json!("1_days_ago"), true),
            ("recipient.born", "is_timestamp_on_or_after", json!("15 minutes ago"), false),
            ("recipient.born", "is_timestamp_before", json!("2_weeks_from_now"), true),
            ("recipient.born", "is_timestamp_before_now", Value::Null, true),
            ("recipient.born", "is_timestamp_on_or_after_now", Value::Null, false),
            ("recipient.born", "is_timestamp_before_date", json!("2025-01-01"), false),
            ("recipient.day", "is_timestamp_on_or_after_date", json!("2024-12-31"), true),
            ("recipient.born", "is_timestamp_between", json!("[\"2024-12-31\", \"2025-01-02\"]"), true),
            ("recipient", "is_audience_member", json!("vips"), true),
            ("recipient.id", "is_not_audience_member", json!("vips"), false),
            ("actor", "is_audience_member", json!("vips"), false),
            ("workflow.categories", "contains", json!("news"), true),
            ("run.total_activities", "equal_to", json!("1"), true),
            ("tenant.id", "equal_to", json!("acme"), true),
            ("recipient.name", "equal_to", json!("data. Hello"), false),
        ] {
            assert_eq!(
                decide_in(variable, operator, argument.clone()),
                Some(expected),
                "{variable} {operator} {argument}"
            );
        }
    }

    #[test]
    fn what_cannot_be_decided_never_holds() {
        for (variable, operator, argument) in [
            ("recipient.name", "is_like", json!("Ada")),
            ("recipient.name", "not_is_like", json!("Ada")),
            ("vars.flag", "not_equal_to", json!("off")),
            ("recipient.name", "not_equal_to", json!("vars.flag")),
            ("refs.email_1.delivery_status", "not_equal_to", json!("$message.sent")),
            ("", "equal_to", json!("")),
            ("unknown.name", "not_exists", Value::Null),
            ("recipient.unset", "greater_than", json!("5")),
            ("recipient.five", "less_than", json!("many")),
            ("recipient.name", "not_contains_all", json!("x")),
            ("recipient.five", "is_between", json!("1 and 5")),
            ("recipient.name", "is_timestamp_before", json!("2025-01-01")),
            ("recipient.born", "is_timestamp_before", json!("the day after")),
            ("recipient.born", "is_timestamp_between", json!("2025-01-01")),
            ("recipient.id", "is_not_audience_member", json!("nobody")),
            ("data.dino", "is_not_audience_member", json!("vips")),
        ] {
            assert_eq!(
                decide_in(variable, operator, argument.clone()),
                None,
                "{variable} {operator} {argument}"
            );
        }
    }

    #[test]
    fn every_listed_operator_is_known() {
        for operator in OPERATORS {
            let known =
                [json!("x"), json!("[1, 5]"), json!("[\"2024-12-31\", \"2025-01-02\"]"), json!("vips")];
            let variables = ["recipient.five", "recipient.born", "recipient.muted", "recipient"];
            let decided = known.iter().any(|argument| {
                variables.iter().any(|variable| decide_in(variable, operator, argument.clone()).is_some())
                    || decide_in("recipient.born", operator, json!("2025-01-01")).is_some()
            });
            assert!(decided, "{operator}");
        }
    }
}
