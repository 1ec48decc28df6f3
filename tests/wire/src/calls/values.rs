//! Our types from the JSON that was given to the official package.

use knock_core::channel_data::{
    ChannelDataRequest, DiscordChannelData, MsTeamsChannelData, PushDevice, SlackChannelData,
};
use knock_core::preferences::{DEFAULT_SET, PreferenceSetRequest};
use knock_core::recipients::{ObjectReference, ObjectRequest, RecipientRequest, UserRequest};
use knock_core::tenants::{Branding, InlineTenant, TenantRequest};
use knock_core::{Clear, Field, Text, Time, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Sets the parameters of `$target` that are in `$map`: `tenant: String` sets the one of that name, and
/// `workflow = "source": String` the one that is called `source` there.
macro_rules! set {
    ($target:ident, $map:expr, $($setter:ident $(= $name:literal)?: $type:ty),+ $(,)?) => {
        let map: &mut serde_json::Map<_, _> = $map;
        $(if let Some(value) = $crate::calls::values::take(map, [$($name,)? stringify!($setter)][0]) {
            $target = $target.$setter($crate::calls::values::read::<$type>(&value));
        })+
    };
}

/// Sets which page of the list `$list` to get, according to `$query`.
macro_rules! set_page {
    ($list:ident, $query:expr) => {
        set!($list, $query, after: String, before: String, page_size: u32)
    };
}

/// Sets the range of times in which the items of `$list` were created, according to `$query`.
macro_rules! set_inserted_at {
    ($list:ident, $query:expr) => {
        for (bound, time) in $crate::calls::values::take_object($query, "inserted_at") {
            let time = $crate::calls::values::time_or_date(&time);
            $list = match bound.as_str() {
                "gt" => $list.inserted_after(time),
                "gte" => $list.inserted_at_or_after(time),
                "lt" => $list.inserted_before(time),
                "lte" => $list.inserted_at_or_before(time),
                other => panic!("{other} is not a bound"),
            };
        }
    };
}

/// Reads JSON as one of our types.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error} in {value}"))
}

/// Takes `name`. `null` counts as absent.
pub(super) fn take(map: &mut Map<String, Value>, name: &str) -> Option<Value> {
    map.remove(name).filter(|value| !value.is_null())
}

/// Takes the text `name`. `null` counts as absent.
pub(super) fn take_text(map: &mut Map<String, Value>, name: &str) -> Option<String> {
    take(map, name).map(|value| read(&value))
}

/// Takes the object `name`. `null` counts as absent, and an absent object as empty.
pub(super) fn take_object(map: &mut Map<String, Value>, name: &str) -> Map<String, Value> {
    take(map, name).map_or_else(Map::new, |value| read(&value))
}

/// Takes the list of strings `name`, which is required.
pub(super) fn take_texts(map: &mut Map<String, Value>, name: &str) -> Vec<String> {
    read(&take(map, name).unwrap_or_else(|| panic!("{name} is required")))
}

/// Takes `name`, which the caller of 1.x passes as JSON text.
pub(super) fn take_json<T: DeserializeOwned>(map: &mut Map<String, Value>, name: &str) -> Option<T> {
    take_text(map, name).map(|text| serde_json::from_str(&text).expect("valid JSON"))
}

/// Takes the object that holds a provider's token, which the caller of 1.x passes as JSON text.
pub(super) fn take_holder(map: &mut Map<String, Value>, name: &str) -> ObjectReference {
    let object: Value = take_json(map, name).expect("it is required");
    let part = |name: &str| object[name].as_str().expect("it has an id and a collection");
    ObjectReference::new(part("collection"), part("object_id"))
}

/// Whether preferences are to be included.
pub(super) fn take_include(query: &mut Map<String, Value>) -> bool {
    take(query, "include").is_some_and(|list| read::<Vec<String>>(&list) == ["preferences"])
}

/// Takes the id of the preference set that an option of 0.6 names.
pub(super) fn take_set(options: &mut Map<String, Value>) -> String {
    take_text(options, "preferenceSet").unwrap_or_else(|| DEFAULT_SET.to_owned())
}

/// A time. A date stands for its first moment.
pub(super) fn time_or_date(value: &Value) -> Timestamp {
    let text: String = read(value);
    text.parse().unwrap_or_else(|_| format!("{text}T00:00:00Z").parse().expect("a time or a date"))
}

/// The change of a field: a text sets it, `null` clears it.
fn text(value: &Value) -> Field<Text> {
    value.as_str().map_or(Field::Clear, |text| Field::Set(text.into()))
}

/// The change of a field: a time sets it, `null` clears it.
pub(super) fn time(value: &Value) -> Field<Time> {
    if value.is_null() { Field::Clear } else { Field::Set(read::<Timestamp>(value).into()) }
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
        other => panic!("{other} is not a recipient"),
    }
}

/// All recipients of a list.
pub(super) fn recipients(value: &Value) -> Vec<RecipientRequest> {
    read::<Vec<Value>>(value).into_iter().map(recipient).collect()
}

/// A tenant: an id, or identified inline.
pub(super) fn inline_tenant(value: Value) -> InlineTenant {
    match value {
        Value::String(id) => id.into(),
        Value::Object(mut map) => {
            let id = take_text(&mut map, "id").expect("a tenant has an id");
            tenant(id, map).into()
        }
        other => panic!("{other} is not a tenant"),
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
