//! The steps of a workflow.

use serde_json::Value;

use crate::channel::ChannelStep;
use crate::condition::Conditions;
use crate::environment::Environment;
use crate::function::{
    AiAgent, Batch, Delay, HttpFetch, Throttle, TriggerWorkflow, Update, UpdateData, WaitForEvent,
};
use crate::node::{Fields, Node, Parsed};

/// How many branches a step can have.
const MAX_BRANCHES: usize = 10;
/// How deep branches and experiments can be nested.
const MAX_DEPTH: usize = 5;

/// A step of a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The name by which conditions and templates refer to it: `ref` in the file. It is unique in the workflow.
    pub step_ref: String,
    /// Where it is in the file, for example `steps[1].branches[0].steps[2]`.
    pub place: String,
    /// What people call it.
    pub name: Option<String>,
    /// The step is skipped if these do not hold. Batches and branches have none.
    pub conditions: Conditions,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepKind {
    /// Sends a message.
    Channel(ChannelStep),
    /// Waits.
    Delay(Delay),
    /// Collects triggers.
    Batch(Batch),
    /// Limits how often a recipient gets past it.
    Throttle(Throttle),
    /// Goes on with the first branch whose conditions hold. The default branch has none and is the last.
    Branch(Vec<Branch>),
    /// Goes on with a branch by chance.
    RandomCohort(RandomCohort),
    /// Makes a request.
    HttpFetch(HttpFetch),
    /// Triggers another workflow.
    TriggerWorkflow(TriggerWorkflow),
    /// Changes the data of the run.
    UpdateData(UpdateData),
    /// Changes a user.
    UpdateUser(Update),
    /// Changes an object.
    UpdateObject(Update),
    /// Changes a tenant.
    UpdateTenant(Update),
    /// Waits for an event.
    WaitForEvent(WaitForEvent),
    /// Asks a language model.
    AiAgent(AiAgent),
}

impl StepKind {
    /// The `type` in the file.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Channel(_) => "channel",
            Self::Delay(_) => "delay",
            Self::Batch(_) => "batch",
            Self::Throttle(_) => "throttle",
            Self::Branch(_) => "branch",
            Self::RandomCohort(_) => "random_cohort",
            Self::HttpFetch(_) => "http_fetch",
            Self::TriggerWorkflow(_) => "trigger_workflow",
            Self::UpdateData(_) => "update_data",
            Self::UpdateUser(_) => "update_user",
            Self::UpdateObject(_) => "update_object",
            Self::UpdateTenant(_) => "update_tenant",
            Self::WaitForEvent(_) => "wait_for_event",
            Self::AiAgent(_) => "ai_agent",
        }
    }
}

/// A branch of a branch step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Branch {
    /// What people call it.
    pub name: String,
    /// When it is taken. The default branch always is.
    pub conditions: Conditions,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Whether the run ends after these steps.
    pub terminates: bool,
}

/// A step that chooses a branch by chance, always the same for the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RandomCohort {
    /// What decides, as Liquid. The default is the id of the recipient.
    pub cohort_key: Option<String>,
    /// The branches, 2 to 10.
    pub branches: Vec<CohortBranch>,
}

/// A branch of a [`RandomCohort`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CohortBranch {
    /// What people call it.
    pub name: String,
    /// How many of 1,000 runs take it. All branches of a step together are 1,000.
    pub permille: u32,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Whether the run ends after these steps.
    pub terminates: bool,
}

/// Reads the steps of a workflow. `depth` is how many branches they are in.
pub(crate) fn steps(fields: &Fields<'_>, depth: usize, environment: &Environment) -> Parsed<Vec<Step>> {
    fields.need("steps")?.items(|node| step(node, depth, environment))
}

fn step(node: Node<'_>, depth: usize, environment: &Environment) -> Parsed<Step> {
    let fields = node.object()?;
    let kind = fields.need("type")?;
    let read = match kind.text()?.as_str() {
        "channel" => StepKind::Channel(ChannelStep::read(&fields, environment)?),
        "delay" => StepKind::Delay(Delay::read(&fields)?),
        "batch" => StepKind::Batch(Batch::read(&fields)?),
        "throttle" => StepKind::Throttle(Throttle::read(&fields)?),
        "branch" => StepKind::Branch(branches(&fields, depth, environment)?),
        "random_cohort" => StepKind::RandomCohort(cohorts(&fields, depth, environment)?),
        "http_fetch" => StepKind::HttpFetch(HttpFetch::read(&fields)?),
        "trigger_workflow" => StepKind::TriggerWorkflow(TriggerWorkflow::read(&fields)?),
        "update_data" => StepKind::UpdateData(UpdateData::read(&fields)?),
        "update_user" => StepKind::UpdateUser(Update::read(&fields)?),
        "update_object" => StepKind::UpdateObject(Update::read(&fields)?),
        "update_tenant" => StepKind::UpdateTenant(Update::read(&fields)?),
        "wait_for_event" => StepKind::WaitForEvent(WaitForEvent::read(&fields)?),
        "ai_agent" => StepKind::AiAgent(AiAgent::read(&fields)?),
        other => return kind.fault(format!("`{other}` is not a type of a step")),
    };
    let conditions = Conditions::of(&fields, "conditions")?;
    if matches!(read, StepKind::Batch(_) | StepKind::Branch(_)) && !conditions.always() {
        return fields.need("conditions")?.fault("batches and branches have no conditions");
    }
    Ok(Step {
        step_ref: fields.need_text("ref")?,
        place: fields.path().to_owned(),
        name: fields.some_text("name")?,
        conditions,
        kind: read,
    })
}

fn nested(fields: &Fields<'_>, depth: usize, environment: &Environment) -> Parsed<Vec<Step>> {
    if depth >= MAX_DEPTH {
        return fields.fault(format!("branches can be nested {MAX_DEPTH} deep"));
    }
    steps(fields, depth + 1, environment)
}

fn branches(fields: &Fields<'_>, depth: usize, environment: &Environment) -> Parsed<Vec<Branch>> {
    let node = fields.need("branches")?;
    let branches = node.items(|node| {
        let branch = node.object()?;
        Ok(Branch {
            name: branch.text("name")?.unwrap_or_default(),
            conditions: Conditions::of(&branch, "conditions")?,
            steps: nested(&branch, depth, environment)?,
            terminates: branch.flag("terminates")?,
        })
    })?;
    let defaults = branches.iter().filter(|branch| branch.conditions.always()).count();
    match branches.last() {
        _ if branches.len() > MAX_BRANCHES => {
            node.fault(format!("should have at most {MAX_BRANCHES} branches"))
        }
        Some(last) if defaults == 1 && last.conditions.always() => Ok(branches),
        _ => node.fault("the last branch, and no other, should be the default, without conditions"),
    }
}

fn cohorts(fields: &Fields<'_>, depth: usize, environment: &Environment) -> Parsed<RandomCohort> {
    let node = fields.need("cohort_branches")?;
    let branches = node.items(|node| {
        let branch = node.object()?;
        Ok(CohortBranch {
            name: branch.text("name")?.unwrap_or_default(),
            permille: permille(&branch.need("percentage")?)?,
            steps: nested(&branch, depth, environment)?,
            terminates: branch.flag("terminates")?,
        })
    })?;
    if !(2..=MAX_BRANCHES).contains(&branches.len()) {
        return node.fault(format!("should have 2 to {MAX_BRANCHES} branches"));
    }
    if branches.iter().map(|branch| branch.permille).sum::<u32>() != 1000 {
        return node.fault("the percentages should add up to 100");
    }
    Ok(RandomCohort { cohort_key: fields.some_text("cohort_key")?, branches })
}

/// A percentage with one decimal: a number, or a string in files that were pulled.
fn permille(node: &Node<'_>) -> Parsed<u32> {
    let number = match node.value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    match number {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is from 0 to 1,000
        Some(percentage) if (0.0..=100.0).contains(&percentage) => Ok((percentage * 10.0).round() as u32),
        _ => node.fault("should be a number from 0 to 100"),
    }
}
