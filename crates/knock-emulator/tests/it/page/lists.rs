//! The lists of requests and faults.

use knock_emulator::{Fault, Faults};
use serde_json::{Value, json};

use super::{column, get};
use crate::client::Client;

#[test]
fn requests_come_newest_first_with_what_went_wrong() {
    let client = Client::new();
    client.put("/v1/users/u", json!({ "name": "U" })).ok();
    client.get("/v1/messages/unknown").fails(404, "resource_missing");
    client.emulator.fault(Fault::html());
    client.get("/v1/users/u");
    let page = get(&client, "requests?page_size=2");
    let entries = page["entries"].as_array().unwrap();
    assert_eq!(column(&page, "path"), ["/v1/users/u", "/v1/messages/unknown"]);
    assert!(
        entries[0]["response"].as_str().unwrap().contains("Bad Gateway") && entries[0]["faulted"] == true
    );
    assert_eq!(entries[1]["response"]["code"], "resource_missing");
    assert_eq!(entries[1]["at"], "2025-01-01T00:00:00Z");
    let after = page["page_info"]["after"].as_str().unwrap();
    assert_eq!(entries[1]["id"], after);
    let rest = get(&client, &format!("requests?page_size=2&after={after}"));
    assert_eq!(
        (column(&rest, "method"), &rest["page_info"]["after"]),
        (vec!["PUT".to_owned()], &Value::Null)
    );
    assert_eq!(rest["entries"][0]["response"], Value::Null);
    assert_eq!(client.control("GET", "requests?page_size=2&after=x", None).0, 422);

    let all = get(&client, "requests");
    assert_eq!(column(&all, "method"), ["PUT", "GET", "GET"]);
    assert!(all["entries"][1].get("response").is_none(), "as it always was");
    let request = client.emulator.requests().remove(1);
    assert_eq!(request.id, after);
    assert!(request.error.unwrap().starts_with(b"{\"code\""));
}

#[test]
fn a_long_body_is_cut() {
    let client = Client::new();
    client.put("/v1/users/u", json!({ "name": "x".repeat(20_000) })).ok();
    let entry = &get(&client, "requests?page_size=1")["entries"][0];
    assert_eq!((entry["body"].as_str().unwrap().len(), &entry["body_cut"]), (16_384, &json!(true)));
    assert_eq!(get(&client, "requests")["entries"][0]["body"]["name"].as_str().unwrap().len(), 20_000);
}

#[test]
fn a_long_error_is_cut() {
    let client = Client::new();
    let path = format!("/v1/{}", "x".repeat(10_000));
    client.get(&path).fails(404, "not_implemented");
    let request = client.emulator.requests().remove(0);
    assert_eq!(request.error.unwrap().len(), 4096);
    let page = get(&client, "requests?page_size=1");
    assert_eq!(page["entries"][0]["response"].as_str().unwrap().len(), 4096);
}

#[test]
fn faults_are_listed_as_they_are_left() {
    let client = Client::new();
    let faults = json!([
        {
            "kind": "status", "status": 503, "headers": { "retry-after": "1" }, "times": 2, "after_acting": true,
            "method": "GET", "path": "/v1/users",
        },
        {
            "kind": "rate_limited", "param": "message_ids", "ids": ["a"], "headers": {}, "times": null,
            "after_acting": false, "method": null, "path": null,
        },
        { "kind": "delay", "ms": 5, "headers": {}, "times": 1, "after_acting": false, "method": "PUT", "path": null },
    ]);
    assert_eq!(client.control("POST", "faults", Some(faults.clone())).0, 204);
    assert_eq!(get(&client, "faults")["entries"], faults);
    client.get("/v1/users");
    client.put("/v1/users/u", json!({}));
    let left = get(&client, "faults");
    assert_eq!((&left["entries"][0]["times"], &left["entries"][1]["times"]), (&json!(1), &Value::Null));
    assert_eq!(get(&client, "status")["faults"], 3);
    client.emulator.clear_faults();
    client.emulator.fault(Faults::random(7, 0.5, [Fault::empty()]));
    let listed = get(&client, "faults")["entries"].clone();
    assert_eq!(listed[0]["random"]["seed"], 7);
    assert_eq!(listed[0]["random"]["faults"][0]["kind"], "empty");
    // what is listed can be added again
    assert_eq!(client.control("DELETE", "faults", None).0, 204);
    assert_eq!(client.control("POST", "faults", Some(listed[0].clone())).0, 204);
    assert_eq!(get(&client, "faults")["entries"], listed);
}
