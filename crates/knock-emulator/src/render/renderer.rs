//! The entry: a renderer, and how it is built.

use serde_json::Value as Json;

use crate::render::content::Content;
use crate::render::error::RenderError;
use crate::render::fields::Fields;
use crate::render::library::{Layout, Library, Partial};
use crate::render::step::{Context, Source, Step};
use crate::settings::ChannelKind;

/// Builds a [`Renderer`] from the files of a Knock directory.
///
/// A partial or layout that is not valid is no error here: the steps that use it fail.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    library: Library,
}

impl Default for Builder {
    fn default() -> Self {
        let default_locale = "en".to_owned();
        Self { library: Library { default_locale, ..Library::default() } }
    }
}

impl Builder {
    /// Adds a partial: the object of `partial.json`, with its `content`.
    pub fn partial(mut self, key: impl Into<String>, partial: &Json) -> Self {
        self.library.partials.insert(key.into(), Partial::new(partial));
        self
    }

    /// Adds an email layout: the object of `layout.json`, with its `html_layout` and `text_layout`.
    pub fn layout(mut self, key: impl Into<String>, layout: &Json) -> Self {
        self.library.layouts.insert(key.into(), Layout::new(layout));
        self
    }

    /// Adds the translations of a language, for example `fr-CA`, in a namespace. The default namespace is empty.
    pub fn translation(mut self, locale: &str, namespace: &str, texts: Json) -> Self {
        self.library.translations.insert((locale.to_owned(), namespace.to_owned()), texts);
        self
    }

    /// Sets the language of recipients that have none. The default is `en`.
    pub fn default_locale(mut self, locale: impl Into<String>) -> Self {
        self.library.default_locale = locale.into();
        self
    }

    /// Creates the renderer.
    pub fn build(self) -> Renderer {
        Renderer { library: self.library }
    }
}

/// Renders templates with the partials, layouts and translations of a directory.
#[derive(Clone, Debug)]
pub struct Renderer {
    library: Library,
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
        let fields = Fields::new(&self.library, step, context);
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
        Fields::new(&self.library, &step, context).liquid(field, text)
    }
}
