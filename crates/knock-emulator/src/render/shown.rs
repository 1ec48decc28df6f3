//! What a list and a frame show of a message.

use serde_json::Value as Json;

use crate::render::content::{Attachment, Block, Chat, Content, Email, InAppFeed};
use crate::render::liquid::without_tags;
use crate::render::markdown;

/// The largest document, in bytes. Pictures beyond it are not shown.
const MAX_DOCUMENT: usize = 32 * 1024 * 1024;
/// The longest line, in characters.
const MAX_LINE: usize = 200;
/// The references that Markdown makes, and the most common other ones. `&amp;` must be the last.
const REFERENCES: [(&str, &str); 6] =
    [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
/// Tags between which words stand apart.
const BREAKS: [&str; 11] =
    ["</p>", "</h1>", "</h2>", "</h3>", "</h4>", "</h5>", "</h6>", "</li>", "</td>", "</div>", "<br"];
/// The style of what is no document by itself.
const STYLE: &str = "\
    :root{color-scheme:light dark}\
    body{margin:12px;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\
    body>:first-child{margin-top:0}body>:last-child{margin-bottom:0}\
    img{max-width:100%}pre{overflow:auto}";

impl Content {
    /// The title in a list: one line.
    pub(crate) fn title(&self) -> String {
        match self {
            Self::Email(email) => line(&email.subject),
            Self::InAppFeed(item) => line(&feed_text(item)),
            Self::Sms(sms) => line(&sms.body),
            Self::Push(push) if push.title.trim().is_empty() => line(&push.body),
            Self::Push(push) => line(&push.title),
            Self::Chat(chat) => chat.summary.as_deref().map_or_else(|| line(&chat_text(chat)), line),
            Self::Http(request) => line(&format!("{} {}", request.method, request.url)),
        }
    }

    /// The beginning of the text: one line.
    pub(crate) fn preview(&self) -> String {
        match self {
            Self::Email(email) => {
                let preview = email.preview.as_deref().filter(|preview| !preview.trim().is_empty());
                line(preview.unwrap_or(&email.text))
            }
            Self::InAppFeed(item) => line(&feed_text(item)),
            Self::Sms(sms) => line(&sms.body),
            Self::Push(push) => line(&push.body),
            Self::Chat(chat) => line(&chat_text(chat)),
            Self::Http(request) => line(&request.body),
        }
    }

    /// The HTML as a document of its own, if there is any. It is as hostile as the templates and the data are.
    pub(crate) fn document(&self) -> Option<String> {
        match self {
            Self::Email(email) => Some(with_inline_images(email)),
            Self::InAppFeed(item) => Some(document(&feed_html(item))),
            Self::Chat(chat) => chat.markdown.as_deref().map(|text| document(&markdown::to_html(text))),
            Self::Sms(_) | Self::Push(_) | Self::Http(_) => None,
        }
    }

    /// Whether one of the texts that a recipient can read is the one that is looked for.
    pub(crate) fn has_text(&self, is_it: impl Fn(&str) -> bool) -> bool {
        let is = |text: &Option<String>| text.as_deref().is_some_and(&is_it);
        match self {
            Self::Email(email) => is_it(&email.subject) || is_it(&email.text) || is_it(&email.to),
            Self::InAppFeed(item) => item.blocks.iter().any(|block| match block {
                Block::Markdown { content, .. } | Block::Text { content, .. } => is_it(content),
                Block::ButtonSet { buttons, .. } => buttons.iter().any(|button| is_it(&button.label)),
            }),
            Self::Sms(sms) => is_it(&sms.body) || is_it(&sms.to),
            Self::Push(push) => is_it(&push.title) || is_it(&push.body),
            Self::Chat(chat) => {
                is(&chat.markdown) || is(&chat.summary) || chat.json.is_some() && is_it(&chat_text(chat))
            }
            Self::Http(request) => is_it(&request.url) || is_it(&request.body),
        }
    }
}

/// The HTML of an email, in which attached pictures are where it refers to them.
fn with_inline_images(email: &Email) -> String {
    let is_image = |one: &&Attachment| {
        one.content_type.starts_with("image/") && one.content_type.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let mut images: Vec<(&str, &Attachment)> = email
        .attachments
        .iter()
        .filter(is_image)
        .filter_map(|one| Some((one.content_id.as_deref().filter(|id| !id.is_empty())?, one)))
        .collect();
    // `cid:a` is the beginning of `cid:ab`
    images.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
    images.iter().fold(email.html.clone(), |html, (id, image)| {
        let url = format!("data:{};base64,{}", image.content_type, image.content);
        let reference = format!("cid:{id}");
        let added = html.matches(&reference).count().saturating_mul(url.len());
        if html.len().saturating_add(added) > MAX_DOCUMENT { html } else { html.replace(&reference, &url) }
    })
}

/// The words of a text with one space between them, as far as they are shown.
fn line(text: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let space = usize::from(length > 0);
        let room = MAX_LINE.saturating_sub(length + space);
        if room == 0 {
            break;
        }
        if space > 0 {
            line.push(' ');
        }
        line.extend(word.chars().take(room));
        length += space + word.chars().take(room).count();
    }
    line
}

fn feed_html(item: &InAppFeed) -> String {
    let bodies = item.blocks.iter().filter_map(|block| match block {
        Block::Markdown { rendered, .. } => Some(rendered.as_str()),
        Block::Text { .. } | Block::ButtonSet { .. } => None,
    });
    bodies.collect()
}

fn feed_text(item: &InAppFeed) -> String {
    let html = BREAKS.iter().fold(feed_html(item), |html, tag| html.replace(tag, &format!(" {tag}")));
    let text = without_tags(&html);
    REFERENCES.iter().fold(text, |text, (reference, character)| text.replace(reference, character))
}

/// The Markdown of a chat message, or the texts of its JSON.
fn chat_text(chat: &Chat) -> String {
    match (&chat.markdown, &chat.json) {
        (Some(markdown), _) => markdown.clone(),
        (None, Some(json)) => {
            let mut texts = Vec::new();
            collect(json, &mut texts);
            texts.join(" ")
        }
        (None, None) => String::new(),
    }
}

/// Collects the members named `text`, as Slack and Microsoft Teams name them.
fn collect<'a>(json: &'a Json, texts: &mut Vec<&'a str>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Json::Object(fields) => fields.iter().for_each(|(name, value)| match value {
            Json::String(text) if name == "text" => texts.push(text),
            other => collect(other, texts),
        }),
        _ => {}
    }
}

fn document(body: &str) -> String {
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}</style></head>\
         <body>{body}</body></html>"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_has_one_space_between_words_and_an_end() {
        assert_eq!(line(" a\n\n b\tc "), "a b c");
        assert_eq!(line(&"é".repeat(300)), "é".repeat(200));
        let words = line(&"abcd ".repeat(100));
        assert_eq!((words.chars().count(), words.ends_with("abcd")), (199, true));
        assert_eq!(line(&format!("{} b", "a".repeat(199))), "a".repeat(199));
    }

    #[test]
    fn an_item_of_a_feed_is_a_text_and_a_document() {
        let rendered = "<h1>Hello</h1><p>You &amp;amp; <b>me</b> &lt;3</p><script>x</script>".to_owned();
        let body = Block::Markdown { name: "body".to_owned(), content: String::new(), rendered };
        let content = Content::InAppFeed(InAppFeed { blocks: vec![body] });
        assert_eq!(
            (content.title(), content.preview()),
            ("Hello You &amp; me <3".into(), "Hello You &amp; me <3".into())
        );
        assert!(content.document().unwrap().contains("<body><h1>Hello"));
    }

    #[test]
    fn pictures_make_no_document_of_any_size() {
        let email = |html: String| Email {
            from: String::new(),
            to: String::new(),
            cc: None,
            bcc: None,
            reply_to: None,
            subject: String::new(),
            html,
            text: String::new(),
            preview: None,
            attachments: vec![Attachment {
                name: "a".to_owned(),
                content_type: "image/png".to_owned(),
                content: "x".repeat(1024 * 1024),
                content_id: Some("a".to_owned()),
                disposition: None,
            }],
            json_overrides: None,
            own_layout: false,
        };
        assert!(with_inline_images(&email("cid:a".to_owned())).starts_with("data:image/png;base64,x"));
        let many = "cid:a ".repeat(1000);
        assert_eq!(with_inline_images(&email(many.clone())), many);
    }

    #[test]
    fn the_texts_of_json_are_collected() {
        let blocks = json!({ "blocks": [{ "type": "section", "text": { "type": "mrkdwn", "text": "One" } }, { "text": "two" }] });
        let chat =
            Chat { connection: Json::Null, markdown: None, mrkdwn: None, json: Some(blocks), summary: None };
        let content = Content::Chat(chat);
        assert_eq!(content.title(), "One two");
        assert!(content.document().is_none() && content.has_text(|text| text.contains("two")));
    }
}
