//! Accepted triggers.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::recipient::Recipient;
use crate::settings::Workflow;

/// What started a run.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Api,
    Schedule(String),
    /// A step of another run.
    #[cfg_attr(not(feature = "workflows"), allow(dead_code))] // only a Knock directory has such steps
    Step,
}

/// One accepted trigger.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) id: String,
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) actor: Option<Recipient>,
    pub(crate) tenant: Option<String>,
    pub(crate) data: Arc<Value>,
    pub(crate) cancellation_key: Option<String>,
    pub(crate) source: Source,
    pub(crate) sandbox: bool,
    pub(crate) skip_delay: bool,
    /// How many triggers of other runs led to this one.
    #[cfg_attr(not(feature = "workflows"), allow(dead_code))]
    pub(crate) depth: u8,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) at: Timestamp,
}

/// A recipient of a trigger, with the data for this recipient.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) recipient: Recipient,
    pub(crate) data: Arc<Value>,
}
