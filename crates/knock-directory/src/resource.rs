//! Everything in a directory that is not a workflow.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::condition::Conditions;
use crate::node::{Fields, Node, Parsed};

/// A layout of emails, from `layouts/<key>/layout.json` or `email-layouts/<key>/layout.json`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Layout {
    /// What people call it.
    pub name: String,
    /// The HTML or MJML, as Liquid with `{{ content }}`.
    pub html_layout: String,
    /// The text, as Liquid with `{{ content }}`.
    pub text_layout: String,
    /// Whether it is MJML.
    pub is_mjml: bool,
    /// The links at the foot.
    pub footer_links: Vec<FooterLink>,
    /// The branding that takes precedence over that of the account.
    pub branding_overrides: Map<String, Value>,
}

/// A link at the foot of a [`Layout`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FooterLink {
    /// The text, as Liquid.
    pub text: String,
    /// The URL, as Liquid.
    pub url: String,
}

impl Layout {
    pub(crate) fn read(_key: &str, value: &Value) -> Parsed<Self> {
        let fields = Node::root(value).object()?;
        Ok(Self {
            name: fields.need_text("name")?,
            html_layout: fields.need("html_layout")?.text()?,
            text_layout: fields.text("text_layout")?.unwrap_or_else(|| "{{ content }}".to_owned()),
            is_mjml: fields.flag("is_mjml")?,
            footer_links: fields.list("footer_links", footer_link)?,
            branding_overrides: fields.map("branding_overrides")?,
        })
    }
}

/// Knock's schema says `text`, its examples also `label`.
fn footer_link(node: Node<'_>) -> Parsed<FooterLink> {
    let fields = node.object()?;
    let text = if fields.get("text").is_some() { "text" } else { "label" };
    Ok(FooterLink { text: fields.need(text)?.text()?, url: fields.need("url")?.text()? })
}

/// The type of a [`Partial`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartialType {
    /// HTML.
    Html,
    /// Markdown.
    Markdown,
    /// Text.
    Text,
    /// JSON.
    Json,
}

/// A partial, from `partials/<key>/partial.json`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Partial {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The type: `type` in the file.
    pub partial_type: PartialType,
    /// The content, as Liquid.
    pub content: String,
    /// Whether it is offered as a block of emails.
    pub visual_block_enabled: bool,
    /// The fields that it takes, each a JSON object with `type` and `key`.
    pub input_schema: Vec<Value>,
}

impl Partial {
    pub(crate) fn read(_key: &str, value: &Value) -> Parsed<Self> {
        let fields = Node::root(value).object()?;
        Ok(Self {
            name: fields.need_text("name")?,
            description: fields.some_text("description")?,
            partial_type: fields.need_word("type")?,
            content: fields.need("content")?.text()?,
            visual_block_enabled: fields.flag("visual_block_enabled")?,
            input_schema: schema(&fields, "input_schema")?,
        })
    }
}

/// The fields of a partial or of a message type.
fn schema(fields: &Fields<'_>, name: &str) -> Parsed<Vec<Value>> {
    fields.list(name, |node| {
        let field = node.clone().object()?;
        field.need_text("key")?;
        field.need_text("type")?;
        Ok(node.value.clone())
    })
}

/// A guide, from `guides/<key>/guide.json`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Guide {
    /// What people call it.
    pub name: String,
    /// The channel.
    pub channel_key: Option<String>,
    /// The type, for example `banner`: `type` in the file.
    pub guide_type: Option<String>,
    /// The audience that sees it.
    pub target_audience_key: Option<String>,
    /// Which recipients see it.
    pub target_property_conditions: Conditions,
    /// On which pages it is shown.
    pub activation_url_patterns: Vec<Value>,
    /// The steps.
    pub steps: Vec<GuideStep>,
}

/// A step of a [`Guide`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GuideStep {
    /// The name by which it is referred to: `ref` in the file.
    pub step_ref: String,
    /// What people call it.
    pub name: Option<String>,
    /// The message type.
    pub schema_key: Option<String>,
    /// The version of the message type.
    pub schema_semver: Option<String>,
    /// The variant of the message type.
    pub schema_variant_key: Option<String>,
    /// The contents, each value Liquid.
    pub values: Map<String, Value>,
}

impl Guide {
    pub(crate) fn read(_key: &str, value: &Value) -> Parsed<Self> {
        let fields = Node::root(value).object()?;
        Ok(Self {
            name: fields.need_text("name")?,
            channel_key: fields.some_text("channel_key")?,
            guide_type: fields.some_text("type")?,
            target_audience_key: fields.some_text("target_audience_key")?,
            target_property_conditions: Conditions::of(&fields, "target_property_conditions")?,
            activation_url_patterns: fields.list("activation_url_patterns", |node| {
                node.clone().object()?;
                Ok(node.value.clone())
            })?,
            steps: fields.list("steps", guide_step)?,
        })
    }
}

fn guide_step(node: Node<'_>) -> Parsed<GuideStep> {
    let fields = node.object()?;
    Ok(GuideStep {
        step_ref: fields.need_text("ref")?,
        name: fields.some_text("name")?,
        schema_key: fields.some_text("schema_key")?,
        schema_semver: fields.some_text("schema_semver")?,
        schema_variant_key: fields.some_text("schema_variant_key")?,
        values: fields.map("values")?,
    })
}

/// A message type, from `message-types/<key>/message_type.json`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MessageType {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The HTML of the preview in Knock's dashboard, as Liquid.
    pub preview: Option<String>,
    /// The variants.
    pub variants: Vec<Variant>,
}

/// A variant of a [`MessageType`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Variant {
    /// The key.
    pub key: String,
    /// What people call it.
    pub name: Option<String>,
    /// The fields, each a JSON object with `type` and `key`.
    pub fields: Vec<Value>,
}

impl MessageType {
    pub(crate) fn read(_key: &str, value: &Value) -> Parsed<Self> {
        let fields = Node::root(value).object()?;
        let variant = |node: Node<'_>| {
            let fields = node.object()?;
            Ok(Variant {
                key: fields.need_text("key")?,
                name: fields.some_text("name")?,
                fields: schema(&fields, "fields")?,
            })
        };
        Ok(Self {
            name: fields.need_text("name")?,
            description: fields.some_text("description")?,
            preview: fields.text("preview")?,
            variants: fields.list("variants", variant)?,
        })
    }
}

/// The type of an [`Audience`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudienceType {
    /// Members are added and removed by calls.
    Static,
    /// Members are those for whom the segments hold.
    Dynamic,
}

/// An audience, from `audiences/<key>/audience.json`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Audience {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The type: `type` in the file.
    pub audience_type: AudienceType,
    /// The segments of a dynamic audience: a member is in one of them. For a static audience there are none in `any`.
    pub segments: Conditions,
}

impl Audience {
    pub(crate) fn read(_key: &str, value: &Value) -> Parsed<Self> {
        let fields = Node::root(value).object()?;
        let segments = fields
            .list("segments", |node| node.object()?.need("conditions")?.items(crate::condition::condition))?;
        Ok(Self {
            name: fields.need_text("name")?,
            description: fields.some_text("description")?,
            audience_type: fields.need_word("type")?,
            segments: Conditions { any: segments },
        })
    }
}

/// A schema of users, tenants or the objects of a collection, from `schemas/`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Schema {
    /// The properties.
    pub properties: Vec<Property>,
}

/// A property in a [`Schema`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Property {
    /// The key.
    pub key: String,
    /// What people call it.
    pub label: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The type: `type` in the file.
    pub property_type: String,
    /// The type of the items of a list: `item_type` in the file.
    pub item_type: Option<String>,
}

impl Schema {
    pub(crate) fn read(_key: &str, value: &Value) -> Parsed<Self> {
        let fields = Node::root(value).object()?;
        let property = |node: Node<'_>| {
            let fields = node.object()?;
            Ok(Property {
                key: fields.need_text("key")?,
                label: fields.some_text("label")?,
                description: fields.some_text("description")?,
                property_type: fields.need_text("type")?,
                item_type: fields.some_text("item_type")?,
            })
        };
        Ok(Self { properties: fields.need("properties")?.items(property)? })
    }
}
