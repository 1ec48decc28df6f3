//! Steps that send a message through a channel.

use serde_json::Value;

use crate::channel_type::{ChannelTarget, ChannelType};
use crate::environment::Environment;
use crate::node::{Fields, Node, Parsed};
use crate::span::SendWindow;

/// A step that sends a message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChannelStep {
    /// The channel or the group of channels.
    pub target: ChannelTarget,
    /// The type of the channel: that of the file, of the [`Environment`], or a guess by the key.
    pub channel_type: ChannelType,
    /// The template, with the contents of the files that it refers to. It has the members that its type needs:
    ///
    /// | Type | Members |
    /// |---|---|
    /// | `email` | `subject`, and `html_body` or `visual_blocks` |
    /// | `sms` | `text_body` |
    /// | `push` | `title` and `text_body`, unless `settings.delivery_type` is `silent` |
    /// | `chat` | `markdown_body` or `json_body` |
    /// | `in_app_feed` | `markdown_body` |
    /// | `http`, `in_app_guide` | none: it can be null |
    pub template: Value,
    /// What differs from the settings of the channel, for example `to_address` of an email. It can be null.
    pub overrides: Value,
    /// When messages may be sent. Empty: always.
    pub send_windows: Vec<SendWindow>,
    /// The guide that a step of type `in_app_guide` shows.
    pub guide_key: Option<String>,
}

impl ChannelStep {
    pub(crate) fn read(fields: &Fields<'_>, environment: &Environment) -> Parsed<Self> {
        let target = match (fields.some_text("channel_key")?, fields.some_text("channel_group_key")?) {
            (Some(key), None) => ChannelTarget::Channel(key),
            (None, Some(key)) => ChannelTarget::Group(key),
            _ => return fields.fault("should have either `channel_key` or `channel_group_key`"),
        };
        let named = fields.word("channel_type")?;
        let Some(channel_type) = named.or_else(|| environment.type_of(&target)) else {
            let (ChannelTarget::Channel(key) | ChannelTarget::Group(key)) = &target;
            return fields.fault(format!(
                "the type of `{key}` is not known: add `channel_type` here, or the channel to emulator.json"
            ));
        };
        Ok(Self {
            template: template(fields, channel_type)?,
            overrides: fields
                .object("channel_overrides")?
                .map(|own| own.map.clone().into())
                .unwrap_or_default(),
            send_windows: SendWindow::list(fields)?,
            guide_key: fields.some_text("guide_key")?,
            target,
            channel_type,
        })
    }
}

/// Checks that a template has what its type needs.
fn template(fields: &Fields<'_>, kind: ChannelType) -> Parsed<Value> {
    if matches!(kind, ChannelType::Http | ChannelType::InAppGuide) {
        let template = fields.object("template")?;
        return Ok(template.map(|template| template.map.clone().into()).unwrap_or_default());
    }
    let template = fields.need_object("template")?;
    match kind {
        ChannelType::Email => email(&template)?,
        ChannelType::Sms => {
            template.need("text_body")?.text()?;
        }
        ChannelType::Push => push(&template)?,
        ChannelType::Chat => either(&template, "markdown_body", "json_body")?,
        _ => {
            template.need("markdown_body")?.text()?;
        }
    }
    Ok(template.map.clone().into())
}

fn email(template: &Fields<'_>) -> Parsed<()> {
    template.need("subject")?.text()?;
    template.text("text_body")?;
    template.flag("is_mjml")?;
    template.object("settings")?;
    match (template.get("html_body"), template.get("visual_blocks")) {
        (Some(html), None) => html.text().map(drop),
        (None, Some(blocks)) => blocks.items(block).map(drop),
        _ => template.fault("should have either `html_body` or `visual_blocks`"),
    }
}

fn block(node: Node<'_>) -> Parsed<()> {
    let fields = node.object()?;
    let kind = fields.need("type")?;
    match kind.text()?.as_str() {
        "markdown" | "html" => fields.need("content")?.text().map(drop),
        // `row` is named by Knock, but its members are not documented
        "divider" | "row" => Ok(()),
        "image" => fields.need("url")?.text().map(drop),
        "button_set" => fields.need("buttons")?.items(Node::object).map(drop),
        "partial" => fields.need("key")?.text().map(drop),
        other => kind.fault(format!("`{other}` is not a type of a visual block")),
    }
}

fn push(template: &Fields<'_>) -> Parsed<()> {
    let settings = template.object("settings")?;
    let delivery = match &settings {
        Some(settings) => settings.text("delivery_type")?,
        None => None,
    };
    match delivery.as_deref() {
        Some("silent") => Ok(()),
        None | Some("content") => {
            template.text("title")?;
            template.need("text_body")?.text().map(drop)
        }
        Some(_) => {
            template.need_object("settings")?.need("delivery_type")?.fault("should be `content` or `silent`")
        }
    }
}

fn either(template: &Fields<'_>, one: &str, other: &str) -> Parsed<()> {
    match (template.get(one), template.get(other)) {
        (Some(body), None) | (None, Some(body)) => body.text().map(drop),
        _ => template.fault(format!("should have either `{one}` or `{other}`")),
    }
}
