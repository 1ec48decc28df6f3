use knock_core::channel_data::ChannelId;
use knock_core::feeds::{self, ArchivedScope, FeedMode, FeedStatus};
use serde_json::Value;

use super::Table;
use super::values::{take_json, take_text};

pub(super) const NODE_1: Table = &[
    ("users.feeds.getSettings", |args| {
        args.send_of_texts(|[user, channel]| feeds::get_settings(user, ChannelId::new(channel)))
    }),
    ("users.feeds.listItems", |mut args| {
        let mut list = feeds::list_items(args.text(), ChannelId::new(args.text()));
        let mut query = args.object();
        set_page!(list, &mut query);
        set_inserted_at!(list, &mut query);
        set!(
            list, &mut query, status: FeedStatus, workflow = "source": String, tenant: String, has_tenant: bool,
            workflow_categories: Vec<String>, archived: ArchivedScope, locale: String, mode: FeedMode,
        );
        if let Some(data) = take_json::<Value>(&mut query, "trigger_data") {
            list = list.trigger_data(data);
        }
        if let Some(paths) = take_text(&mut query, "exclude") {
            list = list.exclude(paths.split(','));
        }
        args.send_page(list)
    }),
];
