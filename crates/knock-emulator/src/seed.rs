//! Seeds: users, objects, tenants and subscriptions to begin with.

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::json::Fields;
use crate::recipient::{Recipient, TENANTS};
use crate::state::State;

/// The sections of a seed, in the order in which they are loaded.
const SECTIONS: [&str; 4] = ["tenants", "users", "objects", "subscriptions"];

/// Loads a seed. Recipients that exist already are left as they are.
///
/// # Errors
///
/// A sentence with the place of the first invalid entry. The entries before it are loaded.
pub(crate) fn load(state: &mut State, seed: &Value) -> Result<(), String> {
    let sections = seed.as_object().ok_or("a seed is a JSON object")?;
    if let Some(unknown) = sections.keys().find(|name| !SECTIONS.contains(&name.as_str())) {
        return Err(format!("`{unknown}` is not a section of a seed; these are {}", SECTIONS.join(", ")));
    }
    for name in SECTIONS {
        let Some(section) = sections.get(name) else { continue };
        let entries = section.as_array().ok_or_else(|| format!("`{name}` should be an array"))?;
        for (index, entry) in entries.iter().enumerate() {
            load_entry(state, name, entry).map_err(|problem| format!("{name}[{index}]: {problem}"))?;
        }
    }
    Ok(())
}

fn load_entry(state: &mut State, section: &str, entry: &Value) -> Result<(), String> {
    let fields = entry.as_object().ok_or("it should be an object")?;
    let text = |name: &str| {
        let text = fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or_else(|| format!("`{name}` should be a text"))
    };
    let recipient = match section {
        "subscriptions" => return subscribe(state, fields),
        "users" => Recipient::user(text("id")?),
        "tenants" => Recipient::object(TENANTS, text("id")?),
        _ => Recipient::object(text("collection")?, text("id")?),
    };
    if state.world.entities.contains_key(&recipient) {
        return Ok(());
    }
    let mut properties = fields.clone();
    properties.remove("id");
    properties.remove("collection");
    let path = match &recipient {
        Recipient::User(id) => format!("users/{}", encoded(id)),
        Recipient::Object { id, .. } if section == "tenants" => format!("tenants/{}", encoded(id)),
        Recipient::Object { collection, id } => format!("objects/{}/{}", encoded(collection), encoded(id)),
    };
    call(state, "PUT", &path, &Value::Object(properties))
}

fn subscribe(state: &mut State, fields: &Fields) -> Result<(), String> {
    let object = fields.get("object").and_then(Recipient::parse);
    let Some(Recipient::Object { collection, id }) = object else {
        return Err("`object` should be an object with `collection` and `id`".to_owned());
    };
    let path = format!("objects/{}/{}/subscriptions", encoded(&collection), encoded(&id));
    let body = json!({ "recipients": fields.get("recipients"), "properties": fields.get("properties") });
    call(state, "POST", &path, &body)
}

fn encoded(id: &str) -> String {
    utf8_percent_encode(id, NON_ALPHANUMERIC).to_string()
}

/// Performs a call of the API, so that a seed is checked like a request.
fn call(state: &mut State, method: &str, path: &str, body: &Value) -> Result<(), String> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/v1/{path}"))
        .header(CONTENT_TYPE, "application/json")
        .body(Bytes::from(body.to_string()));
    let (parts, body) = request.map_err(|_| "its id is too long".to_owned())?.into_parts();
    let response = state.perform_own(&parts, &body, "seed");
    if response.status().is_success() {
        return Ok(());
    }
    let failure: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let error = &failure["errors"][0];
    match (error["field"].as_str(), error["message"].as_str()) {
        (Some(field), Some(message)) => Err(format!("`{field}` {message}")),
        _ => Err(failure["message"].as_str().unwrap_or("it is invalid").to_owned()),
    }
}
