//! Branches: <https://docs.knock.app/designing-workflows/branch-function>.

use knock_directory::Branch;
use serde_json::{Value, json};

use super::super::store::World;
use super::did::Did;
use super::live::Live;

impl World {
    pub(super) fn run_branch(&self, live: &Live, branches: &[Branch], scope: &Value) -> Did {
        let mut refused = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            match self.check(live, scope, &branch.conditions) {
                Ok(()) => return Did::Entered(at, json!({ "branch": branch.name, "refused": refused })),
                Err(condition) => refused.push(json!({ "branch": branch.name, "condition": condition })),
            }
        }
        // the last branch has no conditions
        Did::Done(json!({ "branch": null, "refused": refused }))
    }
}
