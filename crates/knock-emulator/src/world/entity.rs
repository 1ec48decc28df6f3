//! Users, objects and tenants: what Knock stores about each of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::preferences;
use crate::json::Fields;
use crate::recipient::Recipient;

#[derive(Clone, Debug)]
pub(crate) struct Entity {
    pub(crate) properties: Fields,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Timestamp,
    pub(crate) preferences: BTreeMap<String, Fields>,
    pub(crate) channel_data: BTreeMap<String, Value>,
}

impl Entity {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            properties: Fields::new(),
            created_at: None,
            updated_at: now,
            preferences: BTreeMap::new(),
            channel_data: BTreeMap::new(),
        }
    }

    /// The default preferences that a tenant sets for its recipients.
    pub(crate) fn tenant_preferences(&self) -> Option<&Fields> {
        self.properties.get("settings")?.get("preference_set")?.as_object()
    }
}

pub(crate) fn render(recipient: &Recipient, entity: &Entity) -> Value {
    match recipient {
        Recipient::User(id) => render_user(id, entity),
        Recipient::Object { collection, id } => json!({
            "__typename": "Object",
            "id": id,
            "collection": collection,
            "properties": entity.properties,
            "created_at": entity.created_at,
            "updated_at": entity.updated_at,
        }),
    }
}

/// Custom properties are at the top level. They cannot override reserved names.
fn render_user(id: &str, entity: &Entity) -> Value {
    let mut user = entity.properties.clone();
    for name in ["name", "email", "phone_number", "avatar", "timezone"] {
        user.entry(name).or_insert(Value::Null);
    }
    user.insert("__typename".to_owned(), json!("User"));
    user.insert("id".to_owned(), json!(id));
    user.insert("created_at".to_owned(), json!(entity.created_at));
    user.insert("updated_at".to_owned(), json!(entity.updated_at));
    Value::Object(user)
}

/// Renders a recipient with all of its preference sets, as requested by `include[]=preferences`.
pub(crate) fn render_with_preferences(recipient: &Recipient, entity: &Entity) -> Value {
    let mut rendered = render(recipient, entity);
    let sets: Fields =
        entity.preferences.iter().map(|(id, set)| (id.clone(), preferences::render(id, set))).collect();
    rendered["preferences"] = Value::Object(sets);
    rendered
}

pub(crate) fn render_tenant(id: &str, entity: &Entity) -> Value {
    let mut tenant = entity.properties.clone();
    tenant.entry("name").or_insert(Value::Null);
    tenant.entry("settings").or_insert_with(|| json!({ "branding": null, "preference_set": null }));
    if let Some(set) = entity.tenant_preferences()
        && let Some(Value::Object(settings)) = tenant.get_mut("settings")
    {
        settings.insert("preference_set".to_owned(), preferences::render("default", set));
    }
    tenant.insert("__typename".to_owned(), json!("Tenant"));
    tenant.insert("id".to_owned(), json!(id));
    tenant.insert("created_at".to_owned(), json!(entity.created_at));
    tenant.insert("updated_at".to_owned(), json!(entity.updated_at));
    Value::Object(tenant)
}
