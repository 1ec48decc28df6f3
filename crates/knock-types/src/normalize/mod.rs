//! One form for schemas of all drafts: that of draft 7, as far as typify reads it.
//!
//! typify turns structure into types: objects, lists, enums, combinations. Everything else is taken out here. What is
//! checked when a call is made becomes [`Limits`], and what is not becomes a sentence of the documentation. Every object
//! and enum becomes a definition with a name of its own, so that no two types have the same name.

mod choice;
mod keywords;
mod notes;
mod nullable;
mod references;
mod scalars;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::keywords::{allowed_values, needs_name, reference, types};
use self::notes::{Notes, OF_SCALARS, limits_of, shown};
use self::nullable::{or_null, without_null};
use crate::limits::{Limits, Range};
use crate::names::{Names, stand_in, type_name};

/// A schema in the form that typify reads, and what was found on the way.
#[derive(Debug)]
pub(crate) struct Normalized {
    pub(crate) root: Value,
    pub(crate) definitions: BTreeMap<String, Definition>,
    /// The place of each schema that no type can express, and the reason.
    pub(crate) warnings: Vec<(String, String)>,
}

/// A named schema.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) schema: Value,
    /// A JSON pointer to the schema.
    pub(crate) place: String,
}

/// Brings the schema of a type into the form that typify reads.
pub(crate) fn normalize(schema: &Value, name: &str) -> Normalized {
    let mut names = Names::of_types();
    names.unique(name);
    let mut work = Work {
        root: schema,
        root_name: name,
        names,
        legacy: has_legacy_references(schema),
        pointers: BTreeMap::new(),
        waiting: Vec::new(),
        definitions: BTreeMap::new(),
        warnings: Vec::new(),
    };
    let root = work.named(schema, name, "");
    while let Some((pointer, name)) = work.waiting.pop() {
        let schema = work.named(schema.pointer(&pointer).unwrap_or(&Value::Null), &name, &pointer);
        work.definitions.insert(name, Definition { schema, place: pointer });
    }
    let Work { definitions, warnings, .. } = work;
    Normalized { root, definitions, warnings }
}

/// Before 2019-09, keywords beside `$ref` had no meaning.
fn has_legacy_references(schema: &Value) -> bool {
    let draft = schema["$schema"].as_str().unwrap_or_default();
    ["draft-03", "draft-04", "draft-05", "draft-06", "draft-07"].iter().any(|legacy| draft.contains(legacy))
}

struct Work<'s> {
    root: &'s Value,
    root_name: &'s str,
    names: Names,
    legacy: bool,
    /// The names of schemas to which a reference points.
    pointers: BTreeMap<String, String>,
    /// Those that have a name and are not normalized yet.
    waiting: Vec<(String, String)>,
    definitions: BTreeMap<String, Definition>,
    warnings: Vec<(String, String)>,
}

type Schema = Map<String, Value>;

impl Work<'_> {
    fn warn(&mut self, place: &str, reason: &str) {
        self.warnings.push((place.to_owned(), reason.to_owned()));
    }

    /// A schema in the place of a field, an item or a value. Its types become definitions.
    fn inline(&mut self, schema: &Value, name: &str, place: &str) -> Value {
        let Some(object) = schema.as_object() else { return schema.clone() };
        let (object, nullable) = without_null(object);
        if !needs_name(&object) {
            let inline = self.named(&Value::Object(object), name, place);
            return if nullable { or_null(inline) } else { inline };
        }
        // A reference may point here, too.
        let known = self.pointers.get(place).filter(|_| !nullable);
        if let Some(name) = known {
            return json!({ "$ref": format!("#/definitions/{name}") });
        }
        let name = self.names.unique(name);
        if !nullable {
            self.pointers.insert(place.to_owned(), name.clone());
        }
        let schema = self.named(&Value::Object(object), &name, place);
        let mut reference = json!({ "$ref": format!("#/definitions/{name}") });
        if let Some(description) = schema.get("description") {
            reference["description"] = Value::from(Limits::split(description.as_str().unwrap_or_default()).0);
        }
        self.definitions.insert(name, Definition { schema, place: place.to_owned() });
        if nullable { or_null(reference) } else { reference }
    }

    /// A schema whose type has this name, if it needs one.
    fn named(&mut self, schema: &Value, name: &str, place: &str) -> Value {
        let Some(object) = schema.as_object() else {
            return if schema.is_boolean() { schema.clone() } else { Value::Bool(true) };
        };
        let mut notes = Notes::of(object);
        let normal = match reference(object) {
            Some(reference) => self.referring(object, reference, name, place, &mut notes),
            None => self.without_reference(object, name, place, &mut notes),
        };
        notes.describe(normal)
    }

    fn referring(
        &mut self,
        object: &Schema,
        reference: &str,
        name: &str,
        place: &str,
        notes: &mut Notes,
    ) -> Schema {
        let Some(target) = self.target(reference) else {
            self.warn(place, &format!("the reference `{reference}` leads out of the schema"));
            return Schema::new();
        };
        let target = json!({ "$ref": target });
        let mut siblings = object.clone();
        for keyword in
            ["$ref", "$recursiveRef", "$dynamicRef", "$defs", "definitions", "$schema", "$id", "id"]
        {
            siblings.remove(keyword);
        }
        let siblings = self.without_reference(&siblings, name, place, notes);
        if self.legacy || siblings.is_empty() {
            return target.as_object().cloned().unwrap_or_default();
        }
        Schema::from_iter([("allOf".to_owned(), json!([target, siblings]))])
    }

    fn without_reference(&mut self, object: &Schema, name: &str, place: &str, notes: &mut Notes) -> Schema {
        if let Some(values) = allowed_values(object) {
            return self.enumeration(&values, place, notes);
        }
        let mut normal = Schema::new();
        let types = types(object);
        for kind in &types {
            match kind.as_str() {
                "string" => scalars::text(object, &types, &mut normal, notes),
                "integer" | "number" => scalars::number(object, kind, &mut normal, notes),
                "array" => self.list(object, name, place, &mut normal, notes),
                "object" => self.object(object, name, place, &mut normal, notes),
                _ => {}
            }
        }
        if types.is_empty() {
            notes.name_unchecked(object, OF_SCALARS);
        }
        if types.len() > 1 && !notes.limits.is_empty() {
            // A check is for one type.
            notes.limits = Limits::default();
            notes.add("The limits of the schema are not checked before the data is sent.");
        }
        match types.as_slice() {
            [] => {}
            [one] => drop(normal.insert("type".to_owned(), Value::from(one.as_str()))),
            several => drop(normal.insert("type".to_owned(), Value::from(several.to_vec()))),
        }
        self.combinations(object, name, place, &mut normal, notes);
        notes.unchecked(object);
        normal
    }

    /// The allowed values of a schema with `enum` or `const`.
    fn enumeration(&mut self, values: &[Value], place: &str, notes: &mut Notes) -> Schema {
        let nullable = values.iter().any(Value::is_null);
        let mut some: Vec<&Value> = Vec::new();
        for value in values.iter().filter(|value| !value.is_null()) {
            if !some.contains(&value) {
                some.push(value);
            }
        }
        let all = |is: fn(&Value) -> bool| !some.is_empty() && some.iter().all(|value| is(value));
        let mut normal = Schema::new();
        let kind = if all(Value::is_string) {
            let values = some.iter().filter_map(|value| value.as_str());
            normal.insert("enum".to_owned(), values.map(stand_in).collect());
            "string"
        } else if all(Value::is_boolean) {
            "boolean"
        } else if all(|value| value.is_i64() || value.is_u64()) {
            "integer"
        } else if all(Value::is_number) {
            "number"
        } else if some.is_empty() {
            normal.insert("type".to_owned(), Value::from("null"));
            return normal;
        } else {
            self.warn(place, "an enum of values that are not all strings, numbers or booleans");
            notes.add(&format!("One of: {}.", shown(&Value::from(values))));
            return normal;
        };
        if kind != "string" && !(kind == "boolean" && some.len() == 2) {
            notes.limits.values = some.into_iter().cloned().collect();
        }
        normal.insert("type".to_owned(), if nullable { json!([kind, "null"]) } else { Value::from(kind) });
        normal
    }

    fn list(&mut self, object: &Schema, name: &str, place: &str, normal: &mut Schema, notes: &mut Notes) {
        notes.limits.size = Range::of(object, "minItems", "maxItems");
        let is_tuple = object.contains_key("prefixItems") || object.get("items").is_some_and(Value::is_array);
        if is_tuple {
            self.warn(place, "a list whose items have different schemas");
            notes.add("Its items have different schemas, which are not checked before the data is sent.");
        } else if let Some(items) = object.get("items") {
            let items = self.inline(items, &format!("{name}Item"), &format!("{place}/items"));
            notes.limits.items = limits_of(&items);
            normal.insert("items".to_owned(), items);
        }
    }

    fn object(&mut self, object: &Schema, name: &str, place: &str, normal: &mut Schema, notes: &mut Notes) {
        let required: Vec<&str> = object
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut properties = Schema::new();
        for (key, schema) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if *schema == Value::Bool(false) && !required.contains(&key.as_str()) {
                notes.add(&format!("`{key}` must not be set."));
                continue;
            }
            let place = format!("{place}/properties/{}", key.replace('~', "~0").replace('/', "~1"));
            let property = self.inline(schema, &format!("{name}{}", type_name(key)), &place);
            properties.insert(key.clone(), property);
        }
        for key in &required {
            properties.entry((*key).to_owned()).or_insert(Value::Bool(true));
        }
        // A member that matches one of the patterns is allowed even where others are not.
        let has_patterns = object.contains_key("patternProperties");
        let additional = match object.get("additionalProperties") {
            Some(_) if has_patterns => Some(json!({})),
            None if has_patterns && properties.is_empty() => Some(json!({})),
            None => None,
            Some(Value::Bool(true)) => Some(json!({})),
            Some(schema) => {
                let place = format!("{place}/additionalProperties");
                Some(self.inline(schema, &format!("{name}Value"), &place))
            }
        };
        if let Some(additional) = additional {
            if properties.is_empty() {
                notes.limits.items = limits_of(&additional);
            }
            normal.insert("additionalProperties".to_owned(), additional);
        }
        if !properties.is_empty() {
            normal.insert("properties".to_owned(), Value::Object(properties));
        }
        if !required.is_empty() {
            normal.insert("required".to_owned(), Value::from(required));
        }
    }
}
