//! The JSON Schema Test Suite: what a schema allows, its type takes and gives back as it was.
//!
//! `suite/figures.md` lists how many, by keyword, and every test that a type refuses although its schema does not. To
//! write it anew, run with `BLESS=1`.

// Helpers belong to the tests.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use knock_core::workflows::WorkflowData;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

// The names and maps in schemas that test validators are odd.
#[allow(clippy::disallowed_names, clippy::zero_sized_map_values)]
mod suite {
    include!(concat!(env!("OUT_DIR"), "/suite.rs"));
}

include!(concat!(env!("OUT_DIR"), "/tries.rs"));

/// Reads data as the type of a schema, checks it, and writes it again.
fn attempt<T: WorkflowData + DeserializeOwned>(data: &Value) -> Result<Value, String> {
    let typed: T = serde_json::from_value(data.clone()).map_err(|error| error.to_string())?;
    typed.check().map_err(|error| error.to_string())?;
    serde_json::to_value(&typed).map_err(|error| error.to_string())
}

/// Returns whether two values are the same to JSON Schema, for which 1 and 1.0 are one number.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

/// Returns whether `less` is `more`, apart from members that the type does not have.
fn within(less: &Value, more: &Value) -> bool {
    match (less, more) {
        (Value::Array(less), Value::Array(more)) => {
            less.len() == more.len() && less.iter().zip(more).all(|(less, more)| within(less, more))
        }
        (Value::Object(less), Value::Object(more)) => {
            less.iter().all(|(key, value)| more.get(key).is_some_and(|more| within(value, more)))
        }
        _ => same(less, more),
    }
}

#[derive(Default)]
struct Figures {
    schemas: usize,
    any_value: usize,
    valid: usize,
    as_it_was: usize,
    without_unknown: usize,
    invalid: usize,
    refused: usize,
}

#[test]
fn types_take_what_schemas_allow() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite");
    let cases = fs::read_to_string(folder.join("cases.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&cases).unwrap();
    let mut keywords: BTreeMap<String, Figures> = BTreeMap::new();
    let mut refusals = String::new();
    for (index, case) in cases.iter().enumerate() {
        let name = |field: &str| case[field].as_str().unwrap();
        let figures = keywords.entry(format!("{} ({})", name("keyword"), name("draft"))).or_default();
        figures.schemas += 1;
        figures.any_value += usize::from(WARNED.contains(&index));
        for test in case["tests"].as_array().unwrap() {
            let data = json!({ "value": test["data"] });
            let tried = try_case(index, &data);
            if test["valid"] == json!(false) {
                figures.invalid += 1;
                figures.refused += usize::from(tried.is_err());
                continue;
            }
            figures.valid += 1;
            match tried {
                Ok(back) if same(&back, &data) => figures.as_it_was += 1,
                Ok(back) if within(&back, &data) => figures.without_unknown += 1,
                Ok(back) => panic!("{}: {data} became {back}", case["description"]),
                Err(_) => {
                    let what = [name("draft"), name("keyword"), name("description")].join(" | ");
                    let _ = writeln!(refusals, "| {what} | {} |", test["description"].as_str().unwrap());
                }
            }
        }
    }
    let text = report(&keywords, &refusals);
    let file = folder.join("figures.md");
    if env::var_os("BLESS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let known = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(known == text, "suite/figures.md is out of date; see what changed with BLESS=1:\n{text}");
}

fn report(keywords: &BTreeMap<String, Figures>, refusals: &str) -> String {
    let mut text = "\
# The JSON Schema Test Suite, with generated types

Each schema of `cases.json` is that of a member of a workflow's data. Of the data that a schema allows: how much its type
takes and gives back as it was, and how much without members that the schema does not name. Of the data that a schema
does not allow: how much the type or the check of a call refuses; the emulator and Knock refuse the rest.
The schemas of `maximum`, `minLength` and their like have no `type`: their limits are left to these, without a warning.

| keyword | schemas | with a part of any value | allowed | as it was | without unknown members | not allowed | refused |
|---|--:|--:|--:|--:|--:|--:|--:|
"
    .to_owned();
    let mut sum = [0; 7];
    let mut row = |name: &str, figures: [usize; 7]| {
        let cells: Vec<_> = figures.iter().map(usize::to_string).collect();
        let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
    };
    for (name, figures) in keywords {
        let Figures { schemas, any_value, valid, as_it_was, without_unknown, invalid, refused } = *figures;
        let figures = [schemas, any_value, valid, as_it_was, without_unknown, invalid, refused];
        sum.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
        row(name, figures);
    }
    row("**all**", sum);
    text.push_str(
        "
## Allowed by the schema, and refused by the type

A schema with keywords of objects or lists only, and without a `type`, allows everything that is no object or list, and its
type does not. In `root pointer ref`, that is the innermost `false`. The others are integers written as `1.0`, and data of two
forms of an `anyOf` at once.

| draft | keyword | schema | data |
|---|---|---|---|
",
    );
    text + refusals
}
