//! Whole directories, from the trigger to the content: the one of knock-directory's tests, and Knock's own templates if they
//! are on this machine.

use std::path::{Path, PathBuf};

use knock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::Client;

fn park() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../knock-directory/tests/fixtures/park")
}

/// The workflows of knocklabs/templates, from `KNOCK_TEMPLATES` or from next to the workspace.
fn knocks() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/knock-templates");
    let path = std::env::var_os("KNOCK_TEMPLATES").map_or(beside, PathBuf::from);
    if path.exists() {
        return Some(path);
    }
    eprintln!("\n!!! SKIPPED: there are no templates at {}; set KNOCK_TEMPLATES\n", path.display());
    None
}

/// Triggers a workflow with data for every branch of it, until all runs have ended. Returns the contents of all messages.
fn run(directory: &Path, key: &str, data: &Value) -> Vec<Value> {
    let client = Client::of(Emulator::builder().knock_dir(directory).unwrap());
    assert_eq!(client.emulator.problems(), []);
    let (_, listed) = client.control("GET", "workflows", None);
    let push =
        listed["channels"].as_array().unwrap().iter().find(|channel| channel["type"] == "push").unwrap();
    let push = push["id"].as_str().unwrap().to_owned();
    client.put("/v1/users/actor", json!({ "name": "Ada", "email": "ada@example.com" })).ok();
    let user = json!({
        "id": "u", "name": "Ursula", "email": "u@example.com", "phone_number": "+15550100",
        "channel_data": { push: { "tokens": ["token"] } },
    });
    let body = json!({ "recipients": [user], "actor": "actor", "tenant": { "id": "t", "name": "Tenant" }, "data": data });
    client.trigger(key, body.clone()).ok();
    client.trigger(key, body).ok();
    for _ in 0..40 {
        client.wait(24 * 3600);
        let _ = client.deliveries();
    }
    let runs = client.get("/v1/workflow_recipient_runs?page_size=50").ok();
    for run in runs["items"].as_array().unwrap() {
        assert_eq!((&run["status"], &run["error_count"]), (&json!("completed"), &json!(0)), "{key}: {run}");
    }
    let messages = client.get("/v1/messages?page_size=50").ok();
    let ids = messages["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["id"].as_str().unwrap().to_owned());
    let contents: Vec<Value> =
        ids.map(|id| client.get(&format!("/v1/messages/{id}/content")).ok()["data"].clone()).collect();
    for content in &contents {
        let text = content.to_string();
        assert!(!text.contains("{{") && !text.contains("{%"), "{key}: {text}");
    }
    contents
}

#[test]
fn both_branches_of_an_alert_are_taken() {
    let alert = |window: Value, channels: Value| json!({ "fence": 3, "paddock": "B", "window": window, "channels": channels });
    let all = json!(["email", "feed", "sms"]);
    let at_once = run(&park(), "fence-alert", &alert(Value::Null, all.clone()));
    assert_eq!(at_once.len(), 6, "two triggers, three channels each");
    let batched = run(&park(), "fence-alert", &alert(json!({ "unit": "hours", "value": 1 }), all));
    assert_eq!(batched.len(), 3, "one batch");
    let email = batched.iter().find(|content| content["__typename"] == "MessageEmailContent").unwrap();
    assert_eq!(email["subject_line"], "2 fences are down");
    assert_eq!(run(&park(), "fence-alert", &alert(Value::Null, json!([]))).len(), 0);
}

#[test]
fn notes_are_in_the_email_unless_they_were_seen() {
    let data = json!({ "animal": "Rexy", "animal_id": "a1", "note": "Ate a goat" });
    let contents = run(&park(), "note-added", &data);
    let email = contents.iter().find(|content| content["__typename"] == "MessageEmailContent").unwrap();
    assert_eq!(email["subject_line"], "Notes about Rexy");
    assert_eq!(contents.len(), 3, "in the feed, by email and by push");
}

#[test]
fn every_workflow_of_knock_runs_to_its_end() {
    let Some(directory) = knocks() else { return };
    let mut count = 0;
    for folder in std::fs::read_dir(directory.join("workflows")).unwrap() {
        let key = folder.unwrap().file_name().into_string().unwrap();
        let data = json!({
            "page_name": "Roadmap", "page_id": "p1", "name": "Ursula",
            "event": "outage", "alert": { "channels": ["email", "in-app", "sms"], "batchWindow": null, "events": ["event"] },
        });
        assert!(!run(&directory, &key, &data).is_empty(), "{key} sends nothing");
        count += 1;
    }
    assert_eq!(count, 12);
}
