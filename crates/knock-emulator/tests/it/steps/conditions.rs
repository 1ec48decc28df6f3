//! <https://docs.knock.app/designing-workflows/step-conditions>

use serde_json::{Value, json};

use super::project::{Knock, delay, email, feed, only_if, sms, step, when};

/// Whether a step with a condition is executed, with a user who has a plan, and some data.
fn holds(condition: Value, data: Value) -> bool {
    let mut guarded = sms("guarded");
    guarded["conditions"] = condition;
    let knock = Knock::of(json!([guarded]));
    knock.user("u", json!({ "plan": "pro" }));
    let run = knock.trigger(data);
    knock.step(&run, "guarded")["state"] == "done"
}

#[test]
fn a_step_whose_conditions_do_not_hold_is_skipped_and_the_next_one_runs() {
    let knock = Knock::of(json!([only_if(sms("no"), "data.x", "equal_to", json!("1")), feed("yes")]));
    let run = knock.trigger(json!({ "x": 2 }));
    assert_eq!(
        knock.step(&run, "no")["detail"],
        json!({ "reason": "conditions", "detail": "data.x equal_to 1" })
    );
    assert_eq!(knock.sent(), ["in_app_feed"]);
    let shown = knock.client.get(&format!("/v1/workflow_recipient_runs/{run}")).ok();
    let names: Vec<&str> =
        shown["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["workflow_run_started", "step_skipped", "message_enqueued", "workflow_run_completed"]);
}

#[test]
fn groups_are_combined() {
    let (yes, no) = (when("data.a", "exists", json!(null)), when("data.b", "exists", json!(null)));
    let data = json!({ "a": 1 });
    for (conditions, expected) in [
        (json!({ "all": [yes, yes] }), true),
        (json!({ "all": [yes, no] }), false),
        (json!({ "any": [no, yes] }), true),
        (json!({ "any": [{ "all": [yes, no] }, { "all": [yes, yes] }] }), true),
        (json!({ "any": [no, { "all": [yes, no] }] }), false),
        (json!({ "any": [] }), false),
        (json!({}), true),
        (json!(null), true),
    ] {
        assert_eq!(holds(conditions.clone(), data.clone()), expected, "{conditions}");
    }
}

#[test]
fn every_scope_can_be_compared() {
    for (variable, operator, argument) in [
        ("data.n", "greater_than", json!("4")),
        ("data.list", "contains", json!("critical")),
        ("data.list.1", "equal_to", json!("critical")),
        ("recipient.plan", "equal_to", json!("data.plan")),
        ("workflow.key", "equal_to", json!("test")),
        ("run.total_activities", "equal_to", json!("1")),
        ("refs.nothing.status", "not_exists", json!(null)),
        ("data.at", "is_timestamp_before", json!("2025-01-02T00:00:00Z")),
        ("data.at", "is_timestamp_before_now", json!(null)),
        ("data.none", "equal_to", json!("")),
    ] {
        let data =
            json!({ "n": 5, "list": ["low", "critical"], "plan": "pro", "at": "2024-06-01T00:00:00Z" });
        assert!(
            holds(json!([when(variable, operator, argument.clone())]), data),
            "{variable} {operator} {argument}"
        );
    }
}

#[test]
fn variables_of_the_environment_can_be_compared() {
    let knock = Knock::of(json!([only_if(sms("guarded"), "vars.on", "equal_to", json!("true"))]));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.reason(&run, "guarded"), "conditions");
    knock.project.environment(json!({ "variables": { "on": "true" } }));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.step(&run, "guarded")["state"], "done");
}

/// A feed message, a delay, and an email if a condition on the first step holds.
fn escalation(first: Value, variable: &str, operator: &str, argument: &str) -> Knock {
    Knock::of(json!([
        first,
        delay("wait", 60),
        only_if(email("email_1"), variable, operator, json!(argument))
    ]))
}

#[test]
fn message_statuses_are_compared_in_every_form() {
    for (mark, variable, operator, argument, expected) in [
        (None, "refs.feed_1.status", "less_than", "$message.seen", true),
        (Some("seen"), "refs.feed_1.status", "less_than", "$message.seen", false),
        (Some("archived"), "refs.feed_1.status", "less_than", "$message.read", false),
        (None, "refs.feed_1.delivery_status", "greater_than_or_equal_to", "$message.delivered", true),
        (Some("seen"), "refs.feed_1.delivery_status", "equal_to", "$message.delivered", true),
        (None, "refs.feed_1.delivery_status", "equal_to", "$message.skipped", false),
        (Some("seen"), "refs.feed_1.engagement_status", "contains", "$message.seen", true),
        (Some("seen"), "refs.feed_1.engagement_status", "contains", "$message.seen_not_read", true),
        (None, "refs.feed_1.engagement_status", "not_contains", "$message.seen", true),
        (Some("read"), "refs.feed_1.engagement_status", "contains", "$message.read_not_link_clicked", true),
        (Some("interacted"), "refs.feed_1.engagement_status", "contains", "$message.interacted", true),
    ] {
        let knock = escalation(feed("feed_1"), variable, operator, argument);
        let run = knock.trigger(json!({}));
        if let Some(mark) = mark {
            let id = knock.message()["id"].as_str().unwrap().to_owned();
            knock.client.put(&format!("/v1/messages/{id}/{mark}"), json!({})).ok();
        }
        knock.wait(60);
        let is_sent = knock.step(&run, "email_1")["state"] == "done";
        assert_eq!(is_sent, expected, "{mark:?} {variable} {operator} {argument}");
    }
}

#[test]
fn a_skipped_step_has_a_status_of_its_own() {
    for (operator, argument, expected) in [
        ("equal_to", "$message.skipped", true),
        ("not_equal_to", "$message.skipped", false),
        ("less_than", "$message.sent", true),
    ] {
        let first = only_if(feed("feed_1"), "data.x", "exists", json!(null));
        let knock = escalation(first, "refs.feed_1.delivery_status", operator, argument);
        let run = knock.trigger(json!({}));
        knock.wait(60);
        assert_eq!(knock.step(&run, "email_1")["state"] == "done", expected, "{operator} {argument}");
    }
}

#[test]
fn membership_in_audiences_is_compared() {
    let knock = Knock::of(json!([only_if(sms("guarded"), "recipient", "is_audience_member", json!("beta"))]));
    knock.project.write(
        "knock/audiences/beta/audience.json",
        json!({ "name": "Beta", "type": "dynamic", "segments": [
            { "conditions": [{ "property": "recipient.beta", "operator": "equal_to", "argument": "true" }] },
        ] })
        .to_string(),
    );
    let run = knock.trigger(json!({}));
    assert_eq!(knock.reason(&run, "guarded"), "conditions");
    knock.user("u", json!({ "beta": true }));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.step(&run, "guarded")["state"], "done");
}

#[test]
fn steps_of_functions_have_conditions_too() {
    let knock = Knock::of(json!([
        only_if(delay("wait", 60), "data.wait", "equal_to", json!("true")),
        only_if(
            step("update_data", "update", json!({ "data": "{}" })),
            "data.update",
            "equal_to",
            json!("true")
        ),
        sms("after"),
    ]));
    let run = knock.trigger(json!({}));
    assert_eq!(
        (knock.reason(&run, "wait"), knock.reason(&run, "update")),
        ("conditions".into(), "conditions".into())
    );
    assert_eq!(knock.sent().len(), 1);
}

#[test]
fn a_webhook_that_cannot_be_delivered_has_a_lower_status_than_one_that_was_sent() {
    for (status, operator, argument, expected) in [
        (404, "equal_to", "$message.undelivered", true),
        (404, "less_than", "$message.sent", true),
        (404, "greater_than", "$message.skipped", true),
        (200, "equal_to", "$message.delivered", true),
        (200, "less_than", "$message.sent", false),
    ] {
        let hook = super::project::channel("hook_1", "hook", json!(null));
        let knock = escalation(hook, "refs.hook_1.delivery_status", operator, argument);
        let run = knock.trigger(json!({}));
        let due = knock.client.emulator.due_fetches().remove(0);
        let response = http::Response::builder().status(status).body(bytes::Bytes::new()).unwrap();
        knock.client.emulator.fetched(due.id, Ok(response));
        knock.wait(60);
        let is_sent = knock.step(&run, "email_1")["state"] == "done";
        assert_eq!(is_sent, expected, "{status} {operator} {argument}");
    }
}
