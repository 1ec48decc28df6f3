//! Knock's API for the page, without a key.

use std::time::Duration;

use knock_emulator::{DEFAULT_KEY, Emulator, Fault, RateLimits};
use serde_json::{Value, json};

use super::get;
use crate::client::Client;

/// A call of the page with a body.
fn call(client: &Client, method: &str, path: &str, body: Value) -> (u16, Value) {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("/_emulator/v1/{path}"))
        .header("content-type", "application/json")
        .body(body.to_string().into());
    let response = client.emulator.handle(request.unwrap(), client.now());
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

#[test]
fn the_page_calls_without_a_key() {
    let client = Client::new();
    assert_eq!(call(&client, "PUT", "users/u", json!({ "name": "U" })).0, 200);
    assert_eq!(call(&client, "POST", "workflows/w/trigger", json!({ "recipients": ["u"] })).0, 200);
    assert_eq!(get(&client, "v1/users")["entries"][0]["name"], "U");
    let set = json!({ "channel_types": { "email": false } });
    assert_eq!(call(&client, "PUT", "users/u/preferences/default", set).0, 200);
    assert_eq!(get(&client, "v1/users/u/preferences/default")["channel_types"]["email"], false);
    assert_eq!(get(&client, "v1/messages?page_size=1")["items"][0]["workflow"], "w");
    assert_eq!(call(&client, "POST", "workflows/w/trigger", json!({})).0, 422);

    // What changes something is logged as any call, what the page reads is not.
    let logged = client.emulator.requests();
    let paths: Vec<&str> = logged.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/v1/users/u",
            "/v1/workflows/w/trigger",
            "/v1/users/u/preferences/default",
            "/v1/workflows/w/trigger"
        ]
    );
    assert_eq!(logged[3].status, 422);
    assert!(!format!("{logged:?}").contains(DEFAULT_KEY));
    assert_eq!(client.emulator.triggers(), 1);
}

#[test]
fn faults_and_limits_are_not_spent_on_what_the_page_reads() {
    let limits = RateLimits::default();
    let client = Client::of(Emulator::builder().rate_limits(limits));
    client.emulator.fault(Fault::status(503));
    let before = get(&client, "status")["revision"].clone();
    for _ in 0..200 {
        get(&client, "v1/users");
    }
    assert_eq!(get(&client, "status")["revision"], before, "a page that reads would never end");
    assert_eq!(call(&client, "PUT", "users/u", json!({})).0, 503);
    assert_eq!(call(&client, "PUT", "users/u", json!({})).0, 200);
    let body = json!({ "user_ids": ["a"] });
    assert_eq!(call(&client, "POST", "users/bulk/delete", body.clone()).0, 200);
    assert_eq!(call(&client, "POST", "users/bulk/delete", body).0, 429);
}

#[test]
fn what_the_page_does_is_kept_in_the_state_file() {
    let path = std::env::temp_dir().join(format!("knock-emulator-{}-page-v1", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let open = || Emulator::builder().open(&path).unwrap();
    {
        let emulator = open();
        let request = http::Request::put("/_emulator/v1/users/u")
            .header("content-type", "application/json")
            .body(json!({ "name": "U" }).to_string().into());
        assert_eq!(emulator.handle(request.unwrap(), emulator.now() + Duration::from_secs(1)).status(), 200);
    }
    let emulator = open();
    let request = http::Request::get("/_emulator/v1/users/u").body(bytes::Bytes::new()).unwrap();
    assert_eq!(emulator.handle(request, emulator.now()).status(), 200);
    std::fs::remove_file(&path).unwrap();
}
