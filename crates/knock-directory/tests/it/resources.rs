//! Everything that is not a workflow.

use knock_directory::{AudienceType, ChannelType, GroupOperator, PartialType};
use serde_json::{Value, json};

use crate::project::Project;

#[test]
fn resources_of_every_kind() {
    let layout = json!({
        "name": "Default", "html_layout@": "html_layout.html", "text_layout@": "text_layout.txt", "is_mjml": false,
        "footer_links": [{ "text": "Home", "url": "u" }, { "label": "Old", "url": "u" }],
        "branding_overrides": { "primary_color": "#fff" },
    });
    let project = Project::new()
        .file("layouts/default/layout.json", layout.to_string())
        .file("layouts/default/html_layout.html", "<html>{{ content }}</html>")
        .file("layouts/default/text_layout.txt", "{{ content }}")
        .file("email-layouts/old/layout.json", json!({ "name": "Old", "html_layout": "{{ content }}" }).to_string())
        .file(
            "partials/cta/partial.json",
            json!({
                "name": "CTA", "type": "markdown", "content": "**{{ text }}**", "visual_block_enabled": true,
                "input_schema": [{ "type": "text", "key": "text" }],
            })
            .to_string(),
        )
        .file(
            "message-types/banner/message_type.json",
            json!({
                "name": "Banner", "preview@": "preview.html",
                "variants": [{ "key": "default", "name": "Default", "fields": [{ "type": "text", "key": "title" }] }],
            })
            .to_string(),
        )
        .file("message-types/banner/preview.html", "<b/>")
        .file(
            "guides/tour/guide.json",
            json!({
                "name": "Tour", "channel_key": "in-app-guide", "type": "banner", "target_audience_key": "beta",
                "target_property_conditions": { "all": [{ "variable": "recipient.plan", "operator": "exists" }] },
                "activation_url_patterns": [{ "directive": "allow", "pathname": "/*" }],
                "steps": [{ "ref": "step_1", "schema_key": "banner", "values": { "title": "Hi" } }],
            })
            .to_string(),
        )
        .file(
            "audiences/beta/audience.json",
            json!({ "name": "Beta", "type": "dynamic", "segments": [
                { "conditions": [{ "property": "recipient.beta", "operator": "equal_to", "argument": "true" }] },
                { "conditions": [{ "property": "recipient.staff", "operator": "exists" }] },
            ] })
            .to_string(),
        )
        .file("audiences/vips/audience.json", json!({ "name": "VIPs", "type": "static" }).to_string())
        .file("schemas/user.json", json!({ "properties": [{ "key": "plan", "type": "string" }] }).to_string())
        .file("schemas/objects/projects.json", json!({ "properties": [] }).to_string())
        .file("translations/en/en.json", json!({ "hello": "Hello", "menu": { "open": "Open" } }).to_string())
        .file("translations/en/shop.en.json", json!({ "buy": "Buy" }).to_string());
    let directory = project.load();
    assert_eq!(directory.problems, []);
    let layout = &directory.layouts["default"];
    assert_eq!((&*layout.html_layout, &*layout.footer_links[1].text), ("<html>{{ content }}</html>", "Old"));
    assert_eq!(directory.layouts["old"].text_layout, "{{ content }}");
    assert_eq!(directory.partials["cta"].partial_type, PartialType::Markdown);
    assert_eq!(directory.message_types["banner"].preview.as_deref(), Some("<b/>"));
    assert_eq!(directory.message_types["banner"].variants[0].fields[0]["key"], "title");
    assert_eq!(directory.guides["tour"].steps[0].values["title"], "Hi");
    assert_eq!(directory.audiences["beta"].segments.any.len(), 2);
    assert_eq!(directory.audiences["vips"].audience_type, AudienceType::Static);
    assert_eq!(directory.schemas.keys().collect::<Vec<_>>(), ["objects/projects", "user"]);
    assert_eq!(directory.translations["shop.en"].namespace.as_deref(), Some("shop"));
    assert_eq!(directory.translations["en"].content["menu"]["open"], "Open");
}

#[test]
fn translations_as_po_files() {
    let text = "# A comment\nmsgid \"\"\nmsgstr \"Language: de\\n\"\n\nmsgctxt \"menu\"\nmsgid \"Open\"\nmsgstr \"\"\n\"Öff\"\n\"nen\"\n\n\
        msgid \"%{count} file\"\nmsgid_plural \"%{count} files\"\nmsgstr[0] \"eine \\\"Datei\\\"\"\nmsgstr[1] \"Dateien\"\n";
    let directory = Project::new().file("translations/de/system.de.po", text).load();
    assert_eq!(directory.problems, []);
    let expected =
        json!({ "Open": "Öffnen", "%{count} file": { "one": "eine \"Datei\"", "other": "Dateien" } });
    assert_eq!(Value::Object(directory.translations["system.de"].content.clone()), expected);

    for (text, expected) in [
        ("msgid Open", "1:1: should end with a string in double quotes"),
        ("msgid \"a\"\nmsgstr \"b", "2:1: should end with a string in double quotes"),
        ("\"a\"", "1:1: continues no text"),
        ("msgstring \"a\"", "1:1: should begin with msgid, msgid_plural, msgstr or msgctxt"),
    ] {
        let problems = Project::new().file("translations/de/de.po", text).problems();
        assert_eq!(problems, [format!("translations/de/de.po:{expected}")]);
    }
}

#[test]
fn wrong_resources() {
    for (path, value, expected) in [
        ("layouts/abc/layout.json", json!({ "name": "L" }), "html_layout: is missing"),
        (
            "partials/abc/partial.json",
            json!({ "name": "P", "type": "xml", "content": "" }),
            "type: unknown variant `xml`, expected one of `html`, `markdown`, `text`, `json`",
        ),
        ("guides/abc/guide.json", json!({ "name": "G", "steps": [{}] }), "steps[0].ref: is missing"),
        (
            "message-types/abc/message_type.json",
            json!({ "name": "M", "variants": [{}] }),
            "variants[0].key: is missing",
        ),
        ("audiences/abc/audience.json", json!({ "name": "A" }), "type: is missing"),
        ("schemas/user.json", json!({}), "properties: is missing"),
        (
            "translations/en/en.json",
            json!({ "a": { "b": 1 } }),
            "a.b: should be a string or an object with strings",
        ),
        (
            "translations/en/de.json",
            json!({}),
            "is not a translation: expected en.json or <namespace>.en.json",
        ),
    ] {
        let problems = Project::new().file(path, value.to_string()).problems();
        assert_eq!(problems, [format!("{path}: {expected}")]);
    }
}

#[test]
fn the_file_of_our_own() {
    let environment = json!({
        "channels": {
            "postmark": { "type": "email", "name": "Postmark", "provider": "email_postmark", "sandbox": true,
                "conditions": { "all": [{ "variable": "vars.on", "operator": "equal_to", "argument": "true" }] } },
            "hooks": { "type": "http", "id": "8209f26c-62a5-461d-95e2-a5716a26e652", "settings": { "url": "http://localhost/" } },
        },
        "channel_groups": { "mobile": { "operator": "all", "channels": ["apns", { "key": "fcm", "unless": { "all": [] } }] } },
        "variables": { "app_url": "http://localhost:3000" },
        "branding": { "primary_color": "#05f" },
        "preferences": { "channel_types": { "sms": false } },
        "timezone": "Europe/Berlin",
        "default_locale": "de-AT",
        "allowed_hosts": ["api.example.com"],
    });
    let step = json!([{ "type": "channel", "ref": "p", "channel_group_key": "mobile", "template": { "title": "T", "text_body": "B" } }]);
    let directory = Project::new().steps(&step).write("emulator.json", environment.to_string()).load();
    assert_eq!(directory.problems, []);
    let environment = &directory.environment;
    assert!(
        environment.channels["postmark"].sandbox && !environment.channels["postmark"].conditions.always()
    );
    assert_eq!(environment.channels["apns"].channel_type, ChannelType::Push, "the group names it");
    let group = &environment.channel_groups["mobile"];
    assert_eq!((group.operator, group.channels[1].unless.is_some()), (GroupOperator::All, true));
    assert_eq!(environment.timezone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(environment.default_locale.as_deref(), Some("de-AT"));

    for (text, expected) in [
        ("{", "emulator.json:1:1: invalid JSON: EOF while parsing an object"),
        (
            r#"{"channel": {}}"#,
            "emulator.json: channel: does not exist; there are $schema, channels, channel_groups, variables, branding, preferences, timezone, default_locale, allowed_hosts",
        ),
        (r#"{"channels": {"a": {}}}"#, "emulator.json: channels.a.type: is missing"),
        (r#"{"variables": []}"#, "emulator.json: variables: should be an object"),
    ] {
        assert_eq!(Project::new().write("emulator.json", text).problems(), [expected]);
    }
    let group = Project::new().steps(&step).problems();
    assert_eq!(
        group,
        [
            "workflows/test/workflow.json: steps[0]: the type of `mobile` is not known: add `channel_type` here, or the channel to emulator.json"
        ]
    );
    let mut typed = step;
    typed[0]["channel_type"] = json!("push");
    let group = Project::new().steps(&typed).problems();
    assert_eq!(
        group,
        ["workflows/test/workflow.json: the step `p` uses the group `mobile`, which is not in emulator.json"]
    );
}
