//! Workflow recipient runs: how far a workflow is for one recipient, and what happened on the way.
//!
//! See its [reference](https://docs.knock.app/api-reference/workflow_recipient_runs).

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::messages::check_some_id;
use crate::api::recipients::{RecipientReference, check_filter};
use crate::error::{DecodeError, InvalidInput};
use crate::open_enum::open_enum;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, Page, PageQuery, Paged, page_setters};
use crate::response;
use crate::time::Timestamp;

open_enum! {
    /// How far a run is.
    pub enum RunStatus {
        Queued = "queued",
        Processing = "processing",
        /// It waits in a delay, a batch or the like; only then it can be cancelled.
        Paused = "paused",
        Completed = "completed",
        Cancelled = "cancelled",
    }
}

open_enum! {
    /// How a run was started.
    pub enum TriggerSourceType {
        Api = "api",
        Audience = "audience",
        Schedule = "schedule",
        Broadcast = "broadcast",
        WorkflowStep = "workflow_step",
        Integration = "integration",
        Rehearsal = "rehearsal",
    }
}

open_enum! {
    /// Whether what happened in a run went well.
    pub enum RunEventStatus {
        Ok = "ok",
        Error = "error",
    }
}

/// Lists the environment's runs, 1 page at a time; those beyond the retention period are gone.
///
/// ```
/// use knock_core::workflow_recipient_runs::{self, RunStatus};
///
/// let waiting = workflow_recipient_runs::list()
///     .workflow("dinosaurs-loose")
///     .recipient("jhammond")
///     .statuses([RunStatus::Paused]);
/// # let _ = waiting;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/workflow_recipient_runs/list)
pub fn list() -> List {
    List {
        workflow: None,
        statuses: None,
        tenant: None,
        has_errors: None,
        recipient: None,
        starting_at: None,
        ending_at: None,
        page: PageQuery::default(),
    }
}

/// Made by [`list`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct List {
    workflow: Option<String>,
    statuses: Option<Vec<RunStatus>>,
    tenant: Option<String>,
    has_errors: Option<bool>,
    recipient: Option<RecipientReference>,
    starting_at: Option<Timestamp>,
    ending_at: Option<Timestamp>,
    page: PageQuery,
}

impl List {
    /// Runs of the workflow with this key.
    pub fn workflow(mut self, key: impl Into<String>) -> Self {
        self.workflow = Some(key.into());
        self
    }

    /// Runs with any of these statuses; there must be one.
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = RunStatus>) -> Self {
        self.statuses.get_or_insert_default().extend(statuses);
        self
    }

    /// Runs of this tenant.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    /// Runs that had errors, or those that had none.
    pub fn has_errors(mut self, has_errors: bool) -> Self {
        self.has_errors = Some(has_errors);
        self
    }

    /// Runs for this recipient.
    pub fn recipient(mut self, recipient: impl Into<RecipientReference>) -> Self {
        self.recipient = Some(recipient.into());
        self
    }

    /// Runs that began after this moment.
    pub fn starting_at(mut self, time: Timestamp) -> Self {
        self.starting_at = Some(time);
        self
    }

    /// Runs that began before this moment.
    pub fn ending_at(mut self, time: Timestamp) -> Self {
        self.ending_at = Some(time);
        self
    }

    page_setters!(50);
}

impl Operation for List {
    type Output = Page<WorkflowRecipientRun, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "workflow_recipient_runs.list",
        "/v1/workflow_recipient_runs",
        RateLimitTier::Tier2,
    )
    .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_filter("statuses", self.statuses.as_ref())?;
        check_some_id("workflow", self.workflow.as_deref())?;
        check_some_id("tenant", self.tenant.as_deref())?;
        self.recipient.as_ref().map_or(Ok(()), |recipient| recipient.check(|| "recipient".to_owned()))?;
        self.page.encode(request, 50)?;
        request.query("workflow", &self.workflow);
        request.query("status", &self.statuses);
        request.query("tenant", &self.tenant);
        request.query("has_errors", &self.has_errors);
        match &self.recipient {
            Some(RecipientReference::User(id)) => request.query("recipient", id),
            Some(RecipientReference::Object(object)) => {
                request.query("recipient[id]", &object.id);
                request.query("recipient[collection]", &object.collection);
            }
            None => {}
        }
        request.query("starting_at", &self.starting_at);
        request.query("ending_at", &self.ending_at);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Self::Output, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for List {
    type Item = WorkflowRecipientRun;

    fn split(&self, page: Self::Output) -> (Vec<WorkflowRecipientRun>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Gets a run with what happened in it; [`is_not_found`](crate::Error::is_not_found) where there is none, or none any
/// more.
///
/// [Reference](https://docs.knock.app/api-reference/workflow_recipient_runs/get)
pub fn get(id: impl Into<String>) -> Get {
    Get { id: id.into() }
}

/// Made by [`get`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Get {
    id: String,
}

impl Operation for Get {
    type Output = WorkflowRecipientRunDetail;
    const INFO: OperationInfo = OperationInfo::get(
        "workflow_recipient_runs.get",
        "/v1/workflow_recipient_runs/{id}",
        RateLimitTier::Tier2,
    )
    .under_retention();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("id", &self.id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<WorkflowRecipientRunDetail, DecodeError> {
        response::json(response)
    }
}

/// The run of a workflow for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct WorkflowRecipientRun {
    /// The id of this recipient's run.
    pub id: String,
    /// The id of the run for all recipients of the trigger, as the trigger answered it.
    pub workflow_run_id: String,
    /// The workflow's key.
    pub workflow: String,
    /// How far it is.
    pub status: RunStatus,
    /// Whom it is for.
    pub recipient: RecipientReference,
    /// Who did what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<RecipientReference>,
    /// The tenant's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// How it was started.
    pub trigger_source: TriggerSource,
    /// How many errors there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_count: Option<u32>,
    /// When it began.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How a run was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TriggerSource {
    /// By what.
    #[serde(rename = "type")]
    pub source_type: TriggerSourceType,
    /// The cancellation key of the trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_key: Option<String>,
    /// The schedule's id, where it was a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_id: Option<String>,
    /// The audience's key, where it was an audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience_key: Option<String>,
}

/// A run with what happened in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkflowRecipientRunDetail {
    /// The run.
    #[serde(flatten)]
    pub run: WorkflowRecipientRun,
    /// What happened in it.
    #[serde(default)]
    pub events: Vec<WorkflowRecipientRunEvent>,
}

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct WorkflowRecipientRunEvent {
    /// The id.
    pub id: String,
    /// What happened, as `message_enqueued`.
    pub event: String,
    /// Whether it went well.
    pub status: RunEventStatus,
    /// The step where it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_ref: Option<String>,
    /// What type of step that is, as `channel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_type: Option<String>,
    /// Which attempt it was, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// More of what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// When it happened.
    pub inserted_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::recipients::ObjectReference;

    #[test]
    fn a_run_lies_flat_beside_its_events() {
        let answer = json!({
            "__typename": "WorkflowRecipientRun", "id": "r", "workflow_run_id": "w", "workflow": "digest",
            "status": "completed", "recipient": { "id": "paddock-9", "collection": "projects" },
            "trigger_source": { "type": "api" },
            "inserted_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:05:00Z",
            "events": [{
                "__typename": "WorkflowRecipientRunEvent", "id": "e", "event": "message_enqueued",
                "status": "ok", "inserted_at": "2025-01-01T00:00:00Z"
            }]
        });
        let detail: WorkflowRecipientRunDetail = serde_json::from_value(answer.clone()).unwrap();
        assert_eq!(json!(detail), answer);
    }

    #[test]
    fn a_recipient_is_text_or_nested() {
        let target = |list: List| list.prepare().unwrap().target().to_owned();
        assert!(target(list().recipient("jhammond")).ends_with("?recipient=jhammond"));
        let object = list().recipient(ObjectReference::new("projects", "9")).has_errors(false);
        let query = "?has_errors=false&recipient%5Bid%5D=9&recipient%5Bcollection%5D=projects";
        assert!(target(object).ends_with(query));
    }
}
