//! The shapes of channel data.

use serde_json::{Value, json};

use crate::json::Fields;
use crate::settings::{Lookup, Settings};
use crate::wire::fields::bad_type;
use crate::wire::response::Failure;

/// Checks data for a channel and completes it to the form that Knock returns.
pub(crate) fn parse(settings: &Settings, channel_id: &str, data: &Value) -> Result<Value, Failure> {
    let provider = provider(settings, channel_id)?;
    let Value::Object(fields) = data else { return Err(bad_type("data")) };
    let shape = match provider {
        Some("push_fcm" | "push_apns" | "push_expo") => tokens(fields),
        Some("push_aws_sns") => target_arns(fields),
        Some("push_one_signal") => player_ids(fields),
        Some("chat_slack" | "chat_ms_teams" | "chat_discord") => connections(fields),
        Some(_) => Some(data.clone()),
        None => tokens(fields)
            .or_else(|| target_arns(fields))
            .or_else(|| player_ids(fields))
            .or_else(|| connections(fields)),
    };
    shape.ok_or_else(|| bad_type("data"))
}

/// The provider of a declared channel. Fails with 404 if the channel cannot exist.
pub(crate) fn provider<'a>(settings: &'a Settings, channel_id: &str) -> Result<Option<&'a str>, Failure> {
    match settings.channel(channel_id) {
        Lookup::Declared(channel) => Ok(Some(&channel.provider)),
        Lookup::Possible => Ok(None),
        Lookup::Unknown => {
            let message = "The channel is not configured in this environment";
            Err(Failure::new(404, "channel_invalid", message, "invalid_request_error"))
        }
    }
}

/// Push tokens, sent as `tokens` or as `devices`. The response has both.
fn tokens(fields: &Fields) -> Option<Value> {
    let (names, devices) = pair(fields, "tokens", "token")?;
    Some(json!({ "tokens": names, "devices": devices }))
}

fn target_arns(fields: &Fields) -> Option<Value> {
    let (names, devices) = pair(fields, "target_arns", "target_arn")?;
    Some(json!({ "target_arns": names, "devices": devices }))
}

/// The plain list and the list of devices, from whichever of them was sent.
fn pair(fields: &Fields, list: &str, member: &str) -> Option<(Vec<Value>, Vec<Value>)> {
    if let Some(devices) = fields.get("devices") {
        let devices = devices.as_array()?;
        let mut names = Vec::new();
        let mut full = Vec::new();
        for device in devices {
            let name = device.get(member).filter(|name| name.is_string())?;
            let optional = |key: &str| device.get(key).cloned().unwrap_or(Value::Null);
            names.push(name.clone());
            full.push(
                json!({ member: name, "locale": optional("locale"), "timezone": optional("timezone") }),
            );
        }
        return Some((names, full));
    }
    let names = fields.get(list)?.as_array()?;
    if !names.iter().all(Value::is_string) {
        return None;
    }
    let devices =
        names.iter().map(|name| json!({ member: name, "locale": null, "timezone": null })).collect();
    Some((names.clone(), devices))
}

fn player_ids(fields: &Fields) -> Option<Value> {
    let ids = fields.get("player_ids")?.as_array()?;
    ids.iter().all(Value::is_string).then(|| json!({ "player_ids": ids }))
}

/// Slack, Teams and Discord. A tenant can have just a token or a Teams tenant id.
fn connections(fields: &Fields) -> Option<Value> {
    if let Some(connections) = fields.get("connections") {
        connections.as_array().filter(|items| items.iter().all(is_connection))?;
    }
    match fields.get("token") {
        None | Some(Value::Null) => {}
        Some(token) => {
            token.get("access_token").filter(|token| token.is_string() || token.is_null())?;
        }
    }
    let known = ["connections", "token", "ms_teams_tenant_id"];
    known.iter().any(|name| fields.contains_key(*name)).then(|| Value::Object(fields.clone()))
}

fn is_connection(value: &Value) -> bool {
    let Value::Object(fields) = value else { return false };
    match fields.get("incoming_webhook") {
        Some(webhook) => webhook.get("url").is_some_and(Value::is_string),
        None => fields.values().all(|value| value.is_string() || value.is_null()) && !fields.is_empty(),
    }
}
