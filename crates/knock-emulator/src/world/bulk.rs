//! Bulk operations. The work is done when an operation is accepted, but it is reported as completed only when the
//! operation is polled.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::log::Record;
use crate::recipient::Recipient;

#[derive(Clone, Debug)]
pub(crate) struct BulkOperation {
    id: String,
    name: String,
    total: usize,
    failed: Vec<(String, Option<String>)>,
    accepted_at: Timestamp,
    completed_at: Option<Timestamp>,
}

impl Record for BulkOperation {
    fn id(&self) -> &str {
        &self.id
    }
}

impl BulkOperation {
    /// A queued operation. `failed` lists the recipients for which it failed.
    pub(super) fn new(
        id: String,
        name: String,
        total: usize,
        failed: Vec<Recipient>,
        now: Timestamp,
    ) -> Self {
        let failed = failed
            .into_iter()
            .map(|recipient| (recipient.id().to_owned(), recipient.collection().map(str::to_owned)))
            .collect();
        Self { id, name, total, failed, accepted_at: now, completed_at: None }
    }

    pub(super) fn complete(&mut self, now: Timestamp) {
        self.completed_at.get_or_insert(now);
    }

    pub(super) fn render(&self) -> Value {
        let done = self.completed_at.is_some();
        let counted = |count: usize| if done { count } else { 0 };
        let failed: Vec<Value> = self
            .failed
            .iter()
            .map(|(id, collection)| json!({ "id": id, "collection": collection }))
            .collect();
        json!({
            "__typename": "BulkOperation",
            "id": self.id,
            "name": self.name,
            "status": if done { "completed" } else { "queued" },
            "estimated_total_rows": self.total,
            "processed_rows": counted(self.total),
            "success_count": counted(self.total.saturating_sub(self.failed.len())),
            "error_count": counted(self.failed.len()),
            "error_items": if done { failed } else { Vec::new() },
            "progress_path": format!("https://api.knock.app/v1/bulk_operations/{}", self.id),
            "inserted_at": self.accepted_at,
            "updated_at": self.completed_at.unwrap_or(self.accepted_at),
            "started_at": done.then_some(self.accepted_at),
            "completed_at": self.completed_at,
            "failed_at": null,
        })
    }
}
