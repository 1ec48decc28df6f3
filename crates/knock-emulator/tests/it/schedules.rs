use knock_emulator::{Emulator, Workflow};
use serde_json::{Value, json};

use crate::client::Client;

fn daily() -> Value {
    json!([{ "frequency": "daily", "hours": 9 }])
}

#[test]
fn one_for_each_recipient() {
    let client = Client::new();
    let body = json!({
        "workflow": "digest", "recipients": ["a", { "id": "b", "name": "B" }], "repeats": daily(),
        "data": { "n": 1 }, "tenant": "t",
    });
    let created = client.post("/v1/schedules", body).ok();
    assert_eq!(created.as_array().unwrap().len(), 2);
    assert_eq!((&created[1]["recipient"]["name"], &created[0]["tenant"]), (&json!("B"), &json!("t")));
    assert_eq!(created[0]["next_occurrence_at"], "2025-01-01T09:00:00Z");
    assert_eq!(created[0]["last_occurrence_at"], Value::Null);
    assert_eq!(created[0]["repeats"][0]["__typename"], "ScheduleRepeat");

    let count = |path: &str| client.get(path).ok()["entries"].as_array().unwrap().len();
    assert_eq!(count("/v1/schedules?workflow=digest"), 2);
    assert_eq!(count("/v1/schedules?workflow=digest&recipients[]=a"), 1);
    assert_eq!(count("/v1/schedules?workflow=digest&tenant=other"), 0);
    assert_eq!(count("/v1/users/b/schedules"), 1);
    client.get("/v1/schedules").invalid("workflow");

    client.wait(9 * 3600 - 1);
    assert_eq!(client.reached().len(), 0);
    client.wait(1);
    assert_eq!(client.reached(), ["a", "b"]);
    assert_eq!(*client.deliveries()[0].data, json!({ "n": 1 }));
    client.wait(2 * 24 * 3600);
    assert_eq!(client.reached().len(), 6);
    let schedule = client.get("/v1/users/a/schedules").ok()["entries"][0].clone();
    assert_eq!(schedule["last_occurrence_at"], "2025-01-03T09:00:00Z");
    assert_eq!(schedule["next_occurrence_at"], "2025-01-04T09:00:00Z");
    assert_eq!(client.emulator.runs()[0].schedule.as_deref(), schedule["id"].as_str());

    let ids = json!([schedule["id"]]);
    let deleted = client.delete_with("/v1/schedules", json!({ "schedule_ids": ids })).ok();
    assert_eq!(deleted.as_array().unwrap().len(), 1);
    client.wait(24 * 3600);
    assert_eq!(client.reached().len(), 7);
}

#[test]
fn a_schedule_can_be_one_off_and_changed() {
    let client = Client::new();
    let body = json!({ "workflow": "w", "recipients": ["a"], "scheduled_at": "2025-01-01T00:10:00Z" });
    let id = client.post("/v1/schedules", body).ok()[0]["id"].clone();
    let change = json!({ "schedule_ids": [id], "scheduled_at": "2025-01-01T00:20:00Z", "data": { "x": 1 } });
    let changed = client.put("/v1/schedules", change).ok();
    assert_eq!(
        (&changed[0]["next_occurrence_at"], &changed[0]["data"]),
        (&json!("2025-01-01T00:20:00Z"), &json!({ "x": 1 }))
    );
    client.wait(11 * 60);
    assert_eq!(client.reached().len(), 0);
    client.wait(9 * 60);
    assert_eq!(client.reached().len(), 1);
    client.wait(3600);
    assert_eq!(client.reached().len(), 1);
    assert_eq!(client.get("/v1/schedules?workflow=w").ok()["entries"][0]["next_occurrence_at"], Value::Null);
}

#[test]
fn the_next_occurrence_is_planned_when_the_run_has_ended() {
    let two_days = std::time::Duration::from_secs(2 * 24 * 3600);
    let client = Client::of(Emulator::builder().workflow(Workflow::new("long").delay(two_days)));
    client.post("/v1/schedules", json!({ "workflow": "long", "recipients": ["a"], "repeats": daily() })).ok();
    let schedule = || client.get("/v1/schedules?workflow=long").ok()["entries"][0].clone();
    let runs = || client.get("/v1/workflow_recipient_runs").ok()["items"].as_array().unwrap().len();
    client.wait(9 * 3600);
    assert_eq!(schedule()["next_occurrence_at"], "2025-01-02T09:00:00Z");
    client.wait(2 * 24 * 3600 - 1);
    assert_eq!((runs(), client.reached().len()), (1, 0));
    client.wait(1);
    assert_eq!(client.reached(), ["a"]);
    assert_eq!(schedule()["next_occurrence_at"], "2025-01-04T09:00:00Z");
    client.wait(24 * 3600);
    assert_eq!(runs(), 2);
}

#[test]
fn an_object_is_not_fanned_out() {
    let client = Client::new();
    client.post("/v1/objects/teams/t/subscriptions", json!({ "recipients": ["ann"] })).ok();
    let team = json!({ "id": "t", "collection": "teams" });
    client
        .post(
            "/v1/schedules",
            json!({ "workflow": "w", "recipients": [team], "scheduled_at": "2025-01-01T00:00:10Z" }),
        )
        .ok();
    client.wait(10);
    assert_eq!(client.reached(), ["teams/t"]);
    assert_eq!(client.get("/v1/objects/teams/t/schedules").ok()["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn bulk_creation_and_invalid_schedules() {
    let client = Client::of(Emulator::builder().workflow(Workflow::new("w")));
    let rows = json!({ "schedules": [
        { "workflow": "w", "recipient": "a", "repeats": daily() },
        { "workflow": "unknown", "recipient": "b", "repeats": daily() },
    ] });
    let operation = client.post("/v1/schedules/bulk/create", rows).ok();
    assert_eq!(operation["name"], "schedules.create_schedules");
    let done = client.get(&format!("/v1/bulk_operations/{}", operation["id"].as_str().unwrap())).ok();
    assert_eq!((&done["success_count"], &done["error_items"][0]["id"]), (&json!(1), &json!("b")));

    client
        .post("/v1/schedules", json!({ "workflow": "unknown", "recipients": ["a"], "repeats": daily() }))
        .fails(404, "workflow_missing");
    for (body, field) in [
        (json!({ "workflow": "w", "repeats": daily() }), "recipients"),
        (json!({ "workflow": "w", "recipients": ["a"] }), "repeats"),
        (json!({ "workflow": "w", "recipients": ["a"], "repeats": [{}] }), "repeats"),
        (json!({ "workflow": "w", "recipients": ["a"], "scheduled_at": "soon" }), "scheduled_at"),
        (json!({ "recipients": ["a"], "repeats": daily() }), "workflow"),
    ] {
        client.post("/v1/schedules", body).invalid(field);
    }
    client.put("/v1/schedules", json!({})).invalid("schedule_ids");
    assert_eq!(client.put("/v1/schedules", json!({ "schedule_ids": ["none"] })).ok(), json!([]));
}
