//! Combinations: `allOf`, `anyOf` and `oneOf`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::keywords::{allowed_values, is_of, reference, types};
use super::notes::Notes;
use super::{Schema, Work};

/// How many references and combinations are followed.
const MAX_DEPTH: u8 = 16;

const KINDS: &[&str] = &["null", "boolean", "string", "integer", "number", "array", "object"];

/// What becomes of `anyOf` or `oneOf`.
enum Choice {
    /// Types: the parts are all objects, or told apart by their types.
    Types,
    /// The type that all parts have.
    One(String),
    /// What the rest of the schema demands.
    Any,
}

const UNCHECKED_CHOICE: &str =
    "Which of the forms in the schema it has is not checked before the data is sent.";

impl Work<'_> {
    pub(super) fn combinations(
        &mut self,
        object: &Schema,
        name: &str,
        place: &str,
        normal: &mut Schema,
        notes: &mut Notes,
    ) {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let Some(parts) = object.get(keyword).and_then(Value::as_array) else { continue };
            if parts.iter().all(only_requires) && keyword != "allOf" {
                let groups: Vec<_> = parts.iter().map(required_names).collect();
                let one = if keyword == "oneOf" { "Exactly one" } else { "At least one" };
                let choice = groups.join(", or ");
                notes.add(&format!(
                    "{one} is required, which is not checked before the data is sent: {choice}."
                ));
                continue;
            }
            if keyword != "allOf" {
                match self.choice(object, parts) {
                    Choice::Types => {}
                    Choice::One(kind) => {
                        notes.add(UNCHECKED_CHOICE);
                        normal.insert("type".to_owned(), Value::from(kind));
                        continue;
                    }
                    Choice::Any => {
                        notes.add(UNCHECKED_CHOICE);
                        if types(object).is_empty() {
                            self.warn(place, "a choice whose parts are not told apart by their types");
                        }
                        continue;
                    }
                }
            }
            let parts = parts.iter().enumerate().map(|(index, part)| {
                let place = format!("{place}/{keyword}/{index}");
                self.named(part, &format!("{name}{index}"), &place)
            });
            let parts: Vec<Value> = parts.collect();
            normal.insert(keyword.to_owned(), Value::from(parts));
        }
    }

    /// typify joins all other parts as if they were objects.
    fn choice(&self, object: &Schema, parts: &[Value]) -> Choice {
        let base = types(object);
        let kinds: Vec<_> = parts.iter().map(|part| self.kinds(part, 0)).collect();
        if kinds.iter().any(Vec::is_empty) || !(base.is_empty() || base == ["object"]) {
            return Choice::Any;
        }
        let all: Vec<&String> = kinds.iter().flatten().collect();
        if all.iter().all(|kind| *kind == "object") {
            return Choice::Types;
        }
        let distinct: BTreeSet<&str> =
            all.iter().map(|kind| if *kind == "integer" { "number" } else { kind }).collect();
        match all.as_slice() {
            _ if !base.is_empty() => Choice::Any,
            _ if distinct.len() == all.len() => Choice::Types,
            [first, ..] if all.iter().all(|kind| kind == first) && *first != "array" => {
                Choice::One((*first).clone())
            }
            _ => Choice::Any,
        }
    }

    /// Returns the types that a schema allows, or none if it allows all.
    fn kinds(&self, schema: &Value, depth: u8) -> Vec<String> {
        let Some(object) = schema.as_object().filter(|_| depth < MAX_DEPTH) else { return Vec::new() };
        if let Some(reference) = reference(object) {
            let target = self.pointer(reference).and_then(|pointer| self.root.pointer(&pointer));
            return target.map_or_else(Vec::new, |target| self.kinds(target, depth + 1));
        }
        if let Some(values) = allowed_values(object) {
            let kind =
                |value: &Value| KINDS.iter().find(|kind| is_of(value, kind)).map(|kind| (*kind).to_owned());
            return values.iter().filter_map(kind).collect::<BTreeSet<_>>().into_iter().collect();
        }
        let stated = types(object);
        if !stated.is_empty() {
            return stated;
        }
        let parts = |keyword: &str| object.get(keyword).and_then(Value::as_array).into_iter().flatten();
        if let Some(kinds) =
            parts("allOf").map(|part| self.kinds(part, depth + 1)).find(|kinds| !kinds.is_empty())
        {
            return kinds;
        }
        let choices: Vec<_> =
            parts("anyOf").chain(parts("oneOf")).map(|part| self.kinds(part, depth + 1)).collect();
        if choices.iter().any(Vec::is_empty) { Vec::new() } else { choices.concat() }
    }
}

/// Returns whether a part of a combination demands nothing but some fields.
fn only_requires(part: &Value) -> bool {
    part.as_object().is_some_and(|part| {
        part.contains_key("required")
            && part
                .iter()
                .all(|(keyword, value)| keyword == "required" || (keyword == "type" && value == "object"))
    })
}

fn required_names(part: &Value) -> String {
    let names = part["required"].as_array().into_iter().flatten();
    let names: Vec<_> = names.map(|name| format!("`{}`", name.as_str().unwrap_or_default())).collect();
    names.join(" and ")
}
