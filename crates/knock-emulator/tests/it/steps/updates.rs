//! <https://docs.knock.app/designing-workflows/update-data-function> and the steps that update entities.

use serde_json::{Value, json};

use super::project::{Knock, says, step};

#[test]
fn data_is_merged_at_the_top_level() {
    let knock = Knock::of(json!([
        step(
            "update_data",
            "update",
            json!({ "data": "{\"b\": {\"y\": {{ data.n | plus: 1 }}}, \"c\": \"{{ recipient.id }}\"}" })
        ),
        says("after", "{{ data | json }}"),
    ]));
    knock.trigger(json!({ "n": 1, "b": { "x": 1 } }));
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    let text = knock.client.get(&format!("/v1/messages/{id}/content")).ok()["data"]["body"]
        .as_str()
        .unwrap()
        .to_owned();
    let data: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(data, json!({ "n": 1, "b": { "y": 2 }, "c": "u" }));
}

#[test]
fn what_is_not_an_object_fails_the_run() {
    for template in ["[1]", "{", "{{ data.missing }}"] {
        let knock = Knock::of(json!([step("update_data", "update", json!({ "data": template }))]));
        let run = knock.trigger(json!({}));
        assert_eq!(knock.outcome(&run), "failed", "{template}");
        assert_eq!(knock.step(&run, "update")["detail"]["attempts"], 3);
    }
}

#[test]
fn the_recipient_and_the_tenant_of_the_run_are_merged_deeply() {
    let knock = Knock::of(json!([
        step(
            "update_user",
            "user",
            json!({ "recipient_mode": "current", "update_properties": "{\"address\": {\"zip\": \"2\"}, \"count\": {{ data.n }}}" })
        ),
        step(
            "update_tenant",
            "tenant",
            json!({ "recipient_mode": "current", "update_properties": { "seen": true } })
        ),
        says("after", "{{ recipient.count }} {{ tenant.seen }}"),
    ]));
    knock.user("u", json!({ "address": { "city": "Ulm", "zip": "1" } }));
    knock.trigger_with(json!({ "tenant": "t", "data": { "n": 3 } }));
    assert_eq!(knock.client.get("/v1/users/u").ok()["address"], json!({ "city": "Ulm", "zip": "2" }));
    assert_eq!(knock.client.get("/v1/tenants/t").ok()["seen"], true);
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    assert_eq!(knock.client.get(&format!("/v1/messages/{id}/content")).ok()["data"]["body"], "3 true");
}

#[test]
fn entities_are_created_by_their_global_ids() {
    let update = |kind: &str, step_ref: &str, gid: &str| {
        step(
            kind,
            step_ref,
            json!({ "recipient_mode": "reference", "recipient_gid": gid, "update_properties": "{\"n\": 1}" }),
        )
    };
    let knock = Knock::of(json!([
        update("update_user", "user", "gid://Object/$users/{{ data.who }}"),
        update("update_object", "object", "gid://Object/projects/p"),
        update("update_tenant", "tenant", "gid://Object/$tenants/t"),
    ]));
    knock.trigger(json!({ "who": "new" }));
    assert_eq!(knock.client.get("/v1/users/new").ok()["n"], 1);
    assert_eq!(knock.client.get("/v1/objects/projects/p").ok()["properties"]["n"], 1);
    assert_eq!(knock.client.get("/v1/tenants/t").ok()["n"], 1);
}

#[test]
fn preferences_are_merged_and_channel_data_is_left_alone() {
    let properties = json!({
        "preferences": { "default": { "channel_types": { "sms": false } } },
        "channel_data": { super::project::PUSH: { "tokens": [] } },
    });
    let knock = Knock::of(json!([step("update_user", "user", json!({ "update_properties": properties }))]));
    knock.client.put("/v1/users/u/preferences/default", json!({ "workflows": { "x": false } })).ok();
    knock.trigger(json!({}));
    let set = knock.client.get("/v1/users/u/preferences/default").ok();
    assert_eq!((&set["channel_types"]["sms"], &set["workflows"]["x"]), (&json!(false), &json!(false)));
    let tokens = knock.client.get(&format!("/v1/users/u/channel_data/{}", super::project::PUSH)).ok();
    assert_eq!(tokens["data"]["tokens"], json!(["token"]));
}

#[test]
fn what_is_not_there_is_skipped_and_what_is_wrong_fails() {
    let knock = Knock::of(json!([step("update_tenant", "tenant", json!({ "update_properties": "{}" }))]));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.reason(&run, "tenant"), "recipient");
    let wrong = json!({ "recipient_gid": "users/u", "update_properties": "{}" });
    let knock = Knock::of(json!([step("update_object", "object", wrong)]));
    let run = knock.trigger(json!({}));
    assert_eq!(
        knock.step(&run, "object")["detail"]["error"],
        "`users/u` is not a global id such as gid://Object/$users/jhammond"
    );
}
