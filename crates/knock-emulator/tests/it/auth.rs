use bytes::Bytes;
use http::Request;
use knock_emulator::{DEFAULT_PUBLIC_KEY, Emulator};
use serde_json::json;

use crate::client::{Client, Response};

fn call(client: &Client, method: &str, path: &str, authorization: Option<&str>) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    client.send(request.body(Bytes::new()).unwrap())
}

#[test]
fn a_known_key_is_required() {
    let client = Client::of(Emulator::builder().key("sk_other"));
    for (authorization, code) in [
        (None, Some("authentication_required")),
        (Some(""), Some("authentication_required")),
        (Some("sk_test_emulator"), Some("authentication_required")),
        (Some("Basic sk_test_emulator"), Some("authentication_required")),
        (Some("Bearer "), Some("authentication_required")),
        (Some("Bearer sk_wrong"), Some("api_key_missing")),
        (Some("Bearer sk_other"), None),
        (Some("bearer sk_test_emulator"), None),
    ] {
        let response = call(&client, "GET", "/v1/users", authorization);
        match code {
            Some(code) => {
                response.fails(401, code);
            }
            None => {
                response.ok();
            }
        }
    }
}

#[test]
fn public_keys_work_where_knock_allows_them() {
    let client = Client::new();
    let key = format!("Bearer {DEFAULT_PUBLIC_KEY}");
    for (method, path, allowed) in [
        ("GET", "/v1/users/u", true),
        ("GET", "/v1/users/u/preferences", true),
        ("GET", "/v1/users/u/preferences/default", true),
        ("GET", "/v1/users/u/channel_data/5a88728a-3ecb-400d-ba6f-9c0956ab252f", true),
        ("GET", "/v1/users/u/feeds/5a88728a-3ecb-400d-ba6f-9c0956ab252f", true),
        ("PUT", "/v1/messages/m/seen", true),
        ("POST", "/v1/messages/batch/seen", true),
        ("GET", "/v1/users/u/guides/5a88728a-3ecb-400d-ba6f-9c0956ab252f", true),
        ("GET", "/v1/users/u/preference_center/config", true),
        ("GET", "/v1/messages/m", true),
        ("PUT", "/v1/users/u/preferences/default/categories", true),
        ("PUT", "/v1/users/u/preferences/default/channel_types/email", true),
        ("PUT", "/v1/users/u/preferences/default/workflows/w", true),
        ("GET", "/v1/users/u/feeds/5a88728a-3ecb-400d-ba6f-9c0956ab252f/settings", true),
        ("PUT", "/v1/users/u/guides/messages/seen", true),
        ("PUT", "/v1/users/u/guides/engagements/reset", true),
        ("PUT", "/v1/objects/c/o/channel_data/5a88728a-3ecb-400d-ba6f-9c0956ab252f", true),
        ("POST", "/v1/channels/5a88728a-3ecb-400d-ba6f-9c0956ab252f/messages/bulk/seen", true),
        ("GET", "/v1/messages/m/events", false),
        ("GET", "/v1/messages/m/content", false),
        ("DELETE", "/v1/users/u/preferences/default", false),
        ("DELETE", "/v1/users/u", false),
        ("GET", "/v1/users", false),
        ("POST", "/v1/workflows/w/trigger", false),
        ("GET", "/v1/messages", false),
        ("POST", "/v1/users/u/preference_center/signed_url", false),
        ("POST", "/v1/providers/slack/c/channels", false),
    ] {
        let response = call(&client, method, path, Some(&key));
        assert_eq!(response.body["code"] != "incorrect_token_type", allowed, "{method} {path}");
        assert_eq!(response.status != 403, allowed, "{method} {path}");
    }
}

#[test]
fn missing_endpoints_are_reported() {
    let client = Client::new();
    for (method, path) in [
        ("GET", "/v1/nothing"),
        ("POST", "/v1/users"),
        ("DELETE", "/v1/users/"),
        ("PATCH", "/v1/users/u"),
        ("POST", "/"),
        ("GET", "/v2/users"),
        ("POST", "/v1/messages/batch/eaten"),
        ("GET", "/v1/users/u/preferences/default/categories/x/y"),
    ] {
        let body = call(&client, method, path, Some("Bearer sk_test_emulator")).fails(404, "not_implemented");
        let message = body["message"].as_str().unwrap();
        assert!(message.contains(method) && message.contains(path.trim_end_matches('/')), "{message}");
    }
}

#[test]
fn a_body_must_be_json_with_a_content_type() {
    let client = Client::new();
    let send = |content_type: &str, body: &'static str| {
        let mut request = Client::request("PUT", "/v1/users/u", None);
        request.headers_mut().insert("content-type", content_type.parse().unwrap());
        *request.body_mut() = Bytes::from_static(body.as_bytes());
        client.send(request)
    };
    assert_eq!(send("application/json", "{\"name\":").status, 400);
    assert_eq!(send("application/json; charset=utf-8", "{}").status, 200);
    assert_eq!(send("application/json", "").status, 200);
    assert_eq!(send("application/json", "[1]").status, 200);
    assert_eq!(send("text/plain", "{}").status, 415);
    let deep = Box::leak("[".repeat(100_000).into_boxed_str());
    assert_eq!(send("application/json", deep).status, 400);
}

#[test]
fn no_record_or_debug_output_contains_a_key() {
    let client = Client::of(Emulator::builder().key("sk_secret_one"));
    let mut request = Client::request("GET", "/v1/users", None);
    request.headers_mut().insert("authorization", "Bearer sk_secret_one".parse().unwrap());
    request.headers_mut().insert("x-knock-user-token", "secret_token".parse().unwrap());
    client.send(request).ok();
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    let printed = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        client.emulator,
        Emulator::builder().key("sk_secret_one"),
        client.emulator.requests(),
        client.emulator.runs(),
        client.deliveries(),
        client.respond(Client::request("GET", "/_emulator/requests", None)),
    );
    assert!(!printed.contains("secret") && !printed.contains("sk_"), "{printed}");
}
