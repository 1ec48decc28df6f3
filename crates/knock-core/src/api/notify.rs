//! Notify: the older API to trigger and cancel workflows, replaced by [`workflows`](crate::workflows).
//!
//! Knock keeps these endpoints for existing code. They take no inline recipients, no tenant and no idempotency key.

use serde::{Deserialize, Serialize};

use crate::api::recipients::{RecipientReference, References};
use crate::api::workflows::{MAX_DATA_BYTES, MAX_RECIPIENTS};
use crate::operation::operation;
use crate::value::{IntoOptional, Text};
use crate::wire::{JsonText, ObjectSink, check_count, check_id, check_optional_id};

operation! {
    /// Triggers the workflow `name` for up to 1,000 recipients.
    ///
    /// Knock ignores idempotency keys here. If the outcome is unknown, the call is therefore not repeated unless Knock
    /// asks for it.
    #[deprecated(note = "use `workflows::trigger` instead")]
    pub fn trigger(; name: Text, actor: RecipientReference) -> Trigger {
        "notify.trigger": POST "/v1/notify", Tier3,
            twice_adds(
                "a second notification",
                "API: each call triggers the workflow, without idempotency keys"
            );
        returns (TriggerResponse);
        fields {
            recipients: Vec<RecipientReference> = Vec::new(),
            data: Option<JsonText> = None,
            cancellation_key: Option<Text> = None,
        }
        check |this| {
            check_id(this.name.as_str(), || "name".to_owned())?;
            this.actor.check(|| "actor".to_owned())?;
            check_count("recipients", this.recipients.len(), MAX_RECIPIENTS)?;
            References(&this.recipients).check("recipients")?;
            this.data.as_ref().map_or(Ok(()), |data| data.check_object("data", MAX_DATA_BYTES))?;
            check_optional_id("cancellation_key", this.cancellation_key.as_ref().map(Text::as_str))
        }
        encode |this, request| {
            request.json_object(|object| {
                object.member("name", &this.name)?;
                object.member("actor", &this.actor)?;
                object.member("recipients", &this.recipients)?;
                object.optional("data", this.data.as_ref())?;
                object.optional("cancellation_key", this.cancellation_key.as_ref())
            })
        }
    }
}

impl Trigger {
    /// Adds recipients: ids of users, or references to objects.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Sets the data that the workflow's templates and conditions see: anything that serializes as a JSON object, up to
    /// 10 MB.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = Some(JsonText::new("data", &data));
        self
    }

    /// Sets the key by which [`cancel`] finds notifications that have not been sent yet.
    pub fn cancellation_key<Kind>(mut self, key: impl IntoOptional<Text, Kind>) -> Self {
        self.cancellation_key = key.into_optional().or(self.cancellation_key);
        self
    }
}

/// The response to a trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TriggerResponse {
    /// The id of the run, by which its messages are found.
    pub result_id: String,
}

operation! {
    /// Cancels notifications of the workflow `name` that have not been sent yet.
    #[deprecated(note = "use `workflows::cancel` instead")]
    pub fn cancel(; name: Text, cancellation_key: Text) -> Cancel {
        "notify.cancel": POST "/v1/notify/cancel", Tier3,
            twice_same(
                "API: runs with the key are cancelled, if there are any; as `workflows.cancel` (inferred)"
            );
        returns (nothing);
        fields { recipients: Option<Vec<RecipientReference>> = None }
        check |this| {
            check_id(this.name.as_str(), || "name".to_owned())?;
            check_id(this.cancellation_key.as_str(), || "cancellation_key".to_owned())?;
            let Some(recipients) = &this.recipients else { return Ok(()) };
            check_count("recipients", recipients.len(), MAX_RECIPIENTS)?;
            References(recipients).check("recipients")
        }
        encode |this, request| {
            request.json_object(|object| {
                object.member("name", &this.name)?;
                object.member("cancellation_key", &this.cancellation_key)?;
                object.optional("recipients", this.recipients.as_ref())
            })
        }
    }
}

impl Cancel {
    /// Cancels for these recipients only, up to 1,000.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.get_or_insert_default().extend(recipients.into_iter().map(Into::into));
        self
    }
}
