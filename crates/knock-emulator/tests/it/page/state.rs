//! What is done by hand is in the state file.

use bytes::Bytes;
use http::Request;
use knock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::Client;
use crate::steps::project::{Project, channel, delay, only_if, sms};

fn call(emulator: &Emulator, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let body = body.map_or(Bytes::new(), |body| Bytes::from(body.to_string()));
    let request = Request::builder().method(method).uri(format!("/_emulator/{path}")).body(body).unwrap();
    let response = emulator.handle(request, emulator.now());
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

fn trigger(emulator: &Emulator, user: &str) {
    let body = json!({ "recipients": [{ "id": user, "email": "a@example.com", "phone_number": "1" }] });
    let request = Client::request("POST", "/v1/workflows/test/trigger", Some(&body));
    assert_eq!(emulator.handle(request, emulator.now()).status(), 200);
}

/// Everything that can be seen of messages and runs.
fn seen(emulator: &Emulator) -> Vec<Value> {
    let list = |path: &str| {
        let mut list = call(emulator, "GET", path, None).1;
        list["revision"] = Value::Null;
        list
    };
    let mut seen = vec![list("messages?page_size=200"), list("runs?page_size=200")];
    for (path, of) in [("messages", 0), ("runs", 1)] {
        let entries = seen[of]["entries"].as_array().unwrap().clone();
        let runs = |entry: &Value| {
            entry["recipient_runs"].as_array().cloned().unwrap_or_else(|| vec![entry.clone()])
        };
        for entry in entries.iter().flat_map(runs) {
            seen.push(call(emulator, "GET", &format!("{path}/{}", entry["id"].as_str().unwrap()), None).1);
        }
    }
    seen
}

#[test]
fn deletions_and_events_are_there_after_a_restart() {
    let project = Project::new();
    let fallback =
        only_if(sms("fallback"), "refs.first.delivery_status", "equal_to", json!("$message.bounced"));
    project.steps(
        "test",
        json!([
            channel("first", "email", json!({ "subject": "S", "html_body": "B" })),
            delay("wait", 60),
            fallback,
        ]),
    );
    let file = project.0.join("state");
    let open = || project.builder().open(&file).unwrap();
    let before = {
        let emulator = open();
        for user in ["a", "b", "c", "d"] {
            trigger(&emulator, user);
        }
        let list = call(&emulator, "GET", "messages", None).1;
        let id = |at: usize| list["entries"][at]["id"].as_str().unwrap().to_owned();
        let events = |at: usize, body: Value| {
            assert!(call(&emulator, "POST", &format!("messages/{}/events", id(at)), Some(body)).0 < 500);
        };
        events(0, json!({ "event": "bounced" }));
        events(1, json!({ "event": "link_clicked", "url": "https://a.example" }));
        // what is refused leaves no trace, not in later ids either
        events(1, json!({ "event": "burned" }));
        assert_eq!(call(&emulator, "DELETE", "messages/unknown", None).0, 404);
        assert_eq!(call(&emulator, "DELETE", &format!("messages/{}", id(2)), None).0, 204);
        emulator.advance(std::time::Duration::from_secs(60));
        trigger(&emulator, "e");
        let seen = seen(&emulator);
        assert_eq!(seen[0]["total"], 5, "4 without the deleted one, a fallback, and a new one: {}", seen[0]);
        seen
    };
    assert_eq!(seen(&open()), before);
    {
        let emulator = open();
        assert_eq!(call(&emulator, "DELETE", "messages", None).0, 204);
        trigger(&emulator, "f");
    }
    let after = seen(&open());
    assert_eq!((&after[0]["total"], &after[0]["entries"][0]["recipient"]["id"]), (&json!(1), &json!("f")));
    std::fs::remove_file(&file).unwrap();
}
