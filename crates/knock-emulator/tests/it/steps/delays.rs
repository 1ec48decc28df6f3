//! <https://docs.knock.app/designing-workflows/delay-function>

use serde_json::{Value, json};

use super::project::{Knock, delay, seconds_of, sms, step};

fn until(path: &str) -> Value {
    step("delay", "wait", json!({ "delay_until_field_path": path }))
}

/// Sends after a step, with some data. The emulator starts on Wednesday, 2025-01-01T00:00:00Z.
fn delayed(step: Value, user: Value, data: Value) -> (Knock, String) {
    let knock = Knock::of(json!([step, sms("after")]));
    knock.user("u", user);
    let run = knock.trigger(data);
    (knock, run)
}

#[test]
fn a_fixed_delay_lasts_so_long() {
    let (knock, run) = delayed(delay("wait", 60), json!({}), json!({}));
    assert_eq!((knock.status(&run), knock.sent().len()), ("paused".to_owned(), 0));
    assert_eq!(knock.step(&run, "wait")["detail"]["until"], "2025-01-01T00:01:00Z");
    knock.wait(59);
    assert_eq!(knock.sent().len(), 0);
    knock.wait(1);
    assert_eq!((knock.outcome(&run), knock.sent().len()), ("finished".to_owned(), 1));
}

#[test]
fn every_unit_counts() {
    for (unit, value, expected) in [
        ("seconds", 30, "2025-01-01T00:00:30Z"),
        ("minutes", 30, "2025-01-01T00:30:00Z"),
        ("hours", 2, "2025-01-01T02:00:00Z"),
        ("days", 1, "2025-01-02T00:00:00Z"),
        ("weeks", 1, "2025-01-08T00:00:00Z"),
        ("months", 1, "2025-02-01T00:00:00Z"),
    ] {
        let wait = step("delay", "wait", json!({ "delay_for": { "unit": unit, "value": value } }));
        let (knock, run) = delayed(wait, json!({}), json!({}));
        assert_eq!(knock.step(&run, "wait")["detail"]["until"], expected);
    }
}

#[test]
fn a_dynamic_delay_lasts_until_a_time_for_a_duration_or_until_a_window() {
    for (value, expected) in [
        (json!("2025-01-03T12:00:00Z"), "2025-01-03T12:00:00Z"),
        (json!("2025-01-03T12:00:00+02:00"), "2025-01-03T10:00:00Z"),
        (seconds_of(90), "2025-01-01T00:01:30Z"),
        (json!({ "frequency": "daily", "hours": 9, "minutes": 30 }), "2025-01-01T09:30:00Z"),
        (json!({ "frequency": "weekly", "days": ["mon"], "hours": 9 }), "2025-01-06T09:00:00Z"),
        (json!({ "frequency": "weekly", "days": "weekends" }), "2025-01-04T00:00:00Z"),
        (json!({ "frequency": "monthly", "day_of_month": 15 }), "2025-01-15T00:00:00Z"),
        (json!({ "frequency": "hourly", "minutes": 15 }), "2025-01-01T00:15:00Z"),
    ] {
        let (knock, run) = delayed(until("data.at"), json!({}), json!({ "at": value }));
        assert_eq!(knock.step(&run, "wait")["detail"]["until"], expected, "{value}");
    }
}

#[test]
fn a_delay_can_depend_on_the_recipient_and_the_environment() {
    let at = json!("2025-01-01T00:10:00Z");
    let (knock, run) = delayed(until("recipient.at"), json!({ "at": at }), json!({}));
    assert_eq!(knock.step(&run, "wait")["detail"]["until"], at);

    let knock = Knock::of(json!([until("vars.window")]));
    // variables are texts, which are parsed if they are JSON
    knock.project.environment(json!({ "variables": { "window": "{\"unit\": \"minutes\", \"value\": 5}" } }));
    let run = knock.trigger(json!({}));
    assert_eq!(knock.step(&run, "wait")["detail"]["until"], "2025-01-01T00:05:00Z");
}

#[test]
fn a_missing_invalid_or_past_time_skips_the_delay() {
    for value in [
        json!(null),
        json!("soon"),
        json!(5),
        json!("2024-12-31T00:00:00Z"),
        json!({ "frequency": "yearly" }),
    ] {
        let (knock, run) = delayed(until("data.at"), json!({}), json!({ "at": value }));
        assert_eq!(knock.reason(&run, "wait"), "window", "{value}");
        assert_eq!(knock.sent().len(), 1, "the run goes on");
    }
}

#[test]
fn a_delay_can_be_relative_to_a_time() {
    for (offset, expected) in [(-3600, "2025-01-01T11:00:00Z"), (3600, "2025-01-01T13:00:00Z")] {
        let settings = json!({ "delay_until_field_path": "data.at", "delay_for": seconds_of(offset) });
        let (knock, run) =
            delayed(step("delay", "wait", settings), json!({}), json!({ "at": "2025-01-01T12:00:00Z" }));
        assert_eq!(knock.step(&run, "wait")["detail"]["until"], expected);
    }
}

#[test]
fn a_delay_lasts_at_most_a_year() {
    let wait = step("delay", "wait", json!({ "delay_for": { "unit": "days", "value": 366 } }));
    let (knock, run) = delayed(wait, json!({}), json!({}));
    assert_eq!(knock.reason(&run, "wait"), "window");
}

#[test]
fn windows_are_in_the_time_zone_of_the_recipient_across_a_change_of_time() {
    let rule = json!({ "frequency": "daily", "hours": 9 });
    let zone = json!({ "timezone": "Europe/Berlin" });
    let (knock, run) = delayed(until("data.at"), zone.clone(), json!({ "at": rule }));
    assert_eq!(knock.step(&run, "wait")["detail"]["until"], "2025-01-01T08:00:00Z");
    // on 30 March 2025, the clocks go from 2:00 to 3:00
    knock.wait(88 * 24 * 3600 - 3600);
    let run = knock.trigger(json!({ "at": rule }));
    assert_eq!(knock.step(&run, "wait")["detail"]["until"], "2025-03-30T07:00:00Z");
    let gap = json!({ "frequency": "daily", "hours": 2, "minutes": 30 });
    let run = knock.trigger(json!({ "at": gap }));
    assert_eq!(
        knock.step(&run, "wait")["detail"]["until"],
        "2025-03-30T01:30:00Z",
        "3:30, as 2:30 does not exist"
    );
}

#[test]
fn the_time_zone_of_the_account_is_the_default() {
    let knock = Knock::of(json!([until("data.at")]));
    knock.project.environment(json!({ "timezone": "America/New_York" }));
    let run = knock.trigger(json!({ "at": { "frequency": "daily", "hours": 9 } }));
    assert_eq!(knock.step(&run, "wait")["detail"]["until"], "2025-01-01T14:00:00Z");
}

#[test]
fn a_trigger_can_skip_delays() {
    let knock = Knock::of(json!([delay("wait", 60), sms("after")]));
    let run = knock.trigger_with(json!({ "settings": { "skip_delay": true } }));
    assert_eq!((knock.reason(&run, "wait"), knock.sent().len()), ("skip_delay".to_owned(), 1));
}

#[test]
fn a_delayed_run_can_be_cancelled() {
    let knock = Knock::of(json!([delay("wait", 60), sms("after")]));
    let run = knock.trigger_with(json!({ "cancellation_key": "k" }));
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    knock.wait(60);
    assert_eq!((knock.status(&run), knock.outcome(&run)), ("cancelled".to_owned(), "cancelled".to_owned()));
    assert_eq!(knock.sent().len(), 0);
}

#[test]
fn windows_are_in_local_time_when_the_clocks_go_back() {
    let zone = json!({ "timezone": "Europe/Berlin" });
    let daily =
        |hours: u64, minutes: u64| json!({ "frequency": "daily", "hours": hours, "minutes": minutes });
    let (knock, _) = delayed(until("data.at"), zone, json!({}));
    // Saturday, 25 October 2025, 10:00 in Berlin; on Sunday, the clocks go from 3:00 back to 2:00
    knock.wait(297 * 24 * 3600 + 8 * 3600);
    for (rule, expected) in [
        (daily(9, 0), "2025-10-26T08:00:00Z"),
        (daily(2, 30), "2025-10-26T00:30:00Z"),
        (daily(3, 0), "2025-10-26T02:00:00Z"),
    ] {
        let run = knock.trigger(json!({ "at": rule }));
        assert_eq!(knock.step(&run, "wait")["detail"]["until"], expected, "{rule}");
    }
}

#[test]
fn a_delay_in_a_branch_can_be_cancelled() {
    let branch = json!({ "type": "branch", "ref": "branch", "branches": [
        { "name": "default", "steps": [delay("wait", 60), sms("inside")] },
    ] });
    let knock = Knock::of(json!([branch, sms("after")]));
    let run = knock.trigger_with(json!({ "cancellation_key": "k" }));
    knock.client.post("/v1/workflows/test/cancel", json!({ "cancellation_key": "k" })).no_content();
    knock.wait(60);
    assert_eq!((knock.status(&run), knock.sent().len()), ("cancelled".to_owned(), 0));
}

#[test]
fn the_run_of_a_user_who_is_deleted_does_not_wait_any_more() {
    let knock = Knock::of(json!([delay("pause", 60)]));
    let run = knock.trigger(json!({}));
    knock.wait(30);
    knock.client.delete("/v1/users/u").no_content();
    let shown = knock.run(&run);
    assert_eq!((knock.outcome(&run), &shown["status"]), ("cancelled".to_owned(), &json!("cancelled")));
    assert_eq!(shown["updated_at"], "2025-01-01T00:00:30Z");
    assert_eq!(knock.step(&run, "pause")["ended_at"], "2025-01-01T00:00:30Z");
}
