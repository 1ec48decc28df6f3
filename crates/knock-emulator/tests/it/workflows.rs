use std::time::Duration;

use knock_emulator::{Channel, ChannelKind, Emulator, Recipient, Workflow};
use serde_json::{Value, json};

use crate::client::Client;

#[test]
fn a_trigger_reaches_its_recipients() {
    let client = Client::new();
    client.put("/v1/users/dnedry", json!({ "name": "Dennis" })).ok();
    let response = client.trigger(
        "dinosaurs-loose",
        json!({
            "recipients": ["jhammond", { "id": "agrant", "name": "Alan", "$trigger_data": { "priority": 2 } }],
            "actor": "dnedry",
            "tenant": "jurassic-park",
            "data": { "type": "trex", "priority": 1 },
            "cancellation_key": "alert",
        }),
    );
    let run_id = response.ok()["workflow_run_id"].as_str().unwrap().to_owned();
    assert_eq!(run_id.len(), 36);

    let deliveries = client.deliveries();
    assert_eq!(deliveries.len(), 2);
    let (john, alan) = (&deliveries[0], &deliveries[1]);
    assert_eq!((&*john.workflow, &john.recipient), ("dinosaurs-loose", &Recipient::from("jhammond")));
    assert_eq!(john.actor.as_ref().unwrap(), "dnedry");
    assert_eq!(john.tenant.as_deref(), Some("jurassic-park"));
    assert_eq!(*john.data, json!({ "type": "trex", "priority": 1 }));
    assert_eq!(*alan.data, json!({ "type": "trex", "priority": 2 }));
    assert_eq!((&john.run_id, john.message_id.len()), (&run_id, 27));
    assert_ne!(john.recipient_run_id, alan.recipient_run_id);

    let runs = client.emulator.runs();
    assert_eq!(runs.len(), 1);
    assert_eq!((&runs[0].id, runs[0].recipients.len()), (&run_id, 2));
    assert_eq!(runs[0].cancellation_key.as_deref(), Some("alert"));

    // Recipients with properties exist now, recipients that are just ids do not. A tenant is created.
    assert_eq!(client.get("/v1/users/agrant").ok()["name"], "Alan");
    client.get("/v1/users/jhammond").fails(404, "resource_missing");
    assert_eq!(client.get("/v1/tenants/jurassic-park").ok()["id"], "jurassic-park");
}

#[test]
fn refusals() {
    let client = Client::of(
        Emulator::builder().workflow(Workflow::new("known")).workflow(Workflow::new("asleep").inactive()),
    );
    let ids = |count: usize| (0..count).map(|n| format!("u{n}")).collect::<Vec<_>>();
    client.trigger("unknown", json!({ "recipients": ["u"] })).fails(404, "workflow_missing");
    client.trigger("asleep", json!({ "recipients": ["u"] })).fails(400, "workflow_inactive");
    client.trigger("known", json!({ "recipients": ["u"], "actor": "nobody" })).fails(400, "actor_missing");
    for (body, field) in [
        (json!({}), "recipients"),
        (json!({ "recipients": null }), "recipients"),
        (json!({ "recipients": [] }), "recipients"),
        (json!({ "recipients": "u" }), "recipients"),
        (json!({ "recipients": [1] }), "recipients"),
        (json!({ "recipients": [""] }), "recipients"),
        (json!({ "recipients": [{ "collection": "c" }] }), "recipients"),
        (json!({ "recipients": ids(1001) }), "recipients"),
        (json!({ "recipients": ["u"], "data": "text" }), "data"),
        (json!({ "recipients": ["u"], "data": { "x": "x".repeat(10_000_001) } }), "data"),
        (json!({ "recipients": ["u"], "actor": 1 }), "actor"),
        (json!({ "recipients": ["u"], "tenant": {} }), "tenant"),
        (json!({ "recipients": ["u"], "cancellation_key": 1 }), "cancellation_key"),
        (json!({ "recipients": ["u"], "settings": { "skip_delay": "yes" } }), "skip_delay"),
        (json!({ "recipients": [{ "id": "a/b" }] }), "id"),
        (json!({ "recipients": [{ "id": "a", "channel_data": { "x": 1 } }] }), "data"),
    ] {
        let short = body.to_string().chars().take(80).collect::<String>();
        let response = client.trigger("known", body);
        if short.contains("channel_data") {
            response.fails(404, "channel_invalid"); // `x` cannot be the id of a channel
        } else {
            response.invalid(field);
        }
    }
    assert_eq!(client.emulator.triggers(), 0);
    assert_eq!(client.get("/v1/users").ok()["entries"], json!([]), "a rejected trigger has no effect");
    client.trigger("known", json!({ "recipients": ids(1000) })).ok();
    assert_eq!(client.deliveries().len(), 1000);
}

#[test]
fn null_counts_as_absent() {
    let client = Client::new();
    let body = json!({
        "recipients": ["u"], "actor": null, "tenant": null, "data": null, "cancellation_key": null, "settings": null,
    });
    client.trigger("w", body).ok();
    assert_eq!(*client.deliveries()[0].data, json!({}));
}

#[test]
fn inline_identification_merges_everything() {
    let client = Client::new();
    let channel = "5a88728a-3ecb-400d-ba6f-9c0956ab252f";
    client
        .put("/v1/users/u", json!({ "name": "U", "address": { "city": "Ulm", "zip": "1" }, "plan": "free" }))
        .ok();
    client.put("/v1/users/u/preferences/default", json!({ "channel_types": { "email": false } })).ok();
    client.put(&format!("/v1/users/u/channel_data/{channel}"), json!({ "data": { "tokens": ["old"] } })).ok();
    client
        .trigger(
            "w",
            json!({ "recipients": [{
                "id": "u",
                "address": { "zip": "2" },
                "plan": null,
                "preferences": { "default": { "channel_types": { "sms": true } } },
                "channel_data": { channel: { "tokens": ["new"] } },
            }] }),
        )
        .ok();
    let user = client.get("/v1/users/u").ok();
    assert_eq!(user["address"], json!({ "city": "Ulm", "zip": "2" }));
    assert_eq!((&user["name"], user.get("plan")), (&json!("U"), None));
    assert!(user.get("preferences").is_none() && user.get("channel_data").is_none());
    let preferences = client.get("/v1/users/u/preferences/default").ok();
    assert_eq!(preferences["channel_types"], json!({ "email": false, "sms": true }));
    let data = client.get(&format!("/v1/users/u/channel_data/{channel}")).ok();
    assert_eq!(data["data"]["tokens"], json!(["new"]));
}

fn subscribe(client: &Client, collection: &str, id: &str, recipients: Value) {
    client
        .post(&format!("/v1/objects/{collection}/{id}/subscriptions"), json!({ "recipients": recipients }))
        .ok();
}

#[test]
fn objects_fan_out_to_their_subscribers() {
    let client = Client::new();
    client.put("/v1/users/boss", json!({})).ok();
    subscribe(&client, "orgs", "o", json!(["boss", "ann", { "id": "t", "collection": "teams" }]));
    subscribe(&client, "teams", "t", json!(["ann", "bob", { "id": "s", "collection": "squads" }]));
    subscribe(&client, "squads", "s", json!(["too-deep"]));

    let org = json!({ "id": "o", "collection": "orgs" });
    client.trigger("w", json!({ "recipients": [org], "actor": "boss" })).ok();
    assert_eq!(client.reached(), ["orgs/o", "ann", "teams/t", "bob", "squads/s"]);

    // An actor who is an explicit recipient is notified.
    client.emulator.reset();
    client.put("/v1/users/boss", json!({})).ok();
    subscribe(&client, "orgs", "o", json!(["boss"]));
    client.trigger("w", json!({ "recipients": [org, "boss", "boss"], "actor": "boss" })).ok();
    assert_eq!(client.reached(), ["orgs/o", "boss"]);
}

fn with_delay() -> Client {
    Client::of(Emulator::builder().workflow(Workflow::new("later").delay(Duration::from_secs(60))))
}

#[test]
fn a_delayed_run_waits_and_then_delivers() {
    let client = with_delay();
    client.trigger("later", json!({ "recipients": ["u"] })).ok();
    let status = || client.get("/v1/workflow_recipient_runs").ok()["items"][0]["status"].clone();
    client.wait(59);
    assert_eq!((client.reached().len(), status()), (0, json!("paused")));
    client.wait(1);
    assert_eq!((client.reached().len(), status()), (1, json!("completed")));
    let at = client.get("/v1/messages").ok()["items"][0]["inserted_at"].clone();
    client.wait(1000);
    assert_eq!(client.reached().len(), 1);
    assert_eq!(at, "2025-01-01T00:01:00Z", "a message has the time at which it was due");

    client.trigger("later", json!({ "recipients": ["u"], "settings": { "skip_delay": true } })).ok();
    assert_eq!(client.reached().len(), 2);
}

#[test]
fn cancelling_stops_paused_runs() {
    let client = with_delay();
    let cancel = |body: Value| client.post("/v1/workflows/later/cancel", body);
    let trigger = |key: &str| {
        client.trigger("later", json!({ "recipients": ["a", "b"], "cancellation_key": key })).ok()
    };

    trigger("all");
    trigger("some");
    trigger("none");
    cancel(json!({ "cancellation_key": "all" })).no_content();
    cancel(json!({ "cancellation_key": "some", "recipients": ["b"] })).no_content();
    cancel(json!({ "cancellation_key": "unheard of" })).no_content();
    client.wait(60);
    assert_eq!(client.reached(), ["a", "a", "b"]);
    cancel(json!({ "cancellation_key": "none", "recipients": null })).no_content();
    assert_eq!(client.reached().len(), 3, "too late");

    cancel(json!({})).invalid("cancellation_key");
    cancel(json!({ "cancellation_key": "x", "recipients": [1] })).invalid("recipients");
    client
        .post("/v1/workflows/unknown/cancel", json!({ "cancellation_key": "x" }))
        .fails(404, "workflow_missing");
}

#[test]
fn cancelling_for_an_object_cancels_for_its_subscribers() {
    let client = with_delay();
    subscribe(&client, "teams", "t", json!(["ann"]));
    let team = json!({ "id": "t", "collection": "teams" });
    client.trigger("later", json!({ "recipients": [team, "bob"], "cancellation_key": "k" })).ok();
    let body = json!({ "cancellation_key": "k", "recipients": [team] });
    client.post("/v1/workflows/later/cancel", body).no_content();
    client.wait(60);
    assert_eq!(client.reached(), ["bob"]);
}

#[test]
fn every_channel_gets_a_message_which_sandbox_mode_sends_to_no_provider() {
    let email = Channel::new("c6bd7a1e-1f25-4ad8-a7e1-4b3b2f8f5b01", ChannelKind::Email);
    let feed = Channel::new("5a88728a-3ecb-400d-ba6f-9c0956ab252f", ChannelKind::InAppFeed);
    let client = Client::of(Emulator::builder().workflow(Workflow::new("w").channel(feed).channel(email)));
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    client.trigger("w", json!({ "recipients": ["u"], "settings": { "sandbox_mode": true } })).ok();
    let statuses: Vec<_> = client.deliveries().iter().map(|delivery| delivery.status).collect();
    assert_eq!(statuses, ["delivered", "sent", "delivered", "not_sent"], "in-app feeds have no sandbox");
}

#[test]
fn recipient_runs_can_be_listed_and_read() {
    let client = Client::new();
    client.put("/v1/users/actor", json!({})).ok();
    let body =
        json!({ "recipients": ["a", { "id": "o", "collection": "c" }], "actor": "actor", "tenant": "t" });
    let run_id = client.trigger("one", body).ok()["workflow_run_id"].clone();
    client.trigger("two", json!({ "recipients": ["a"] })).ok();
    let ids = |query: &str| {
        let body = client.get(&format!("/v1/workflow_recipient_runs?{query}")).ok();
        body["items"].as_array().unwrap().iter().map(|run| run["workflow"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(""), ["two", "one", "one"]);
    assert_eq!(ids("workflow=one"), ["one", "one"]);
    assert_eq!(ids("recipient=a"), ["two", "one"]);
    assert_eq!(ids("recipient[id]=o&recipient[collection]=c"), ["one"]);
    assert_eq!(ids("tenant=t&status[]=completed"), ["one", "one"]);
    assert_eq!(ids("status[]=paused"), Vec::<Value>::new());
    client.get("/v1/workflow_recipient_runs?status=paused").invalid("status");

    let run = client.get("/v1/workflow_recipient_runs?workflow=one").ok()["items"][1].clone();
    assert_eq!(
        (&run["workflow_run_id"], &run["recipient"], &run["actor"]),
        (&run_id, &json!("a"), &json!("actor"))
    );
    let full = client.get(&format!("/v1/workflow_recipient_runs/{}", run["id"].as_str().unwrap())).ok();
    let names: Vec<_> =
        full["events"].as_array().unwrap().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(names, ["workflow_run_started", "message_enqueued", "workflow_run_completed"]);
    client.get("/v1/workflow_recipient_runs/none").fails(404, "resource_missing");
}

#[test]
fn legacy_notify_is_a_trigger() {
    let client = with_delay();
    client.put("/v1/users/me", json!({})).ok();
    let body = json!({ "name": "later", "actor": "me", "recipients": ["u"], "cancellation_key": "k" });
    assert!(client.post("/v1/notify", body.clone()).ok()["result_id"].is_string());
    client.post("/v1/notify", json!({ "name": "later", "recipients": ["u"] })).invalid("actor");
    client.post("/v1/notify/cancel", json!({ "name": "later" })).invalid("cancellation_key");
    client.post("/v1/notify/cancel", json!({ "name": "later", "cancellation_key": "k" })).no_content();
    client.wait(60);
    assert!(client.reached().is_empty());
}

#[test]
fn a_run_is_reproducible() {
    let ids = || {
        let client = Client::of(Emulator::builder().seed(42));
        client.get("/v1/users").ok();
        let run = client.trigger("w", json!({ "recipients": ["u"] }));
        (run.header("x-request-id").unwrap().to_owned(), run.ok(), client.deliveries()[0].message_id.clone())
    };
    assert_eq!(ids(), ids());
}

/// As at Knock, which responds before it acts.
#[test]
fn with_a_latency_everything_happens_later() {
    let email = Channel::new("c6bd7a1e-1f25-4ad8-a7e1-4b3b2f8f5b01", ChannelKind::Email);
    let feed = Channel::new("5a88728a-3ecb-400d-ba6f-9c0956ab252f", ChannelKind::InAppFeed);
    let client = Client::of(
        Emulator::builder()
            .latency(Duration::from_secs(2))
            .workflow(Workflow::new("now").channel(feed).channel(email))
            .workflow(Workflow::new("later").delay(Duration::from_secs(60))),
    );
    client.trigger("now", json!({ "recipients": ["u"] })).ok();
    let run = || client.get("/v1/workflow_recipient_runs").ok()["items"][0]["status"].clone();
    assert_eq!((run(), client.deliveries().len()), (json!("queued"), 0));
    client.wait(2);
    assert_eq!(run(), "completed");
    let statuses = || -> Vec<String> {
        let messages = client.get("/v1/messages").ok();
        let items = messages["items"].as_array().unwrap();
        items.iter().map(|message| message["status"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(statuses(), ["queued", "delivered"]);
    assert_eq!(client.deliveries().len(), 1, "the email is not sent yet");
    client.wait(2);
    assert_eq!(statuses(), ["sent", "delivered"]);
    assert_eq!(client.deliveries().len(), 2);

    let cancel =
        || client.post("/v1/workflows/later/cancel", json!({ "cancellation_key": "k" })).no_content();
    let trigger = || client.trigger("later", json!({ "recipients": ["u"], "cancellation_key": "k" })).ok();
    cancel();
    client.wait(1);
    trigger();
    client.wait(1);
    assert_eq!(run(), "cancelled", "a late cancellation reaches a later trigger");
    trigger();
    client.wait(61);
    cancel();
    client.wait(1);
    assert_eq!(run(), "completed", "the cancellation was too late");
}

#[cfg(feature = "schemas")]
#[test]
fn data_is_validated_by_the_schema_of_the_workflow() {
    let schema = json!({
        "type": "object",
        "required": ["comment_id"],
        "properties": {
            "comment_id": { "type": "string" },
            "items": { "type": "array", "items": { "type": "object", "required": ["sku"] } },
        }
    });
    let workflow = Workflow::new("comment-created").data_schema(schema).unwrap();
    let client = Client::of(Emulator::builder().workflow(workflow));
    let trigger =
        |data: Value| client.trigger("comment-created", json!({ "recipients": ["u"], "data": data }));
    trigger(json!({ "comment_id": "c1", "items": [{ "sku": "a" }] })).ok();

    let failure =
        trigger(json!({ "comment_id": 7, "items": [{ "sku": "a" }, {}] })).fails(422, "invalid_params");
    let mut errors = failure["errors"].as_array().unwrap().clone();
    errors.sort_by_key(|error| error["field"].to_string());
    assert_eq!(
        errors,
        [
            json!({ "field": "data.comment_id", "message": "is invalid", "type": "cast" }),
            json!({ "field": "data.items[1].sku", "message": "can't be blank", "type": "required" }),
        ]
    );
    // Without data there is no id either, and nothing was started.
    client.trigger("comment-created", json!({ "recipients": ["u"] })).fails(422, "invalid_params");
    assert_eq!(client.emulator.runs().len(), 1);
}
