//! `/v1/providers/ms-teams/{channel_id}`: an emulated Microsoft 365 tenant.

use serde_json::{Value, json};

use super::slack::{denied, holder};
use crate::ids::Ids;
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::{bad_type, blank};
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;
use crate::world::channel_data::provider;

const TEAMS: [&str; 3] = ["Engineering", "Design", "Operations"];
const CHANNELS: [&str; 2] = ["General", "Announcements"];
const HOLDER: &str = "ms_teams_tenant_object";
const DEFAULT_TOP: usize = 100;

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", [channel, "auth_check"]) => Some(auth_check(world, call, channel)),
        ("GET", [channel, "teams"]) => Some(teams(world, call, channel)),
        ("GET", [channel, "channels"]) => Some(channels(world, call, channel)),
        ("PUT", [channel, "revoke_access"]) => Some(revoke(world, call, channel)),
        _ => None,
    }
}

fn tenant(world: &World, call: &Call, channel: &str) -> Result<(Recipient, String), Failure> {
    provider(&world.settings, channel)?;
    let holder = holder(&call.query, HOLDER)?;
    let data = world.entities.get(&holder).and_then(|entity| entity.channel_data.get(channel));
    let tenant = data.and_then(|data| data.get("ms_teams_tenant_id")?.as_str()).map(str::to_owned);
    Ok((holder, tenant.ok_or_else(|| denied("Microsoft Teams tenant ID not set."))?))
}

fn auth_check(world: &World, call: &Call, channel: &str) -> Outcome {
    if !world.entities.contains_key(&holder(&call.query, HOLDER)?) {
        let reason = "Knock Object containing Microsoft Teams tenant not found.";
        return ok(json!({ "connection": { "ok": false, "reason": reason } }));
    }
    let (_, tenant) = tenant(world, call, channel)?;
    ok(json!({ "connection": { "ok": true, "ms_teams_tenant_id": tenant } }))
}

/// Paginated with `$top` and `$skiptoken`.
fn teams(world: &World, call: &Call, channel: &str) -> Outcome {
    tenant(world, call, channel)?;
    let number = |name: &str, default: usize| match call.query.nested("query_options", name)? {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| bad_type(&format!("query_options.{name}"))),
    };
    let start = number("$skiptoken", 0)?;
    let top = number("$top", DEFAULT_TOP)?.max(1);
    let page: Vec<Value> = TEAMS.iter().skip(start).take(top).map(|name| team(name)).collect();
    let end = start.saturating_add(top);
    let next = (end < TEAMS.len()).then(|| end.to_string());
    ok(json!({ "ms_teams_teams": page, "skip_token": next }))
}

fn team(name: &str) -> Value {
    json!({ "id": Ids::named(name), "displayName": name, "description": null })
}

fn channels(world: &World, call: &Call, channel: &str) -> Outcome {
    tenant(world, call, channel)?;
    let team = call.query.text("team_id")?.ok_or_else(|| blank("team_id"))?;
    if !TEAMS.iter().any(|name| Ids::named(name) == team) {
        return Err(Failure::missing());
    }
    let channels: Vec<Value> = CHANNELS
        .iter()
        .map(|name| {
            json!({
                "id": format!("19:{}@thread.tacv2", Ids::named(&format!("{team}/{name}")).replace('-', "")),
                "displayName": name,
                "description": null,
                "createdDateTime": "2024-01-01T00:00:00Z",
                "isArchived": false,
                "membershipType": "standard",
            })
        })
        .collect();
    ok(json!({ "ms_teams_channels": channels }))
}

fn revoke(world: &mut World, call: &Call, channel: &str) -> Outcome {
    let (holder, _) = tenant(world, call, channel)?;
    if let Some(Value::Object(data)) = world.entity_mut(&holder).channel_data.get_mut(channel) {
        data.remove("ms_teams_tenant_id");
    }
    ok(json!({ "ok": "ok" }))
}
