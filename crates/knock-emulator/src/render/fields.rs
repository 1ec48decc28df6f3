//! The fields of a step's template, and rendering them.

use serde_json::Value as Json;

use crate::render::error::{Problem, RenderError};
use crate::render::library::Library;
use crate::render::limits::Limits;
use crate::render::liquid::parse::Template;
use crate::render::liquid::run::{Environment, Run};
use crate::render::liquid::value::{Members, Value};
use crate::render::step::{Context, Step};

/// A step, and what its fields are rendered with.
pub(crate) struct Fields<'a> {
    pub(crate) library: &'a Library,
    pub(crate) step: &'a Step<'a>,
    pub(crate) context: &'a Context<'a>,
    pub(crate) globals: Members,
    /// What all fields of the step may use together.
    limits: Limits,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(library: &'a Library, step: &'a Step<'a>, context: &'a Context<'a>) -> Self {
        let globals = match Value::from(context.scope) {
            Value::Object(members) => std::sync::Arc::unwrap_or_clone(members),
            _ => Members::new(),
        };
        Self { library, step, context, globals, limits: Limits::new() }
    }

    pub(crate) fn environment(&self) -> Environment<'_> {
        let locales = self.library.locales(self.context.scope["recipient"]["locale"].as_str());
        Environment::new(self.library, self.context.entities, self.context.now, locales, &self.limits)
    }

    /// An error with its place.
    pub(crate) fn error(&self, field: &str, problem: Problem) -> RenderError {
        RenderError::new(self.step.reference, field, problem)
    }

    /// Renders a text with Liquid.
    pub(crate) fn liquid(&self, field: &str, text: &str) -> Result<String, RenderError> {
        let env = self.environment();
        let render = || Run::new(&env, &self.globals).render(&Template::parse(text)?);
        render().map_err(|problem| self.error(field, problem))
    }

    /// Renders a field of the template. None if it is missing.
    pub(crate) fn field(&self, field: &str) -> Result<Option<String>, RenderError> {
        self.optional(&self.step.template[field], field)
    }

    /// Renders a field of the template's settings. None if it is missing.
    pub(crate) fn setting(&self, field: &str) -> Result<Option<String>, RenderError> {
        self.optional(&self.step.template["settings"][field], &format!("settings.{field}"))
    }

    /// Renders what the step overrides, or what the channel sets. None if neither does, or if it is empty.
    pub(crate) fn address(&self, field: &str) -> Result<Option<String>, RenderError> {
        let overridden = self.optional(&self.step.overrides[field], &format!("channel_overrides.{field}"))?;
        if let Some(text) = overridden.filter(|text| !text.trim().is_empty()) {
            return Ok(Some(text.trim().to_owned()));
        }
        let set = self.optional(&self.step.channel[field], field)?;
        Ok(set.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    fn optional(&self, value: &Json, field: &str) -> Result<Option<String>, RenderError> {
        value.as_str().map(|text| self.liquid(field, text)).transpose()
    }

    /// Renders a text, or the JSON of a value, and reads it as JSON. None if it is missing or empty.
    pub(crate) fn json(&self, value: &Json, field: &str) -> Result<Option<Json>, RenderError> {
        let text = match value {
            Json::Null => return Ok(None),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let rendered = self.liquid(field, &text)?;
        if rendered.trim().is_empty() {
            return Ok(None);
        }
        let json = serde_json::from_str(&rendered).map_err(|error| {
            let problem =
                Problem::new(format!("what is rendered is not JSON: {error}")).line(error.line().max(1));
            self.error(field, problem)
        })?;
        Ok(Some(json))
    }
}
