//! Identifying users, objects and tenants. A request is validated completely before it changes anything.

use jiff::Timestamp;
use serde_json::Value;

use super::channel_data;
use super::preferences::Preferences;
use super::store::World;
use crate::json::{Fields, deep_merge, fits};
use crate::recipient::{Recipient, TENANTS};
use crate::settings::Settings;
use crate::wire::fields::{self, Given, bad_type};
use crate::wire::response::Failure;

const MAX_ID: usize = 256;
const MAX_PROPERTIES: usize = 256 * 1024;
/// Fields of a request that are not properties.
const RESERVED: [&str; 8] = [
    "id",
    "collection",
    "created_at",
    "updated_at",
    "preferences",
    "channel_data",
    "$trigger_data",
    "__typename",
];

/// A valid set of changes to an entity that has not been applied yet.
#[derive(Debug)]
pub(crate) struct Identify {
    properties: Fields,
    created_at: Given<Timestamp>,
    preferences: Vec<(String, Preferences)>,
    channel_data: Vec<(String, Value)>,
}

impl Identify {
    pub(crate) fn parse(
        recipient: &Recipient,
        fields: &Fields,
        settings: &Settings,
    ) -> Result<Self, Failure> {
        check_id(recipient)?;
        let properties: Fields = fields
            .iter()
            .filter(|(key, _)| !RESERVED.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        for name in ["name", "email", "phone_number", "avatar", "timezone", "locale"] {
            fields::text(&properties, name)?;
        }
        if recipient.collection() == Some(TENANTS) {
            check_tenant(&properties)?;
        }
        if !fits(&properties, MAX_PROPERTIES) {
            return Err(Failure::invalid("properties", "should be at most 256 kB", "length"));
        }
        Ok(Self {
            properties,
            created_at: Given::read(fields, "created_at", fields::time)?,
            preferences: parse_preferences(fields)?,
            channel_data: parse_channel_data(fields, settings)?,
        })
    }

    pub(crate) fn apply(self, recipient: &Recipient, world: &mut World) {
        let now = world.now;
        let entity = world.entity_mut(recipient);
        if replaces_tenant_preferences(&self.properties)
            && let Some(settings) = entity.properties.get_mut("settings").and_then(Value::as_object_mut)
        {
            settings.remove("preference_set");
        }
        deep_merge(&mut entity.properties, &self.properties);
        if let Some(set) =
            entity.properties.get_mut("settings").and_then(|settings| settings.get_mut("preference_set"))
            && let Some(set) = set.as_object_mut()
        {
            set.remove("__persistence_strategy__");
        }
        self.created_at.set(&mut entity.created_at);
        for (id, set) in self.preferences {
            set.merge_into(entity.preferences.entry(id).or_default());
        }
        entity.channel_data.extend(self.channel_data);
        entity.updated_at = now;
    }
}

fn replaces_tenant_preferences(properties: &Fields) -> bool {
    let strategy = properties
        .get("settings")
        .and_then(|settings| settings.get("preference_set"))
        .and_then(|set| set.get("__persistence_strategy__"));
    strategy.and_then(Value::as_str) == Some("replace")
}

/// Knock forbids `/` and `#` in user ids.
fn check_id(recipient: &Recipient) -> Result<(), Failure> {
    let id = recipient.id();
    if id.len() > MAX_ID {
        return Err(Failure::invalid("id", "should be at most 256 character(s)", "length"));
    }
    if recipient.is_user() && id.contains(['/', '#']) {
        return Err(Failure::invalid("id", "has invalid format", "format"));
    }
    Ok(())
}

fn check_tenant(properties: &Fields) -> Result<(), Failure> {
    let Some(settings) = fields::object(properties, "settings")? else { return Ok(()) };
    if let Some(branding) = fields::object(settings, "branding")? {
        for url in ["logo_url", "icon_url", "dark_logo_url", "dark_icon_url"] {
            let given = fields::text(branding, url)?;
            if given.is_some_and(|given| !given.starts_with("https://") && !given.starts_with("http://")) {
                return Err(Failure::invalid(url, "must be a valid image URL", "format"));
            }
        }
    }
    if let Some(set) = fields::object(settings, "preference_set")? {
        Preferences::parse(set)?;
    }
    Ok(())
}

fn parse_preferences(fields: &Fields) -> Result<Vec<(String, Preferences)>, Failure> {
    let Some(sets) = fields::object(fields, "preferences")? else { return Ok(Vec::new()) };
    sets.iter()
        .map(|(id, set)| match set {
            Value::Object(set) => Ok((id.clone(), Preferences::parse(set)?)),
            _ => Err(bad_type("preferences")),
        })
        .collect()
}

fn parse_channel_data(fields: &Fields, settings: &Settings) -> Result<Vec<(String, Value)>, Failure> {
    let Some(channels) = fields::object(fields, "channel_data")? else { return Ok(Vec::new()) };
    channels.iter().map(|(id, data)| Ok((id.clone(), channel_data::parse(settings, id, data)?))).collect()
}

/// A recipient in a request body: an id, or an object whose properties identify the recipient first.
#[derive(Debug)]
pub(crate) struct Inline {
    pub(crate) recipient: Recipient,
    identify: Option<Identify>,
    pub(crate) trigger_data: Option<Fields>,
}

impl Inline {
    pub(crate) fn parse(value: &Value, field: &str, settings: &Settings) -> Result<Self, Failure> {
        let recipient = Recipient::parse(value).ok_or_else(|| bad_type(field))?;
        Self::of(recipient, value, settings)
    }

    /// Parses a tenant: an id, or an object with an id.
    pub(crate) fn parse_tenant(value: &Value, settings: &Settings) -> Result<Option<Self>, Failure> {
        let id = match value {
            Value::Null => return Ok(None),
            Value::String(id) => Some(id.as_str()),
            Value::Object(fields) => fields.get("id").and_then(Value::as_str),
            _ => None,
        };
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| bad_type("tenant"))?;
        let mut inline = Self::of(Recipient::tenant(id), value, settings)?;
        if inline.identify.is_none() {
            inline.identify = Some(Identify::parse(&inline.recipient, &Fields::new(), settings)?);
        }
        Ok(Some(inline))
    }

    pub(crate) fn parse_list(
        values: &[Value],
        field: &str,
        settings: &Settings,
    ) -> Result<Vec<Self>, Failure> {
        values.iter().map(|value| Self::parse(value, field, settings)).collect()
    }

    fn of(recipient: Recipient, value: &Value, settings: &Settings) -> Result<Self, Failure> {
        let Value::Object(fields) = value else {
            return Ok(Self { recipient, identify: None, trigger_data: None });
        };
        let identify = Identify::parse(&recipient, fields, settings)?;
        let trigger_data = fields::object(fields, "$trigger_data")?.cloned();
        Ok(Self { recipient, identify: Some(identify), trigger_data })
    }

    /// Whether this is just an id, so that the recipient may be unknown.
    pub(crate) fn is_bare(&self) -> bool {
        self.identify.is_none()
    }

    /// Identifies the recipient if there are properties for it.
    pub(crate) fn apply(self, world: &mut World) -> Recipient {
        if let Some(identify) = self.identify {
            identify.apply(&self.recipient, world);
        }
        self.recipient
    }
}
