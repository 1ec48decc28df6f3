use std::time::Duration;

use http::Method;
use knock_emulator::{Connection, Fault, Faults};
use serde_json::json;

use crate::client::{Client, Response};

fn trigger() -> http::Request<bytes::Bytes> {
    Client::request("POST", "/v1/workflows/w/trigger", Some(&json!({ "recipients": ["u"] })))
}

#[test]
fn a_status_with_its_headers() {
    let client = Client::new();
    client.emulator.fault(Fault::status(503).retry_after(2).retry_after_ms(50).should_retry(false).times(2));
    for _ in 0..2 {
        let response = client.send(trigger());
        assert_eq!(response.header("retry-after"), Some("2"));
        assert_eq!(response.header("retry-after-ms"), Some("50"));
        assert_eq!(response.header("x-should-retry"), Some("false"));
        response.fails(503, "internal_server_error");
    }
    assert_eq!(client.emulator.triggers(), 0);
    client.send(trigger()).ok();
    assert_eq!(client.emulator.triggers(), 1);
}

#[test]
fn faults_can_be_narrowed_and_come_in_order() {
    let client = Client::new();
    client.emulator.fault([
        Fault::status(500).method(Method::PUT),
        Fault::status(429).path("/v1/workflows/"),
        Fault::status(502).path("/v1/workflows/"),
    ]);
    client.get("/v1/users").ok();
    assert_eq!(client.send(trigger()).status, 429);
    assert_eq!(client.send(trigger()).status, 502);
    client.send(trigger()).ok();
    assert_eq!(client.put("/v1/users/u", json!({})).status, 500);

    client.emulator.fault(Fault::status(500).always());
    assert_eq!(client.get("/v1/users").status, 500);
    assert_eq!(client.get("/v1/users").status, 500);
    client.emulator.clear_faults();
    client.get("/v1/users").ok();
}

#[test]
fn connections_are_kept_or_dropped() {
    let client = Client::new();
    for (fault, connection, delay, triggers) in [
        (Fault::drop_before(), Connection::DropBefore, 0, 0),
        (Fault::drop_after(), Connection::DropAfter, 0, 1),
        (Fault::delay(Duration::from_millis(70)), Connection::Keep, 70, 1),
        (Fault::status(500).after_acting(), Connection::Keep, 0, 1),
    ] {
        client.emulator.reset();
        client.emulator.fault(fault);
        let reply = client.respond(trigger());
        assert_eq!((reply.connection, reply.delay), (connection, Duration::from_millis(delay)));
        assert_eq!(client.emulator.triggers(), triggers);
    }
}

#[test]
fn a_dropped_trigger_with_a_key_is_replayed() {
    let client = Client::new();
    let keyed = || {
        let mut request = trigger();
        request.headers_mut().insert("idempotency-key", "k".parse().unwrap());
        request
    };
    client.emulator.fault([Fault::drop_before(), Fault::drop_after()]);
    assert_eq!(client.respond(keyed()).connection, Connection::DropBefore);
    assert_eq!(client.respond(keyed()).connection, Connection::DropAfter);
    let response = client.send(keyed());
    assert_eq!(response.header("idempotent-replayed"), Some("true"));
    response.ok();
    assert_eq!(client.reached(), ["u"]);
}

#[test]
fn garbage() {
    let client = Client::new();
    client.emulator.fault([Fault::html(), Fault::truncated(), Fault::empty()]);
    let html = client.send(trigger());
    assert_eq!((html.status, html.header("content-type")), (502, Some("text/html")));
    assert_eq!(client.emulator.triggers(), 0);
    let truncated = client.send(trigger());
    assert_eq!(truncated.status, 200);
    assert!(!truncated.http.body().is_empty());
    assert!(serde_json::from_slice::<serde_json::Value>(truncated.http.body()).is_err());
    let empty = client.send(trigger());
    assert_eq!((empty.status, empty.http.body().len()), (200, 0));
    assert_eq!(client.emulator.triggers(), 2);
}

#[test]
fn entities_can_be_rate_limited() {
    let client = Client::new();
    client.trigger("w", json!({ "recipients": ["a", "b", "c"] })).ok();
    let ids: Vec<String> = client.deliveries().into_iter().map(|delivery| delivery.message_id).collect();
    client.emulator.fault(Fault::rate_limited("message_ids", [&ids[0], &ids[2]].map(String::as_str)));
    let response = client.post("/v1/messages/batch/seen", json!({ "message_ids": ids }));
    assert_eq!(response.header("x-ratelimited-message_ids"), Some(&*format!("{},{}", ids[0], ids[2])));
    let seen: Vec<bool> =
        response.ok().as_array().unwrap().iter().map(|message| message["seen_at"].is_string()).collect();
    assert_eq!(seen, [false, true, false]);

    client.emulator.fault(Fault::rate_limited("user_ids", ["a"]));
    client.post("/v1/users/bulk/preferences", json!({ "user_ids": ["a", "b"], "preferences": {} })).ok();
    client.get("/v1/users/a").fails(404, "resource_missing");
    client.get("/v1/users/b").ok();
}

#[test]
fn random_faults_are_the_same_for_the_same_seed() {
    let statuses = |seed| -> Vec<u16> {
        let client = Client::new();
        client.emulator.fault(Faults::random(seed, 0.4, [Fault::status(500), Fault::status(429)]));
        (0..200).map(|_| client.get("/v1/users").status).collect()
    };
    let run = statuses(1);
    assert_eq!(run, statuses(1));
    assert_ne!(run, statuses(2));
    let failed = run.iter().filter(|status| **status != 200).count();
    assert!((50..110).contains(&failed), "{failed}");
    assert!(run.contains(&500) && run.contains(&429));
}

#[test]
fn the_log_reports_faults() {
    let client = Client::new();
    client.emulator.fault(Fault::status(500));
    let _ = Response::of(client.respond(trigger()).response);
    client.send(trigger()).ok();
    let log: Vec<_> =
        client.emulator.requests().iter().map(|entry| (entry.status.as_u16(), entry.faulted)).collect();
    assert_eq!(log, [(500, true), (200, false)]);
    let entry = &client.emulator.requests()[0];
    assert_eq!((entry.method.as_str(), &*entry.path), ("POST", "/v1/workflows/w/trigger"));
    assert_eq!(entry.json().unwrap()["recipients"], json!(["u"]));
    assert_eq!(entry.header("content-type"), Some("application/json"));
    assert_eq!(entry.header("authorization"), None);
}
