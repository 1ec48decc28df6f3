//! Deliveries: what a test checks.

use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::recipient::Recipient;
use crate::settings::ChannelKind;

/// A message that a workflow delivered to one recipient through one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The message.
    pub message_id: String,
    /// The workflow run that the trigger answered with.
    pub run_id: String,
    /// The run of this recipient.
    pub recipient_run_id: String,
    /// The key of the workflow.
    pub workflow: String,
    /// Who it is for.
    pub recipient: Recipient,
    /// Who caused it.
    pub actor: Option<Recipient>,
    /// The tenant it is for.
    pub tenant: Option<String>,
    /// The id of the channel.
    pub channel: String,
    /// The kind of the channel.
    pub channel_kind: ChannelKind,
    /// The data of the trigger with the recipient's own on top.
    pub data: Arc<Value>,
    /// `delivered` in-app, `sent` elsewhere, `not_sent` in sandbox mode.
    pub status: &'static str,
    /// When.
    pub at: SystemTime,
}

impl Delivery {
    pub(crate) fn render(&self) -> Value {
        json!({
            "message_id": self.message_id,
            "run_id": self.run_id,
            "recipient_run_id": self.recipient_run_id,
            "workflow": self.workflow,
            "recipient": self.recipient,
            "actor": self.actor,
            "tenant": self.tenant,
            "channel": self.channel,
            "channel_kind": self.channel_kind.as_str(),
            "data": *self.data,
            "status": self.status,
        })
    }
}
