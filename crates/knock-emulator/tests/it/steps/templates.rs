//! Whole directories, from the trigger to the content: the one of knock-directory's tests, and Knock's own templates if they
//! are on this machine.

use std::collections::BTreeSet;
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

/// What a workflow did: the contents of all messages, and how far its runs came.
struct Outcome {
    contents: Vec<Value>,
    reached: BTreeSet<String>,
}

/// Triggers a workflow twice, until all runs have ended.
fn run(directory: &Path, key: &str, data: &Value) -> Vec<Value> {
    try_run(directory, key, data, false).contents
}

/// The same, and the recipient may see each feed message before its run goes on.
fn try_run(directory: &Path, key: &str, data: &Value, is_seen: bool) -> Outcome {
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
    // longer than the batches before a message that can be seen, and shorter than the delays after it
    client.wait(20 * 60);
    for message in items(&client, "/v1/messages?page_size=50") {
        if is_seen && message["channel"]["type"] == "in_app_feed" {
            let id = message["id"].as_str().unwrap();
            client.put(&format!("/v1/messages/{id}/seen"), json!({})).ok();
        }
    }
    for _ in 0..40 {
        client.wait(24 * 3600);
        let _ = client.deliveries();
    }
    let mut reached = BTreeSet::new();
    for run in items(&client, "/v1/workflow_recipient_runs?page_size=50") {
        assert_eq!((&run["status"], &run["error_count"]), (&json!("completed"), &json!(0)), "{key}: {run}");
        let run = client.control("GET", &format!("runs/{}", run["id"].as_str().unwrap()), None).1;
        reached.extend(run["emulator"]["steps"].as_array().unwrap().iter().flat_map(reached_by));
    }
    let messages = items(&client, "/v1/messages?page_size=50").into_iter();
    let ids = messages.map(|message| message["id"].as_str().unwrap().to_owned());
    let contents: Vec<Value> =
        ids.map(|id| client.get(&format!("/v1/messages/{id}/content")).ok()["data"].clone()).collect();
    for content in &contents {
        let text = content.to_string();
        assert!(!text.contains("{{") && !text.contains("{%"), "{key}: {text}");
    }
    Outcome { contents, reached }
}

fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).ok()["items"].as_array().unwrap().clone()
}

/// What the entry of a step says: it was done, which branch it entered, or that its conditions did not hold.
fn reached_by(entry: &Value) -> Vec<String> {
    let (step, detail) = (entry["step_ref"].as_str().unwrap(), &entry["detail"]);
    let reason = detail["reason"].as_str();
    if matches!(reason, Some("conditions" | "trigger_conditions_not_met")) {
        return vec![format!("{step}: refused")];
    }
    let branch = detail["branch"].as_str().map(|branch| format!("{step}: branch {branch}"));
    let done = (entry["state"] == "done").then(|| format!("{step}: done"));
    done.into_iter().chain(branch).collect()
}

/// All that can be reached in a workflow: each step, each branch, and both outcomes of all conditions.
fn goals(directory: &Path, key: &str) -> BTreeSet<String> {
    let file = directory.join("workflows").join(key).join("workflow.json");
    let workflow: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut goals = BTreeSet::new();
    if has_conditions(&workflow) {
        goals.insert("trigger: refused".to_owned());
    }
    add_goals(&workflow["steps"], &mut goals);
    goals
}

fn add_goals(steps: &Value, goals: &mut BTreeSet<String>) {
    for step in steps.as_array().unwrap() {
        let step_ref = step["ref"].as_str().unwrap();
        goals.insert(format!("{step_ref}: done"));
        if has_conditions(step) {
            goals.insert(format!("{step_ref}: refused"));
        }
        for branch in step["branches"].as_array().into_iter().flatten() {
            goals.insert(format!("{step_ref}: branch {}", branch["name"].as_str().unwrap()));
            add_goals(&branch["steps"], goals);
        }
    }
}

fn has_conditions(part: &Value) -> bool {
    part["conditions"]["all"].as_array().is_some_and(|conditions| !conditions.is_empty())
}

/// Runs a workflow with each data, seen and not seen, and checks that all of it is reached. Returns what was.
#[track_caller]
fn reach_everything(directory: &Path, key: &str, data: &[Value]) -> BTreeSet<String> {
    let each = data.iter().flat_map(|data| [(data, false), (data, true)]);
    let reached: BTreeSet<String> =
        each.flat_map(|(data, is_seen)| try_run(directory, key, data, is_seen).reached).collect();
    assert_eq!(reached, goals(directory, key), "{key}");
    reached
}

#[test]
fn both_branches_of_an_alert_are_taken() {
    let alert = |window: Value, channels: Value| json!({ "fence": 3, "paddock": "B", "window": window, "channels": channels });
    let all = json!(["email", "feed", "sms"]);
    let hour = json!({ "unit": "hours", "value": 1 });
    let at_once = run(&park(), "fence-alert", &alert(Value::Null, all.clone()));
    assert_eq!(at_once.len(), 6, "two triggers, three channels each");
    let batched = run(&park(), "fence-alert", &alert(hour.clone(), all.clone()));
    assert_eq!(batched.len(), 3, "one batch");
    let email = batched.iter().find(|content| content["__typename"] == "MessageEmailContent").unwrap();
    assert_eq!(email["subject_line"], "2 fences are down");
    assert_eq!(run(&park(), "fence-alert", &alert(Value::Null, json!([]))).len(), 0);
    let cases = [
        alert(Value::Null, all.clone()),
        alert(hour.clone(), all),
        alert(Value::Null, json!([])),
        alert(hour, json!([])),
    ];
    assert_eq!(reach_everything(&park(), "fence-alert", &cases).len(), 16);
}

#[test]
fn notes_are_in_the_email_unless_they_were_seen() {
    let data = json!({ "animal": "Rexy", "animal_id": "a1", "note": "Ate a goat" });
    let contents = run(&park(), "note-added", &data);
    let email = contents.iter().find(|content| content["__typename"] == "MessageEmailContent").unwrap();
    assert_eq!(email["subject_line"], "Notes about Rexy");
    assert_eq!(contents.len(), 3, "in the feed, by email and by push");
    assert_eq!(reach_everything(&park(), "note-added", &[data]).len(), 7);
}

#[test]
fn every_part_of_every_workflow_of_knock_is_reached() {
    let Some(directory) = knocks() else { return };
    let alert = |events: &str, window: Value, channels: Value| {
        json!({
            "page_name": "Roadmap", "page_id": "p1", "digest_key": "d1", "name": "Ursula", "event": "outage",
            "alert": { "channels": channels, "batchWindow": window, "events": [events] },
        })
    };
    let (all, hour) = (json!(["email", "in-app", "sms"]), json!({ "unit": "hours", "value": 1 }));
    let cases = [
        alert("event", Value::Null, all.clone()),
        alert("event", hour.clone(), all.clone()),
        alert("event", Value::Null, json!([])),
        alert("event", hour, json!([])),
        alert("another", Value::Null, all),
    ];
    let mut reached = Vec::new();
    for folder in std::fs::read_dir(directory.join("workflows")).unwrap() {
        let key = folder.unwrap().file_name().into_string().unwrap();
        let contents = run(&directory, &key, &cases[0]);
        assert!(!contents.is_empty(), "{key} sends nothing");
        reached.push(reach_everything(&directory, &key, &cases));
    }
    let count = |part: &str| reached.iter().flatten().filter(|reached| reached.contains(part)).count();
    assert_eq!(
        (reached.len(), count(": done"), count(": branch "), count(": refused")),
        (12, 40, 2, 9),
        "workflows, steps, branches, and conditions that did not hold"
    );
}
