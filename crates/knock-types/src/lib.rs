#![doc = include_str!("../README.md")]

mod checks;
mod compare;
mod docs;
mod limits;
mod module;
mod names;
mod normalize;
mod shape;
mod source;
mod tidy;

use std::fmt;

pub use compare::{Change, changes};
pub use source::{Owner, Properties, Source, Workflow};

/// How types are generated.
///
/// ```
/// use knock_types::Options;
///
/// let options = Options::new().sdk("knock_worker");
/// # let _ = options;
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Options {
    sdk: String,
}

impl Options {
    /// Returns the default options: the types use `knock_reqwest`.
    pub fn new() -> Self {
        Self { sdk: "knock_reqwest".to_owned() }
    }

    /// Sets the crate that the types use: `knock_core`, or an adapter, each of which re-exports it.
    pub fn sdk(mut self, name: impl Into<String>) -> Self {
        self.sdk = name.into().replace('-', "_");
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// A generated file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Generated {
    /// The Rust code.
    pub code: String,
    /// The parts of schemas for which there is no type. In the code, they are any value.
    pub warnings: Vec<Warning>,
}

/// A part of a schema for which there is no type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// The key of the workflow, or whose properties they are.
    pub subject: String,
    /// A JSON pointer to the part, for example `/properties/author`; it is empty for the whole schema.
    pub place: String,
    /// Why there is none.
    pub reason: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "the whole schema" } else { &self.place };
        write!(f, "{}: {place} becomes any value: {}", self.subject, self.reason)
    }
}

/// The error of a source that cannot be read, or of code that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    fn new(problem: String) -> Self {
        Self(problem)
    }
}

/// Generates types for workflows and properties.
///
/// The same source gives the same code, byte for byte.
///
/// ```
/// use knock_types::{Options, Source, Workflow, generate};
/// use serde_json::json;
///
/// let mut source = Source::default();
/// source.workflows.push(Workflow {
///     key: "comment-created".to_owned(),
///     schema: Some(json!({
///         "type": "object",
///         "required": ["comment_id"],
///         "properties": { "comment_id": { "type": "string", "description": "The id of the comment." } },
///     })),
///     ..Workflow::default()
/// });
///
/// let generated = generate(&source, &Options::new())?;
/// assert!(generated.code.contains("pub struct CommentCreated {"));
/// assert!(generated.warnings.is_empty());
/// # Ok::<(), knock_types::Error>(())
/// ```
///
/// # Errors
///
/// If two workflows have the same key, or the name of the SDK is not that of a crate.
pub fn generate(source: &Source, options: &Options) -> Result<Generated, Error> {
    module::file(source, &options.sdk)
}
