//! Whole directories: one of our own, and Knock's own templates if they are on this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use knock_directory::{ChannelType, Directory, StepKind, find};
use serde_json::Value;

/// The directory in `tests/fixtures`.
pub(crate) fn park() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/park")
}

/// The twelve workflows of knocklabs/templates, from `KNOCK_TEMPLATES` or from next to the workspace.
fn knocks() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/knock-templates");
    let path = std::env::var_os("KNOCK_TEMPLATES").map_or(beside, PathBuf::from);
    if path.exists() {
        return Some(path);
    }
    eprintln!("\n!!! SKIPPED: there are no templates at {}; set KNOCK_TEMPLATES\n", path.display());
    None
}

fn load(path: PathBuf) -> Directory {
    let directory = Directory::load(&find(path).unwrap());
    assert_eq!(directory.problems, []);
    assert!(directory.workflows.values().all(|workflow| workflow.active));
    for step in directory.workflows.values().flat_map(|workflow| workflow.all_steps()) {
        if let StepKind::Channel(channel) = &step.kind {
            assert_no_references(&channel.template);
        }
    }
    directory
}

fn assert_no_references(value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(assert_no_references),
        Value::Object(members) => {
            assert!(members.keys().all(|name| !name.ends_with('@')), "{members:?}");
            members.values().for_each(assert_no_references);
        }
        _ => {}
    }
}

fn kinds(directory: &Directory) -> BTreeMap<&str, usize> {
    let mut kinds = BTreeMap::new();
    for step in directory.workflows.values().flat_map(|workflow| workflow.all_steps()) {
        *kinds.entry(step.kind.as_str()).or_default() += 1;
    }
    kinds
}

#[test]
fn a_directory_is_read_whole() {
    let directory = load(park());
    assert_eq!((directory.workflows.len(), directory.partials.len()), (3, 1));
    assert_eq!(
        kinds(&directory),
        BTreeMap::from([("batch", 2), ("branch", 1), ("channel", 11), ("delay", 2)])
    );
    let channels = &directory.environment.channels;
    assert!(channels.iter().any(|(key, channel)| key == "apns" && channel.channel_type == ChannelType::Push));

    let note = directory.workflows["note-added"].step("email_1").unwrap();
    let StepKind::Channel(email) = &note.kind else { panic!("{note:?}") };
    let text = email.template["visual_blocks"][0]["content"].as_str().unwrap();
    assert!(text.contains("{{ activity.note }}"), "{text}");
    assert!(directory.partials["signature"].content.contains("{{ sender }}"));
}

#[test]
fn knocks_templates_are_read_whole() {
    let Some(path) = knocks() else { return };
    let directory = load(path);
    assert_eq!((directory.workflows.len(), directory.partials.len()), (12, 9));
    assert_eq!(
        kinds(&directory),
        BTreeMap::from([("batch", 3), ("branch", 1), ("channel", 29), ("delay", 7)])
    );
}
