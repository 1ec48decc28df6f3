//! The program: what it writes, and what `--check` says.

// Helpers belong to the tests.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use knock_types::{Options, Source, Workflow, generate};
use serde_json::{Value, json};

fn knock_types(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_knock-types"));
    program.args(arguments).current_dir(folder).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Creates a project with one workflow.
fn project(name: &str, schema: &Value) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("knock.json"), r#"{ "knockDir": "./knock" }"#).unwrap();
    set_schema(&folder, schema);
    folder
}

fn set_schema(folder: &Path, schema: &Value) {
    let workflow = json!({ "name": "Comment created", "steps": [], "trigger_data_json_schema": schema });
    let home = folder.join("knock/workflows/comment-created");
    fs::create_dir_all(&home).unwrap();
    fs::write(home.join("workflow.json"), workflow.to_string()).unwrap();
}

fn comment(properties: &Value) -> Value {
    json!({ "type": "object", "required": ["id"], "properties": properties })
}

#[test]
fn check_fails_when_a_schema_has_changed_and_says_how() {
    let schema = comment(&json!({ "id": { "type": "string" }, "excerpt": { "type": "string" } }));
    let folder = project("check", &schema);
    let written = knock_types(&folder.join("src"), &["--out", "knock.rs"]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    let check = ["--out", "src/knock.rs", "--check"];
    assert!(knock_types(&folder, &check).status.success());

    set_schema(&folder, &comment(&json!({ "id": { "type": "integer" }, "summary": { "type": "string" } })));
    let failed = knock_types(&folder, &check);
    assert!(!failed.status.success());
    let expected = "\
knock-types: src/knock.rs is out of date; run knock-types again:
  comment-created: the field `CommentCreated.excerpt` is gone: `Option<String>`
  comment-created: the field `CommentCreated.id` was `String` and is `i64`
  comment-created: the field `CommentCreated.summary` is new: `Option<String>`
";
    assert_eq!(text(&failed.stderr), expected);
}

#[test]
fn a_formatted_file_is_current_and_stays_as_it_is() {
    let folder = project("formatted", &comment(&json!({ "id": { "type": "string", "maxLength": 9 } })));
    assert!(knock_types(&folder, &["--out", "src/knock.rs"]).status.success());
    let file = folder.join("src/knock.rs");
    let formatted = fs::read_to_string(&file).unwrap().replace("\n\n", "\n").replace("    ", "  ");
    fs::write(&file, &formatted).unwrap();
    assert!(knock_types(&folder, &["--out", "src/knock.rs", "--check"]).status.success());
    assert!(knock_types(&folder, &["--out", "src/knock.rs"]).status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), formatted);
}

#[test]
fn what_has_no_type_becomes_any_value_with_a_warning() {
    let position = json!({ "prefixItems": [{ "type": "number" }, { "type": "string" }] });
    let folder = project("warning", &comment(&json!({ "id": {}, "position": position })));
    let printed = knock_types(&folder, &[]);
    let warning = "warning: comment-created: /properties/position becomes any value: a list whose items have \
                   different schemas\n";
    assert_eq!(text(&printed.stderr), warning);
    assert!(text(&printed.stdout).contains("pub position: Option<Vec<Value>>,"), "{}", text(&printed.stdout));
}

#[test]
fn a_single_file_can_have_many_workflows() {
    let folder = project("file", &json!({}));
    let list = json!({ "entries": [{ "key": "b" }, { "key": "a", "trigger_data_json_schema": comment(&json!({})) }] });
    fs::write(folder.join("workflows.json"), list.to_string()).unwrap();
    let printed = knock_types(&folder, &["workflows.json", "--sdk", "knock-worker"]);
    let code = text(&printed.stdout);
    assert!(code.contains("use knock_worker::workflows::{self, Trigger, WorkflowData};"), "{code}");
    assert!(code.contains("pub mod a {") && code.contains("pub mod b {"), "{code}");
    let pulled = "knock/workflows/comment-created/workflow.json";
    assert!(text(&knock_types(&folder, &[pulled]).stdout).contains("\"comment-created\""));
}

#[test]
fn mistakes_are_told() {
    let folder = project("mistakes", &json!({}));
    let problem = |arguments: &[&str]| {
        let output = knock_types(&folder, arguments);
        assert!(!output.status.success());
        text(&output.stderr)
    };
    assert!(problem(&["--check"]).contains("--check needs --out"));
    assert!(problem(&["a.json", "--knock-dir", "knock"]).contains("either a file or --knock-dir"));
    assert!(problem(&["missing.json"]).contains("missing.json: "));
    assert!(problem(&["knock.json"]).contains("knock.json: has a workflow without a `key`"));
    assert!(problem(&["--knock-dir", "elsewhere"]).contains("elsewhere"));
    assert!(problem(&["--sdk", "not a crate"]).contains("`not a crate` is not the name of a crate"));
    fs::write(folder.join("knock/workflows/comment-created/workflow.json"), "{").unwrap();
    assert!(problem(&[]).contains("workflows/comment-created/workflow.json"));
}

/// `cargo xtask types` writes it.
#[test]
fn the_golden_file_is_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/types");
    let source = Source::from_directory(folder.join("knock")).unwrap();
    assert_eq!(source.workflows.len(), 12);
    let generated = generate(&source, &Options::new().sdk("knock_core")).unwrap();
    let golden = fs::read_to_string(folder.join("src/knock.rs")).unwrap().replace("\r\n", "\n");
    assert!(generated.code == golden, "run `cargo xtask types`");
    assert_eq!(generate(&source, &Options::new().sdk("knock_core")).unwrap(), generated);
}

#[test]
fn names_that_collide_are_told_apart() {
    let data = comment(&json!({ "id": { "type": "string" } }));
    let workflow =
        |key: &str| Workflow { key: key.to_owned(), schema: Some(data.clone()), ..Workflow::default() };
    let mut source = Source::default();
    source.workflows = ["a-b", "a_b", "properties", "string", "match"].map(workflow).to_vec();
    let code = generate(&source, &Options::new()).unwrap().code;
    for name in [
        "mod a_b ",
        "mod a_b2 ",
        "struct Ab ",
        "struct Ab2 ",
        "mod properties2 ",
        "struct String2 ",
        "mod match_ ",
    ] {
        assert!(code.contains(name), "{name}: {code}");
    }
    source.workflows.push(workflow("a-b"));
    assert!(
        generate(&source, &Options::new())
            .unwrap_err()
            .to_string()
            .contains("two workflows with the key `a-b`")
    );
}
