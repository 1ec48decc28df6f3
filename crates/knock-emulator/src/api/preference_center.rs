//! `/v1/users/{id}/preference_center`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::response::{Outcome, ok};
use crate::world::World;

pub(crate) fn route(world: &World, call: &Call, user: &Recipient, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", ["config"]) => Some(config(world, user)),
        ("POST", ["signed_url"]) => Some(signed_url(user)),
        _ => None,
    }
}

/// Has one row for every category of the declared workflows.
fn config(world: &World, user: &Recipient) -> Outcome {
    let mut categories: Vec<&String> =
        world.settings.workflows.values().flat_map(|workflow| &workflow.categories).collect();
    categories.sort_unstable();
    categories.dedup();
    let rows: Vec<Value> = categories
        .into_iter()
        .map(|category| {
            json!({
                "type": "category",
                "identifier": category,
                "name": category,
                "description": "",
                "channel_types": null,
            })
        })
        .collect();
    let known = world.render(user);
    let email = known.get("email").and_then(Value::as_str).unwrap_or(user.id());
    ok(json!({
        "enabled": true,
        "account_name": "Knock emulator",
        "user_email": email,
        "knock_branding_required": false,
        "branding": {},
        "config": {
            "title": "Notification preferences",
            "body": "Choose which notifications you want to receive.",
            "show_account_name": true,
            "rows": rows,
        },
    }))
}

/// The token looks like a JWT but is not signed.
fn signed_url(user: &Recipient) -> Outcome {
    let encode = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let header = encode(json!({ "alg": "HS256", "typ": "JWT" }));
    let claims = encode(json!({ "sub": user.id() }));
    let token = format!("{header}.{claims}.emulator");
    let url = format!("https://p.knock.app/p/{token}");
    ok(json!({ "token": token, "url": url }))
}
