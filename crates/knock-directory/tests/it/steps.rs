//! Every type of step, and every form of conditions.

use knock_directory::{
    BatchExecutionMode, BatchOrder, ChannelTarget, ChannelType, Day, Delay, EventType, Method, Outcome,
    Pairs, Span, Step, StepKind, TriggerFrequency, Unit, WindowType, WorkflowVersionMode,
};
use serde_json::{Value, json};

use crate::project::Project;

/// Reads one step.
fn step(step: Value) -> Step {
    Project::new().steps(&json!([step])).test().steps.remove(0)
}

macro_rules! step {
    ($kind:ident, $json:expr) => {
        match step($json).kind {
            StepKind::$kind(read) => read,
            other => panic!("{other:?}"),
        }
    };
}

#[test]
fn channel_steps_of_every_type() {
    for (kind, template) in [
        (
            "email",
            json!({ "subject": "S", "html_body": "<p>H</p>", "text_body": "T", "settings": { "layout_key": "default" } }),
        ),
        (
            "email",
            json!({ "subject": "S", "visual_blocks": [
            { "type": "markdown", "content": "M" }, { "type": "html", "content": "H" }, { "type": "divider" },
            { "type": "image", "url": "U" }, { "type": "button_set", "buttons": [{ "label": "L", "action": "A" }] },
            { "type": "partial", "key": "p", "attrs": {} },
        ] }),
        ),
        ("sms", json!({ "text_body": "T", "settings": { "to_number": "1" } })),
        ("push", json!({ "title": "T", "text_body": "B", "settings": { "delivery_type": "content" } })),
        ("push", json!({ "settings": { "delivery_type": "silent" } })),
        ("chat", json!({ "markdown_body": "M" })),
        ("chat", json!({ "json_body": "{}", "summary": "S" })),
        ("in_app_feed", json!({ "markdown_body": "M", "action_url": "U", "action_buttons": [] })),
        ("http", json!({ "method": "post", "url": "U" })),
        ("http", Value::Null),
        ("in_app_guide", Value::Null),
    ] {
        let read = step!(
            Channel,
            json!({
                "type": "channel", "ref": "c", "channel_key": "x", "channel_type": kind, "template": template,
                "channel_overrides": { "to_address": "{{ data.to }}" }, "guide_key": "g",
            })
        );
        assert_eq!((read.channel_type.as_str(), &read.template), (kind, &template));
        assert_eq!(
            (&read.target, read.guide_key.as_deref()),
            (&ChannelTarget::Channel("x".into()), Some("g"))
        );
        assert_eq!(read.overrides["to_address"], "{{ data.to }}");
    }
}

#[test]
fn types_of_channels_are_guessed_by_their_keys() {
    for (key, kind) in [
        ("knock-email", ChannelType::Email),
        ("postmark", ChannelType::Email),
        ("sendgrid", ChannelType::Email),
        ("resend", ChannelType::Email),
        ("in-app-feed", ChannelType::InAppFeed),
        ("in_app_feed", ChannelType::InAppFeed),
        ("knock-feed", ChannelType::InAppFeed),
        ("twilio", ChannelType::Sms),
        ("knock-sms", ChannelType::Sms),
        ("apns", ChannelType::Push),
        ("fcm", ChannelType::Push),
        ("push", ChannelType::Push),
        ("chat", ChannelType::Chat),
    ] {
        assert_eq!(ChannelType::guess(key), Some(kind), "{key}");
    }
    assert_eq!(ChannelType::guess("my-channel"), None);
    let bare =
        json!([{ "type": "channel", "ref": "c", "channel_key": "mine", "template": { "text_body": "T" } }]);
    let wrong = Project::new().steps(&bare);
    assert_eq!(
        wrong.problems(),
        [
            "workflows/test/workflow.json: steps[0]: the type of `mine` is not known: add `channel_type` here, or the channel to emulator.json"
        ]
    );
    let named =
        Project::new().steps(&bare).write("emulator.json", r#"{"channels": {"mine": {"type": "sms"}}}"#);
    assert_eq!(named.problems(), [""; 0]);
}

#[test]
fn send_windows() {
    let read = step!(
        Channel,
        json!({
            "type": "channel", "ref": "c", "channel_key": "sms", "template": { "text_body": "T" }, "send_windows": [
                { "day": "monday", "type": "send", "from": "09:30:00", "until": "17:00" },
                { "day": "sunday", "type": "do_not_send", "from": null },
            ],
        })
    );
    let windows: Vec<_> = read.send_windows.iter().map(|w| (w.day, w.send, w.from, w.until)).collect();
    assert_eq!(windows, [(Day::Monday, true, 34_200, 61_200), (Day::Sunday, false, 0, 86_400)]);
}

#[test]
fn delays() {
    let delay = |settings: Value| step!(Delay, json!({ "type": "delay", "ref": "d", "settings": settings }));
    for (unit, expected) in [
        ("seconds", Unit::Seconds),
        ("minutes", Unit::Minutes),
        ("hours", Unit::Hours),
        ("days", Unit::Days),
        ("weeks", Unit::Weeks),
        ("months", Unit::Months),
    ] {
        let Delay { delay_for, .. } = delay(json!({ "delay_for": { "unit": unit, "value": 2 } }));
        assert_eq!(delay_for, Some(Span { value: 2, unit: expected }));
    }
    let relative =
        delay(json!({ "delay_for": { "unit": "hours", "value": -1 }, "delay_until_field_path": "data.at" }));
    assert_eq!(relative.delay_for.unwrap().value, -1);
    assert_eq!(relative.delay_until_field_path.as_deref(), Some("data.at"));
}

#[test]
fn batches() {
    let batch = step!(
        Batch,
        json!({ "type": "batch", "ref": "b", "settings": {
        "batch_window": { "unit": "minutes", "value": 5 }, "batch_window_type": "sliding",
        "batch_window_extension_limit": { "unit": "hours", "value": 1 }, "batch_key": "page_id", "batch_order": "desc",
        "batch_items_max_limit": 50, "batch_items_render_limit": 20, "batch_execution_mode": "flush_leading",
        "workflow_version_mode": "latest",
    } })
    );
    assert_eq!(batch.batch_window_type, WindowType::Sliding);
    assert_eq!(batch.batch_window_extension_limit, Some(Span { value: 1, unit: Unit::Hours }));
    assert_eq!((batch.batch_key.as_deref(), batch.batch_order), (Some("page_id"), BatchOrder::Desc));
    assert_eq!((batch.batch_items_max_limit, batch.batch_items_render_limit), (Some(50), 20));
    assert_eq!(batch.batch_execution_mode, BatchExecutionMode::FlushLeading);
    assert_eq!(batch.workflow_version_mode, WorkflowVersionMode::Latest);
    let plain = step!(
        Batch,
        json!({
            "type": "batch", "ref": "b", "settings": { "batch_until_field_path": "data.until", "batch_key": null },
        })
    );
    assert_eq!((plain.batch_items_render_limit, plain.batch_items_max_limit), (10, None));
    assert_eq!(plain.workflow_version_mode, WorkflowVersionMode::Pinned);
    assert_eq!((plain.batch_window_type, plain.batch_order), (WindowType::Fixed, BatchOrder::Asc));
}

#[test]
fn throttles_and_experiments() {
    let throttle = step!(
        Throttle,
        json!({ "type": "throttle", "ref": "t", "settings": {
        "throttle_window": { "unit": "days", "value": 1 }, "throttle_key": "data.x",
    } })
    );
    assert_eq!((throttle.throttle_limit, throttle.throttle_key.as_deref()), (1, Some("data.x")));
    let cohort = step!(
        RandomCohort,
        json!({ "type": "random_cohort", "ref": "r", "cohort_branches": [
        { "name": "A", "percentage": "33.3", "steps": [], "terminates": true },
        { "name": "B", "percentage": 66.7, "steps": [] },
    ] })
    );
    let shares: Vec<_> = cohort.branches.iter().map(|branch| (branch.permille, branch.terminates)).collect();
    assert_eq!((shares, cohort.cohort_key), (vec![(333, true), (667, false)], None));
}

#[test]
fn branches_are_nested() {
    let inner = json!({ "type": "branch", "ref": "inner", "branches": [
        { "name": "only", "steps": [{ "type": "delay", "ref": "d", "settings": { "delay_for": { "unit": "days", "value": 1 } } }] },
    ] });
    let workflow = Project::new()
        .steps(&json!([{ "type": "branch", "ref": "outer", "branches": [
            { "name": "paid", "conditions": { "all": [{ "variable": "data.plan", "operator": "equal_to", "argument": "paid" }] },
              "steps": [inner], "terminates": true },
            { "name": "default", "conditions": null, "steps": [] },
        ] }]))
        .test();
    let refs: Vec<&str> = workflow.all_steps().into_iter().map(|step| step.step_ref.as_str()).collect();
    assert_eq!(refs, ["outer", "inner", "d"]);
    let StepKind::Branch(branches) = &workflow.steps[0].kind else { panic!() };
    assert!(branches[0].terminates && !branches[0].conditions.always() && branches[1].conditions.always());
}

#[test]
fn fetches() {
    let fetch = step!(
        HttpFetch,
        json!({ "type": "http_fetch", "ref": "f", "settings": {
        "method": "post", "url": "https://example.com/{{ data.id }}", "body": "{}", "response_path": "a.b",
        "headers": [{ "key": "x-a", "value": "1" }], "query_params": "{\"q\": 1}",
    } })
    );
    assert_eq!((fetch.method, fetch.method.as_str()), (Method::Post, "POST"));
    assert_eq!(fetch.headers, Pairs::List(vec![("x-a".into(), "1".into())]));
    assert_eq!(fetch.query_params, Pairs::Template("{\"q\": 1}".into()));
    assert_eq!(fetch.response_path.as_deref(), Some("a.b"));
}

#[test]
fn triggers_and_updates() {
    let trigger = step!(
        TriggerWorkflow,
        json!({ "type": "trigger_workflow", "ref": "t", "settings": {
        "workflow_key": "other", "recipients": "{{ actor.id }}", "actor": "",
    } })
    );
    assert_eq!(
        (&*trigger.workflow_key, trigger.recipients.as_deref(), trigger.actor),
        ("other", Some("{{ actor.id }}"), None)
    );
    let text =
        step!(UpdateData, json!({ "type": "update_data", "ref": "u", "settings": { "data": "{\"a\": 1}" } }));
    let object =
        step!(UpdateData, json!({ "type": "update_data", "ref": "u", "settings": { "data": { "a": 1 } } }));
    assert_eq!((&*text.data, &*object.data), ("{\"a\": 1}", "{\"a\":1}"));
    let user = step!(
        UpdateUser,
        json!({ "type": "update_user", "ref": "u", "settings": {
        "recipient_mode": "current", "recipient_gid": "gid://Object/$users/other", "update_properties": "{}",
    } })
    );
    assert_eq!(user.recipient_gid, None, "the mode says that it is not used");
    let object = step!(
        UpdateObject,
        json!({ "type": "update_object", "ref": "u", "settings": {
        "recipient_gid": "gid://Object/projects/p1", "update_properties": { "seen": true },
    } })
    );
    assert_eq!(object.recipient_gid.as_deref(), Some("gid://Object/projects/p1"));
    let tenant = step!(
        UpdateTenant,
        json!({ "type": "update_tenant", "ref": "u", "settings": {
        "recipient_mode": "reference", "recipient_gid": "gid://Object/$tenants/t", "update_properties": "{}",
    } })
    );
    assert_eq!(tenant.recipient_gid.as_deref(), Some("gid://Object/$tenants/t"));
}

#[test]
fn waits_and_agents() {
    let wait = |event: Value| {
        step!(
            WaitForEvent,
            json!({ "type": "wait_for_event", "ref": "w", "settings": {
            "event": event, "on_match": "halt", "on_timeout": "continue", "expires_after": { "unit": "days", "value": 1 },
            "match_conditions": [{ "operator": "and", "conditions": [
                { "variable": "event.id", "operator": "equal_to", "argument": "data.id" },
            ] }],
        } })
        )
    };
    for (event, kind, source) in [
        (
            json!({ "event_type": "integration_source", "event_key": "paid", "integration_source_key": "s" }),
            EventType::IntegrationSource,
            Some("s"),
        ),
        (
            json!({ "event_type": "message", "event_key": "message.read", "source_key": "s", "source_type": "workflow" }),
            EventType::Message,
            Some("s"),
        ),
        (
            json!({ "event_type": "workflow", "event_key": "started", "source_key": "s" }),
            EventType::Workflow,
            Some("s"),
        ),
        (
            json!({ "event_type": "audience", "event_key": "enter", "audience_key": "s" }),
            EventType::Audience,
            Some("s"),
        ),
        (json!({ "event_type": "recipient", "event_key": "updated" }), EventType::Recipient, None),
    ] {
        let read = wait(event);
        assert_eq!((read.event_type, read.source_key.as_deref()), (kind, source));
        assert_eq!((read.on_match, read.on_timeout), (Outcome::Halt, Outcome::Continue));
        assert_eq!(read.match_conditions.any[0].len(), 1);
    }
    let agent = step!(AiAgent, json!({ "type": "ai_agent", "ref": "a", "settings": { "model": "m" } }));
    assert_eq!(agent.settings["model"], "m");
}

#[test]
fn conditions_of_every_form() {
    let one =
        json!({ "variable": "refs.email_1.status", "operator": "less_than", "argument": "$message.seen" });
    let two = json!({ "variable": "recipient.plan", "operator": "exists", "argument": null });
    for (conditions, groups) in [
        (json!({ "all": [one, two] }), vec![2]),
        (json!({ "any": [one, { "all": [one, two] }] }), vec![1, 2]),
        (json!([one, two]), vec![2]),
        (json!({}), vec![0]),
        (Value::Null, vec![0]),
    ] {
        let workflow =
            Project::new().workflow(&json!({ "name": "Test", "steps": [], "conditions": conditions })).test();
        let read: Vec<usize> = workflow.conditions.any.iter().map(Vec::len).collect();
        assert_eq!(read, groups, "{conditions}");
        assert_eq!(workflow.conditions.always(), groups == [0]);
    }
}

#[test]
fn settings_of_workflows() {
    let full = Project::new()
        .workflow(&json!({
            "name": "Full", "description": "D", "categories": ["a", "B c"], "tags": ["t"], "steps": [],
            "trigger_frequency": "once_per_recipient_per_tenant", "trigger_data_json_schema": { "type": "object" },
            "settings": { "is_commercial": true, "override_preferences": true },
            "__readonly": { "key": "x", "active": false }, "$schema": "https://schemas.knock.app/cli/workflow.json",
        }))
        .test();
    assert_eq!((&*full.name, full.description.as_deref(), full.active), ("Full", Some("D"), false));
    assert_eq!((full.is_commercial, full.override_preferences), (true, true));
    assert_eq!(full.trigger_frequency, TriggerFrequency::OncePerRecipientPerTenant);
    assert_eq!(full.trigger_data_json_schema, json!({ "type": "object" }));
    let least = Project::new().steps(&json!([])).test();
    assert!(least.active && !least.is_commercial && least.trigger_data_json_schema.is_null());
}
