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
mod limits;
mod liquid;
mod markdown;
mod markdown_template;
mod marks;
mod messages;
pub(crate) mod mistakes;
mod mrkdwn;
mod renderer;
mod shown;
mod sms;
mod step;

pub use content::{
    Attachment, Block, Button, Chat, Content, Email, Encoding, HttpRequest, InAppFeed, Push, Sms,
};
pub use entities::{Entities, NoEntities};
pub use error::RenderError;
pub use renderer::{Builder, Renderer};
pub use step::{Context, Source, Step};
