//! What only the emulator has: logs of runs, going on by hand, and state files.

use std::fs;

use knock_emulator::Emulator;
use serde_json::{Value, json};

use super::project::{Knock, Project, delay, says, seconds_of, sms, step};
use crate::client::Client;

#[test]
fn runs_are_listed_with_their_steps() {
    let knock = Knock::of(json!([delay("wait", 60), sms("after")]));
    let run = knock.trigger(json!({ "x": 1 }));
    let (_, runs) = knock.client.control("GET", "runs", None);
    assert_eq!(
        runs["entries"][0]["recipient_runs"],
        json!([{ "id": run, "recipient": "u", "status": "paused" }])
    );
    knock.wait(60);
    let log = knock.log(&run);
    assert_eq!(log[0]["state"], "done");
    assert_eq!(
        (&log[0]["started_at"], &log[0]["ended_at"]),
        (&json!("2025-01-01T00:00:00Z"), &json!("2025-01-01T00:01:00Z"))
    );
    assert_eq!(log[0]["scope"]["data"], json!({ "x": 1 }));
    assert_eq!((&log[0]["scope"]["recipient"]["name"], &log[0]["scope"]["x"]), (&json!("U"), &json!(1)));
    assert_eq!(log[1]["detail"]["messages"], json!([knock.message()["id"]]));
    assert_eq!(knock.client.control("GET", "runs/unknown", None).0, 404);
}

#[test]
fn a_run_that_waits_goes_on_by_hand() {
    let batch = step("batch", "batch", json!({ "batch_window": seconds_of(60) }));
    for waits in [delay("wait", 60), batch] {
        let knock = Knock::of(json!([waits, sms("after")]));
        let run = knock.trigger(json!({}));
        let path = format!("runs/{run}/continue");
        assert_eq!(knock.client.control("POST", &path, None).0, 204);
        assert_eq!((knock.outcome(&run), knock.sent().len()), ("finished".to_owned(), 1));
        assert_eq!(knock.client.control("POST", &path, None).0, 404, "it waits no more");
        knock.wait(60);
        assert_eq!(knock.sent().len(), 1);
    }
}

#[test]
fn an_agent_pauses_until_somebody_responds() {
    let knock = Knock::of(json!([
        step("ai_agent", "agent", json!({ "model": "m" })),
        says("after", "{{ data.agent.text }}")
    ]));
    let run = knock.trigger(json!({}));
    assert!(knock.step(&run, "agent")["detail"]["notice"].as_str().unwrap().contains("no language model"));
    knock.wait(3600);
    assert_eq!(knock.status(&run), "paused");
    knock.client.control("POST", &format!("runs/{run}/continue"), Some(json!({ "text": "Hi" })));
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    assert_eq!(knock.client.get(&format!("/v1/messages/{id}/content")).ok()["data"]["body"], "Hi");
}

#[test]
fn workflows_are_listed_with_what_is_wrong() {
    let knock = Knock::of(json!([sms("after")]));
    knock.project.workflow("broken", json!({ "name": "B", "steps": [{ "type": "x", "ref": "x" }] }));
    knock
        .project
        .workflow("schema", json!({ "name": "S", "steps": [], "trigger_data_json_schema": { "type": 5 } }));
    let (_, listed) = knock.client.control("GET", "workflows", None);
    assert_eq!(listed["entries"].as_array().unwrap().len(), 2);
    assert_eq!(listed["entries"][1]["steps"], json!([{ "ref": "after", "type": "channel", "name": null }]));
    assert_eq!(
        listed["problems"][0],
        json!({
            "file": "workflows/broken/workflow.json", "place": "steps[0].type", "message": "`x` is not a type of a step",
        })
    );
    assert_eq!(listed["problems"][1]["place"], "trigger_data_json_schema");
    let problems = knock.client.emulator.problems();
    assert_eq!(
        problems[0].to_string(),
        "workflows/broken/workflow.json: steps[0].type: `x` is not a type of a step"
    );
}

/// Everything that can be seen of the runs.
fn seen(emulator: &Emulator) -> Vec<Value> {
    let get = |path: &str| {
        let response = emulator.handle(Client::request("GET", path, None), emulator.now());
        serde_json::from_slice::<Value>(response.body()).unwrap()
    };
    let mut seen = vec![get("/v1/messages?page_size=50"), get("/v1/workflow_recipient_runs?page_size=50")];
    let runs = seen[1]["items"].as_array().unwrap().clone();
    seen.extend(runs.iter().map(|run| get(&format!("/_emulator/runs/{}", run["id"].as_str().unwrap()))));
    seen
}

#[test]
fn a_state_file_restores_runs_with_what_was_done_by_hand_and_fetched() {
    let project = Project::new();
    project.steps(
        "test",
        json!([
            step("batch", "batch", json!({ "batch_window": seconds_of(60) })),
            step("http_fetch", "fetch", json!({ "method": "get", "url": "http://localhost:9/" })),
            delay("wait", 3600),
            says("after", "{{ total_activities }} {{ data.fetched }}"),
        ]),
    );
    let file = project.0.join("state");
    let open = || project.builder().open(&file).unwrap();
    let before = {
        let emulator = open();
        let trigger = |n: u64| {
            let body = json!({ "recipients": [{ "id": "u", "phone_number": "1" }], "data": { "n": n } });
            let request = Client::request("POST", "/v1/workflows/test/trigger", Some(&body));
            assert_eq!(emulator.handle(request, emulator.now()).status(), 200);
        };
        trigger(1);
        trigger(2);
        emulator.advance(std::time::Duration::from_secs(60));
        let due = emulator.due_fetches().remove(0);
        let response = http::Response::new(bytes::Bytes::from_static(b"{\"fetched\": \"yes\"}"));
        emulator.fetched(due.id, Ok(response));
        let run = seen(&emulator)[1]["items"].as_array().unwrap().last().unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let request =
            http::Request::post(format!("/_emulator/runs/{run}/continue")).body(bytes::Bytes::new());
        assert_eq!(emulator.handle(request.unwrap(), emulator.now()).status(), 204);
        trigger(3);
        seen(&emulator)
    };
    assert_eq!(before[0]["items"].as_array().unwrap().len(), 1);
    assert_eq!(seen(&open()), before);
    fs::remove_file(&file).unwrap();
}

#[test]
fn a_state_file_is_restored_with_the_workflows_of_now() {
    let project = Project::new();
    project.steps("test", json!([delay("wait", 60), sms("after")]));
    let file = project.0.join("state");
    {
        let emulator = project.builder().open(&file).unwrap();
        let body = json!({ "recipients": [{ "id": "u", "phone_number": "1" }] });
        let _ = emulator
            .handle(Client::request("POST", "/v1/workflows/test/trigger", Some(&body)), emulator.now());
    }
    project.steps("test", json!([sms("now")]));
    let emulator = project.builder().open(&file).unwrap();
    let seen = seen(&emulator);
    assert_eq!(
        seen[0]["items"][0]["source"]["step_ref"], "now",
        "what differs is as if it had been so before"
    );
}

#[test]
fn an_agent_that_waits_can_be_cancelled() {
    let knock = Knock::of(json!([step("ai_agent", "agent", json!({ "model": "m" })), sms("after")]));
    let run = knock.trigger_with(json!({ "cancellation_key": "k" }));
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    assert_eq!(knock.client.control("POST", &format!("runs/{run}/continue"), Some(json!(null))).0, 404);
    assert_eq!((knock.status(&run), knock.sent().len()), ("cancelled".to_owned(), 0));
}
