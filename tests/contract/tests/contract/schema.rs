//! The schemas of the document as JSON Schema, read strictly, to validate requests.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};

use crate::document::Document;

/// Validates values against schemas of the document.
///
/// It is stricter than the document: an object that lists properties may have no others. It is also more lenient where
/// the document is careless: several alternatives of `oneOf` may match, because an object reference is also an inline
/// user.
pub(crate) struct Schemas<'d> {
    document: &'d Document,
    definitions: Value,
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

impl<'d> Schemas<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        let definitions = document
            .schemas()
            .iter()
            .map(|(name, schema)| (definition_name(name), json_schema(schema)))
            .collect();
        Self { document, definitions: Value::Object(definitions), validators: RefCell::default() }
    }

    fn validator(&self, schema: &Value) -> Rc<Validator> {
        let key = schema.to_string();
        if let Some(validator) = self.validators.borrow().get(&key) {
            return Rc::clone(validator);
        }
        let mut root = json_schema(schema);
        root["$defs"] = self.definitions.clone();
        let validator = Rc::new(jsonschema::draft202012::new(&root).unwrap());
        self.validators.borrow_mut().insert(key, Rc::clone(&validator));
        validator
    }

    /// The problems of a value.
    pub(crate) fn problems(&self, schema: &Value, value: &Value) -> Vec<String> {
        let validator = self.validator(schema);
        validator.iter_errors(value).map(|error| describe(&error)).collect()
    }

    pub(crate) fn allows(&self, schema: &Value, value: &Value) -> bool {
        self.validator(schema).is_valid(value)
    }

    /// The properties that the schema lists and that none of `values` has, at any depth.
    ///
    /// Only the alternatives that a value matches count.
    pub(crate) fn unused_properties<'v>(
        &self,
        schema: &'v Value,
        values: impl IntoIterator<Item = &'v Value>,
    ) -> BTreeSet<String>
    where
        'd: 'v,
    {
        let (mut listed, mut used) = (BTreeSet::new(), BTreeSet::new());
        for value in values {
            self.properties(schema, value, "", &mut listed, &mut used);
        }
        listed.difference(&used).cloned().collect()
    }

    fn properties(
        &self,
        schema: &Value,
        value: &Value,
        path: &str,
        listed: &mut BTreeSet<String>,
        used: &mut BTreeSet<String>,
    ) {
        let schema = self.document.resolve(schema);
        for alternative in alternatives(schema).filter(|alternative| self.allows(alternative, value)) {
            self.properties(alternative, value, path, listed, used);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.properties(part, value, path, listed, used);
        }
        match value {
            Value::Array(items) => {
                for item in items {
                    self.properties(&schema["items"], item, &format!("{path}[]"), listed, used);
                }
            }
            Value::Object(map) => {
                let known = schema["properties"].as_object();
                for (name, property) in known.into_iter().flatten() {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    if let Some(value) = map.get(name) {
                        self.properties(property, value, &path, listed, used);
                        used.insert(path.clone());
                    }
                    listed.insert(path);
                }
                let others =
                    map.iter().filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)));
                for (_, value) in others {
                    self.properties(
                        &schema["additionalProperties"],
                        value,
                        &format!("{path}.*"),
                        listed,
                        used,
                    );
                }
            }
            _ => {}
        }
    }
}

fn describe(error: &ValidationError<'_>) -> String {
    let error = closest(error);
    format!("`{}` {}", error.instance_path(), error.masked_with("it"))
}

/// If no alternative matches, the error of the closest one, which is the one that fails deepest.
fn closest<'a>(error: &'a ValidationError<'a>) -> &'a ValidationError<'a> {
    let ValidationErrorKind::AnyOf { context } = error.kind() else { return error };
    let errors = context.iter().flatten().map(|error| closest(error));
    errors.max_by_key(|error| error.instance_path().as_str().len()).unwrap_or(error)
}

/// The schemas of which one must match.
pub(crate) fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten()
}

/// Whether this is only `{"nullable": true}`, which is how the document writes `null`.
pub(crate) fn is_null(schema: &Value) -> bool {
    schema["nullable"] == true
        && ["type", "$ref", "oneOf", "anyOf", "allOf"].iter().all(|key| schema.get(key).is_none())
}

/// Translates a schema from `OpenAPI` 3.0.
fn json_schema(schema: &Value) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return json!({ "$ref": format!("#/$defs/{}", definition_name(name)) });
    }
    if is_null(schema) {
        return json!({ "type": "null" });
    }
    let mut result = Map::new();
    for (key, value) in map {
        match key.as_str() {
            // Next to alternatives it is wrong: the document has `object` although a boolean is allowed.
            "type" if alternatives(schema).next().is_some() => {}
            "type" | "enum" | "required" | "minimum" | "maximum" | "minItems" | "maxItems" | "minLength"
            | "maxLength" | "pattern" => drop(result.insert(key.clone(), value.clone())),
            "items" | "additionalProperties" => drop(result.insert(key.clone(), json_schema(value))),
            "properties" => {
                let properties: Map<_, _> = value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, schema)| (name.clone(), json_schema(schema)))
                    .collect();
                result.insert(key.clone(), Value::Object(properties));
                result.entry("additionalProperties").or_insert(json!(false));
            }
            "oneOf" | "anyOf" | "allOf" => {
                let parts = value.as_array().into_iter().flatten().map(json_schema).collect();
                let key = if key == "allOf" { "allOf" } else { "anyOf" };
                result.insert(key.to_owned(), Value::Array(parts));
            }
            _ => {}
        }
    }
    if map.contains_key("allOf") && schema["allOf"].as_array().is_some_and(|parts| parts.len() > 1) {
        // Each part would refuse the properties of the other.
        return json!({});
    }
    if schema["nullable"] == true {
        json!({ "anyOf": [result, { "type": "null" }] })
    } else {
        Value::Object(result)
    }
}

/// Some names contain spaces, which are invalid in a reference.
fn definition_name(name: &str) -> String {
    name.replace(' ', "_")
}
