//! What a user did with a step of a guide: the bodies of requests.

use serde::{Deserialize, Serialize};

use crate::operation::RequestEncoder;
use crate::value::{IntoOptional, InvalidInput, Text};
use crate::wire::{JsonText, check_id, check_optional_id};

/// Knock documents no size limit for the objects that belong to guides.
pub(super) const NO_LIMIT: usize = usize::MAX;

/// A reference to a step of a guide.
///
/// [`Guide::step_reference`](crate::guides::Guide::step_reference) returns one for a guide that you have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GuideStepReference {
    /// The id of the channel.
    pub channel_id: String,
    /// The id of the guide.
    pub guide_id: String,
    /// The key of the guide.
    pub guide_key: String,
    /// The name of the step, unique in the guide.
    pub guide_step_ref: String,
}

impl GuideStepReference {
    fn check(&self) -> Result<(), InvalidInput> {
        check_id(&self.channel_id, || "channel_id".to_owned())?;
        check_id(&self.guide_id, || "guide_id".to_owned())?;
        check_id(&self.guide_key, || "guide_key".to_owned())?;
        check_id(&self.guide_step_ref, || "guide_step_ref".to_owned())
    }
}

/// The body of [`mark_message_as_seen`](crate::guides::mark_message_as_seen): which step the user saw, and what it
/// showed.
#[derive(Debug, Clone, Serialize)]
#[must_use]
pub struct SeenRequest {
    #[serde(flatten)]
    step: GuideStepReference,
    content: JsonText,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<JsonText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Text>,
}

impl SeenRequest {
    /// Returns a body for a step and its [content](crate::guides::GuideStep::content), any value that serializes to a
    /// JSON object.
    pub fn new(step: GuideStepReference, content: impl Serialize) -> Self {
        Self { step, content: JsonText::new("content", &content), data: None, tenant: None }
    }

    /// Sets the [data](crate::guides::GetChannel::data) with which the guide was requested, any value that serializes
    /// to a JSON object.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = Some(JsonText::new("data", &data));
        self
    }

    /// Sets the tenant that was active when the user saw the step.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }

    pub(super) fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.step.check()?;
        self.content.check_object("content", NO_LIMIT)?;
        if self.content.get()?.get() == "null" {
            return Err(InvalidInput::new("content", "is null; it must be a JSON object"));
        }
        self.data.as_ref().map_or(Ok(()), |data| data.check_object("data", NO_LIMIT))?;
        check_tenant(self.tenant.as_ref())?;
        request.json(self)
    }
}

/// The body of [`mark_message_as_interacted`](crate::guides::mark_message_as_interacted): which step the user
/// interacted with, and how.
#[derive(Debug, Clone, Serialize)]
#[must_use]
pub struct InteractedRequest {
    #[serde(flatten)]
    step: GuideStepReference,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<JsonText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Text>,
}

impl InteractedRequest {
    /// Returns a body for a step.
    pub fn new(step: GuideStepReference) -> Self {
        Self { step, metadata: None, tenant: None }
    }

    /// Sets a description of the interaction, any value that serializes to a JSON object.
    pub fn metadata(mut self, metadata: impl Serialize) -> Self {
        self.metadata = Some(JsonText::new("metadata", &metadata));
        self
    }

    /// Sets the tenant that was active when the user interacted with the step.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }

    pub(super) fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.step.check()?;
        self.metadata.as_ref().map_or(Ok(()), |metadata| metadata.check_object("metadata", NO_LIMIT))?;
        check_tenant(self.tenant.as_ref())?;
        request.json(self)
    }
}

/// The body of [`mark_message_as_archived`](crate::guides::mark_message_as_archived): which step the user dismissed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct ArchivedRequest {
    #[serde(flatten)]
    step: GuideStepReference,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_final: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unthrottled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Text>,
}

impl ArchivedRequest {
    /// Returns a body for a step.
    pub fn new(step: GuideStepReference) -> Self {
        Self { step, is_final: None, unthrottled: None, tenant: None }
    }

    /// Sets whether this was the last step of the guide.
    pub fn is_final(mut self, is_final: impl Into<Option<bool>>) -> Self {
        self.is_final = is_final.into().or(self.is_final);
        self
    }

    /// Sets whether the next guide of the group may be shown immediately.
    pub fn unthrottled(mut self, unthrottled: impl Into<Option<bool>>) -> Self {
        self.unthrottled = unthrottled.into().or(self.unthrottled);
        self
    }

    /// Sets the tenant that was active when the user dismissed the step.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }

    pub(super) fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.step.check()?;
        check_tenant(self.tenant.as_ref())?;
        request.json(self)
    }
}

pub(super) fn check_tenant(tenant: Option<&Text>) -> Result<(), InvalidInput> {
    check_optional_id("tenant", tenant.map(Text::as_str))
}

/// The response to a request that records what a user did with a guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GuideResponse {
    /// The result: `ok`.
    pub status: String,
}
