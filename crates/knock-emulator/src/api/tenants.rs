//! `/v1/tenants`: the objects in `$tenants`, with their properties at the top level.

use std::sync::Arc;

use serde_json::Value;

use super::bulk::MAX_BULK;
use super::objects::members;
use super::page::Pager;
use crate::recipient::{Recipient, TENANTS};
use crate::wire::call::Call;
use crate::wire::fields::{self, blank};
use crate::wire::response::{Failure, Outcome, no_content, ok};
use crate::world::World;
use crate::world::entity::render_tenant;
use crate::world::identify::{Identify, Inline};
use crate::world::preferences;

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", []) => Some(list(world, call)),
        ("POST", ["bulk", "set"]) => Some(bulk_set(world, call)),
        ("POST", ["bulk", "delete"]) => Some(bulk_delete(world, call)),
        ("GET", [id]) => Some(get(world, call, id)),
        ("PUT", [id]) => Some(set(world, call, id)),
        ("DELETE", [id]) => Some(delete(world, id)),
        _ => None,
    }
}

fn get(world: &World, call: &Call, id: &str) -> Outcome {
    let entity = world.entity(&Recipient::tenant(id))?;
    let mut rendered = render_tenant(id, entity);
    if call.query.flag("resolve_full_preference_settings")? == Some(true) {
        let mut resolved = world.settings.default_preferences.clone();
        if let Some(own) = entity.tenant_preferences() {
            preferences::overlay(&mut resolved, own);
        }
        rendered["settings"]["preference_set"] = preferences::render("default", &resolved);
    }
    ok(rendered)
}

fn set(world: &mut World, call: &Call, id: &str) -> Outcome {
    let tenant = Recipient::tenant(id);
    let settings = Arc::clone(&world.settings);
    Identify::parse(&tenant, &call.body, &settings)?.apply(&tenant, world);
    get(world, call, id)
}

fn delete(world: &mut World, id: &str) -> Outcome {
    world.delete(&Recipient::tenant(id));
    no_content()
}

fn list(world: &World, call: &Call) -> Outcome {
    let id = call.query.text("tenant_id")?;
    let name = call.query.text("name")?;
    let mut rows = members(world, TENANTS);
    rows.retain(|(held, (_, entity))| {
        let held_name = entity.properties.get("name").and_then(Value::as_str);
        id.is_none_or(|id| held == id) && name.is_none_or(|name| held_name == Some(name))
    });
    Pager::entries(&call.query).respond(rows, |(tenant, entity)| render_tenant(tenant.id(), entity))
}

fn bulk_set(world: &mut World, call: &Call) -> Outcome {
    let settings = Arc::clone(&world.settings);
    let rows = fields::list(&call.body, "tenants", MAX_BULK)?;
    let tenants = rows
        .iter()
        .map(|row| Inline::parse_tenant(row, &settings)?.ok_or_else(|| blank("tenants")))
        .collect::<Result<Vec<Inline>, Failure>>()?;
    for tenant in tenants {
        if !call.is_throttled("tenants", tenant.recipient.id()) {
            tenant.apply(world);
        }
    }
    ok(world.accept_bulk("tenants.set", rows.len(), Vec::new()))
}

/// The ids are in the query; there is no body.
fn bulk_delete(world: &mut World, call: &Call) -> Outcome {
    let ids = call.query.strings("tenant_ids")?;
    if ids.is_empty() {
        return Err(blank("tenant_ids"));
    }
    if ids.len() > MAX_BULK {
        return Err(Failure::invalid("tenant_ids", "should have at most 1000 item(s)", "length"));
    }
    for id in ids.iter().filter(|id| !call.is_throttled("tenant_ids", id)) {
        world.delete(&Recipient::tenant(id));
    }
    ok(world.accept_bulk("tenants.delete", ids.len(), Vec::new()))
}
