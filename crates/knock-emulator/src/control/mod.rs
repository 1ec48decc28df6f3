//! `/_emulator/…`: control over HTTP, for tests in another process, and all that the page needs.

mod clock;
mod faults;
mod filter;
mod messages;
#[cfg(feature = "server")]
mod page;
mod paging;
mod preferences;
mod requests;
mod runs;
mod search;
mod sockets;
mod status;
mod summary;
mod v1;
mod webhooks;

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Response};
use serde_json::{Value, json};

use crate::cors;
use crate::origins::Origins;
use crate::state::State;
use crate::wire::query::Query;
use crate::wire::reply::Reply;
use crate::wire::response::{Failure, Outcome, from_outcome, no_content, ok};
use crate::world::delivery::Delivery;

/// The prefix of all control endpoints.
const PREFIX: &str = "/_emulator/";
/// The path of the page.
const PAGE: &str = "/";
/// The path of the socket that tells the page of changes.
#[cfg(feature = "server")]
pub(crate) const SOCKET: &str = "/_emulator/socket";
const NO_SNIFFING: HeaderName = HeaderName::from_static("x-content-type-options");

/// Whether a request is for the emulator, and no call of Knock's API.
pub(crate) fn is_control(parts: &Parts) -> bool {
    parts.uri.path().starts_with(PREFIX) || is_page(parts)
}

fn is_page(parts: &Parts) -> bool {
    cfg!(feature = "server") && parts.method == Method::GET && parts.uri.path() == PAGE
}

/// Refuses what a page of another origin could have caused.
pub(crate) fn guard(origins: &Origins, parts: &Parts) -> Result<(), Failure> {
    if is_page(parts) {
        return cors::guard_page(origins, &parts.headers);
    }
    cors::guard(origins, &parts.headers)
}

pub(crate) fn respond(state: &mut State, parts: &Parts, body: &Bytes, now: SystemTime) -> Reply {
    if let Some(parts) = v1::call_of(parts, PREFIX) {
        return v1::respond(state, &parts, body, now);
    }
    let mut response = handle(state, parts, body);
    // What is JSON must not be taken for HTML.
    response.headers_mut().insert(NO_SNIFFING, HeaderValue::from_static("nosniff"));
    Reply::new(response)
}

fn handle(state: &mut State, parts: &Parts, body: &[u8]) -> Response<Bytes> {
    let query = match Query::parse(parts.uri.query().unwrap_or_default()) {
        Ok(query) => query,
        Err(failure) => return failure.response(),
    };
    let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    match (parts.method.as_str(), segments.as_slice()) {
        #[cfg(feature = "server")]
        ("GET", _) if is_page(parts) => page::index(),
        #[cfg(feature = "server")]
        ("GET", ["page", name]) => page::file(name),
        ("GET", ["messages", id, "html"]) => messages::html(state, id, &query),
        (method, segments) => from_outcome(&route(state, method, path, segments, &query, body)),
    }
}

fn route(
    state: &mut State,
    method: &str,
    path: &str,
    segments: &[&str],
    query: &Query,
    body: &[u8],
) -> Outcome {
    match (method, segments) {
        ("GET", ["health"]) => ok(json!({ "status": "ok" })),
        ("GET", ["status"]) => ok(status::status(state)),
        ("POST", ["reset"]) => reset(state),
        ("GET", ["faults"]) => ok(faults::list(state)),
        ("POST", ["faults"]) => faults::add(state, body),
        ("DELETE", ["faults"]) => faults::remove_all(state),
        ("POST", ["advance"]) => clock::advance(state, body),
        ("GET", ["webhooks"]) => ok(state.webhooks.render()),
        ("POST", ["webhooks"]) => webhooks::add(state, body),
        ("DELETE", ["webhooks"]) => webhooks::remove_all(state),
        ("POST", ["webhooks", id, "redeliver"]) => webhooks::redeliver(state, id),
        ("GET", ["deliveries"]) => ok(deliveries(state)),
        ("GET", ["messages"]) => messages::list(state, query),
        ("GET", ["messages", id]) => messages::get(state, id),
        ("GET", ["runs"]) => runs::list(state, query),
        ("GET", ["runs", id]) => runs::get(state, id),
        #[cfg(feature = "workflows")]
        ("GET", ["workflows"]) => {
            state.refresh();
            ok(crate::knock_dir::render(&state.settings))
        }
        ("GET", ["preferences"]) => preferences::list(state, query),
        ("GET", ["requests"]) => requests::list(state, query),
        ("GET", ["sockets"]) => ok(json!({ "entries": state.hub.render() })),
        ("POST", ["sockets", "drop"]) => sockets::drop_all(state),
        ("POST", ["sockets", "silence"]) => sockets::silence_all(state),
        ("GET", ["socket"]) => Err(upgrade_required()),
        ("POST", ["messages", _, "events"] | ["runs", _, "continue"] | ["events"])
        | ("DELETE", ["messages"] | ["messages", _]) => intervene(state, method, path, body),
        _ => Err(Failure::missing()),
    }
}

fn reset(state: &mut State) -> Outcome {
    state.reset();
    state.unsaved().map_or_else(no_content, Err)
}

fn deliveries(state: &State) -> Value {
    let entries: Vec<Value> = state.world.deliveries.iter().map(Delivery::render).collect();
    json!({ "entries": entries })
}

/// A call that the API of Knock does not have.
fn intervene(state: &mut State, method: &str, path: &str, body: &[u8]) -> Outcome {
    let body = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) };
    let body = body.map_err(|_| Failure::malformed("The body should be JSON"))?;
    state.intervene(method, path, &body)?;
    no_content()
}

/// For a plain request to a path of a socket.
pub(crate) fn upgrade_required() -> Failure {
    Failure::new(426, "upgrade_required", "This endpoint is a WebSocket", "invalid_request_error")
}
