//! Workflows: triggering notifications and cancelling what has not gone out yet.
//!
//! See Knock on [triggering](https://docs.knock.app/send-notifications/triggering-workflows/overview) and its
//! [reference](https://docs.knock.app/api-reference/workflows).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::api::recipients::{RecipientReference, RecipientRequest, References, check_count, check_id};
use crate::api::tenants::InlineTenant;
use crate::error::{DecodeError, InvalidInput};
use crate::json::{LazyJson, ObjectSink};
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::response;

/// How many recipients a trigger or a cancellation may have.
pub const MAX_RECIPIENTS: usize = 1000;

/// How large a trigger's data may be, in bytes of JSON.
pub const MAX_DATA_BYTES: usize = 10_000_000;

/// About how long a body is, in bytes: room that saves moving it while it grows.
const USUAL_BODY_BYTES: usize = 256;
const USUAL_RECIPIENT_BYTES: usize = 96;

/// Triggers a workflow for up to 1,000 recipients.
///
/// Every attempt of the call carries one idempotency key: yours, or else a random one. Give your own, derived from
/// your job or event, so that a job that runs twice notifies once; Knock remembers keys for 24 hours.
///
/// ```
/// use knock_core::recipients::{ObjectReference, UserRequest};
/// use knock_core::workflows;
/// use serde_json::json;
///
/// let trigger = workflows::trigger("dinosaurs-loose")
///     .recipients(["jhammond", "agrant"])
///     .recipient(UserRequest::new("imalcolm").email("ian@ingen.net"))
///     .recipient(ObjectReference::new("projects", "paddock-9"))
///     .actor("dnedry")
///     .data(json!({ "type": "trex", "priority": 1 }))
///     .tenant("jurassic-park")
///     .cancellation_key("alert-17")
///     .idempotency_key("alert-17/trigger");
/// # let _ = trigger;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/workflows/trigger)
pub fn trigger(key: impl Into<String>) -> Trigger {
    Trigger { key: key.into(), body: Box::default(), idempotency_key: None }
}

/// Made by [`trigger`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Trigger {
    key: String,
    /// Boxed, since every setter moves the trigger.
    body: Box<TriggerBody>,
    idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct TriggerBody {
    recipients: Vec<RecipientRequest>,
    actor: Option<RecipientRequest>,
    data: Option<LazyJson>,
    tenant: Option<InlineTenant>,
    cancellation_key: Option<String>,
    settings: Option<TriggerSettings>,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
struct TriggerSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox_mode: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_delay: Option<bool>,
}

impl Trigger {
    /// Adds recipients: user ids, object references, or users and objects identified inline.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientRequest>>) -> Self {
        self.body.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Adds one recipient.
    pub fn recipient(mut self, recipient: impl Into<RecipientRequest>) -> Self {
        self.body.recipients.push(recipient.into());
        self
    }

    /// Who or what did it. A user id must be one that Knock knows.
    pub fn actor(mut self, actor: impl Into<RecipientRequest>) -> Self {
        self.body.actor = Some(actor.into());
        self
    }

    /// What the workflow's templates and conditions see as `data`: anything that is a JSON object, up to 10 MB.
    ///
    /// Strings over 1,024 bytes are cut in message logs, not in messages.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.body.data = Some(LazyJson::new("data", &data));
        self
    }

    /// The tenant that it is about.
    pub fn tenant(mut self, tenant: impl Into<InlineTenant>) -> Self {
        self.body.tenant = Some(tenant.into());
        self
    }

    /// The key by which [`cancel`] finds what has not gone out yet.
    pub fn cancellation_key(mut self, key: impl Into<String>) -> Self {
        self.body.cancellation_key = Some(key.into());
        self
    }

    /// Whether to run everything but the delivery, in place of what the channels say.
    pub fn sandbox_mode(mut self, on: bool) -> Self {
        self.body.settings.get_or_insert_default().sandbox_mode = Some(on);
        self
    }

    /// Whether to skip all delay steps.
    pub fn skip_delay(mut self, skip: bool) -> Self {
        self.body.settings.get_or_insert_default().skip_delay = Some(skip);
        self
    }

    /// The idempotency key, at most 255 characters of visible ASCII.
    ///
    /// With the same key and the same body Knock gives its first answer again; with another body it refuses.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }
}

impl Operation for Trigger {
    type Output = TriggerAnswer;
    const INFO: OperationInfo =
        OperationInfo::post("workflows.trigger", "/v1/workflows/{key}/trigger", RateLimitTier::Tier5)
            .honours_idempotency_key();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        let body = &self.body;
        request.path("key", &self.key)?;
        request.idempotency_key(self.idempotency_key.as_deref())?;
        check_count("recipients", body.recipients.len(), MAX_RECIPIENTS)?;
        for (index, recipient) in body.recipients.iter().enumerate() {
            recipient.check(|| format!("recipients[{index}]"))?;
        }
        if let Some(actor) = &body.actor {
            actor.check(|| "actor".to_owned())?;
        }
        if let Some(tenant) = &body.tenant {
            tenant.check()?;
        }
        if let Some(data) = &body.data {
            data.check_object("data", MAX_DATA_BYTES)?;
        }
        check_cancellation_key(body.cancellation_key.as_deref())?;
        request.object(USUAL_BODY_BYTES + body.recipients.len() * USUAL_RECIPIENT_BYTES, |object| {
            object.list("recipients", &body.recipients)?;
            object.optional("actor", body.actor.as_ref())?;
            object.optional("data", body.data.as_ref())?;
            object.optional("tenant", body.tenant.as_ref())?;
            object.optional("cancellation_key", body.cancellation_key.as_ref())?;
            object.optional("settings", body.settings.as_ref())
        })
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
    pub workflow_run_id: String,
}

/// Cancels what a trigger with this cancellation key has not sent yet: runs that wait in a delay, a batch or the like.
///
/// It succeeds also where there is nothing to cancel. Knock asks not to cancel within about 5 seconds of the
/// trigger.
///
/// ```
/// use knock_core::workflows;
///
/// let all = workflows::cancel("dinosaurs-loose", "alert-17");
/// let some = workflows::cancel("dinosaurs-loose", "alert-17").recipients(["jhammond"]);
/// # let _ = (all, some);
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/workflows/cancel)
pub fn cancel(key: impl Into<String>, cancellation_key: impl Into<String>) -> Cancel {
    Cancel {
        key: key.into(),
        body: CancelBody { cancellation_key: cancellation_key.into(), recipients: None },
    }
}

/// Made by [`cancel`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Cancel {
    key: String,
    body: CancelBody,
}

#[derive(Debug, Clone, Serialize)]
struct CancelBody {
    cancellation_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipients: Option<Vec<RecipientReference>>,
}

impl Cancel {
    /// Cancels for these recipients only, up to 1,000.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.body.recipients.get_or_insert_default().extend(recipients.into_iter().map(Into::into));
        self
    }
}

impl Operation for Cancel {
    type Output = ();
    const INFO: OperationInfo =
        OperationInfo::post("workflows.cancel", "/v1/workflows/{key}/cancel", RateLimitTier::Tier5)
            .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("key", &self.key)?;
        check_cancellation_key(Some(&self.body.cancellation_key))?;
        if let Some(recipients) = &self.body.recipients {
            if recipients.is_empty() {
                return Err(InvalidInput::new("recipients", "is empty; leave it out to cancel for all"));
            }
            check_count("recipients", recipients.len(), MAX_RECIPIENTS)?;
            References(recipients).check("recipients")?;
        }
        request.json(&self.body)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

fn check_cancellation_key(key: Option<&str>) -> Result<(), InvalidInput> {
    key.map_or(Ok(()), |key| check_id(key, || "cancellation_key".to_owned()))
}
