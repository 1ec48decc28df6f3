//! Attachments of emails.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::value::{IntoOptional, Text};

/// A file that a workflow attaches to its emails, for the [data](super::Trigger::data) of a trigger.
///
/// Put one, or a list, under the attachment key of the email template, which is `attachments` by default. The content
/// is sent as base64. Knock accepts up to 10 MB for each attachment and for the data as a whole; your email provider may
/// accept less.
///
/// ```
/// use knock_core::workflows::{self, Attachment};
/// use serde_json::json;
///
/// let ticket: &[u8] = b"%PDF-1.7";
/// let trigger = workflows::trigger("ticket-bought").recipient("jhammond").data(json!({
///     "seat": "12A",
///     "attachments": [Attachment::new("ticket.pdf", "application/pdf", ticket)],
/// }));
/// # let _ = trigger;
/// ```
///
/// See Knock on [attachments](https://docs.knock.app/integrations/email/attachments).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Attachment {
    name: Text,
    content_type: Text,
    content: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disposition: Option<&'static str>,
}

impl Attachment {
    /// Returns an attachment with a file name, a media type such as `application/pdf`, and the bytes of the file.
    pub fn new(name: impl Into<Text>, content_type: impl Into<Text>, bytes: impl AsRef<[u8]>) -> Self {
        Self {
            name: name.into(),
            content_type: content_type.into(),
            content: STANDARD.encode(bytes),
            content_id: None,
            disposition: None,
        }
    }

    /// Sets the content id, by which the email's HTML refers to the file: `<img src="cid:logo">` for the id `logo`.
    pub fn content_id<Kind>(mut self, id: impl IntoOptional<Text, Kind>) -> Self {
        self.content_id = id.into_optional().or(self.content_id);
        self
    }

    /// Marks the file as part of the email's content rather than as a download (`"disposition": "inline"`).
    pub fn inline(mut self) -> Self {
        self.disposition = Some("inline");
        self
    }
}

/// Shows the size of the content only.
impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("content_type", &self.content_type)
            .field("base64_bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bytes_are_sent_as_base64() {
        let logo = Attachment::new("logo.png", "image/png", [0xfb, 0xff, 0xfe]).content_id("logo").inline();
        assert_eq!(
            json!(logo),
            json!({
                "name": "logo.png", "content_type": "image/png", "content": "+//+", "content_id": "logo",
                "disposition": "inline"
            })
        );
        let plain = Attachment::new("a.txt", "text/plain", "hi");
        assert_eq!(json!(plain), json!({ "name": "a.txt", "content_type": "text/plain", "content": "aGk=" }));
    }
}
