use knock_core::preferences::{DEFAULT_SET, PreferenceSetRequest};
use knock_core::users;
use serde_json::Value;

use super::Table;
use super::values::{channel_data, read, take_text, user};

pub(super) const NODE_1: Table = &[
    ("users.update", |mut args| {
        let user = user(args.text(), args.object());
        args.send(users::identify(user))
    }),
    ("users.get", |mut args| {
        let id = args.text();
        args.send(users::get(id))
    }),
    ("users.delete", |mut args| {
        let id = args.text();
        args.send(users::delete(id))
    }),
    ("users.getPreferences", |mut args| {
        let mut get = users::get_preferences(args.text(), args.text());
        if let Some(tenant) = take_text(&mut args.object(), "tenant") {
            get = get.tenant(tenant);
        }
        args.send(get)
    }),
    ("users.setPreferences", |mut args| {
        let (id, set, preferences) = (args.text(), args.text(), Value::from(args.object()));
        args.send(users::set_preferences(id, set, read::<PreferenceSetRequest>(&preferences)))
    }),
    ("users.getChannelData", |mut args| {
        let (id, channel) = (args.text(), args.text());
        args.send(users::get_channel_data(id, channel))
    }),
    ("users.setChannelData", |mut args| {
        let (id, channel, body) = (args.text(), args.text(), args.object());
        args.send(users::set_channel_data(id, channel, channel_data(&body["data"])))
    }),
];

pub(super) const NODE_0: Table = &[
    ("users.identify", |mut args| {
        let user = user(args.text(), args.object());
        args.send(users::identify(user))
    }),
    ("users.get", |mut args| {
        let id = args.text();
        args.send(users::get(id))
    }),
    ("users.delete", |mut args| {
        let id = args.text();
        args.send(users::delete(id))
    }),
    ("users.getPreferences", |mut args| {
        let (id, mut options) = (args.text(), args.object());
        let set = take_text(&mut options, "preferenceSet").unwrap_or_else(|| DEFAULT_SET.to_owned());
        let mut get = users::get_preferences(id, set);
        if let Some(tenant) = take_text(&mut options, "tenant") {
            get = get.tenant(tenant);
        }
        args.send(get)
    }),
    ("users.setPreferences", |mut args| {
        let (id, preferences) = (args.text(), Value::from(args.object()));
        let set = take_text(&mut args.object(), "preferenceSet").unwrap_or_else(|| DEFAULT_SET.to_owned());
        args.send(users::set_preferences(id, set, read::<PreferenceSetRequest>(&preferences)))
    }),
    ("users.getChannelData", |mut args| {
        let (id, channel) = (args.text(), args.text());
        args.send(users::get_channel_data(id, channel))
    }),
    ("users.setChannelData", |mut args| {
        let (id, channel, data) = (args.text(), args.text(), Value::from(args.object()));
        args.send(users::set_channel_data(id, channel, channel_data(&data)))
    }),
];
