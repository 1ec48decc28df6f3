//! Workflow recipient runs: the progress of a workflow for one recipient, and its events.
//!
//! See its [reference](https://docs.knock.app/api-reference/workflow_recipient_runs).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::recipients::RecipientReference;
use crate::operation::operation;
use crate::value::{IntoOptional, Text, Time, Timestamp};
use crate::wire::open_enum;

open_enum! {
    /// The status of a run.
    pub enum RunStatus {
        Queued = "queued",
        Processing = "processing",
        /// The run waits in a step such as a delay or a batch. Only then can it be cancelled.
        Paused = "paused",
        Completed = "completed",
        Cancelled = "cancelled",
    }
}

open_enum! {
    /// The type of the source that started a run.
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
    /// The status of an event in a run.
    pub enum RunEventStatus {
        Ok = "ok",
        Error = "error",
    }
}

operation! {
    /// Lists the workflow recipient runs of the environment.
    ///
    /// Runs older than the retention period are not included.
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
    #[doc(alias = "workflowRecipientRuns.list")]
    pub fn list() -> List {
        "workflow_recipient_runs.list": GET "/v1/workflow_recipient_runs", Tier2, under_retention;
        returns (pages of WorkflowRecipientRun);
        page_size (50);
        fields {
            workflow: Option<Text> = None,
            statuses: Option<Vec<RunStatus>> = None,
            tenant: Option<Text> = None,
            has_errors: Option<bool> = None,
            recipient: Option<RecipientReference> = None,
            starting_at: Option<Time> = None,
            ending_at: Option<Time> = None,
        }
        check |this| {
            this.recipient.as_ref().map_or(Ok(()), |recipient| recipient.check_as_filter(|| "recipient".to_owned()))
        }
        encode |this, request| {
            request.query("workflow", &this.workflow)?;
            request.query("status", &this.statuses)?;
            request.query("tenant", &this.tenant)?;
            request.query("has_errors", &this.has_errors)?;
            match &this.recipient {
                Some(RecipientReference::User(id)) => request.query("recipient", id)?,
                Some(RecipientReference::Object(object)) => {
                    request.query("recipient[id]", &object.id)?;
                    request.query("recipient[collection]", &object.collection)?;
                }
                None => {}
            }
            request.query("starting_at", &this.starting_at)?;
            request.query("ending_at", &this.ending_at)
        }
    }
}

impl List {
    /// Limits the list to runs of the workflow with this key.
    pub fn workflow<Kind>(mut self, key: impl IntoOptional<Text, Kind>) -> Self {
        self.workflow = key.into_optional().or(self.workflow);
        self
    }

    /// Limits the list to runs that have one of these statuses, of which there must be at least one.
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = impl Into<RunStatus>>) -> Self {
        self.statuses.get_or_insert_default().extend(statuses.into_iter().map(Into::into));
        self
    }

    /// Limits the list to runs for this tenant.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }

    /// Limits the list to runs that had errors, or to those that had none.
    pub fn has_errors(mut self, has_errors: impl Into<Option<bool>>) -> Self {
        self.has_errors = has_errors.into().or(self.has_errors);
        self
    }

    /// Limits the list to runs for this recipient.
    pub fn recipient<Kind>(mut self, recipient: impl IntoOptional<RecipientReference, Kind>) -> Self {
        self.recipient = recipient.into_optional().or(self.recipient);
        self
    }

    /// Limits the list to runs that started after this time.
    pub fn starting_at<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.starting_at = time.into_optional().or(self.starting_at);
        self
    }

    /// Limits the list to runs that started before this time.
    pub fn ending_at<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.ending_at = time.into_optional().or(self.ending_at);
        self
    }
}

operation! {
    /// Gets a workflow recipient run and its events.
    ///
    /// If the run does not exist, or is older than the retention period, the error
    /// [is not found](crate::Error::is_not_found).
    ///
    /// [Reference](https://docs.knock.app/api-reference/workflow_recipient_runs/get)
    #[doc(alias = "workflowRecipientRuns.get")]
    pub fn get(id) -> Get {
        "workflow_recipient_runs.get": GET "/v1/workflow_recipient_runs/{id}", Tier2, under_retention;
        returns (WorkflowRecipientRunDetail);
    }
}

/// A workflow recipient run: the run of a workflow for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct WorkflowRecipientRun {
    /// The id of the run of this recipient.
    pub id: String,
    /// The id of the run for all recipients of the trigger, as the trigger returned it.
    pub workflow_run_id: String,
    /// The key of the workflow.
    pub workflow: String,
    /// The status of the run.
    pub status: RunStatus,
    /// The recipient.
    pub recipient: RecipientReference,
    /// The actor of the trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<RecipientReference>,
    /// The id of the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The source of the trigger.
    pub trigger_source: TriggerSource,
    /// The number of errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_count: Option<u32>,
    /// When the run started.
    pub inserted_at: Timestamp,
    /// When the run last changed.
    pub updated_at: Timestamp,
}

/// The source of the trigger that started a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TriggerSource {
    /// The type of the source.
    #[serde(rename = "type")]
    pub source_type: TriggerSourceType,
    /// The cancellation key of the trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_key: Option<String>,
    /// The id of the schedule, if a schedule started the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_id: Option<String>,
    /// The key of the audience, if an audience started the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience_key: Option<String>,
}

/// A run and its events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkflowRecipientRunDetail {
    /// The run.
    #[serde(flatten)]
    pub run: WorkflowRecipientRun,
    /// The events of the run.
    #[serde(default)]
    pub events: Vec<WorkflowRecipientRunEvent>,
}

/// An event in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct WorkflowRecipientRunEvent {
    /// The id of the event.
    pub id: String,
    /// The name of the event, for example `message_enqueued`.
    pub event: String,
    /// Whether the event was a success or an error.
    pub status: RunEventStatus,
    /// The step in which the event occurred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_ref: Option<String>,
    /// The type of that step, for example `channel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_type: Option<String>,
    /// The number of the attempt, starting at 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// Details of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// When the event occurred.
    pub inserted_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Operation;
    use crate::api::recipients::ObjectReference;

    #[test]
    fn a_run_lies_flat_beside_its_events() {
        let response = json!({
            "__typename": "WorkflowRecipientRun", "id": "r", "workflow_run_id": "w", "workflow": "digest",
            "status": "completed", "recipient": { "id": "paddock-9", "collection": "projects" },
            "trigger_source": { "type": "api" },
            "inserted_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:05:00Z",
            "events": [{
                "__typename": "WorkflowRecipientRunEvent", "id": "e", "event": "message_enqueued",
                "status": "ok", "inserted_at": "2025-01-01T00:00:00Z"
            }]
        });
        let detail: WorkflowRecipientRunDetail = serde_json::from_value(response.clone()).unwrap();
        assert_eq!(json!(detail), response);
    }

    #[test]
    fn a_recipient_is_text_or_nested() {
        let target = |list: List| list.prepare([7; 16]).unwrap().target().to_owned();
        assert!(target(list().recipient("jhammond")).ends_with("?recipient=jhammond"));
        let object = list().recipient(ObjectReference::new("projects", "9")).has_errors(false);
        let query = "?has_errors=false&recipient%5Bid%5D=9&recipient%5Bcollection%5D=projects";
        assert!(target(object).ends_with(query));
    }
}
