use knock_core::messages;
use serde_json::json;

use super::values::message_filter;
use crate::sample::Sample;

const ID: &str = "2w3YUpTTOxuDvZFji8OMsKrG176";

pub(super) fn samples() -> Vec<Sample> {
    let metadata = || json!({ "button": "evacuate" });
    let trigger_data = || json!({ "type": "trex" });
    vec![
        Sample::list(messages::list())
            .full(messages::list().after("a").before("b").page_size(50).filter(message_filter())),
        Sample::of(messages::get(ID)),
        Sample::of(messages::get_content(ID)),
        Sample::list(messages::list_activities(ID)).full(
            messages::list_activities(ID).after("a").before("b").page_size(50).trigger_data(trigger_data()),
        ),
        Sample::list(messages::list_events(ID))
            .full(messages::list_events(ID).after("a").before("b").page_size(50)),
        Sample::list(messages::list_delivery_logs(ID))
            .full(messages::list_delivery_logs(ID).after("a").before("b").page_size(50)),
        Sample::of(messages::mark_as_seen(ID)),
        Sample::of(messages::mark_as_unseen(ID)),
        Sample::of(messages::mark_as_unseen_alias(ID)),
        Sample::of(messages::mark_as_read(ID)),
        Sample::of(messages::mark_as_unread(ID)),
        Sample::of(messages::mark_as_unread_alias(ID)),
        Sample::of(messages::mark_as_interacted(ID))
            .full(messages::mark_as_interacted(ID).metadata(metadata())),
        Sample::of(messages::archive(ID)),
        Sample::of(messages::unarchive(ID)),
        Sample::of(messages::unarchive_alias(ID)),
        Sample::items(messages::batch_get_content([ID])),
        Sample::batch(messages::batch_mark_as_seen([ID])),
        Sample::batch(messages::batch_mark_as_unseen([ID])),
        Sample::batch(messages::batch_mark_as_read([ID])),
        Sample::batch(messages::batch_mark_as_unread([ID])),
        Sample::batch(messages::batch_mark_as_interacted([ID]))
            .full(messages::batch_mark_as_interacted([ID]).metadata(metadata())),
        Sample::batch(messages::batch_archive([ID])),
        Sample::batch(messages::batch_unarchive([ID])),
    ]
}
