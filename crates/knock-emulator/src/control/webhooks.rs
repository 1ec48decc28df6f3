//! `webhooks`: the endpoints of outbound webhooks, and what is delivered to them.

use crate::clock::timestamp;
use crate::endpoint::WebhookEndpoint;
use crate::state::State;
use crate::wire::response::{Failure, Outcome, no_content};

pub(super) fn add(state: &mut State, body: &[u8]) -> Outcome {
    let endpoint = WebhookEndpoint::from_json(&serde_json::from_slice(body).unwrap_or_default());
    let malformed = |problem| Failure::malformed(&format!("The body is not a webhook endpoint: {problem}"));
    state.add_webhook(endpoint.map_err(malformed)?);
    no_content()
}

pub(super) fn remove_all(state: &mut State) -> Outcome {
    state.webhooks.remove_all();
    state.changed();
    no_content()
}

pub(super) fn redeliver(state: &mut State, id: &str) -> Outcome {
    let now = timestamp(state.now());
    let id = id.parse().map_err(|_| Failure::missing())?;
    if !state.webhooks.redeliver(id, now) {
        return Err(Failure::missing());
    }
    state.changed();
    no_content()
}
