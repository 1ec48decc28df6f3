//! No input makes the reader panic.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::project::Project;
use crate::templates::park;

/// The files that decide how others are read.
fn sources() -> Vec<(PathBuf, String)> {
    [
        "workflows/fence-alert/workflow.json",
        "workflows/note-added/workflow.json",
        "partials/signature/partial.json",
    ]
    .into_iter()
    .map(|path| (PathBuf::from(path), fs::read_to_string(park().join(path)).unwrap()))
    .collect()
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop_oneof![Just("channel"), Just("batch"), Just("branch"), Just("wait_for_event"), Just("../x@")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let name =
            prop_oneof![Just("steps"), Just("type"), Just("settings"), Just("all"), Just("a@"), Just("")];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// Replaces the value at the place with a number, counting from the outside.
fn replace(value: &mut Value, at: &mut usize, with: &Value) {
    if *at == 0 {
        *value = with.clone();
    }
    *at = at.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, at, with)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, at, with)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn changed_values_make_no_panic(source in 0..3_usize, at in 0..300_usize, with in any_value()) {
        let (path, text) = sources().swap_remove(source);
        let mut value: Value = serde_json::from_str(&text).unwrap();
        replace(&mut value, &mut at.clone(), &with);
        let project = Project::new().file(&path.display().to_string(), value.to_string());
        let directory = project.load();
        prop_assert!(directory.problems.len() + directory.workflows.len() + directory.partials.len() > 0);
    }

    #[test]
    fn changed_bytes_make_no_panic(source in 0..3_usize, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (path, text) = sources().swap_remove(source);
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let project = Project::new().file(&path.display().to_string(), bytes);
        let _ = project.problems();
    }

    #[test]
    fn anything_else_makes_no_panic(text in "\\PC{0,40}|(msg(id|str|ctxt|id_plural) \"[a\\\\\"]{0,3}\"\n?){0,4}", value in any_value()) {
        let step = json!([{ "type": "wait_for_event", "ref": "w", "settings": value }, value]);
        let project = Project::new()
            .steps(&step)
            .file("translations/de/de.po", &text)
            .file("audiences/abc/audience.json", value.to_string())
            .file("guides/abc/guide.json", value.to_string())
            .file("schemas/user.json", value.to_string())
            .write("emulator.json", value.to_string())
            .write("knock.json", json!({ "knockDir": "knock", "other": text }).to_string());
        let _ = project.problems();
    }
}
