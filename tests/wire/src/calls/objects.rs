use knock_core::channel_data::ChannelId;
use knock_core::objects::{self, ObjectRequest};
use knock_core::preferences::PreferenceSetRequest;
use knock_core::recipients::{ObjectReference, RecipientReference};
use knock_core::subscriptions::{Subscribe, SubscriptionMode, Unsubscribe};
use serde_json::{Map, Value};

use super::Table;
use super::messages::filter;
use super::values::{channel_data, object, read, recipients, take, take_include, take_text, take_texts};

pub(super) const NODE_1: Table = &[
    ("objects.list", |mut args| {
        let (mut list, mut query) = (objects::list(args.text()), args.object());
        set_page!(list, &mut query);
        args.send_page(list.include_preferences(take_include(&mut query)))
    }),
    ("objects.set", |mut args| {
        let object = object(args.text(), args.text(), args.object());
        args.send(objects::set(object))
    }),
    ("objects.get", |args| args.send_of_texts(|[collection, id]| objects::get(collection, id))),
    ("objects.delete", |args| args.send_of_texts(|[collection, id]| objects::delete(collection, id))),
    ("objects.addSubscriptions", |mut args| {
        let mut add = objects::add_subscriptions(args.text(), args.text());
        let body = args.object();
        add = add.recipients(recipients(&body["recipients"]));
        if let Some(properties) = body.get("properties") {
            add = add.properties(properties);
        }
        args.send(add)
    }),
    ("objects.deleteSubscriptions", |mut args| {
        let mut delete = objects::delete_subscriptions(args.text(), args.text());
        set!(delete, &mut args.object(), recipients: Vec<RecipientReference>);
        args.send(delete)
    }),
    ("objects.listSubscriptions", |mut args| {
        let mut list = objects::list_subscriptions(args.text(), args.text());
        let mut query = args.object();
        set_page!(list, &mut query);
        set!(
            list, &mut query, mode: SubscriptionMode, recipients: Vec<RecipientReference>,
            objects: Vec<ObjectReference>,
        );
        args.send_page(list.include_preferences(take_include(&mut query)))
    }),
    ("objects.listPreferences", |args| {
        args.send_of_texts(|[collection, id]| objects::list_preferences(collection, id))
    }),
    ("objects.getPreferences", |args| {
        args.send_of_texts(|[collection, id, set]| objects::get_preferences(collection, id).set_id(set))
    }),
    ("objects.setPreferences", |mut args| {
        let (collection, id, set) = (args.text(), args.text(), args.text());
        let preferences = read::<PreferenceSetRequest>(&args.object().into());
        args.send(objects::set_preferences(collection, id, preferences).set_id(set))
    }),
    ("objects.unsetPreferences", |args| {
        args.send_of_texts(|[collection, id, set]| objects::unset_preferences(collection, id).set_id(set))
    }),
    ("objects.getChannelData", |args| {
        args.send_of_texts(|[collection, id, channel]| {
            objects::get_channel_data(collection, id, ChannelId::new(channel))
        })
    }),
    ("objects.setChannelData", |mut args| {
        let (collection, id, channel) = (args.text(), args.text(), ChannelId::new(args.text()));
        let data = channel_data(&args.object()["data"]);
        args.send(objects::set_channel_data(collection, id, channel, data))
    }),
    ("objects.unsetChannelData", |args| {
        args.send_of_texts(|[collection, id, channel]| {
            objects::unset_channel_data(collection, id, ChannelId::new(channel))
        })
    }),
    ("objects.listMessages", |mut args| {
        let mut list = objects::list_messages(args.text(), args.text());
        let mut query = args.object();
        set_page!(list, &mut query);
        args.send_page(list.filter(filter(&mut query)))
    }),
    ("objects.listSchedules", |mut args| {
        let mut list = objects::list_schedules(args.text(), args.text());
        let mut query = args.object();
        set_page!(list, &mut query);
        set!(list, &mut query, tenant: String, workflow: String);
        args.send_page(list)
    }),
    ("objects.bulk.set", |mut args| {
        let (collection, mut body) = (args.text(), args.object());
        let objects =
            entries(&mut body, "objects").into_iter().map(|(id, map)| object(collection.clone(), id, map));
        let objects: Vec<ObjectRequest> = objects.collect();
        args.send(objects::bulk_set(collection, objects))
    }),
    ("objects.bulk.delete", |mut args| {
        let (collection, mut body) = (args.text(), args.object());
        args.send(objects::bulk_delete(collection, take_texts(&mut body, "object_ids")))
    }),
    ("objects.bulk.addSubscriptions", |mut args| {
        let (collection, mut body) = (args.text(), args.object());
        let subscribe = |(id, map): (String, Map<String, Value>)| {
            let subscribe = Subscribe::new(id).recipients(recipients(&map["recipients"]));
            match map.get("properties") {
                Some(properties) => subscribe.properties(properties),
                None => subscribe,
            }
        };
        let subscriptions: Vec<_> = entries(&mut body, "subscriptions").into_iter().map(subscribe).collect();
        args.send(objects::bulk_add_subscriptions(collection, subscriptions))
    }),
    ("objects.bulk.deleteSubscriptions", |mut args| {
        let (collection, mut body) = (args.text(), args.object());
        let unsubscribe = |(id, mut map): (String, Map<String, Value>)| {
            let mut unsubscribe = Unsubscribe::new(id);
            set!(unsubscribe, &mut map, recipients: Vec<RecipientReference>);
            unsubscribe
        };
        let subscriptions: Vec<_> =
            entries(&mut body, "subscriptions").into_iter().map(unsubscribe).collect();
        args.send(objects::bulk_delete_subscriptions(collection, subscriptions))
    }),
];

/// The entries of a list, each with its id taken out.
fn entries(body: &mut Map<String, Value>, name: &str) -> Vec<(String, Map<String, Value>)> {
    let list: Vec<Map<String, Value>> = read(&take(body, name).expect("it is required"));
    let with_id = |mut entry| (take_text(&mut entry, "id").expect("it is required"), entry);
    list.into_iter().map(with_id).collect()
}
