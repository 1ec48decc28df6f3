//! The directory on disk: finding it, and noticing changes.

use knock_emulator::{Emulator, FindError};
use serde_json::json;

use super::project::{Knock, Project, channel, delay, email, says, sms};

#[test]
fn a_directory_that_is_missing_is_an_error() {
    let missing = std::env::temp_dir().join("knock-emulator-no-such-directory");
    assert!(matches!(Emulator::builder().knock_dir(missing), Err(FindError::NotFound(_))));
}

#[test]
fn the_next_trigger_runs_what_is_on_disk() {
    let knock = Knock::of(json!([sms("after")]));
    knock.trigger(json!({}));
    knock.project.steps("test", json!([email("after")]));
    knock.trigger(json!({}));
    knock.project.steps("another", json!([sms("after")]));
    knock.client.trigger("another", json!({ "recipients": ["u"] })).ok();
    assert_eq!(knock.sent(), ["sms", "email", "sms"]);
    let versions: Vec<_> =
        knock.messages().iter().map(|message| message["source"]["version_id"].clone()).collect();
    assert_ne!(versions[0], versions[1]);
}

#[test]
fn a_run_keeps_the_version_of_its_trigger() {
    let knock = Knock::of(json!([delay("wait", 60), sms("after")]));
    knock.trigger(json!({}));
    knock.project.steps("test", json!([delay("wait", 60), email("after")]));
    knock.trigger(json!({}));
    knock.wait(60);
    assert_eq!(knock.sent(), ["sms", "email"]);
}

#[test]
fn a_workflow_that_breaks_is_gone_and_the_others_stay() {
    let knock = Knock::of(json!([sms("after")]));
    knock.project.steps("other", json!([sms("after")]));
    knock.project.write("knock/workflows/test/workflow.json", "{");
    knock.try_trigger(json!({})).fails(404, "workflow_missing");
    knock.client.trigger("other", json!({ "recipients": ["u"] })).ok();
    assert_eq!(knock.client.emulator.problems().len(), 1);
}

/// What is wrong with a project.
fn problems(project: &Project) -> Vec<String> {
    project.builder().build().problems().iter().map(ToString::to_string).collect()
}

#[test]
fn texts_that_are_not_liquid_are_named_with_their_place() {
    let project = Project::new();
    let template = json!({ "subject": "{{ data.x", "visual_blocks@": "e/visual_blocks.json" });
    let branch = json!({ "name": "else", "steps": [channel("e", "email", template)] });
    project.steps(
        "test",
        json!([
            channel("s", "sms", json!({ "text_body@": "s/text_body.txt" })),
            { "type": "branch", "ref": "b", "branches": [branch] },
            { "type": "http_fetch", "ref": "f", "settings": { "method": "get", "url": "http://localhost/{{ a | nope }}" } },
            { "type": "throttle", "ref": "t", "settings": { "throttle_window": { "unit": "days", "value": 1 }, "throttle_key": "{{ a" } },
        ]),
    );
    project.write("knock/workflows/test/s/text_body.txt", "Hi\n{% if data.x %}");
    let blocks = json!([
        { "type": "markdown", "content@": "visual_blocks/1.content.md" },
        { "type": "html", "content": "\n{{ 'a' | shout }}" },
    ]);
    project.write("knock/workflows/test/e/visual_blocks.json", blocks.to_string());
    project.write(
        "knock/workflows/test/e/visual_blocks/1.content.md",
        "# A\n\n{% for x in y %}\n- x\n{% end %}",
    );
    let layout =
        json!({ "name": "L", "html_layout@": "h.html", "footer_links": [{ "label": "a", "url": "{{" }] });
    project.write("knock/email-layouts/old/layout.json", layout.to_string());
    project.write("knock/email-layouts/old/h.html", "<p>\n{% include 'x' %}");
    project.write("knock/translations/en/en.json", json!({ "a": { "b": "{{ x" } }).to_string());
    let guide = json!({ "name": "G", "steps": [{ "ref": "s", "values": { "title": "{{ x | y }}" } }] });
    project.write("knock/guides/tour/guide.json", guide.to_string());
    let partial = json!({ "name": "P", "type": "markdown", "content@": "content.md" });
    project.write("knock/partials/cta/partial.json", partial.to_string());
    project.write("knock/partials/cta/content.md", "{% endif %}");
    assert_eq!(
        problems(&project),
        [
            "workflows/test/s/text_body.txt:2:1: the tag `if` is not closed by `endif`",
            "workflows/test/workflow.json: steps[1].branches[0].steps[0].template.subject: `{{` is not closed by `}}`",
            "workflows/test/e/visual_blocks/1.content.md:5:1: the tag `end` closes nothing",
            "workflows/test/e/visual_blocks.json: [1].content: line 2: the filter `shout` is not known",
            "workflows/test/workflow.json: steps[2].settings.url: the filter `nope` is not known",
            "workflows/test/workflow.json: steps[3].settings.throttle_key: `{{` is not closed by `}}`",
            "partials/cta/content.md:1:1: the tag `endif` closes nothing",
            "email-layouts/old/h.html:2:1: the tag `include` is not allowed; use `render`",
            "email-layouts/old/layout.json: footer_links[0].url: `{{` is not closed by `}}`",
            "guides/tour/guide.json: steps[0].values.title: the filter `y` is not known",
            "translations/en/en.json: a.b: `{{` is not closed by `}}`",
        ]
    );
}

#[test]
fn partials_and_layouts_that_do_not_exist_are_named() {
    let project = Project::new();
    let template = |layout: &str| {
        json!({ "subject": "s", "settings": { "layout_key": layout }, "visual_blocks": [
            { "type": "partial", "key": "gone", "attrs": {} },
            { "type": "html", "content": "{% if a %}{% render 'cta' %}{% else %}\n{% render 'lost' %}{% endif %}" },
        ] })
    };
    project.steps(
        "test",
        json!([channel("a", "email", template("default")), channel("b", "email", template("x"))]),
    );
    let cta =
        json!({ "name": "P", "type": "html", "content": "{% for a in b %}{% render 'other' %}{% endfor %}" });
    project.write("knock/partials/cta/partial.json", cta.to_string());
    let file = "workflows/test/workflow.json: steps";
    let template = "template.visual_blocks";
    assert_eq!(
        problems(&project),
        [
            format!("{file}[0].{template}[1].content: line 2: there is no partial `lost`"),
            format!("{file}[0].{template}[0].key: there is no partial `gone`"),
            format!("{file}[1].{template}[1].content: line 2: there is no partial `lost`"),
            format!("{file}[1].template.settings.layout_key: there is no email layout `x`"),
            format!("{file}[1].{template}[0].key: there is no partial `gone`"),
            "partials/cta/partial.json: content: there is no partial `other`".to_owned(),
        ]
    );
}

#[test]
fn a_block_that_cannot_be_rendered_is_named() {
    let project = Project::new();
    let blocks = json!([{ "type": "divider" }, { "type": "row", "columns": [] }]);
    project.steps("test", json!([channel("e", "email", json!({ "subject": "s", "visual_blocks": blocks }))]));
    assert_eq!(
        problems(&project),
        [
            "workflows/test/workflow.json: steps[0].template.visual_blocks[1].type: the emulator cannot render a `row`, \
             whose members Knock does not document"
        ]
    );
}

#[test]
fn settings_of_channels_that_are_not_liquid_are_named() {
    let project = Project::new();
    project.environment(json!({ "channels": {
        "email": { "type": "email", "settings": { "from_address": "{{ vars.from", "json_overrides": { "a": "{{ b }}" } } },
        "hook": { "type": "http", "settings": {
            "url": "http://localhost/{{ a | nope }}", "headers": [{ "key": "a", "value": "\n{% if a %}" }],
        } },
    } }));
    assert_eq!(
        problems(&project),
        [
            "emulator.json: channels.email.settings.from_address: `{{` is not closed by `}}`",
            "emulator.json: channels.hook.settings.headers[0].value: line 2: the tag `if` is not closed by `endif`",
            "emulator.json: channels.hook.settings.url: the filter `nope` is not known",
        ]
    );
}

#[test]
fn json_is_read_as_a_whole() {
    let project = Project::new();
    let body = json!({ "a": "{% if data.x %}1", "b": "2{% endif %}" });
    project.steps("test", json!([channel("c", "slack", json!({ "json_body": body.to_string() }))]));
    assert_eq!(problems(&project), [""; 0]);
    let hook = json!({ "method": "post", "url": "http://localhost/", "body": body });
    project.steps("test", json!([channel("h", "hook", hook)]));
    assert_eq!(problems(&project), [""; 0]);
}

#[test]
fn a_wrong_time_zone_and_wrong_preferences_are_named() {
    let project = Project::new();
    project.environment(
        json!({ "timezone": "Europe/Atlantis", "preferences": { "id": "default", "channel_types": { "sms": "no" }, "workflow": {} } }),
    );
    project.steps("test", json!([sms("s")]));
    assert_eq!(
        problems(&project),
        [
            "emulator.json: preferences.workflow: does not exist; there are categories, workflows, channel_types, channels, \
             commercial_subscribed",
            "emulator.json: preferences: are no preference set: `channel_types` is invalid",
            "emulator.json: timezone: `Europe/Atlantis` is not a time zone, for example `Europe/Berlin`",
        ]
    );
}

#[test]
fn an_unknown_time_zone_of_a_recipient_leaves_that_of_the_account() {
    let project = Project::new();
    project.environment(json!({ "timezone": "Asia/Tokyo" }));
    project.steps("test", json!([sms("s")]));
    let knock = Knock::start(project);
    knock.user("u", json!({ "timezone": "Mars/Base" }));
    let repeats = json!([{ "frequency": "daily", "hours": 9 }]);
    let body = json!({ "recipients": ["u"], "workflow": "test", "repeats": repeats });
    let schedule = knock.client.post("/v1/schedules", body).ok();
    assert_eq!(schedule[0]["next_occurrence_at"], "2025-01-02T00:00:00Z");
}

#[test]
fn recipients_without_a_language_have_that_of_the_directory() {
    let text = |environment: serde_json::Value, locales: &[&str]| {
        let project = Project::new();
        project.environment(environment);
        project.steps("test", json!([says("s", "{{ 'hello' | t }}")]));
        for locale in locales {
            let file = format!("knock/translations/{locale}/{locale}.json");
            project.write(&file, json!({ "hello": format!("hello {locale}") }).to_string());
        }
        let knock = Knock::start(project);
        knock.trigger(json!({}));
        let id = knock.message()["id"].as_str().unwrap().to_owned();
        knock.client.get(&format!("/v1/messages/{id}/content")).ok()["data"]["body"].clone()
    };
    assert_eq!(text(json!({}), &["de", "en"]), "hello en");
    assert_eq!(text(json!({}), &["de"]), "hello de", "there is no other");
    assert_eq!(text(json!({}), &["de", "fr"]), "hello");
    assert_eq!(text(json!({ "default_locale": "fr" }), &["de", "en", "fr"]), "hello fr");
}

#[test]
fn templates_see_the_preferences_of_the_tenant() {
    let knock = Knock::of(json!([says("s", "{{ tenant.settings.preferences.channel_types.email }}")]));
    let settings = json!({ "preference_set": { "channel_types": { "email": false } } });
    knock.client.put("/v1/tenants/t", json!({ "settings": settings })).ok();
    knock.trigger_with(json!({ "tenant": "t" }));
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    let content = knock.client.get(&format!("/v1/messages/{id}/content")).ok();
    assert_eq!(content["data"]["body"], "false");
}

#[test]
fn data_for_fcm_are_flat_texts() {
    let template = json!({ "title": "T", "text_body": "B" });
    let knock = Knock::of(json!([channel("p", "push", template)]));
    knock.trigger(json!({ "foo": { "bar": [21, 13], "baz": false }, "biz": "abc" }));
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    let content = knock.client.get(&format!("/v1/messages/{id}/content")).ok();
    let expected = json!({ "foo.bar.0": "21", "foo.bar.1": "13", "foo.baz": "false", "biz": "abc", "knock_message_id": id });
    assert_eq!(content["data"]["data"], expected);
}

#[test]
fn an_empty_directory_has_no_workflows() {
    let project = Project::new();
    let client = crate::client::Client::of(project.builder());
    client.trigger("any", json!({ "recipients": ["u"] })).fails(404, "workflow_missing");
}

#[test]
fn a_reset_keeps_the_directory() {
    let knock = Knock::of(json!([sms("after")]));
    knock.trigger(json!({}));
    knock.client.emulator.reset();
    knock.user("u", json!({}));
    knock.trigger(json!({}));
    assert_eq!(knock.sent().len(), 1);
}

#[test]
fn one_trigger_reaches_a_thousand_recipients() {
    let knock = Knock::of(json!([sms("a"), email("b"), super::project::feed("c")]));
    let recipients: Vec<_> = (0..1000)
        .map(|n| json!({ "id": format!("r{n}"), "email": "r@example.com", "phone_number": "1" }))
        .collect();
    knock.try_trigger(json!({ "recipients": recipients })).ok();
    assert_eq!(knock.client.deliveries().len(), 3000);
}

#[test]
fn a_provider_is_guessed_by_the_key_only_if_it_fits_the_type() {
    let channels = [
        ("aws-sns", "sms", "sms_knock"),
        ("teams-email", "email", "email_knock"),
        ("aws-sns-push", "push", "push_aws_sns"),
        ("ms-teams", "chat", "chat_ms_teams"),
    ];
    let project = Project::new();
    let id = |at: usize| format!("11111111-2222-4333-8444-00000000000{at}");
    let declared = channels
        .iter()
        .enumerate()
        .map(|(at, (key, kind, _))| ((*key).to_owned(), json!({ "type": kind, "id": id(at) })));
    let declared: serde_json::Map<String, serde_json::Value> = declared.collect();
    project.environment(json!({ "channels": declared }));
    let knock = Knock::start(project);
    let data = json!({ "data": { "target_arns": ["arn"], "connections": [] } });
    for (at, (key, _, provider)) in channels.into_iter().enumerate() {
        let path = format!("/v1/users/u/channel_data/{}", id(at));
        assert_eq!(knock.client.put(&path, data.clone()).ok()["provider"], provider, "{key}");
    }
}
