//! Workflows.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::condition::Conditions;
use crate::environment::Environment;
use crate::node::{Node, Parsed};
use crate::step::{Step, StepKind, steps};

/// A workflow, from `workflows/<key>/workflow.json`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Workflow {
    /// The key: the name of its directory.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The categories, which preferences refer to.
    pub categories: Vec<String>,
    /// The tags.
    pub tags: Vec<String>,
    /// Runs of triggers for which these do not hold end at once.
    pub conditions: Conditions,
    /// How often triggers run it.
    pub trigger_frequency: TriggerFrequency,
    /// The JSON Schema of the data of triggers. It can be null.
    pub trigger_data_json_schema: Value,
    /// Whether recipients can unsubscribe from it along with all other commercial workflows.
    pub is_commercial: bool,
    /// Whether it ignores the preferences of recipients.
    pub override_preferences: bool,
    /// Whether it can be triggered: `__readonly.active` in the file, true if that is absent.
    pub active: bool,
    /// The steps.
    pub steps: Vec<Step>,
}

/// How often the triggers of a workflow run it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerFrequency {
    /// Every trigger does.
    #[default]
    EveryTrigger,
    /// Only the first for each recipient.
    OncePerRecipient,
    /// Only the first for each recipient and tenant.
    OncePerRecipientPerTenant,
}

impl Workflow {
    pub(crate) fn read(key: &str, value: &Value, environment: &Environment) -> Parsed<Self> {
        let fields = Node::root(value).object()?;
        if !is_key(key) {
            return fields.fault(format!(
                "the directory `{key}` is not a key: it should have 3 to 255 of the characters a-z, 0-9, - and _"
            ));
        }
        let schema = fields.object("trigger_data_json_schema")?;
        let (commercial, overrides) = match fields.object("settings")? {
            Some(settings) => (settings.flag("is_commercial")?, settings.flag("override_preferences")?),
            None => (false, false),
        };
        let readonly = fields.object("__readonly")?;
        let active =
            readonly.and_then(|readonly| readonly.get("active")).map(|active| active.flag()).transpose()?;
        let steps = steps(&fields, 0, environment)?;
        let mut refs = HashSet::new();
        let mut twice = None;
        each(&steps, &mut |step| {
            if !refs.insert(step.step_ref.as_str()) {
                twice = Some(step.step_ref.clone());
            }
        });
        if let Some(twice) = twice {
            return fields.need("steps")?.fault(format!("two steps have the ref `{twice}`"));
        }
        Ok(Self {
            key: key.to_owned(),
            name: fields.need_text("name")?,
            description: fields.some_text("description")?,
            categories: fields.texts("categories")?,
            tags: fields.texts("tags")?,
            conditions: Conditions::of(&fields, "conditions")?,
            trigger_frequency: fields.word("trigger_frequency")?.unwrap_or_default(),
            trigger_data_json_schema: schema.map(|schema| schema.map.clone().into()).unwrap_or_default(),
            is_commercial: commercial,
            override_preferences: overrides,
            active: active.unwrap_or(true),
            steps,
        })
    }

    /// Returns the step with a `ref`, wherever it is.
    pub fn step(&self, step_ref: &str) -> Option<&Step> {
        self.all_steps().into_iter().find(|step| step.step_ref == step_ref)
    }

    /// Returns all steps, each before the steps in its branches.
    pub fn all_steps(&self) -> Vec<&Step> {
        let mut all = Vec::new();
        each(&self.steps, &mut |step| all.push(step));
        all
    }
}

fn each<'a>(steps: &'a [Step], see: &mut impl FnMut(&'a Step)) {
    for step in steps {
        see(step);
        match &step.kind {
            StepKind::Branch(branches) => branches.iter().for_each(|branch| each(&branch.steps, see)),
            StepKind::RandomCohort(cohort) => {
                cohort.branches.iter().for_each(|branch| each(&branch.steps, see));
            }
            _ => {}
        }
    }
}

fn is_key(key: &str) -> bool {
    (3..=255).contains(&key.len())
        && key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}
