//! <https://docs.knock.app/designing-workflows/wait-for-event-function>

use serde_json::{Value, json};

use super::project::{Knock, Project, delay, feed, only_if, says, seconds_of, sms, step, when};

fn waiting(event: Value, more: Value) -> Knock {
    let mut settings = json!({ "event": event, "expires_after": seconds_of(60), "on_timeout": "continue" });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let project = Project::new();
    project.steps(
        "test",
        json!([
            feed("feed_1"),
            step("wait_for_event", "wait", settings),
            says("after", "{{ refs.wait.matched }} {{ refs.wait.signal_variables.data.x }}"),
            only_if(sms("matched"), "refs.wait.matched", "equal_to", json!("true")),
        ]),
    );
    project.steps("other", json!([delay("pause", 5)]));
    Knock::start(project)
}

fn integration() -> Value {
    json!({ "event_type": "integration_source", "event_key": "paid", "integration_source_key": "stripe" })
}

fn emit(knock: &Knock, user: &str, data: Value) {
    let event =
        json!({ "integration_source_key": "stripe", "event_key": "paid", "user_id": user, "data": data });
    assert_eq!(knock.client.control("POST", "events", Some(event)).0, 204);
}

fn says_after(knock: &Knock) -> String {
    let messages = knock.messages();
    let after = messages.iter().find(|message| message["source"]["step_ref"] == "after").unwrap();
    let id = after["id"].as_str().unwrap();
    knock.client.get(&format!("/v1/messages/{id}/content")).ok()["data"]["body"].as_str().unwrap().to_owned()
}

#[test]
fn the_event_resumes_the_run_of_its_recipient() {
    let knock = waiting(integration(), json!({}));
    let run = knock.trigger(json!({}));
    emit(&knock, "someone", json!({}));
    assert_eq!(knock.status(&run), "paused");
    emit(&knock, "u", json!({ "x": 5 }));
    assert_eq!((knock.outcome(&run), says_after(&knock)), ("finished".to_owned(), "true 5".to_owned()));
    assert_eq!(knock.sent().len(), 3, "the conditions on it hold");
    emit(&knock, "u", json!({ "x": 6 }));
    assert_eq!(knock.sent().len(), 3, "the wait has been claimed");
}

#[test]
fn match_conditions_filter_events() {
    let conditions = json!([{ "operator": "and", "conditions": [when("event.data.x", "equal_to", json!("data.wanted"))] }]);
    let knock = waiting(integration(), json!({ "match_conditions": conditions }));
    let run = knock.trigger(json!({ "wanted": 2 }));
    emit(&knock, "u", json!({ "x": 1 }));
    assert_eq!(knock.status(&run), "paused");
    let shown = knock.run(&run);
    let evaluated = shown["events"]
        .as_array()
        .unwrap()
        .iter()
        .find(|event| event["event"] == "wait_conditions_evaluated");
    assert_eq!(evaluated.unwrap()["data"]["result"], false);
    emit(&knock, "u", json!({ "x": 2 }));
    assert_eq!(knock.outcome(&run), "finished");
}

#[test]
fn a_timeout_continues_or_cancels() {
    let knock = waiting(integration(), json!({}));
    let run = knock.trigger(json!({}));
    knock.wait(60);
    assert_eq!((knock.outcome(&run), says_after(&knock)), ("finished".to_owned(), "false ".to_owned()));

    let knock = waiting(integration(), json!({ "on_timeout": "halt" }));
    let run = knock.trigger(json!({}));
    knock.wait(60);
    assert_eq!((knock.status(&run), knock.outcome(&run)), ("cancelled".to_owned(), "halted".to_owned()));
}

#[test]
fn a_match_can_cancel() {
    let knock = waiting(integration(), json!({ "on_match": "halt" }));
    let run = knock.trigger(json!({}));
    emit(&knock, "u", json!({}));
    assert_eq!((knock.status(&run), knock.sent().len()), ("cancelled".to_owned(), 1));
}

#[test]
fn the_default_is_15_minutes_and_30_days_the_longest() {
    for (expires, expected) in [
        (json!(null), "2025-01-01T00:15:00Z"),
        (json!({ "unit": "days", "value": 60 }), "2025-01-31T00:00:00Z"),
    ] {
        let knock = waiting(integration(), json!({ "expires_after": expires }));
        let run = knock.trigger(json!({}));
        assert_eq!(knock.step(&run, "wait")["detail"]["until"], expected);
    }
}

#[test]
fn messages_are_events() {
    let event = json!({ "event_type": "message", "event_key": "seen", "source_type": "workflow", "source_key": "test" });
    let conditions =
        json!([{ "operator": "and", "conditions": [when("event.step_ref", "equal_to", json!("feed_1"))] }]);
    let knock = waiting(event, json!({ "match_conditions": conditions }));
    let run = knock.trigger(json!({}));
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    knock.client.put(&format!("/v1/messages/{id}/read"), json!({})).ok();
    assert_eq!(knock.status(&run), "paused", "it is another event");
    knock.client.put(&format!("/v1/messages/{id}/seen"), json!({})).ok();
    assert_eq!(knock.outcome(&run), "finished");
}

#[test]
fn messages_that_are_made_are_events() {
    for key in ["created", "queued"] {
        let event = json!({ "event_type": "message", "event_key": key, "source_type": "workflow", "source_key": "sender" });
        let knock = waiting(event, json!({}));
        knock.project.steps("sender", json!([sms("s")]));
        let run = knock.trigger(json!({}));
        knock.client.trigger("sender", json!({ "recipients": ["u"] })).ok();
        assert_eq!(knock.outcome(&run), "finished", "{key}");
    }
}

#[test]
fn workflows_are_events() {
    for (key, seconds) in [("started", 0), ("completed", 5)] {
        let knock =
            waiting(json!({ "event_type": "workflow", "event_key": key, "source_key": "other" }), json!({}));
        let run = knock.trigger(json!({}));
        knock.client.trigger("other", json!({ "recipients": ["u"] })).ok();
        assert_eq!(knock.status(&run) == "paused", seconds > 0, "{key}");
        knock.wait(seconds);
        assert_eq!(knock.outcome(&run), "finished", "{key}");
    }
}

#[test]
fn changes_of_the_recipient_are_events() {
    let conditions = json!([{ "operator": "and", "conditions": [when("event.properties.plan", "equal_to", json!("pro"))] }]);
    let knock = waiting(
        json!({ "event_type": "recipient", "event_key": "updated" }),
        json!({ "match_conditions": conditions }),
    );
    let run = knock.trigger(json!({}));
    knock.user("u", json!({ "plan": "free" }));
    knock.user("v", json!({ "plan": "pro" }));
    assert_eq!(knock.status(&run), "paused");
    knock.user("u", json!({ "plan": "pro" }));
    assert_eq!(knock.outcome(&run), "finished");
}

#[test]
fn entering_and_leaving_an_audience_are_events() {
    for (key, before, after) in [("enter", false, true), ("exit", true, false)] {
        let knock =
            waiting(json!({ "event_type": "audience", "event_key": key, "audience_key": "beta" }), json!({}));
        knock.project.write(
            "knock/audiences/beta/audience.json",
            json!({ "name": "Beta", "type": "dynamic", "segments": [
                { "conditions": [{ "property": "recipient.beta", "operator": "equal_to", "argument": "true" }] },
            ] })
            .to_string(),
        );
        knock.user("u", json!({ "beta": before }));
        let run = knock.trigger(json!({}));
        knock.user("u", json!({ "beta": before, "other": 1 }));
        assert_eq!(knock.status(&run), "paused", "{key}");
        knock.user("u", json!({ "beta": after }));
        assert_eq!(knock.outcome(&run), "finished", "{key}");
    }
}

#[test]
fn static_audiences_are_entered_and_left_by_calls() {
    for key in ["enter", "exit"] {
        let knock =
            waiting(json!({ "event_type": "audience", "event_key": key, "audience_key": "beta" }), json!({}));
        let path = "/v1/audiences/beta/members";
        let members = json!({ "members": [{ "user": { "id": "u" } }] });
        let join =
            || knock.client.post(&format!("{path}?create_audience=true"), members.clone()).no_content();
        let leave = || knock.client.delete_with(path, members.clone()).no_content();
        join();
        if key == "enter" {
            leave();
        }
        let run = knock.trigger(json!({}));
        assert_eq!(knock.status(&run), "paused", "{key}");
        if key == "enter" {
            join();
        } else {
            leave();
        }
        assert_eq!(knock.outcome(&run), "finished", "{key}");
    }
}

#[test]
fn joining_an_audience_is_no_change_of_the_recipient() {
    let knock = waiting(json!({ "event_type": "recipient", "event_key": "updated" }), json!({}));
    let path = "/v1/audiences/beta/members";
    let members = json!({ "members": [{ "user": { "id": "u" } }] });
    knock.client.post(&format!("{path}?create_audience=true"), members.clone()).no_content();
    let run = knock.trigger(json!({}));
    knock.client.delete_with(path, members).no_content();
    assert_eq!(knock.status(&run), "paused");
}

#[test]
fn a_run_that_waits_can_be_cancelled() {
    let knock = waiting(integration(), json!({}));
    let run = knock.trigger_with(json!({ "cancellation_key": "k" }));
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    emit(&knock, "u", json!({}));
    knock.wait(60);
    assert_eq!((knock.status(&run), knock.sent().len()), ("cancelled".to_owned(), 1));
}
