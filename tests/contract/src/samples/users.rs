use knock_core::preferences::PreferenceSetRequest;
use knock_core::recipients::ObjectReference;
use knock_core::users;

use super::values::{CHANNEL_ID, channel_data, cleared_user, message_filter, preferences, user};
use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let set_preferences = |preferences| users::set_preferences("jhammond", preferences);
    let set_channel_data = |data| users::set_channel_data("jhammond", CHANNEL_ID, data);
    let bulk_set_preferences = || users::bulk_set_preferences(["jhammond"], preferences());
    vec![
        Sample::list(users::list())
            .full(users::list().after("a").before("b").page_size(50).include_preferences(true)),
        Sample::of(users::identify("jhammond"))
            .full(users::identify(user()))
            .full(users::identify(cleared_user())),
        Sample::of(users::get("jhammond")),
        Sample::of(users::delete("jhammond")),
        Sample::of(users::merge("jhammond").from_user("john")),
        Sample::list(users::list_preferences("jhammond")),
        Sample::of(users::get_preferences("jhammond"))
            .full(users::get_preferences("jhammond").tenant("jurassic-park")),
        Sample::of(set_preferences(PreferenceSetRequest::new())).full(set_preferences(preferences().merge())),
        Sample::of(users::unset_preferences("jhammond")),
        Sample::of(users::get_channel_data("jhammond", CHANNEL_ID)),
        Sample::each(channel_data().into_iter().map(set_channel_data)),
        Sample::of(users::unset_channel_data("jhammond", CHANNEL_ID)),
        Sample::list(users::list_messages("jhammond")).full(
            users::list_messages("jhammond").after("a").before("b").page_size(50).filter(message_filter()),
        ),
        Sample::list(users::list_schedules("jhammond")).full(
            users::list_schedules("jhammond")
                .after("a")
                .before("b")
                .page_size(50)
                .tenant("jurassic-park")
                .workflow("feeding"),
        ),
        Sample::list(users::list_subscriptions("jhammond")).full(
            users::list_subscriptions("jhammond")
                .after("a")
                .before("b")
                .page_size(50)
                .include_preferences(true)
                .objects([ObjectReference::new("projects", "paddock-9")]),
        ),
        Sample::batch(users::bulk_identify([user(), cleared_user()])),
        Sample::batch(users::bulk_delete(["jhammond"])),
        Sample::batch(bulk_set_preferences()).full(bulk_set_preferences().set_id("jurassic-park")),
    ]
}
