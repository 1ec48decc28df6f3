//! Preferences: which notifications a recipient wants, and over which channels.
//!
//! See Knock on [preferences](https://docs.knock.app/preferences/overview) and on
//! [conditions](https://docs.knock.app/concepts/conditions).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::field::{Field, clearable};
use crate::open_enum::open_enum;

/// The id of the preference set that applies where no tenant has its own.
pub const DEFAULT_SET: &str = "default";

open_enum! {
    /// A type of channel.
    pub enum ChannelType {
        Email = "email",
        InApp = "in_app",
        InAppFeed = "in_app_feed",
        InAppGuide = "in_app_guide",
        Sms = "sms",
        Push = "push",
        Chat = "chat",
        Http = "http",
    }
}

open_enum! {
    /// How a condition compares.
    pub enum Operator {
        EqualTo = "equal_to",
        NotEqualTo = "not_equal_to",
        GreaterThan = "greater_than",
        LessThan = "less_than",
        GreaterThanOrEqualTo = "greater_than_or_equal_to",
        LessThanOrEqualTo = "less_than_or_equal_to",
        Contains = "contains",
        NotContains = "not_contains",
        Empty = "empty",
        NotEmpty = "not_empty",
        Exists = "exists",
        NotExists = "not_exists",
        ContainsAll = "contains_all",
        NotContainsAll = "not_contains_all",
        IsTimestamp = "is_timestamp",
        IsNotTimestamp = "is_not_timestamp",
        IsTimestampOnOrAfter = "is_timestamp_on_or_after",
        IsTimestampBefore = "is_timestamp_before",
        IsTimestampOnOrAfterDate = "is_timestamp_on_or_after_date",
        IsTimestampBeforeDate = "is_timestamp_before_date",
        IsTimestampBetween = "is_timestamp_between",
        IsBetween = "is_between",
        IsAudienceMember = "is_audience_member",
        IsNotAudienceMember = "is_not_audience_member",
    }
}

open_enum! {
    /// What becomes of the set that Knock has.
    pub enum PersistenceStrategy {
        Merge = "merge",
        Replace = "replace",
    }
}

/// A comparison that decides whether a setting applies; conditions in one list must all hold.
///
/// ```
/// use knock_core::preferences::{Condition, Operator};
///
/// let muted = Condition::new("recipient.muted_dinosaurs", Operator::NotContains, "data.dinosaur");
/// assert_eq!(muted.argument.as_deref(), Some("data.dinosaur"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Condition {
    /// The path of the value to look at, as `recipient.plan` or `data.priority`.
    pub variable: String,
    /// How to compare.
    pub operator: Operator,
    /// What to compare with; a path or a value, always as text. Operators such as `exists` take none.
    #[serde(default)]
    pub argument: Option<String>,
}

impl Condition {
    /// A condition that compares with an argument.
    pub fn new(variable: impl Into<String>, operator: Operator, argument: impl Into<String>) -> Self {
        Self { variable: variable.into(), operator, argument: Some(argument.into()) }
    }

    /// A condition that needs no argument, as [`Operator::Exists`].
    pub fn unary(variable: impl Into<String>, operator: Operator) -> Self {
        Self { variable: variable.into(), operator, argument: None }
    }
}

/// On, off, or on under conditions: a setting of a channel, of a type of channel, or of commercial messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Setting {
    /// On or off.
    Subscribed(bool),
    /// On while all conditions hold.
    Conditions {
        /// The conditions.
        conditions: Vec<Condition>,
    },
    /// A form that this version does not know, as it came.
    Other(Value),
}

impl From<bool> for Setting {
    fn from(subscribed: bool) -> Self {
        Self::Subscribed(subscribed)
    }
}

impl From<Condition> for Setting {
    fn from(condition: Condition) -> Self {
        Self::from(vec![condition])
    }
}

impl From<Vec<Condition>> for Setting {
    fn from(conditions: Vec<Condition>) -> Self {
        Self::Conditions { conditions }
    }
}

/// Settings by type of channel.
pub type ChannelTypes = BTreeMap<ChannelType, Setting>;

/// Settings by channel id.
pub type Channels = BTreeMap<String, Setting>;

/// Settings by workflow key or category.
pub type Workflows = BTreeMap<String, WorkflowSetting>;

clearable!(ChannelTypes, Channels, Workflows, Setting, Vec<Condition>);

/// The setting of a workflow or a category: on, off, or in detail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum WorkflowSetting {
    /// On or off.
    Subscribed(bool),
    /// By channel, by type of channel, or under conditions.
    Settings(WorkflowSettings),
    /// A form that this version does not know, as it came.
    Other(Value),
}

impl From<bool> for WorkflowSetting {
    fn from(subscribed: bool) -> Self {
        Self::Subscribed(subscribed)
    }
}

impl From<WorkflowSettings> for WorkflowSetting {
    fn from(settings: WorkflowSettings) -> Self {
        Self::Settings(settings)
    }
}

/// The detailed setting of a workflow or a category.
///
/// ```
/// use knock_core::preferences::{ChannelType, WorkflowSettings};
///
/// let settings = WorkflowSettings::new().channel_type(ChannelType::Sms, false).channel_type(ChannelType::Email, true);
/// assert_eq!(
///     serde_json::json!(settings),
///     serde_json::json!({ "channel_types": { "email": true, "sms": false } })
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct WorkflowSettings {
    /// By type of channel.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub channel_types: Field<ChannelTypes>,
    /// By channel id.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub channels: Field<Channels>,
    /// Conditions that must all hold.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub conditions: Field<Vec<Condition>>,
    /// In a tenant's preferences: whether this setting wins over the recipient's own.
    #[serde(rename = "__strategy__", skip_serializing_if = "Option::is_none")]
    pub strategy: Option<PersistenceStrategy>,
    /// What this version does not know, so that a set that is read and written again keeps it.
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl WorkflowSettings {
    /// No settings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The setting for one type of channel.
    pub fn channel_type(mut self, channel_type: ChannelType, setting: impl Into<Setting>) -> Self {
        self.channel_types.get_or_default().insert(channel_type, setting.into());
        self
    }

    /// The setting for one channel, by its id.
    pub fn channel(mut self, channel_id: impl Into<String>, setting: impl Into<Setting>) -> Self {
        self.channels.get_or_default().insert(channel_id.into(), setting.into());
        self
    }

    /// One more condition.
    pub fn condition(mut self, condition: Condition) -> Self {
        self.conditions.get_or_default().push(condition);
        self
    }

    /// In a tenant's preferences: makes this setting win over the recipient's own.
    pub fn strategy(mut self, strategy: PersistenceStrategy) -> Self {
        self.strategy = Some(strategy);
        self
    }
}

/// A preference set to write.
///
/// Written for itself it **replaces** the set, unless [`merge`](Self::merge) says otherwise; written along with an
/// inline recipient it is merged. A whole group is removed with [`Clear`](crate::Clear).
///
/// ```
/// use knock_core::preferences::{ChannelType, Condition, Operator, PreferenceSetRequest, WorkflowSettings};
///
/// let preferences = PreferenceSetRequest::new()
///     .channel_type(ChannelType::Email, true)
///     .channel_type(ChannelType::Sms, false)
///     .workflow("dinosaurs-loose", WorkflowSettings::new().channel_type(ChannelType::Sms, true))
///     .category("marketing", false)
///     .commercial_subscribed(false);
/// # let _ = preferences;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[must_use]
pub struct PreferenceSetRequest {
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub(crate) channel_types: Field<ChannelTypes>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub(crate) channels: Field<Channels>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub(crate) workflows: Field<Workflows>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub(crate) categories: Field<Workflows>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub(crate) commercial_subscribed: Field<Setting>,
    #[serde(rename = "__persistence_strategy__", skip_serializing_if = "Option::is_none")]
    pub(crate) strategy: Option<PersistenceStrategy>,
}

impl PreferenceSetRequest {
    /// No settings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The setting for one type of channel.
    pub fn channel_type(mut self, channel_type: ChannelType, setting: impl Into<Setting>) -> Self {
        self.channel_types.get_or_default().insert(channel_type, setting.into());
        self
    }

    /// The settings for all types of channel at once.
    pub fn channel_types(mut self, settings: impl Into<Field<ChannelTypes>>) -> Self {
        self.channel_types = settings.into();
        self
    }

    /// The setting for one channel, by its id.
    pub fn channel(mut self, channel_id: impl Into<String>, setting: impl Into<Setting>) -> Self {
        self.channels.get_or_default().insert(channel_id.into(), setting.into());
        self
    }

    /// The settings for all channels at once.
    pub fn channels(mut self, settings: impl Into<Field<Channels>>) -> Self {
        self.channels = settings.into();
        self
    }

    /// The setting for one workflow, by its key.
    pub fn workflow(mut self, key: impl Into<String>, setting: impl Into<WorkflowSetting>) -> Self {
        self.workflows.get_or_default().insert(key.into(), setting.into());
        self
    }

    /// The settings for all workflows at once.
    pub fn workflows(mut self, settings: impl Into<Field<Workflows>>) -> Self {
        self.workflows = settings.into();
        self
    }

    /// The setting for one category of workflows.
    pub fn category(mut self, category: impl Into<String>, setting: impl Into<WorkflowSetting>) -> Self {
        self.categories.get_or_default().insert(category.into(), setting.into());
        self
    }

    /// The settings for all categories at once.
    pub fn categories(mut self, settings: impl Into<Field<Workflows>>) -> Self {
        self.categories = settings.into();
        self
    }

    /// Whether the recipient gets messages of workflows that are marked as commercial.
    pub fn commercial_subscribed(mut self, setting: impl Into<Field<Setting>>) -> Self {
        self.commercial_subscribed = setting.into();
        self
    }

    /// Merges into the set that Knock has, where writing it for itself would replace it.
    pub fn merge(mut self) -> Self {
        self.strategy = Some(PersistenceStrategy::Merge);
        self
    }

    /// Replaces the set that Knock has, where it would be merged: as a tenant's default.
    pub fn replace(mut self) -> Self {
        self.strategy = Some(PersistenceStrategy::Replace);
        self
    }
}

impl From<Condition> for Field<Setting> {
    fn from(condition: Condition) -> Self {
        Self::Set(condition.into())
    }
}

impl From<Vec<Condition>> for Field<Setting> {
    fn from(conditions: Vec<Condition>) -> Self {
        Self::Set(conditions.into())
    }
}

impl From<bool> for Field<Setting> {
    fn from(subscribed: bool) -> Self {
        Self::Set(subscribed.into())
    }
}

/// A recipient's preference set, merged with the environment's defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceSet {
    /// `default`, or a tenant's id.
    pub id: String,
    /// By type of channel.
    #[serde(default)]
    pub channel_types: Option<ChannelTypes>,
    /// By channel id.
    #[serde(default)]
    pub channels: Option<Channels>,
    /// By workflow key.
    #[serde(default)]
    pub workflows: Option<Workflows>,
    /// By category of workflows.
    #[serde(default)]
    pub categories: Option<Workflows>,
    /// Whether the recipient gets messages of workflows that are marked as commercial.
    #[serde(default)]
    pub commercial_subscribed: Option<Setting>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Clear;

    #[test]
    fn every_form_of_a_setting_reads_and_writes() {
        let set = json!({
            "id": "default",
            "channel_types": { "email": true, "pager": { "conditions": [
                { "variable": "data.urgent", "operator": "equal_to", "argument": "true" }
            ] } },
            "channels": null,
            "workflows": {
                "dinosaurs-loose": { "channel_types": null, "conditions": [] },
                "quiet": false,
                "later": { "from": "later" },
                "more": { "channel_types": { "sms": false }, "new": 1 }
            },
            "categories": { "new-form": 3 },
            "commercial_subscribed": { "from": "later" }
        });
        let parsed: PreferenceSet = serde_json::from_value(set.clone()).unwrap();
        assert_eq!(json!(parsed), set);
    }

    #[test]
    fn a_group_can_be_cleared() {
        let request = PreferenceSetRequest::new().workflows(Clear).merge();
        assert_eq!(json!(request), json!({ "workflows": null, "__persistence_strategy__": "merge" }));
    }
}
