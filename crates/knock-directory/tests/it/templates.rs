//! Knock's own workflows, see `tests/templates/README.md`.

use std::collections::BTreeMap;
use std::path::Path;

use knock_directory::{ChannelType, Directory, StepKind, find};
use serde_json::Value;

pub(crate) fn load() -> Directory {
    Directory::load(&find(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates")).unwrap())
}

#[test]
fn all_are_read() {
    let directory = load();
    assert_eq!(directory.problems, []);
    assert_eq!((directory.workflows.len(), directory.partials.len()), (12, 9));
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for step in directory.workflows.values().flat_map(|workflow| workflow.all_steps()) {
        *kinds.entry(step.kind.as_str()).or_default() += 1;
    }
    assert_eq!(kinds, BTreeMap::from([("batch", 3), ("branch", 1), ("channel", 29), ("delay", 7)]));
    assert!(directory.workflows.values().all(|workflow| workflow.active));
    let channels: Vec<_> = directory.environment.channels.iter().collect();
    assert!(
        channels.iter().any(|(key, channel)| *key == "apns" && channel.channel_type == ChannelType::Push)
    );
}

#[test]
fn every_reference_is_replaced() {
    fn check(value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(check),
            Value::Object(members) => {
                assert!(members.keys().all(|name| !name.ends_with('@')), "{members:?}");
                members.values().for_each(check);
            }
            _ => {}
        }
    }
    let directory = load();
    for step in directory.workflows.values().flat_map(|workflow| workflow.all_steps()) {
        if let StepKind::Channel(channel) = &step.kind {
            check(&channel.template);
        }
    }
    let comments = directory.workflows["comments"].step("email_1").unwrap();
    let StepKind::Channel(email) = &comments.kind else { panic!("{comments:?}") };
    let text = email.template["visual_blocks"][0]["content"].as_str().unwrap();
    assert!(text.contains("{{"), "{text}");
    assert!(directory.partials["author-block"].content.contains("{{ signoff }}"));
}
