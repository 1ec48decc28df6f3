//! `/_emulator/…`: control over HTTP, for tests in another process.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use crate::clock::timestamp;
use crate::endpoint::WebhookEndpoint;
use crate::fault::Faults;
use crate::observe::{Request, Run};
use crate::state::State;
use crate::wire::response::{Failure, json_response, with_status};
use crate::world::delivery::Delivery;

/// The prefix of all control endpoints.
pub(crate) const PREFIX: &str = "/_emulator/";

pub(crate) fn handle(state: &mut State, method: &Method, path: &str, body: &[u8]) -> Response<Bytes> {
    let endpoint = path.strip_prefix(PREFIX).unwrap_or_default();
    match (method.as_str(), endpoint) {
        ("GET", "health") => json_response(200, &json!({ "status": "ok" })),
        ("POST", "reset") => {
            state.reset();
            let failure = state.unsaved();
            failure.map_or_else(|| with_status(204, Bytes::new()), |failure| failure.response())
        }
        ("POST", "faults") => add_faults(state, body),
        ("DELETE", "faults") => {
            state.faults = Faults::default();
            with_status(204, Bytes::new())
        }
        ("POST", "advance") => advance(state, body),
        ("GET", "webhooks") => json_response(200, &state.webhooks.render()),
        ("POST", "webhooks") => add_webhook(state, body),
        ("DELETE", "webhooks") => {
            state.webhooks.remove_all();
            with_status(204, Bytes::new())
        }
        ("POST", redeliver) if redeliver.starts_with("webhooks/") => redelivered(state, redeliver),
        ("GET", "deliveries") => {
            let entries: Vec<Value> = state.world.deliveries.iter().map(Delivery::render).collect();
            json_response(200, &json!({ "entries": entries }))
        }
        ("GET", "runs") => {
            let entries: Vec<Value> =
                state.world.triggers.iter().map(|trigger| Run::of(trigger).render()).collect();
            json_response(200, &json!({ "entries": entries, "triggers": state.world.accepted }))
        }
        ("GET", "requests") => {
            let entries: Vec<Value> = state.requests.iter().map(Request::render).collect();
            json_response(200, &json!({ "entries": entries }))
        }
        ("GET", "sockets") => json_response(200, &json!({ "entries": state.hub.render() })),
        ("POST", "sockets/drop") => {
            state.hub.drop_all();
            with_status(204, Bytes::new())
        }
        ("POST", "sockets/silence") => {
            state.hub.silence_all();
            with_status(204, Bytes::new())
        }
        _ => Failure::missing().response(),
    }
}

fn add_faults(state: &mut State, body: &[u8]) -> Response<Bytes> {
    match serde_json::from_slice(body).ok().as_ref().and_then(Faults::from_json) {
        Some(faults) => {
            state.faults.add(faults);
            with_status(204, Bytes::new())
        }
        None => Failure::malformed("The body is not a valid fault; see the documentation of knock-emulator")
            .response(),
    }
}

/// `{"ms": n}` moves the clock.
fn advance(state: &mut State, body: &[u8]) -> Response<Bytes> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(ms) = body.get("ms").and_then(Value::as_u64) else {
        return Failure::malformed("The body should be a JSON object with `ms`, in milliseconds").response();
    };
    state.move_clock(Duration::from_millis(ms));
    with_status(204, Bytes::new())
}

fn add_webhook(state: &mut State, body: &[u8]) -> Response<Bytes> {
    match WebhookEndpoint::from_json(&serde_json::from_slice(body).unwrap_or_default()) {
        Ok(endpoint) => {
            state.add_webhook(endpoint);
            with_status(204, Bytes::new())
        }
        Err(problem) => {
            Failure::malformed(&format!("The body is not a webhook endpoint: {problem}")).response()
        }
    }
}

/// `webhooks/{id}/redeliver`
fn redelivered(state: &mut State, endpoint: &str) -> Response<Bytes> {
    let id =
        endpoint.strip_prefix("webhooks/").and_then(|rest| rest.strip_suffix("/redeliver")?.parse().ok());
    let now = timestamp(state.now());
    match id {
        Some(id) if state.webhooks.redeliver(id, now) => with_status(204, Bytes::new()),
        _ => Failure::missing().response(),
    }
}
