//! The status, and the revision.

use std::time::Duration;

use knock_emulator::{Channel, ChannelKind, Emulator, Fault, Workflow};
use serde_json::{Value, json};

use super::get;
use crate::client::Client;

#[test]
fn it_says_what_there_is() {
    let client = Client::new();
    client.put("/v1/tenants/ingen", json!({ "name": "InGen" })).ok();
    client.trigger("welcome", json!({ "recipients": ["u", "v"], "tenant": "other" })).ok();
    let messages = get(&client, "messages");
    let id = messages["entries"][0]["id"].as_str().unwrap();
    client.put(&format!("/v1/messages/{id}/read"), json!({})).ok();
    client.emulator.fault(Fault::status(500));
    let status = get(&client, "status");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&status["now"], &status["ahead_ms"]), (&json!("2025-01-01T00:00:00Z"), &json!(0)));
    assert_eq!(status["counts"], json!({ "messages": 2, "unread": 1, "runs": 1, "requests": 3 }));
    assert_eq!((&status["directory"], &status["smtp"]), (&Value::Null, &Value::Null));
    assert_eq!(status["faults"], 1);
    assert_eq!(status["channels"][0]["type"], "in_app_feed");
    assert_eq!(status["workflows"], json!([{ "key": "welcome", "name": "welcome" }]));
    assert_eq!(
        status["tenants"],
        json!([{ "id": "ingen", "name": "InGen" }, { "id": "other", "name": null }])
    );
    assert_eq!(status["open_workflows"], true);
    client.control("POST", "advance", Some(json!({ "ms": 90_000 })));
    assert_eq!(get(&client, "status")["ahead_ms"], 90_000);
}

#[test]
fn declared_workflows_and_channels_are_there_without_messages() {
    let push = Channel::new("8209f26c-62a5-461d-95e2-a5716a26e652", ChannelKind::Push);
    let client = Client::of(Emulator::builder().workflow(Workflow::new("w").channel(push)));
    let status = get(&client, "status");
    assert_eq!((&status["workflows"][0]["key"], &status["open_workflows"]), (&json!("w"), &json!(false)));
    assert_eq!(
        status["channels"],
        json!([{ "id": "8209f26c-62a5-461d-95e2-a5716a26e652", "key": "push", "name": "push", "type": "push" }])
    );
}

#[cfg(feature = "workflows")]
#[test]
fn a_directory_is_there_with_what_is_wrong() {
    let project = crate::steps::project::Project::new();
    project.steps("test", json!([crate::steps::project::sms("sms_1")]));
    project.workflow("broken", json!({ "name": "B", "steps": [{ "type": "x", "ref": "x" }] }));
    let client = Client::of(project.builder());
    let status = get(&client, "status");
    let path = status["directory"]["path"].as_str().unwrap();
    assert!(path.starts_with(project.0.to_str().unwrap()), "{path}");
    assert_eq!(
        status["directory"]["problems"],
        json!([{ "file": "workflows/broken/workflow.json", "place": "steps[0].type", "message": "`x` is not a type of a step" }])
    );
    assert_eq!(status["workflows"], json!([{ "key": "test", "name": "test" }]));
    assert_eq!(status["channels"].as_array().unwrap().len(), 6);
}

#[test]
fn the_revision_grows_with_each_change_and_not_otherwise() {
    let client = Client::of(
        Emulator::builder()
            .workflow(Workflow::new("delayed").delay(Duration::from_secs(60)))
            .workflow(Workflow::new("w")),
    );
    let revision = || get(&client, "status")["revision"].as_u64().unwrap();
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    let messages = get(&client, "messages");
    let id = messages["entries"][0]["id"].as_str().unwrap();
    let control = |method: &str, path: &str, body: Value| {
        assert!(client.control(method, path, Some(body)).0 < 300, "{path}");
    };
    let changes: [(&str, &dyn Fn()); 14] = [
        ("a call", &|| drop(client.put("/v1/users/u", json!({})).ok())),
        ("a request that is logged", &|| drop(client.get("/v1/users/u").ok())),
        ("a mark", &|| drop(client.put(&format!("/v1/messages/{id}/seen"), json!({})).ok())),
        ("an event by hand", &|| {
            control("POST", &format!("messages/{id}/events"), json!({ "event": "read" }));
        }),
        ("a trigger", &|| drop(client.trigger("delayed", json!({ "recipients": ["u"] })).ok())),
        ("the clock", &|| control("POST", "advance", json!({ "ms": 1 }))),
        ("what is due", &|| client.wait(60)),
        ("a deletion", &|| control("DELETE", &format!("messages/{id}"), Value::Null)),
        ("all deletions", &|| control("DELETE", "messages", Value::Null)),
        ("a fault", &|| client.emulator.fault(Fault::empty().path("/none"))),
        ("a fault by HTTP", &|| control("POST", "faults", json!({ "kind": "empty", "path": "/none" }))),
        ("no faults", &|| client.emulator.clear_faults()),
        ("a seed", &|| client.emulator.load(&json!({ "users": [{ "id": "new" }] })).unwrap()),
        ("a reset", &|| client.emulator.reset()),
    ];
    for (what, change) in changes {
        let before = revision();
        change();
        assert!(revision() > before, "{what}");
        assert_eq!(revision(), revision(), "{what}");
    }
    let before = revision();
    for path in [
        "messages",
        "runs",
        "runs?page_size=1",
        "requests",
        "faults",
        "v1/users",
        "v1/messages",
        "deliveries",
        "webhooks",
    ] {
        get(&client, path);
    }
    client.control("POST", "messages/unknown/events", Some(json!({ "event": "read" })));
    client.control("DELETE", "messages/unknown", None);
    assert_eq!(revision(), before);
}
