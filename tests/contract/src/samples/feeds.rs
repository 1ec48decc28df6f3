use knock_core::channels::ArchivedScope;
use knock_core::feeds::{self, FeedMode, FeedStatus};
use serde_json::json;

use super::values::{CHANNEL_ID, time};
use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let list_items = || feeds::list_items("jhammond", CHANNEL_ID);
    vec![
        Sample::new(list_items(), |page| {
            json!({
                "items": page.items, "page_info": page.info, "has_next": page.next.is_some(),
                "meta": page.meta, "vars": page.vars
            })
        })
        .full(
            list_items()
                .after("a")
                .before("b")
                .page_size(200)
                .status(FeedStatus::Unread)
                .workflow("dinosaurs-loose")
                .tenant("jurassic-park")
                .has_tenant(true)
                .workflow_categories(["safety"])
                .archived(ArchivedScope::Include)
                .trigger_data(json!({ "type": "trex" }))
                .locale("en-US")
                .exclude(["entries.archived_at", "meta.total_count"])
                .mode(FeedMode::Rich)
                .inserted_after(time())
                .inserted_at_or_after(time())
                .inserted_before(time())
                .inserted_at_or_before(time()),
        ),
        Sample::of(feeds::get_settings("jhammond", CHANNEL_ID)),
    ]
}
