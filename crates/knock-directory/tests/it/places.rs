//! Every kind of mistake is named with its place, and the rest is read nevertheless.

use std::fs;

use knock_directory::{FindError, find};
use serde_json::{Value, json};

use crate::project::Project;

const MAIN: &str = "workflows/test/workflow.json";

#[test]
fn wrong_steps() {
    let sms = |extra: Value| {
        let mut step =
            json!({ "type": "channel", "ref": "s", "channel_key": "sms", "template": { "text_body": "T" } });
        step.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        step
    };
    let email = |template: Value| json!({ "type": "channel", "ref": "e", "channel_key": "email", "template": template });
    let delay = |settings: Value| json!({ "type": "delay", "ref": "d", "settings": settings });
    let cohort =
        |branches: Value| json!({ "type": "random_cohort", "ref": "r", "cohort_branches": branches });
    let yes = json!({ "all": [{ "variable": "data.x", "operator": "exists" }] });
    for (step, expected) in [
        (json!({ "type": "dalay", "ref": "d" }), "steps[0].type: `dalay` is not a type of a step"),
        (json!({ "ref": "d" }), "steps[0].type: is missing"),
        (json!(1), "steps[0]: should be an object"),
        (json!(null), "steps[0]: should not be null"),
        (sms(json!({ "ref": null })), "steps[0].ref: is missing"),
        (sms(json!({ "ref": "" })), "steps[0].ref: should not be empty"),
        (
            sms(json!({ "channel_group_key": "g" })),
            "steps[0]: should have either `channel_key` or `channel_group_key`",
        ),
        (sms(json!({ "template": null })), "steps[0].template: is missing"),
        (sms(json!({ "template": {} })), "steps[0].template.text_body: is missing"),
        (sms(json!({ "template": { "text_body": 1 } })), "steps[0].template.text_body: should be a string"),
        (
            sms(json!({ "channel_type": "fax" })),
            "steps[0].channel_type: unknown variant `fax`, expected one of `email`, `in_app`, `in_app_feed`, `in_app_guide`, `sms`, `push`, `chat`, `http`",
        ),
        (
            sms(json!({ "conditions": { "all": [{ "variable": "data.x", "operator": "equals" }] } })),
            "steps[0].conditions.all[0].operator: `equals` is not an operator",
        ),
        (
            sms(json!({ "conditions": { "any": [{ "all": [{ "operator": "exists" }] }] } })),
            "steps[0].conditions.any[0].all[0].variable: is missing",
        ),
        (
            sms(json!({ "conditions": { "al": [] } })),
            "steps[0].conditions: should have either `all` or `any`",
        ),
        (
            sms(json!({ "send_windows": [{ "day": "monday", "type": "send", "from": "9:00" }] })),
            "steps[0].send_windows[0].from: should be a time of day such as 09:30:00",
        ),
        (
            sms(json!({ "send_windows": [{ "day": "monday", "type": "maybe" }] })),
            "steps[0].send_windows[0].type: should be `send` or `do_not_send`",
        ),
        (
            sms(
                json!({ "send_windows": [{ "day": "monday", "type": "send" }, { "day": "monday", "type": "send" }] }),
            ),
            "steps[0].send_windows: has two windows for the same day",
        ),
        (
            email(json!({ "subject": "S" })),
            "steps[0].template: should have either `html_body` or `visual_blocks`",
        ),
        (
            email(json!({ "subject": "S", "visual_blocks": [{ "type": "video" }] })),
            "steps[0].template.visual_blocks[0].type: `video` is not a type of a visual block",
        ),
        (delay(json!({})), "steps[0].settings: should have `delay_for` or `delay_until_field_path`"),
        (
            delay(json!({ "delay_for": { "unit": "days", "value": -1 } })),
            "steps[0].settings.delay_for.value: should not be negative",
        ),
        (
            delay(json!({ "delay_for": { "unit": "fortnights", "value": 1 } })),
            "steps[0].settings.delay_for.unit: unknown variant `fortnights`, expected one of `seconds`, `minutes`, `hours`, `days`, `weeks`, `months`",
        ),
        (
            json!({ "type": "batch", "ref": "b", "settings": { "batch_key": "k" } }),
            "steps[0].settings: should have `batch_window` or `batch_until_field_path`",
        ),
        (
            json!({ "type": "batch", "ref": "b", "settings": { "batch_until_field_path": "data.x", "batch_items_max_limit": 1 } }),
            "steps[0].settings.batch_items_max_limit: should be an integer from 2 to 1000",
        ),
        (
            json!({ "type": "batch", "ref": "b", "conditions": yes, "settings": { "batch_until_field_path": "data.x" } }),
            "steps[0].conditions: batches and branches have no conditions",
        ),
        (
            json!({ "type": "throttle", "ref": "t", "settings": { "throttle_limit": 2 } }),
            "steps[0].settings: should have `throttle_window` or `throttle_window_field_path`",
        ),
        (
            json!({ "type": "branch", "ref": "b", "branches": [{ "conditions": yes, "steps": [] }] }),
            "steps[0].branches: the last branch, and no other, should be the default, without conditions",
        ),
        (
            json!({ "type": "branch", "ref": "b", "branches": [{ "steps": [{ "type": "x" }] }] }),
            "steps[0].branches[0].steps[0].type: `x` is not a type of a step",
        ),
        (
            cohort(json!([{ "percentage": 50, "steps": [] }, { "percentage": "49.9", "steps": [] }])),
            "steps[0].cohort_branches: the percentages should add up to 100",
        ),
        (
            cohort(json!([{ "percentage": 100, "steps": [] }])),
            "steps[0].cohort_branches: should have 2 to 10 branches",
        ),
        (
            cohort(json!([{ "percentage": "many", "steps": [] }])),
            "steps[0].cohort_branches[0].percentage: should be a number from 0 to 100",
        ),
        (
            json!({ "type": "update_user", "ref": "u", "settings": { "recipient_mode": "reference", "update_properties": "{}" } }),
            "steps[0].settings.recipient_gid: is missing",
        ),
        (
            json!({ "type": "wait_for_event", "ref": "w", "settings": { "event": { "event_type": "storm", "event_key": "k" } } }),
            "steps[0].settings.event.event_type: unknown variant `storm`, expected one of `integration_source`, `message`, `workflow`, `audience`, `recipient`",
        ),
    ] {
        let project = Project::new().steps(&json!([step]));
        assert_eq!(project.problems(), [format!("{MAIN}: {expected}")], "{step}");
        assert!(project.load().workflows.is_empty());
    }
}

#[test]
fn all_wrong_steps_are_named() {
    let twice = json!([{ "type": "a", "ref": "a" }, { "type": "b", "ref": "b" }]);
    assert_eq!(
        Project::new().steps(&twice).problems(),
        [
            format!("{MAIN}: steps[0].type: `a` is not a type of a step"),
            format!("{MAIN}: steps[1].type: `b` is not a type of a step"),
        ],
    );
    let delay =
        json!({ "type": "delay", "ref": "d", "settings": { "delay_for": { "unit": "days", "value": 1 } } });
    assert_eq!(
        Project::new().steps(&json!([delay, delay])).problems(),
        [format!("{MAIN}: steps: two steps have the ref `d`")],
    );
    let mut nested = json!([]);
    for depth in 0..6 {
        nested = json!([{ "type": "branch", "ref": format!("b{depth}"), "branches": [{ "steps": nested }] }]);
    }
    let problems = Project::new().steps(&nested).problems();
    assert!(problems.len() == 1 && problems[0].ends_with("branches can be nested 5 deep"), "{problems:?}");
}

#[test]
fn invalid_json_is_named_by_line_and_column() {
    let project = Project::new()
        .file(MAIN, "{\n  \"name\": \"Test\",\n  \"steps\": [}\n}")
        .file("workflows/good/workflow.json", r#"{"name": "Good", "steps": []}"#);
    assert_eq!(project.problems(), [format!("{MAIN}:3:13: invalid JSON: expected value")]);
    assert_eq!(project.load().workflows.len(), 1);
}

#[test]
fn wrong_files() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (path, text, expected) in [
        (MAIN, "", format!("{MAIN}:1:0: invalid JSON: EOF while parsing a value")),
        (MAIN, "[]", format!("{MAIN}: should be an object")),
        (MAIN, r#"{"steps": []}"#, format!("{MAIN}: name: is missing")),
        (MAIN, r#"{"name": "T"}"#, format!("{MAIN}: steps: is missing")),
        (MAIN, deep.as_str(), format!("{MAIN}:1:128: invalid JSON: recursion limit exceeded")),
        ("workflows/test/other.json", "{}", "workflows/test: has no workflow.json".to_owned()),
        (
            "workflows/Big Name/workflow.json",
            r#"{"name": "T", "steps": []}"#,
            "workflows/Big Name/workflow.json: the directory `Big Name` is not a key: it should have 3 to 255 of the characters a-z, 0-9, - and _".to_owned(),
        ),
    ] {
        assert_eq!(Project::new().file(path, text).problems(), [expected]);
    }
    let binary = Project::new().file(MAIN, [0xff, 0xfe]);
    assert_eq!(binary.problems(), [format!("{MAIN}: is not UTF-8")]);
}

fn email(template: Value) -> Value {
    json!([{ "type": "channel", "ref": "email_1", "channel_key": "email", "template": template }])
}

#[test]
fn references_are_read() {
    let blocks = json!([{ "type": "markdown", "content@": "blocks/1.content.md" }]);
    let project = Project::new()
        .steps(&email(json!({
            "subject@": "email_1/subject.txt", "visual_blocks@": "email_1/visual_blocks.json",
            // what is in the file itself takes precedence, and the other is not read
            "text_body": "inline", "text_body@": "missing.txt",
        })))
        .file("workflows/test/email_1/subject.txt", "Hello {{ name }}")
        .file("workflows/test/email_1/visual_blocks.json", blocks.to_string())
        .file("workflows/test/email_1/blocks/1.content.md", "# Hi");
    let workflow = project.test();
    let knock_directory::StepKind::Channel(step) = &workflow.steps[0].kind else { panic!() };
    assert_eq!(
        step.template,
        json!({
            "subject": "Hello {{ name }}", "text_body": "inline",
            "visual_blocks": [{ "type": "markdown", "content": "# Hi" }],
        })
    );
    // only a file of this name is JSON
    let body = json!([{ "type": "channel", "ref": "c", "channel_key": "slack", "template": { "json_body@": "body.json" } }]);
    let workflow = Project::new().steps(&body).file("workflows/test/body.json", "{{ data | json }}").test();
    let knock_directory::StepKind::Channel(step) = &workflow.steps[0].kind else { panic!() };
    assert_eq!(step.template, json!({ "json_body": "{{ data | json }}" }));
}

#[test]
fn wrong_references() {
    let place = format!("{MAIN}: steps[0].template.html_body@");
    let html = |path: Value| Project::new().steps(&email(json!({ "subject": "S", "html_body@": path })));
    for (path, expected) in [
        (json!(1), format!("{place}: should be the path of a file")),
        (
            json!("../other/secret.html"),
            format!("{place}: `../other/secret.html` is outside of workflows/test"),
        ),
        (
            json!("../../../../etc/passwd"),
            format!("{place}: `../../../../etc/passwd` is outside of workflows/test"),
        ),
        (json!("/etc/passwd"), format!("{place}: `/etc/passwd` is outside of workflows/test")),
    ] {
        assert_eq!(html(path).problems(), [expected]);
    }
    let missing = html(json!("no.html")).problems();
    assert!(
        missing.len() == 1 && missing[0].starts_with(&format!("{place}: `no.html` cannot be read")),
        "{missing:?}"
    );

    let twice = Project::new()
        .steps(&email(json!({ "subject@": "a.txt", "html_body@": "x/../a.txt" })))
        .file("workflows/test/a.txt", "A");
    assert_eq!(
        twice.problems(),
        [format!("{MAIN}: steps[0].template.subject@: another field refers to `a.txt`, too")],
    );
}

#[test]
fn problems_that_others_find_name_the_file_of_the_text() {
    let directory = Project::new()
        .steps(&json!([{ "type": "branch", "ref": "b", "branches": [{ "name": "else", "steps": [{
            "type": "channel", "ref": "s", "channel_key": "sms", "template": { "text_body@": "s.txt" },
        }] }] }]))
        .file("workflows/test/s.txt", "Hi")
        .file("email-layouts/old/layout.json", json!({ "name": "Old", "html_layout@": "h.html" }).to_string())
        .file("email-layouts/old/h.html", "{{ content }}")
        .load();
    let places: Vec<&str> =
        directory.workflows["test"].all_steps().iter().map(|step| step.place.as_str()).collect();
    assert_eq!(places, ["steps[0]", "steps[0].branches[0].steps[0]"]);
    let text = format!("{}.template.text_body", places[1]);
    for (folder, key, path, line, expected) in [
        ("workflows", "test", &*text, Some(3), "workflows/test/s.txt:3:1: wrong"),
        ("workflows", "test", &text, None, "workflows/test/s.txt: wrong"),
        ("workflows", "test", "name", Some(1), "workflows/test/workflow.json: name: wrong"),
        ("workflows", "test", "name", Some(2), "workflows/test/workflow.json: name: line 2: wrong"),
        ("layouts", "old", "html_layout", Some(1), "email-layouts/old/h.html:1:1: wrong"),
        ("layouts", "unknown", "name", None, "layouts: name: wrong"),
    ] {
        assert_eq!(directory.problem_in(folder, key, path, line, "wrong").to_string(), expected);
    }
}

#[test]
fn mistakes_in_referenced_files_name_these() {
    let blocks = |text: &str| {
        Project::new()
            .steps(&email(json!({ "subject": "S", "visual_blocks@": "email_1/visual_blocks.json" })))
            .file("workflows/test/email_1/visual_blocks.json", text)
            .problems()
    };
    let file = "workflows/test/email_1/visual_blocks.json";
    assert_eq!(blocks("[\n}"), [format!("{file}:2:1: invalid JSON: expected value")]);
    assert_eq!(blocks("{}"), [format!("{file}: should be an array")]);
    assert_eq!(
        blocks(r#"[{"type": "divider"}, {"type": "video"}]"#),
        [format!("{file}: [1].type: `video` is not a type of a visual block")],
    );
    let missing = blocks(r#"[{"type": "html", "content@": "no.html"}]"#);
    assert!(
        missing[0].starts_with(&format!("{file}: [0].content@: `no.html` cannot be read")),
        "{missing:?}"
    );
}

#[test]
fn the_directory_is_found_from_below() {
    let project = Project::new().file("workflows/test/workflow.json", r#"{"name": "T", "steps": []}"#);
    let root = fs::canonicalize(project.folder.join("knock")).unwrap();
    let inner = project.folder.join("src/inner");
    fs::create_dir_all(&inner).unwrap();
    for start in [&project.folder, &inner, &project.folder.join("knock"), &root.join("workflows/test")] {
        let location = find(start).unwrap();
        assert_eq!(fs::canonicalize(&location.root).unwrap(), root, "{}", start.display());
        assert_eq!(location.environment, root.with_file_name("emulator.json"), "{}", start.display());
    }
    fs::remove_file(project.folder.join("knock.json")).unwrap();
    assert_eq!(find(&root).unwrap().root, root);
    assert!(matches!(find(&inner), Err(FindError::NotFound(_))));
    assert!(matches!(find(project.folder.join("nowhere")), Err(FindError::NotFound(_))));
}

#[test]
fn a_folder_below_a_marker_is_no_knock_directory_by_chance() {
    let project = Project::new()
        .file("workflows/layouts/workflow.json", r#"{"name": "L", "steps": []}"#)
        .write("app/schemas/user.sql", "")
        .write("other/workflows/test/workflow.json", r#"{"name": "T", "steps": []}"#);
    let root = |start: &str| fs::canonicalize(find(project.folder.join(start)).unwrap().root).unwrap();
    let full = |path: &str| fs::canonicalize(project.folder.join(path)).unwrap();
    assert_eq!(root("app"), full("knock"), "it has a folder of the same name");
    assert_eq!(root("knock/workflows"), full("knock"), "a workflow has the name of a resource");
    assert_eq!(root("other"), full("other"), "it has workflows");
}

#[test]
fn a_wrong_marker_is_named() {
    for (text, expected) in [
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("{}", "`knockDir` should be the path of a directory"),
        (r#"{"knockDir": ""}"#, "`knockDir` should be the path of a directory"),
        (r#"{"knockDir": "other"}"#, "which is not a directory"),
    ] {
        let project = Project::new().write("knock.json", text);
        let error = find(&project.folder).unwrap_err().to_string();
        assert!(error.contains("knock.json: ") && error.ends_with(expected), "{error}");
    }
}

#[test]
fn changes_are_noticed() {
    let project = Project::new().steps(&json!([])).file("partials/abc/content.html", "1");
    let location = find(&project.folder).unwrap();
    let first = location.stamp();
    assert_eq!(location.stamp(), first);
    let project = project.file("partials/abc/content.html", "12");
    let second = location.stamp();
    assert_ne!(second, first);
    let project = project.write("emulator.json", "{}");
    let third = location.stamp();
    assert_ne!(third, second);
    fs::remove_file(project.folder.join("knock/partials/abc/content.html")).unwrap();
    assert_ne!(location.stamp(), third);
}
