//! Outbound webhooks: which events there are, their signature, and attempts on a clock that tests move.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use knock_core::webhook::{Details, Event, EventType, Subject, Verifier};
use knock_emulator::{DueWebhook, Emulator, WebhookEndpoint, Workflow};
use serde_json::{Value, json};

use crate::client::{Client, Response};

const SECRET: &str = "whsec_test";
const URL: &str = "http://service.test/hooks?a=b";

fn emulator(events: &[&'static str]) -> Emulator {
    let endpoint = WebhookEndpoint::new(URL, SECRET).unwrap().events(events.iter().copied());
    let later = Workflow::new("later").delay(Duration::from_secs(60));
    let emulator =
        Emulator::builder().workflow(Workflow::new("now")).workflow(later).webhook(endpoint).build();
    emulator.advance_to(SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    emulator
}

fn send(emulator: &Emulator, method: &str, path: &str, body: Value) -> Response {
    let request = Client::request(method, path, Some(&body));
    Response::of(emulator.handle(request, emulator.now()))
}

fn trigger(emulator: &Emulator, workflow: &str) {
    let path = format!("/v1/workflows/{workflow}/trigger");
    send(emulator, "POST", &path, json!({ "recipients": ["u1"], "data": { "n": 1 } })).ok();
}

fn verified(emulator: &Emulator, due: &DueWebhook) -> Event {
    let verifier = Verifier::new(SECRET).unwrap();
    verifier.verify(due.request.headers(), due.request.body(), emulator.now().into()).unwrap()
}

/// Delivers everything that is due, and returns the events.
fn deliver(emulator: &Emulator) -> Vec<Event> {
    let due = emulator.due_webhooks();
    let events = due.iter().map(|due| verified(emulator, due)).collect();
    for due in due {
        emulator.webhook_sent(due.id, due.attempt, Ok(StatusCode::OK));
    }
    events
}

#[test]
fn each_event_is_signed_and_readable() {
    let emulator = emulator(&[]);
    trigger(&emulator, "now");
    let due = emulator.due_webhooks();
    let request = &due[0].request;
    assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("POST", URL));
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers()["x-knock-event"], "workflow_recipient_run.started");
    assert_eq!(request.headers()["x-knock-environment-id"].len(), 36);
    let events: Vec<Event> = due.iter().map(|due| verified(&emulator, due)).collect();
    let kinds: Vec<&EventType> = events.iter().map(|event| &event.kind).collect();
    assert_eq!(
        kinds,
        [
            &EventType::WorkflowRecipientRunStarted,
            &EventType::MessageDelivered,
            &EventType::WorkflowRecipientRunCompleted
        ]
    );
    let Subject::Message(message) = events[1].subject() else { panic!("{events:?}") };
    let rendered = send(&emulator, "GET", &format!("/v1/messages/{}", message.id), json!({})).ok();
    assert_eq!(events[1].data, rendered);
    assert!(matches!(events[2].subject(), Subject::WorkflowRecipientRun(_)));
}

#[test]
fn engagement_is_reported_once_with_its_details() {
    let emulator = emulator(&[]);
    trigger(&emulator, "now");
    let id = emulator.sent_to("u1").assert_one().message_id;
    deliver(&emulator);
    let change = |method: &str, name: &str, body: Value| {
        send(&emulator, method, &format!("/v1/messages/{id}/{name}"), body).ok();
    };
    change("PUT", "seen", json!({}));
    change("PUT", "seen", json!({}));
    change("DELETE", "seen", json!({}));
    change("PUT", "read", json!({}));
    change("PUT", "archived", json!({}));
    change("DELETE", "archived", json!({}));
    change("PUT", "interacted", json!({ "metadata": { "button": "yes" } }));
    let events = deliver(&emulator);
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let expected = ["seen", "unseen", "read", "archived", "unarchived", "interacted"];
    assert_eq!(kinds, expected.map(|name| format!("message.{name}")));
    let Some(Details::Interaction(metadata)) = events[5].details() else { panic!("{events:?}") };
    assert_eq!(Value::Object(metadata), json!({ "button": "yes" }));
    // The message as it was at the time of the event.
    assert!(events[0].data["seen_at"].is_string() && events[1].data["seen_at"].is_null());
}

#[test]
fn only_the_events_of_the_endpoint_are_sent() {
    let emulator = emulator(&["message.read"]);
    trigger(&emulator, "now");
    assert_eq!(emulator.due_webhooks().len(), 0);
    let id = emulator.sent_to("u1").assert_one().message_id;
    send(&emulator, "PUT", &format!("/v1/messages/{id}/read"), json!({})).ok();
    assert_eq!(deliver(&emulator)[0].kind, EventType::MessageRead);
}

#[test]
fn a_delayed_message_is_reported_when_the_clock_moves() {
    let emulator = emulator(&["message.delivered"]);
    trigger(&emulator, "later");
    assert_eq!(deliver(&emulator).len(), 0);
    emulator.advance(Duration::from_secs(60));
    let events = deliver(&emulator);
    assert_eq!(events[0].created_at.unwrap().to_string(), "2026-09-21T14:14:20Z");
}

#[test]
fn eight_attempts_are_made_and_then_none() {
    let emulator = emulator(&["message.delivered"]);
    trigger(&emulator, "now");
    let start = emulator.now();
    let results = [Ok(StatusCode::SERVICE_UNAVAILABLE), Err("refused".to_owned()), Ok(StatusCode::FOUND)];
    let mut times = Vec::new();
    for second in 0..1_000_u64 {
        for due in emulator.due_webhooks() {
            verified(&emulator, &due);
            times.push(second);
            emulator.webhook_sent(due.id, due.attempt, results[times.len() % results.len()].clone());
        }
        emulator.advance(Duration::from_secs(1));
    }
    assert_eq!(times, [0, 1, 3, 7, 15, 31, 63, 127]);
    let delivery = &emulator.webhooks()[0];
    assert_eq!(
        (delivery.attempts.len(), delivery.next_attempt_at, delivery.is_delivered()),
        (8, None, false)
    );
    assert_eq!(delivery.attempts[1].at, start + Duration::from_secs(1));
    assert!(!format!("{delivery:?}").contains("u1"), "{delivery:?}");

    // Delivered once more, it has attempts of its own.
    assert!(emulator.redeliver(delivery.id) && !emulator.redeliver(99));
    let due = emulator.due_webhooks();
    emulator.webhook_sent(due[0].id, due[0].attempt, Ok(StatusCode::INTERNAL_SERVER_ERROR));
    // A second report of the same attempt changes nothing.
    emulator.webhook_sent(due[0].id, due[0].attempt, Ok(StatusCode::OK));
    emulator.advance(Duration::from_secs(1));
    let due = emulator.due_webhooks();
    emulator.webhook_sent(due[0].id, due[0].attempt, Ok(StatusCode::NO_CONTENT));
    emulator.advance(Duration::from_secs(1_000));
    assert_eq!(emulator.due_webhooks().len(), 0);
    let delivery = &emulator.webhooks()[0];
    assert_eq!((delivery.attempts.len(), delivery.is_delivered()), (10, true));
}

#[test]
fn an_attempt_without_a_result_is_repeated() {
    let emulator = emulator(&["message.delivered"]);
    trigger(&emulator, "now");
    for _ in 0..8 {
        assert_eq!(emulator.due_webhooks().len(), 1);
        assert_eq!(emulator.due_webhooks().len(), 0);
        emulator.advance(Duration::from_secs(60));
    }
    assert_eq!(emulator.due_webhooks().len(), 0);
    let attempts = &emulator.webhooks()[0].attempts;
    assert_eq!(attempts.len(), 8);
    assert!(attempts.iter().all(|attempt| matches!(attempt.result, Some(Err(_)))), "{attempts:?}");
}

const OK: Result<StatusCode, String> = Ok(StatusCode::OK);
const UNAVAILABLE: Result<StatusCode, String> = Ok(StatusCode::SERVICE_UNAVAILABLE);

#[test]
fn a_redelivery_takes_the_place_of_an_attempt_in_flight() {
    for late in [OK, UNAVAILABLE] {
        let emulator = emulator(&["message.delivered"]);
        trigger(&emulator, "now");
        let first = emulator.due_webhooks().remove(0);
        assert!(emulator.redeliver(first.id));
        // The result of the first attempt neither prevents the redelivery nor counts toward it.
        emulator.webhook_sent(first.id, first.attempt, late);
        let second = emulator.due_webhooks().remove(0);
        assert_eq!((second.id, second.attempt), (first.id, 2));
        for attempt in 2..=9 {
            emulator.webhook_sent(first.id, attempt, UNAVAILABLE);
            emulator.advance(Duration::from_secs(64));
            assert_eq!(emulator.due_webhooks().len(), usize::from(attempt < 9), "{attempt}");
        }
        let attempts = &emulator.webhooks()[0].attempts;
        assert!(
            matches!(&attempts[0].result, Some(Err(reason)) if reason.contains("once more")),
            "{attempts:?}"
        );
    }
}

#[test]
fn a_late_result_is_not_that_of_the_next_attempt() {
    let emulator = emulator(&["message.delivered"]);
    trigger(&emulator, "now");
    let first = emulator.due_webhooks().remove(0);
    emulator.advance(Duration::from_secs(60));
    let second = emulator.due_webhooks().remove(0);
    emulator.webhook_sent(first.id, first.attempt, OK);
    assert_eq!(emulator.webhooks()[0].attempts[1].result, None);
    emulator.webhook_sent(second.id, second.attempt + 1, OK);
    emulator.webhook_sent(second.id, 0, OK);
    assert_eq!(emulator.webhooks()[0].attempts[1].result, None);
    emulator.webhook_sent(second.id, second.attempt, OK);
    assert!(emulator.webhooks()[0].is_delivered());
}

#[test]
fn a_late_result_does_not_bring_back_what_was_removed() {
    let emulator = emulator(&["message.delivered"]);
    trigger(&emulator, "now");
    let first = emulator.due_webhooks().remove(0);
    emulator.reset();
    trigger(&emulator, "now");
    let second = emulator.due_webhooks().remove(0);
    emulator.webhook_sent(first.id, first.attempt, OK);
    assert_eq!(emulator.webhooks()[0].attempts[0].result, None, "it is that of another event");

    let request = Client::request("DELETE", "/_emulator/webhooks", None);
    assert_eq!(emulator.handle(request, emulator.now()).status(), 204);
    emulator.webhook_sent(second.id, second.attempt, UNAVAILABLE);
    let endpoint = json!({ "url": "http://other.test" });
    let request = Client::request("POST", "/_emulator/webhooks", Some(&endpoint));
    assert_eq!(emulator.handle(request, emulator.now()).status(), 204);
    emulator.advance(Duration::from_secs(100));
    assert_eq!(emulator.due_webhooks().len(), 0);
    assert_eq!(emulator.webhooks()[0].next_attempt_at, None);
    // What was delivered before can still be delivered once more.
    assert!(emulator.redeliver(second.id));
    assert_eq!(emulator.due_webhooks().len(), 1);
}

#[test]
fn endpoints_are_controlled_over_http() {
    let client = Client::new();
    let control = |method: &str, path: &str, body: Value| {
        client
            .emulator
            .handle(Client::request(method, &format!("/_emulator/{path}"), Some(&body)), client.now())
    };
    let status = |method: &str, path: &str, body: Value| control(method, path, body).status().as_u16();
    assert_eq!(
        status("POST", "webhooks", json!({ "url": URL, "secret": SECRET, "events": ["message.delivered"] })),
        204
    );
    client.trigger("now", json!({ "recipients": ["u1"] })).ok();
    let due = client.emulator.due_webhooks();
    client.emulator.webhook_sent(due[0].id, due[0].attempt, Ok(StatusCode::BAD_GATEWAY));
    let log: Value = serde_json::from_slice(control("GET", "webhooks", json!({})).body()).unwrap();
    assert_eq!(log["endpoints"], json!([{ "url": URL, "events": ["message.delivered"] }]));
    assert_eq!(log["entries"][0]["event"], "message.delivered");
    assert_eq!(log["entries"][0]["attempts"][0]["status"], 502);
    assert!(!log.to_string().contains(SECRET));
    assert_eq!(status("POST", "advance", json!({ "ms": 1_000 })), 204);
    assert_eq!(client.emulator.now(), client.now() + Duration::from_secs(1));
    assert_eq!(client.emulator.due_webhooks().len(), 1);
    assert_eq!(status("POST", "webhooks/0/redeliver", json!({})), 204);
    for unknown in ["webhooks/7/redeliver", "webhooks/x/redeliver", "webhooks/0"] {
        assert_eq!(status("POST", unknown, json!({})), 404, "{unknown}");
    }
    assert_eq!(status("DELETE", "webhooks", json!({})), 204);
    assert_eq!(client.emulator.due_webhooks().len(), 0);
    assert_eq!(status("POST", "advance", json!({})), 400);
    for (endpoint, problem) in [
        (json!([]), "`url` should be a text"),
        (json!({ "url": "ftp://service.test" }), "does not begin with `http://`"),
        (json!({ "url": "/hooks" }), "does not begin with `http://`"),
        (json!({ "url": "http://a b" }), "is not a URL"),
        (json!({ "url": URL, "secret": " " }), "secret is empty"),
        (json!({ "url": URL, "secret": 1 }), "`secret` should be a text"),
        (json!({ "url": URL, "events": [1] }), "`events` should be an array of texts"),
        (json!({ "url": URL, "events": ["message.delivred"] }), "which is no type of event"),
    ] {
        let response = control("POST", "webhooks", endpoint);
        let body = String::from_utf8_lossy(response.body()).into_owned();
        assert!(response.status() == 400 && body.contains(problem), "{body}");
    }
    let list = br#"[{"url": "http://a"}, {"url": "b"}]"#;
    assert!(WebhookEndpoint::list(list).unwrap_err().starts_with("endpoint 1: \"b\""));
    assert_eq!(WebhookEndpoint::list(br#"[{"url": "http://a"}]"#).unwrap().len(), 1);
}

#[test]
fn reset_keeps_the_endpoints_of_the_settings() {
    let emulator = emulator(&["message.delivered"]);
    trigger(&emulator, "now");
    emulator.reset();
    assert_eq!(emulator.due_webhooks().len(), 0);
    trigger(&emulator, "now");
    assert_eq!(emulator.due_webhooks().len(), 1);
}

#[cfg(feature = "server")]
#[tokio::test]
async fn a_server_sends_them_and_repeats_what_failed() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let endpoint = WebhookEndpoint::new(&url, SECRET).unwrap().events(["message.delivered"]);
    let server = Emulator::builder().webhook(endpoint).build().serve().await.unwrap();
    let emulator = server.emulator();
    trigger(emulator, "now");
    // An endpoint that closes the connection, fails, and succeeds at last.
    for (response, waits) in
        [("", 1), ("HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno", 2), ("HTTP/1.1 204 OK\r\n\r\n", 0)]
    {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut received = Vec::new();
        while !String::from_utf8_lossy(&received).ends_with('}') {
            assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0);
        }
        let received = String::from_utf8(received).unwrap();
        let (head, body) = received.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /hooks HTTP/1.1\r\n"), "{head}");
        let header = |name: &str| {
            head.lines()
                .find_map(|line| line.strip_prefix(&format!("{name}: ")))
                .unwrap_or_else(|| panic!("{head}"))
        };
        assert_eq!(format!("http://{}/hooks", header("host")), url);
        let verifier = Verifier::new(SECRET).unwrap();
        verifier
            .verify_signature(header("x-knock-signature"), body.as_bytes(), emulator.now().into())
            .unwrap();
        stream.write_all(response.as_bytes()).await.unwrap();
        drop(stream);
        let attempts = emulator.webhooks()[0].attempts.len();
        while emulator.webhooks()[0].attempts[attempts - 1].result.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The next attempt is due at once.
        emulator.advance(Duration::from_secs(waits));
    }
    let delivery = &emulator.webhooks()[0];
    assert!(delivery.is_delivered() && delivery.attempts.len() == 3, "{delivery:?}");
    server.stop().await;
}
