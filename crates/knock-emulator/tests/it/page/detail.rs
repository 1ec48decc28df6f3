//! One message, with all that was rendered.

use serde_json::{Value, json};

use super::get;
use crate::steps::project::{CHAT, Knock, channel};

fn detail(step: Value, data: Value) -> Value {
    let knock = Knock::of(json!([step]));
    knock.trigger(data);
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    let detail = get(&knock.client, &format!("messages/{id}"));
    assert_eq!(detail["message"], knock.client.get(&format!("/v1/messages/{id}")).ok());
    assert_eq!(detail["id"], id);
    detail
}

#[test]
fn an_email_has_its_preview_and_attachments() {
    let attachment = json!({ "name": "a.txt", "content_type": "text/plain", "content": "aGVsbG8=" });
    let template = json!({
        "subject": "Hello {{ recipient.name }}", "html_body": "<p>Text</p>",
        "settings": { "attachment_key": "files", "preview_text": "Sneak peek" },
    });
    let detail = detail(channel("email_1", "email", template), json!({ "files": [attachment] }));
    let content = &detail["content"];
    assert_eq!((&content["type"], &content["subject"]), (&json!("email"), &json!("Hello U")));
    assert_eq!((&content["to"], &content["text"]), (&json!("u@example.com"), &json!("Text")));
    assert!(content["html"].as_str().unwrap().contains("Text</p>"));
    assert_eq!((&content["preview"], &detail["preview"]), (&json!("Sneak peek"), &json!("Sneak peek")));
    assert_eq!(content["attachments"][0]["name"], "a.txt");
    assert_eq!(content["attachments"][0]["content"], "aGVsbG8=");
    for name in ["from", "cc", "bcc", "reply_to", "preview", "json_overrides", "own_layout"] {
        assert!(content.get(name).is_some(), "{name}");
    }
    let events = detail["events"].as_array().unwrap();
    assert_eq!(
        events.iter().map(|event| &event["type"]).collect::<Vec<_>>(),
        ["message.created", "message.queued", "message.sent"]
    );
    assert!(events.iter().all(|event| event["id"].is_string() && event["at"].is_string()));
    assert_eq!(detail["attempts"], json!([]));
    assert_eq!(detail["data"]["files"][0]["name"], "a.txt");
}

#[test]
fn each_kind_has_what_it_shows() {
    let feed = json!({ "markdown_body": "Hello *you*", "action_url": "https://a.example", "action_buttons": [{ "label": "Go", "action": "/go" }] });
    let content = detail(channel("feed_1", "feed", feed), json!({}))["content"].clone();
    assert_eq!(
        content,
        json!({ "type": "in_app_feed", "blocks": [
            { "type": "markdown", "name": "body", "content": "Hello *you*", "rendered": "<p>Hello <em>you</em></p>\n" },
            { "type": "text", "name": "action_url", "content": "https://a.example", "rendered": "https://a.example" },
            { "type": "button_set", "name": "actions", "buttons": [{ "name": "primary", "label": "Go", "action": "/go" }] },
        ] })
    );
    let content = detail(channel("sms_1", "sms", json!({ "text_body": "Ж" })), json!({}))["content"].clone();
    assert_eq!(
        content,
        json!({ "type": "sms", "to": "+15550100", "body": "Ж", "encoding": "UCS-2", "units": 1, "segments": 1, "payload_overrides": null })
    );
    let content =
        detail(channel("push_1", "push", json!({ "title": "T", "text_body": "B" })), json!({}))["content"]
            .clone();
    assert_eq!(
        (&content["type"], &content["token"], &content["title"], &content["body"], &content["silent"]),
        (&json!("push"), &json!("token"), &json!("T"), &json!("B"), &json!(false))
    );
    let content =
        detail(channel("chat_1", "slack", json!({ "markdown_body": "**Hi**" })), json!({}))["content"]
            .clone();
    assert_eq!(
        (&content["type"], &content["markdown"], &content["mrkdwn"]),
        (&json!("chat"), &json!("**Hi**"), &json!("*Hi*"))
    );
    assert_eq!(content["connection"]["channel_id"], "C1", "{CHAT}");
    let content = detail(channel("hook_1", "hook", json!({})), json!({}))["content"].clone();
    assert_eq!(
        (&content["type"], &content["method"], &content["body"]),
        (&json!("http"), &json!("POST"), &json!("{\"id\": \"u\"}"))
    );
    assert!(content["headers"].is_array() && content["query_params"].is_array());
}

#[test]
fn a_message_without_templates_is_named_after_its_workflow() {
    let client = crate::client::Client::new();
    client.trigger("welcome", json!({ "recipients": ["u"], "data": { "a": "b" } })).ok();
    let list = get(&client, "messages");
    let entry = &list["entries"][0];
    assert_eq!((&entry["title"], &entry["preview"]), (&json!("welcome"), &json!("")));
    let path = format!("messages/{}", entry["id"].as_str().unwrap());
    assert_eq!(get(&client, &path)["content"], Value::Null);
    assert_eq!(client.control("GET", &format!("{path}/html"), None).0, 404);
    assert_eq!(client.control("GET", "messages/unknown", None).0, 404);
    assert_eq!(client.control("PUT", &path, None).0, 404);
}
