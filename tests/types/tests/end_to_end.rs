//! A schema changes: `--check` fails, then the build does, and the emulator refuses what is still sent.

// Helpers belong to the tests.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use knock_core::{Client, ErrorKind, Operation};
use knock_emulator::{Emulator, Workflow};
use serde_json::Value;
use types_tests::knock::comment_created::{CommentCreated, CommentCreatedAuthor, CommentCreatedKind, KEY};

const MAIN: &str = r#"
mod knock;
use knock::comment_created::{CommentCreated, CommentCreatedAuthor, CommentCreatedKind};

fn main() {
    let author = CommentCreatedAuthor::new("jhammond", "John");
    let comment = CommentCreated::new(author, "c1", "Plans", CommentCreatedKind::Reply);
    let comment = CommentCreated { excerpt: Some("Life finds a way.".to_owned()), ..comment };
    let _ = comment.trigger().recipients(["agrant"]);
}
"#;

fn comment() -> CommentCreated {
    let author = CommentCreatedAuthor::new("jhammond", "John");
    let comment = CommentCreated::new(author, "c1", "Plans", CommentCreatedKind::Reply);
    CommentCreated { excerpt: Some("Life finds a way.".to_owned()), ..comment }
}

#[test]
fn a_renamed_field_breaks_the_check_then_the_build_and_the_emulator_refuses_it() {
    let home = project();
    assert!(knock_types(&home, &[]).status.success());
    assert!(knock_types(&home, &["--check"]).status.success());
    let built = build(&home);
    assert!(built.status.success(), "{}", text(&built));

    let before = schema(&home);
    assert!(send_to(before.clone()).is_ok());
    let after = before.to_string().replace("\"excerpt\"", "\"summary\"");
    let after: Value = serde_json::from_str(&after).unwrap();
    set_schema(&home, &after);

    let checked = knock_types(&home, &["--check"]);
    assert!(!checked.status.success());
    let lines = text(&checked);
    assert!(lines.contains("comment-created: the field `CommentCreated.excerpt` is gone"), "{lines}");
    assert!(lines.contains("comment-created: the field `CommentCreated.summary` is new"), "{lines}");

    assert!(knock_types(&home, &[]).status.success());
    let built = build(&home);
    assert!(!built.status.success());
    assert!(text(&built).contains("has no field named `excerpt`"), "{}", text(&built));

    // The program that was built before still sends it.
    let error = send_to(after).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unprocessable);
    let fields: Vec<_> = error.field_errors().iter().map(|error| error.field.as_deref()).collect();
    assert_eq!(fields, [Some("data.excerpt")]);
}

fn send_to(schema: Value) -> Result<(), knock_core::Error> {
    let workflow = Workflow::new(KEY).data_schema(schema).unwrap();
    let emulator = Emulator::builder().workflow(workflow).build();
    let knock = Client::with_transport(emulator.config(), emulator.transport());
    pollster::block_on(comment().trigger().recipients(["agrant"]).send(&knock)).map(drop)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Creates a program that uses the types of one workflow.
fn project() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("end-to-end");
    let _ = fs::remove_dir_all(&home);
    let workflow = Path::new("knock/workflows/comment-created");
    fs::create_dir_all(home.join("src")).unwrap();
    fs::create_dir_all(home.join(workflow)).unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(workflow);
    fs::copy(from.join("workflow.json"), home.join(workflow).join("workflow.json")).unwrap();
    let core = root().join("crates/knock-core").display().to_string();
    let manifest = format!(
        "[package]\nname = \"end-to-end\"\nedition = \"2024\"\n\n[dependencies]\nknock-core = {{ path = '{core}' }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n\n[workspace]\n"
    );
    fs::write(home.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root().join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
    fs::write(home.join("src/main.rs"), MAIN).unwrap();
    home
}

fn file(home: &Path) -> PathBuf {
    home.join("knock/workflows/comment-created/workflow.json")
}

fn schema(home: &Path) -> Value {
    let workflow: Value = serde_json::from_str(&fs::read_to_string(file(home)).unwrap()).unwrap();
    workflow["trigger_data_json_schema"].clone()
}

fn set_schema(home: &Path, schema: &Value) {
    let mut workflow: Value = serde_json::from_str(&fs::read_to_string(file(home)).unwrap()).unwrap();
    workflow["trigger_data_json_schema"] = schema.clone();
    fs::write(file(home), workflow.to_string()).unwrap();
}

fn knock_types(home: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "knock-types", "--", "--sdk", "knock_core", "--knock-dir"]);
    command.arg(home.join("knock")).arg("--out").arg(home.join("src/knock.rs")).args(more);
    command.current_dir(root()).output().unwrap()
}

fn build(home: &Path) -> Output {
    // Beside the dependencies that are built already.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut command = Command::new(env!("CARGO"));
    command.args(["check", "--quiet", "--offline"]).current_dir(home).env("CARGO_TARGET_DIR", target);
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
