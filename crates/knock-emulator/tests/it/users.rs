use serde_json::{Value, json};

use crate::client::Client;

const FEED: &str = "5a88728a-3ecb-400d-ba6f-9c0956ab252f";

#[test]
fn identify_merges_and_null_clears() {
    let client = Client::new();
    client.get("/v1/users/u").fails(404, "resource_missing");
    let first = client
        .put("/v1/users/u", json!({ "name": "U", "meta": { "a": 1, "b": { "c": 2 } }, "tags": [1, 2] }))
        .ok();
    assert_eq!(first["__typename"], "User");
    assert_eq!((&first["created_at"], &first["email"]), (&Value::Null, &Value::Null));

    client.wait(5);
    let second = client
        .put("/v1/users/u", json!({ "email": "u@example.com", "name": null, "meta": { "b": { "d": 3 }, "a": null }, "tags": [3] }))
        .ok();
    assert_eq!(second["name"], Value::Null);
    assert_eq!(second["email"], "u@example.com");
    assert_eq!(second["meta"], json!({ "b": { "c": 2, "d": 3 } }));
    assert_eq!(second["tags"], json!([3]));
    assert_eq!(second["updated_at"], "2025-01-01T00:00:05Z");
    assert_eq!(client.get("/v1/users/u").ok(), second);

    let dated = client.put("/v1/users/u", json!({ "created_at": "2020-02-03T04:05:06Z" })).ok();
    assert_eq!(dated["created_at"], "2020-02-03T04:05:06Z");
    assert_eq!(client.put("/v1/users/u", json!({})).ok()["created_at"], "2020-02-03T04:05:06Z");
    assert_eq!(client.put("/v1/users/u", json!({ "created_at": null })).ok()["created_at"], Value::Null);
}

#[test]
fn properties_cannot_override_reserved_names() {
    let client = Client::new();
    let user =
        client.put("/v1/users/u", json!({ "id": "other", "__typename": "Cat", "updated_at": "never" })).ok();
    assert_eq!((&user["id"], &user["__typename"]), (&json!("u"), &json!("User")));
    assert_ne!(user["updated_at"], "never");
}

#[test]
fn refusals() {
    let client = Client::new();
    for (path, body, field) in [
        ("/v1/users/a%2Fb", json!({}), "id"),
        ("/v1/users/a%23b", json!({}), "id"),
        ("/v1/users/u", json!({ "name": 1 }), "name"),
        ("/v1/users/u", json!({ "created_at": "yesterday" }), "created_at"),
        ("/v1/users/u", json!({ "preferences": [] }), "preferences"),
        ("/v1/users/u", json!({ "blob": "x".repeat(300_000) }), "properties"),
        (&*format!("/v1/users/{}", "x".repeat(257)), json!({}), "id"),
    ] {
        client.put(path, body).invalid(field);
    }
    client.put("/v1/users/a%20b@c:d", json!({})).ok();
    assert_eq!(client.get("/v1/users/a%20b%40c%3Ad").ok()["id"], "a b@c:d");
}

#[test]
fn deleting_removes_everything() {
    let client = Client::new();
    client.put("/v1/users/u", json!({})).ok();
    client.put("/v1/users/u/preferences/default", json!({ "channel_types": { "email": true } })).ok();
    client.put(&format!("/v1/users/u/channel_data/{FEED}"), json!({ "data": { "tokens": ["t"] } })).ok();
    client.post("/v1/objects/c/o/subscriptions", json!({ "recipients": ["u"] })).ok();
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    client.delete("/v1/users/u").no_content();
    client.get("/v1/users/u").fails(404, "resource_missing");
    client.get(&format!("/v1/users/u/channel_data/{FEED}")).fails(404, "resource_missing");
    assert_eq!(client.get("/v1/users/u/preferences/default").ok()["channel_types"], Value::Null);
    assert_eq!(client.get("/v1/objects/c/o/subscriptions").ok()["entries"], json!([]));
    assert_eq!(client.get("/v1/users/u/messages").ok()["items"], json!([]));
    client.delete("/v1/users/u").no_content();
}

#[test]
fn merging_keeps_what_the_primary_has() {
    let client = Client::new();
    client.put("/v1/users/a", json!({ "name": "A", "deep": { "x": 1 } })).ok();
    client
        .put("/v1/users/b", json!({ "name": "B", "email": "b@example.com", "deep": { "x": 2, "y": 3 } }))
        .ok();
    client.put("/v1/users/b/preferences/default", json!({ "channel_types": { "sms": true } })).ok();
    client.trigger("w", json!({ "recipients": ["b"] })).ok();
    let merged = client.post("/v1/users/a/merge", json!({ "from_user_id": "b" })).ok();
    assert_eq!((&merged["name"], &merged["email"]), (&json!("A"), &json!("b@example.com")));
    assert_eq!(merged["deep"], json!({ "x": 1, "y": 3 }));
    client.get("/v1/users/b").fails(404, "resource_missing");
    assert_eq!(client.get("/v1/users/a/preferences/default").ok()["channel_types"]["sms"], true);
    assert_eq!(client.get("/v1/users/a/messages").ok()["items"].as_array().unwrap().len(), 1);
    client.post("/v1/users/a/merge", json!({})).invalid("from_user_id");
    client.post("/v1/users/a/merge", json!({ "from_user_id": "b" })).fails(404, "resource_missing");
}

#[test]
fn bulk_calls_are_queued_and_then_done() {
    let client = Client::new();
    let ids: Vec<Value> = (0..3).map(|n| json!({ "id": format!("u{n}"), "name": "N" })).collect();
    let queued = client.post("/v1/users/bulk/identify", json!({ "users": ids })).ok();
    assert_eq!((&queued["status"], &queued["name"]), (&json!("queued"), &json!("users.identify")));
    assert_eq!((&queued["estimated_total_rows"], &queued["processed_rows"]), (&json!(3), &json!(0)));
    let path = format!("/v1/bulk_operations/{}", queued["id"].as_str().unwrap());
    let done = client.get(&path).ok();
    assert_eq!((&done["status"], &done["success_count"]), (&json!("completed"), &json!(3)));
    assert_eq!(client.get("/v1/users/u2").ok()["name"], "N");

    let set = json!({ "user_ids": ["u0", "u1"], "preferences": { "id": "t1", "channel_types": { "email": false } } });
    client.post("/v1/users/bulk/preferences", set).ok();
    assert_eq!(client.get("/v1/users/u1/preferences/t1").ok()["channel_types"]["email"], false);

    client.post("/v1/users/bulk/delete", json!({ "user_ids": ["u0", "u1"] })).ok();
    assert_eq!(client.get("/v1/users").ok()["entries"].as_array().unwrap().len(), 1);

    let rows = json!({ "users": [{ "id": "fine" }, { "id": "a/b" }] });
    let id = client.post("/v1/users/bulk/identify", rows).ok()["id"].as_str().unwrap().to_owned();
    let done = client.get(&format!("/v1/bulk_operations/{id}")).ok();
    assert_eq!((&done["error_count"], &done["error_items"][0]["id"]), (&json!(1), &json!("a/b")));

    client.get("/v1/bulk_operations/none").fails(404, "resource_missing");
    client
        .post("/v1/users/bulk/identify", json!({ "users": vec![json!({ "id": "x" }); 1001] }))
        .invalid("users");
    client.post("/v1/users/bulk/delete", json!({})).invalid("user_ids");
    client.post("/v1/users/bulk/preferences", json!({ "user_ids": ["a"] })).invalid("preferences");
}

#[test]
fn channel_data_has_a_form_for_every_provider() {
    let client = Client::new();
    let path = format!("/v1/users/u/channel_data/{FEED}");
    client.get(&path).fails(404, "resource_missing");
    for (given, returned) in [
        (
            json!({ "tokens": ["a"] }),
            json!({ "tokens": ["a"], "devices": [{ "token": "a", "locale": null, "timezone": null }] }),
        ),
        (
            json!({ "devices": [{ "token": "b", "locale": "de" }] }),
            json!({ "tokens": ["b"], "devices": [{ "token": "b", "locale": "de", "timezone": null }] }),
        ),
        (
            json!({ "target_arns": ["arn"] }),
            json!({ "target_arns": ["arn"], "devices": [{ "target_arn": "arn", "locale": null, "timezone": null }] }),
        ),
        (json!({ "player_ids": ["p"] }), json!({ "player_ids": ["p"] })),
        (
            json!({ "connections": [{ "incoming_webhook": { "url": "https://x" } }], "token": null }),
            json!({ "connections": [{ "incoming_webhook": { "url": "https://x" } }], "token": null }),
        ),
        (json!({ "token": { "access_token": "xoxb" } }), json!({ "token": { "access_token": "xoxb" } })),
        (json!({ "ms_teams_tenant_id": "t" }), json!({ "ms_teams_tenant_id": "t" })),
    ] {
        let put = client.put(&path, json!({ "data": given })).ok();
        assert_eq!((&put["__typename"], &put["channel_id"]), (&json!("ChannelData"), &json!(FEED)));
        assert_eq!(put["data"], returned);
        assert_eq!(client.get(&path).ok(), put);
    }
    for wrong in [
        json!({}),
        json!({ "tokens": "a" }),
        json!({ "tokens": [1] }),
        json!({ "devices": [{}] }),
        json!({ "player_ids": [1] }),
        json!({ "connections": [1] }),
        json!({ "connections": [{ "incoming_webhook": {} }] }),
        json!({ "token": {} }),
        json!([]),
        json!("text"),
    ] {
        client.put(&path, json!({ "data": wrong })).fails(422, "invalid_params");
    }
    client.put(&path, json!({})).invalid("data");
    client
        .put("/v1/users/u/channel_data/push", json!({ "data": { "tokens": [] } }))
        .fails(404, "channel_invalid");
    client.delete(&path).no_content();
    client.get(&path).fails(404, "resource_missing");
    client.get("/v1/users/u").ok();
}

#[test]
fn declared_channels_are_the_only_ones() {
    use knock_emulator::{Channel, ChannelKind, Emulator};
    let client = Client::of(
        Emulator::builder().channel(Channel::new("push", ChannelKind::Push).provider("push_expo")),
    );
    let put = client.put("/v1/users/u/channel_data/push", json!({ "data": { "tokens": ["t"] } })).ok();
    assert_eq!(put["provider"], "push_expo");
    let slack = json!({ "data": { "connections": [] } });
    client.put("/v1/users/u/channel_data/push", slack.clone()).invalid("data");
    client.put(&format!("/v1/users/u/channel_data/{FEED}"), slack).fails(404, "channel_invalid");
}

#[test]
fn preference_center_and_guides() {
    let client = Client::new();
    client.put("/v1/users/u", json!({ "email": "u@example.com" })).ok();
    assert_eq!(client.get("/v1/users/u/preference_center/config").ok()["user_email"], "u@example.com");
    let signed = client.post("/v1/users/u/preference_center/signed_url", json!({})).ok();
    assert!(signed["url"].as_str().unwrap().ends_with(signed["token"].as_str().unwrap()));

    assert_eq!(client.get(&format!("/v1/users/u/guides/{FEED}")).ok()["entries"], json!([]));
    let body = json!({ "channel_id": FEED, "guide_key": "g", "guide_id": FEED, "guide_step_ref": "s" });
    client.put("/v1/users/u/guides/messages/seen", body.clone()).invalid("content");
    for status in ["interacted", "archived", "m1/archived"] {
        assert_eq!(
            client.put(&format!("/v1/users/u/guides/messages/{status}"), body.clone()).ok()["status"],
            "ok"
        );
    }
    client.delete_with("/v1/users/u/guides/messages/archived", json!({ "guide_key": "g" })).ok();
    client.put("/v1/users/u/guides/engagements/reset", json!({})).invalid("guide_key");
    let rpc = json!({ "id": "1", "jsonrpc": "2.0", "method": "test_connection" });
    assert_eq!(client.post("/v1/integrations/census/custom-destination", rpc).ok()["id"], "1");
}

/// An unknown user has nothing. Only the user itself, and one thing of it, are missing.
#[test]
fn an_unknown_user_has_empty_lists() {
    let client = Client::new();
    for (path, list) in [
        ("messages", "items"),
        ("schedules", "entries"),
        ("subscriptions", "entries"),
        (&*format!("feeds/{FEED}"), "entries"),
        (&format!("guides/{FEED}"), "entries"),
    ] {
        assert_eq!(client.get(&format!("/v1/users/nobody/{path}")).ok()[list], json!([]), "{path}");
    }
    assert_eq!(client.get("/v1/users/nobody/preferences").ok(), json!([]));
    client.get("/v1/users/nobody/preferences/default").ok();
    client.get("/v1/users/nobody").fails(404, "resource_missing");
    client.get(&format!("/v1/users/nobody/channel_data/{FEED}")).fails(404, "resource_missing");
}
