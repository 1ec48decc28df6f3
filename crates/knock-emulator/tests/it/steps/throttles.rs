//! <https://docs.knock.app/designing-workflows/throttle-function>

use serde_json::{Value, json};

use super::project::{Knock, seconds_of, sms, step};

fn throttled(more: Value) -> Knock {
    let mut settings = json!({ "throttle_window": seconds_of(60) });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Knock::of(json!([step("throttle", "gate", settings), sms("after")]))
}

#[test]
fn over_the_limit_runs_stop_until_the_window_is_over() {
    let knock = throttled(json!({ "throttle_limit": 2 }));
    let runs: Vec<String> = (0..3).map(|_| knock.trigger(json!({}))).collect();
    let outcomes: Vec<String> = runs.iter().map(|run| knock.outcome(run)).collect();
    assert_eq!(outcomes, ["finished", "finished", "throttled"]);
    assert_eq!((knock.status(&runs[2]), knock.sent().len()), ("completed".to_owned(), 2));
    knock.wait(59);
    let late = knock.trigger(json!({}));
    assert_eq!(knock.outcome(&late), "throttled", "the window opened with the first run");
    knock.wait(1);
    let next = knock.trigger(json!({}));
    assert_eq!(knock.outcome(&next), "finished");
}

#[test]
fn recipients_and_keys_are_counted_apart() {
    let knock = throttled(json!({ "throttle_key": "data.k" }));
    knock.user("v", json!({}));
    let outcome = |user: &str, key: &str| {
        let run = knock.trigger_with(json!({ "recipients": [user], "data": { "k": key } }));
        knock.outcome(&run)
    };
    assert_eq!(
        [outcome("u", "a"), outcome("u", "b"), outcome("v", "a"), outcome("u", "a")],
        ["finished", "finished", "finished", "throttled"],
    );
}

#[test]
fn a_key_or_window_that_is_missing_skips_the_step() {
    let knock = throttled(json!({ "throttle_key": "data.k" }));
    for _ in 0..2 {
        let run = knock.trigger(json!({}));
        assert_eq!(knock.reason(&run, "gate"), "throttle_key");
    }
    let knock = throttled(json!({ "throttle_window": null, "throttle_window_field_path": "data.w" }));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.reason(&run, "gate"), "window");
    let run = knock.trigger(json!({ "w": { "unit": "days", "value": 32 } }));
    assert_eq!(knock.reason(&run, "gate"), "window", "31 days is the longest");
    assert_eq!(knock.sent().len(), 2);
}

#[test]
fn a_window_can_be_in_the_data() {
    let knock = throttled(json!({ "throttle_window": null, "throttle_window_field_path": "data.w" }));
    for (window, seconds) in [(seconds_of(90), 90), (json!("2025-01-01T12:00:00Z"), 12 * 3600 - 90)] {
        let outcome = || {
            let run = knock.trigger(json!({ "w": window }));
            knock.outcome(&run)
        };
        assert_eq!([outcome(), outcome()], ["finished", "throttled"], "{window}");
        knock.wait(seconds);
    }
    let run = knock.trigger(json!({ "w": seconds_of(1) }));
    assert_eq!(knock.outcome(&run), "finished");
}

#[test]
fn cancelling_does_not_open_the_gate() {
    let knock = throttled(json!({}));
    knock.trigger_with(json!({ "cancellation_key": "k" }));
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    let run = knock.trigger(json!({}));
    assert_eq!((knock.outcome(&run), knock.sent().len()), ("throttled".to_owned(), 1));
}

#[test]
fn a_key_that_is_too_long_skips_the_step() {
    let knock = throttled(json!({ "throttle_key": "data.k" }));
    // the quotes of JSON take three characters each, and so does each space
    for (key, is_short) in [("k".repeat(57), true), ("k".repeat(58), false), (" ".repeat(20), false)] {
        let run = knock.trigger(json!({ "k": key }));
        if is_short {
            assert_eq!(knock.step(&run, "gate")["state"], "done", "{key}");
        } else {
            assert_eq!(knock.reason(&run, "gate"), "throttle_key", "{key}");
        }
    }
}
