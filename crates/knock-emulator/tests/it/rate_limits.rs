use knock_emulator::{DEFAULT_PUBLIC_KEY, Emulator, RateLimits};
use serde_json::{Value, json};

use crate::client::Client;

fn limited() -> Client {
    Client::of(Emulator::builder().rate_limits(RateLimits::new()))
}

fn with_header(path: &str, name: &'static str, value: &str) -> http::Request<bytes::Bytes> {
    let mut request = Client::request("GET", path, None);
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

#[test]
fn there_is_no_limit_by_default() {
    let client = Client::new();
    for _ in 0..3 {
        client.post("/v1/users/bulk/delete", json!({ "user_ids": ["a"] })).ok();
        assert_eq!(client.get("/v1/users").header("retry-after"), None);
    }
}

#[test]
fn an_endpoint_has_the_limit_of_its_tier() {
    let client = limited();
    for (method, path, limit) in [
        ("POST", "/v1/tenants/bulk/set", 1),
        ("GET", "/v1/users/u/feeds/5a88728a-3ecb-400d-ba6f-9c0956ab252f", 5),
        ("PUT", "/v1/users/u", 60),
        ("GET", "/v1/users/u", 200),
        ("POST", "/v1/workflows/w/trigger", 1000),
    ] {
        for _ in 0..limit {
            assert_ne!(client.send(Client::request(method, path, Some(&json!({})))).status, 429, "{path}");
        }
        let refused = client.send(Client::request(method, path, Some(&json!({}))));
        assert_eq!(refused.header("retry-after"), Some("1"));
        refused.fails(429, "rate_limited");
    }
}

#[test]
fn the_ids_in_a_path_make_no_difference() {
    let client = limited();
    for id in 0..5 {
        assert_ne!(client.delete(&format!("/v1/users/{id}")).status, 429);
    }
    assert_eq!(client.delete("/v1/users/other").status, 429);
    assert_ne!(client.delete("/v1/tenants/other").status, 429);
}

#[test]
fn every_second_counts_whenever_it_begins() {
    let client = limited();
    let delete = || client.delete("/v1/users/u").status;
    assert_eq!(delete(), 204);
    client.wait_millis(900);
    for _ in 0..4 {
        assert_eq!(delete(), 204);
    }
    assert_eq!(delete(), 429);
    client.wait_millis(99);
    assert_eq!(delete(), 429, "the first is not yet a second ago");
    client.wait_millis(1);
    assert_eq!((delete(), delete()), (204, 429), "refused requests do not count, the four others do");
    client.wait_millis(900);
    assert_eq!([delete(), delete(), delete(), delete(), delete()], [204, 204, 204, 204, 429]);
}

#[test]
fn keys_and_user_tokens_are_counted_separately() {
    const PATH: &str = "/v1/users/u/feeds/5a88728a-3ecb-400d-ba6f-9c0956ab252f";
    let client = limited();
    let key = format!("Bearer {DEFAULT_PUBLIC_KEY}");
    let requests = [
        Client::request("GET", PATH, None),
        with_header(PATH, "authorization", &key),
        with_header(PATH, "x-knock-user-token", "one"),
        with_header(PATH, "x-knock-user-token", "two"),
    ];
    for request in requests {
        for _ in 0..5 {
            assert_eq!(client.send(request.clone()).status, 200);
        }
        assert_eq!(client.send(request).status, 429);
    }
}

#[test]
fn only_what_could_be_performed_counts() {
    let client = limited();
    for _ in 0..10 {
        let path = "/v1/users/u/feeds/5a88728a-3ecb-400d-ba6f-9c0956ab252f";
        let unauthorized = with_header(path, "authorization", "Bearer wrong");
        assert_eq!(client.send(unauthorized).status, 401);
        assert_eq!(client.get("/v1/nothing").status, 501);
    }
    assert_eq!(client.emulator.requests().len(), 20);
    client.emulator.reset();
    client.post("/v1/users/bulk/delete", json!({ "user_ids": ["a"] })).ok();
    client.emulator.reset();
    client.post("/v1/users/bulk/delete", json!({ "user_ids": ["a"] })).ok();
}

#[test]
fn the_header_can_be_left_out() {
    let client = Client::of(Emulator::builder().rate_limits(RateLimits::new().without_retry_after()));
    let delete = || client.post("/v1/users/bulk/delete", json!({ "user_ids": ["a"] }));
    delete().ok();
    assert_eq!(delete().header("retry-after"), None);
}

#[test]
fn a_message_is_updated_once_per_second() {
    let client = limited();
    client.trigger("w", json!({ "recipients": ["a", "b", "c"] })).ok();
    let ids: Vec<String> = client.deliveries().into_iter().map(|delivery| delivery.message_id).collect();
    let seen = |ids: &[String]| {
        let response = client.post("/v1/messages/batch/seen", json!({ "message_ids": ids }));
        let held = response.header("x-ratelimited-message_ids").unwrap_or_default().to_owned();
        let seen = |message: &Value| message["seen_at"].is_string();
        (held, response.ok().as_array().unwrap().iter().filter(|message| seen(message)).count())
    };
    assert_eq!(seen(&ids[..2]), (String::new(), 2));
    client.wait_millis(500);
    assert_eq!(seen(&ids), (format!("{},{}", ids[0], ids[1]), 3));
    client.post("/v1/messages/batch/unseen", json!({ "message_ids": ids })).ok();
    client.wait_millis(500);
    assert_eq!(seen(&ids), (ids[2].clone(), 3), "the last was updated half a second ago");
    client.wait_millis(1000);
    assert_eq!(seen(&ids), (String::new(), 3));
}

#[test]
fn bulk_calls_update_an_entity_once_per_second() {
    let client = limited();
    let identify = json!({ "users": [{ "id": "a", "name": "A" }, { "id": "b", "name": "B" }] });
    client.post("/v1/users/bulk/identify", identify).ok();
    let delete = json!({ "user_ids": ["b", "c"] });
    let response = client.post("/v1/users/bulk/delete", delete.clone());
    assert_eq!(response.header("x-ratelimited-user_ids"), Some("b"));
    client.get("/v1/users/b").ok();
    client.wait_millis(1000);
    assert_eq!(client.post("/v1/users/bulk/delete", delete).header("x-ratelimited-user_ids"), None);
    client.get("/v1/users/b").fails(404, "resource_missing");

    client.post("/v1/objects/things/bulk/set", json!({ "objects": [{ "id": "b" }] })).ok();
    let other = client.post("/v1/objects/others/bulk/delete", json!({ "object_ids": ["b"] }));
    assert_eq!(other.header("x-ratelimited-object_ids"), None);
    client.post("/v1/tenants/bulk/set", json!({ "tenants": ["b", { "id": "c" }] })).ok();
    let tenants = client.send(Client::request("POST", "/v1/tenants/bulk/delete?tenant_ids[]=c", None));
    assert_eq!(tenants.header("x-ratelimited-tenant_ids"), Some("c"));
}

#[test]
fn a_refused_batch_updates_nothing() {
    let client = limited();
    let too_many: Vec<String> = (0..51).map(|id| id.to_string()).collect();
    client.post("/v1/messages/batch/seen", json!({ "message_ids": too_many })).invalid("message_ids");
    let response = client.post("/v1/messages/batch/seen", json!({ "message_ids": ["0"] }));
    assert_eq!(response.header("x-ratelimited-message_ids"), None);
}
