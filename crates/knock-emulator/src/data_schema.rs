//! The JSON Schema of the data of a workflow's triggers.

use std::fmt;
use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

/// A schema, ready to validate data.
#[derive(Clone)]
pub(crate) struct DataSchema {
    source: Value,
    validator: Arc<Validator>,
}

/// A part of the data that is not as the schema demands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The path of the field, for example `data.items[0].sku`.
    pub(crate) field: String,
    pub(crate) message: String,
    /// The type that Knock gives for other fields, or the keyword of the schema.
    pub(crate) kind: String,
}

/// The error of a schema that is not a valid JSON Schema, or that refers to another document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema of the data is invalid: {0}")]
pub struct InvalidSchema(String);

impl DataSchema {
    pub(crate) fn new(source: Value) -> Result<Self, InvalidSchema> {
        let validator =
            jsonschema::validator_for(&source).map_err(|error| InvalidSchema(error.to_string()))?;
        Ok(Self { source, validator: Arc::new(validator) })
    }

    /// Returns everything that is wrong with the data.
    pub(crate) fn violations(&self, data: &Value) -> Vec<Violation> {
        self.validator.iter_errors(data).flat_map(|error| violations(&error)).collect()
    }
}

fn violations(error: &ValidationError<'_>) -> Vec<Violation> {
    let path = path(error.instance_path());
    let violation = |field: String, message: &str, kind: &str| Violation {
        field,
        message: message.to_owned(),
        kind: kind.to_owned(),
    };
    match error.kind() {
        // Knock's words for other fields.
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![violation(format!("{path}.{name}"), "can't be blank", "required")]
        }
        ValidationErrorKind::Type { .. } => vec![violation(path, "is invalid", "cast")],
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let keyword = error.kind().keyword();
            unexpected
                .iter()
                .map(|name| violation(format!("{path}.{name}"), "is not allowed", keyword))
                .collect()
        }
        // The message would contain the value.
        kind => vec![violation(path, &error.masked().to_string(), kind.keyword())],
    }
}

/// How Knock writes the path of a nested field is not documented. This is how it writes those of recipients.
fn path(location: &Location) -> String {
    let mut path = "data".to_owned();
    for segment in location {
        match segment {
            LocationSegment::Property(name) => path.extend([".", &name]),
            LocationSegment::Index(index) => path.extend(["[", &index.to_string(), "]"]),
        }
    }
    path
}

impl PartialEq for DataSchema {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for DataSchema {}

impl fmt::Debug for DataSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DataSchema").field(&self.source).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn violations_have_their_place_and_not_the_value() {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["author"],
            "properties": {
                "author": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } },
                "items": { "type": "array", "items": { "type": "string", "maxLength": 3 } }
            }
        });
        let schema = DataSchema::new(schema).unwrap();
        let told = |data: Value| {
            let violations = schema.violations(&data);
            let mut told: Vec<_> = violations
                .into_iter()
                .map(|it| format!("{} {} ({})", it.field, it.message, it.kind))
                .collect();
            told.sort();
            told
        };
        assert_eq!(told(json!({ "author": { "id": "a" } })), <[&str; 0]>::default());
        assert_eq!(told(json!({})), ["data.author can't be blank (required)"]);
        assert_eq!(
            told(json!({ "author": { "id": 7 }, "items": ["abc", "secret"], "other": 1 })),
            [
                "data.author.id is invalid (cast)",
                "data.items[1] value is longer than 3 characters (maxLength)",
                "data.other is not allowed (additionalProperties)",
            ]
        );
        assert_eq!(told(json!({ "author": {} })), ["data.author.id can't be blank (required)"]);
    }

    #[test]
    fn an_invalid_schema_is_an_error() {
        let error = DataSchema::new(json!({ "type": "objekt" })).unwrap_err().to_string();
        assert!(error.starts_with("the schema of the data is invalid: "), "{error}");
        assert!(DataSchema::new(json!({ "$ref": "https://elsewhere.example/schema" })).is_err());
    }
}
