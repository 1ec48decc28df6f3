//! What is next in a run.

use serde_json::{Value, json};

use super::super::run::RecipientRun;
use super::super::store::World;
use super::progress::{Outcome, Waiting};

impl World {
    /// How a run ended, or what it waits for: the step, and until when if that is known.
    pub(crate) fn outlook(&self, run: &RecipientRun) -> (Option<&'static str>, Value) {
        let Some(progress) = &run.progress else { return (None, Value::Null) };
        let until = match &progress.waiting {
            None => return (progress.outcome.map(Outcome::as_str), Value::Null),
            Some(Waiting::Until(at) | Waiting::Event { until: at, .. }) => Some(*at),
            Some(Waiting::Batch(key)) => self.steps.batches.get(key).map(|batch| batch.closes_at),
            Some(Waiting::Response { .. } | Waiting::Hand) => None,
        };
        let step_ref = progress.log.last().map(|entry| &entry.step_ref);
        (None, json!({ "step_ref": step_ref, "until": until }))
    }
}
