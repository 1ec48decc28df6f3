//! Knock's own workflows, see `knock-directory/tests/templates`.

use std::path::Path;

use knock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::Client;

/// Triggers a workflow with data for every branch of it, until all runs have ended. Returns the contents of all messages.
fn run(key: &str, data: &Value) -> Vec<Value> {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knock-directory/tests/templates");
    let client = Client::of(Emulator::builder().knock_dir(templates).unwrap());
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
    ids.map(|id| client.get(&format!("/v1/messages/{id}/content")).ok()["data"].clone()).collect()
}

#[test]
fn every_workflow_runs_to_its_end() {
    for key in [
        "alert-digest",
        "comments",
        "email-verification",
        "invite-with-reminder",
        "mentions",
        "onboarding-incomplete-reminder",
        "password-changed",
        "referral-sent",
        "reset-password",
        "trial-ending",
        "welcome-messages",
    ] {
        let data = json!({ "page_name": "Roadmap", "page_id": "p1", "name": "Ursula" });
        let contents = run(key, &data);
        assert!(!contents.is_empty(), "{key} sends nothing");
        for content in &contents {
            let text = content.to_string();
            assert!(!text.contains("{{") && !text.contains("{%"), "{key}: {text}");
        }
    }
}

#[test]
fn both_branches_of_the_alerts_are_taken() {
    let alert = |window: Value| json!({ "event": "outage", "alert": { "events": ["event"], "channels": ["email", "in-app", "sms"], "batchWindow": window } });
    let at_once = run("alerts", &alert(Value::Null));
    assert_eq!(at_once.len(), 6, "two triggers, three channels each");
    let batched = run("alerts", &alert(json!({ "unit": "hours", "value": 1 })));
    assert_eq!(batched.len(), 3, "one batch");
    let other = json!({ "alert": { "events": ["another"], "channels": [], "batchWindow": null } });
    assert_eq!(run("alerts", &other).len(), 0);
}

#[test]
fn the_comments_are_in_the_email_unless_they_were_seen() {
    let contents =
        run("comments", &json!({ "page_name": "Roadmap", "page_id": "p1", "comment_body": "Nice" }));
    let email = contents.iter().find(|content| content["__typename"] == "MessageEmailContent").unwrap();
    assert_eq!(email["subject_line"], "New activity on Roadmap");
    assert_eq!(contents.len(), 3, "in the feed, by email and by push");
}
