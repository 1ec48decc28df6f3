//! Notify: how workflows were triggered before [`workflows`](crate::workflows), which does more.
//!
//! The endpoints still answer, for code that is not ported yet. They take no inline recipients, no tenant and no
//! idempotency key.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::api::recipients::{RecipientReference, check_count, check_id};
use crate::api::workflows::{MAX_DATA_BYTES, MAX_RECIPIENTS};
use crate::error::{DecodeError, InvalidInput};
use crate::json::LazyJson;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::response;

/// Triggers the workflow `name` for up to 1,000 recipients.
///
/// Knock ignores idempotency keys here, so it is not repeated when its outcome is unknown, unless Knock says to.
#[deprecated(note = "use `workflows::trigger` instead")]
pub fn trigger(name: impl Into<String>, actor: impl Into<RecipientReference>) -> Trigger {
    Trigger {
        name: name.into(),
        actor: actor.into(),
        recipients: Vec::new(),
        data: None,
        cancellation_key: None,
    }
}

/// Made by [`trigger`].
#[derive(Debug, Clone, Serialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Trigger {
    name: String,
    actor: RecipientReference,
    recipients: Vec<RecipientReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<LazyJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_key: Option<String>,
}

impl Trigger {
    /// Adds recipients: user ids or object references.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// What the workflow's templates and conditions see as `data`: anything that is a JSON object, up to 10 MB.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = Some(LazyJson::new("data", &data));
        self
    }

    /// The key by which [`cancel`] finds what has not gone out yet.
    pub fn cancellation_key(mut self, key: impl Into<String>) -> Self {
        self.cancellation_key = Some(key.into());
        self
    }
}

impl Operation for Trigger {
    type Output = TriggerAnswer;
    const INFO: OperationInfo = OperationInfo::post("notify.trigger", "/v1/notify", RateLimitTier::Tier3);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_id(&self.name, || "name".to_owned())?;
        self.actor.check(|| "actor".to_owned())?;
        check_count("recipients", self.recipients.len(), MAX_RECIPIENTS)?;
        check_each(&self.recipients)?;
        self.data.as_ref().map_or(Ok(()), |data| data.check_object("data", MAX_DATA_BYTES))?;
        let key = self.cancellation_key.as_deref();
        key.map_or(Ok(()), |key| check_id(key, || "cancellation_key".to_owned()))?;
        request.json(self)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<TriggerAnswer, DecodeError> {
        response::json(response)
    }
}

/// What a trigger started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TriggerAnswer {
    /// The id of the run, by which its messages are found.
    pub result_id: String,
}

/// Cancels what a trigger of the workflow `name` with this cancellation key has not sent yet.
#[deprecated(note = "use `workflows::cancel` instead")]
pub fn cancel(name: impl Into<String>, cancellation_key: impl Into<String>) -> Cancel {
    Cancel { name: name.into(), cancellation_key: cancellation_key.into(), recipients: None }
}

/// Made by [`cancel`].
#[derive(Debug, Clone, Serialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Cancel {
    name: String,
    cancellation_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipients: Option<Vec<RecipientReference>>,
}

impl Cancel {
    /// Cancels for these recipients only, up to 1,000.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.get_or_insert_default().extend(recipients.into_iter().map(Into::into));
        self
    }
}

impl Operation for Cancel {
    type Output = ();
    const INFO: OperationInfo =
        OperationInfo::post("notify.cancel", "/v1/notify/cancel", RateLimitTier::Tier3).repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_id(&self.name, || "name".to_owned())?;
        check_id(&self.cancellation_key, || "cancellation_key".to_owned())?;
        if let Some(recipients) = &self.recipients {
            check_count("recipients", recipients.len(), MAX_RECIPIENTS)?;
            check_each(recipients)?;
        }
        request.json(self)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

fn check_each(recipients: &[RecipientReference]) -> Result<(), InvalidInput> {
    let mut recipients = recipients.iter().enumerate();
    recipients.try_for_each(|(index, recipient)| recipient.check(|| format!("recipients[{index}]")))
}
