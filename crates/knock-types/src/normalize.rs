//! One form for schemas of all drafts: that of draft 7, as far as typify reads it.
//!
//! typify turns structure into types: objects, lists, enums, combinations. Everything else is taken out here. What is
//! checked when a call is made becomes [`Limits`], and what is not becomes a sentence of the documentation. Every object
//! and enum becomes a definition with a name of its own, so that no two types have the same name.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Number, Value, json};

use crate::limits::{End, Limits, Range};
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

/// Formats of integers, which choose their type in Rust.
const INTEGERS: &[&str] = &["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"];

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
const OF_SCALARS: &[&str] = &[
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

    /// Returns the definition to which a reference points.
    fn target(&mut self, reference: &str) -> Option<String> {
        let pointer = self.pointer(reference)?;
        if pointer.is_empty() {
            return Some("#".to_owned());
        }
        self.root.pointer(&pointer)?;
        if !self.pointers.contains_key(&pointer) {
            let last = pointer.rsplit('/').next().unwrap_or_default();
            let last = match last.parse::<usize>() {
                Ok(_) => format!("{}{last}", self.root_name),
                Err(_) => type_name(last),
            };
            let name = self.names.unique(&last);
            self.waiting.push((pointer.clone(), name.clone()));
            self.pointers.insert(pointer.clone(), name);
        }
        Some(format!("#/definitions/{}", self.pointers[&pointer]))
    }

    fn pointer(&self, reference: &str) -> Option<String> {
        let id = self.root["$id"].as_str().or(self.root["id"].as_str()).unwrap_or_default();
        let local = match reference.split_once('#') {
            Some((document, fragment)) if document.is_empty() || document == id.trim_end_matches('#') => {
                fragment
            }
            None if reference == id => "",
            _ => return find(self.root, "", &["$id", "id"], reference),
        };
        if local.is_empty() || local.starts_with('/') {
            return Some(percent_decode_str(local).decode_utf8_lossy().into_owned());
        }
        find(self.root, "", &["$anchor", "$dynamicAnchor"], local)
            .or_else(|| find(self.root, "", &["$id", "id"], reference))
    }

    fn without_reference(&mut self, object: &Schema, name: &str, place: &str, notes: &mut Notes) -> Schema {
        if let Some(values) = allowed_values(object) {
            return self.enumeration(&values, place, notes);
        }
        let mut normal = Schema::new();
        let types = types(object);
        for kind in &types {
            match kind.as_str() {
                "string" => text(object, &types, &mut normal, notes),
                "integer" | "number" => number(object, kind, &mut normal, notes),
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

    fn combinations(
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
}

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

/// How many references and combinations are followed.
const MAX_DEPTH: u8 = 16;

const KINDS: &[&str] = &["null", "boolean", "string", "integer", "number", "array", "object"];

/// What the documentation of a type or field consists of.
struct Notes {
    description: Vec<String>,
    limits: Limits,
    is_text: bool,
}

impl Notes {
    fn of(object: &Schema) -> Self {
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

    fn add(&mut self, sentence: &str) {
        self.description.push(sentence.to_owned());
    }

    /// Names the keywords that nothing checks before the data is sent.
    fn unchecked(&mut self, object: &Schema) {
        self.name_unchecked(object, UNCHECKED);
    }

    fn name_unchecked(&mut self, object: &Schema, keywords: &[&str]) {
        for keyword in keywords.iter().filter(|keyword| object.contains_key(**keyword)) {
            let value = shown(&object[*keyword]);
            self.add(&format!("Not checked before the data is sent: `{keyword}` {value}."));
        }
    }

    /// Writes the description into a schema.
    fn describe(self, mut schema: Schema) -> Value {
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

fn reference(object: &Schema) -> Option<&str> {
    if object.contains_key("$recursiveRef") {
        return Some("#");
    }
    object.get("$ref").or_else(|| object.get("$dynamicRef"))?.as_str()
}

/// Returns the allowed values of a schema with `enum` or `const`.
fn allowed_values(object: &Schema) -> Option<Vec<Value>> {
    let values = match object.get("const") {
        Some(value) => vec![value.clone()],
        None => object.get("enum")?.as_array()?.clone(),
    };
    // Values of other types are never valid.
    let types = stated_types(object);
    let fits = |value: &&Value| types.is_empty() || types.iter().any(|kind| is_of(value, kind));
    Some(values.iter().filter(fits).cloned().collect())
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn stated_types(object: &Schema) -> Vec<String> {
    match object.get("type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Returns the types that a schema states. A schema that states none, but what is in an object or in a list, is taken to
/// be of that type. Other keywords of a schema without a type leave all types allowed.
fn types(object: &Schema) -> Vec<String> {
    let mut types = stated_types(object);
    if types.iter().any(|kind| kind == "number") {
        types.retain(|kind| kind != "integer");
    }
    if !types.is_empty() || object.contains_key("type") {
        return types;
    }
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| object.contains_key(*keyword));
    let kinds = [
        ("object", has(&["additionalProperties", "patternProperties", "properties", "required"])),
        ("array", has(&["items", "maxItems", "minItems", "prefixItems", "uniqueItems"])),
    ];
    let mut found = kinds.iter().filter(|(_, has)| *has).map(|(kind, _)| (*kind).to_owned());
    match (found.next(), found.next()) {
        (Some(one), None) => vec![one],
        _ => Vec::new(),
    }
}

fn text(object: &Schema, types: &[String], normal: &mut Schema, notes: &mut Notes) {
    notes.is_text = true;
    notes.limits.size = Range::of(object, "minLength", "maxLength");
    match object.get("format").and_then(Value::as_str) {
        Some("date-time") if types.len() == 1 => drop(normal.insert("format".to_owned(), json!("date-time"))),
        Some(format) => notes.add(&format!("Not checked before the data is sent: the format `{format}`.")),
        None => {}
    }
}

fn number(object: &Schema, kind: &str, normal: &mut Schema, notes: &mut Notes) {
    let mut range = Range::of(object, "minimum", "maximum");
    exclude(object.get("exclusiveMinimum"), &mut range.start, |other, end| other >= end);
    exclude(object.get("exclusiveMaximum"), &mut range.end, |other, end| other <= end);
    let multiple_of = object.get("multipleOf");
    if kind == "number" {
        notes.limits.number = range;
        if let Some(multiple_of) = multiple_of {
            notes.add(&format!("Not checked before the data is sent: `multipleOf` {}.", shown(multiple_of)));
        }
        return;
    }
    let is_positive = range.start.as_ref().is_some_and(|end| end.number.as_f64() >= Some(0.0));
    let format = object.get("format").and_then(Value::as_str).filter(|format| INTEGERS.contains(format));
    let format = format.unwrap_or(if is_positive { "uint64" } else { "int64" });
    normal.insert("format".to_owned(), Value::from(format));
    if format.starts_with('u') {
        // The type has this limit.
        range.start.take_if(|end| !end.excluded && end.number.as_f64() <= Some(0.0));
    }
    range.start = range.start.and_then(|end| whole(&end, format));
    range.end = range.end.and_then(|end| whole(&end, format));
    notes.limits.number = range;
    notes.limits.multiple_of = multiple_of.and_then(Value::as_i64).filter(|of| *of > 1);
    if let Some(multiple_of) = multiple_of.filter(|of| !of.is_i64()) {
        notes.add(&format!("Not checked before the data is sent: `multipleOf` {}.", shown(multiple_of)));
    }
}

/// Applies an exclusive limit: a number, or in draft 4 a flag that belongs to the inclusive one.
fn exclude(keyword: Option<&Value>, end: &mut Option<End>, is_stricter: fn(f64, f64) -> bool) {
    match keyword {
        Some(Value::Bool(excluded)) => {
            if let Some(end) = end {
                end.excluded = *excluded;
            }
        }
        Some(Value::Number(number)) => {
            let other = number.as_f64().unwrap_or_default();
            let included = end.as_ref().and_then(|end| end.number.as_f64());
            if included.is_none_or(|included| is_stricter(other, included)) {
                *end = Some(End { number: number.clone(), excluded: true });
            }
        }
        _ => {}
    }
}

/// Returns an end of a range of integers, if the type of a format has it. Others, such as 0.5, are left out.
fn whole(end: &End, format: &str) -> Option<End> {
    let number = match end.number.as_i64() {
        Some(number) => i128::from(number),
        None if end.number.is_u64() => i128::from(end.number.as_u64()?),
        None => end.number.to_string().strip_suffix(".0")?.parse().ok()?,
    };
    let fits = match format {
        "int8" => i8::try_from(number).is_ok(),
        "uint8" => u8::try_from(number).is_ok(),
        "int16" => i16::try_from(number).is_ok(),
        "uint16" => u16::try_from(number).is_ok(),
        "int32" => i32::try_from(number).is_ok(),
        "uint32" => u32::try_from(number).is_ok(),
        "uint64" => u64::try_from(number).is_ok(),
        _ => i64::try_from(number).is_ok(),
    };
    let number = Number::from_i128(number)?;
    fits.then_some(End { number, excluded: end.excluded })
}

/// Removes `null` from the types of a schema, and from the parts of a combination.
fn without_null(object: &Schema) -> (Schema, bool) {
    let mut object = object.clone();
    let mut nullable = false;
    if let Some(Value::Array(types)) = object.get("type")
        && types.len() > 1
    {
        let others: Vec<Value> = types.iter().filter(|kind| **kind != "null").cloned().collect();
        nullable = others.len() < types.len();
        let others = if let [one] = others.as_slice() { one.clone() } else { Value::from(others) };
        object.insert("type".to_owned(), others);
        if let (true, Some(Value::Array(values))) = (nullable, object.get_mut("enum")) {
            // `null` is allowed only if both say so.
            nullable = values.contains(&Value::Null);
            values.retain(|value| !value.is_null());
        }
        return (object, nullable);
    }
    if !object.contains_key("type")
        && let Some(Value::Array(values)) = object.get_mut("enum")
        && values.len() > 1
    {
        let all = values.len();
        values.retain(|value| !value.is_null());
        nullable = values.len() < all;
    }
    for keyword in ["anyOf", "oneOf"] {
        let Some(Value::Array(parts)) = object.get_mut(keyword) else { continue };
        let all = parts.len();
        parts.retain(|part| part["type"] != "null" && part.get("const") != Some(&Value::Null));
        nullable = parts.len() < all;
        if let (true, [one]) = (nullable, parts.as_slice()) {
            let one = one.clone();
            object.remove(keyword);
            if let Value::Array(all) = object.entry("allOf").or_insert_with(|| json!([])) {
                all.push(one);
            }
        }
    }
    single_part(&mut object);
    (object, nullable)
}

/// Replaces an `allOf` with one part, and nothing else but annotations, by the part.
fn single_part(object: &mut Schema) {
    const ANNOTATIONS: &[&str] = &["allOf", "default", "deprecated", "description", "examples", "title"];
    let others = object.keys().any(|keyword| !ANNOTATIONS.contains(&keyword.as_str()));
    let Some([Value::Object(part)]) = object.get("allOf").and_then(Value::as_array).map(Vec::as_slice) else {
        return;
    };
    if others {
        return;
    }
    let mut part = part.clone();
    for (keyword, value) in object.iter().filter(|(keyword, _)| *keyword != "allOf") {
        part.insert(keyword.clone(), value.clone());
    }
    *object = part;
}

/// Returns whether typify makes a type for a schema in the place of a field: an object with fields, an enum, or a
/// combination.
fn needs_name(object: &Schema) -> bool {
    if reference(object).is_some() {
        return false;
    }
    let has = |keyword: &str| object.contains_key(keyword);
    // One value may be the tag of a combination, which typify recognizes in its place.
    let is_text =
        allowed_values(object).is_some_and(|values| values.len() > 1 && values.iter().all(Value::is_string));
    let types = types(object);
    let is_struct = types.iter().any(|kind| kind == "object")
        && (has("properties")
            || has("required")
            || object.get("additionalProperties") == Some(&Value::Bool(false)));
    is_text || is_struct || types.len() > 1 || has("allOf") || has("anyOf") || has("oneOf")
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

fn or_null(mut schema: Value) -> Value {
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let mut nullable = json!({ "oneOf": [schema, { "type": "null" }] });
    if let Some(description) = description {
        nullable["description"] = description;
    }
    nullable
}

fn limits_of(schema: &Value) -> Option<Box<Limits>> {
    let (_, limits) = Limits::split(schema["description"].as_str()?);
    (!limits.is_empty()).then(|| Box::new(limits))
}

/// Finds the schema that has a name, and returns the pointer to it.
fn find(schema: &Value, pointer: &str, keywords: &[&str], name: &str) -> Option<String> {
    let is_named = |keyword: &&str| schema[*keyword].as_str() == Some(name);
    if keywords.iter().any(is_named) {
        return Some(pointer.to_owned());
    }
    let inside = |key: &str, schema: &Value| {
        find(schema, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), keywords, name)
    };
    match schema {
        Value::Object(object) => object.iter().find_map(|(key, schema)| inside(key, schema)),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, schema)| inside(&index.to_string(), schema))
        }
        _ => None,
    }
}

/// Shows a value in the documentation, shortened if it is long.
fn shown(value: &Value) -> String {
    let text = Limits::without_mark(&value.to_string());
    let text = if text.chars().count() > MAX_SHOWN {
        text.chars().take(MAX_SHOWN).chain(['…']).collect()
    } else {
        text
    };
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
