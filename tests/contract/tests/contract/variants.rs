//! Responses generated from a schema: a complete one, and many that differ from it in one place.

use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::schema::{alternatives, is_null};

/// A response, and what distinguishes it.
#[derive(Clone)]
pub(crate) struct Variant {
    /// What distinguishes it, for example `without .items[].data`.
    pub(crate) label: String,
    pub(crate) value: Value,
    /// Whether nothing may be lost or changed. A response with less or more than the document has must only be read: an
    /// absent list may become an empty one, and unknown parts may be lost.
    pub(crate) whole: bool,
}

const TIME: &str = "2025-01-02T03:04:05.678Z";

/// A name that the SDK does not know.
const UNKNOWN: &str = "something-new";

/// The responses that a schema allows: first a complete one, then others that differ from it in one place:
///
/// - every alternative and every value of an enum,
/// - each optional property absent, and each nullable property `null`,
/// - each list empty,
/// - and what the document does not allow but Knock may add: properties and values of enums.
pub(crate) fn variants(document: &Document, schema: &Value) -> Vec<Variant> {
    Builder { document }.variants(schema, "")
}

struct Builder<'d> {
    document: &'d Document,
}

impl Builder<'_> {
    fn variants(&self, schema: &Value, path: &str) -> Vec<Variant> {
        let schema = &merged(self.document, self.document.resolve(schema));
        if is_null(schema) {
            return vec![lacking(format!("null for {path}"), Value::Null)];
        }
        let mut result = Vec::new();
        let by_provider = by_provider(schema);
        for (index, alternative) in alternatives(schema).chain(&by_provider).enumerate() {
            let title = alternative["$ref"].as_str().or(alternative["type"].as_str()).unwrap_or_default();
            let title = title.rsplit('/').next().unwrap_or_default();
            let own = self.variants(alternative, path);
            result.extend(own.into_iter().map(|mut own| {
                if index > 0 && own.label.is_empty() {
                    own.label = format!("{title} for {path}");
                }
                own
            }));
        }
        if result.is_empty() {
            result = match schema["type"].as_str() {
                Some("object") => self.objects(schema, path),
                Some("array") => self.arrays(schema, path),
                _ => scalars(schema, path),
            };
        }
        // The variant that others are based on comes first, and is not `null`.
        result.sort_by_key(|variant| variant.value.is_null());
        result[0].label.clear();
        if schema["nullable"] == true {
            result.push(lacking(format!("null for {path}"), Value::Null));
        }
        result
    }

    fn objects(&self, schema: &Value, path: &str) -> Vec<Variant> {
        let empty = Map::new();
        let properties = schema["properties"].as_object().unwrap_or(&empty);
        let parts: Vec<(String, bool, Vec<Variant>)> = properties
            .iter()
            // Without an example, the name of the type is unknown.
            .filter(|(name, property)| *name != "__typename" || property.get("example").is_some())
            .map(|(name, property)| {
                let required =
                    schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
                (name.clone(), required, self.variants(property, &format!("{path}.{name}")))
            })
            .chain(self.additional(schema, path))
            .collect();
        let whole: Map<String, Value> =
            parts.iter().map(|(name, _, variants)| (name.clone(), variants[0].value.clone())).collect();

        let mut result = vec![variant(String::new(), Value::Object(whole.clone()))];
        for (name, required, variants) in parts {
            for different in &variants[1..] {
                let mut map = whole.clone();
                map.insert(name.clone(), different.value.clone());
                result.push(Variant { value: Value::Object(map), ..different.clone() });
            }
            if !required {
                let mut map = whole.clone();
                map.remove(&name);
                result.push(lacking(format!("without {path}.{name}"), Value::Object(map)));
            }
        }
        // The other members of a map have its type.
        if !schema["additionalProperties"].is_object() {
            let mut more = whole;
            more.insert(UNKNOWN.to_owned(), json!({ "of": ["any", "kind"] }));
            result.push(lacking(format!("an unknown member in {path}"), Value::Object(more)));
        }
        result
    }

    /// An entry of a map.
    fn additional(&self, schema: &Value, path: &str) -> Option<(String, bool, Vec<Variant>)> {
        let additional = &schema["additionalProperties"];
        let variants = match additional {
            Value::Object(_) => self.variants(additional, &format!("{path}.*")),
            Value::Bool(true) => vec![variant(String::new(), json!({ "nested": [1, "two", null] }))],
            _ => return None,
        };
        Some(("key-of-your-own".to_owned(), false, variants))
    }

    fn arrays(&self, schema: &Value, path: &str) -> Vec<Variant> {
        let items = self.variants(&schema["items"], &format!("{path}[]")).into_iter();
        let mut result: Vec<Variant> =
            items.map(|item| Variant { value: json!([item.value]), ..item }).collect();
        result.push(variant(format!("empty {path}"), json!([])));
        result
    }
}

/// The schema of the channel data of each provider.
const PROVIDERS: [(&str, &[&str]); 6] = [
    ("PushChannelDataFull", &["push_fcm", "push_apns", "push_expo"]),
    ("AWSSNSPushChannelDataFull", &["push_aws_sns"]),
    ("OneSignalChannelDataPlayerIdsOnly", &["push_one_signal"]),
    ("SlackChannelData", &["chat_slack"]),
    ("MsTeamsChannelData", &["chat_ms_teams"]),
    ("DiscordChannelData", &["chat_discord"]),
];

/// One schema per provider, for an object with alternatives in `data` and a `provider` that selects one.
fn by_provider(schema: &Value) -> Vec<Value> {
    let properties = &schema["properties"];
    if properties["provider"]["enum"].is_null()
        || properties["data"]["oneOf"].as_array().is_none_or(|of| of.len() < 2)
    {
        return Vec::new();
    }
    let one = |(data, providers): &(&str, &[&str])| {
        let mut one = schema.clone();
        one["properties"]["data"] = json!({ "$ref": format!("#/components/schemas/{data}") });
        one["properties"]["provider"]["enum"] = json!(providers);
        one
    };
    PROVIDERS.iter().map(one).collect()
}

fn scalars(schema: &Value, path: &str) -> Vec<Variant> {
    if let Some(values) = schema["enum"].as_array() {
        let known = values.iter().map(|value| variant(format!("{value} for {path}"), value.clone()));
        let mut result: Vec<_> = known.collect();
        result.push(lacking(format!("an unknown value for {path}"), json!(UNKNOWN)));
        return result;
    }
    let value = match (schema.get("example"), schema["type"].as_str(), schema["format"].as_str()) {
        (Some(example), ..) => example.clone(),
        (_, Some("string"), Some("date-time")) => json!(TIME),
        // The document omits the format of some.
        (_, Some("string"), None) if path.ends_with("_at") => json!(TIME),
        (_, Some("string"), Some("uuid")) => json!("8209f26c-62a5-461d-95e2-a5716a26e652"),
        (_, Some("string"), Some("uri" | "url")) => json!("https://example.com/some"),
        (_, Some("string"), _) => json!("some"),
        (_, Some("integer"), _) => json!(7),
        (_, Some("number"), _) => json!(7.5),
        (_, Some("boolean"), _) => json!(true),
        // Any value is allowed.
        _ => json!({ "any": "thing" }),
    };
    vec![variant(String::new(), value)]
}

fn variant(label: String, value: Value) -> Variant {
    Variant { label, value, whole: true }
}

/// A variant with less or more than the document has.
fn lacking(label: String, value: Value) -> Variant {
    Variant { label, value, whole: false }
}

/// A schema merged with the parts of its `allOf`.
fn merged(document: &Document, schema: &Value) -> Value {
    let mut result = schema.clone();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let part = merged(document, document.resolve(part));
        for (key, value) in part.as_object().into_iter().flatten() {
            match (&mut result[key], value) {
                (Value::Object(known), Value::Object(more)) => known.extend(more.clone()),
                (Value::Array(known), Value::Array(more)) => known.extend(more.clone()),
                (known @ Value::Null, more) => *known = more.clone(),
                _ => {}
            }
        }
    }
    result
}
