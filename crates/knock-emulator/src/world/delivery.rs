//! Deliveries, for tests to inspect.

use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::content::Content;
use crate::recipient::Recipient;
use crate::settings::ChannelKind;

/// A message that a workflow delivered to one recipient through one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The id of the message.
    pub message_id: String,
    /// The workflow run id that the trigger returned.
    pub run_id: String,
    /// The id of the run for this recipient.
    pub recipient_run_id: String,
    /// The key of the workflow.
    pub workflow: String,
    /// The recipient of the message.
    pub recipient: Recipient,
    /// The actor of the trigger.
    pub actor: Option<Recipient>,
    /// The id of the tenant of the trigger.
    pub tenant: Option<String>,
    /// The id of the channel.
    pub channel: String,
    /// The kind of the channel.
    pub channel_kind: ChannelKind,
    /// The data of the trigger, merged with the `$trigger_data` of the recipient.
    pub data: Arc<Value>,
    /// The delivery status: `delivered` for in-app feeds, otherwise `not_sent` in sandbox mode and `sent` for other
    /// channels.
    pub status: &'static str,
    /// When the message was delivered.
    pub at: SystemTime,
    pub(crate) content: Option<Arc<Content>>,
}

impl Delivery {
    /// Returns what was rendered, in the form that Knock returns as the content of a message, for example with `subject_line`
    /// and `html_body`. Workflows that are not from a Knock directory have no templates.
    pub fn content(&self) -> Option<Value> {
        self.content.as_ref().map(|content| content.data())
    }

    /// Returns what was rendered, with what Knock's API does not return, for example the attachments of an email.
    #[cfg(feature = "workflows")]
    pub fn rendered(&self) -> Option<&Content> {
        self.content.as_deref()
    }

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
