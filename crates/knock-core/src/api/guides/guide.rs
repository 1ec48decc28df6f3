//! Guides in a response.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::engagement::GuideStepReference;
use crate::value::Timestamp;
use crate::wire::open_enum;

/// The guides of a channel, for one user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Guides {
    /// The guides to show to the user.
    pub entries: Vec<Guide>,
    /// The order in which guides are shown, and how often.
    #[serde(default)]
    pub guide_groups: Vec<GuideGroup>,
    /// When a guide of a group was last shown, by the key of the group.
    #[serde(default)]
    pub guide_group_display_logs: BTreeMap<String, Timestamp>,
    /// The guides that are not shown to the user, with the reasons.
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
    /// The id of the channel.
    #[serde(default)]
    pub channel_id: String,
    /// The type, for example `banner`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub guide_type: Option<String>,
    /// Whether the guide is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// The steps, in their order.
    #[serde(default)]
    pub steps: Vec<GuideStep>,
    /// The URLs at which the guide is shown; everywhere if there are no rules and no patterns.
    #[serde(default)]
    pub activation_url_rules: Vec<ActivationUrlRule>,
    /// The URLs at which the guide is shown, as patterns.
    #[serde(default)]
    pub activation_url_patterns: Vec<ActivationUrlPattern>,
    /// Whether the guide is shown regardless of how recently another one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypass_global_group_limit: Option<bool>,
    /// The version, for example `0.0.3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semver: Option<String>,
    /// The URL of the guide in Knock's dashboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dashboard_url: Option<String>,
    /// When the guide was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inserted_at: Option<Timestamp>,
    /// When the guide last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl Guide {
    /// Returns a reference to a step of this guide, for the operations that record what the user did with it.
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
    /// The name of the step, unique in the guide.
    #[serde(rename = "ref", default)]
    pub step_ref: String,
    /// The content to show.
    #[serde(default)]
    pub content: Map<String, Value>,
    /// What the user did with the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<GuideMessage>,
    /// The key of the message type of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_key: Option<String>,
    /// The version of the message type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_semver: Option<String>,
    /// The variant of the message type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_variant_key: Option<String>,
}

/// What a user did with a step of a guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GuideMessage {
    /// The id of the message; `None` until the step is first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When the step was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// When the step was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When the user last interacted with the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interacted_at: Option<Timestamp>,
    /// When a link in the step was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_clicked_at: Option<Timestamp>,
    /// When the step was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
}

open_enum! {
    /// Whether a guide is shown at a URL that matches a rule or a pattern.
    pub enum ActivationDirective {
        Allow = "allow",
        Block = "block",
    }
}

/// A rule for the URLs at which a guide is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActivationUrlRule {
    /// Whether the guide is shown at URLs that match the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directive: Option<ActivationDirective>,
    /// The part of the URL to compare: `pathname`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The comparison: `contains` or `equal_to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The value to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
}

/// A pattern for the URLs at which a guide is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActivationUrlPattern {
    /// Whether the guide is shown at URLs that match the pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directive: Option<ActivationDirective>,
    /// The path, in which `*` stands for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pathname: Option<String>,
    /// The query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

/// A group of guides that are shown one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct GuideGroup {
    /// The key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The keys of the guides, in the order in which they are shown.
    #[serde(default)]
    pub display_sequence: Vec<String>,
    /// The shortest time between two guides, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_interval: Option<u64>,
    /// When the group was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inserted_at: Option<Timestamp>,
    /// When the group last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

open_enum! {
    /// The reason why a guide is not shown to a user.
    pub enum IneligibilityReason {
        GuideNotActive = "guide_not_active",
        MarkedAsArchived = "marked_as_archived",
        TargetConditionsNotMet = "target_conditions_not_met",
        NotInTargetAudience = "not_in_target_audience",
    }
}

/// A guide that is not shown to a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IneligibleGuide {
    /// The key of the guide.
    pub key: String,
    /// The reason.
    pub reason: IneligibilityReason,
    /// A human-readable explanation.
    pub message: String,
}
