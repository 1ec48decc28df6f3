//! Rendering of templates.

// Helpers belong to the tests, and bodies are written inline.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::needless_pass_by_value)]

mod email;
mod filters;
mod hostile;
mod liquid;
mod messages;
mod workflows;

use std::collections::BTreeMap;

use jiff::Timestamp;
use knock_emulator::render::{Context, Entities, Renderer, Source};
use serde_json::{Value, json};

/// Friday, 15 March 2024, 14:05:09 UTC.
pub(crate) fn now() -> Timestamp {
    "2024-03-15T14:05:09Z".parse().unwrap()
}

/// One user, tenant and object, and as many subscriptions as there are numbers.
pub(crate) struct World;

impl Entities for World {
    fn user(&self, id: &str) -> Option<Value> {
        (id == "jhammond").then(|| json!({ "id": id, "name": "John Hammond" }))
    }

    fn tenant(&self, id: &str) -> Option<Value> {
        (id == "jurassic-park").then(|| json!({ "id": id, "name": "Jurassic Park" }))
    }

    fn object(&self, collection: &str, id: &str) -> Option<Value> {
        (collection == "dinosaurs" && id == "trex")
            .then(|| json!({ "id": id, "collection": collection, "name": "Rexy" }))
    }

    fn subscriptions(&self, user: &str) -> Vec<Value> {
        let count = if user == "jhammond" { 30 } else { 0 };
        (0..count).map(|number| json!({ "object": { "id": number }, "properties": {} })).collect()
    }
}

/// Renders a text, and says why it fails.
pub(crate) fn text(renderer: &Renderer, text: &str, scope: &Value) -> Result<String, String> {
    let source = Source { step: "step", field: "field", text };
    renderer.text(source, &Context::new(scope, now(), &World)).map_err(|error| error.to_string())
}

/// Renders a text without partials.
pub(crate) fn plain(template: &str, scope: &Value) -> Result<String, String> {
    text(&Renderer::builder().build(), template, scope)
}

/// A renderer with partials that are text.
pub(crate) fn partials(partials: &BTreeMap<String, String>) -> Renderer {
    let add = |builder: knock_emulator::render::Builder, (key, content): (&String, &String)| {
        builder.partial(key, &json!({ "type": "text", "content": content }))
    };
    partials.iter().fold(Renderer::builder(), add).build()
}
