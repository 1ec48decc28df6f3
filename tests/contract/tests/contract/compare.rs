//! Compares two JSON values as Knock does: `null` is the same as absent, and times may be written in different forms.

use knock_core::Timestamp;
use serde_json::Value;

/// What the second value lacks or changes.
pub(crate) fn differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare(expected, actual, "", &mut differences);
    differences
}

fn compare(expected: &Value, actual: &Value, path: &str, differences: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (name, value) in expected {
                compare(
                    value,
                    actual.get(name).unwrap_or(&Value::Null),
                    &format!("{path}.{name}"),
                    differences,
                );
            }
            // A type may add its name even if Knock did not.
            let added = |name: &&String| !expected.contains_key(*name) && *name != "__typename";
            for (name, value) in actual.iter().filter(|(name, _)| added(name)) {
                compare(&Value::Null, value, &format!("{path}.{name}"), differences);
            }
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            for (expected, actual) in expected.iter().zip(actual) {
                compare(expected, actual, &format!("{path}[]"), differences);
            }
        }
        _ if is_same(expected, actual) => {}
        (_, Value::Null) => differences.push(format!("`{path}` is lost")),
        _ => differences.push(format!("`{path}` is {actual} instead of {expected}")),
    }
}

fn is_same(expected: &Value, actual: &Value) -> bool {
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let equal_numbers = matches!((expected.as_f64(), actual.as_f64()), (Some(one), Some(other)) if one.total_cmp(&other).is_eq());
    expected == actual || equal_numbers || time(expected).is_some_and(|one| time(actual) == Some(one))
}
