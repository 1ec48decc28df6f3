//! What is wrong with a template.

use std::fmt;

use crate::render::limits::Exceeded;

/// A template that cannot be rendered: where, and why.
///
/// ```
/// use knock_emulator::render::{Renderer, Source};
/// # use knock_emulator::render::{Context, NoEntities};
/// # use serde_json::json;
/// # let (renderer, scope) = (Renderer::builder().build(), json!({}));
/// # let context = Context::new(&scope, jiff::Timestamp::UNIX_EPOCH, &NoEntities);
///
/// let source = Source { step: "email_1", field: "subject", text: "Hi {{ name | shout }}" };
/// let error = renderer.text(source, &context).unwrap_err();
/// assert_eq!(error.to_string(), "email_1: subject, line 1: the filter `shout` is not known");
/// assert_eq!(error.name(), Some("shout"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    step: String,
    field: String,
    line: Option<usize>,
    name: Option<String>,
    message: String,
}

impl RenderError {
    pub(crate) fn new(step: &str, field: &str, problem: Problem) -> Self {
        let Problem { line, name, message } = problem;
        Self { step: step.to_owned(), field: field.to_owned(), line, name, message }
    }

    /// The `ref` of the step.
    pub fn step(&self) -> &str {
        &self.step
    }

    /// The field of the step's template, for example `subject` or `visual_blocks[2].content`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The line of the field's text, from 1, if the problem is in one.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The variable, filter, tag or partial, if the problem is with one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.field)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for RenderError {}

/// An error before its field is known.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    line: Option<usize>,
    name: Option<String>,
    message: String,
}

impl Problem {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { line: None, name: None, message: message.into() }
    }

    /// Sets the line, unless a more precise one is known.
    pub(crate) fn line(mut self, line: usize) -> Self {
        self.line.get_or_insert(line);
        self
    }

    /// Sets the variable, filter, tag or partial, unless a more precise one is known.
    pub(crate) fn name(mut self, name: &str) -> Self {
        self.name.get_or_insert_with(|| name.to_owned());
        self
    }

    /// The line, if it is known, and what is wrong.
    pub(crate) fn into_parts(self) -> (Option<usize>, String) {
        (self.line, self.message)
    }

    /// Says which filter it is of.
    pub(crate) fn filter(self, filter: &str) -> Self {
        let message = if self.name.is_none() {
            format!("the filter `{filter}`: {}", self.message)
        } else {
            self.message
        };
        Self { line: self.line, name: Some(self.name.unwrap_or_else(|| filter.to_owned())), message }
    }

    /// Says in which partial it is. The line is one of the partial, and becomes part of the message.
    pub(crate) fn within(self, partial: &str) -> Self {
        let line = self.line.map(|line| format!(", line {line}")).unwrap_or_default();
        Self {
            line: None,
            name: self.name,
            message: format!("in the partial `{partial}`{line}: {}", self.message),
        }
    }
}

impl From<Exceeded> for Problem {
    fn from(exceeded: Exceeded) -> Self {
        Self::new(exceeded.0)
    }
}
