use knock_core::Timestamp;
use knock_core::channels::{self, ArchivedScope};
use knock_core::messages::{DeliveryStatus, EngagementStatus};
use serde_json::Value;

use super::Table;
use super::values::take_json;

pub(super) const NODE_1: Table = &[("channels.bulk.updateMessageStatus", |mut args| {
    let mut update = channels::bulk_update_message_status(args.text(), args.text());
    let mut body = args.object();
    set!(
        update, &mut body, archived: ArchivedScope, delivery_status: DeliveryStatus,
        engagement_status: EngagementStatus, has_tenant: bool, newer_than: Timestamp, older_than: Timestamp,
        recipient_ids: Vec<String>, tenants: Vec<String>, workflows: Vec<String>,
    );
    if let Some(data) = take_json::<Value>(&mut body, "trigger_data") {
        update = update.trigger_data(data);
    }
    args.send(update)
})];
