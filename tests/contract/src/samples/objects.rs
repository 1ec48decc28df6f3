use knock_core::objects;
use knock_core::preferences::PreferenceSetRequest;
use knock_core::recipients::{ObjectReference, ObjectRequest, RecipientReference};
use knock_core::subscriptions::{Subscribe, SubscriptionMode, Unsubscribe};
use serde_json::json;

use super::values::{CHANNEL_ID, channel_data, message_filter, object, preferences, user};
use crate::sample::Sample;

const COLLECTION: &str = "projects";
const ID: &str = "paddock-9";

pub(super) fn samples() -> Vec<Sample> {
    let set_preferences = |preferences| objects::set_preferences(COLLECTION, ID, preferences);
    let set_channel_data = |data| objects::set_channel_data(COLLECTION, ID, CHANNEL_ID, data);
    let recipients =
        || -> [RecipientReference; 2] { ["agrant".into(), ObjectReference::new(COLLECTION, ID).into()] };
    let add = || objects::add_subscriptions(COLLECTION, ID).recipient("agrant");
    let delete = || objects::delete_subscriptions(COLLECTION, ID);
    let list_subscriptions =
        || objects::list_subscriptions(COLLECTION, ID).after("a").before("b").page_size(50);
    let list_messages = || objects::list_messages(COLLECTION, ID);
    let list_schedules = || objects::list_schedules(COLLECTION, ID);
    let subscribe = || Subscribe::new(ID).recipient("agrant");
    vec![
        Sample::list(objects::list(COLLECTION))
            .full(objects::list(COLLECTION).after("a").before("b").page_size(50).include_preferences(true)),
        Sample::of(objects::set(ObjectRequest::new(COLLECTION, ID))).full(objects::set(object())),
        Sample::of(objects::get(COLLECTION, ID)),
        Sample::of(objects::delete(COLLECTION, ID)),
        Sample::items(add())
            .full(add().recipient(user()).recipient(object()).properties(json!({ "role": "keeper" }))),
        Sample::items(delete().recipients(["agrant"])).full(delete().recipients(recipients())),
        Sample::list(objects::list_subscriptions(COLLECTION, ID))
            .full(
                list_subscriptions()
                    .include_preferences(true)
                    .mode(SubscriptionMode::Object)
                    .recipients(recipients()),
            )
            .full(
                list_subscriptions()
                    .mode(SubscriptionMode::Recipient)
                    .objects([ObjectReference::new(COLLECTION, ID)]),
            ),
        Sample::list(objects::list_preferences(COLLECTION, ID)),
        Sample::of(objects::get_preferences(COLLECTION, ID)),
        Sample::of(set_preferences(PreferenceSetRequest::new())).full(set_preferences(preferences().merge())),
        Sample::of(objects::unset_preferences(COLLECTION, ID)),
        Sample::of(objects::get_channel_data(COLLECTION, ID, CHANNEL_ID)),
        Sample::each(channel_data().into_iter().map(set_channel_data)),
        Sample::of(objects::unset_channel_data(COLLECTION, ID, CHANNEL_ID)),
        Sample::list(list_messages())
            .full(list_messages().after("a").before("b").page_size(50).filter(message_filter())),
        Sample::list(list_schedules()).full(
            list_schedules().after("a").before("b").page_size(50).tenant("jurassic-park").workflow("feeding"),
        ),
        Sample::batch(objects::bulk_set(COLLECTION, [object()])),
        Sample::batch(objects::bulk_delete(COLLECTION, [ID])),
        Sample::batch(objects::bulk_add_subscriptions(COLLECTION, [subscribe()])).full(
            objects::bulk_add_subscriptions(
                COLLECTION,
                [subscribe().recipient(user()).recipient(object()).properties(json!({ "role": "keeper" }))],
            ),
        ),
        Sample::batch(objects::bulk_delete_subscriptions(
            COLLECTION,
            [Unsubscribe::new(ID).recipients(recipients())],
        )),
    ]
}
