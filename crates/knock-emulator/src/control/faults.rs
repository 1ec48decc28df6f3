//! `faults`.

use serde_json::{Value, json};

use crate::fault::Faults;
use crate::state::State;
use crate::wire::response::{Failure, Outcome, no_content};

/// What is left of the faults.
pub(super) fn list(state: &State) -> Value {
    json!({ "entries": state.faults.render() })
}

pub(super) fn add(state: &mut State, body: &[u8]) -> Outcome {
    let faults = serde_json::from_slice(body).ok().as_ref().and_then(Faults::from_json);
    let Some(faults) = faults else {
        let message = "The body is not a valid fault; see the documentation of knock-emulator";
        return Err(Failure::malformed(message));
    };
    state.faults.add(faults);
    state.changed();
    no_content()
}

pub(super) fn remove_all(state: &mut State) -> Outcome {
    state.faults = Faults::default();
    state.changed();
    no_content()
}
