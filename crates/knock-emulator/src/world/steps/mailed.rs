//! What an SMTP server did with emails.

use serde_json::{Value, json};

use super::super::attempts::{Attempt, Sent};
use super::super::message::Report;
use super::super::store::World;

impl World {
    /// Notes an attempt to send an email. Returns whether there is such a message.
    ///
    /// The email was `sent` before, and the server can take that back: it bounces, or it stays undelivered.
    pub(crate) fn mailed(&mut self, message_id: &str, told: &Value) -> bool {
        if self.messages.get(message_id).is_none() {
            return false;
        }
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        let status = told.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
        let response = status.map(|status| (status, text("text").unwrap_or_default()));
        self.attempted(message_id, Attempt::smtp(self.now, sent(told), response, text("error")));
        let report = match text("message_status") {
            Some("bounced") => Report::Bounced,
            Some("undelivered") => Report::Undelivered,
            _ => return true,
        };
        let details = text("error").or(text("text"));
        let data = json!({ "failure_reason": text("failure_reason"), "failure_details": details });
        self.note_status(message_id, report, data);
        true
    }
}

/// The envelope, in the form of a request. The email itself is the content of the message.
fn sent(told: &Value) -> Option<Sent> {
    let headers: Vec<(String, String)> = serde_json::from_value(told.get("envelope")?.clone()).ok()?;
    let server = told.get("server")?.as_str()?;
    (!headers.is_empty()).then(|| Sent {
        method: "SMTP".to_owned(),
        url: format!("smtp://{server}"),
        headers,
        body: String::new(),
    })
}
