use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::client::Client;

fn call(client: &Client, method: &str, path: &str, body: &str) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("/_emulator/{path}"))
        .body(Bytes::from(body.to_owned()));
    let response = client.emulator.handle(request.unwrap(), client.now());
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

#[test]
fn everything_can_be_controlled_without_a_key() {
    let client = Client::new();
    assert_eq!(call(&client, "GET", "health", ""), (200, json!({ "status": "ok" })));
    client.trigger("w", json!({ "recipients": ["u"], "data": { "a": 1 } })).ok();
    let (_, deliveries) = call(&client, "GET", "deliveries", "");
    assert_eq!(deliveries["entries"][0]["recipient"], "u");
    assert_eq!(deliveries["entries"][0]["data"], json!({ "a": 1 }));
    let (_, runs) = call(&client, "GET", "runs", "");
    assert_eq!((&runs["triggers"], &runs["entries"][0]["workflow"]), (&json!(1), &json!("w")));
    let (_, requests) = call(&client, "GET", "requests", "");
    assert_eq!(requests["entries"].as_array().unwrap().len(), 1, "control calls are not logged");
    assert_eq!(requests["entries"][0]["body"]["recipients"], json!(["u"]));
    assert_eq!(call(&client, "POST", "reset", "").0, 204);
    assert_eq!(client.emulator.triggers(), 0);
    assert_eq!(call(&client, "GET", "nothing", "").0, 404);
}

#[test]
fn faults_come_as_json() {
    let client = Client::new();
    let add = |body: Value| call(&client, "POST", "faults", &body.to_string()).0;
    assert_eq!(
        add(json!({ "kind": "status", "status": 503, "headers": { "retry-after": "1" }, "times": 2 })),
        204
    );
    assert_eq!(client.get("/v1/users").header("retry-after"), Some("1"));
    assert_eq!(client.get("/v1/users").status, 503);
    client.get("/v1/users").ok();

    let list = json!([{ "kind": "html", "method": "put" }, { "kind": "empty", "path": "/v1/objects" }]);
    assert_eq!(add(list), 204);
    client.get("/v1/users").ok();
    assert_eq!(client.get("/v1/objects/c").http.body().len(), 0);
    assert_eq!(client.put("/v1/users/u", json!({})).status, 502);

    assert_eq!(
        add(json!({ "random": { "seed": 1, "rate": 1.0, "faults": [{ "kind": "status", "status": 418 }] } })),
        204
    );
    assert_eq!(client.get("/v1/users").status, 418);
    assert_eq!(call(&client, "DELETE", "faults", "").0, 204);
    client.get("/v1/users").ok();

    for kind in ["drop_before", "drop_after", "truncated"] {
        assert_eq!(add(json!({ "kind": kind, "times": 0 })), 204);
    }
    assert_eq!(add(json!({ "kind": "delay", "ms": 5, "after_acting": true })), 204);
    assert_eq!(add(json!({ "kind": "rate_limited", "param": "message_ids", "ids": ["a"] })), 204);
    for wrong in [
        json!({}),
        json!(1),
        json!({ "kind": "fire" }),
        json!({ "kind": "status" }),
        json!({ "kind": "html", "headers": { "a b": "c" } }),
        json!({ "kind": "html", "times": -1 }),
        json!([{ "kind": "html" }, {}]),
        json!({ "random": {} }),
    ] {
        assert_eq!(add(wrong.clone()), 400, "{wrong}");
    }
    assert_eq!(call(&client, "POST", "faults", "{").0, 400);
}
