//! What is wrong with a directory, and where.

use std::fmt;
use std::path::{Path, PathBuf};

/// Something that is wrong with a resource, which is therefore not in the [`Directory`](crate::Directory). The others are.
/// Programs that find more, for example in the templates, can add theirs.
///
/// Displayed as `workflows/welcome/workflow.json: steps[1].type: "dalay" is not a type of a step`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}{place}: {message}", slashed(file))]
#[non_exhaustive]
pub struct Problem {
    /// The file. It is relative to the directory if it is inside.
    pub file: PathBuf,
    /// The place in the file.
    pub place: Place,
    /// What is wrong.
    pub message: String,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A position in its text. Both numbers start at 1. The column is 1 if only the line is known.
    Position {
        /// The line.
        line: usize,
        /// The column, in bytes.
        column: usize,
    },
    /// A value in its JSON, for example `steps[1].settings`.
    Value(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Position { line, column } => write!(f, ":{line}:{column}"),
            Self::Value(path) => write!(f, ": {path}"),
        }
    }
}

impl Problem {
    /// Creates a problem, for programs that find more of them.
    pub fn new(file: impl Into<PathBuf>, place: Place, message: impl Into<String>) -> Self {
        Self { file: file.into(), place, message: message.into() }
    }

    /// Returns the path of the file with a `/` between folders, also on Windows.
    #[must_use]
    pub fn path(&self) -> String {
        slashed(&self.file)
    }

    pub(crate) fn of_file(file: &Path, message: impl Into<String>) -> Self {
        Self::new(file, Place::File, message)
    }

    pub(crate) fn of_json(file: &Path, error: &serde_json::Error) -> Self {
        let place = Place::Position { line: error.line(), column: error.column() };
        // The place is at the end of the message.
        let message = error.to_string();
        let text = message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text);
        Self::new(file, place, format!("invalid JSON: {text}"))
    }
}

fn slashed(path: &Path) -> String {
    let path = path.display().to_string();
    if cfg!(windows) { path.replace('\\', "/") } else { path }
}
