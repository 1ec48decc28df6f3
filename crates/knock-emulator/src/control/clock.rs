//! `advance`: the clock.

use std::time::Duration;

use serde_json::Value;

use crate::state::State;
use crate::wire::response::{Failure, Outcome, no_content};

/// `{"ms": n}` moves the clock.
pub(super) fn advance(state: &mut State, body: &[u8]) -> Outcome {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(ms) = body.get("ms").and_then(Value::as_u64) else {
        return Err(Failure::malformed("The body should be a JSON object with `ms`, in milliseconds"));
    };
    state.move_clock(Duration::from_millis(ms));
    no_content()
}
