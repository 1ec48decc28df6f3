//! <https://docs.knock.app/designing-workflows/fetch-function> and webhook channels.

use bytes::Bytes;
use http::Response;
use knock_emulator::FetchError;
use serde_json::{Value, json};

use super::project::{Knock, channel, delay, says, step};

const URL: &str = "http://127.0.0.1:9/things/{{ data.id }}";

fn fetching(more: Value) -> Knock {
    let mut settings = json!({ "method": "post", "url": URL });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Knock::of(json!([step("http_fetch", "fetch", settings), says("after", "{{ data | json }}")]))
}

/// Responds to the only request that is due.
#[track_caller]
fn respond(knock: &Knock, status: u16, body: &str) -> http::Request<Bytes> {
    let mut due = knock.client.emulator.due_fetches();
    assert_eq!(due.len(), 1);
    let due = due.remove(0);
    let response = Response::builder().status(status).body(Bytes::from(body.to_owned())).unwrap();
    knock.client.emulator.fetched(due.id, Ok(response));
    due.request
}

fn data(knock: &Knock) -> Value {
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    let content = knock.client.get(&format!("/v1/messages/{id}/content")).ok();
    serde_json::from_str(content["data"]["body"].as_str().unwrap()).unwrap()
}

#[test]
fn a_request_is_rendered_and_its_response_merged() {
    let knock = fetching(json!({
        "headers": [{ "key": "x-who", "value": "{{ recipient.id }}" }],
        "query_params": [{ "key": "q", "value": "a b&{{ data.id }}" }],
        "body": "{\"id\": {{ data.id }}}",
    }));
    let run = knock.trigger(json!({ "id": 7, "kept": 1, "deep": { "old": 1 } }));
    assert_eq!((knock.status(&run), knock.sent().len()), ("paused".to_owned(), 0));
    let request = respond(&knock, 200, r#"{"name": "thing", "deep": {"new": 1}}"#);
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri().to_string(), "http://127.0.0.1:9/things/7?q=a%20b%267");
    assert_eq!(
        (&request.headers()["x-who"], &request.headers()["content-type"]),
        (&"u".parse().unwrap(), &"application/json".parse().unwrap())
    );
    assert_eq!(&request.body()[..], b"{\"id\": 7}");
    assert_eq!(
        data(&knock),
        json!({ "id": 7, "kept": 1, "name": "thing", "deep": { "new": 1 } }),
        "at the top level"
    );
    assert!(knock.client.emulator.due_fetches().is_empty());
}

#[test]
fn a_response_from_before_a_reset_is_about_nothing() {
    let knock = fetching(json!({}));
    knock.trigger(json!({ "id": 1 }));
    let emulator = &knock.client.emulator;
    let before = emulator.due_fetches().remove(0);
    emulator.reset();
    knock.user("u", json!({}));
    let run = knock.trigger(json!({ "id": 2 }));
    let after = emulator.due_fetches().remove(0);
    assert!(after.id > before.id);

    let response = |id| Response::new(Bytes::from(format!(r#"{{"of": {id}}}"#)));
    emulator.fetched(before.id, Ok(response(1)));
    assert_eq!(knock.status(&run), "paused");
    emulator.fetched(after.id, Ok(response(2)));
    assert_eq!(data(&knock), json!({ "id": 2, "of": 2 }));
}

#[test]
fn a_response_can_go_to_a_path() {
    let knock = fetching(json!({ "response_path": "api.thing" }));
    knock.trigger(json!({ "id": 1 }));
    respond(&knock, 201, r#"{"a": 1}"#);
    assert_eq!(data(&knock)["api"], json!({ "thing": { "a": 1 } }));
}

#[test]
fn what_is_at_a_path_is_not_lost() {
    for (response, expected) in [
        (r#"{"a": 1}"#, json!({ "old": 1, "thing": { "old": 2, "a": 1 } })),
        ("[1, 2]", json!({ "old": 1, "thing": [1, 2] })),
        ("7", json!({ "old": 1, "thing": 7 })),
    ] {
        let knock = fetching(json!({ "response_path": "api.thing" }));
        knock.trigger(json!({ "id": 1, "api": { "old": 1, "thing": { "old": 2 } } }));
        respond(&knock, 200, response);
        assert_eq!(data(&knock), json!({ "id": 1, "api": expected }));
    }
    let knock = fetching(json!({ "response_path": "id.thing" }));
    knock.trigger(json!({ "id": 1 }));
    respond(&knock, 200, "[]");
    assert_eq!(data(&knock), json!({ "id": { "thing": [] } }));
}

#[test]
fn a_late_response_does_not_resume_what_waits_for_something_else() {
    let fetch = step("http_fetch", "fetch", json!({ "method": "get", "url": "http://127.0.0.1:9/" }));
    let knock = Knock::of(json!([fetch, delay("later", 3600), says("after", "{{ data | json }}")]));
    let run = knock.trigger(json!({ "id": 1 }));
    let due = knock.client.emulator.due_fetches().remove(0);
    knock.client.control("POST", &format!("runs/{run}/continue"), Some(json!(null)));
    knock.client.emulator.fetched(due.id, Ok(Response::new(Bytes::from_static(b"{\"late\": true}"))));
    assert_eq!((knock.status(&run), knock.sent().len()), ("paused".to_owned(), 0));
    knock.wait(3600);
    assert_eq!(data(&knock), json!({ "id": 1 }));
    assert!(knock.client.emulator.due_fetches().is_empty());
}

#[test]
fn a_connection_that_fails_halts_the_run_at_once() {
    for error in [FetchError::Failed("refused".to_owned()), FetchError::BadUrl("no such host".to_owned())] {
        let knock = fetching(json!({}));
        let run = knock.trigger(json!({ "id": 1 }));
        let due = knock.client.emulator.due_fetches().remove(0);
        knock.client.emulator.fetched(due.id, Err(error.clone()));
        assert_eq!(knock.outcome(&run), "failed");
        assert_eq!(knock.step(&run, "fetch")["detail"]["error"], error.to_string());
    }
}

#[test]
fn the_request_of_a_webhook_is_signed_with_the_key_of_its_channel() {
    let knock = Knock::of(json!([channel("hook_1", "hook", json!(null))]));
    let sign_with = |key: &str| {
        let settings = json!({ "url": "http://localhost:9/hook", "body": "{}", "signing_key": key });
        knock
            .project
            .environment(json!({ "channels": { "hook": { "type": "http", "settings": settings } } }));
    };
    sign_with("whsec_{{ recipient.id }}");
    knock.trigger(json!({}));
    for attempt in 1..=2 {
        let request = respond(&knock, 500, "");
        let signature = request.headers()["x-webhook-signature"].clone();
        assert_eq!(request.headers().get_all("x-webhook-signature").iter().count(), 1);
        let headers = http::HeaderMap::from_iter([("x-knock-signature".parse().unwrap(), signature)]);
        let verifier = knock_core::webhook::Verifier::new("whsec_u").unwrap();
        // the signature is the right one at the time of each attempt; only then the body is looked at
        let error = verifier.verify(&headers, request.body(), knock.client.now().into()).unwrap_err();
        assert!(error.to_string().contains("event"), "{attempt}: {error}");
        knock.wait(10);
    }

    sign_with("{{ data.key }}");
    let run = knock.trigger(json!({}));
    assert_eq!(knock.step(&run, "hook_1")["detail"]["reason"], "signing_key");
    let run = knock.trigger(json!({ "key": "whsec_1" }));
    assert_eq!(knock.outcome(&run), "finished");
    knock.trigger(json!({ "key": "$KNOCK_SECRET" }));
    assert_eq!(knock.messages().len(), 2);
}

#[test]
fn a_webhook_to_a_host_that_is_not_known_is_not_attempted_again() {
    let knock = Knock::of(json!([channel("hook_1", "hook", json!(null))]));
    knock.trigger(json!({}));
    let due = knock.client.emulator.due_fetches().remove(0);
    knock.client.emulator.fetched(due.id, Err(FetchError::BadUrl("no such host".to_owned())));
    assert_eq!(knock.message()["status"], "undelivered");
    knock.wait(3600);
    assert!(knock.client.emulator.due_fetches().is_empty());
}

#[test]
fn an_empty_response_changes_nothing() {
    let knock = fetching(json!({}));
    knock.trigger(json!({ "id": 1 }));
    respond(&knock, 204, "");
    assert_eq!(data(&knock), json!({ "id": 1 }));
}

#[test]
fn a_signed_request_has_a_signature() {
    let knock = fetching(json!({ "signing_key": "secret", "body": "{}" }));
    knock.trigger(json!({ "id": 1 }));
    let request = respond(&knock, 200, "{}");
    let signature = request.headers()["x-knock-signature"].to_str().unwrap();
    assert!(signature.starts_with("t=1735689600000,s="), "{signature}");
}

#[test]
fn failures_of_the_server_are_retried_twice_and_then_halt_the_run() {
    let knock = fetching(json!({}));
    let run = knock.trigger(json!({ "id": 1 }));
    respond(&knock, 500, "");
    assert!(knock.client.emulator.due_fetches().is_empty());
    knock.wait(30);
    let due = knock.client.emulator.due_fetches().remove(0);
    knock.client.emulator.fetched(due.id, Err(FetchError::TimedOut));
    knock.wait(59);
    assert!(knock.client.emulator.due_fetches().is_empty());
    knock.wait(1);
    respond(&knock, 503, "");
    assert_eq!((knock.outcome(&run), knock.sent().len()), ("failed".to_owned(), 0));
    assert_eq!(knock.run(&run)["error_count"], 1);
}

#[test]
fn a_retry_can_succeed() {
    let knock = fetching(json!({}));
    let run = knock.trigger(json!({ "id": 1 }));
    respond(&knock, 502, "");
    knock.wait(30);
    respond(&knock, 200, r#"{"ok": true}"#);
    assert_eq!((knock.outcome(&run), &data(&knock)["ok"]), ("finished".to_owned(), &json!(true)));
}

#[test]
fn every_other_status_halts_the_run_at_once() {
    for status in [202, 301, 400, 404, 429] {
        let knock = fetching(json!({}));
        let run = knock.trigger(json!({ "id": 1 }));
        respond(&knock, status, "{}");
        assert_eq!(knock.outcome(&run), "failed", "{status}");
    }
}

#[test]
fn only_this_machine_and_what_is_allowed_is_called() {
    let knock = fetching(json!({ "url": "http://api.example.com/" }));
    let run = knock.trigger(json!({}));
    let error = knock.step(&run, "fetch")["detail"]["error"].as_str().unwrap().to_owned();
    assert_eq!(error, "`api.example.com` is not this machine; `allowed_hosts` in emulator.json can allow it");
    knock.project.environment(json!({ "allowed_hosts": ["api.example.com"] }));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.status(&run), "paused");
    for url in ["nonsense", "/path", "http://", ""] {
        let knock = fetching(json!({ "url": format!("{url}{{{{ data.nothing }}}}") }));
        let run = knock.trigger(json!({}));
        assert_eq!(knock.outcome(&run), "failed", "{url}");
    }
}

#[test]
fn a_run_that_waits_for_another_attempt_can_be_cancelled() {
    let knock = fetching(json!({}));
    let run = knock.trigger_with(json!({ "data": { "id": 1 }, "cancellation_key": "k" }));
    respond(&knock, 500, "");
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    knock.wait(30);
    assert_eq!((knock.status(&run), knock.client.emulator.due_fetches().len()), ("cancelled".to_owned(), 0));
}

#[test]
fn a_webhook_is_delivered_by_its_response() {
    let knock = Knock::of(json!([channel("hook_1", "hook", json!(null))]));
    let run = knock.trigger(json!({}));
    assert_eq!((knock.outcome(&run), &knock.message()["status"]), ("finished".to_owned(), &json!("queued")));
    let request = respond(&knock, 200, "");
    assert_eq!((request.uri().path(), &request.body()[..]), ("/hook", &b"{\"id\": \"u\"}"[..]));
    assert_eq!(knock.message()["status"], "delivered");
}

#[test]
fn a_webhook_is_attempted_8_times_unless_a_status_is_final() {
    let knock = Knock::of(json!([channel("hook_1", "hook", json!(null))]));
    knock.trigger(json!({}));
    for attempt in 1..=8 {
        respond(&knock, 500, "");
        let status = knock.message()["status"].clone();
        assert_eq!(status, if attempt < 8 { "delivery_attempted" } else { "undelivered" }, "{attempt}");
        knock.wait(30 * 60);
    }
    assert!(knock.client.emulator.due_fetches().is_empty());

    let knock = Knock::of(json!([channel("hook_1", "hook", json!(null))]));
    knock.trigger(json!({}));
    respond(&knock, 404, "");
    assert_eq!(knock.message()["status"], "undelivered");
}

#[test]
fn the_delivery_logs_of_a_webhook_are_its_attempts() {
    let knock = Knock::of(json!([channel("hook_1", "hook", json!(null))]));
    knock.trigger(json!({}));
    respond(&knock, 500, "later");
    knock.wait(10);
    let due = knock.client.emulator.due_fetches().remove(0);
    knock.client.emulator.fetched(due.id, Err(FetchError::Failed("the connection was refused".to_owned())));
    knock.wait(20);
    respond(&knock, 201, &"x".repeat(20_000));
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    let logs = knock.client.get(&format!("/v1/messages/{id}/delivery_logs")).ok()["items"].clone();
    let statuses: Vec<&Value> =
        logs.as_array().unwrap().iter().map(|log| &log["response"]["status"]).collect();
    assert_eq!(statuses, [500, 201], "without a response, there is no log");
    assert_eq!(logs[0]["response"]["body"], "later");
    assert_eq!(logs[1]["response"]["body"].as_str().unwrap().len(), 16 * 1024, "bodies are cut");
    let request = json!({
        "method": "POST", "host": "localhost", "path": "/hook", "query": null, "headers": {}, "body": "{\"id\": \"u\"}",
    });
    assert_eq!((&logs[0]["request"], &logs[1]["request"]), (&request, &request));
    assert_ne!(logs[0]["id"], logs[1]["id"]);
}

#[test]
fn a_response_for_a_cancelled_run_is_ignored() {
    let knock = fetching(json!({}));
    let run = knock.trigger_with(json!({ "data": { "id": 1 }, "cancellation_key": "k" }));
    let due = knock.client.emulator.due_fetches().remove(0);
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    knock.client.emulator.fetched(due.id, Ok(Response::new(Bytes::from_static(b"{}"))));
    assert_eq!((knock.status(&run), knock.sent().len()), ("cancelled".to_owned(), 0));
}

#[test]
fn a_response_that_is_not_json_halts_the_run() {
    for body in ["<html>", "ok", "{"] {
        let knock = fetching(json!({}));
        let run = knock.trigger(json!({ "id": 1 }));
        respond(&knock, 200, body);
        let error = knock.step(&run, "fetch")["detail"]["error"].as_str().unwrap().to_owned();
        assert!(error.starts_with("the response is not JSON"), "{error}");
        assert_eq!((knock.outcome(&run), knock.sent().len()), ("failed".to_owned(), 0));
    }
}

#[test]
fn a_webhook_may_take_longer_than_a_fetch() {
    let knock = fetching(json!({}));
    knock.trigger(json!({ "id": 1 }));
    assert_eq!(knock.client.emulator.due_fetches()[0].timeout.as_secs(), 15);
    let knock = Knock::of(json!([channel("hook_1", "hook", json!(null))]));
    knock.trigger(json!({}));
    assert_eq!(knock.client.emulator.due_fetches()[0].timeout.as_secs(), 50);
}
