//! Reporting what happened, for outbound webhooks.

use serde_json::{Value, json};

use super::happening::Happening;
use super::store::World;

/// The events of messages that have a type of webhook. `message.queued` and `message.not_sent` have none.
const REPORTED: [&str; 10] = [
    "message.sent",
    "message.delivered",
    "message.seen",
    "message.unseen",
    "message.read",
    "message.unread",
    "message.archived",
    "message.unarchived",
    "message.interacted",
    "message.link_clicked",
];

impl World {
    /// Reports the events of a message after the first `known` ones.
    pub(super) fn report_message(&mut self, id: &str, known: usize) {
        #[cfg(feature = "workflows")]
        self.emit_message(id, known);
        let Some(happened) = &mut self.happened else { return };
        let Some(message) = self.messages.get(id) else { return };
        let news = message.events.iter().skip(known).filter(|event| REPORTED.contains(&event.kind));
        happened.extend(news.map(|event| Happening {
            kind: event.kind,
            at: event.at,
            data: message.render(),
            details: details(event.kind, &event.data),
        }));
    }

    /// Reports the start or the end of a run for one recipient.
    pub(super) fn report_run(&mut self, kind: &'static str, id: &str) {
        #[cfg(feature = "workflows")]
        self.emit_run(kind, id);
        let Some(happened) = &mut self.happened else { return };
        if let Some(run) = self.runs.get(id) {
            happened.push(Happening { kind, at: self.now, data: run.render(), details: Value::Null });
        }
    }
}

/// The metadata of an interaction; no other event here has details.
fn details(kind: &str, data: &Value) -> Value {
    match data.get("metadata").and_then(Value::as_object) {
        Some(metadata) if kind == "message.interacted" => {
            let mut details = metadata.clone();
            details.insert("__typename".to_owned(), json!("EventData"));
            Value::Object(details)
        }
        _ => Value::Null,
    }
}
