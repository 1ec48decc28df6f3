//! Bulk operations. The work is done when they are accepted, but they say so only when asked again.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::World;
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

impl World {
    /// Records a bulk operation and answers it as queued.
    pub(crate) fn accept_bulk(
        &mut self,
        name: impl Into<String>,
        total: usize,
        failed: Vec<Recipient>,
    ) -> Value {
        let failed = failed
            .into_iter()
            .map(|recipient| (recipient.id().to_owned(), recipient.collection().map(str::to_owned)))
            .collect();
        let operation = BulkOperation {
            id: self.ids.uuid(),
            name: name.into(),
            total,
            failed,
            accepted_at: self.now,
            completed_at: None,
        };
        let rendered = operation.render();
        self.bulk.push(operation);
        rendered
    }

    /// Being asked is what completes an operation here.
    pub(crate) fn poll_bulk(&mut self, id: &str) -> Option<Value> {
        let now = self.now;
        let operation = self.bulk.get_mut(id)?;
        operation.completed_at.get_or_insert(now);
        Some(operation.render())
    }
}

impl BulkOperation {
    fn render(&self) -> Value {
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
