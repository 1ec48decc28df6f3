use knock_core::channel_data::ChannelId;
use knock_core::preferences::PreferenceSetRequest;
use knock_core::recipients::{RecipientReference, UserRequest};
use knock_core::users;
use serde_json::{Map, Value};

use super::messages::filter;
use super::values::{channel_data, read, take_include, take_object, take_text, take_texts, user};
use super::{Args, Ours, Table};

pub(super) const NODE_1: Table = &[
    ("users.list", |mut args| {
        let (mut list, mut query) = (users::list(), args.object());
        set_page!(list, &mut query);
        args.send_page(list.include_preferences(take_include(&mut query)))
    }),
    ("users.update", identify),
    ("users.get", |args| args.send_of_texts(|[id]| users::get(id))),
    ("users.delete", |args| args.send_of_texts(|[id]| users::delete(id))),
    ("users.merge", |mut args| {
        let (id, mut body) = (args.text(), args.object());
        let from = take_text(&mut body, "from_user_id").expect("it is required");
        args.send(users::merge(id).from_user(from))
    }),
    ("users.listPreferences", |args| args.send_of_texts(|[id]| users::list_preferences(id))),
    ("users.getPreferences", |mut args| {
        let mut get = users::get_preferences(args.text()).set_id(args.text());
        set!(get, &mut args.object(), tenant: String);
        args.send(get)
    }),
    ("users.setPreferences", |mut args| {
        let (id, set, preferences) = (args.text(), args.text(), Value::from(args.object()));
        args.send(users::set_preferences(id, read::<PreferenceSetRequest>(&preferences)).set_id(set))
    }),
    ("users.unsetPreferences", |args| {
        args.send_of_texts(|[id, set]| users::unset_preferences(id).set_id(set))
    }),
    ("users.getChannelData", |args| {
        args.send_of_texts(|[id, channel]| users::get_channel_data(id, ChannelId::new(channel)))
    }),
    ("users.setChannelData", |mut args| {
        let (id, channel, body) = (args.text(), ChannelId::new(args.text()), args.object());
        args.send(users::set_channel_data(id, channel, channel_data(&body["data"])))
    }),
    ("users.unsetChannelData", |args| {
        args.send_of_texts(|[id, channel]| users::unset_channel_data(id, ChannelId::new(channel)))
    }),
    ("users.listMessages", |mut args| {
        let (mut list, mut query) = (users::list_messages(args.text()), args.object());
        set_page!(list, &mut query);
        args.send_page(list.filter(filter(&mut query)))
    }),
    ("users.listSchedules", |mut args| {
        let (mut list, mut query) = (users::list_schedules(args.text()), args.object());
        set_page!(list, &mut query);
        set!(list, &mut query, tenant: String, workflow: String);
        args.send_page(list)
    }),
    ("users.listSubscriptions", |mut args| {
        let (mut list, mut query) = (users::list_subscriptions(args.text()), args.object());
        set_page!(list, &mut query);
        set!(list, &mut query, objects: Vec<RecipientReference>);
        args.send_page(list.include_preferences(take_include(&mut query)))
    }),
    ("users.bulk.identify", |mut args| {
        let list: Vec<Map<String, Value>> = read(&args.object()["users"]);
        let with_id = |mut map| user(take_text(&mut map, "id").expect("a user has an id"), map);
        let users: Vec<UserRequest> = list.into_iter().map(with_id).collect();
        args.send(users::bulk_identify(users))
    }),
    ("users.bulk.delete", |mut args| {
        let ids = take_texts(&mut args.object(), "user_ids");
        args.send(users::bulk_delete(ids))
    }),
    ("users.bulk.setPreferences", |mut args| {
        let mut body = args.object();
        let (ids, mut set) = (take_texts(&mut body, "user_ids"), take_object(&mut body, "preferences"));
        let id = take_text(&mut set, "id");
        let preferences = read::<PreferenceSetRequest>(&set.into());
        args.send(users::bulk_set_preferences(ids, preferences).set_id(id))
    }),
];

pub(super) const NODE_0: Table = &[
    ("users.identify", identify),
    ("users.get", |args| args.send_of_texts(|[id]| users::get(id))),
    ("users.delete", |args| args.send_of_texts(|[id]| users::delete(id))),
    ("users.getAllPreferences", |args| args.send_of_texts(|[id]| users::list_preferences(id))),
    ("users.getPreferences", |mut args| {
        let (id, mut options) = (args.text(), args.object());
        let mut get = users::get_preferences(id).set_id(take_text(&mut options, "preferenceSet"));
        set!(get, &mut options, tenant: String);
        args.send(get)
    }),
    ("users.setPreferences", |mut args| {
        let (id, preferences) = (args.text(), Value::from(args.object()));
        let set = take_text(&mut args.object(), "preferenceSet");
        args.send(users::set_preferences(id, read::<PreferenceSetRequest>(&preferences)).set_id(set))
    }),
    ("users.getChannelData", |args| {
        args.send_of_texts(|[id, channel]| users::get_channel_data(id, ChannelId::new(channel)))
    }),
    ("users.setChannelData", |mut args| {
        let (id, channel, data) = (args.text(), ChannelId::new(args.text()), Value::from(args.object()));
        args.send(users::set_channel_data(id, channel, channel_data(&data)))
    }),
    ("users.unsetChannelData", |args| {
        args.send_of_texts(|[id, channel]| users::unset_channel_data(id, ChannelId::new(channel)))
    }),
];

fn identify(mut args: Args<'_>) -> Ours {
    let user = user(args.text(), args.object());
    args.send(users::identify(user))
}
