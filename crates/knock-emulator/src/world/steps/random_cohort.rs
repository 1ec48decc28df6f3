//! Experiments: <https://docs.knock.app/designing-workflows/experiment-function>.

use knock_directory::{RandomCohort, Step};
use serde_json::{Value, json};

use super::super::store::World;
use super::did::Did;
use super::live::Live;
use super::templates::is_template;
use crate::ids::Ids;

impl World {
    /// The same key always takes the same branch. Which one is our own choice: Knock does not document its hash. A key
    /// without a value ends the run, but a template that gives nothing does not.
    pub(super) fn run_random_cohort(
        &self,
        live: &Live,
        step: &Step,
        cohort: &RandomCohort,
        scope: &Value,
    ) -> Did {
        let key = match &cohort.cohort_key {
            None => live.recipient.to_string(),
            Some(path) => match self.key(Some(path), scope) {
                Ok(key) => key,
                Err(error) if is_template(path) => return Did::Failed(error),
                Err(missing) => return Did::Failed(format!("cohort_key_missing: {missing}")),
            },
        };
        let chance = Ids::chance(&format!("{}/{}/{key}", live.program.key, step.step_ref));
        let mut sum = 0;
        for (at, branch) in cohort.branches.iter().enumerate() {
            sum += branch.permille;
            if chance < sum {
                return Did::Entered(at, json!({ "branch": branch.name, "cohort_key": key }));
            }
        }
        Did::Failed("the percentages of the branches do not add up to 100".to_owned())
    }
}
