//! The content of a message, rendered for its channel.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::value::{Secret, Timestamp};
use crate::wire::open_enum;

/// The content of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct MessageContent {
    /// The id of the message.
    #[serde(alias = "id")]
    pub message_id: String,
    /// The content, in the form of its channel.
    pub data: Content,
    /// When the content was rendered.
    pub inserted_at: Timestamp,
}

/// The content of a message, in the form of its channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub enum Content {
    /// An email.
    #[serde(rename = "MessageEmailContent")]
    Email(EmailContent),
    /// A text message.
    #[serde(rename = "MessageSmsContent")]
    Sms(SmsContent),
    /// A push notification.
    #[serde(rename = "MessagePushContent")]
    Push(PushContent),
    /// A chat message.
    #[serde(rename = "MessageChatContent")]
    Chat(ChatContent),
    /// An item of an in-app feed.
    #[serde(rename = "MessageInAppFeedContent")]
    InAppFeed(InAppFeedContent),
    /// A form that this version does not know, as Knock sent it.
    #[serde(untagged)]
    Other(Value),
}

/// An email.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailContent {
    /// The subject.
    #[serde(default, alias = "subject", skip_serializing_if = "Option::is_none")]
    pub subject_line: Option<String>,
    /// The sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<EmailSender>,
    /// The address that the email is sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The addresses that receive a copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cc: Option<String>,
    /// The addresses that receive a copy without being shown to the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bcc: Option<String>,
    /// The address for replies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The body as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html_body: Option<String>,
    /// The body as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_body: Option<String>,
}

/// The sender of an email.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum EmailSender {
    /// An address alone.
    Address(String),
    /// An address with a name.
    Named {
        /// The address.
        email: String,
        /// The name.
        #[serde(default)]
        name: Option<String>,
    },
    /// A form that this version does not know, as Knock sent it.
    Other(Value),
}

/// A text message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SmsContent {
    /// The text.
    pub body: String,
    /// The phone number that the message is sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A push notification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PushContent {
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The token of the device that the notification is sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// The data that is sent with the notification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
}

/// A chat message.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatContent {
    /// The connection that the message is sent through, from the channel data of the recipient.
    ///
    /// It may contain a token or the URL of a webhook, so `Debug` does not show it.
    #[serde(default)]
    pub connection: Map<String, Value>,
    /// The content of the message.
    pub template: ChatTemplate,
    /// Metadata from the chat provider, such as the id of the posted message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
}

impl fmt::Debug for ChatContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatContent")
            .field("template", &self.template)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

/// The content of a chat message: blocks of text, or JSON in the format of the chat provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatTemplate {
    /// The blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<ChatBlock>>,
    /// JSON in the format of the chat provider, for example Slack's Block Kit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_content: Option<Map<String, Value>>,
    /// A short version, for places that cannot show everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

open_enum! {
    /// The format of the text of a block.
    pub enum TextFormat {
        Text = "text",
        Markdown = "markdown",
    }
}

/// A block of a chat message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatBlock {
    /// The name of the block in the template.
    pub name: String,
    /// The format of the text.
    #[serde(rename = "type")]
    pub format: TextFormat,
    /// The text.
    pub content: String,
}

/// An item of an in-app feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InAppFeedContent {
    /// The texts and buttons of the item.
    #[serde(default)]
    pub blocks: Vec<FeedBlock>,
}

/// A block of an item of an in-app feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FeedBlock {
    /// Plain text.
    Text(ContentBlock),
    /// Formatted text.
    Markdown(ContentBlock),
    /// Buttons.
    ButtonSet(ButtonSetBlock),
    /// A form that this version does not know, as Knock sent it.
    #[serde(untagged)]
    Other(Value),
}

/// A text in an item of an in-app feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContentBlock {
    /// The name of the block in the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The text as it is in the template, with Liquid tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The text rendered as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered: Option<String>,
}

/// The buttons in an item of an in-app feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ButtonSetBlock {
    /// The name of the block in the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The buttons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Vec<Button>>,
}

/// A button in an item of an in-app feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Button {
    /// The name of the button in the template.
    #[serde(default)]
    pub name: String,
    /// The text on the button.
    #[serde(default)]
    pub label: String,
    /// The URL that the button leads to.
    #[serde(default)]
    pub action: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_content_reads_and_writes() {
        type Is = fn(&Content) -> bool;
        let cases: [(Value, Is); 8] = [
            (
                json!({
                    "__typename": "MessageEmailContent", "from": "a@ingen.net", "to": "b@ingen.net",
                    "subject_line": "Life", "html_body": "<p>", "text_body": "Life", "cc": null
                }),
                |data| matches!(data, Content::Email(_)),
            ),
            (
                json!({ "__typename": "MessageEmailContent", "from": { "email": "a@ingen.net", "name": null } }),
                |data| matches!(data, Content::Email(email) if matches!(email.from, Some(EmailSender::Named { .. }))),
            ),
            (json!({ "__typename": "MessageSmsContent", "body": "Run", "to": "+15553982647" }), |data| {
                matches!(data, Content::Sms(_))
            }),
            (
                json!({ "__typename": "MessagePushContent", "title": "T", "token": "a device", "data": {} }),
                |data| matches!(data, Content::Push(_)) && !format!("{data:?}").contains("a device"),
            ),
            (
                json!({
                    "__typename": "MessageChatContent", "connection": { "access_token": "xoxb" },
                    "template": { "blocks": [{ "type": "text", "name": "body", "content": "Run" }] }
                }),
                |data| matches!(data, Content::Chat(_)) && !format!("{data:?}").contains("xoxb"),
            ),
            (
                json!({ "__typename": "MessageInAppFeedContent", "blocks": [
                    { "type": "markdown", "name": "body", "content": "**Run**", "rendered": "<b>Run</b>" },
                    { "type": "button_set", "name": "all", "buttons": [{ "name": "a", "label": "A", "action": "/" }] },
                    { "type": "hologram", "angle": 3 }
                ] }),
                |data| {
                    matches!(data, Content::InAppFeed(feed) if matches!(
                        &feed.blocks[..],
                        [FeedBlock::Markdown(_), FeedBlock::ButtonSet(_), FeedBlock::Other(_)]
                    ))
                },
            ),
            (json!({ "__typename": "MessageHologramContent" }), |data| matches!(data, Content::Other(_))),
            (json!({ "__typename": "MessageSmsContent", "body": 7 }), |data| {
                matches!(data, Content::Other(_))
            }),
        ];
        for (data, is) in cases {
            let parsed: Content = serde_json::from_value(data.clone()).unwrap();
            assert!(is(&parsed), "{parsed:?}");
            let mut written = json!(parsed);
            if data.get("cc").is_some() {
                written["cc"] = Value::Null;
            }
            assert_eq!(written, data);
        }
    }
}
