//! `/v1/providers/slack/{channel_id}`: an emulated workspace.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::ids::Ids;
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::{bad_type, blank};
use crate::wire::query::Query;
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;
use crate::world::channel_data::provider;

const TEAM: &str = "T0EMULATOR";
const DEFAULT_LIMIT: usize = 200;
const MAX_LIMIT: usize = 1000;

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", [channel, "auth_check"]) => Some(auth_check(world, call, channel)),
        ("GET", [channel, "channels"]) => Some(channels(world, call, channel)),
        ("PUT", [channel, "revoke_access"]) => Some(revoke(world, call, channel)),
        _ => None,
    }
}

/// Parses the recipient that a parameter of a provider endpoint refers to.
pub(crate) fn holder(query: &Query, name: &str) -> Result<Recipient, Failure> {
    let fields = query.object(name)?.ok_or_else(|| blank(name))?;
    let member = |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    match (member("collection"), member("object_id")) {
        (Some(collection), Some(id)) => Ok(Recipient::object(collection, id)),
        _ => Err(bad_type(name)),
    }
}

/// A 403, the status of every error from a provider.
pub(crate) fn denied(message: &str) -> Failure {
    Failure::new(403, "authorization", message, "authentication_error")
}

fn token(world: &World, call: &Call, channel: &str) -> Result<(Recipient, String), Failure> {
    provider(&world.settings, channel)?;
    let holder = holder(&call.query, "access_token_object")?;
    let data = world.entities.get(&holder).and_then(|entity| entity.channel_data.get(channel));
    let token = data
        .and_then(|data| data.get("token")?.get("access_token")?.as_str())
        .filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| denied("Access token not set."))?.to_owned();
    Ok((holder, token))
}

fn auth_check(world: &World, call: &Call, channel: &str) -> Outcome {
    let (_, token) = token(world, call, channel)?;
    if token.contains("invalid") {
        return ok(json!({ "connection": { "ok": false, "reason": "invalid_auth" } }));
    }
    ok(json!({ "connection": { "ok": true } }))
}

fn channels(world: &World, call: &Call, channel: &str) -> Outcome {
    token(world, call, channel)?;
    let option = |name: &str| call.query.nested("query_options", name);
    let limit = match option("limit")? {
        None => DEFAULT_LIMIT,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MAX_LIMIT).contains(limit))
            .ok_or_else(|| bad_type("query_options.limit"))?,
    };
    let start = match option("cursor")? {
        None => 0,
        Some(cursor) => index(cursor).ok_or_else(|| bad_type("query_options.cursor"))?,
    };
    let team = option("team_id")?.unwrap_or(TEAM);
    let public =
        option("types")?.is_none_or(|types| types.split(',').any(|kind| kind.trim() == "public_channel"));
    let names: &[String] = if public { &world.settings.slack_channels } else { &[] };
    let page: Vec<Value> = names.iter().skip(start).take(limit).map(|name| render(name, team)).collect();
    let end = start.saturating_add(limit);
    let next = (end < names.len()).then(|| URL_SAFE_NO_PAD.encode(format!("next:{end}")));
    ok(json!({ "slack_channels": page, "next_cursor": next }))
}

fn index(cursor: &str) -> Option<usize> {
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    decoded.strip_prefix("next:")?.parse().ok()
}

fn render(name: &str, team: &str) -> Value {
    let id: String = Ids::named(name).chars().filter(char::is_ascii_alphanumeric).take(10).collect();
    json!({
        "id": format!("C{}", id.to_ascii_uppercase()),
        "name": name,
        "is_im": false,
        "is_private": false,
        "context_team_id": team,
    })
}

fn revoke(world: &mut World, call: &Call, channel: &str) -> Outcome {
    let (holder, _) = token(world, call, channel)?;
    if let Some(data) = world.entity_mut(&holder).channel_data.get_mut(channel) {
        data["token"] = Value::Null;
    }
    ok(json!({ "ok": "ok" }))
}
