//! Preference sets: checking, merging and evaluating them.

use serde_json::{Value, json};

use super::conditions::{Scope, all_hold, is_operator};
use crate::json::{Fields, deep_merge};
use crate::settings::{Channel, Workflow};
use crate::wire::fields::bad_type;
use crate::wire::response::Failure;

pub(crate) const GROUPS: [&str; 4] = ["categories", "workflows", "channel_types", "channels"];
pub(crate) const COMMERCIAL: &str = "commercial_subscribed";
/// With `replace`, an entry or a group takes precedence over what is merged into it.
const STRATEGY: &str = "__strategy__";

/// A valid preference set from a request.
#[derive(Debug)]
pub(crate) struct Preferences {
    groups: Fields,
    merge: bool,
}

impl Preferences {
    pub(crate) fn parse(fields: &Fields) -> Result<Self, Failure> {
        let merge = match fields.get("__persistence_strategy__") {
            None | Some(Value::Null) => false,
            Some(Value::String(strategy)) if strategy == "merge" => true,
            Some(Value::String(strategy)) if strategy == "replace" => false,
            Some(_) => return Err(Failure::invalid("__persistence_strategy__", "is invalid", "inclusion")),
        };
        let mut groups = Fields::new();
        for group in GROUPS {
            match fields.get(group) {
                None => {}
                Some(Value::Null) => {
                    groups.insert(group.to_owned(), Value::Null);
                }
                Some(Value::Object(settings)) => {
                    check_group(settings).ok_or_else(|| bad_type(group))?;
                    groups.insert(group.to_owned(), Value::Object(settings.clone()));
                }
                Some(_) => return Err(bad_type(group)),
            }
        }
        if let Some(setting) = fields.get(COMMERCIAL) {
            if !setting.is_null() {
                check_setting(setting).ok_or_else(|| bad_type(COMMERCIAL))?;
            }
            groups.insert(COMMERCIAL.to_owned(), setting.clone());
        }
        Ok(Self { groups, merge })
    }

    /// Stores the set with the strategy that the request specifies.
    pub(crate) fn store_into(self, set: &mut Fields) {
        if !self.merge {
            set.clear();
        }
        self.merge_into(set);
    }

    pub(crate) fn merge_into(self, set: &mut Fields) {
        deep_merge(set, &self.groups);
    }

    pub(crate) fn replace_into(self, set: &mut Fields) {
        set.clear();
        self.merge_into(set);
    }
}

/// A group has a setting for each key, and can have a strategy.
fn check_group(settings: &Fields) -> Option<()> {
    settings.iter().try_for_each(|(key, setting)| match setting.as_str() {
        Some("merge" | "replace") if key == STRATEGY => Some(()),
        _ => check_setting(setting),
    })
}

/// A setting is a boolean, or an object that contains further settings.
pub(crate) fn check_setting(setting: &Value) -> Option<()> {
    let fields = match setting {
        Value::Bool(_) => return Some(()),
        Value::Object(fields) => fields,
        _ => return None,
    };
    for group in ["channel_types", "channels"] {
        match fields.get(group) {
            None | Some(Value::Null) => {}
            Some(Value::Object(inner)) => check_leaves(inner)?,
            Some(_) => return None,
        }
    }
    check_conditions(fields.get("conditions"))
}

fn check_leaves(settings: &Fields) -> Option<()> {
    settings.iter().filter(|(key, _)| *key != STRATEGY).try_for_each(|(_, setting)| check_leaf(setting))
}

fn check_leaf(setting: &Value) -> Option<()> {
    match setting {
        Value::Bool(_) => Some(()),
        Value::Object(fields) => check_conditions(fields.get("conditions")),
        _ => None,
    }
}

fn check_conditions(conditions: Option<&Value>) -> Option<()> {
    match conditions {
        None | Some(Value::Null) => Some(()),
        Some(Value::Array(items)) => {
            let text = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
            let valid = |item: &Value| {
                text(item, "variable").is_some()
                    && text(item, "operator").is_some_and(|name| is_operator(&name))
            };
            items.iter().all(valid).then_some(())
        }
        Some(_) => None,
    }
}

/// Renders a set for a response. Groups that were never set are `null`.
pub(crate) fn render(id: &str, set: &Fields) -> Value {
    let mut rendered = json!({ "id": id });
    for group in GROUPS.into_iter().chain([COMMERCIAL]) {
        rendered[group] = set.get(group).cloned().unwrap_or(Value::Null);
    }
    rendered
}

/// Whether a preference set allows a workflow to deliver to a channel.
pub(crate) fn allows(set: &Fields, workflow: &Workflow, channel: &Channel, scope: &Scope<'_>) -> bool {
    let group = |name: &str, key: &str| set.get(name).and_then(|group| group.get(key));
    let permits = |setting: Option<&Value>| setting.is_none_or(|setting| permits(setting, channel, scope));
    permits(group("workflows", &workflow.key))
        && workflow.categories.iter().all(|category| permits(group("categories", category)))
        && channel_permitted(set, channel, scope)
        && (!workflow.commercial || permits(set.get(COMMERCIAL)))
}

/// Merges `above` into `below`, except for entries and groups that `below` marks with `__strategy__: "replace"`.
pub(crate) fn overlay(below: &mut Fields, above: &Fields) {
    let mut above = above.clone();
    for group in GROUPS {
        let Some(Value::Object(held)) = below.get(group) else { continue };
        if replaces(held) {
            above.remove(group);
            continue;
        }
        let Some(Value::Object(entries)) = above.get_mut(group) else { continue };
        entries.retain(|key, _| !held.get(key).and_then(Value::as_object).is_some_and(replaces));
    }
    deep_merge(below, &above);
}

fn replaces(fields: &Fields) -> bool {
    fields.get(STRATEGY).and_then(Value::as_str) == Some("replace")
}

fn permits(setting: &Value, channel: &Channel, scope: &Scope<'_>) -> bool {
    match setting {
        Value::Bool(allowed) => *allowed,
        Value::Object(fields) => {
            all_hold(fields.get("conditions"), scope) && channel_permitted(fields, channel, scope)
        }
        _ => true,
    }
}

/// The entry for a channel takes precedence over the entry for its type.
fn channel_permitted(fields: &Fields, channel: &Channel, scope: &Scope<'_>) -> bool {
    let entry = |group: &str, key: &str| fields.get(group).and_then(|group| group.get(key));
    match entry("channels", &channel.id).or_else(|| entry("channel_types", channel.kind.as_str())) {
        Some(Value::Bool(allowed)) => *allowed,
        Some(Value::Object(fields)) => all_hold(fields.get("conditions"), scope),
        _ => true,
    }
}
