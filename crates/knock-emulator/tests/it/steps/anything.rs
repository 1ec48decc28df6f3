//! Whatever is triggered, cancelled and responded: nothing panics, and every run comes to an end.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::project::{Knock, Project, delay, email, feed, only_if, says, seconds_of, sms, step, when};

/// A workflow with a step of every type.
fn everything() -> Value {
    let wait = json!({
        "event": { "event_type": "integration_source", "event_key": "paid", "integration_source_key": "stripe" },
        "expires_after": seconds_of(120), "on_timeout": "continue",
    });
    json!([
        step("throttle", "throttle", json!({ "throttle_window_field_path": "data.window", "throttle_limit": 3 })),
        step("batch", "batch", json!({
            "batch_until_field_path": "data.window", "batch_window_type": "sliding", "batch_key": "page",
            "batch_window_extension_limit": seconds_of(300), "batch_items_max_limit": 4,
        })),
        step("http_fetch", "fetch", json!({ "method": "get", "url": "http://localhost/{{ data.page }}" })),
        step("update_data", "data", json!({ "data": "{\"n\": {{ total_activities }}}" })),
        step("update_user", "user", json!({ "recipient_mode": "current", "update_properties": "{\"seen\": {{ data.n }}}" })),
        { "type": "branch", "ref": "branch", "branches": [
            { "name": "a", "conditions": { "any": [when("data.n", "greater_than", json!("1"))] },
              "steps": [step("wait_for_event", "event", wait), feed("feed_1")], "terminates": true },
            { "name": "b", "steps": [email("email_1")] },
        ] },
        { "type": "random_cohort", "ref": "cohort", "cohort_key": "{{ data.page }}", "cohort_branches": [
            { "name": "x", "percentage": 50, "steps": [delay("wait", 60)] },
            { "name": "y", "percentage": "50.0", "steps": [sms("sms_1")] },
        ] },
        step("trigger_workflow", "other", json!({ "workflow_key": "other", "data": "{\"page\": {{ data.page | json }}}" })),
        only_if(says("last", "{{ data | json }}"), "refs.email_1.status", "less_than", json!("$message.seen")),
    ])
}

fn any_data() -> impl Strategy<Value = Value> {
    let window = prop_oneof![
        Just(seconds_of(30)),
        Just(seconds_of(-30)),
        Just(json!("2025-01-01T00:05:00Z")),
        Just(json!({ "frequency": "hourly", "minutes": 5 })),
        Just(json!({ "unit": "months", "value": i64::MAX })),
        Just(json!("never")),
        Just(Value::Null),
    ];
    let page = prop_oneof![
        Just(json!("a")),
        Just(json!("b\"{{ x }}")),
        Just(json!(7)),
        Just(json!({ "deep": [1] }))
    ];
    (window, page).prop_map(|(window, page)| json!({ "window": window, "page": page }))
}

#[derive(Clone, Debug)]
enum Act {
    Trigger(Value, u8),
    Wait(u64),
    Cancel(u8),
    Respond(u16, &'static str),
    Emit,
    Continue(usize),
    Delete,
}

fn any_act() -> impl Strategy<Value = Act> {
    let body = prop_oneof![Just("{\"n\": 2}"), Just("nonsense"), Just("{\"page\": null}"), Just("")];
    prop_oneof![
        4 => (any_data(), 0..3_u8).prop_map(|(data, key)| Act::Trigger(data, key)),
        3 => (0..400_u64).prop_map(Act::Wait),
        1 => (0..3_u8).prop_map(Act::Cancel),
        3 => (prop_oneof![Just(200), Just(500), Just(404)], body).prop_map(|(status, body)| Act::Respond(status, body)),
        1 => Just(Act::Emit),
        1 => (0..20_usize).prop_map(Act::Continue),
        1 => Just(Act::Delete),
    ]
}

fn perform(knock: &Knock, act: &Act) {
    match act {
        Act::Trigger(data, key) => {
            let user = json!({ "id": "u", "email": "u@example.com", "phone_number": "1" });
            let body = json!({ "recipients": [user], "data": data, "cancellation_key": key.to_string() });
            knock.try_trigger(body).ok();
        }
        Act::Wait(seconds) => knock.wait(*seconds),
        Act::Cancel(key) => {
            let body = json!({ "cancellation_key": key.to_string() });
            knock.client.post("/v1/workflows/test/cancel", body).no_content();
        }
        Act::Respond(status, body) => {
            for due in knock.client.emulator.due_fetches() {
                let response = Response::builder().status(*status).body(Bytes::from_static(body.as_bytes()));
                knock.client.emulator.fetched(due.id, Ok(response.unwrap()));
            }
        }
        Act::Emit => {
            let event = json!({ "integration_source_key": "stripe", "event_key": "paid", "user_id": "u" });
            knock.client.control("POST", "events", Some(event));
        }
        Act::Continue(index) => {
            let runs = knock.client.get("/v1/workflow_recipient_runs?page_size=50").ok();
            if let Some(run) = runs["items"].as_array().unwrap().get(*index) {
                knock.client.control("POST", &format!("runs/{}/continue", run["id"].as_str().unwrap()), None);
            }
        }
        Act::Delete => {
            knock.client.delete("/v1/users/u");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn every_run_comes_to_an_end(acts in prop::collection::vec(any_act(), 1..25)) {
        let project = Project::new();
        project.steps("test", everything());
        project.steps("other", json!([delay("wait", 30), sms("after")]));
        let knock = Knock::start(project);
        for act in &acts {
            perform(&knock, act);
        }
        // requests are retried, so this takes a few rounds
        for _ in 0..6 {
            perform(&knock, &Act::Respond(200, "{}"));
            knock.wait(24 * 3600);
            knock.client.emulator.advance(Duration::from_secs(1));
        }
        let runs = knock.client.get("/v1/workflow_recipient_runs?page_size=50").ok();
        for run in runs["items"].as_array().unwrap() {
            let ended = run["status"] == "completed" || run["status"] == "cancelled";
            prop_assert!(ended, "{run} {}", knock.run(run["id"].as_str().unwrap()));
        }
        prop_assert!(knock.client.emulator.due_fetches().is_empty());
    }
}
