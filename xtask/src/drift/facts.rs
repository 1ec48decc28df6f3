//! What Knock's `OpenAPI` document says, as a list of small facts, so that two documents can be compared.
//!
//! A schema that is named is a subject of its own; one that is written inline belongs to where it is. So a change is found
//! once, in the place where a person would make it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

/// One subject, for example `GET /v1/users` or `schema User`, with what is known of it: `query page_size` is `integer`.
pub(crate) type Facts = BTreeMap<String, BTreeMap<String, String>>;

/// The HTTP methods; other keys of a path are not operations.
const METHODS: &[&str] = &["get", "put", "post", "delete", "patch"];
/// The facts of an operation that decide how it is declared.
const EXTENSIONS: &[(&str, &str)] = &[
    ("x-ratelimit-tier", "tier"),
    ("x-idempotent", "idempotent"),
    ("x-retention-policy", "retention"),
    ("deprecated", "deprecated"),
];

/// Reads the facts of a document.
pub(crate) fn read(document: &Value) -> Facts {
    let mut facts = Facts::new();
    for (route, path) in members(&document["paths"]) {
        for (method, operation) in members(path).filter(|(method, _)| METHODS.contains(&method.as_str())) {
            facts.insert(format!("{} {route}", method.to_uppercase()), operation_facts(operation));
        }
    }
    for (name, schema) in members(&document["components"]["schemas"]) {
        let mut found = BTreeMap::new();
        describe("", schema, false, &mut found);
        facts.insert(format!("schema {name}"), found);
    }
    facts
}

fn operation_facts(operation: &Value) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    for (key, name) in EXTENSIONS {
        let value = operation.get(*key).filter(|value| **value != Value::Bool(false));
        facts.extend(value.map(|value| ((*name).to_owned(), value.to_string())));
    }
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = format!("{} {}", text(&parameter["in"]), text(&parameter["name"]));
        describe(&name, &parameter["schema"], parameter["required"] == true, &mut facts);
    }
    let body = &operation["requestBody"];
    if let Some(schema) = body["content"]["application/json"].get("schema") {
        describe("body", schema, body["required"] == true, &mut facts);
    }
    for (status, response) in members(&operation["responses"]) {
        if let Some(schema) =
            response["content"]["application/json"].get("schema").filter(|_| status.starts_with('2'))
        {
            describe("response", schema, true, &mut facts);
        }
    }
    facts
}

/// Adds the shape of a schema and of everything in it that has no name of its own.
fn describe(place: &str, schema: &Value, required: bool, facts: &mut BTreeMap<String, String>) {
    let mut shape = shape(schema);
    if required {
        shape.push_str(", required");
    }
    facts.insert(if place.is_empty() { "shape".to_owned() } else { place.to_owned() }, shape);
    for value in schema["enum"].as_array().into_iter().flatten() {
        facts.insert(format!("value {place}={}", literal(value)), "allowed".to_owned());
    }
    let needed: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in members(&schema["properties"]) {
        let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        describe(&place, property, needed.contains(name.as_str()), facts);
    }
    let inside = [("items", "[]"), ("additionalProperties", ".*")];
    for (key, suffix) in inside.into_iter().filter(|(key, _)| schema[*key].is_object()) {
        inline(&format!("{place}{suffix}"), &schema[key], facts);
    }
    for (alternative, number) in alternatives(schema).zip(1..) {
        let name = alternative["title"].as_str().map_or_else(|| number.to_string(), str::to_owned);
        inline(&format!("{place}|{name}"), alternative, facts);
    }
}

/// Adds a schema inside of another one, unless its shape says it all.
fn inline(place: &str, schema: &Value, facts: &mut BTreeMap<String, String>) {
    let says_more = ["enum", "properties", "items", "additionalProperties", "oneOf", "anyOf", "allOf"];
    if says_more.iter().any(|key| schema.get(*key).is_some()) {
        describe(place, schema, false, facts);
    }
}

/// The form of a schema in a few words: `string (date-time) or null`, `[User]`, `User | Object`.
fn shape(schema: &Value) -> String {
    let parts: Vec<String> = alternatives(schema).map(shape).collect();
    let mut shape = if !parts.is_empty() {
        parts.join(" | ")
    } else if let Some(name) = reference(schema) {
        name.to_owned()
    } else if schema["items"].is_object() {
        format!("[{}]", self::shape(&schema["items"]))
    } else if schema["additionalProperties"].is_object() {
        format!("map of {}", self::shape(&schema["additionalProperties"]))
    } else {
        schema["type"].as_str().unwrap_or("null").to_owned()
    };
    if let Some(format) = schema["format"].as_str() {
        let _ = write!(shape, " ({format})");
    }
    if schema["nullable"] == true && schema.get("type").is_some() {
        shape.push_str(" or null");
    }
    for limit in ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern"] {
        if let Some(value) = schema.get(limit) {
            let _ = write!(shape, ", {limit} {}", literal(value));
        }
    }
    shape
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten()
}

/// The name of the schema to which this one refers.
fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// For each named schema the operations that reach it, also through other schemas.
pub(crate) fn users(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let schemas = &document["components"]["schemas"];
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (route, path) in members(&document["paths"]) {
        for (method, operation) in members(path).filter(|(method, _)| METHODS.contains(&method.as_str())) {
            let mut reached = BTreeSet::new();
            reach(operation, schemas, &mut reached);
            for name in reached {
                users.entry(name).or_default().insert(format!("{} {route}", method.to_uppercase()));
            }
        }
    }
    users
}

fn reach(value: &Value, schemas: &Value, reached: &mut BTreeSet<String>) {
    if let Some(name) = reference(value)
        && reached.insert(name.to_owned())
    {
        reach(&schemas[name], schemas, reached);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| reach(item, schemas, reached)),
        Value::Object(map) => {
            map.iter()
                .filter(|(key, _)| *key != "example")
                .for_each(|(_, item)| reach(item, schemas, reached));
        }
        _ => {}
    }
}

/// Writes facts, one a line.
pub(crate) fn write(facts: &Facts) -> String {
    let mut text = String::new();
    for (subject, known) in facts {
        for (name, value) in known {
            let _ = writeln!(text, "{subject}\t{name}\t{value}");
        }
    }
    text
}

/// Reads what [`write()`] wrote.
pub(crate) fn parse(text: &str) -> Facts {
    let mut facts = Facts::new();
    // A checkout may have other line ends.
    for line in text.lines() {
        let mut columns = line.splitn(3, '\t').map(str::to_owned);
        if let (Some(subject), Some(name), Some(value)) = (columns.next(), columns.next(), columns.next()) {
            facts.entry(subject).or_default().insert(name, value);
        }
    }
    facts
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A value without the quotes of a text.
fn literal(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
