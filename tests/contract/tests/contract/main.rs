//! Compares the SDK with Knock's `OpenAPI` document: nothing is missing or added, and every response is read in full.
//!
//! A failing test lists everything that differs, so that for a new version of the document it prints a to-do list.
//! Intended differences are in [`exceptions`]. What is sent is in `src/samples`, one file per resource.
// Test code may panic.
#![allow(clippy::unwrap_used)]

mod compare;
mod document;
mod exceptions;
mod report;
mod requests;
mod responses;
mod schema;
mod variants;

use std::collections::BTreeMap;

use knock_core::registry::OPERATIONS;

use crate::document::Document;
use crate::report::Report;
use crate::schema::Schemas;
use contract_tests::sample::Sample;

#[test]
fn operations_match_the_document() {
    let Some(document) = Document::load() else { return };
    let mut report = Report::new("operations", exceptions::OPERATIONS);
    for described in document.operations() {
        if !OPERATIONS.iter().any(|info| described.is(info)) {
            report.differ(&described.endpoint(), "is not in the SDK");
        }
    }
    let mut functions = BTreeMap::new();
    for info in OPERATIONS {
        if document.find(info).is_none() {
            report.differ(
                info.name,
                format!("`{} {}` is not in the document", info.method.as_str(), info.route),
            );
        }
        let endpoint = (info.method.as_str(), info.route);
        if let Some(other) = functions.insert(endpoint, info.name) {
            report.differ(info.name, format!("is the same as `{other}`"));
        }
    }
    report.finish();
}

#[test]
fn tiers_idempotency_and_retention_match_the_document() {
    let Some(document) = Document::load() else { return };
    let mut report = Report::new("facts", exceptions::FACTS);
    for info in OPERATIONS {
        let Some(described) = document.find(info) else { continue };
        let mut compare = |what: &str, sdk: String, document: String| {
            if sdk != document {
                report.differ(info.name, format!("{what} is {sdk}; in the document, {document}"));
            }
        };
        compare("the rate limit tier", (info.tier as u8).to_string(), described.tier().to_string());
        compare(
            "honouring idempotency keys",
            info.idempotency_key.to_string(),
            described.is_idempotent().to_string(),
        );
        compare(
            "being under retention",
            info.retention.to_string(),
            described.is_under_retention().to_string(),
        );
    }
    report.finish();
}

#[test]
fn every_operation_has_a_sample() {
    let mut report = Report::new("samples", &[]);
    let samples = contract_tests::samples::all();
    for info in OPERATIONS {
        match samples.iter().filter(|sample| sample.info == *info).count() {
            1 => {}
            0 => report.differ(info.name, "has no sample"),
            many => report.differ(info.name, format!("has {many} samples; one is enough")),
        }
    }
    report.finish();
}

#[test]
fn requests_match_the_document() {
    let Some(document) = Document::load() else { return };
    let mut report = Report::new("requests", exceptions::REQUESTS);
    let schemas = Schemas::new(&document);
    each(&document, |sample, described| requests::check(sample, described, &schemas, &mut report));
    report.finish();
}

#[test]
fn responses_of_the_document_are_read_in_full() {
    let Some(document) = Document::load() else { return };
    let mut report = Report::new("responses", exceptions::RESPONSES);
    let schemas = Schemas::new(&document);
    each(&document, |sample, described| responses::check_whole(sample, described, &schemas, &mut report));
    report.finish();
}

#[test]
fn responses_with_missing_or_unknown_parts_are_read() {
    let Some(document) = Document::load() else { return };
    let mut report = Report::new("tolerance", exceptions::TOLERANCE);
    each(&document, |sample, described| responses::check_tolerance(sample, described, &mut report));
    report.finish();
}

/// Checks each sample with its description in the document.
fn each(document: &Document, mut check: impl FnMut(&Sample, &document::Described<'_>)) {
    for sample in contract_tests::samples::all() {
        if let Some(described) = document.find(&sample.info) {
            check(&sample, &described);
        }
    }
}
