//! Reporting what happened, for outbound webhooks.

use serde_json::{Value, json};

use super::happening::Happening;
use super::store::World;
use crate::json::Fields;

/// The events of messages that have a type of webhook. `message.created`, `message.queued` and `message.not_sent` have none.
const REPORTED: [&str; 13] = [
    "message.sent",
    "message.delivered",
    "message.delivery_attempted",
    "message.undelivered",
    "message.bounced",
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

/// The details that Knock documents: the metadata of an interaction, the URL of a link, and why a message was not delivered.
fn details(kind: &str, data: &Value) -> Value {
    let names: &[&str] = match kind {
        "message.interacted" => return event_data(data.get("metadata").and_then(Value::as_object).cloned()),
        "message.link_clicked" => &["url"],
        "message.delivery_attempted" => &["attempt", "max_attempts", "retryable"],
        "message.undelivered" | "message.bounced" => &["failure_reason", "failure_details", "token"],
        _ => return Value::Null,
    };
    let known = names.iter().filter_map(|name| Some(((*name).to_owned(), data.get(name)?.clone())));
    event_data(Some(known.collect()))
}

fn event_data(details: Option<Fields>) -> Value {
    let Some(mut details) = details else { return Value::Null };
    details.insert("__typename".to_owned(), json!("EventData"));
    Value::Object(details)
}
