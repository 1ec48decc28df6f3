//! AI agents: the emulator has no language model, so somebody else gives the response.

use knock_directory::Step;
use serde_json::{Value, json};

use super::did::{Did, Wake};
use super::live::Live;
use super::progress::Waiting;
use super::update::merge_into_data;

const NOTICE: &str = "The emulator has no language model. POST /_emulator/runs/{id}/continue with the response as JSON to go on.";

pub(super) fn run() -> Did {
    Did::Waits(Waiting::Hand, json!({ "notice": NOTICE }))
}

/// The response is in the data, below the reference of the step. Knock documents `text`.
pub(super) fn end(live: &mut Live, step: &Step, wake: &Wake) -> Did {
    let response = match wake {
        Wake::Hand(known) => known.clone(),
        _ => Value::Null,
    };
    merge_into_data(live, &json!({ (&step.step_ref): response }));
    Did::Done(json!({ "response": response }))
}
