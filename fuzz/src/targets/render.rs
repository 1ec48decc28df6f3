//! Any template with any data, in every kind of step.
//!
//! The first line is the data as JSON, and what follows is the template.

use std::sync::OnceLock;

use jiff::Timestamp;
use knock_emulator::ChannelKind;
use knock_emulator::render::{Content, Context, NoEntities, Renderer, Step};
use serde_json::{Value, json};

/// Checks one input.
pub fn check(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else { return };
    let (data, text) = input.split_once('\n').unwrap_or(("{}", input));
    let scope = scope(serde_json::from_str(data).unwrap_or_default());
    for (kind, template) in templates(text) {
        check_step(kind, &template, &scope, text);
    }
}

fn renderer() -> &'static Renderer {
    static RENDERER: OnceLock<Renderer> = OnceLock::new();
    RENDERER.get_or_init(|| {
        let partial =
            json!({ "type": "html", "content": "<style>p {}</style><p>{{ a }}{% render 'p' %}</p>" });
        let layout =
            json!({ "html_layout": "<head></head>{{ content }}{{ x }}", "text_layout": "{{ content }}" });
        Renderer::builder()
            .partial("p", &partial)
            .layout("default", &layout)
            .translation(
                "en",
                "",
                json!({ "a": { "one": "{{ count }} {{ name }}", "other": "{{ count }}" } }),
            )
            .build()
    })
}

/// The variables: those of the data are at the top, too.
fn scope(data: Value) -> Value {
    let mut scope = data.as_object().cloned().unwrap_or_default();
    scope.insert("recipient".to_owned(), json!({ "id": "u", "email": "u@example.com", "locale": "en-GB" }));
    scope.insert("activities".to_owned(), json!([data, data]));
    scope.insert("vars".to_owned(), json!({ "branding": { "primary_color": data } }));
    scope.insert("data".to_owned(), data);
    Value::Object(scope)
}

/// A step of every kind with the text as its template.
fn templates(text: &str) -> [(ChannelKind, Value); 8] {
    let settings = json!({ "layout_key": "default", "pre_content": text });
    let blocks = json!([
        { "type": "markdown", "content": text },
        { "type": "button_set", "buttons": [{ "label": text, "action": text }] },
        { "type": "partial", "key": "p", "attrs": { "a": text } },
    ]);
    [
        (ChannelKind::Sms, json!({ "text_body": text })),
        (ChannelKind::Push, json!({ "title": text, "text_body": text })),
        (ChannelKind::Chat, json!({ "markdown_body": text, "summary": text })),
        (ChannelKind::Chat, json!({ "json_body": text })),
        (ChannelKind::InAppFeed, json!({ "markdown_body": text, "action_url": text })),
        (ChannelKind::Http, json!({ "method": "post", "url": text, "headers": text, "body": text })),
        (ChannelKind::Email, json!({ "subject": text, "html_body": text, "settings": settings })),
        (ChannelKind::Email, json!({ "subject": "", "visual_blocks": blocks, "settings": settings })),
    ]
}

fn check_step(kind: ChannelKind, template: &Value, scope: &Value, text: &str) {
    let context = Context::new(scope, Timestamp::UNIX_EPOCH, &NoEntities);
    let step = Step::new("step", kind, template);
    let rendered = renderer().render(&step, &context);
    match &rendered {
        Ok(Content::Sms(sms)) => {
            assert_eq!(sms.units == 0, sms.body.is_empty());
            assert!(sms.segments <= sms.units.max(1), "{} of {}", sms.segments, sms.units);
        }
        Ok(Content::Email(email)) => {
            assert!(!email.subject.contains(['\r', '\n']));
        }
        Ok(_) => {}
        Err(error) => {
            assert!(!error.message().is_empty());
            assert!(error.line().is_none_or(|line| line <= text.lines().count().max(1) + 1), "{error}");
        }
    }
    if kind == ChannelKind::Sms {
        let again = renderer().render(&step, &context);
        assert_eq!(format!("{rendered:?}"), format!("{again:?}"));
    }
}
