//! In-app, SMS, push, chat and webhooks.

use knock_emulator::ChannelKind;
use knock_emulator::render::{Content, Context, RenderError, Renderer, Step};
use serde_json::{Value, json};

use crate::{World, now};

fn scope() -> Value {
    json!({
        "recipient": { "id": "ada", "name": "Ada", "phone_number": "+15550100" },
        "data": { "code": 1234, "html": "<b>&</b>", "markdown": "**x**" },
        "current_message": { "id": "message_1" },
    })
}

fn render(step: &Step<'_>) -> Result<Content, RenderError> {
    let renderer = Renderer::builder()
        .partial("name", &json!({ "type": "markdown", "content": "_{{ name }}_" }))
        .build();
    renderer.render(step, &Context::new(&scope(), now(), &World))
}

fn data(kind: ChannelKind, template: &Value) -> Value {
    render(&Step::new("step", kind, template)).unwrap().data()
}

#[test]
fn in_app_items_have_liquid_first_and_markdown_then() {
    let template = json!({
        "markdown_body": "**Hi** {{ data.markdown }} {{ data.html }} {% render 'name', name: recipient.name %}",
        "action_url": " https://example.com/{{ data.code }} ",
        "action_buttons": [
            { "label": "Open {{ data.code }}", "action": "/open" },
            { "label": "Later", "action": "/later?id={{ data.code }}" },
        ],
    });
    assert_eq!(
        data(ChannelKind::InAppFeed, &template),
        json!({
            "__typename": "MessageInAppFeedContent",
            "blocks": [
                {
                    "type": "markdown",
                    "name": "body",
                    "content": "**Hi** **x** <b>&</b> _Ada_",
                    "rendered": "<p><strong>Hi</strong> <strong>x</strong> <b>&amp;</b> <em>Ada</em></p>\n",
                },
                {
                    "type": "text",
                    "name": "action_url",
                    "content": "https://example.com/1234",
                    "rendered": "https://example.com/1234",
                },
                {
                    "type": "button_set",
                    "name": "actions",
                    "buttons": [
                        { "name": "primary", "label": "Open 1234", "action": "/open" },
                        { "name": "secondary", "label": "Later", "action": "/later?id=1234" },
                    ],
                },
            ],
        })
    );
}

#[test]
fn sms() {
    let template = json!({ "text_body": "Code {{ data.code }}: {{ data.html }}" });
    assert_eq!(
        data(ChannelKind::Sms, &template),
        json!({ "__typename": "MessageSmsContent", "to": "+15550100", "body": "Code 1234: <b>&</b>" })
    );
    let template = json!({
        "text_body": "🖖",
        "settings": { "to_number": "{{ data.code }}", "payload_overrides": "{\"from\": \"{{ recipient.name }}\"}" },
    });
    let Content::Sms(sms) = render(&Step::new("sms_1", ChannelKind::Sms, &template)).unwrap() else {
        unreachable!()
    };
    assert_eq!((sms.to.as_str(), sms.units, sms.segments), ("1234", 2, 1));
    assert_eq!(json!(sms.encoding), "UCS-2");
    assert_eq!(sms.payload_overrides, Some(json!({ "from": "Ada" })));
}

#[test]
fn push() {
    let template =
        json!({ "title": "Hi {{ recipient.name }}", "text_body": "{{ data.code }}", "settings": {} });
    let token = json!("token");
    let content = render(&Step::new("push_1", ChannelKind::Push, &template).address(&token)).unwrap();
    assert_eq!(
        content.data(),
        json!({
            "__typename": "MessagePushContent",
            "token": "token",
            "title": "Hi Ada",
            "body": "1234",
            "data": { "code": 1234, "html": "<b>&</b>", "markdown": "**x**", "knock_message_id": "message_1" },
        })
    );
    let silent = json!({ "title": "a", "text_body": "b", "settings": { "delivery_type": "silent" } });
    let silent = data(ChannelKind::Push, &silent);
    assert_eq!((&silent["title"], &silent["body"]), (&json!(""), &json!("")));
}

#[test]
fn payload_overrides_of_a_template_replace_those_of_the_channel() {
    let channel = json!({ "payload_overrides": { "aps": { "sound": "a", "badge": 1 } } });
    let overrides = |own: Value| {
        let template = json!({ "text_body": "b", "settings": { "payload_overrides": own } });
        let content = render(&Step::new("push_1", ChannelKind::Push, &template).channel(&channel)).unwrap();
        let Content::Push(push) = content else { unreachable!() };
        push.payload_overrides.unwrap()
    };
    assert_eq!(overrides(json!(null)), channel["payload_overrides"]);
    assert_eq!(overrides(json!({ "aps": { "badge": 2 } })), json!({ "aps": { "badge": 2 } }));
    let replaced = overrides(json!("{\"__strategy__\": \"replace\", \"a\": {{ data.code }}}"));
    assert_eq!(replaced, json!({ "__strategy__": "replace", "a": 1234 }));
}

#[test]
fn chat() {
    let template = json!({ "markdown_body": "**Hi** [{{ recipient.name }}](https://a.b)", "summary": "{{ data.code }}" });
    let connection = json!({ "channel_id": "C1" });
    let content = render(&Step::new("chat_1", ChannelKind::Chat, &template).address(&connection)).unwrap();
    assert_eq!(
        content.data(),
        json!({
            "__typename": "MessageChatContent",
            "connection": { "channel_id": "C1" },
            "template": {
                "blocks": [{ "name": "body", "type": "markdown", "content": "**Hi** [Ada](https://a.b)" }],
                "json_content": null,
                "summary": "1234",
            },
            "metadata": null,
        })
    );
    let Content::Chat(chat) = content else { unreachable!() };
    assert_eq!(chat.mrkdwn.as_deref(), Some("*Hi* <https://a.b|Ada>"));

    let blocks = json!({ "json_body": "{\"blocks\": [{\"text\": {{ data.html | json }}}]}" });
    let blocks = data(ChannelKind::Chat, &blocks);
    assert_eq!(blocks["template"]["json_content"], json!({ "blocks": [{ "text": "<b>&</b>" }] }));

    let broken = json!({ "json_body": "{\n\"text\": {{ recipient.name }}}" });
    let error = render(&Step::new("chat_1", ChannelKind::Chat, &broken)).unwrap_err();
    assert_eq!((error.step(), error.field(), error.line()), ("chat_1", "json_body", Some(2)));
}

#[test]
fn webhooks() {
    let channel = json!({
        "method": "post",
        "url": "https://example.com/{{ recipient.id }}",
        "headers": [{ "key": "x-name", "value": "{{ recipient.name }}" }],
        "query_params": "{\"code\": {{ data.code }}}",
        "body": "{\"html\": {{ data.html | json }}}",
    });
    let empty = json!({});
    let request = render(&Step::new("http_1", ChannelKind::Http, &empty).channel(&channel)).unwrap().data();
    assert_eq!(
        request,
        json!({
            "method": "POST",
            "url": "https://example.com/ada",
            "headers": [["x-name", "Ada"]],
            "query_params": [["code", "1234"]],
            "body": "{\"html\": \"<b>&</b>\"}",
        })
    );
    // Any field of the step replaces all of the channel's.
    let own = json!({ "method": "put", "url": "https://example.org" });
    let request = render(&Step::new("http_1", ChannelKind::Http, &own).channel(&channel)).unwrap().data();
    assert_eq!(
        request,
        json!({ "method": "PUT", "url": "https://example.org", "headers": [], "query_params": [], "body": "" })
    );
}

#[test]
fn errors_name_the_step_and_the_field() {
    let template = json!({ "action_buttons": [{ "label": "a", "action": "b" }, { "label": "\n{{ x | nope }}", "action": "" }] });
    let error = render(&Step::new("in_app_feed_1", ChannelKind::InAppFeed, &template)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "in_app_feed_1: action_buttons[1].label, line 2: the filter `nope` is not known"
    );
    assert_eq!(error.name(), Some("nope"));
}
