//! <https://docs.knock.app/designing-workflows/batch-function>

use serde_json::{Value, json};

use super::project::{Knock, delay, email, only_if, says, seconds_of, sms, step};

/// A batch step with a window of 60 seconds and other settings.
fn batch(more: Value) -> Value {
    let mut settings = json!({ "batch_window": seconds_of(60) });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step("batch", "batch", settings)
}

fn batched(more: Value) -> Knock {
    let text = "{{ total_activities }}: {% for one in activities %}{{ one.n }}{{ one.data.n }} {% endfor %}";
    Knock::of(json!([batch(more), says("after", text)]))
}

fn text(knock: &Knock, message: usize) -> String {
    let id = knock.messages()[message]["id"].as_str().unwrap().to_owned();
    knock.client.get(&format!("/v1/messages/{id}/content")).ok()["data"]["body"].as_str().unwrap().to_owned()
}

#[test]
fn the_first_run_waits_and_the_others_join_and_end() {
    let knock = batched(json!({}));
    let first = knock.trigger(json!({ "n": 1 }));
    knock.wait(30);
    let second = knock.trigger(json!({ "n": 2 }));
    assert_eq!((knock.status(&first), knock.outcome(&second)), ("paused".to_owned(), "batched".to_owned()));
    knock.wait(29);
    assert_eq!(knock.sent().len(), 0);
    knock.wait(1);
    assert_eq!((knock.outcome(&first), text(&knock, 0)), ("finished".to_owned(), "2: 11 22 ".to_owned()));
    let message = knock.message();
    let id = message["id"].as_str().unwrap();
    let activities = knock.client.get(&format!("/v1/messages/{id}/activities")).ok();
    assert_eq!(activities["items"].as_array().unwrap().len(), 2);
    // the window is closed, so the next one opens another
    knock.trigger(json!({ "n": 3 }));
    knock.wait(60);
    assert_eq!(text(&knock, 1), "1: 33 ");
}

#[test]
fn a_batch_is_for_one_recipient() {
    let knock = batched(json!({}));
    knock.user("v", json!({}));
    knock.trigger_with(json!({ "recipients": ["u", "v"], "data": { "n": 1 } }));
    knock.trigger(json!({ "n": 2 }));
    knock.wait(60);
    assert_eq!(
        (knock.messages().len(), text(&knock, 0), text(&knock, 1)),
        (2, "2: 11 22 ".into(), "1: 11 ".into())
    );
}

#[test]
fn a_batch_key_is_a_path_in_the_data_or_liquid() {
    for key in ["page", "data.page", "{{ data.page }}-{{ recipient.id }}"] {
        let knock = batched(json!({ "batch_key": key }));
        for (page, n) in [("a", 1), ("b", 2), ("a", 3)] {
            knock.trigger(json!({ "page": page, "n": n }));
        }
        knock.wait(60);
        assert_eq!((text(&knock, 0), text(&knock, 1)), ("2: 11 33 ".into(), "1: 22 ".into()), "{key}");
    }
}

#[test]
fn a_fixed_window_stays_as_it_was_opened() {
    let knock = Knock::of(json!([
        step("batch", "batch", json!({ "batch_until_field_path": "data.until" })),
        sms("after"),
    ]));
    knock.trigger(json!({ "until": seconds_of(60) }));
    knock.trigger(json!({ "until": seconds_of(3600) }));
    knock.wait(60);
    assert_eq!(knock.sent().len(), 1);
}

#[test]
fn a_window_that_is_missing_skips_the_batch() {
    let knock = Knock::of(json!([
        step("batch", "batch", json!({ "batch_until_field_path": "data.until" })),
        sms("after"),
    ]));
    let run = knock.trigger(json!({}));
    assert_eq!((knock.reason(&run, "batch"), knock.sent().len()), ("window".to_owned(), 1));
}

#[test]
fn a_sliding_window_is_extended_up_to_its_limit() {
    let sliding = json!({ "batch_window_type": "sliding", "batch_window_extension_limit": seconds_of(100) });
    let knock = batched(sliding);
    knock.trigger(json!({ "n": 1 }));
    knock.wait(30);
    knock.trigger(json!({ "n": 2 })); // until 90
    knock.wait(40);
    assert_eq!(knock.sent().len(), 0, "the first window would be over");
    knock.trigger(json!({ "n": 3 })); // until 130, but at most 100
    knock.wait(29);
    assert_eq!(knock.sent().len(), 0);
    knock.wait(1);
    assert_eq!(text(&knock, 0), "3: 11 22 33 ");
}

#[test]
fn a_limit_that_has_passed_closes_at_once() {
    let sliding = json!({ "batch_window_type": "sliding", "batch_window_extension_limit": seconds_of(10) });
    let knock = batched(sliding);
    knock.trigger(json!({ "n": 1 }));
    knock.wait(30);
    knock.trigger(json!({ "n": 2 }));
    assert_eq!(text(&knock, 0), "2: 11 22 ");
}

#[test]
fn the_maximum_of_activities_closes_early() {
    let knock = batched(json!({ "batch_items_max_limit": 2 }));
    knock.trigger(json!({ "n": 1 }));
    knock.trigger(json!({ "n": 2 }));
    assert_eq!(text(&knock, 0), "2: 11 22 ");
    knock.trigger(json!({ "n": 3 }));
    knock.wait(60);
    assert_eq!(text(&knock, 1), "1: 33 ");
}

#[test]
fn templates_see_the_first_or_the_latest_activities_in_order() {
    for (order, expected) in [("asc", "12: 11 22 33 "), ("desc", "12: 1010 1111 1212 ")] {
        let knock = batched(json!({ "batch_items_render_limit": 3, "batch_order": order }));
        for n in 1..=12 {
            knock.trigger(json!({ "n": n }));
        }
        knock.wait(60);
        assert_eq!(text(&knock, 0), expected);
    }
}

#[test]
fn actors_are_unique() {
    let knock = Knock::of(json!([
        batch(json!({})),
        says(
            "after",
            "{{ total_actors }} {% for one in actors %}{{ one.name }} {% endfor %}{{ actor.name }}"
        ),
    ]));
    for actor in ["ann", "bob", "ann"] {
        knock.user(actor, json!({}));
        knock.trigger_with(json!({ "actor": actor }));
    }
    knock.wait(60);
    assert_eq!(text(&knock, 0), "2 ANN BOB ANN");
    assert_eq!(knock.message()["actors"], json!(["ann", "bob"]));
}

#[test]
fn data_is_merged_and_flat_in_templates_and_the_api() {
    let knock = Knock::of(json!([
        batch(json!({})),
        says("after", "{{ data.a }} {{ data.b }} {{ data.list }}{{ data.object }}{{ a }}"),
        only_if(says("deep", "deep"), "data.object.x", "equal_to", json!("1")),
    ]));
    knock.trigger(json!({ "a": 1, "b": "old", "list": [1], "object": { "x": 1 } }));
    knock.trigger(json!({ "b": "x".repeat(300) }));
    knock.wait(60);
    let cut = "x".repeat(256);
    assert_eq!(text(&knock, 0), format!("1 {cut} 1"));
    assert_eq!(knock.messages()[0]["data"], json!({ "a": 1, "b": cut }));
    assert_eq!(text(&knock, 1), "deep", "conditions see all of it, as Knock's own workflows need");
}

#[test]
fn flushing_sends_the_first_item_at_once_and_batches_the_rest() {
    let knock = batched(json!({ "batch_execution_mode": "flush_leading" }));
    let first = knock.trigger(json!({ "n": 1 }));
    assert_eq!((knock.outcome(&first), text(&knock, 0)), ("finished".to_owned(), "1: 11 ".to_owned()));
    knock.wait(30);
    let second = knock.trigger(json!({ "n": 2 }));
    knock.trigger(json!({ "n": 3 }));
    assert_eq!(knock.status(&second), "paused");
    knock.wait(30);
    assert_eq!(text(&knock, 1), "2: 22 33 ", "it is not in the batch");
    // without a second item, nothing happens when the window is over
    knock.trigger(json!({ "n": 4 }));
    knock.wait(60);
    assert_eq!((knock.messages().len(), text(&knock, 2)), (3, "1: 44 ".to_owned()));
    knock.trigger(json!({ "n": 5 }));
    assert_eq!(text(&knock, 3), "1: 55 ", "the batch is closed");
}

#[test]
fn a_pinned_batch_is_for_one_version_and_goes_on_with_it() {
    let knock = batched(json!({}));
    let first = knock.trigger(json!({ "n": 1 }));
    knock.project.steps("test", json!([batch(json!({})), says("after", "new")]));
    let second = knock.trigger(json!({ "n": 2 }));
    assert_eq!((knock.status(&first), knock.status(&second)), ("paused".to_owned(), "paused".to_owned()));
    knock.wait(60);
    assert_eq!((text(&knock, 0), text(&knock, 1)), ("1: 11 ".to_owned(), "new".to_owned()));
}

#[test]
fn a_batch_in_latest_mode_collects_over_versions_and_goes_on_with_the_latest() {
    let latest = json!({ "workflow_version_mode": "latest" });
    let knock = batched(latest.clone());
    knock.trigger(json!({ "n": 1 }));
    knock
        .project
        .steps("test", json!([sms("before"), batch(latest), says("after", "new {{ total_activities }}")]));
    let second = knock.trigger(json!({ "n": 2 }));
    assert_eq!(knock.outcome(&second), "batched");
    knock.wait(60);
    assert_eq!((knock.messages().len(), text(&knock, 1)), (2, "new 2".to_owned()));
}

#[test]
fn cancelling_removes_one_activity_and_never_closes_the_window() {
    let knock = batched(json!({}));
    let cancel = |key: &str| {
        knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": key })).no_content();
    };
    let first = knock.trigger_with(json!({ "data": { "n": 1 }, "cancellation_key": "one" }));
    knock.trigger_with(json!({ "data": { "n": 2 }, "cancellation_key": "two" }));
    cancel("one");
    assert_eq!(knock.status(&first), "paused");
    knock.wait(30);
    knock.trigger(json!({ "n": 3 }));
    cancel("two");
    knock.wait(30);
    assert_eq!(text(&knock, 0), "1: 33 ");
}

#[test]
fn an_empty_batch_sends_nothing() {
    let knock = batched(json!({}));
    let run = knock.trigger_with(json!({ "cancellation_key": "k" }));
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    knock.wait(60);
    assert_eq!((knock.outcome(&run), knock.sent().len()), ("empty_batch".to_owned(), 0));
}

#[test]
fn after_a_batch_only_the_key_of_its_opener_cancels() {
    let knock = Knock::of(json!([batch(json!({})), delay("wait", 60), sms("after")]));
    let run = knock.trigger_with(json!({ "cancellation_key": "opener" }));
    knock.trigger_with(json!({ "cancellation_key": "other" }));
    // its activity was removed before, which does not matter
    let cancel = |key: &str| {
        knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": key })).no_content();
    };
    cancel("opener");
    knock.wait(60);
    cancel("other");
    assert_eq!(knock.status(&run), "paused");
    cancel("opener");
    assert_eq!(knock.status(&run), "cancelled");
}

#[test]
fn open_batches_of_an_inactive_workflow_end() {
    let knock = batched(json!({}));
    let run = knock.trigger(json!({ "n": 1 }));
    knock.project.workflow(
        "test",
        json!({
            "name": "Test", "steps": [batch(json!({})), sms("after")], "__readonly": { "active": false },
        }),
    );
    assert!(knock.client.emulator.reload());
    knock.wait(60);
    assert_eq!((knock.outcome(&run), knock.sent().len()), ("workflow_inactive".to_owned(), 0));
}

#[test]
fn a_window_can_last_until_a_time_or_follow_a_rule() {
    let noon = json!("2025-01-01T12:00:00Z");
    for until in [noon, json!({ "frequency": "daily", "hours": 12 }), json!({ "unit": "hours", "value": 12 })]
    {
        let knock = Knock::of(json!([
            step("batch", "batch", json!({ "batch_until_field_path": "data.until" })),
            says("after", "{{ total_activities }}"),
        ]));
        knock.trigger(json!({ "until": until }));
        knock.trigger(json!({ "until": until }));
        knock.wait(12 * 3600 - 1);
        assert_eq!(knock.sent().len(), 0, "{until}");
        knock.wait(1);
        assert_eq!(text(&knock, 0), "2", "{until}");
    }
}

#[test]
fn ten_activities_are_shown_unless_the_step_says_otherwise() {
    let knock = batched(json!({}));
    for n in 1..=12 {
        knock.trigger(json!({ "n": n }));
    }
    knock.wait(60);
    assert_eq!(text(&knock, 0), "12: 11 22 33 44 55 66 77 88 99 1010 ");
}

#[test]
fn the_latest_data_wins() {
    let knock = Knock::of(json!([batch(json!({})), says("after", "{{ data.a }}{{ data.b }}{{ data.c }}")]));
    for data in [json!({ "a": 1, "b": 1 }), json!({ "b": 2, "c": 2 }), json!({ "c": 3 })] {
        knock.trigger(data);
    }
    knock.wait(60);
    assert_eq!(text(&knock, 0), "123");
}

#[test]
fn cancelling_for_some_recipients_leaves_the_others() {
    let knock = batched(json!({}));
    knock.user("v", json!({}));
    knock.trigger_with(json!({ "recipients": ["u", "v"], "data": { "n": 1 }, "cancellation_key": "k" }));
    let body = json!({ "cancellation_key": "k", "recipients": ["u"] });
    knock.client.post("/v1/workflows/test/cancel", body).no_content();
    knock.wait(60);
    assert_eq!(knock.message()["recipient"], "v");
}

#[test]
fn emails_have_the_attachments_of_the_opener() {
    let file = |name: &str| json!({ "attachments": [{ "name": name, "content": "aGVsbG8=" }] });
    let names = |knock: &Knock| {
        let id = knock.message()["id"].as_str().unwrap().to_owned();
        let content = knock.client.control("GET", &format!("messages/{id}"), None).1["content"].clone();
        let files = content["attachments"].as_array().unwrap().iter();
        files.map(|file| file["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let knock = Knock::of(json!([batch(json!({})), email("after")]));
    let first = json!({ "data": file("first.txt"), "cancellation_key": "k" });
    knock.trigger_with(first.clone());
    knock.trigger(file("second.txt"));
    knock.wait(60);
    assert_eq!(names(&knock), ["first.txt"]);

    // a batch goes on as the run that opened it, even if its activity was removed
    let knock = Knock::of(json!([batch(json!({})), email("after")]));
    knock.trigger_with(first);
    knock.trigger(file("second.txt"));
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    knock.wait(60);
    assert_eq!(names(&knock), ["first.txt"]);

    let update = step("update_data", "update", json!({ "data": file("later.txt").to_string() }));
    let knock = Knock::of(json!([batch(json!({})), update, email("after")]));
    knock.trigger(file("first.txt"));
    knock.wait(60);
    assert_eq!(names(&knock), ["later.txt"], "what a later step adds is no part of the batch");
}

#[test]
fn a_sliding_window_is_extended_by_the_window_of_its_opener() {
    let knock = Knock::of(json!([
        step(
            "batch",
            "batch",
            json!({
                "batch_until_field_path": "data.until",
                "batch_window_type": "sliding",
                "batch_window_extension_limit": seconds_of(7200),
            })
        ),
        says("after", "{{ total_activities }}"),
    ]));
    knock.trigger(json!({ "until": seconds_of(60) }));
    knock.wait(30);
    knock.trigger(json!({ "until": seconds_of(3600) }));
    knock.wait(30);
    knock.trigger(json!({}));
    knock.wait(59);
    assert_eq!(knock.sent().len(), 0);
    knock.wait(1);
    assert_eq!(text(&knock, 0), "3");
}

#[test]
fn the_response_of_an_ai_agent_is_in_the_data_after_a_batch() {
    let agent = step("ai_agent", "agent", json!({ "model": "m" }));
    let knock = Knock::of(json!([batch(json!({})), agent, says("after", "{{ data.agent.text }}")]));
    let run = knock.trigger(json!({}));
    knock.wait(60);
    knock.client.control("POST", &format!("runs/{run}/continue"), Some(json!({ "text": "Hi" })));
    assert_eq!(text(&knock, 0), "Hi");
}
