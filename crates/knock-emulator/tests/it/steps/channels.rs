//! <https://docs.knock.app/designing-workflows/channel-step>

use serde_json::{Value, json};

use super::project::{CHAT, Knock, PUSH, channel, email, feed, only_if, says, sms};

fn push(step_ref: &str) -> Value {
    channel(step_ref, "push", json!({ "title": "Hello", "text_body": "Body" }))
}

fn chat(step_ref: &str) -> Value {
    channel(step_ref, "slack", json!({ "markdown_body": "*Hello*" }))
}

fn content(knock: &Knock, message: &Value) -> Value {
    let id = message["id"].as_str().unwrap();
    knock.client.get(&format!("/v1/messages/{id}/content")).ok()["data"].clone()
}

#[test]
fn every_channel_gets_its_message() {
    let knock = Knock::of(json!([email("e"), feed("f"), sms("s"), push("p"), chat("c")]));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.sent(), ["email", "in_app_feed", "sms", "push", "chat"]);
    let messages = knock.messages();
    let kinds: Vec<Value> =
        messages.iter().map(|message| content(&knock, message)["__typename"].clone()).collect();
    assert_eq!(
        kinds,
        [
            "MessageEmailContent",
            "MessageInAppFeedContent",
            "MessageSmsContent",
            "MessagePushContent",
            "MessageChatContent"
        ],
    );
    assert_eq!(content(&knock, &messages[0])["to"], "u@example.com");
    assert_eq!(content(&knock, &messages[3])["token"], "token");
    assert_eq!(messages[0]["channel"]["key"], "email");
    assert_eq!(
        (&messages[0]["source"]["step_ref"], &messages[1]["status"]),
        (&json!("e"), &json!("delivered"))
    );
    let logged: Vec<Value> =
        knock.log(&run).iter().map(|entry| entry["detail"]["messages"][0].clone()).collect();
    assert_eq!(logged, messages.iter().map(|message| message["id"].clone()).collect::<Vec<_>>());
}

#[test]
fn the_feed_shows_the_blocks() {
    let item = json!({ "markdown_body": "**{{ data.x }}**", "action_url": "/x/{{ data.x }}", "action_buttons": [{ "label": "Go", "action": "/go" }] });
    let knock = Knock::of(json!([channel("f", "feed", item)]));
    knock.trigger(json!({ "x": 1 }));
    let id = knock.message()["channel_id"].as_str().unwrap().to_owned();
    let entry = knock.client.get(&format!("/v1/users/u/feeds/{id}")).ok()["entries"][0].clone();
    let block = |name: &str| {
        entry["blocks"].as_array().unwrap().iter().find(|block| block["name"] == name).unwrap().clone()
    };
    assert_eq!(block("body")["content"], "**1**");
    assert!(block("body")["rendered"].as_str().unwrap().contains("<strong>1</strong>"));
    assert_eq!(block("action_url")["rendered"], "/x/1");
    assert_eq!(block("actions")["buttons"][0]["label"], "Go");
}

#[test]
fn a_recipient_without_an_address_is_skipped() {
    let knock = Knock::of(json!([email("e"), feed("f"), sms("s"), push("p"), chat("c")]));
    knock.client.put("/v1/users/bare", json!({ "name": "Bare" })).ok();
    let run = knock.trigger_with(json!({ "recipients": ["bare"] }));
    for step_ref in ["e", "s", "p", "c"] {
        assert_eq!(knock.reason(&run, step_ref), "recipient");
    }
    assert_eq!(knock.sent(), ["in_app_feed"]);
    let detail = knock.step(&run, "e")["detail"]["detail"].clone();
    assert_eq!(detail, "the recipient has no `email`");
}

#[test]
fn overrides_of_a_step_replace_the_address() {
    let mut to = email("e");
    to["channel_overrides"] = json!({ "to_address": "{{ data.to }}" });
    let number =
        channel("s", "sms", json!({ "text_body": "T", "settings": { "to_number": "{{ data.number }}" } }));
    let knock = Knock::of(json!([to, number]));
    let run = knock.trigger_with(json!({ "recipients": ["new"], "data": { "to": "x@example.com" } }));
    assert_eq!(content(&knock, &knock.message())["to"], "x@example.com");
    assert_eq!(knock.reason(&run, "s"), "recipient", "what is rendered is empty");
}

#[test]
fn preferences_are_asked_for_each_channel() {
    let knock = Knock::of(json!([email("e"), sms("s")]));
    knock.client.put("/v1/users/u/preferences/default", json!({ "channel_types": { "email": false } })).ok();
    let run = knock.trigger(json!({}));
    assert_eq!((knock.reason(&run, "e"), knock.sent()), ("preferences".to_owned(), vec!["sms".to_owned()]));
}

#[test]
fn the_default_preferences_are_in_the_file_of_our_own() {
    let knock = Knock::of(json!([email("e"), sms("s")]));
    knock.project.environment(json!({ "preferences": { "channel_types": { "sms": false } } }));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.reason(&run, "s"), "preferences");
}

#[test]
fn the_order_is_conditions_address_preferences() {
    let guarded = only_if(email("e"), "data.go", "equal_to", json!("true"));
    let knock = Knock::of(json!([guarded]));
    knock
        .client
        .put("/v1/users/bare/preferences/default", json!({ "channel_types": { "email": false } }))
        .ok();
    let mut reasons = Vec::new();
    for (go, address) in [(false, false), (true, false), (true, true)] {
        if address {
            knock.client.put("/v1/users/bare", json!({ "email": "b@example.com" })).ok();
        }
        let run = knock.trigger_with(json!({ "recipients": ["bare"], "data": { "go": go } }));
        reasons.push(knock.reason(&run, "e"));
    }
    assert_eq!(reasons, ["conditions", "recipient", "preferences"]);
}

#[test]
fn a_workflow_can_override_preferences() {
    let knock = Knock::of_workflow(
        json!({ "name": "T", "steps": [sms("s")], "settings": { "override_preferences": true } }),
    );
    knock.client.put("/v1/users/u/preferences/default", json!({ "workflows": { "test": false } })).ok();
    knock.trigger(json!({}));
    assert_eq!(knock.sent().len(), 1);
}

#[test]
fn commercial_workflows_respect_the_default_set_above_all() {
    let knock = Knock::of_workflow(json!({
        "name": "T", "steps": [says("s", "{{ vars.commercial_unsubscribe_url | size }}")], "settings": { "is_commercial": true },
    }));
    knock.client.put("/v1/users/u/preferences/default", json!({ "commercial_subscribed": false })).ok();
    knock.client.put("/v1/users/u/preferences/t", json!({ "commercial_subscribed": true })).ok();
    let run = knock.trigger_with(json!({ "tenant": "t" }));
    assert_eq!(knock.reason(&run, "s"), "preferences");
    knock.client.put("/v1/users/u/preferences/default", json!({ "commercial_subscribed": true })).ok();
    knock.trigger(json!({}));
    assert_ne!(content(&knock, &knock.message())["body"], "0");
    knock.client.put("/v1/users/u/preferences/t", json!({ "commercial_subscribed": false })).ok();
    knock.trigger_with(json!({ "tenant": "t" }));
    assert_eq!(knock.messages().len(), 2);
}

#[test]
fn conditions_in_preferences_see_the_first_activity_of_a_batch() {
    for order in ["asc", "desc"] {
        let settings = json!({
            "batch_window": super::project::seconds_of(60), "batch_order": order, "batch_items_render_limit": 2,
        });
        let knock = Knock::of(json!([super::project::step("batch", "b", settings), sms("s")]));
        let only = json!({ "workflows": { "test": { "conditions": [{ "variable": "data.n", "operator": "equal_to", "argument": "1" }] } } });
        knock.client.put("/v1/users/u/preferences/default", only).ok();
        for n in 1..=3 {
            knock.trigger(json!({ "n": n }));
        }
        knock.wait(60);
        assert_eq!(knock.sent().len(), 1, "{order}: even if it is not shown");
    }
}

#[test]
fn channels_have_conditions_and_a_sandbox() {
    let knock = Knock::of(json!([email("e"), feed("f")]));
    let condition =
        json!({ "all": [{ "variable": "recipient.staff", "operator": "equal_to", "argument": "true" }] });
    knock
        .project
        .environment(json!({ "channels": { "email": { "type": "email", "conditions": condition } } }));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.reason(&run, "e"), "channel_conditions");
    // a sandbox does not ask for conditions, and in-app feeds have none
    knock.project.environment(json!({ "channels": {
        "email": { "type": "email", "conditions": condition, "sandbox": true }, "feed": { "type": "in_app_feed", "sandbox": true },
    } }));
    knock.trigger(json!({}));
    let messages = knock.messages();
    assert_eq!((&messages[1]["status"], &messages[2]["status"]), (&json!("not_sent"), &json!("delivered")));
}

#[test]
fn a_group_uses_the_first_channel_that_its_rules_choose_or_all() {
    let step = json!([{ "type": "channel", "ref": "g", "channel_group_key": "both", "channel_type": "sms", "template": { "text_body": "T" } }]);
    let no = json!({ "all": [{ "variable": "data.no", "operator": "exists" }] });
    for (operator, channels, expected) in [
        ("any", json!(["sms", "sms2"]), 1),
        ("all", json!(["sms", "sms2"]), 2),
        ("all", json!([{ "key": "sms", "if": no }, { "key": "sms2", "unless": no }]), 1),
        ("any", json!([{ "key": "sms", "if": no }]), 0),
    ] {
        let project = super::project::Project::new();
        project.environment(json!({
            "channels": { "sms2": { "type": "sms" } }, "channel_groups": { "both": { "operator": operator, "channels": channels } },
        }));
        project.steps("test", step.clone());
        let knock = Knock::start(project);
        knock.trigger(json!({}));
        assert_eq!(knock.sent().len(), expected, "{operator} {channels}");
    }
}

/// The emulator starts on Wednesday, 2025-01-01T00:00:00Z.
fn windows(extra: Value) -> Value {
    let mut windows: Vec<Value> = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        .map(|day| json!({ "day": day, "type": "send", "from": "09:00:00", "until": "17:00:00" }))
        .to_vec();
    windows.extend(["saturday", "sunday"].map(|day| json!({ "day": day, "type": "do_not_send" })));
    let mut step = extra;
    step["send_windows"] = Value::Array(windows);
    step
}

#[test]
fn a_send_window_queues_the_message_and_not_the_run() {
    let knock = Knock::of(json!([windows(sms("s")), email("e")]));
    let run = knock.trigger(json!({}));
    assert_eq!((knock.outcome(&run), knock.sent()), ("finished".to_owned(), vec!["email".to_owned()]));
    let message = knock.messages()[0].clone();
    assert_eq!(
        (&message["status"], &message["scheduled_at"]),
        (&json!("queued"), &json!("2025-01-01T09:00:00Z"))
    );
    knock.wait(9 * 3600);
    assert_eq!(knock.sent(), ["email", "sms"]);
}

#[test]
fn a_message_within_a_window_is_sent_at_once_and_after_it_on_the_next_day() {
    let knock = Knock::of(json!([windows(sms("s"))]));
    knock.wait(10 * 3600);
    knock.trigger(json!({}));
    assert_eq!(knock.sent().len(), 1);
    knock.wait(2 * 24 * 3600 + 7 * 3600); // Friday, 17:00
    knock.trigger(json!({}));
    assert_eq!(knock.messages()[1]["scheduled_at"], "2025-01-06T09:00:00Z", "not on the weekend");
}

#[test]
fn windows_are_in_the_zone_of_the_recipient_and_for_push_in_that_of_the_device() {
    let knock = Knock::of(json!([windows(sms("s")), windows(push("p"))]));
    let devices = json!({ PUSH: { "devices": [{ "token": "t", "timezone": "Asia/Tokyo" }] } });
    knock.user("u", json!({ "timezone": "America/New_York", "channel_data": devices }));
    knock.trigger(json!({}));
    let scheduled: Vec<Value> =
        knock.messages().iter().map(|message| message["scheduled_at"].clone()).collect();
    // in New York it is the evening of the day before; in Tokyo it is 9:00, which is within the window
    assert_eq!(scheduled, [json!("2025-01-01T14:00:00Z"), json!(null)]);
}

#[test]
fn a_window_of_a_day_on_which_the_clocks_change_is_in_local_time() {
    let knock = Knock::of(json!([windows(sms("s"))]));
    knock.user("u", json!({ "timezone": "Europe/Berlin" }));
    knock.wait(86 * 24 * 3600 + 20 * 3600); // Friday, 28 March 2025; the clocks change on Sunday
    knock.trigger(json!({}));
    assert_eq!(knock.message()["scheduled_at"], "2025-03-31T07:00:00Z", "9:00 in summer");
}

#[test]
fn a_feed_does_not_show_what_waits_for_a_window() {
    let knock = Knock::of(json!([windows(feed("f"))]));
    knock.trigger(json!({}));
    let id = knock.message()["channel_id"].as_str().unwrap().to_owned();
    let items =
        || knock.client.get(&format!("/v1/users/u/feeds/{id}")).ok()["entries"].as_array().unwrap().len();
    assert_eq!(items(), 0);
    knock.wait(9 * 3600);
    assert_eq!(items(), 1);
}

#[test]
fn every_device_and_every_connection_gets_a_message() {
    let knock = Knock::of(json!([push("p"), chat("c")]));
    let connection = |id: &str| json!({ "access_token": "xoxb", "channel_id": id });
    knock.user(
        "u",
        json!({ "channel_data": {
            PUSH: { "tokens": ["one", "two"] },
            CHAT: { "connections": [connection("C1"), connection("C2")] },
        } }),
    );
    let run = knock.trigger(json!({}));
    assert_eq!(knock.sent(), ["push", "push", "chat", "chat"]);
    let messages = knock.messages();
    let contents: Vec<Value> = messages.iter().map(|message| content(&knock, message)).collect();
    assert_eq!([&contents[0]["token"], &contents[1]["token"]], ["one", "two"]);
    let channels = [&contents[2], &contents[3]].map(|content| &content["connection"]["channel_id"]);
    assert_eq!(channels, ["C1", "C2"]);
    let ids: Vec<Value> = messages.iter().map(|message| message["id"].clone()).collect();
    assert_eq!(knock.step(&run, "p")["detail"]["messages"], json!(ids[..2]));
    assert_eq!(knock.step(&run, "c")["detail"]["messages"], json!(ids[2..]));
}

#[test]
fn every_player_gets_a_message() {
    const PLAYERS: &str = "0f5bb2a5-dc1f-4b95-a0cd-f5a4c3f8b6e1";
    let project = super::project::Project::new();
    let channel = json!({ "type": "push", "id": PLAYERS, "provider": "push_one_signal" });
    project.environment(json!({ "channels": { "players": channel } }));
    project.steps(
        "test",
        json!([super::project::channel("p", "players", json!({ "title": "T", "text_body": "B" }))]),
    );
    let knock = Knock::start(project);
    knock.user("u", json!({ "channel_data": { PLAYERS: { "player_ids": ["a", "b", "c"] } } }));
    knock.trigger(json!({}));
    assert_eq!(knock.sent(), ["push"; 3]);
}

#[test]
fn the_highest_status_of_several_messages_counts() {
    let seen = only_if(email("e"), "refs.c.status", "greater_than_or_equal_to", json!("$message.seen"));
    let knock = Knock::of(json!([chat("c"), super::project::delay("wait", 60), seen]));
    let connections = json!([{ "channel_id": "C1" }, { "channel_id": "C2" }]);
    knock.user("u", json!({ "channel_data": { CHAT: { "connections": connections } } }));
    for is_seen in [false, true] {
        let run = knock.trigger(json!({}));
        if is_seen {
            let id = knock.step(&run, "c")["detail"]["messages"][1].as_str().unwrap().to_owned();
            knock.client.put(&format!("/v1/messages/{id}/seen"), json!({})).ok();
        }
        knock.wait(60);
        assert_eq!(knock.step(&run, "e")["state"] == "done", is_seen);
    }
}

#[test]
fn a_device_has_its_own_language_and_time_zone() {
    let hello = json!({ "title": "{{ 'hello' | t }}", "text_body": "Body" });
    let knock = Knock::of(json!([windows(channel("p", "push", hello))]));
    for (locale, text) in [("en", "Hello"), ("de", "Hallo"), ("ja", "こんにちは")] {
        let file = format!("knock/translations/{locale}/{locale}.json");
        knock.project.write(&file, json!({ "hello": text }).to_string());
    }
    let devices = json!({ PUSH: { "devices": [
        { "token": "1", "locale": "ja", "timezone": "Asia/Tokyo" },
        { "token": "2" },
    ] } });
    let user = json!({ "locale": "de", "timezone": "America/New_York", "channel_data": devices });
    knock.user("u", user);
    knock.trigger(json!({}));
    let messages = knock.messages();
    let titles: Vec<Value> =
        messages.iter().map(|message| content(&knock, message)["title"].clone()).collect();
    assert_eq!(titles, ["こんにちは", "Hallo"]);
    // it is 9:00 in Tokyo
    let scheduled: Vec<&Value> = messages.iter().map(|message| &message["scheduled_at"]).collect();
    assert_eq!(scheduled, [&json!(null), &json!("2025-01-01T14:00:00Z")]);
}

#[test]
fn a_random_cohort_of_recipients_gets_the_first_channel_of_a_group() {
    let project = super::project::Project::new();
    let half = json!({ "all": [{ "variable": "recipient.id", "operator": "is_in_random_cohort", "argument": "50" }] });
    project.environment(json!({
        "channels": { "sms2": { "type": "sms" } },
        "channel_groups": { "test": { "channels": [{ "key": "sms", "if": half }, "sms2"] } },
    }));
    project.steps("test", json!([{ "type": "channel", "ref": "g", "channel_group_key": "test", "channel_type": "sms", "template": { "text_body": "T" } }]));
    let knock = Knock::start(project);
    let recipients: Vec<Value> =
        (0..100).map(|n| json!({ "id": format!("r{n}"), "phone_number": "1" })).collect();
    for _ in 0..2 {
        knock.try_trigger(json!({ "recipients": recipients })).ok();
    }
    let mut chosen: Vec<String> =
        knock.client.deliveries().into_iter().map(|delivery| delivery.channel).collect();
    let again = chosen.split_off(100);
    assert_eq!(chosen, again, "always the same recipients");
    let first = chosen.iter().filter(|channel| **channel == chosen[0]).count();
    assert!((30..=70).contains(&first), "{first} of 100");
}

#[test]
fn cancelling_does_not_take_back_what_waits_for_a_window() {
    let knock = Knock::of(json!([windows(sms("s"))]));
    knock.trigger_with(json!({ "cancellation_key": "k" }));
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    knock.wait(9 * 3600);
    assert_eq!(knock.sent(), ["sms"], "the run had ended");
}

#[test]
fn windows_are_in_the_zone_of_the_account_and_last_until_midnight() {
    let mut step = sms("s");
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    step["send_windows"] =
        days.map(|day| json!({ "day": day, "type": "send", "from": "18:00:00" })).to_vec().into();
    let knock = Knock::of(json!([step]));
    knock.project.environment(json!({ "timezone": "America/New_York" }));
    // 19:00 on New Year's Eve in New York
    knock.trigger(json!({}));
    assert_eq!(knock.message()["scheduled_at"], Value::Null);
    knock.wait(5 * 3600);
    knock.trigger(json!({}));
    assert_eq!(knock.messages()[1]["scheduled_at"], "2025-01-01T23:00:00Z", "after midnight");
}

#[test]
fn a_window_of_the_day_on_which_the_clocks_go_back_is_in_local_time() {
    let mut step = sms("s");
    step["send_windows"] =
        json!([{ "day": "sunday", "type": "send", "from": "09:00:00", "until": "17:00:00" }]);
    let knock = Knock::of(json!([step]));
    knock.user("u", json!({ "timezone": "America/New_York" }));
    knock.wait(303 * 24 * 3600); // Friday, 31 October 2025; the clocks change on Sunday
    knock.trigger(json!({}));
    assert_eq!(knock.message()["scheduled_at"], "2025-11-02T14:00:00Z", "9:00 in winter");
}

/// All settings that apply must be true, and those of a channel take precedence over those of its type.
#[test]
fn preferences_of_every_level_apply() {
    let project = super::project::Project::new();
    let steps = json!([email("e"), sms("s")]);
    project.workflow("test", json!({ "name": "Test", "steps": steps, "categories": ["news", "daily"] }));
    let knock = Knock::start(project);
    for (set, expected) in [
        (json!({}), vec!["email", "sms"]),
        (json!({ "categories": { "news": true, "daily": false } }), vec![]),
        (json!({ "categories": { "news": false }, "channel_types": { "email": true } }), vec![]),
        (json!({ "categories": { "news": { "channel_types": { "sms": false } } } }), vec!["email"]),
        (json!({ "workflows": { "test": { "channel_types": { "sms": false } } } }), vec!["email"]),
        (json!({ "workflows": { "test": true }, "channel_types": { "sms": false } }), vec!["email"]),
        (json!({ "workflows": { "test": false }, "categories": { "news": true } }), vec![]),
        (json!({ "workflows": { "other": false } }), vec!["email", "sms"]),
    ] {
        knock.client.put("/v1/users/u/preferences/default", set.clone()).ok();
        let before = knock.sent().len();
        knock.trigger(json!({}));
        assert_eq!(knock.sent()[before..], expected, "{set}");
    }
}

#[test]
fn a_template_that_cannot_be_rendered_fails_the_run_and_names_its_place() {
    let knock = Knock::of(json!([says("s", "line\n{{ data.x | shout }}"), email("e")]));
    let run = knock.trigger(json!({}));
    assert_eq!((knock.outcome(&run), knock.sent().len()), ("failed".to_owned(), 0));
    let error = knock.step(&run, "s")["detail"]["error"].as_str().unwrap().to_owned();
    assert_eq!(error, "s: text_body, line 2: the filter `shout` is not known");
    let failed = knock.client.get("/v1/workflow_recipient_runs?has_errors=true").ok();
    assert_eq!(failed["items"][0]["id"], *run);
}

#[test]
fn chat_by_email_needs_no_connection() {
    let mut step = chat("c");
    step["channel_overrides"] = json!({ "email_based_user_id_resolution": true });
    let knock = Knock::of(json!([step]));
    knock.trigger_with(json!({ "recipients": [{ "id": "n", "email": "n@example.com" }] }));
    assert_eq!(knock.sent(), ["chat"]);
    assert!(
        knock.client.get(&format!("/v1/users/u/channel_data/{CHAT}")).ok()["data"]["connections"].is_array()
    );
}
