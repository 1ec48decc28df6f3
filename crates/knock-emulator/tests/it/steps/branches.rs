//! <https://docs.knock.app/designing-workflows/branch-function> and experiments.

use serde_json::{Value, json};

use super::project::{Knock, delay, email, feed, sms, when};

fn branch(first: Value, terminates: bool) -> Value {
    json!({ "type": "branch", "ref": "branch", "branches": [
        { "name": "paid", "conditions": { "all": [when("data.plan", "equal_to", json!("paid"))] },
          "steps": first, "terminates": terminates },
        { "name": "trial", "conditions": { "all": [when("data.plan", "exists", json!(null))] }, "steps": [sms("trial")] },
        { "name": "default", "steps": [], "terminates": false },
    ] })
}

#[test]
fn the_first_branch_that_holds_is_taken_otherwise_the_default() {
    for (plan, expected) in [
        (json!("paid"), vec!["email", "in_app_feed"]),
        (json!("trial"), vec!["sms", "in_app_feed"]),
        (json!(null), vec!["in_app_feed"]),
    ] {
        let knock = Knock::of(json!([branch(json!([email("paid")]), false), feed("after")]));
        let run = knock.trigger(json!({ "plan": plan }));
        assert_eq!(
            (knock.sent(), knock.outcome(&run)),
            (expected.into_iter().map(str::to_owned).collect(), "finished".to_owned())
        );
    }
}

#[test]
fn a_branch_can_end_the_run() {
    let knock = Knock::of(json!([branch(json!([email("paid"), delay("wait", 5)]), true), feed("after")]));
    let run = knock.trigger(json!({ "plan": "paid" }));
    knock.wait(5);
    assert_eq!(
        (knock.sent(), knock.outcome(&run)),
        (vec!["email".to_owned()], "branch_terminated".to_owned())
    );
}

#[test]
fn the_log_names_the_branch_and_why_others_were_not_taken() {
    let knock = Knock::of(json!([branch(json!([]), false)]));
    let run = knock.trigger(json!({ "plan": "trial" }));
    let detail = knock.step(&run, "branch")["detail"].clone();
    assert_eq!(detail["branch"], "trial");
    assert_eq!(detail["refused"], json!([{ "branch": "paid", "condition": "data.plan equal_to paid" }]));
}

fn experiment(first: &str, key: Value) -> Value {
    let rest = 100.0 - first.parse::<f64>().unwrap();
    json!({ "type": "random_cohort", "ref": "experiment", "cohort_key": key, "cohort_branches": [
        { "name": "A", "percentage": first, "steps": [email("a")] },
        { "name": "B", "percentage": rest, "steps": [sms("b")] },
    ] })
}

#[test]
fn the_same_key_takes_the_same_branch() {
    let knock = Knock::of(json!([experiment("50.0", json!(null))]));
    for _ in 0..5 {
        knock.trigger(json!({}));
    }
    let sent = knock.sent();
    assert!(sent.iter().all(|channel| *channel == sent[0]), "{sent:?}");

    let keyed = Knock::of(json!([experiment("50.0", json!("{{ data.k }}"))]));
    let both: std::collections::BTreeSet<String> = (0..40)
        .map(|k| {
            let run = keyed.trigger(json!({ "k": k }));
            keyed.step(&run, "experiment")["detail"]["branch"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(both.len(), 2, "different keys take both branches");
}

#[test]
fn the_key_of_an_experiment_is_a_path_or_liquid() {
    for key in ["account_id", "data.account_id", "tenant.id", "{{ tenant.id }}-{{ data.account_id }}"] {
        let knock = Knock::of(json!([experiment("50.0", json!(key))]));
        let both: std::collections::BTreeSet<String> = (0..20)
            .map(|k| {
                let id = k.to_string();
                let run = knock.trigger_with(json!({ "data": { "account_id": id }, "tenant": id }));
                knock.step(&run, "experiment")["detail"]["branch"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(both.len(), 2, "{key}");
    }
}

#[test]
fn a_key_of_an_experiment_without_a_value_ends_the_run() {
    for key in ["account_id", "tenant.id"] {
        let knock = Knock::of(json!([experiment("50.0", json!(key))]));
        let run = knock.trigger(json!({ "account_id": null }));
        let error = knock.step(&run, "experiment")["detail"]["error"].as_str().unwrap().to_owned();
        assert!(error.starts_with("cohort_key_missing"), "{error}");
        assert_eq!((knock.outcome(&run), knock.sent().len()), ("failed".to_owned(), 0));
    }
    let knock = Knock::of(json!([experiment("50.0", json!("{{ data.account_id }}"))]));
    let run = knock.trigger(json!({}));
    assert_eq!((knock.outcome(&run), knock.sent().len()), ("finished".to_owned(), 1), "Liquid gives no text");
}

#[test]
fn a_branch_of_0_percent_is_never_taken() {
    let knock = Knock::of(json!([experiment("0.0", json!("{{ data.k }}"))]));
    for k in 0..40 {
        knock.trigger(json!({ "k": k }));
    }
    assert!(knock.sent().iter().all(|channel| channel == "sms"));
}
