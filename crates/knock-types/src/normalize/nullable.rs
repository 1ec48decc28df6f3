//! Schemas that allow `null`, which become `Option`.

use serde_json::{Value, json};

use super::Schema;

/// Removes `null` from the types of a schema, and from the parts of a combination.
pub(super) fn without_null(object: &Schema) -> (Schema, bool) {
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

pub(super) fn or_null(mut schema: Value) -> Value {
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let mut nullable = json!({ "oneOf": [schema, { "type": "null" }] });
    if let Some(description) = description {
        nullable["description"] = description;
    }
    nullable
}
