//! Compares the responses of the document with what the types read.

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

/// Checks that every example and everything that the schema allows is read, and that nothing is lost.
pub(crate) fn check_whole(
    sample: &Sample,
    described: &Described<'_>,
    schemas: &Schemas<'_>,
    report: &mut Report,
) {
    check_errors(sample, described, report);
    let Some(schema) = described.response() else { return };
    let whole = variants(described.document, schema).into_iter().filter(|variant| variant.whole);
    for Variant { label, value, .. } in examples(described, schema).into_iter().chain(whole) {
        let mut differ = |difference: String| {
            let own = schemas.problems(schema, &value);
            let broken = if label == "the example" && !own.is_empty() {
                format!(" (the example violates its own schema: {})", own.join(", "))
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
                    // The others fail for the same reason.
                    return;
                }
            }
        }
    }
}

/// Checks that a response is read if Knock leaves out or adds something.
pub(crate) fn check_tolerance(sample: &Sample, described: &Described<'_>, report: &mut Report) {
    let Some(schema) = described.response() else { return };
    for Variant { label, value, .. } in variants(described.document, schema) {
        if let Err(error) = sample.read(StatusCode::OK, &value) {
            report.differ(sample.info.name, not_read(&label, &value, &error));
            if label.is_empty() {
                // The others fail for the same reason.
                return;
            }
        }
    }
}

/// Checks that an error has the code and the message that Knock sent.
fn check_errors(sample: &Sample, described: &Described<'_>, report: &mut Report) {
    for (status, schema) in described.responses().filter(|(status, _)| !status.starts_with('2')) {
        let example = &described.document.resolve(schema)["example"];
        let status = StatusCode::from_bytes(status.as_bytes()).unwrap();
        match sample.read(status, example) {
            Err(error)
                if error.code() == example["code"].as_str()
                    && Some(error.message()) == example["message"].as_str() => {}
            other => report.differ(sample.info.name, format!("the error {status} is read as {other:?}")),
        }
    }
}

/// The examples of a response: its own, and that of the entity in a list.
fn examples(described: &Described<'_>, schema: &Value) -> Vec<Variant> {
    let schema = described.document.resolve(schema);
    let own = schema.get("example").cloned();
    let items = schema.get("items").map(|items| described.document.resolve(items));
    let items = items.and_then(|items| items.get("example")).map(|item| json!([item]));
    let examples = own.into_iter().chain(items);
    examples.map(|value| Variant { label: "the example".to_owned(), value, whole: true }).collect()
}

fn not_read(label: &str, value: &Value, error: &Error) -> String {
    let label = if label.is_empty() { "the complete response" } else { label };
    let error = error.to_string();
    // The column is where the invalid part ends.
    let column =
        error.split_once("column ").and_then(|(_, rest)| rest.split_once(' ')?.0.parse::<usize>().ok());
    let body = value.to_string();
    let end = column
        .and_then(|column| body.get(..column))
        .map(|text| text.chars().rev().take(50).collect::<String>());
    let end: String = end.unwrap_or_default().chars().rev().collect();
    format!("{label} is not read after `{end}`: {error}")
}

/// Compares a response with what was read from it.
fn compare(sent: &Value, read: &Value) -> Vec<String> {
    if read.is_null() {
        return vec!["the response is not read".to_owned()];
    }
    if read.get("has_next").is_none() {
        return differences(sent, read);
    }
    differences(&page(sent), read)
}

/// A response as `Sample::list` returns a page.
fn page(sent: &Value) -> Value {
    let items = ITEMS.iter().find_map(|key| sent.get(key)).unwrap_or(sent);
    let items = if items.is_array() { items.clone() } else { json!([]) };
    let cursors = [&sent["page_info"]["after"], &sent["next_cursor"], &sent["skip_token"]];
    let ended = sent["page_info"].is_object() && items.as_array().is_some_and(Vec::is_empty);
    let has_next =
        !ended && cursors.iter().any(|cursor| cursor.as_str().is_some_and(|text| !text.is_empty()));
    json!({
        "items": items, "page_info": sent["page_info"], "has_next": has_next,
        // Only a feed has these.
        "meta": sent["meta"], "vars": sent["vars"]
    })
}
