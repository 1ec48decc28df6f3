//! What rendering makes.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

/// The rendered template of a channel step. As JSON it has a `type`, for example `in_app_feed`, and the members of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// An email.
    Email(Email),
    /// An item of an in-app feed.
    InAppFeed(InAppFeed),
    /// A text message.
    Sms(Sms),
    /// A push notification.
    Push(Push),
    /// A chat message.
    Chat(Chat),
    /// The request to a webhook.
    Http(HttpRequest),
}

impl Content {
    /// The `data` of `GET /v1/messages/{id}/content`. Knock documents none for webhooks; theirs is the request.
    pub fn data(&self) -> Json {
        match self {
            Self::Email(email) => json!({
                "__typename": "MessageEmailContent",
                "from": email.from,
                "to": email.to,
                "cc": email.cc,
                "bcc": email.bcc,
                "reply_to": email.reply_to,
                "subject_line": email.subject,
                "html_body": email.html,
                "text_body": email.text,
            }),
            Self::InAppFeed(item) => json!({
                "__typename": "MessageInAppFeedContent",
                "blocks": item.blocks,
            }),
            Self::Sms(sms) => json!({
                "__typename": "MessageSmsContent",
                "to": sms.to,
                "body": sms.body,
            }),
            Self::Push(push) => json!({
                "__typename": "MessagePushContent",
                "token": push.token,
                "title": push.title,
                "body": push.body,
                "data": push.data,
            }),
            Self::Chat(chat) => json!({
                "__typename": "MessageChatContent",
                "connection": chat.connection,
                "template": {
                    "blocks": chat.markdown.as_ref().map(|text| json!([{ "name": "body", "type": "markdown", "content": text }])),
                    "json_content": chat.json,
                    "summary": chat.summary,
                },
                "metadata": null,
            }),
            Self::Http(request) => json!(request),
        }
    }
}

/// A rendered email.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Email {
    /// The sender, with its name if there is one.
    pub from: String,
    /// The recipient's address.
    pub to: String,
    /// Addresses that get a copy, separated by commas.
    pub cc: Option<String>,
    /// Addresses that get a hidden copy, separated by commas.
    pub bcc: Option<String>,
    /// The address for replies.
    pub reply_to: Option<String>,
    /// The subject.
    pub subject: String,
    /// The document, with inlined styles.
    pub html: String,
    /// The plain text.
    pub text: String,
    /// What a list of emails shows after the subject.
    pub preview: Option<String>,
    /// The attached files.
    pub attachments: Vec<Attachment>,
    /// What is merged into the request to the provider.
    pub json_overrides: Option<Json>,
    /// Whether the layout is the emulator's own, since the directory has none named `default`.
    pub own_layout: bool,
}

/// A file that is attached to an email.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attachment {
    /// The name of the file.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// The file, in Base64.
    pub content: String,
    /// What HTML refers to with `cid:`.
    pub content_id: Option<String>,
    /// `inline` or `attachment`.
    pub disposition: Option<String>,
}

/// A rendered item of an in-app feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InAppFeed {
    /// The parts, by name: `body`, `action_url` and `actions`.
    pub blocks: Vec<Block>,
}

/// A part of an item in a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Block {
    /// Markdown.
    Markdown {
        /// The name.
        name: String,
        /// The Markdown.
        content: String,
        /// The HTML.
        rendered: String,
    },
    /// Text.
    Text {
        /// The name.
        name: String,
        /// The text.
        content: String,
        /// The text, too.
        rendered: String,
    },
    /// Buttons.
    ButtonSet {
        /// The name.
        name: String,
        /// The first is the primary one.
        buttons: Vec<Button>,
    },
}

/// A button of an item in a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Button {
    /// `primary` or `secondary`.
    pub name: String,
    /// What is on it.
    pub label: String,
    /// The URL that it opens.
    pub action: String,
}

/// A rendered text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sms {
    /// The phone number.
    pub to: String,
    /// The text.
    pub body: String,
    /// How it is sent.
    pub encoding: Encoding,
    /// How many units it has: septets or UTF-16 code units.
    pub units: usize,
    /// How many messages it is sent as.
    pub segments: usize,
    /// What is merged into the request to the provider.
    pub payload_overrides: Option<Json>,
}

/// The alphabet of a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Encoding {
    /// GSM 03.38: 160 septets, or 153 in each of several segments.
    #[serde(rename = "GSM-7")]
    Gsm7,
    /// UCS-2: 70 code units, or 67 in each of several segments.
    #[serde(rename = "UCS-2")]
    Ucs2,
}

/// A rendered push notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Push {
    /// The token of the device.
    pub token: String,
    /// The title.
    pub title: String,
    /// The text. It is empty if the notification is silent.
    pub body: String,
    /// The data of the trigger, and the id of the message.
    pub data: Map<String, Json>,
    /// Whether the device is only woken up.
    pub silent: bool,
    /// What is merged into the payload.
    pub payload_overrides: Option<Json>,
}

/// A rendered chat message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Chat {
    /// Where it goes.
    pub connection: Json,
    /// The message in Markdown, unless it is JSON.
    pub markdown: Option<String>,
    /// The Markdown in Slack's markup.
    pub mrkdwn: Option<String>,
    /// The message in the JSON of the chat.
    pub json: Option<Json>,
    /// What a notification of the chat shows.
    pub summary: Option<String>,
}

/// The rendered request of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The method, for example `POST`.
    pub method: String,
    /// The URL, without the query parameters that follow.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Names and values, not encoded.
    pub query_params: Vec<(String, String)>,
    /// The body.
    pub body: String,
}
