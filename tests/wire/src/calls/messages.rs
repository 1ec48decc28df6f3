use knock_core::messages::{self, DeliveryStatus, EngagementStatus, MessageFilter};
use serde_json::{Map, Value, json};

use super::Table;
use super::values::{read, take_json, take_texts};

pub(super) const NODE_1: Table = &[
    ("messages.list", |mut args| {
        let mut query = args.object();
        let mut list = messages::list().filter(filter(&mut query));
        set_page!(list, &mut query);
        let rest: Map<String, Value> = read(&json!({
            "recipient": "user_123", "status": "sent",
            "inserted_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
        }));
        args.send_page_of(list, &rest)
    }),
    ("messages.get", |args| args.send_of_texts(|[id]| messages::get(id))),
    ("messages.getContent", |args| args.send_of_texts(|[id]| messages::get_content(id))),
    ("messages.listActivities", |mut args| {
        let (mut list, mut query) = (messages::list_activities(args.text()), args.object());
        set_page!(list, &mut query);
        if let Some(data) = take_json::<Value>(&mut query, "trigger_data") {
            list = list.trigger_data(data);
        }
        args.send_page(list)
    }),
    ("messages.listDeliveryLogs", |mut args| {
        let mut list = messages::list_delivery_logs(args.text());
        set_page!(list, &mut args.object());
        args.send_page(list)
    }),
    ("messages.listEvents", |mut args| {
        let mut list = messages::list_events(args.text());
        set_page!(list, &mut args.object());
        args.send_page(list)
    }),
    ("messages.markAsSeen", |args| args.send_of_texts(|[id]| messages::mark_as_seen(id))),
    ("messages.markAsUnseen", |args| args.send_of_texts(|[id]| messages::mark_as_unseen(id))),
    ("messages.markAsRead", |args| args.send_of_texts(|[id]| messages::mark_as_read(id))),
    ("messages.markAsUnread", |args| args.send_of_texts(|[id]| messages::mark_as_unread(id))),
    ("messages.archive", |args| args.send_of_texts(|[id]| messages::archive(id))),
    ("messages.unarchive", |args| args.send_of_texts(|[id]| messages::unarchive(id))),
    ("messages.markAsInteracted", |mut args| {
        let mut mark = messages::mark_as_interacted(args.text());
        set!(mark, &mut args.object(), metadata: Value);
        args.send(mark)
    }),
    ("messages.batch.getContent", |mut args| {
        let ids = take_texts(&mut args.object(), "message_ids");
        args.send(messages::batch_get_content(ids))
    }),
    ("messages.batch.markAsSeen", |mut args| {
        let ids = take_texts(&mut args.object(), "message_ids");
        args.send(messages::batch_mark_as_seen(ids))
    }),
    ("messages.batch.markAsUnseen", |mut args| {
        let ids = take_texts(&mut args.object(), "message_ids");
        args.send(messages::batch_mark_as_unseen(ids))
    }),
    ("messages.batch.markAsRead", |mut args| {
        let ids = take_texts(&mut args.object(), "message_ids");
        args.send(messages::batch_mark_as_read(ids))
    }),
    ("messages.batch.markAsUnread", |mut args| {
        let ids = take_texts(&mut args.object(), "message_ids");
        args.send(messages::batch_mark_as_unread(ids))
    }),
    ("messages.batch.archive", |mut args| {
        let ids = take_texts(&mut args.object(), "message_ids");
        args.send(messages::batch_archive(ids))
    }),
    ("messages.batch.unarchive", |mut args| {
        let ids = take_texts(&mut args.object(), "message_ids");
        args.send(messages::batch_unarchive(ids))
    }),
    ("messages.batch.markAsInteracted", |mut args| {
        let mut body = args.object();
        let mut mark = messages::batch_mark_as_interacted(take_texts(&mut body, "message_ids"));
        set!(mark, &mut body, metadata: Value);
        args.send(mark)
    }),
];

/// The filter that `query` specifies.
pub(super) fn filter(query: &mut Map<String, Value>) -> MessageFilter {
    let mut filter = MessageFilter::new();
    set_inserted_at!(filter, query);
    set!(
        filter, query, tenant: String, channel_id: String, statuses = "status": Vec<DeliveryStatus>,
        engagement_statuses = "engagement_status": Vec<EngagementStatus>, message_ids: Vec<String>,
        workflow_categories: Vec<String>, workflow = "source": String, workflow_run_id: String,
        workflow_recipient_run_id: String,
    );
    if let Some(data) = take_json::<Value>(query, "trigger_data") {
        filter = filter.trigger_data(data);
    }
    filter
}
