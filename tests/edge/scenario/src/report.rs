//! What came of it.

use serde::Serialize;

use crate::failure::Failure;

/// The steps that were run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// In order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Serialize)]
pub struct Step {
    /// What it shows.
    pub name: String,
    /// Why it failed.
    pub error: Option<String>,
}

impl Report {
    /// Adds a step; a platform adds its own after those of the scenario.
    pub fn add(&mut self, name: &str, outcome: Result<(), Failure>) {
        let error = outcome.err().map(|failure| failure.to_string());
        self.steps.push(Step { name: name.to_owned(), error });
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
