//! Preferences: which notifications a recipient wants, and over which channels.
//!
//! See Knock on [preferences](https://docs.knock.app/preferences/overview) and on
//! [conditions](https://docs.knock.app/concepts/conditions).

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::value::{Field, IntoField, IntoOptional, Text};
use crate::wire::open_enum;

/// The id of the preference set that applies unless a tenant has its own.
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
    /// The comparison of a condition.
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
    /// How a preference set in a request changes the stored set: it is merged into it, or replaces it.
    pub enum PersistenceStrategy {
        Merge = "merge",
        Replace = "replace",
    }
}

/// A comparison that decides whether a setting is on. If there are several, all must hold.
///
/// ```
/// use knock_core::preferences::{Condition, Operator};
///
/// let muted =
///     Condition::new("recipient.muted_dinosaurs", Operator::NotContains, "data.dinosaur");
/// assert_eq!(muted.argument.as_deref(), Some("data.dinosaur"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Condition {
    /// The path of the value to compare, for example `recipient.plan` or `data.priority`.
    pub variable: String,
    /// The comparison.
    pub operator: Operator,
    /// The path or value to compare with, always as a string. Operators such as `exists` take none.
    #[serde(default)]
    pub argument: Option<String>,
    /// Members that this version does not know. A set that is read and written again keeps them.
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl Condition {
    /// Returns a condition that compares with an argument.
    pub fn new(variable: impl Into<Text>, operator: impl Into<Operator>, argument: impl Into<Text>) -> Self {
        let condition = Self::unary(variable, operator);
        Self { argument: Some(argument.into().into()), ..condition }
    }

    /// Returns a condition without an argument, for an operator such as [`Operator::Exists`].
    pub fn unary(variable: impl Into<Text>, operator: impl Into<Operator>) -> Self {
        let (variable, operator) = (variable.into().into(), operator.into());
        Self { variable, operator, argument: None, other: Map::new() }
    }
}

/// A setting of a channel, of a type of channel or of commercial messages: on, off, or on under conditions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
// A form with other members than these is kept as `Other`.
#[serde(untagged, deny_unknown_fields)]
#[non_exhaustive]
pub enum Setting {
    /// On or off.
    Subscribed(bool),
    /// On if all conditions hold.
    Conditions {
        /// The conditions.
        conditions: Vec<Condition>,
    },
    /// A form that this version does not know, as it was received.
    Other(Value),
}

impl From<bool> for Setting {
    fn from(subscribed: bool) -> Self {
        Self::Subscribed(subscribed)
    }
}

impl From<Condition> for Setting {
    fn from(condition: Condition) -> Self {
        Self::from([condition])
    }
}

impl From<Vec<Condition>> for Setting {
    fn from(conditions: Vec<Condition>) -> Self {
        Self::Conditions { conditions }
    }
}

impl<const N: usize> From<[Condition; N]> for Setting {
    fn from(conditions: [Condition; N]) -> Self {
        Self::Conditions { conditions: conditions.into() }
    }
}

/// A group of settings, by type of channel, channel id, workflow key or category.
///
/// It is a map, to which it dereferences, with a [strategy](Self::strategy) beside the settings.
///
/// ```
/// use knock_core::preferences::{ChannelType, ChannelTypes, PersistenceStrategy};
///
/// let mut types = ChannelTypes::from([(ChannelType::Email, true.into())]);
/// types.insert(ChannelType::Sms, false.into());
/// let types = types.with_strategy(PersistenceStrategy::Replace);
/// assert_eq!(
///     serde_json::json!(types),
///     serde_json::json!({ "email": true, "sms": false, "__strategy__": "replace" })
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Group<K: Ord, S> {
    /// In the preferences of a tenant: whether the group overrides that of the recipient.
    #[serde(rename = "__strategy__", default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<PersistenceStrategy>,
    #[serde(flatten)]
    settings: BTreeMap<K, S>,
}

impl<K: Ord, S> Group<K, S> {
    /// Returns a group without settings.
    pub fn new() -> Self {
        Self::from(BTreeMap::new())
    }

    /// In the preferences of a tenant: sets whether the group overrides that of the recipient.
    #[must_use]
    pub fn with_strategy<Kind>(mut self, strategy: impl IntoOptional<PersistenceStrategy, Kind>) -> Self {
        self.strategy = strategy.into_optional().or(self.strategy);
        self
    }
}

impl<K: Ord, S> Default for Group<K, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, S> Deref for Group<K, S> {
    type Target = BTreeMap<K, S>;

    fn deref(&self) -> &BTreeMap<K, S> {
        &self.settings
    }
}

impl<K: Ord, S> DerefMut for Group<K, S> {
    fn deref_mut(&mut self) -> &mut BTreeMap<K, S> {
        &mut self.settings
    }
}

impl<K: Ord, S> From<BTreeMap<K, S>> for Group<K, S> {
    fn from(settings: BTreeMap<K, S>) -> Self {
        Self { strategy: None, settings }
    }
}

impl<K: Ord, S, const N: usize> From<[(K, S); N]> for Group<K, S> {
    fn from(settings: [(K, S); N]) -> Self {
        Self::from(BTreeMap::from(settings))
    }
}

impl<K: Ord, S> FromIterator<(K, S)> for Group<K, S> {
    fn from_iter<I: IntoIterator<Item = (K, S)>>(settings: I) -> Self {
        Self::from(BTreeMap::from_iter(settings))
    }
}

impl<K: Ord, S> Extend<(K, S)> for Group<K, S> {
    fn extend<I: IntoIterator<Item = (K, S)>>(&mut self, settings: I) {
        self.settings.extend(settings);
    }
}

/// Yields the settings without the strategy.
impl<K: Ord, S> IntoIterator for Group<K, S> {
    type Item = (K, S);
    type IntoIter = std::collections::btree_map::IntoIter<K, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.settings.into_iter()
    }
}

impl<'a, K: Ord, S> IntoIterator for &'a Group<K, S> {
    type Item = (&'a K, &'a S);
    type IntoIter = std::collections::btree_map::Iter<'a, K, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.settings.iter()
    }
}

/// Settings by type of channel.
pub type ChannelTypes = Group<ChannelType, Setting>;

/// Settings by channel id.
pub type Channels = Group<String, Setting>;

/// Settings by workflow key or category.
pub type Workflows = Group<String, WorkflowSetting>;

/// The setting of a workflow or a category: on, off, on under conditions, or by channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum WorkflowSetting {
    /// On or off.
    Subscribed(bool),
    /// By channel, by type of channel, or under conditions.
    Settings(WorkflowSettings),
    /// A form that this version does not know, as it was received.
    Other(Value),
}

impl From<bool> for WorkflowSetting {
    fn from(subscribed: bool) -> Self {
        Self::Subscribed(subscribed)
    }
}

impl From<Condition> for WorkflowSetting {
    fn from(condition: Condition) -> Self {
        WorkflowSettings::new().condition(condition).into()
    }
}

impl From<Vec<Condition>> for WorkflowSetting {
    fn from(conditions: Vec<Condition>) -> Self {
        WorkflowSettings::new().conditions(conditions).into()
    }
}

impl<const N: usize> From<[Condition; N]> for WorkflowSetting {
    fn from(conditions: [Condition; N]) -> Self {
        WorkflowSettings::new().conditions(conditions).into()
    }
}

impl From<WorkflowSettings> for WorkflowSetting {
    fn from(settings: WorkflowSettings) -> Self {
        Self::Settings(settings)
    }
}

/// The settings of a workflow or a category by channel and under conditions.
///
/// ```
/// use knock_core::preferences::{ChannelType, WorkflowSettings};
///
/// let settings = WorkflowSettings::new()
///     .channel_type(ChannelType::Sms, false)
///     .channel_type(ChannelType::Email, true);
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
    /// The settings by type of channel.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub channel_types: Field<ChannelTypes>,
    /// The settings by channel id.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub channels: Field<Channels>,
    /// Conditions that must all hold.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub conditions: Field<Vec<Condition>>,
    /// In the preferences of a tenant: whether this setting overrides that of the recipient.
    #[serde(rename = "__strategy__", skip_serializing_if = "Option::is_none")]
    pub strategy: Option<PersistenceStrategy>,
    /// Members that this version does not know. A set that is read and written again keeps them.
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl WorkflowSettings {
    /// Returns empty settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the setting of a type of channel.
    pub fn channel_type(mut self, channel_type: impl Into<ChannelType>, setting: impl Into<Setting>) -> Self {
        self.channel_types.get_or_default().insert(channel_type.into(), setting.into());
        self
    }

    /// Sets the setting of a channel, by its id.
    pub fn channel(mut self, channel_id: impl Into<Text>, setting: impl Into<Setting>) -> Self {
        self.channels.get_or_default().insert(channel_id.into().into(), setting.into());
        self
    }

    /// Adds a condition.
    pub fn condition(self, condition: Condition) -> Self {
        self.conditions([condition])
    }

    /// Adds conditions, which must all hold.
    pub fn conditions(mut self, conditions: impl IntoIterator<Item = Condition>) -> Self {
        self.conditions.get_or_default().extend(conditions);
        self
    }

    /// In the preferences of a tenant: sets whether this setting overrides that of the recipient.
    pub fn strategy<Kind>(mut self, strategy: impl IntoOptional<PersistenceStrategy, Kind>) -> Self {
        self.strategy = strategy.into_optional().or(self.strategy);
        self
    }
}

/// A preference set in a request.
///
/// In operations that set preferences, such as [`users::set_preferences`](crate::users::set_preferences), it
/// **replaces** the stored set, unless you ask to [`merge`](Self::merge). As part of an inline recipient it is merged.
/// To remove a whole group of settings, for example all workflows, pass [`Clear`](crate::Clear) to the setter of the
/// group.
///
/// To change a set, convert the [`PreferenceSet`] that Knock returned into a request. It keeps everything, including what
/// this version does not know.
///
/// ```
/// use knock_core::preferences::{
///     ChannelType, Condition, Operator, PreferenceSetRequest, WorkflowSettings,
/// };
///
/// let preferences = PreferenceSetRequest::new()
///     .channel_type(ChannelType::Email, true)
///     .channel_type(ChannelType::Sms, Condition::new("data.priority", Operator::EqualTo, "1"))
///     .workflow(
///         "dinosaurs-loose",
///         WorkflowSettings::new().channel_type(ChannelType::Sms, true),
///     )
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
    /// Members that this version does not know.
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl PreferenceSetRequest {
    /// Returns an empty preference set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the setting of a type of channel.
    pub fn channel_type(mut self, channel_type: impl Into<ChannelType>, setting: impl Into<Setting>) -> Self {
        self.channel_types.get_or_default().insert(channel_type.into(), setting.into());
        self
    }

    /// Sets the settings by type of channel, replacing those set so far.
    pub fn channel_types<Kind>(mut self, settings: impl IntoField<ChannelTypes, Kind>) -> Self {
        self.channel_types.change(settings.into_field());
        self
    }

    /// Sets the setting of a channel, by its id.
    pub fn channel(mut self, channel_id: impl Into<Text>, setting: impl Into<Setting>) -> Self {
        self.channels.get_or_default().insert(channel_id.into().into(), setting.into());
        self
    }

    /// Sets the settings by channel id, replacing those set so far.
    pub fn channels<Kind>(mut self, settings: impl IntoField<Channels, Kind>) -> Self {
        self.channels.change(settings.into_field());
        self
    }

    /// Sets the setting of a workflow, by its key.
    pub fn workflow(mut self, key: impl Into<Text>, setting: impl Into<WorkflowSetting>) -> Self {
        self.workflows.get_or_default().insert(key.into().into(), setting.into());
        self
    }

    /// Sets the settings by workflow key, replacing those set so far.
    pub fn workflows<Kind>(mut self, settings: impl IntoField<Workflows, Kind>) -> Self {
        self.workflows.change(settings.into_field());
        self
    }

    /// Sets the setting of a category of workflows.
    pub fn category(mut self, category: impl Into<Text>, setting: impl Into<WorkflowSetting>) -> Self {
        self.categories.get_or_default().insert(category.into().into(), setting.into());
        self
    }

    /// Sets the settings by category of workflows, replacing those set so far.
    pub fn categories<Kind>(mut self, settings: impl IntoField<Workflows, Kind>) -> Self {
        self.categories.change(settings.into_field());
        self
    }

    /// Sets whether the recipient gets messages of workflows that are marked as commercial.
    pub fn commercial_subscribed<Kind>(mut self, setting: impl IntoField<Setting, Kind>) -> Self {
        self.commercial_subscribed.change(setting.into_field());
        self
    }

    /// Merges these settings into the stored set, instead of replacing it.
    pub fn merge(mut self) -> Self {
        self.strategy = Some(PersistenceStrategy::Merge);
        self
    }

    /// Replaces the stored set, for requests that would merge by default, such as those that set a tenant.
    pub fn replace(mut self) -> Self {
        self.strategy = Some(PersistenceStrategy::Replace);
        self
    }
}

impl From<&PreferenceSetRequest> for PreferenceSetRequest {
    fn from(preferences: &PreferenceSetRequest) -> Self {
        preferences.clone()
    }
}

/// Returns the request that writes the set as it is, without its id. Groups that are `None` are not sent.
///
/// ```
/// use knock_core::preferences::{ChannelType, PreferenceSet, PreferenceSetRequest};
///
/// # let response = serde_json::json!({ "id": "default", "channel_types": { "sms": true }, "new": 1 });
/// # let read: PreferenceSet = serde_json::from_value(response)?;
/// // `read` is from `users::get_preferences`.
/// let changed = PreferenceSetRequest::from(read).channel_type(ChannelType::Sms, false);
/// assert_eq!(
///     serde_json::json!(changed),
///     serde_json::json!({ "channel_types": { "sms": false }, "new": 1 })
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
impl From<PreferenceSet> for PreferenceSetRequest {
    fn from(set: PreferenceSet) -> Self {
        let mut other = set.other;
        // The name of the type describes the response.
        other.remove("__typename");
        Self {
            channel_types: set.channel_types.into(),
            channels: set.channels.into(),
            workflows: set.workflows.into(),
            categories: set.categories.into(),
            commercial_subscribed: set.commercial_subscribed.into(),
            strategy: set.strategy,
            other,
        }
    }
}

impl From<&PreferenceSet> for PreferenceSetRequest {
    fn from(set: &PreferenceSet) -> Self {
        set.clone().into()
    }
}

/// The preference set of a recipient, merged with the defaults of the environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreferenceSet {
    /// The id of the set: `default`, or the id of a tenant.
    pub id: String,
    /// The settings by type of channel.
    #[serde(default)]
    pub channel_types: Option<ChannelTypes>,
    /// The settings by channel id.
    #[serde(default)]
    pub channels: Option<Channels>,
    /// The settings by workflow key.
    #[serde(default)]
    pub workflows: Option<Workflows>,
    /// The settings by category of workflows.
    #[serde(default)]
    pub categories: Option<Workflows>,
    /// Whether the recipient gets messages of workflows that are marked as commercial.
    #[serde(default)]
    pub commercial_subscribed: Option<Setting>,
    #[serde(rename = "__persistence_strategy__", default, skip_serializing_if = "Option::is_none")]
    strategy: Option<PersistenceStrategy>,
    /// Members that this version does not know. A set that is read and written again keeps them.
    #[serde(flatten)]
    other: Map<String, Value>,
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
            "channel_types": { "__strategy__": "replace", "email": true, "pager": { "conditions": [
                { "variable": "data.urgent", "operator": "equal_to", "argument": "true", "new": 1 }
            ] }, "sms": { "conditions": [], "new": { "a": [1] } } },
            "channels": null,
            "workflows": {
                "dinosaurs-loose": { "channel_types": null, "conditions": [] },
                "quiet": false,
                "later": { "from": "later" },
                "more": { "channel_types": { "__strategy__": "merge", "sms": false }, "new": 1 },
                "tenant": { "__strategy__": "replace", "channels": { "8209f26c": { "later": 1 } } },
                "conditions": { "conditions": [
                    { "variable": "data.a", "operator": "later", "argument": null, "new": null }
                ] }
            },
            "categories": { "new-form": 3 },
            "commercial_subscribed": { "from": "later" },
            "new_group": { "a": { "b": null } }
        });
        let parsed: PreferenceSet = serde_json::from_value(set.clone()).unwrap();
        assert_eq!(json!(parsed), set);

        // It is written as it was read, except for the id and the group that is not set.
        let mut written = set;
        let members = written.as_object_mut().unwrap();
        members.remove("id");
        members.remove("channels");
        let request = PreferenceSetRequest::from(&parsed);
        assert_eq!(json!(request), written);
        let stored: PreferenceSetRequest = serde_json::from_value(written).unwrap();
        assert_eq!(stored, request);
    }

    #[test]
    fn the_strategy_of_a_group_is_not_a_setting() {
        let types = json!({ "__strategy__": "replace", "email": true });
        let types: ChannelTypes = serde_json::from_value(types).unwrap();
        assert_eq!(types.strategy, Some(PersistenceStrategy::Replace));
        assert_eq!(types.keys().collect::<Vec<_>>(), [&ChannelType::Email]);
        let workflows =
            Workflows::from([("quiet".to_owned(), false.into())]).with_strategy(PersistenceStrategy::Merge);
        assert_eq!(
            json!(PreferenceSetRequest::new().workflows(workflows)),
            json!({ "workflows": { "__strategy__": "merge", "quiet": false } })
        );
        // The name of the type in a response is not sent.
        let set =
            json!({ "id": "default", "__typename": "PreferenceSet", "__persistence_strategy__": "merge" });
        let set: PreferenceSet = serde_json::from_value(set).unwrap();
        assert_eq!(json!(PreferenceSetRequest::from(set)), json!({ "__persistence_strategy__": "merge" }));
    }

    #[test]
    fn conditions_are_a_setting_of_a_channel_and_of_a_workflow() {
        let urgent = || Condition::new("data.urgent", Operator::EqualTo, "true");
        let paid = || Condition::unary("recipient.plan", Operator::Exists);
        let request = PreferenceSetRequest::new()
            .channel_type(ChannelType::Sms, [urgent(), paid()])
            .workflow("dinosaurs-loose", urgent())
            .category("marketing", vec![urgent(), paid()])
            .commercial_subscribed(Some(false));
        let (urgent, paid) = (json!(urgent()), json!(paid()));
        assert_eq!(
            json!(request),
            json!({
                "channel_types": { "sms": { "conditions": [urgent, paid] } },
                "workflows": { "dinosaurs-loose": { "conditions": [urgent] } },
                "categories": { "marketing": { "conditions": [urgent, paid] } },
                "commercial_subscribed": false
            })
        );
    }

    #[test]
    fn a_group_can_be_cleared() {
        let request = PreferenceSetRequest::new().workflows(Clear).merge();
        assert_eq!(json!(request), json!({ "workflows": null, "__persistence_strategy__": "merge" }));
    }
}
