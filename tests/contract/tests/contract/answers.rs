//! What the document says can be answered, against what the types make of it.

use http::StatusCode;
use knock_core::Error;
use serde_json::{Value, json};

use crate::compare::differences;
use crate::document::Described;
use crate::report::Report;
use crate::schema::Schemas;
use crate::variants::{Variant, variants};
use contract_tests::sample::Sample;

/// The keys that lists have for their items.
const ITEMS: [&str; 5] = ["entries", "items", "slack_channels", "ms_teams_teams", "ms_teams_channels"];

/// Every example and everything that the schema allows is read, and comes back as it was.
pub(crate) fn check_whole(
    sample: &Sample,
    described: &Described<'_>,
    schemas: &Schemas<'_>,
    report: &mut Report,
) {
    check_errors(sample, described, report);
    let Some(schema) = described.answer() else { return };
    let whole = variants(described.document, schema).into_iter().filter(|variant| variant.whole);
    for Variant { label, value, .. } in examples(described, schema).into_iter().chain(whole) {
        let mut differ = |difference: String| {
            let own = schemas.problems(schema, &value);
            let broken = if label == "the example" && !own.is_empty() {
                format!(" (the example breaks its own schema: {})", own.join(", "))
            } else {
                String::new()
            };
            report.differ(sample.info.name, difference + &broken);
        };
        match sample.read(StatusCode::OK, &value) {
            Ok(read) => compare(&value, &read).into_iter().for_each(&mut differ),
            Err(error) => {
                differ(not_read(&label, &value, &error));
                if label.is_empty() {
                    // All others fail for the same reason.
                    return;
                }
            }
        }
    }
}

/// What Knock may leave out or add leaves the answer readable.
pub(crate) fn check_tolerance(sample: &Sample, described: &Described<'_>, report: &mut Report) {
    let Some(schema) = described.answer() else { return };
    for Variant { label, value, .. } in variants(described.document, schema) {
        if let Err(error) = sample.read(StatusCode::OK, &value) {
            report.differ(sample.info.name, not_read(&label, &value, &error));
            if label.is_empty() {
                // All others fail for the same reason.
                return;
            }
        }
    }
}

/// An error has the code and the message that Knock gave it.
fn check_errors(sample: &Sample, described: &Described<'_>, report: &mut Report) {
    for (status, schema) in described.answers().filter(|(status, _)| !status.starts_with('2')) {
        let example = &described.document.resolve(schema)["example"];
        let status = StatusCode::from_bytes(status.as_bytes()).unwrap();
        match sample.read(status, example) {
            Err(error)
                if error.code() == example["code"].as_str()
                    && Some(error.message()) == example["message"].as_str() => {}
            other => report.differ(sample.info.name, format!("the error {status} reads as {other:?}")),
        }
    }
}

/// The examples of an answer: its own, and that of the entity that a list has.
fn examples(described: &Described<'_>, schema: &Value) -> Vec<Variant> {
    let schema = described.document.resolve(schema);
    let own = schema.get("example").cloned();
    let items = schema.get("items").map(|items| described.document.resolve(items));
    let items = items.and_then(|items| items.get("example")).map(|item| json!([item]));
    let examples = own.into_iter().chain(items);
    examples.map(|value| Variant { label: "the example".to_owned(), value, whole: true }).collect()
}

fn not_read(label: &str, value: &Value, error: &Error) -> String {
    let label = if label.is_empty() { "the whole answer" } else { label };
    let error = error.to_string();
    // The column is where the trouble ends.
    let column =
        error.split_once("column ").and_then(|(_, rest)| rest.split_once(' ')?.0.parse::<usize>().ok());
    let body = value.to_string();
    let end = column
        .and_then(|column| body.get(..column))
        .map(|text| text.chars().rev().take(50).collect::<String>());
    let end: String = end.unwrap_or_default().chars().rev().collect();
    format!("{label} is not read after `{end}`: {error}")
}

/// Compares what came with what was made of it.
fn compare(came: &Value, read: &Value) -> Vec<String> {
    if read.is_null() {
        return vec!["the answer is not read at all".to_owned()];
    }
    if read.get("has_next").is_none() {
        return differences(came, read);
    }
    differences(&page(came), read)
}

/// An answer as `Sample::list` gives a page.
fn page(came: &Value) -> Value {
    let items = ITEMS.iter().find_map(|key| came.get(key)).unwrap_or(came);
    let items = if items.is_array() { items.clone() } else { json!([]) };
    let cursors = [&came["page_info"]["after"], &came["next_cursor"], &came["skip_token"]];
    let ended = came["page_info"].is_object() && items.as_array().is_some_and(Vec::is_empty);
    let has_next =
        !ended && cursors.iter().any(|cursor| cursor.as_str().is_some_and(|text| !text.is_empty()));
    json!({
        "items": items, "page_info": came["page_info"], "has_next": has_next,
        // A feed has more.
        "meta": came["meta"], "vars": came["vars"]
    })
}
