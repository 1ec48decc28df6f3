//! The results of a run.

use serde::Serialize;

use crate::failure::Failure;

/// The steps of a run, with their results.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The steps, in the order in which they ran.
    pub steps: Vec<Step>,
}

/// A step with its result.
#[derive(Debug, Serialize)]
pub struct Step {
    /// The name of the step.
    pub name: String,
    /// The reason why it failed; `None` if it passed.
    pub error: Option<String>,
}

impl Report {
    /// Adds a step. A platform adds its own steps after those of the scenario.
    pub fn add(&mut self, name: &str, outcome: Result<(), Failure>) {
        let error = outcome.err().map(|failure| failure.to_string());
        self.steps.push(Step { name: name.to_owned(), error });
    }

    /// Returns the report as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
