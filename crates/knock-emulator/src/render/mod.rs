//! Renders the templates of Knock's channel steps, as a pure function: no files, no network, and time is an argument.
//!
//! [`Renderer`] is built once from the partials, layouts and translations of a Knock directory. [`Renderer::render`] turns the
//! template of a step and a scope into a [`Content`]: what `GET /v1/messages/{id}/content` returns, and what a page shows
//! beside it. [`Renderer::text`] renders any other field that takes Liquid, for example the URL of a fetch step.
//!
//! ```
//! use jiff::Timestamp;
//! use knock_emulator::ChannelKind;
//! use knock_emulator::render::{Context, NoEntities, Renderer, Step};
//! use serde_json::json;
//!
//! let renderer = Renderer::builder().build();
//! let scope = json!({ "recipient": { "phone_number": "+15551234" }, "data": { "code": 1234 } });
//! let context = Context::new(&scope, Timestamp::UNIX_EPOCH, &NoEntities);
//!
//! let template = json!({ "text_body": "Your code is {{ data.code }}." });
//! let content = renderer.render(&Step::new("sms_1", ChannelKind::Sms, &template), &context)?;
//! assert_eq!(content.data()["body"], "Your code is 1234.");
//! # Ok::<(), knock_emulator::render::RenderError>(())
//! ```
//!
//! # Liquid
//! All tags and filters of Liquid and of Knock, except `include`, which Knock refuses. Unknown variables are empty. Nothing is
//! escaped, as far as is known of Knock: a value that is HTML is HTML in an email and in a feed.
//!
//! # Limits
//! The fields of a step take at most 2,000,000 steps together (a step is a tag, an output, a value, a filter, an item or 64
//! bytes). Texts have at most 1 MiB, lists at most 100,000 items. Blocks nest 64 deep, brackets 16, partials 5, and the
//! elements of an email's HTML 256. What exceeds a limit is an error that says so.
//!
//! # Own choices
//! Knock does not document the following, so the way here is our own:
//!
//! - Markdown is that of `CommonMark` with tables, strikethrough and task lists; HTML in it stays. In emails, a tag of Liquid
//!   that is alone in its line stands between paragraphs.
//! - The HTML of visual blocks, except the names of their classes, and their styles. In an email in MJML they are HTML in
//!   `mj-raw`.
//! - The layout `default`, if the directory has none. [`Email::own_layout`] says so.
//! - The text of an email is that of its HTML, with the targets of links in parentheses.
//! - A translation that is missing shows its key. A language is that of the recipient's `locale`.
//! - Of branding, that of the tenant comes first, then the layout's, then `vars.branding`.
//! - Hashes are in hexadecimal. A number of a currency has as many digits as CLDR says.
//! - Links are not tracked, and open tracking adds no picture.

mod branding;
mod content;
mod email;
mod entities;
mod error;
mod fields;
mod library;
mod liquid;
mod markdown;
mod marks;
mod messages;
mod mrkdwn;
mod sms;

use jiff::Timestamp;
use serde_json::Value as Json;

pub use content::{
    Attachment, Block, Button, Chat, Content, Email, Encoding, HttpRequest, InAppFeed, Push, Sms,
};
pub use entities::{Entities, NoEntities};
pub use error::RenderError;
pub use library::Builder;

use crate::settings::ChannelKind;
use fields::Fields;
use library::Library;

/// Renders templates with the partials, layouts and translations of a directory.
#[derive(Clone, Debug)]
pub struct Renderer {
    library: Library,
}

/// Where a text with Liquid stands, and the text.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The `ref` of the step.
    pub step: &'a str,
    /// The field, for example `settings.url`.
    pub field: &'a str,
    /// The text.
    pub text: &'a str,
}

/// A channel step to render.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Step<'a> {
    reference: &'a str,
    kind: ChannelKind,
    template: &'a Json,
    overrides: &'a Json,
    channel: &'a Json,
    address: &'a Json,
}

impl<'a> Step<'a> {
    /// A step with its `ref`, the kind of its channel, and the `template` of `workflow.json`, whose files have been read in.
    pub fn new(reference: &'a str, kind: ChannelKind, template: &'a Json) -> Self {
        Self { reference, kind, template, overrides: &Json::Null, channel: &Json::Null, address: &Json::Null }
    }

    /// Sets the `channel_overrides` of the step.
    pub fn overrides(mut self, overrides: &'a Json) -> Self {
        self.overrides = overrides;
        self
    }

    /// Sets what the channel configures: an object with fields that the overrides may have too, for example `from_address`.
    pub fn channel(mut self, settings: &'a Json) -> Self {
        self.channel = settings;
        self
    }

    /// Sets where a message goes that the scope does not tell: the token of a device for push, the connection for chat.
    pub fn address(mut self, address: &'a Json) -> Self {
        self.address = address;
        self
    }
}

/// What a template is rendered with.
#[derive(Clone, Copy)]
#[must_use]
pub struct Context<'a> {
    scope: &'a Json,
    now: Timestamp,
    entities: &'a dyn Entities,
}

impl<'a> Context<'a> {
    /// The scope is an object with the variables: `recipient`, `actor`, `data`, `vars` and so on, with the members of `data`
    /// beside them. The time is that of `now` in the filter `date`.
    pub fn new(scope: &'a Json, now: Timestamp, entities: &'a dyn Entities) -> Self {
        Self { scope, now, entities }
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The scope has personal data.
        f.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Renderer {
    /// Starts without partials, layouts and translations.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Renders the template of a channel step.
    ///
    /// # Errors
    /// If a template of the step is not valid, or exceeds a limit.
    pub fn render(&self, step: &Step<'_>, context: &Context<'_>) -> Result<Content, RenderError> {
        let fields = Fields::new(self, step, context);
        match step.kind {
            ChannelKind::Email => fields.email().map(Content::Email),
            ChannelKind::InAppFeed => fields.in_app_feed().map(Content::InAppFeed),
            ChannelKind::Sms => fields.sms().map(Content::Sms),
            ChannelKind::Push => fields.push().map(Content::Push),
            ChannelKind::Chat => fields.chat().map(Content::Chat),
            ChannelKind::Http => fields.http().map(Content::Http),
        }
    }

    /// Renders a text with Liquid.
    ///
    /// # Errors
    /// If it is not valid, or exceeds a limit.
    pub fn text(&self, source: Source<'_>, context: &Context<'_>) -> Result<String, RenderError> {
        let Source { step, field, text } = source;
        let template = Json::Null;
        let step = Step::new(step, ChannelKind::Http, &template);
        Fields::new(self, &step, context).liquid(field, text)
    }
}
