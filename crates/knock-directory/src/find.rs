//! Finding the directory of a project.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use serde_json::Value;

/// The file that marks a project, as `knock init` creates it.
const MARKER: &str = "knock.json";
/// The file of our own, beside `knock.json`.
pub(crate) const ENVIRONMENT: &str = "emulator.json";
const WORKFLOWS: &str = "workflows";
/// By one of these a Knock directory is recognized if there is no `knock.json`.
const RESOURCES: [&str; 9] = [
    WORKFLOWS,
    "layouts",
    "email-layouts",
    "partials",
    "translations",
    "guides",
    "message-types",
    "audiences",
    "schemas",
];
/// How deep files are looked for. Files of steps in nested experiments are the deepest.
const MAX_DEPTH: usize = 24;

/// Where a project keeps its Knock directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// The Knock directory, which contains `workflows`, `partials` and so on.
    pub root: PathBuf,
    /// The file with what the directory lacks, whether or not it exists: see [`Environment`](crate::Environment).
    pub environment: PathBuf,
}

/// Why no Knock directory was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// There is no `knock.json`, and the directory is not a Knock directory either.
    #[error("neither {0} nor a directory above it contains knock.json, and it contains no workflows")]
    NotFound(PathBuf),
    /// A `knock.json` cannot be read, or does not name the directory.
    #[error("{file}: {problem}")]
    Invalid {
        /// The path of the file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The directory that `knock.json` names does not exist.
    #[error("{file}: `knockDir` is {root}, which is not a directory")]
    Missing {
        /// The path of `knock.json`.
        file: PathBuf,
        /// The directory.
        root: PathBuf,
    },
}

/// The files of a directory when they were looked at, to notice changes. See [`Location::stamp`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp(Vec<(PathBuf, Option<SystemTime>, u64)>);

/// Finds the Knock directory of a project as Knock's CLI does: by `knock.json` in `start` or in a directory above it. A
/// `start` that is a Knock directory itself is also found; below a `knock.json` that names another one, it has to have workflows.
///
/// # Errors
///
/// A [`FindError`] if there is none, or if `knock.json` does not name it.
pub fn find(start: impl AsRef<Path>) -> Result<Location, FindError> {
    let start = start.as_ref();
    let full = fs::canonicalize(start).map_err(|_| FindError::NotFound(start.to_owned()))?;
    let marker = full.ancestors().map(|folder| folder.join(MARKER)).find(|file| file.is_file());
    let is_root = RESOURCES.iter().any(|name| full.join(name).is_dir());
    match marker {
        Some(file) if file.parent() == Some(&full) => by_marker(&file),
        Some(file) => below_marker(full, &file),
        None if is_root => {
            let beside = full.parent().map(|above| above.join(ENVIRONMENT)).filter(|file| file.is_file());
            let environment = beside.unwrap_or_else(|| full.join(ENVIRONMENT));
            Ok(Location { root: full, environment })
        }
        None => Err(FindError::NotFound(start.to_owned())),
    }
}

/// Finds the directory for a `start` below the marker. Another directory than the one that the marker names counts only if it
/// has workflows: `schemas` or `layouts` can be folders of anything.
fn below_marker(start: PathBuf, file: &Path) -> Result<Location, FindError> {
    let named = by_marker(file);
    let is_within =
        |location: &Location| fs::canonicalize(&location.root).is_ok_and(|root| start.starts_with(root));
    if start.join(WORKFLOWS).is_dir() && !named.as_ref().is_ok_and(is_within) {
        return Ok(Location { root: start, environment: file.with_file_name(ENVIRONMENT) });
    }
    named
}

fn by_marker(file: &Path) -> Result<Location, FindError> {
    let invalid = |problem: String| FindError::Invalid { file: file.to_owned(), problem };
    let text = fs::read_to_string(file).map_err(|error| invalid(error.to_string()))?;
    let marker: Value = serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))?;
    let folder = marker.get("knockDir").and_then(Value::as_str).filter(|folder| !folder.is_empty());
    let folder = folder.ok_or_else(|| invalid("`knockDir` should be the path of a directory".to_owned()))?;
    let root = file.with_file_name("").join(folder);
    if !root.is_dir() {
        return Err(FindError::Missing { file: file.to_owned(), root });
    }
    Ok(Location { root, environment: file.with_file_name(ENVIRONMENT) })
}

impl Location {
    /// Returns the time and size of every file, without reading any of them. Two stamps differ if something changed.
    /// Symbolic links to directories are not followed.
    pub fn stamp(&self) -> Stamp {
        let mut files = Vec::new();
        // What cannot be listed cannot be loaded either.
        let _ = list(&self.root, MAX_DEPTH, &mut files);
        files.extend(stamp_of(self.environment.clone()));
        files.sort();
        Stamp(files)
    }
}

fn list(folder: &Path, depth: usize, files: &mut Vec<(PathBuf, Option<SystemTime>, u64)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            files.extend(stamp_of(entry.path()));
        } else if depth > 0 {
            list(&entry.path(), depth - 1, files)?;
        }
    }
    Ok(())
}

fn stamp_of(path: PathBuf) -> Option<(PathBuf, Option<SystemTime>, u64)> {
    let metadata = fs::metadata(&path).ok()?;
    Some((path, metadata.modified().ok(), metadata.len()))
}
