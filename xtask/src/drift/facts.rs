//! What Knock's `OpenAPI` document says, as a list of small facts, so that two documents can be compared.
//!
//! A schema that is named is a subject of its own; one that is written inline belongs to where it is. So a change is found
//! once, in the place where a person would make it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Map, Value};

/// One subject, for example `GET /v1/users` or `schema User`, with what is known of it: `query page_size` is `integer`.
pub(crate) type Facts = BTreeMap<String, BTreeMap<String, String>>;

/// The HTTP methods; other keys of a path are not operations.
const METHODS: &[&str] = &["get", "put", "post", "delete", "patch", "head", "options", "trace"];
/// The short names of what decides how an operation is declared.
const EXTENSIONS: &[(&str, &str)] =
    &[("x-ratelimit-tier", "tier"), ("x-idempotent", "idempotent"), ("x-retention-policy", "retention")];
/// What is written for people.
const WORDS: &[&str] =
    &["description", "summary", "title", "tags", "operationId", "example", "examples", "externalDocs"];

/// Reads the facts of a document.
pub(crate) fn read(document: &Value) -> Facts {
    let reader = Reader { document };
    let mut facts = Facts::new();
    for (route, path) in members(&document["paths"]) {
        for (method, operation) in operations(path) {
            facts.insert(format!("{method} {route}"), reader.operation(path, operation));
        }
    }
    for (name, schema) in members(&document["components"]["schemas"]) {
        let mut found = BTreeMap::new();
        describe("", schema, "", &mut found);
        facts.insert(format!("schema {name}"), found);
    }
    let known = ["openapi", "servers", "security"].into_iter();
    let known: BTreeMap<_, _> =
        known.filter_map(|key| Some((key.to_owned(), literal(document.get(key)?)))).collect();
    if !facts.is_empty() && !known.is_empty() {
        facts.insert("document".to_owned(), known);
    }
    facts
}

/// The operations of a path, by method.
fn operations(path: &Value) -> impl Iterator<Item = (String, &Value)> {
    members(path)
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .map(|(method, operation)| (method.to_uppercase(), operation))
}

struct Reader<'a> {
    document: &'a Value,
}

impl<'a> Reader<'a> {
    fn operation(&self, path: &'a Value, operation: &'a Value) -> BTreeMap<String, String> {
        let mut facts = BTreeMap::new();
        let is_fact = |key: &str, value: &Value| {
            let is_said = ["parameters", "requestBody", "responses"].contains(&key);
            let is_empty = *value == false || value.as_object().is_some_and(Map::is_empty);
            !is_said && !is_empty && !WORDS.contains(&key)
        };
        for (key, value) in members(operation).filter(|(key, value)| is_fact(key, value)) {
            let short =
                EXTENSIONS.iter().find(|(long, _)| long == key).map_or(key.as_str(), |(_, short)| short);
            facts.insert(short.to_owned(), literal(value));
        }
        for parameter in list(&path["parameters"]).chain(list(&operation["parameters"])) {
            self.parameter(parameter, &mut facts);
        }
        self.body(&operation["requestBody"], &mut facts);
        for (status, response) in members(&operation["responses"]) {
            self.response(status, response, &mut facts);
        }
        facts
    }

    fn parameter(&self, parameter: &'a Value, facts: &mut BTreeMap<String, String>) {
        let parameter = self.resolve(parameter);
        let name = format!("{} {}", text(&parameter["in"]), text(&parameter["name"]));
        let suffix = rest(parameter, &["in", "name", "schema", "content"]);
        let (kind, schema) =
            contents(parameter).next().unwrap_or_else(|| (String::new(), &parameter["schema"]));
        describe(&(name + &kind), schema, &suffix, facts);
    }

    fn body(&self, body: &'a Value, facts: &mut BTreeMap<String, String>) {
        let body = self.resolve(body);
        let suffix = rest(body, &["content"]);
        for (kind, schema) in contents(body) {
            describe(&format!("body{kind}"), schema, &suffix, facts);
        }
    }

    fn response(&self, status: &str, response: &'a Value, facts: &mut BTreeMap<String, String>) {
        let response = self.resolve(response);
        let name = format!("response {status}");
        let mut bodies = contents(response).peekable();
        if bodies.peek().is_none() {
            facts.insert(name.clone(), "empty".to_owned());
        }
        bodies.for_each(|(kind, schema)| describe(&format!("{name}{kind}"), schema, "", facts));
        for (header, value) in members(&response["headers"]) {
            describe(&format!("{name} header {header}"), &self.resolve(value)["schema"], "", facts);
        }
    }

    /// Follows a reference to another part of the document, which is no schema.
    fn resolve(&self, value: &'a Value) -> &'a Value {
        let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        pointer.and_then(|pointer| self.document.pointer(pointer)).unwrap_or(value)
    }
}

/// The schemas of a body by type, which is empty for JSON, and ` (text/plain)` for another.
fn contents(body: &Value) -> impl Iterator<Item = (String, &Value)> {
    members(&body["content"]).map(|(kind, content)| {
        let kind = if kind == "application/json" { String::new() } else { format!(" ({kind})") };
        (kind, &content["schema"])
    })
}

/// Adds the shape of a schema and of everything in it that has no name of its own.
fn describe(place: &str, schema: &Value, suffix: &str, facts: &mut BTreeMap<String, String>) {
    let name = if place.is_empty() { "shape" } else { place };
    facts.insert(name.to_owned(), shape(schema) + suffix);
    for value in list(&schema["enum"]) {
        facts.insert(format!("value {place}={}", literal(value)), "allowed".to_owned());
    }
    let needed: BTreeSet<&str> = list(&schema["required"]).filter_map(Value::as_str).collect();
    let named = needed.iter().map(|name| (*name, &Value::Null));
    let properties: BTreeMap<&str, &Value> = named
        .chain(members(&schema["properties"]).map(|(name, property)| (name.as_str(), property)))
        .collect();
    for (name, property) in properties {
        let place = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        describe(&place, property, if needed.contains(name) { ", required" } else { "" }, facts);
    }
    let inside = [("items", "[]"), ("additionalProperties", ".*")];
    for (key, suffix) in inside.into_iter().filter(|(key, _)| schema[*key].is_object()) {
        inline(&format!("{place}{suffix}"), &schema[key], facts);
    }
    for (alternative, number) in COMPOSITIONS.iter().flat_map(|(key, ..)| list(&schema[*key])).zip(1..) {
        let name = alternative["title"].as_str().map_or_else(|| number.to_string(), str::to_owned);
        inline(&format!("{place}|{name}"), alternative, facts);
    }
}

/// Adds a schema inside of another one, unless its shape says it all.
fn inline(place: &str, schema: &Value, facts: &mut BTreeMap<String, String>) {
    let says_more =
        ["enum", "properties", "required", "items", "additionalProperties", "oneOf", "anyOf", "allOf"];
    if says_more.iter().any(|key| schema.get(*key).is_some()) {
        describe(place, schema, "", facts);
    }
}

/// How schemas are composed, with what their shapes are introduced and separated by.
const COMPOSITIONS: [(&str, &str, &str); 3] =
    [("oneOf", "", " | "), ("anyOf", "any of ", " | "), ("allOf", "", " & ")];

/// The form of a schema in a few words: `string (date-time) or null`, `[User]`, `User | Object`. What is not known to
/// be said elsewhere is part of it, so that no change is without a trace.
fn shape(schema: &Value) -> String {
    let composed = COMPOSITIONS.iter().filter_map(|(key, before, between)| {
        let parts: Vec<String> = list(&schema[*key]).map(shape).collect();
        (!parts.is_empty()).then(|| format!("{before}{}", parts.join(between)))
    });
    let parts: Vec<String> = own_shape(schema).into_iter().chain(composed).collect();
    let is_nullable = schema["nullable"] == true || list(&schema["type"]).any(|name| name == "null");
    let mut shape = match (parts.is_empty(), is_nullable) {
        (true, true) => "null".to_owned(),
        (true, false) => "any".to_owned(),
        (false, _) => parts.join(": "),
    };
    if let Some(format) = schema["format"].as_str() {
        let _ = write!(shape, " ({format})");
    }
    if is_nullable && !parts.is_empty() {
        shape.push_str(" or null");
    }
    let said = ["type", "format", "nullable", "$ref", "items", "properties", "required", "enum"];
    let composed = COMPOSITIONS.map(|(key, ..)| key);
    shape + &rest(schema, &[&said[..], &composed[..]].concat())
}

/// The form of a schema without what it is composed of.
fn own_shape(schema: &Value) -> Option<String> {
    if let Some(name) = reference(schema) {
        return Some(name.to_owned());
    }
    if schema["items"].is_object() {
        return Some(format!("[{}]", shape(&schema["items"])));
    }
    if schema["additionalProperties"].is_object() && schema["properties"].is_null() {
        return Some(format!("map of {}", shape(&schema["additionalProperties"])));
    }
    // Since OpenAPI 3.1 there may be several.
    let several: Vec<&str> = list(&schema["type"]).map(text).filter(|name| *name != "null").collect();
    schema["type"].as_str().map(str::to_owned).or_else(|| (!several.is_empty()).then(|| several.join(" | ")))
}

/// What a value says besides what is said elsewhere: `, required, maxLength 9`.
fn rest(value: &Value, said: &[&str]) -> String {
    let is_said = |key: &str, value: &Value| {
        let is_default = match key {
            "additionalProperties" => *value != false,
            "default" | "explode" => false,
            _ => *value == false,
        };
        is_default || said.contains(&key) || WORDS.contains(&key)
    };
    let others = members(value).filter(|(key, value)| !is_said(key, value));
    let shown = others.map(|(key, value)| match value {
        Value::Bool(true) => format!(", {key}"),
        other => format!(", {key} {}", literal(other)),
    });
    shown.collect()
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
        for (method, operation) in operations(path) {
            let mut reached = BTreeSet::new();
            reach(operation, schemas, &mut reached);
            for name in reached {
                users.entry(name).or_default().insert(format!("{method} {route}"));
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

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A value without the quotes of a text, on one line.
fn literal(value: &Value) -> String {
    let plain = value.as_str().filter(|text| !text.contains(char::is_control));
    plain.map_or_else(|| value.to_string(), str::to_owned)
}
