//! A run while its steps are executed: taken out of the log, because they change the world.

use std::sync::Arc;

use knock_directory::{Step, StepKind, Workflow};
use serde_json::Value;

use super::super::trigger::Trigger;
use super::progress::{Outcome, Progress};
use crate::recipient::Recipient;

#[derive(Debug)]
pub(super) struct Live {
    pub(super) id: String,
    pub(super) trigger: Arc<Trigger>,
    pub(super) program: Arc<Workflow>,
    pub(super) recipient: Recipient,
    pub(super) data: Arc<Value>,
    pub(super) progress: Progress,
    pub(super) errors: usize,
}

impl Live {
    /// Leaves the branches whose steps are done. Returns how the run ends if there is no step left.
    pub(super) fn ended(&mut self) -> Option<Outcome> {
        loop {
            if find(&self.program.steps, &self.progress.path).is_some() {
                return None;
            }
            let path = &mut self.progress.path;
            path.pop();
            let Some(branch) = path.pop() else { return Some(Outcome::Finished) };
            if find(&self.program.steps, path).is_none_or(|step| terminates(step, branch)) {
                return Some(Outcome::Terminated);
            }
            self.go_on();
        }
    }

    /// The step in a workflow, which is shared so that the run can change meanwhile.
    pub(super) fn step<'w>(&self, workflow: &'w Workflow) -> Option<&'w Step> {
        find(&workflow.steps, &self.progress.path)
    }

    /// Moves past the step.
    pub(super) fn go_on(&mut self) {
        if let Some(index) = self.progress.path.last_mut() {
            *index += 1;
        }
    }

    /// Moves to the first step of a branch of the step.
    pub(super) fn enter(&mut self, branch: usize) {
        self.progress.path.extend([branch, 0]);
    }

    /// Moves to the step with a reference. Returns whether there is one.
    pub(super) fn move_to(&mut self, step_ref: &str) -> bool {
        let path = path_of(&self.program.steps, step_ref);
        path.map(|path| self.progress.path = path).is_some()
    }

    /// The data that templates see.
    pub(super) fn shown_data(&self) -> &Arc<Value> {
        self.progress.batched.as_ref().map_or(&self.data, |batched| &batched.flat)
    }

    /// The data of the run, and after a batch also what templates see.
    pub(super) fn all_data(&mut self) -> impl Iterator<Item = &mut Value> {
        let flat = self.progress.batched.as_mut().map(|batched| &mut batched.flat);
        [Some(&mut self.data), flat].into_iter().flatten().map(Arc::make_mut)
    }
}

/// The steps of a branch.
fn branch_of(step: &Step, branch: usize) -> Option<&[Step]> {
    match &step.kind {
        StepKind::Branch(branches) => branches.get(branch).map(|branch| branch.steps.as_slice()),
        StepKind::RandomCohort(cohort) => cohort.branches.get(branch).map(|branch| branch.steps.as_slice()),
        _ => None,
    }
}

fn terminates(step: &Step, branch: usize) -> bool {
    match &step.kind {
        StepKind::Branch(branches) => branches.get(branch).is_some_and(|branch| branch.terminates),
        StepKind::RandomCohort(cohort) => cohort.branches.get(branch).is_some_and(|branch| branch.terminates),
        _ => false,
    }
}

fn find<'a>(steps: &'a [Step], path: &[usize]) -> Option<&'a Step> {
    let (first, rest) = path.split_first()?;
    let step = steps.get(*first)?;
    match rest.split_first() {
        None => Some(step),
        Some((branch, rest)) => find(branch_of(step, *branch)?, rest),
    }
}

fn path_of(steps: &[Step], step_ref: &str) -> Option<Vec<usize>> {
    steps.iter().enumerate().find_map(|(at, step)| {
        if step.step_ref == step_ref {
            return Some(vec![at]);
        }
        (0..).map_while(|branch| Some((branch, branch_of(step, branch)?))).find_map(|(branch, steps)| {
            let inner = path_of(steps, step_ref)?;
            Some([at, branch].into_iter().chain(inner).collect())
        })
    })
}
