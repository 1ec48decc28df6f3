use knock_core::channels::{self, ArchivedScope, MessageAction};
use knock_core::messages::{DeliveryStatus, EngagementStatus};
use serde_json::json;

use super::values::{CHANNEL, time};
use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let archive = || channels::bulk_update_message_status(CHANNEL, MessageAction::Archived);
    vec![
        Sample::batch(archive()).full(
            archive()
                .archived(ArchivedScope::Include)
                .delivery_status(DeliveryStatus::Sent)
                .engagement_status(EngagementStatus::Seen)
                .has_tenant(true)
                .newer_than(time())
                .older_than(time())
                .recipient_ids(["jhammond"])
                .tenants(["jurassic-park"])
                .trigger_data(json!({ "type": "trex" }))
                .workflows(["dinosaurs-loose"]),
        ),
    ]
}
