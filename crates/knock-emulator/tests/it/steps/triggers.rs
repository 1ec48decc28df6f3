//! What a trigger does before the first step, and triggers by steps.

use serde_json::{Value, json};

use super::project::{Knock, Project, delay, says, sms, step, when};

fn with(more: Value) -> Knock {
    let mut workflow = json!({ "name": "Test", "steps": [sms("after")] });
    workflow.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Knock::of_workflow(workflow)
}

#[test]
fn the_conditions_of_the_trigger_halt_the_run() {
    let knock = with(json!({ "conditions": { "all": [when("data.go", "equal_to", json!("true"))] } }));
    let (yes, no) = (knock.trigger(json!({ "go": true })), knock.trigger(json!({ "go": false })));
    assert_eq!([knock.outcome(&yes), knock.outcome(&no)], ["finished", "trigger_conditions_not_met"]);
    assert_eq!((knock.sent().len(), knock.status(&no)), (1, "completed".to_owned()));
    assert_eq!(knock.step(&no, "trigger")["detail"]["detail"], "data.go equal_to true");
}

#[test]
fn a_workflow_can_run_once_per_recipient_or_per_tenant() {
    let outcomes = |frequency: &str| {
        let knock = with(json!({ "trigger_frequency": frequency }));
        knock.user("v", json!({}));
        [("u", json!(null)), ("u", json!(null)), ("u", json!("t")), ("v", json!(null))].map(
            |(user, tenant)| {
                let run = knock.trigger_with(json!({ "recipients": [user], "tenant": tenant }));
                knock.outcome(&run)
            },
        )
    };
    assert_eq!(outcomes("every_trigger"), ["finished"; 4]);
    assert_eq!(outcomes("once_per_recipient"), ["finished", "ran_before", "ran_before", "finished"]);
    assert_eq!(outcomes("once_per_recipient_per_tenant"), ["finished", "ran_before", "finished", "finished"]);
}

#[test]
fn a_trigger_whose_conditions_do_not_hold_does_not_count() {
    let knock = with(json!({
        "trigger_frequency": "once_per_recipient",
        "conditions": { "all": [when("data.go", "equal_to", json!("true"))] },
    }));
    knock.trigger(json!({ "go": false }));
    let run = knock.trigger(json!({ "go": true }));
    assert_eq!(knock.outcome(&run), "finished");
}

#[test]
fn the_data_is_checked_against_the_schema() {
    let knock = with(json!({ "trigger_data_json_schema": {
        "type": "object", "required": ["name"],
        "properties": { "name": { "type": "string" }, "items": { "type": "array", "items": { "type": "integer" } } },
    } }));
    knock.trigger(json!({ "name": "n", "items": [1] }));
    let body = knock.try_trigger(json!({ "data": { "items": [1, "x"] } })).fails(422, "invalid_params");
    let fields: Vec<&str> =
        body["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["data.name", "data.items[1]"], "{body}");
    assert_eq!(knock.sent().len(), 1);
}

#[test]
fn inactive_and_unknown_workflows_cannot_be_triggered() {
    let knock = with(json!({ "__readonly": { "active": false } }));
    knock.try_trigger(json!({})).fails(400, "workflow_inactive");
    knock.client.trigger("unknown", json!({ "recipients": ["u"] })).fails(404, "workflow_missing");
}

#[test]
fn paused_runs_of_an_inactive_workflow_end_unless_it_is_active_again() {
    let workflow = |active: bool| json!({ "name": "T", "steps": [delay("wait", 60), sms("after")], "__readonly": { "active": active } });
    let knock = Knock::of_workflow(workflow(true));
    let first = knock.trigger(json!({}));
    knock.wait(30);
    let second = knock.trigger(json!({}));
    knock.project.workflow("test", workflow(false));
    assert!(knock.client.emulator.reload());
    knock.wait(30);
    knock.project.workflow("test", workflow(true));
    assert!(knock.client.emulator.reload());
    knock.wait(30);
    assert_eq!([knock.outcome(&first), knock.outcome(&second)], ["workflow_inactive", "finished"]);
}

#[test]
fn subscribers_see_their_subscription() {
    let knock = Knock::of(json!([says(
        "after",
        "{{ recipient.id }}: {{ recipient.subscription.role }} of {{ recipient.subscription.object.name }}"
    )]));
    knock
        .client
        .put("/v1/objects/projects/p", json!({ "name": "Paddock", "phone_number": "+15550111" }))
        .ok();
    let body = json!({ "recipients": ["u"], "properties": { "role": "owner" } });
    knock.client.post("/v1/objects/projects/p/subscriptions", body).ok();
    knock.trigger_with(json!({ "recipients": [{ "collection": "projects", "id": "p" }] }));
    let bodies: Vec<Value> = knock
        .messages()
        .iter()
        .map(|message| {
            let id = message["id"].as_str().unwrap();
            knock.client.get(&format!("/v1/messages/{id}/content")).ok()["data"]["body"].clone()
        })
        .collect();
    assert_eq!(bodies, ["p:  of ", "u: owner of Paddock"]);
}

/// The workflow `test` triggers the workflow `other`, which sends what it knows.
fn nested(settings: Value) -> Knock {
    let project = Project::new();
    project.steps("test", json!([step("trigger_workflow", "trigger", settings)]));
    project.steps("other", json!([
        delay("wait", 60),
        says("after", "{{ recipient.id }} {{ actor.id }} {{ tenant.id }} {{ data.x }} {{ workflow.cancellation_key }}"),
    ]));
    Knock::start(project)
}

fn text(knock: &Knock) -> String {
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    knock.client.get(&format!("/v1/messages/{id}/content")).ok()["data"]["body"].as_str().unwrap().to_owned()
}

#[test]
fn a_step_triggers_another_workflow_with_what_the_run_has() {
    let knock = nested(json!({ "workflow_key": "other" }));
    knock.user("a", json!({}));
    let body = json!({ "actor": "a", "tenant": "t", "data": { "x": 1 }, "cancellation_key": "k" });
    let run = knock.trigger_with(body);
    let nested = knock.step(&run, "trigger")["detail"]["workflow_run_id"].clone();
    let runs = knock.client.get("/v1/workflow_recipient_runs?workflow=other").ok();
    assert_eq!(runs["items"][0]["workflow_run_id"], nested);
    assert_eq!(runs["items"][0]["trigger_source"]["type"], "workflow_step");
    knock.wait(60);
    assert_eq!(text(&knock), "u a t 1 k");
}

#[test]
fn cancelling_the_parent_does_not_cancel_the_child() {
    let knock = nested(json!({ "workflow_key": "other" }));
    knock.trigger_with(json!({ "cancellation_key": "k" }));
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    knock.wait(60);
    assert_eq!(knock.sent().len(), 1);
}

#[test]
fn the_settings_of_a_nested_trigger_are_templates() {
    let knock = nested(json!({
        "workflow_key": "{{ data.key }}", "recipients": "[\"{{ data.to }}\"]", "data": "{\"x\": {{ data.x | plus: 1 }}}",
        "actor": "{{ recipient.id }}", "tenant": "", "cancellation_key": "c-{{ data.x }}",
    }));
    knock.user("v", json!({}));
    knock.trigger_with(json!({ "tenant": "t", "data": { "key": "other", "to": "v", "x": 1 } }));
    knock.wait(60);
    assert_eq!(text(&knock), "v u t 2 c-1", "an empty setting is its default");
}

#[test]
fn a_nested_trigger_that_cannot_be_is_skipped_or_fails() {
    let knock = nested(json!({ "workflow_key": "missing" }));
    let run = knock.trigger(json!({}));
    assert_eq!(
        (knock.reason(&run, "trigger"), knock.outcome(&run)),
        ("workflow".to_owned(), "finished".to_owned())
    );

    let knock = nested(json!({ "workflow_key": "other", "data": "{\"x\": }" }));
    let run = knock.trigger(json!({}));
    assert_eq!(
        (knock.step(&run, "trigger")["state"].as_str(), knock.outcome(&run)),
        (Some("failed"), "failed".to_owned())
    );
    let shown = knock.run(&run);
    assert_eq!((&shown["error_count"], &shown["status"]), (&json!(1), &json!("completed")));
}

#[test]
fn workflows_that_trigger_themselves_come_to_an_end() {
    let knock = Knock::of(json!([step("trigger_workflow", "trigger", json!({ "workflow_key": "test" }))]));
    knock.trigger(json!({}));
    let runs = knock.client.get("/v1/workflow_recipient_runs?page_size=50&has_errors=true").ok();
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
}

#[test]
fn schedules_run_the_version_of_the_time() {
    let knock = Knock::of(json!([says("after", "old {{ recipient.schedule.id }}")]));
    let body = json!({ "workflow": "test", "recipients": ["u"], "scheduled_at": "2025-01-01T01:00:00Z" });
    let schedule = knock.client.post("/v1/schedules", body).ok()[0]["id"].clone();
    knock.project.steps("test", json!([says("after", "new {{ recipient.schedule.id }}")]));
    assert!(knock.client.emulator.reload());
    knock.wait(3600);
    assert_eq!(text(&knock), format!("new {}", schedule.as_str().unwrap()));
}

#[test]
fn a_sandboxed_trigger_sends_nothing() {
    let knock = with(json!({}));
    knock.trigger_with(json!({ "settings": { "sandbox_mode": true } }));
    assert_eq!(knock.message()["status"], "not_sent");
}

#[test]
fn only_triggers_of_the_api_run_once_per_recipient() {
    let project = Project::new();
    project.workflow(
        "child",
        json!({ "name": "Child", "trigger_frequency": "once_per_recipient", "steps": [sms("after")] }),
    );
    project.steps("test", json!([step("trigger_workflow", "nested", json!({ "workflow_key": "child" }))]));
    let knock = Knock::start(project);
    for _ in 0..2 {
        knock.trigger(json!({}));
    }
    for _ in 0..2 {
        knock.client.trigger("child", json!({ "recipients": ["u"] })).ok();
    }
    assert_eq!(knock.sent().len(), 3, "two of steps, and one of the two of the API");
}
