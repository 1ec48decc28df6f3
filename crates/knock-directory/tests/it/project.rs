//! A project on disk, which is removed in the end.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use knock_directory::{Directory, Workflow, find};
use serde_json::{Value, json};

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A project with `knock.json` and the Knock directory `knock`.
pub(crate) struct Project {
    pub(crate) folder: PathBuf,
}

impl Project {
    pub(crate) fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("knock-directory-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("knock")).unwrap();
        fs::write(folder.join("knock.json"), r#"{"knockDir": "./knock"}"#).unwrap();
        Self { folder }
    }

    /// Writes a file of the Knock directory.
    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(&format!("knock/{path}"), text)
    }

    /// Writes a file of the project.
    pub(crate) fn write(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Writes the workflow `test` with some steps.
    pub(crate) fn steps(self, steps: &Value) -> Self {
        self.workflow(&json!({ "name": "Test", "steps": steps }))
    }

    pub(crate) fn workflow(self, workflow: &Value) -> Self {
        self.file("workflows/test/workflow.json", workflow.to_string())
    }

    pub(crate) fn load(&self) -> Directory {
        Directory::load(&find(&self.folder).unwrap())
    }

    /// Loads the workflow `test`.
    pub(crate) fn test(&self) -> Workflow {
        let mut directory = self.load();
        assert_eq!(directory.problems, []);
        directory.workflows.remove("test").unwrap()
    }

    /// What is wrong.
    pub(crate) fn problems(&self) -> Vec<String> {
        self.load().problems.iter().map(ToString::to_string).collect()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
