//! <https://docs.knock.app/designing-workflows/in-app-guide-step>

use serde_json::{Value, json};

use super::project::{Knock, Project, only_if, sms, step};

fn guide(step_ref: &str) -> Value {
    json!({ "type": "channel", "ref": step_ref, "channel_key": "in-app-guide", "channel_type": "in_app_guide", "guide_key": "tour" })
}

fn touring(steps: Value) -> Knock {
    let project = Project::new();
    project.write("knock/guides/tour/guide.json", json!({ "name": "Tour", "steps": [] }).to_string());
    project.steps("test", steps);
    Knock::start(project)
}

fn members(knock: &Knock) -> Vec<(Value, Value)> {
    let members = knock.client.get("/v1/audiences/guide:tour/members").ok()["entries"].clone();
    let members = members.as_array().unwrap().iter();
    members.map(|member| (member["user_id"].clone(), member["tenant"].clone())).collect()
}

#[test]
fn the_recipient_joins_the_audience_of_the_guide() {
    let knock = touring(json!([
        guide("g"),
        only_if(sms("after"), "recipient", "is_audience_member", json!("guide:tour"))
    ]));
    let run = knock.trigger(json!({}));
    knock.trigger(json!({}));
    assert_eq!(members(&knock), [(json!("u"), json!(null))]);
    assert_eq!(
        knock.step(&run, "g")["detail"],
        json!({ "guide": "tour", "audience": "guide:tour", "messages": [] })
    );
    assert_eq!(knock.sent(), ["sms", "sms"], "the steps after it see the membership");
}

#[test]
fn the_membership_has_the_tenant_of_the_run() {
    let knock = touring(json!([guide("g")]));
    knock.trigger_with(json!({ "tenant": "acme" }));
    assert_eq!(members(&knock), [(json!("u"), json!("acme"))]);
}

#[test]
fn a_guide_that_is_missing_skips_the_step() {
    let knock = Knock::of(json!([guide("g"), sms("after")]));
    let run = knock.trigger(json!({}));
    assert_eq!((knock.reason(&run, "g"), knock.sent().len()), ("guide".to_owned(), 1));
    assert_eq!(knock.step(&run, "g")["detail"]["detail"], "there is no guide `tour`");
}

#[test]
fn objects_see_no_guides() {
    let knock = touring(json!([guide("g"), sms("after")]));
    let object = json!({ "collection": "projects", "id": "p", "phone_number": "1" });
    let run = knock.trigger_with(json!({ "recipients": [object] }));
    assert_eq!((knock.reason(&run, "g"), knock.sent().len()), ("recipient".to_owned(), 1));
}

#[test]
fn a_run_can_wait_for_the_audience_of_a_guide() {
    let project = Project::new();
    project.write("knock/guides/tour/guide.json", json!({ "name": "Tour", "steps": [] }).to_string());
    let event = json!({ "event_type": "audience", "event_key": "enter", "audience_key": "guide:tour" });
    project.steps("test", json!([step("wait_for_event", "wait", json!({ "event": event })), sms("after")]));
    project.steps("show", json!([guide("g")]));
    let knock = Knock::start(project);
    let run = knock.trigger(json!({}));
    assert_eq!(knock.status(&run), "paused");
    knock.client.trigger("show", json!({ "recipients": ["u"] })).ok();
    assert_eq!((knock.outcome(&run), knock.sent().len()), ("finished".to_owned(), 1));
}

const CHANNEL: &str = "51b92f90-1504-4fda-95c1-495a3883bc4d";

/// A project with the guides `tour`, `pro` and `plain`, of which the first is only for an audience.
fn guided(steps: Value) -> Knock {
    let project = Project::new();
    project.environment(json!({ "channels": { "guides": { "type": "in_app_guide", "id": CHANNEL } } }));
    let guide = |more: Value| {
        let values = json!({ "title": "Hello {{ recipient.name }}", "image": { "url": "{{ data.url }}" }, "wide": true });
        let step = json!({ "ref": "step_1", "schema_key": "banner", "schema_variant_key": "default", "values": values });
        let mut guide = json!({ "name": "G", "channel_key": "guides", "type": "banner", "steps": [step] });
        guide.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        guide.to_string()
    };
    project.write("knock/guides/tour/guide.json", guide(json!({})));
    project.write("knock/guides/plain/guide.json", guide(json!({ "type": "card" })));
    let conditions =
        json!({ "all": [{ "variable": "recipient.plan", "operator": "equal_to", "argument": "pro" }] });
    project.write("knock/guides/pro/guide.json", guide(json!({ "target_property_conditions": conditions })));
    project.steps("test", steps);
    Knock::start(project)
}

fn list(knock: &Knock, query: &str) -> Value {
    knock.client.get(&format!("/v1/users/u/guides/{CHANNEL}{query}")).ok()
}

fn keys(list: &Value) -> (Vec<Value>, Vec<(Value, Value)>) {
    let (entries, ineligible) =
        (list["entries"].as_array().unwrap(), list["ineligible_guides"].as_array().unwrap());
    (
        entries.iter().map(|guide| guide["key"].clone()).collect(),
        ineligible.iter().map(|guide| (guide["key"].clone(), guide["reason"].clone())).collect(),
    )
}

#[test]
fn a_step_makes_its_recipient_eligible_for_the_guide() {
    let knock = guided(json!([guide("g")]));
    let (entries, ineligible) = keys(&list(&knock, ""));
    assert_eq!(entries, ["plain"]);
    assert_eq!(
        ineligible,
        [
            ("pro".into(), "target_conditions_not_met".into()),
            ("tour".into(), "not_in_target_audience".into())
        ]
    );
    knock.trigger(json!({}));
    assert_eq!(keys(&list(&knock, "")).0, ["plain", "tour"]);
    knock.user("u", json!({ "plan": "pro" }));
    assert_eq!(keys(&list(&knock, "")).0, ["plain", "pro", "tour"]);
    assert_eq!(keys(&list(&knock, "?type=card")).0, ["plain"]);
    let elsewhere = knock.client.get("/v1/users/u/guides/5a88728a-3ecb-400d-ba6f-9c0956ab252f").ok();
    assert_eq!(keys(&elsewhere).0.len(), 0);
}

#[test]
fn the_content_of_a_guide_is_rendered() {
    let knock = guided(json!([]));
    let guide = list(&knock, "?type=card&data=%7B%22url%22%3A%22%2Fx%22%7D")["entries"][0].clone();
    assert_eq!(
        guide["steps"][0]["content"],
        json!({ "title": "Hello U", "image": { "url": "/x" }, "wide": true })
    );
    assert_eq!((&guide["channel_id"], &guide["steps"][0]["schema_key"]), (&json!(CHANNEL), &json!("banner")));
}

#[test]
fn what_a_user_did_with_a_guide_is_kept() {
    let knock = guided(json!([]));
    let body = json!({
        "channel_id": CHANNEL, "guide_key": "plain", "guide_id": CHANNEL, "guide_step_ref": "step_1", "content": {},
    });
    let mark =
        |name: &str| knock.client.put(&format!("/v1/users/u/guides/messages/{name}"), body.clone()).ok();
    let message = || list(&knock, "?type=card")["entries"][0]["steps"][0]["message"].clone();
    assert_eq!(message()["id"], Value::Null);
    mark("seen");
    mark("interacted");
    assert!(
        message()["id"].is_string()
            && message()["seen_at"].is_string()
            && message()["interacted_at"].is_string()
    );
    mark("archived");
    assert_eq!(
        keys(&list(&knock, "?type=card")),
        (vec![], vec![("plain".into(), "marked_as_archived".into())])
    );
    knock.client.delete_with("/v1/users/u/guides/messages/archived", json!({ "guide_key": "plain" })).ok();
    assert_eq!(keys(&list(&knock, "?type=card")).0, ["plain"]);
    knock.client.put("/v1/users/u/guides/engagements/reset", json!({ "guide_key": "plain" })).ok();
    assert_eq!(message()["seen_at"], Value::Null);
}

#[test]
fn clients_of_guides_can_join_their_channel() {
    let knock = guided(json!([sms("s")]));
    let socket = crate::realtime::open(&knock.client);
    let join = |topic: &str| {
        crate::realtime::join(&knock.client, &socket, "1", topic, json!({ "user_id": "u" }))["status"].clone()
    };
    assert_eq!(join(&format!("guides:{CHANNEL}")), "ok");
    assert_eq!(join("guides:9a7c1e3f-0000-4000-8000-000000000000"), "error");
    assert_eq!(join(&format!("feeds:{CHANNEL}:u")), "error", "it has no messages");
}
