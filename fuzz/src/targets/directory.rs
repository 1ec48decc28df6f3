//! Any `workflow.json`, and with it an `emulator.json` if a line of `---` separates two texts.

use std::fs;
use std::path::PathBuf;

use knock_directory::{Directory, Location};

/// Checks one input.
pub fn check(input: &[u8]) {
    thread_local! {
        static PROJECT: Project = Project::new();
    }
    PROJECT.with(|project| project.check(input));
}

/// A directory with the files that the workflow can refer to.
struct Project {
    folder: PathBuf,
    location: Location,
}

impl Project {
    /// Each process has its own.
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("knock-fuzz-directory-{}", std::process::id()));
        let step = folder.join("knock/workflows/test/a");
        fs::create_dir_all(&step).expect("it can be made");
        fs::write(folder.join("knock.json"), r#"{"knockDir": "knock"}"#).expect("it can be written");
        fs::write(step.join("b.txt"), "{{ recipient.name }}").expect("it can be written");
        let blocks = r#"[{"type": "markdown", "content@": "b.txt"}]"#;
        fs::write(step.join("visual_blocks.json"), blocks).expect("it can be written");
        let location = knock_directory::find(&folder).expect("there is a knock.json");
        Self { folder, location }
    }

    fn check(&self, input: &[u8]) {
        let lines: Vec<&[u8]> = input.split_inclusive(|byte| *byte == b'\n').collect();
        let mut parts = lines.splitn(2, |line| *line == b"---\n");
        let workflow = parts.next().unwrap_or_default().concat();
        let environment = parts.next().map_or_else(|| b"{}".to_vec(), <[&[u8]]>::concat);
        fs::write(self.folder.join("knock/workflows/test/workflow.json"), workflow)
            .expect("it can be written");
        fs::write(self.folder.join("emulator.json"), environment).expect("it can be written");

        let directory = Directory::load(&self.location);
        assert_eq!(directory, Directory::load(&self.location));
        // it is read, or a problem says why not
        let workflow = directory.workflows.get("test");
        assert!(workflow.is_some() || !directory.problems.is_empty());
        for problem in &directory.problems {
            assert!(!problem.file.as_os_str().is_empty() && !problem.message.is_empty(), "{problem}");
            assert!(!problem.file.is_absolute(), "{problem}");
        }
        if let Some(workflow) = workflow {
            for step in workflow.all_steps() {
                assert_eq!(workflow.step(&step.step_ref), Some(step), "the references are unique");
            }
        }
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
