//! References to other schemas in the same document.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Work;
use crate::names::type_name;

impl Work<'_> {
    /// Returns the definition to which a reference points.
    pub(super) fn target(&mut self, reference: &str) -> Option<String> {
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

    pub(super) fn pointer(&self, reference: &str) -> Option<String> {
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
