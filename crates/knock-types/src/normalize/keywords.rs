//! What the keywords of a schema say about its values.

use serde_json::Value;

use super::Schema;

pub(super) fn reference(object: &Schema) -> Option<&str> {
    if object.contains_key("$recursiveRef") {
        return Some("#");
    }
    object.get("$ref").or_else(|| object.get("$dynamicRef"))?.as_str()
}

/// Returns the allowed values of a schema with `enum` or `const`.
pub(super) fn allowed_values(object: &Schema) -> Option<Vec<Value>> {
    let values = match object.get("const") {
        Some(value) => vec![value.clone()],
        None => object.get("enum")?.as_array()?.clone(),
    };
    // Values of other types are never valid.
    let types = stated_types(object);
    let fits = |value: &&Value| types.is_empty() || types.iter().any(|kind| is_of(value, kind));
    Some(values.iter().filter(fits).cloned().collect())
}

pub(super) fn is_of(value: &Value, kind: &str) -> bool {
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

pub(super) fn stated_types(object: &Schema) -> Vec<String> {
    match object.get("type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Returns the types that a schema states. A schema that states none, but what is in an object or in a list, is taken to
/// be of that type. Other keywords of a schema without a type leave all types allowed.
pub(super) fn types(object: &Schema) -> Vec<String> {
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

/// Returns whether typify makes a type for a schema in the place of a field: an object with fields, an enum, or a
/// combination.
pub(super) fn needs_name(object: &Schema) -> bool {
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
