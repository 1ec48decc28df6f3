//! From a schema to Rust types, by typify.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use typify::{TypeSpace, TypeSpaceSettings};

use crate::normalize::{Normalized, normalize};

/// The Rust types of a schema, as typify writes them.
pub(crate) struct Shape {
    pub(crate) file: syn::File,
    /// The place of each schema that has no type of its own, and the reason.
    pub(crate) warnings: Vec<(String, String)>,
}

/// Returns the types of a schema, of which the outermost has a name. A schema that typify cannot do becomes any value.
pub(crate) fn shape(schema: &Value, name: &str) -> Shape {
    let Normalized { mut root, definitions, mut warnings } = normalize(schema, name);
    let places: BTreeMap<String, String> =
        definitions.iter().map(|(name, definition)| (name.clone(), definition.place.clone())).collect();
    let mut definitions: BTreeMap<String, Value> =
        definitions.into_iter().map(|(name, definition)| (name, definition.schema)).collect();
    loop {
        let reason = match types(&root, &definitions, name) {
            Ok(file) => return Shape { file, warnings },
            Err(reason) => reason,
        };
        let (place, reason) = match culprit(&root, &definitions, name) {
            Some(culprit) => {
                definitions.insert(culprit.clone(), json!({}));
                (places[&culprit].clone(), reason)
            }
            // Data of triggers is always an object.
            None if root == any_object() => {
                let file = syn::parse_quote! { pub struct Unknown; };
                return Shape { file, warnings };
            }
            None => {
                root = any_object();
                (String::new(), reason)
            }
        };
        warnings.push((place, reason));
    }
}

fn any_object() -> Value {
    json!({ "type": "object", "additionalProperties": {} })
}

/// Returns the definition without which there would be types.
fn culprit(root: &Value, definitions: &BTreeMap<String, Value>, name: &str) -> Option<String> {
    let is_culprit = |culprit: &&String| {
        let mut others = definitions.clone();
        others.insert((*culprit).clone(), json!({}));
        definitions[*culprit] != json!({}) && types(root, &others, name).is_ok()
    };
    definitions.keys().find(is_culprit).cloned()
}

/// Runs typify. It panics on some schemas that it does not know.
fn types(root: &Value, definitions: &BTreeMap<String, Value>, name: &str) -> Result<syn::File, String> {
    let mut schema = root.clone();
    let Some(object) = schema.as_object_mut() else { return Err("not an object".to_owned()) };
    object.insert("title".to_owned(), Value::from(name));
    object.insert("definitions".to_owned(), json!(definitions));
    let schema = serde_json::from_value(schema).map_err(|error| error.to_string())?;
    let run = AssertUnwindSafe(|| {
        let mut settings = TypeSpaceSettings::default();
        settings.with_map_type("::std::collections::BTreeMap".to_owned());
        let mut space = TypeSpace::new(&settings);
        space.add_root_schema(schema).map_err(|error| error.to_string())?;
        Ok::<_, String>(space.to_stream())
    });
    let stream = catch_unwind(run).unwrap_or_else(|panic| Err(reason(&*panic)))?;
    let file: syn::File = syn::parse2(stream).map_err(|error| error.to_string())?;
    match repeated(&file) {
        Some(name) => Err(format!("two types would have the name `{name}`")),
        None => Ok(file),
    }
}

fn reason(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("typify cannot do it: {}", text.unwrap_or("no reason given"))
}

/// Returns a name that two types have.
fn repeated(file: &syn::File) -> Option<String> {
    let mut names: Vec<String> = file
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Struct(item) => Some(item.ident.to_string()),
            syn::Item::Enum(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    names.sort();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone())
}
