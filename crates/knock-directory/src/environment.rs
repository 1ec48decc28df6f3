//! `emulator.json`: what Knock keeps outside of the directory.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::channel_type::{ChannelTarget, ChannelType};
use crate::condition::Conditions;
use crate::node::{Fields, Node, Parsed};

/// What a Knock environment has and the directory lacks, from the file `emulator.json` beside `knock.json`. Every member is
/// optional, and so is the file.
///
/// ```json
/// {
///   "channels": {
///     "postmark": { "type": "email", "name": "Postmark", "provider": "email_postmark" },
///     "apns": { "type": "push", "id": "8209f26c-62a5-461d-95e2-a5716a26e652", "sandbox": true }
///   },
///   "channel_groups": { "mobile": { "operator": "any", "channels": ["apns", { "key": "fcm", "if": { "all": [] } }] } },
///   "variables": { "app_url": "http://localhost:3000" },
///   "branding": { "primary_color": "#0055ff", "logo_url": "https://example.com/logo.png" },
///   "preferences": { "channel_types": { "sms": false } },
///   "timezone": "Europe/Berlin",
///   "default_locale": "en",
///   "allowed_hosts": ["api.example.com"]
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Environment {
    /// The channels by key. Those that only workflows name are added, with the type that is known or guessed.
    pub channels: BTreeMap<String, Channel>,
    /// The groups of channels by key.
    pub channel_groups: BTreeMap<String, ChannelGroup>,
    /// The variables, `vars` in templates.
    pub variables: Map<String, Value>,
    /// The branding of the account, `vars.branding` in templates.
    pub branding: Map<String, Value>,
    /// The default preferences.
    pub preferences: Map<String, Value>,
    /// The time zone of the account, by its IANA name, for recipients who have none.
    pub timezone: Option<String>,
    /// The language of recipients who have none, for example `de` or `fr-CA`.
    pub default_locale: Option<String>,
    /// The hosts that steps may make requests to, besides those on this machine.
    pub allowed_hosts: Vec<String>,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Channel {
    /// The type: `type` in the file.
    pub channel_type: ChannelType,
    /// What people call it.
    pub name: Option<String>,
    /// The id, a UUID. If there is none, it is up to the program that uses it.
    pub id: Option<String>,
    /// The provider, for example `push_apns`.
    pub provider: Option<String>,
    /// Whether its messages are never sent.
    pub sandbox: bool,
    /// Messages are only sent if these hold, besides the conditions of the step.
    pub conditions: Conditions,
    /// The settings that steps can override. Webhooks have their request here: `method`, `url`, `headers`, `query_params` and
    /// `body`, and if it is signed, `signing_key`.
    pub settings: Map<String, Value>,
}

/// How many of its channels a group uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupOperator {
    /// The first one whose rule holds.
    Any,
    /// All whose rules hold.
    All,
}

/// A group of channels.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelGroup {
    /// How many of them are used. The default is `any`.
    pub operator: GroupOperator,
    /// The channels and their rules, in order.
    pub channels: Vec<GroupRule>,
}

/// A channel in a group, and when it is used: always, if conditions hold, or unless they do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupRule {
    /// The key of the channel.
    pub key: String,
    /// It is used if these hold.
    pub only_if: Option<Conditions>,
    /// It is not used if these hold.
    pub unless: Option<Conditions>,
}

impl Channel {
    pub(crate) fn of_type(channel_type: ChannelType) -> Self {
        Self {
            channel_type,
            name: None,
            id: None,
            provider: None,
            sandbox: false,
            conditions: Conditions::default(),
            settings: Map::new(),
        }
    }

    fn read(node: Node<'_>) -> Parsed<Self> {
        let fields = node.object()?;
        only(&fields, &["type", "name", "id", "provider", "sandbox", "conditions", "settings"])?;
        Ok(Self {
            channel_type: fields.need_word("type")?,
            name: fields.some_text("name")?,
            id: fields.some_text("id")?,
            provider: fields.some_text("provider")?,
            sandbox: fields.flag("sandbox")?,
            conditions: Conditions::of(&fields, "conditions")?,
            settings: fields.map("settings")?,
        })
    }
}

impl Environment {
    pub(crate) fn read(value: &Value) -> Parsed<Self> {
        let fields = Node::root(value).object()?;
        only(
            &fields,
            &[
                "$schema",
                "channels",
                "channel_groups",
                "variables",
                "branding",
                "preferences",
                "timezone",
                "default_locale",
                "allowed_hosts",
            ],
        )?;
        Ok(Self {
            channels: by_key(&fields, "channels", Channel::read)?,
            channel_groups: by_key(&fields, "channel_groups", group)?,
            variables: fields.map("variables")?,
            branding: fields.map("branding")?,
            preferences: fields.map("preferences")?,
            timezone: fields.some_text("timezone")?,
            default_locale: fields.some_text("default_locale")?,
            allowed_hosts: fields.texts("allowed_hosts")?,
        })
    }

    /// The type of a channel or of the channels of a group, if it is known or can be guessed.
    pub(crate) fn type_of(&self, target: &ChannelTarget) -> Option<ChannelType> {
        match target {
            ChannelTarget::Channel(key) => match self.channels.get(key) {
                Some(channel) => Some(channel.channel_type),
                None => ChannelType::guess(key),
            },
            ChannelTarget::Group(key) => {
                match self.channel_groups.get(key).and_then(|group| group.channels.first()) {
                    Some(rule) => self.type_of(&ChannelTarget::Channel(rule.key.clone())),
                    None => ChannelType::guess(key),
                }
            }
        }
    }

    /// Adds a channel that a workflow names.
    pub(crate) fn add(&mut self, key: &str, channel_type: ChannelType) {
        self.channels.entry(key.to_owned()).or_insert_with(|| Channel::of_type(channel_type));
    }
}

/// Fails for members that do not exist: nobody but us writes this file.
fn only(fields: &Fields<'_>, known: &[&str]) -> Parsed<()> {
    match fields.members().find(|(name, _)| !known.contains(name)) {
        Some((_, node)) => node.fault(format!("does not exist; there are {}", known.join(", "))),
        None => Ok(()),
    }
}

fn by_key<T>(
    fields: &Fields<'_>,
    name: &str,
    read: impl Fn(Node<'_>) -> Parsed<T>,
) -> Parsed<BTreeMap<String, T>> {
    let Some(entries) = fields.object(name)? else { return Ok(BTreeMap::new()) };
    let read = crate::node::all(entries.members().map(|(key, node)| Ok((key.to_owned(), read(node)?))))?;
    Ok(read.into_iter().collect())
}

fn group(node: Node<'_>) -> Parsed<ChannelGroup> {
    let fields = node.object()?;
    only(&fields, &["operator", "channels"])?;
    Ok(ChannelGroup {
        operator: fields.word("operator")?.unwrap_or(GroupOperator::Any),
        channels: fields.need("channels")?.items(rule)?,
    })
}

fn rule(node: Node<'_>) -> Parsed<GroupRule> {
    if node.value.is_string() {
        return Ok(GroupRule { key: node.text()?, only_if: None, unless: None });
    }
    let fields = node.object()?;
    only(&fields, &["key", "if", "unless"])?;
    let conditions = |name: &str| fields.get(name).map(|node| Conditions::read(&node)).transpose();
    Ok(GroupRule { key: fields.need_text("key")?, only_if: conditions("if")?, unless: conditions("unless")? })
}
