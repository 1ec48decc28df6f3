//! Which API keys can call which endpoints.

use http::Method;
use http::header::{AUTHORIZATION, HeaderMap};

use super::call::header;
use super::response::Failure;
use crate::settings::Settings;

/// The codes are documented. The messages are the emulator's own wording.
pub(crate) fn check(
    settings: &Settings,
    headers: &HeaderMap,
    method: &Method,
    path: &[&str],
) -> Result<(), Failure> {
    let Some(key) = bearer_key(headers) else {
        return Err(unauthorized("authentication_required", "An API key is required"));
    };
    if !settings.keys.contains(key) {
        return Err(unauthorized("api_key_missing", "The API key supplied is invalid"));
    }
    if key.starts_with("pk_") && !open_to_public_keys(method, path) {
        let message = "This endpoint cannot be called with a public API key";
        return Err(Failure::new(403, "incorrect_token_type", message, "authentication_error"));
    }
    Ok(())
}

fn unauthorized(code: &str, message: &str) -> Failure {
    Failure::new(401, code, message, "authentication_error")
}

/// The API key of a request.
pub(crate) fn bearer_key(headers: &HeaderMap) -> Option<&str> {
    header(headers, &AUTHORIZATION).and_then(bearer)
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim()).filter(|key| !key.is_empty())
}

/// The endpoints that Knock documents for browsers, and those that its own clients for browsers call.
fn open_to_public_keys(method: &Method, path: &[&str]) -> bool {
    let read = *method == Method::GET;
    let write = *method == Method::PUT;
    let delete = *method == Method::DELETE;
    match path {
        ["users", _]
        | ["users", _, "preferences"]
        | ["users", _, "preferences", _]
        | ["objects", _, _, "preferences"]
        | ["objects", _, _, "preferences", _] => read || write,
        ["users", _, "preferences", _, "categories" | "channel_types" | "workflows", ..]
        | ["providers", "slack" | "ms-teams", _, "revoke_access"] => write,
        ["users", _, "channel_data", _] | ["objects", _, _, "channel_data", _] => read || write || delete,
        ["users", _, "feeds", ..]
        | ["users", _, "preference_center", "config"]
        | ["messages", _]
        | ["providers", "slack" | "ms-teams", _, "auth_check" | "channels" | "teams"] => read,
        ["messages", "batch", status] => *status != "content",
        ["messages", _, _] => write || delete,
        ["users", _, "guides", ..] | ["channels", _, "messages", "bulk", _] => true,
        _ => false,
    }
}
