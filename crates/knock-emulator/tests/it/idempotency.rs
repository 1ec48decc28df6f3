use serde_json::{Value, json};

use crate::client::{Client, Response};

fn send(client: &Client, path: &str, key: &str, body: &Value) -> Response {
    let mut request = Client::request("POST", path, Some(body));
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    client.send(request)
}

#[test]
fn the_same_call_is_replayed() {
    let client = Client::new();
    let path = "/v1/workflows/w/trigger";
    let first = send(&client, path, "k", &json!({ "recipients": ["u"], "data": { "a": 1, "b": 2 } }));
    let id = first.header("x-request-id").unwrap().to_owned();
    assert_eq!(first.header("idempotent-replayed"), None);

    let again = send(&client, path, "k", &json!({ "data": { "b": 2, "a": 1 }, "recipients": ["u"] }));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-x-request-id"), Some(&*id));
    assert_ne!(again.header("x-request-id"), Some(&*id));
    assert_eq!(first.ok(), again.ok());
    assert_eq!((client.emulator.triggers(), client.reached().len()), (1, 1));

    let other = send(&client, path, "k", &json!({ "recipients": ["v"] }));
    assert_eq!(other.status, 400);
    assert_eq!(other.body.as_object().unwrap().len(), 1);
    assert!(other.body["error"].is_string());

    // The path is part of the key.
    let elsewhere = send(&client, "/v1/workflows/x/trigger", "k", &json!({ "recipients": ["v"] }));
    assert_eq!(elsewhere.header("idempotent-replayed"), None);
    elsewhere.ok();
}

#[test]
fn keys_have_a_maximum_length() {
    let client = Client::new();
    let body = json!({ "recipients": ["u"] });
    send(&client, "/v1/workflows/w/trigger", &"k".repeat(255), &body).ok();
    let long = send(&client, "/v1/workflows/w/trigger", &"k".repeat(256), &body);
    assert_eq!((long.status, long.body), (400, json!({ "error": "idempotency_key_too_long" })));
    assert_eq!(client.emulator.triggers(), 1);
}

#[test]
fn failures_are_not_remembered() {
    let client = Client::new();
    let path = "/v1/workflows/w/trigger";
    let body = json!({ "recipients": ["u"], "actor": "late" });
    send(&client, path, "k", &body).fails(400, "actor_missing");
    client.put("/v1/users/late", json!({})).ok();
    let response = send(&client, path, "k", &body);
    assert_eq!(response.header("idempotent-replayed"), None);
    response.ok();
}

#[test]
fn keys_expire_after_a_day() {
    let client = Client::new();
    let body = json!({ "recipients": ["u"] });
    let replayed = || {
        let response = send(&client, "/v1/workflows/w/trigger", "k", &body);
        response.header("idempotent-replayed").is_some()
    };
    assert!(!replayed());
    client.wait(24 * 3600 - 1);
    assert!(replayed());
    client.wait(1);
    assert!(!replayed());
    client.wait(24 * 3600 - 1);
    assert!(replayed(), "the window starts again with the second run");
}

#[test]
fn only_triggers_use_the_key() {
    let client = Client::new();
    let path = "/v1/objects/c/o/subscriptions";
    send(&client, path, "k", &json!({ "recipients": ["a"] })).ok();
    let response = send(&client, path, "k", &json!({ "recipients": ["b"] }));
    assert_eq!(response.header("idempotent-replayed"), None);
    response.ok();
    send(&client, "/v1/workflows/w/cancel", &"k".repeat(300), &json!({ "cancellation_key": "x" }))
        .no_content();
}
