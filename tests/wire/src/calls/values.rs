//! Our types from the JSON that was given to the official package.

use knock_core::channel_data::{
    ChannelDataRequest, DiscordChannelData, MsTeamsChannelData, PushDevice, SlackChannelData,
};
use knock_core::preferences::PreferenceSetRequest;
use knock_core::recipients::{
    ObjectReference, ObjectRequest, RecipientReference, RecipientRequest, UserRequest,
};
use knock_core::tenants::{Branding, InlineTenant, TenantRequest};
use knock_core::{Clear, Field, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A value of one of our types that reads JSON.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error} in {value}"))
}

/// Takes `name`; `null` counts as not given.
pub(super) fn take(map: &mut Map<String, Value>, name: &str) -> Option<Value> {
    map.remove(name).filter(|value| !value.is_null())
}

/// Takes the text `name`; `null` counts as not given.
pub(super) fn take_text(map: &mut Map<String, Value>, name: &str) -> Option<String> {
    take(map, name).map(|value| read(&value))
}

fn text(value: &Value) -> Field<String> {
    value.as_str().map_or_else(|| Clear.into(), Field::from)
}

fn time(value: &Value) -> Field<Timestamp> {
    if value.is_null() { Clear.into() } else { Field::Set(read(value)) }
}

/// A user of this id with the properties in `map`.
pub(super) fn user(id: String, map: Map<String, Value>) -> UserRequest {
    map.into_iter().fold(UserRequest::new(id), |user, (name, value)| match (name.as_str(), &value) {
        ("name", value) => user.name(text(value)),
        ("email", value) => user.email(text(value)),
        ("phone_number", value) => user.phone_number(text(value)),
        ("avatar", value) => user.avatar(text(value)),
        ("locale", value) => user.locale(text(value)),
        ("timezone", value) => user.timezone(text(value)),
        ("created_at", value) => user.created_at(time(value)),
        ("channel_data", Value::Object(all)) => {
            all.iter().fold(user, |user, (id, data)| user.channel_data(id, channel_data(data)))
        }
        ("preferences", Value::Object(all)) => {
            all.iter().fold(user, |user, (id, set)| user.preferences(id, read::<PreferenceSetRequest>(set)))
        }
        ("$trigger_data", data) => user.trigger_data(data),
        (name, value) => user.property(name, value),
    })
}

/// An object with the properties in `map`.
pub(super) fn object(collection: String, id: String, map: Map<String, Value>) -> ObjectRequest {
    map.into_iter().fold(ObjectRequest::new(collection, id), |object, (name, value)| {
        match (name.as_str(), &value) {
            ("name", value) => object.name(text(value)),
            ("locale", value) => object.locale(text(value)),
            ("timezone", value) => object.timezone(text(value)),
            ("created_at", value) => object.created_at(time(value)),
            ("channel_data", Value::Object(all)) => {
                all.iter().fold(object, |object, (id, data)| object.channel_data(id, channel_data(data)))
            }
            ("preferences", Value::Object(all)) => all
                .iter()
                .fold(object, |object, (id, set)| object.preferences(id, read::<PreferenceSetRequest>(set))),
            ("$trigger_data", data) => object.trigger_data(data),
            (name, value) => object.property(name, value),
        }
    })
}

/// A tenant of this id with the properties in `map`.
pub(super) fn tenant(id: String, map: Map<String, Value>) -> TenantRequest {
    map.into_iter().fold(TenantRequest::new(id), |tenant, (name, value)| match (name.as_str(), &value) {
        ("name", value) => tenant.name(text(value)),
        ("settings", Value::Object(settings)) => {
            settings.iter().fold(tenant, |tenant, (name, value)| match (name.as_str(), value) {
                ("branding", value) => tenant.branding(read::<Branding>(value)),
                ("preference_set", Value::Null) => tenant.preference_set(Clear),
                ("preference_set", value) => tenant.preference_set(read::<PreferenceSetRequest>(value)),
                other => panic!("a tenant has no setting {other:?}"),
            })
        }
        ("channel_data", Value::Object(all)) => {
            all.iter().fold(tenant, |tenant, (id, data)| tenant.channel_data(id, channel_data(data)))
        }
        ("preferences", Value::Object(all)) => all
            .iter()
            .fold(tenant, |tenant, (id, set)| tenant.preferences(id, read::<PreferenceSetRequest>(set))),
        (name, value) => tenant.property(name, value),
    })
}

/// A recipient: an id, a reference, or identified inline.
pub(super) fn recipient(value: Value) -> RecipientRequest {
    match value {
        Value::String(id) => id.into(),
        Value::Object(mut map) => {
            let id = take_text(&mut map, "id").expect("a recipient has an id");
            match take_text(&mut map, "collection") {
                None => user(id, map).into(),
                Some(collection) if map.is_empty() => ObjectReference::new(collection, id).into(),
                Some(collection) => object(collection, id, map).into(),
            }
        }
        other => panic!("{other} is no recipient"),
    }
}

/// All recipients of a list.
pub(super) fn recipients(value: &Value) -> Vec<RecipientRequest> {
    read::<Vec<Value>>(value).into_iter().map(recipient).collect()
}

/// All references of a list.
pub(super) fn references(value: &Value) -> Vec<RecipientReference> {
    read(value)
}

/// A tenant: an id, or identified inline.
pub(super) fn inline_tenant(value: Value) -> InlineTenant {
    match value {
        Value::String(id) => id.into(),
        Value::Object(mut map) => {
            let id = take_text(&mut map, "id").expect("a tenant has an id");
            tenant(id, map).into()
        }
        other => panic!("{other} is no tenant"),
    }
}

/// Channel data, as the type of its provider.
pub(super) fn channel_data(data: &Value) -> ChannelDataRequest {
    let has = |pointer: &str| data.pointer(pointer).is_some();
    let texts = |name: &str| read::<Vec<String>>(&data[name]);
    if has("/tokens") {
        ChannelDataRequest::push_tokens(texts("tokens"))
    } else if has("/target_arns") {
        ChannelDataRequest::aws_sns_target_arns(texts("target_arns"))
    } else if has("/player_ids") {
        ChannelDataRequest::one_signal(texts("player_ids"))
    } else if has("/devices/0/target_arn") {
        ChannelDataRequest::AwsSnsDevices { devices: read(&data["devices"]) }
    } else if has("/devices") {
        ChannelDataRequest::push_devices(read::<Vec<PushDevice>>(&data["devices"]))
    } else if has("/token") {
        read::<SlackChannelData>(data).into()
    } else if has("/ms_teams_tenant_id") {
        read::<MsTeamsChannelData>(data).into()
    } else {
        read::<DiscordChannelData>(data).into()
    }
}
