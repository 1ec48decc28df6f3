//! What outbound webhooks report.

use jiff::Timestamp;
use serde_json::{Value, json};

/// Something that happened, with its subject as it was then.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub(crate) kind: &'static str,
    pub(crate) at: Timestamp,
    pub(crate) data: Value,
    pub(crate) details: Value,
}

impl Happening {
    pub(crate) fn render(&self) -> Value {
        json!({
            "__typename": "Event",
            "type": self.kind,
            "created_at": self.at,
            "data": self.data,
            "event_data": self.details,
        })
    }
}
