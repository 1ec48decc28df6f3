//! The checkpoint in a file that is replaced as a whole, so that a killed process leaves the old one or the new one.

use std::path::{Path, PathBuf};
use std::{fs, io};

use knock_reqwest::bulk::Checkpoint;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::Problem;

/// What a later process needs to go on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) checkpoint: Checkpoint,
    /// The size of the list of refused users that belongs to the checkpoint.
    pub(crate) refused_bytes: u64,
}

/// The file of the checkpoint.
#[derive(Debug)]
pub(crate) struct Save {
    path: PathBuf,
}

impl Save {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Loads what was saved, or returns `None` if there is no file.
    pub(crate) fn load(&self) -> Result<Option<Saved>, Problem> {
        let problem =
            |error: &dyn std::fmt::Display| format!("{} cannot be read: {error}", self.path.display());
        match fs::read(&self.path) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text).map_err(|error| problem(&error))?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(problem(&error).into()),
        }
    }

    pub(crate) fn store(&self, saved: &Saved) -> Result<(), Problem> {
        self.replace(saved)
            .map_err(|error| format!("{} cannot be written: {error}", self.path.display()).into())
    }

    fn replace(&self, saved: &Saved) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        serde_json::to_writer(&file, saved)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Removes the file, if there is one.
    pub(crate) fn remove(&self) -> Result<(), Problem> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}
