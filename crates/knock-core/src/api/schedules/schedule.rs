//! A schedule in a response.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::recipients::Recipient;
use crate::api::schedules::repeat::RepeatRule;
use crate::value::Timestamp;

/// A schedule, as Knock returns it: one workflow for one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Schedule {
    /// The id of the schedule.
    pub id: String,
    /// The key of the workflow that runs.
    pub workflow: String,
    /// The recipient that the workflow runs for.
    pub recipient: Recipient,
    /// The actor of each run: who or what caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Recipient>,
    /// The `data` of each run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// The id of the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The rules by which the schedule repeats. There are none if it runs once.
    #[serde(default)]
    pub repeats: Vec<RepeatRule>,
    /// When the schedule runs next; `None` if it does not run again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_occurrence_at: Option<Timestamp>,
    /// When the schedule last ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_occurrence_at: Option<Timestamp>,
    /// When the schedule was created.
    pub inserted_at: Timestamp,
    /// When the schedule last changed.
    pub updated_at: Timestamp,
}
