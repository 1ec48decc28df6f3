//! Guides: banners, modals and the like inside an app, and what a user did with them.
//!
//! See Knock on [guides](https://docs.knock.app/in-app-ui/guides/overview) and its
//! [reference](https://docs.knock.app/api-reference/users/guides).

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::messages::check_some_id;
use crate::api::recipients::check_id;
use crate::error::{DecodeError, InvalidInput};
use crate::json::LazyJson;
use crate::open_enum::open_enum;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::response;
use crate::time::Timestamp;

/// Knock names no limit for what goes along with guides.
const NO_LIMIT: usize = usize::MAX;

/// Gets the guides that a user is to see in an in-app guide channel, and why others are not among them.
///
/// ```
/// use knock_core::guides;
/// use serde_json::json;
///
/// let channel = "51b92f90-1504-4fda-95c1-495a3883bc4d";
/// let get = guides::get_channel("jhammond", channel).tenant("jurassic-park").data(json!({ "plan": "island" }));
/// # let _ = get;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/guides/get_channel)
pub fn get_channel(user_id: impl Into<String>, channel_id: impl Into<String>) -> GetChannel {
    GetChannel {
        user_id: user_id.into(),
        channel_id: channel_id.into(),
        tenant: None,
        data: None,
        guide_type: None,
    }
}

/// Made by [`get_channel`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetChannel {
    user_id: String,
    channel_id: String,
    tenant: Option<String>,
    data: Option<LazyJson>,
    guide_type: Option<String>,
}

impl GetChannel {
    /// The tenant that the user is looking at.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    /// What the guides' conditions and contents see as `data`: anything that is a JSON object.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = Some(LazyJson::new("data", &data));
        self
    }

    /// Guides of this type only, as `banner`.
    pub fn guide_type(mut self, guide_type: impl Into<String>) -> Self {
        self.guide_type = Some(guide_type.into());
        self
    }
}

impl Operation for GetChannel {
    type Output = Guides;
    const INFO: OperationInfo = OperationInfo::get(
        "guides.get_channel",
        "/v1/users/{user_id}/guides/{channel_id}",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("channel_id", &self.channel_id)?;
        check_some_id("tenant", self.tenant.as_deref())?;
        if let Some(data) = &self.data {
            data.check_object("data", NO_LIMIT)?;
            request.query("data", data.get()?.get());
        }
        request.query("tenant", &self.tenant);
        request.query("type", &self.guide_type);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Guides, DecodeError> {
        response::json(response)
    }
}

/// The guides of a channel, for one user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Guides {
    /// The guides that the user is to see.
    pub entries: Vec<Guide>,
    /// In which order they are shown, and how often.
    #[serde(default)]
    pub guide_groups: Vec<GuideGroup>,
    /// When a guide of a group was last shown, by the group's key.
    #[serde(default)]
    pub guide_group_display_logs: BTreeMap<String, Timestamp>,
    /// The guides that the user is not to see.
    #[serde(default)]
    pub ineligible_guides: Vec<IneligibleGuide>,
}

/// A guide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Guide {
    /// The id.
    #[serde(default)]
    pub id: String,
    /// The key.
    #[serde(default)]
    pub key: String,
    /// The channel's id.
    #[serde(default)]
    pub channel_id: String,
    /// The type, as `banner`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub guide_type: Option<String>,
    /// Whether it is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Its steps, in this order.
    #[serde(default)]
    pub steps: Vec<GuideStep>,
    /// At which URLs it is shown; at all, where there is neither a rule nor a pattern.
    #[serde(default)]
    pub activation_url_rules: Vec<ActivationUrlRule>,
    /// At which URLs it is shown, by patterns.
    #[serde(default)]
    pub activation_url_patterns: Vec<ActivationUrlPattern>,
    /// Whether it is shown however lately another was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypass_global_group_limit: Option<bool>,
    /// The version, as `0.0.3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semver: Option<String>,
    /// Where it is in Knock's dashboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dashboard_url: Option<String>,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inserted_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl Guide {
    /// A step of this guide, as the calls that tell what the user did with it want it.
    pub fn step_reference(&self, step: &GuideStep) -> GuideStepReference {
        GuideStepReference {
            channel_id: self.channel_id.clone(),
            guide_id: self.id.clone(),
            guide_key: self.key.clone(),
            guide_step_ref: step.step_ref.clone(),
        }
    }
}

/// A step of a guide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GuideStep {
    /// Its name in the guide.
    #[serde(rename = "ref", default)]
    pub step_ref: String,
    /// What it shows.
    #[serde(default)]
    pub content: Map<String, Value>,
    /// What the user did with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<GuideMessage>,
    /// The key of the message type that its content follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_key: Option<String>,
    /// The message type's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_semver: Option<String>,
    /// The message type's variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_variant_key: Option<String>,
}

/// What a user did with a step of a guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GuideMessage {
    /// The message's id; `None` before it was first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// When it was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When the user last interacted with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interacted_at: Option<Timestamp>,
    /// When a link in it was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_clicked_at: Option<Timestamp>,
    /// When it was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
}

open_enum! {
    /// Whether a guide is shown where a rule or a pattern holds.
    pub enum ActivationDirective {
        Allow = "allow",
        Block = "block",
    }
}

/// A rule for the URLs at which a guide is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActivationUrlRule {
    /// Whether it is shown where the rule holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directive: Option<ActivationDirective>,
    /// The part of the URL to look at: `pathname`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// How to compare: `contains` or `equal_to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// What to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
}

/// A pattern for the URLs at which a guide is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActivationUrlPattern {
    /// Whether it is shown where the pattern holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directive: Option<ActivationDirective>,
    /// The path, where `*` stands for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pathname: Option<String>,
    /// The query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

/// Guides that are shown in turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct GuideGroup {
    /// The key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The guides' keys, in the order in which they are shown.
    #[serde(default)]
    pub display_sequence: Vec<String>,
    /// How many seconds there must be between two guides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_interval: Option<u64>,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inserted_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

open_enum! {
    /// Why a user is not to see a guide.
    pub enum IneligibilityReason {
        GuideNotActive = "guide_not_active",
        MarkedAsArchived = "marked_as_archived",
        TargetConditionsNotMet = "target_conditions_not_met",
        NotInTargetAudience = "not_in_target_audience",
    }
}

/// A guide that a user is not to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IneligibleGuide {
    /// The guide's key.
    pub key: String,
    /// Why.
    pub reason: IneligibilityReason,
    /// Why, for people.
    pub message: String,
}

/// A step of a guide: where it is.
///
/// [`Guide::step_reference`] makes one of what [`get_channel`] answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GuideStepReference {
    /// The channel's id.
    pub channel_id: String,
    /// The guide's id.
    pub guide_id: String,
    /// The guide's key.
    pub guide_key: String,
    /// The step's name in the guide.
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

/// That a user saw a step of a guide, for [`mark_message_as_seen`].
#[derive(Debug, Clone, Serialize)]
#[must_use]
pub struct SeenRequest {
    #[serde(flatten)]
    step: GuideStepReference,
    content: LazyJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<LazyJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
}

impl SeenRequest {
    /// The step, and what it showed: anything that is a JSON object, as [`GuideStep::content`].
    pub fn new(step: GuideStepReference, content: impl Serialize) -> Self {
        Self { step, content: LazyJson::new("content", &content), data: None, tenant: None }
    }

    /// The data that the guide was got with: anything that is a JSON object.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = Some(LazyJson::new("data", &data));
        self
    }

    /// The tenant that the user was looking at.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    fn check(&self) -> Result<(), InvalidInput> {
        self.step.check()?;
        self.content.check_object("content", NO_LIMIT)?;
        if self.content.get()?.get() == "null" {
            return Err(InvalidInput::new("content", "is null; it must be a JSON object"));
        }
        self.data.as_ref().map_or(Ok(()), |data| data.check_object("data", NO_LIMIT))?;
        check_some_id("tenant", self.tenant.as_deref())
    }
}

/// That a user did something with a step of a guide, for [`mark_message_as_interacted`].
#[derive(Debug, Clone, Serialize)]
#[must_use]
pub struct InteractedRequest {
    #[serde(flatten)]
    step: GuideStepReference,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<LazyJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
}

impl InteractedRequest {
    /// The step.
    pub fn new(step: GuideStepReference) -> Self {
        Self { step, metadata: None, tenant: None }
    }

    /// What the user did: anything that is a JSON object.
    pub fn metadata(mut self, metadata: impl Serialize) -> Self {
        self.metadata = Some(LazyJson::new("metadata", &metadata));
        self
    }

    /// The tenant that the user was looking at.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    fn check(&self) -> Result<(), InvalidInput> {
        self.step.check()?;
        self.metadata.as_ref().map_or(Ok(()), |metadata| metadata.check_object("metadata", NO_LIMIT))?;
        check_some_id("tenant", self.tenant.as_deref())
    }
}

/// That a user put away a step of a guide, for [`mark_message_as_archived`].
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
    tenant: Option<String>,
}

impl ArchivedRequest {
    /// The step.
    pub fn new(step: GuideStepReference) -> Self {
        Self { step, is_final: None, unthrottled: None, tenant: None }
    }

    /// Whether that was the guide's last step.
    pub fn is_final(mut self, is_final: bool) -> Self {
        self.is_final = Some(is_final);
        self
    }

    /// Whether the next guide of the group may be shown at once.
    pub fn unthrottled(mut self, unthrottled: bool) -> Self {
        self.unthrottled = Some(unthrottled);
        self
    }

    /// The tenant that the user was looking at.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    fn check(&self) -> Result<(), InvalidInput> {
        self.step.check()?;
        check_some_id("tenant", self.tenant.as_deref())
    }
}

/// What Knock says to what a user did with a guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GuideAnswer {
    /// `ok`
    pub status: String,
}

/// Tells that a user saw a step of a guide.
///
/// ```
/// # use knock_core::{Client, Error, Operation, Transport};
/// use knock_core::guides::{self, SeenRequest};
///
/// # async fn example<T: Transport>(client: Client<T>, channel: &str) -> Result<(), Error> {
/// let guides = guides::get_channel("jhammond", channel).send(&client).await?;
/// if let Some(guide) = guides.entries.first()
///     && let Some(step) = guide.steps.first()
/// {
///     let seen = SeenRequest::new(guide.step_reference(step), &step.content);
///     guides::mark_message_as_seen("jhammond", seen).send(&client).await?;
/// }
/// # Ok(()) }
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/guides/mark_message_as_seen)
pub fn mark_message_as_seen(user_id: impl Into<String>, seen: SeenRequest) -> MarkMessageAsSeen {
    MarkMessageAsSeen { user_id: user_id.into(), body: seen }
}

/// Made by [`mark_message_as_seen`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct MarkMessageAsSeen {
    user_id: String,
    body: SeenRequest,
}

impl Operation for MarkMessageAsSeen {
    type Output = GuideAnswer;
    const INFO: OperationInfo = OperationInfo::put(
        "guides.mark_message_as_seen",
        "/v1/users/{user_id}/guides/messages/seen",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        self.body.check()?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<GuideAnswer, DecodeError> {
        response::json(response)
    }
}

/// Tells that a user did something with a step of a guide, as clicking a button.
///
/// [Reference](https://docs.knock.app/api-reference/users/guides/mark_message_as_interacted)
pub fn mark_message_as_interacted(
    user_id: impl Into<String>,
    interacted: InteractedRequest,
) -> MarkMessageAsInteracted {
    MarkMessageAsInteracted { user_id: user_id.into(), body: interacted }
}

/// Made by [`mark_message_as_interacted`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct MarkMessageAsInteracted {
    user_id: String,
    body: InteractedRequest,
}

impl Operation for MarkMessageAsInteracted {
    type Output = GuideAnswer;
    const INFO: OperationInfo = OperationInfo::put(
        "guides.mark_message_as_interacted",
        "/v1/users/{user_id}/guides/messages/interacted",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        self.body.check()?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<GuideAnswer, DecodeError> {
        response::json(response)
    }
}

/// Tells that a user put away a step of a guide: it is not shown any more.
///
/// [Reference](https://docs.knock.app/api-reference/users/guides/mark_message_as_archived)
pub fn mark_message_as_archived(
    user_id: impl Into<String>,
    archived: ArchivedRequest,
) -> MarkMessageAsArchived {
    MarkMessageAsArchived { user_id: user_id.into(), body: archived }
}

/// Made by [`mark_message_as_archived`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct MarkMessageAsArchived {
    user_id: String,
    body: ArchivedRequest,
}

impl Operation for MarkMessageAsArchived {
    type Output = GuideAnswer;
    const INFO: OperationInfo = OperationInfo::put(
        "guides.mark_message_as_archived",
        "/v1/users/{user_id}/guides/messages/archived",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        self.body.check()?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<GuideAnswer, DecodeError> {
        response::json(response)
    }
}

#[derive(Debug, Clone, Serialize)]
struct GuideBody {
    guide_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
}

impl GuideBody {
    fn check(&self) -> Result<(), InvalidInput> {
        check_id(&self.guide_key, || "guide_key".to_owned())?;
        check_some_id("tenant", self.tenant.as_deref())
    }
}

/// Takes a guide that a user put away back: it is shown again.
///
/// [Reference](https://docs.knock.app/api-reference/users/guides/unarchive_guide_message)
pub fn unarchive_guide_message(
    user_id: impl Into<String>,
    guide_key: impl Into<String>,
) -> UnarchiveGuideMessage {
    UnarchiveGuideMessage {
        user_id: user_id.into(),
        body: GuideBody { guide_key: guide_key.into(), tenant: None },
    }
}

/// Made by [`unarchive_guide_message`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct UnarchiveGuideMessage {
    user_id: String,
    body: GuideBody,
}

impl UnarchiveGuideMessage {
    /// The tenant that the user was looking at.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.body.tenant = Some(tenant_id.into());
        self
    }
}

impl Operation for UnarchiveGuideMessage {
    type Output = GuideAnswer;
    const INFO: OperationInfo = OperationInfo::delete(
        "guides.unarchive_guide_message",
        "/v1/users/{user_id}/guides/messages/archived",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        self.body.check()?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<GuideAnswer, DecodeError> {
        response::json(response)
    }
}

/// Forgets what a user did with a guide.
///
/// [Reference](https://docs.knock.app/api-reference/users/guides/reset_guide_engagements)
pub fn reset_guide_engagements(
    user_id: impl Into<String>,
    guide_key: impl Into<String>,
) -> ResetGuideEngagements {
    ResetGuideEngagements {
        user_id: user_id.into(),
        body: GuideBody { guide_key: guide_key.into(), tenant: None },
    }
}

/// Made by [`reset_guide_engagements`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ResetGuideEngagements {
    user_id: String,
    body: GuideBody,
}

impl ResetGuideEngagements {
    /// The tenant that the user was looking at.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.body.tenant = Some(tenant_id.into());
        self
    }
}

impl Operation for ResetGuideEngagements {
    type Output = GuideAnswer;
    const INFO: OperationInfo = OperationInfo::put(
        "guides.reset_guide_engagements",
        "/v1/users/{user_id}/guides/engagements/reset",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        self.body.check()?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<GuideAnswer, DecodeError> {
        response::json(response)
    }
}

/// Tells that a user saw a step of a guide, with the message's id in the path.
#[deprecated(note = "use `guides::mark_message_as_seen`, which needs no message id")]
pub fn mark_message_id_as_seen(
    user_id: impl Into<String>,
    message_id: impl Into<String>,
    seen: SeenRequest,
) -> MarkMessageIdAsSeen {
    MarkMessageIdAsSeen { user_id: user_id.into(), message_id: message_id.into(), body: seen }
}

/// Made by `mark_message_id_as_seen`.
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct MarkMessageIdAsSeen {
    user_id: String,
    message_id: String,
    body: SeenRequest,
}

impl Operation for MarkMessageIdAsSeen {
    type Output = GuideAnswer;
    const INFO: OperationInfo = OperationInfo::put(
        "guides.mark_message_id_as_seen",
        "/v1/users/{user_id}/guides/messages/{message_id}/seen",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("message_id", &self.message_id)?;
        self.body.check()?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<GuideAnswer, DecodeError> {
        response::json(response)
    }
}

/// Tells that a user did something with a step of a guide, with the message's id in the path.
#[deprecated(note = "use `guides::mark_message_as_interacted`, which needs no message id")]
pub fn mark_message_id_as_interacted(
    user_id: impl Into<String>,
    message_id: impl Into<String>,
    interacted: InteractedRequest,
) -> MarkMessageIdAsInteracted {
    MarkMessageIdAsInteracted { user_id: user_id.into(), message_id: message_id.into(), body: interacted }
}

/// Made by `mark_message_id_as_interacted`.
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct MarkMessageIdAsInteracted {
    user_id: String,
    message_id: String,
    body: InteractedRequest,
}

impl Operation for MarkMessageIdAsInteracted {
    type Output = GuideAnswer;
    const INFO: OperationInfo = OperationInfo::put(
        "guides.mark_message_id_as_interacted",
        "/v1/users/{user_id}/guides/messages/{message_id}/interacted",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("message_id", &self.message_id)?;
        self.body.check()?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<GuideAnswer, DecodeError> {
        response::json(response)
    }
}

/// Tells that a user put away a step of a guide, with the message's id in the path.
#[deprecated(note = "use `guides::mark_message_as_archived`, which needs no message id")]
pub fn mark_message_id_as_archived(
    user_id: impl Into<String>,
    message_id: impl Into<String>,
    archived: ArchivedRequest,
) -> MarkMessageIdAsArchived {
    MarkMessageIdAsArchived { user_id: user_id.into(), message_id: message_id.into(), body: archived }
}

/// Made by `mark_message_id_as_archived`.
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct MarkMessageIdAsArchived {
    user_id: String,
    message_id: String,
    body: ArchivedRequest,
}

impl Operation for MarkMessageIdAsArchived {
    type Output = GuideAnswer;
    const INFO: OperationInfo = OperationInfo::put(
        "guides.mark_message_id_as_archived",
        "/v1/users/{user_id}/guides/messages/{message_id}/archived",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("message_id", &self.message_id)?;
        self.body.check()?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<GuideAnswer, DecodeError> {
        response::json(response)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn step() -> GuideStepReference {
        GuideStepReference {
            channel_id: "c".to_owned(),
            guide_id: "g".to_owned(),
            guide_key: "tour".to_owned(),
            guide_step_ref: "step_1".to_owned(),
        }
    }

    #[test]
    fn a_step_lies_flat_in_the_body() {
        let seen = SeenRequest::new(step(), json!({})).tenant("acme");
        let expected = json!({
            "channel_id": "c", "guide_id": "g", "guide_key": "tour", "guide_step_ref": "step_1",
            "content": {}, "tenant": "acme"
        });
        let request = mark_message_as_seen("jhammond", seen)
            .to_request(&crate::Config::new("sk_test_12345").unwrap())
            .unwrap();
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body, expected);
    }

    #[test]
    fn a_step_must_be_whole() {
        let seen = SeenRequest::new(GuideStepReference { guide_id: String::new(), ..step() }, json!({}));
        assert!(mark_message_as_seen("jhammond", seen).prepare().is_err());
        assert!(mark_message_as_seen("jhammond", SeenRequest::new(step(), "text")).prepare().is_err());
        assert!(mark_message_as_seen("jhammond", SeenRequest::new(step(), ())).prepare().is_err());
    }
}
