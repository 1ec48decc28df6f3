//! Workflows: triggering notifications, and cancelling those that have not been sent yet.
//!
//! A trigger starts one workflow run, which consists of one [recipient run](crate::workflow_recipient_runs) for each
//! recipient. A recipient run goes through the steps of the workflow, such as channels, delays and batches, and creates
//! [messages](crate::messages).
//!
//! See Knock on [triggering](https://docs.knock.app/send-notifications/triggering-workflows/overview) and its
//! [reference](https://docs.knock.app/api-reference/workflows).

mod attachment;
pub mod check;
mod limits;
mod typed;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use self::attachment::Attachment;
pub use self::limits::{MAX_DATA_BYTES, MAX_RECIPIENTS};
pub use self::typed::WorkflowData;
use crate::api::recipients::{RecipientReference, RecipientRequest, References};
use crate::api::tenants::InlineTenant;
use crate::call::{OperationInfo, RateLimitTier};
use crate::operation::{Operation, RequestEncoder, Template, check_no_items, operation};
use crate::value::{IntoOptional, InvalidInput, Text};
use crate::wire::{
    DecodeError, JsonText, ObjectSink, ObjectText, check_count, check_id, check_optional_id, json,
};

/// The usual size of a body in bytes, reserved so that it is not moved while it grows.
const USUAL_BODY_BYTES: usize = 256;
const USUAL_RECIPIENT_BYTES: usize = 96;

/// Triggers a workflow for up to 1,000 recipients.
///
/// Every attempt of the call carries the same idempotency key: yours, or else a random one. Set your own, derived from
/// your job or event, so that a job that runs twice notifies once. Knock remembers keys for 24 hours.
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
#[doc(alias = "workflows.trigger")]
#[doc(alias = "notify")]
pub fn trigger(key: impl Into<Text>) -> Trigger {
    Trigger { key: key.into(), body: Box::default(), idempotency_key: None }
}

/// Begins a trigger of the workflow that the data is for, which `knock-types` generated from the workflow's schema.
///
/// The data is checked as [`WorkflowData::check`] does, and a problem is reported when the call is made. Everything else
/// is as in [`trigger`].
///
/// ```
/// use knock_core::{
///     InvalidInput,
///     workflows::{self, WorkflowData, check},
/// };
///
/// #[derive(serde::Serialize)]
/// struct CommentCreated {
///     excerpt: String,
/// }
///
/// impl WorkflowData for CommentCreated {
///     const KEY: &'static str = "comment-created";
///
///     fn check(&self) -> Result<(), InvalidInput> {
///         check::length("excerpt", &self.excerpt, 1..=200)
///     }
/// }
///
/// let trigger = workflows::typed(&CommentCreated { excerpt: "Life finds a way.".to_owned() })
///     .recipient("jhammond");
/// # let _ = trigger;
/// ```
pub fn typed<D: WorkflowData>(data: &D) -> Trigger {
    let mut trigger = trigger(D::KEY);
    trigger.body.data = Some(match data.check() {
        Ok(()) => JsonText::new("data", data),
        Err(problem) => JsonText::refused(problem.inside("data")),
    });
    trigger
}

/// Triggers a workflow for up to 1,000 recipients.
///
/// This is the operation `workflows.trigger`.
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Trigger {
    key: Text,
    /// Boxed, since every setter moves the trigger.
    body: Box<TriggerBody>,
    idempotency_key: Option<Text>,
}

#[derive(Debug, Clone, Default)]
struct TriggerBody {
    recipients: Vec<RecipientRequest>,
    actor: Option<RecipientRequest>,
    data: Option<JsonText>,
    tenant: Option<InlineTenant>,
    cancellation_key: Option<Text>,
    settings: Option<TriggerSettings>,
}

impl TriggerBody {
    /// Checks all but the recipients.
    fn check_rest(&self) -> Result<(), InvalidInput> {
        if let Some(actor) = &self.actor {
            actor.check(|| "actor".to_owned())?;
        }
        if let Some(tenant) = &self.tenant {
            tenant.check()?;
        }
        if let Some(data) = &self.data {
            data.check_object("data", MAX_DATA_BYTES)?;
        }
        check_optional_id("cancellation_key", self.cancellation_key.as_ref().map(Text::as_str))
    }

    /// Writes all but the recipients.
    fn write_rest(&self, object: &mut ObjectText<'_>) -> serde_json::Result<()> {
        object.optional("actor", self.actor.as_ref())?;
        object.optional("data", self.data.as_ref())?;
        object.optional("tenant", self.tenant.as_ref())?;
        object.optional("cancellation_key", self.cancellation_key.as_ref())?;
        object.optional("settings", self.settings.as_ref())
    }
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
struct TriggerSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox_mode: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_delay: Option<bool>,
}

impl Trigger {
    /// Adds recipients: ids of users, references to objects, or users and objects identified inline.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientRequest>>) -> Self {
        self.body.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Adds a recipient.
    pub fn recipient(mut self, recipient: impl Into<RecipientRequest>) -> Self {
        self.body.recipients.push(recipient.into());
        self
    }

    /// Sets who or what caused the trigger. An actor that is given by id must exist.
    pub fn actor<Kind>(mut self, actor: impl IntoOptional<RecipientRequest, Kind>) -> Self {
        if let Some(actor) = actor.into_optional() {
            self.body.actor = Some(actor);
        }
        self
    }

    /// Sets the data for templates and conditions: anything that serializes as a JSON object, up to 10 MB.
    ///
    /// Numbers that JSON cannot express (NaN and the infinities) are refused when the call is made, but not in a value
    /// made by `json!`, which replaces them with `null`. In Knock's logs, but not in messages, strings over 1,024 bytes
    /// are truncated. For files, see [`Attachment`].
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.body.data = Some(JsonText::new("data", &data));
        self
    }

    /// Sets the tenant that the trigger is for: its id, or a tenant identified inline.
    pub fn tenant<Kind>(mut self, tenant: impl IntoOptional<InlineTenant, Kind>) -> Self {
        if let Some(tenant) = tenant.into_optional() {
            self.body.tenant = Some(tenant);
        }
        self
    }

    /// Sets the key by which [`cancel`] finds notifications that have not been sent yet.
    pub fn cancellation_key<Kind>(mut self, key: impl IntoOptional<Text, Kind>) -> Self {
        if let Some(key) = key.into_optional() {
            self.body.cancellation_key = Some(key);
        }
        self
    }

    /// Sets whether the messages are created but not handed to the providers. This overrides the sandbox mode of every
    /// channel.
    pub fn sandbox_mode(mut self, on: impl Into<Option<bool>>) -> Self {
        if let Some(on) = on.into() {
            self.body.settings.get_or_insert_default().sandbox_mode = Some(on);
        }
        self
    }

    /// Sets whether all delay steps are skipped.
    pub fn skip_delay(mut self, skip: impl Into<Option<bool>>) -> Self {
        if let Some(skip) = skip.into() {
            self.body.settings.get_or_insert_default().skip_delay = Some(skip);
        }
        self
    }

    /// Sets the idempotency key: at most 255 characters of visible ASCII.
    ///
    /// For the same key and the same body, Knock returns its first response again. If the body is different, Knock
    /// refuses the call.
    pub fn idempotency_key<Kind>(mut self, key: impl IntoOptional<Text, Kind>) -> Self {
        if let Some(key) = key.into_optional() {
            self.idempotency_key = Some(key);
        }
        self
    }
}

impl Trigger {
    /// Returns all but the recipients, of which there may be none.
    pub(crate) fn template(&self) -> Result<Template, InvalidInput> {
        check_no_items("recipients", self.body.recipients.len())?;
        self.body.check_rest()?;
        Template::default().path("key", self.key.clone()).members(|object| self.body.write_rest(object))
    }
}

impl Operation for Trigger {
    type Output = TriggerResponse;
    const INFO: OperationInfo =
        OperationInfo::post("workflows.trigger", "/v1/workflows/{key}/trigger", RateLimitTier::Tier5)
            .honours_idempotency_key()
            .twice_same("docs, idempotent requests: the first response again, with the same key for 24 h");

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        let body = &self.body;
        request.path("key", self.key.as_str())?;
        check_count("recipients", body.recipients.len(), MAX_RECIPIENTS)?;
        for (index, recipient) in body.recipients.iter().enumerate() {
            recipient.check(|| format!("recipients[{index}]"))?;
        }
        body.check_rest()?;
        request.object(USUAL_BODY_BYTES + body.recipients.len() * USUAL_RECIPIENT_BYTES, |object| {
            object.list("recipients", &body.recipients)?;
            body.write_rest(object)
        })
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<TriggerResponse, DecodeError> {
        json(response)
    }

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(Text::as_str)
    }
}

/// The response to a trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TriggerResponse {
    /// The id of the workflow run, which all recipients of the trigger share.
    ///
    /// To find its messages, pass it to [`workflow_run_id`](crate::messages::List::workflow_run_id) of a list of
    /// messages.
    pub workflow_run_id: String,
}

/// Cancels notifications that have not been sent yet; [`cancellation_key`](CancelOf::cancellation_key) names the
/// trigger.
///
/// This stops recipient runs that wait in a step such as a delay or a batch, and succeeds even if there is nothing to
/// cancel. Knock asks not to cancel within about 5 seconds of the trigger.
///
/// ```
/// use knock_core::workflows;
///
/// let all = workflows::cancel("dinosaurs-loose").cancellation_key("alert-17");
/// let some = workflows::cancel("dinosaurs-loose")
///     .cancellation_key("alert-17")
///     .recipients(["jhammond"]);
/// # let _ = (all, some);
/// ```
///
/// Without the cancellation key, a cancellation is not an operation and cannot be sent:
///
/// ```compile_fail,E0277
/// use knock_core::{Operation, workflows};
///
/// let cancel = workflows::cancel("dinosaurs-loose").prepare([7; 16]);
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/workflows/cancel)
#[doc(alias = "workflows.cancel")]
pub fn cancel(key: impl Into<Text>) -> CancelOf {
    CancelOf { key: key.into() }
}

/// The workflow of a cancellation, created by [`cancel`].
#[derive(Debug, Clone)]
#[must_use = "a cancellation needs the cancellation key of the trigger"]
pub struct CancelOf {
    key: Text,
}

impl CancelOf {
    /// Sets the [cancellation key](Trigger::cancellation_key) of the trigger.
    pub fn cancellation_key(self, key: impl Into<Text>) -> Cancel {
        cancel_by(self.key, key)
    }
}

operation! {
    /// Cancels notifications of triggers with this cancellation key that have not been sent yet.
    ///
    /// It is created by [`cancel`], which has the details.
    fn cancel_by(key; cancellation_key: Text) -> Cancel {
        "workflows.cancel": POST "/v1/workflows/{key}/cancel", Tier5,
            twice_same("docs, canceling-workflows: runs with the key are cancelled, if there are any");
        returns (nothing);
        fields { recipients: Option<Vec<RecipientReference>> = None }
        check |this| {
            check_id(this.cancellation_key.as_str(), || "cancellation_key".to_owned())?;
            check_recipients(this.recipients.as_deref())
        }
        encode |this, request| {
            request.json_object(|object| {
                object.member("cancellation_key", &this.cancellation_key)?;
                object.optional("recipients", this.recipients.as_ref())
            })
        }
    }
}

impl Cancel {
    /// Cancels for these recipients only. At least one is required, and at most 1,000 are allowed.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.get_or_insert_default().extend(recipients.into_iter().map(Into::into));
        self
    }
}

fn check_recipients(recipients: Option<&[RecipientReference]>) -> Result<(), InvalidInput> {
    let Some(recipients) = recipients else { return Ok(()) };
    if recipients.is_empty() {
        return Err(InvalidInput::new("recipients", "is empty; leave it out to cancel for all"));
    }
    check_count("recipients", recipients.len(), MAX_RECIPIENTS)?;
    References(recipients).check("recipients")
}
