//! `/_emulator/…`: control over HTTP, for tests in another process.

use std::collections::HashMap;
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
            json_response(200, &json!({ "entries": runs(state), "triggers": state.world.accepted }))
        }
        #[cfg(feature = "workflows")]
        ("GET", "workflows") => {
            state.refresh();
            json_response(200, &crate::knock_dir::render(&state.settings))
        }
        #[cfg(feature = "workflows")]
        ("GET", run) if run.starts_with("runs/") => run_with_steps(state, run),
        #[cfg(feature = "workflows")]
        ("POST", run) if run.starts_with("runs/") && run.ends_with("/continue") => {
            intervene(state, run, body)
        }
        #[cfg(feature = "workflows")]
        ("POST", "events") => intervene(state, "events", body),
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

/// The accepted triggers, each with its runs for the recipients.
fn runs(state: &State) -> Vec<Value> {
    let mut by_trigger: HashMap<&str, Vec<Value>> = HashMap::new();
    for run in state.world.runs.iter() {
        let entry = json!({ "id": run.id, "recipient": run.recipient, "status": run.status.as_str() });
        by_trigger.entry(&run.trigger.id).or_default().push(entry);
    }
    let triggers = state.world.triggers.iter().map(|trigger| {
        let mut entry = Run::of(trigger).render();
        entry["recipient_runs"] = json!(by_trigger.remove(trigger.id.as_str()).unwrap_or_default());
        entry
    });
    triggers.collect()
}

/// `runs/{id}`: a run for one recipient. What is below `emulator` is our own.
#[cfg(feature = "workflows")]
fn run_with_steps(state: &State, endpoint: &str) -> Response<Bytes> {
    let id = endpoint.trim_start_matches("runs/");
    match state.world.runs.get(id) {
        Some(run) => json_response(200, &run.render_with_steps()),
        None => Failure::missing().response(),
    }
}

/// A call that the API of Knock does not have.
#[cfg(feature = "workflows")]
fn intervene(state: &mut State, path: &str, body: &[u8]) -> Response<Bytes> {
    let body = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) };
    match body {
        Ok(body) if state.intervene(path, &body) => with_status(204, Bytes::new()),
        Ok(_) => Failure::missing().response(),
        Err(_) => Failure::malformed("The body should be JSON").response(),
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
