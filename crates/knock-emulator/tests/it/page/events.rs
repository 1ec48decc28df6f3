//! What recipients and providers do to messages, by hand.

use knock_emulator::{Emulator, WebhookEndpoint};
use serde_json::{Value, json};

use super::get;
use crate::client::Client;
use crate::steps::project::{Knock, Project, channel, only_if, sms, step};

fn touch(client: &Client, id: &str, body: Value) -> (u16, Value) {
    client.control("POST", &format!("messages/{id}/events"), Some(body))
}

fn only_id(knock: &Knock) -> String {
    knock.message()["id"].as_str().unwrap().to_owned()
}

fn kinds(client: &Client, id: &str) -> Vec<String> {
    let detail = get(client, &format!("messages/{id}"));
    let events = detail["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap().trim_start_matches("message.").to_owned())
        .collect()
}

#[test]
fn a_recipient_sees_reads_clicks_and_archives() {
    let knock = Knock::of(json!([channel("feed_1", "feed", json!({ "markdown_body": "Hello" }))]));
    knock.trigger(json!({}));
    let id = only_id(&knock);
    for (event, engagement) in [
        ("seen", json!(["seen"])),
        ("read", json!(["seen", "read"])),
        ("unread", json!(["seen"])),
        ("interacted", json!(["seen", "interacted"])),
        ("archived", json!(["seen", "interacted", "archived"])),
        ("unarchived", json!(["seen", "interacted"])),
        ("unseen", json!(["interacted"])),
    ] {
        assert_eq!(touch(&knock.client, &id, json!({ "event": event })), (204, Value::Null), "{event}");
        assert_eq!(get(&knock.client, &format!("messages/{id}"))["engagement"], engagement, "{event}");
    }
    assert_eq!(
        touch(&knock.client, &id, json!({ "event": "link_clicked", "url": "https://a.example" })).0,
        204
    );
    let detail = get(&knock.client, &format!("messages/{id}"));
    let last = detail["events"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["type"], &last["data"]),
        (&json!("message.link_clicked"), &json!({ "url": "https://a.example" }))
    );
    assert_eq!(detail["engagement"], json!(["interacted", "link_clicked"]));
}

#[test]
fn a_click_in_a_text_counts_as_reading_it() {
    let knock = Knock::of(json!([sms("sms_1")]));
    knock.trigger(json!({}));
    let id = only_id(&knock);
    touch(&knock.client, &id, json!({ "event": "link_clicked", "url": "https://a.example" }));
    assert_eq!(knock.message()["engagement_statuses"], json!(["read", "link_clicked"]));
}

#[test]
fn a_provider_reports_what_fits_the_channel() {
    let statuses = ["delivered", "bounced", "undelivered"];
    for (key, template, fits) in [
        ("email", json!({ "subject": "S", "html_body": "B" }), &statuses[..]),
        ("sms", json!({ "text_body": "B" }), &statuses),
        ("push", json!({ "title": "T", "text_body": "B" }), &["bounced", "undelivered"]),
        ("slack", json!({ "markdown_body": "B" }), &["bounced", "undelivered"]),
        ("feed", json!({ "markdown_body": "B" }), &[]),
    ] {
        let knock = Knock::of(json!([channel("step", key, template)]));
        knock.trigger(json!({}));
        let id = only_id(&knock);
        for status in statuses {
            let before = knock.message()["status"].clone();
            let (code, body) = touch(&knock.client, &id, json!({ "event": status }));
            let does_fit = fits.contains(&status);
            assert_eq!(code, if does_fit { 204 } else { 422 }, "{key} {status}: {body}");
            let expected = if does_fit { json!(status) } else { before };
            assert_eq!(knock.message()["status"], expected, "{key} {status}");
            if !does_fit {
                let why = body["errors"][0]["message"].as_str().unwrap();
                assert!(why.starts_with("does not fit: "), "{why}");
            }
        }
        // the same once more changes nothing
        let known = kinds(&knock.client, &id);
        if let Some(status) = fits.last() {
            assert_eq!(known.last().unwrap(), status);
            touch(&knock.client, &id, json!({ "event": status }));
        }
        assert_eq!(kinds(&knock.client, &id), known, "{key}");
        assert_eq!(knock.sent().len(), 1, "it was sent once, whatever the provider says");
    }
}

#[test]
fn what_was_not_sent_is_not_reported() {
    let project = Project::new();
    project.steps("test", json!([sms("sms_1")]));
    project.environment(json!({ "channels": { "sms": { "type": "sms", "sandbox": true } } }));
    let knock = Knock::start(project);
    knock.trigger(json!({}));
    let (status, body) = touch(&knock.client, &only_id(&knock), json!({ "event": "bounced" }));
    assert_eq!(status, 422);
    assert!(body["errors"][0]["message"].as_str().unwrap().contains("sandbox"), "{body}");
    assert_eq!(knock.message()["status"], "not_sent");
}

#[test]
fn a_wrong_event_says_what_is_wrong() {
    let knock = Knock::of(json!([sms("sms_1")]));
    knock.trigger(json!({}));
    let id = only_id(&knock);
    for (body, field) in [
        (json!({}), "event"),
        (json!({ "event": "burned" }), "event"),
        (json!({ "event": 1 }), "event"),
        (json!({ "event": "link_clicked" }), "url"),
        (json!([]), "event"),
    ] {
        let (status, response) = touch(&knock.client, &id, body.clone());
        assert_eq!((status, &response["errors"][0]["field"]), (422, &json!(field)), "{body}");
    }
    assert_eq!(touch(&knock.client, "unknown", json!({ "event": "read" })).0, 404);
    let request = http::Request::post(format!("/_emulator/messages/{id}/events")).body("{".into()).unwrap();
    assert_eq!(knock.client.emulator.handle(request, knock.client.now()).status(), 400);
    assert_eq!(kinds(&knock.client, &id), ["created", "queued", "sent"]);
}

#[test]
fn conditions_and_waits_see_what_a_provider_reports() {
    let bounced =
        only_if(sms("fallback"), "refs.first.delivery_status", "equal_to", json!("$message.bounced"));
    let knock = Knock::of(json!([
        channel("first", "email", json!({ "subject": "S", "html_body": "B" })),
        step("delay", "wait", json!({ "delay_for": { "unit": "minutes", "value": 5 } })),
        bounced,
    ]));
    let (good, bad) = (knock.trigger(json!({ "n": 1 })), knock.trigger(json!({ "n": 2 })));
    let list = get(&knock.client, &format!("messages?run={bad}"));
    touch(&knock.client, list["entries"][0]["id"].as_str().unwrap(), json!({ "event": "bounced" }));
    knock.wait(300);
    assert_eq!(knock.step(&bad, "fallback")["state"], "done");
    assert_eq!(knock.reason(&good, "fallback"), "conditions");

    let event = json!({ "event_type": "message", "event_key": "bounced", "source_type": "workflow", "source_key": "test" });
    let waits =
        json!({ "event": event, "expires_after": { "unit": "hours", "value": 1 }, "on_timeout": "continue" });
    let knock = Knock::of(json!([
        channel("first", "email", json!({ "subject": "S", "html_body": "B" })),
        step("wait_for_event", "wait", waits),
        sms("after"),
    ]));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.sent().len(), 1, "{:?}", knock.run(&run));
    touch(&knock.client, &only_id(&knock), json!({ "event": "bounced" }));
    assert_eq!(knock.sent().len(), 2, "{:?}", knock.log(&run));
}

#[test]
fn endpoints_of_webhooks_learn_of_it() {
    let project = Project::new();
    project.steps("test", json!([channel("first", "email", json!({ "subject": "S", "html_body": "B" }))]));
    let events = [
        "message.bounced",
        "message.delivered",
        "message.undelivered",
        "message.link_clicked",
        "message.read",
    ];
    let endpoint = WebhookEndpoint::new("http://service.test/hooks", "whsec_test").unwrap().events(events);
    let client = Client::of(project.builder().webhook(endpoint));
    let knock = Knock { client, project };
    knock.user("u", json!({}));
    knock.trigger(json!({}));
    let id = only_id(&knock);
    for event in ["delivered", "bounced", "undelivered", "read"] {
        touch(&knock.client, &id, json!({ "event": event }));
    }
    touch(&knock.client, &id, json!({ "event": "link_clicked", "url": "https://a.example" }));
    let sent = bodies(&knock.client.emulator);
    let failure = json!({ "__typename": "EventData", "failure_reason": "fatal_error", "failure_details": "Reported by hand" });
    assert_eq!(
        sent.iter()
            .map(|body| (&body["type"], &body["event_data"], &body["data"]["status"]))
            .collect::<Vec<_>>(),
        [
            (&json!("message.delivered"), &Value::Null, &json!("delivered")),
            (&json!("message.bounced"), &failure, &json!("bounced")),
            (&json!("message.undelivered"), &failure, &json!("undelivered")),
            (&json!("message.read"), &Value::Null, &json!("undelivered")),
            (
                &json!("message.link_clicked"),
                &json!({ "__typename": "EventData", "url": "https://a.example" }),
                &json!("undelivered")
            ),
        ]
    );
}

fn bodies(emulator: &Emulator) -> Vec<Value> {
    let due = emulator.due_webhooks();
    due.iter().map(|due| serde_json::from_slice(due.request.body()).unwrap()).collect()
}
