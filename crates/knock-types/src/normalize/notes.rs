//! What the documentation of a type or field says.

use serde_json::Value;

use super::Schema;
use crate::limits::Limits;

/// Keywords that neither types nor checks express. The documentation names them.
const UNCHECKED: &[&str] = &[
    "contains",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "maxProperties",
    "minContains",
    "minProperties",
    "not",
    "pattern",
    "patternProperties",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// Keywords that are checked only if the schema says to which type they belong.
pub(super) const OF_SCALARS: &[&str] = &[
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxLength",
    "maximum",
    "minLength",
    "minimum",
    "multipleOf",
];

/// The longest text of an unchecked keyword in the documentation, in characters.
const MAX_SHOWN: usize = 200;

/// What the documentation of a type or field consists of.
pub(super) struct Notes {
    description: Vec<String>,
    pub(super) limits: Limits,
    pub(super) is_text: bool,
}

impl Notes {
    pub(super) fn of(object: &Schema) -> Self {
        let text = |name: &str| {
            object.get(name).and_then(Value::as_str).map(|text| Limits::without_mark(text.trim()))
        };
        let mut notes = Self { description: Vec::new(), limits: Limits::default(), is_text: false };
        notes.description.extend(text("title").filter(|title| !title.is_empty()));
        notes.description.extend(text("description").filter(|description| !description.is_empty()));
        if object.get("deprecated") == Some(&Value::Bool(true)) {
            notes.add("Deprecated.");
        }
        if let Some(default) = object.get("default") {
            notes.add(&format!("Default: {}.", shown(default)));
        }
        if let Some(example) = object.get("examples").and_then(|examples| examples.get(0)) {
            notes.add(&format!("Example: {}.", shown(example)));
        }
        notes
    }

    pub(super) fn add(&mut self, sentence: &str) {
        self.description.push(sentence.to_owned());
    }

    /// Names the keywords that nothing checks before the data is sent.
    pub(super) fn unchecked(&mut self, object: &Schema) {
        self.name_unchecked(object, UNCHECKED);
    }

    pub(super) fn name_unchecked(&mut self, object: &Schema, keywords: &[&str]) {
        for keyword in keywords.iter().filter(|keyword| object.contains_key(**keyword)) {
            let value = shown(&object[*keyword]);
            self.add(&format!("Not checked before the data is sent: `{keyword}` {value}."));
        }
    }

    /// Writes the description into a schema.
    pub(super) fn describe(self, mut schema: Schema) -> Value {
        let sentences = self.limits.sentences(self.is_text);
        let mut description = self.description.join("\n\n");
        if !sentences.is_empty() {
            let separator = if description.is_empty() { "" } else { "\n\n" };
            description = format!("{description}{separator}{}", sentences.join(" "));
        }
        self.limits.append_to(&mut description);
        if !description.is_empty() {
            schema.insert("description".to_owned(), Value::from(description));
        }
        Value::Object(schema)
    }
}

pub(super) fn limits_of(schema: &Value) -> Option<Box<Limits>> {
    let (_, limits) = Limits::split(schema["description"].as_str()?);
    (!limits.is_empty()).then(|| Box::new(limits))
}

/// Shows a value in the documentation, shortened if it is long.
pub(super) fn shown(value: &Value) -> String {
    let text = Limits::without_mark(&value.to_string());
    let text = if text.chars().count() > MAX_SHOWN {
        text.chars().take(MAX_SHOWN).chain(['…']).collect()
    } else {
        text
    };
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
