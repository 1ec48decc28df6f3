//! The list of runs, and one run.

use serde_json::{Value, json};

use super::{column, get};
use crate::steps::project::{Knock, Project, delay, seconds_of, sms, step};

#[test]
fn runs_come_newest_first() {
    let project = Project::new();
    project.steps("test", json!([delay("wait", 60), sms("after")]));
    project.steps("other", json!([sms("sms_1")]));
    let knock = Knock::start(project);
    knock.user("v", json!({}));
    for recipients in [json!(["u"]), json!(["v", "u"])] {
        knock.try_trigger(json!({ "recipients": recipients, "data": { "a": 1 } })).ok();
        knock.client.wait(1);
    }
    knock.client.trigger("other", json!({ "recipients": ["v"] })).ok();
    let all = get(&knock.client, "runs");
    assert_eq!(column(&all, "workflow"), ["test", "test", "other"], "as it always was");
    let page = get(&knock.client, "runs?page_size=2");
    assert_eq!(column(&page, "workflow"), ["other", "test"]);
    assert_eq!(page["entries"][1]["id"], all["entries"][1]["id"]);
    let after = page["page_info"]["after"].as_str().unwrap();
    let rest = get(&knock.client, &format!("runs?page_size=2&after={after}"));
    assert_eq!(rest["entries"][0]["id"], all["entries"][0]["id"]);
    assert_eq!(rest["page_info"], json!({ "after": null, "page_size": 2 }));

    let second = &page["entries"][1];
    assert_eq!((&second["at"], &second["recipient_count"]), (&json!("2025-01-01T00:00:01Z"), &json!(2)));
    assert_eq!((&second["recipients"], &second["data"]), (&json!(["v", "u"]), &json!({ "a": 1 })));
    let run = &second["recipient_runs"][1];
    assert_eq!(
        (&run["recipient"], &run["status"], &run["outcome"]),
        (&json!("u"), &json!("paused"), &Value::Null)
    );
    assert_eq!(run["waiting"], json!({ "step_ref": "wait", "until": "2025-01-01T00:01:01Z" }));
    assert_eq!(run["inserted_at"], "2025-01-01T00:00:01Z");
    let ended = &page["entries"][0]["recipient_runs"][0];
    assert_eq!((&ended["outcome"], &ended["waiting"]), (&json!("finished"), &Value::Null));

    for (query, expected) in [
        ("workflow=test", &["test", "test"][..]),
        ("recipient=v", &["other", "test"]),
        ("recipient=v&workflow=test", &["test"]),
        ("recipient=nobody", &[]),
    ] {
        let page = get(&knock.client, &format!("runs?page_size=10&{query}"));
        assert_eq!(column(&page, "workflow"), expected, "{query}");
    }
    let of_v = get(&knock.client, "runs?page_size=10&recipient=v&workflow=test");
    assert_eq!(of_v["entries"][0]["recipient_runs"].as_array().unwrap().len(), 1);
    assert_eq!(knock.client.control("GET", "runs?page_size=10&after=x", None).0, 422);
}

#[test]
fn a_trigger_of_many_shows_some() {
    let knock = Knock::of(json!([sms("sms_1")]));
    let recipients: Vec<String> = (0..100).map(|number| format!("u{number}")).collect();
    knock.try_trigger(json!({ "recipients": recipients })).ok();
    let page = get(&knock.client, "runs?page_size=1");
    let entry = &page["entries"][0];
    assert_eq!(entry["recipient_count"], 100);
    assert_eq!(entry["recipient_runs"].as_array().unwrap().len(), 25);
    assert_eq!(entry["recipients"].as_array().unwrap().len(), 25);
    assert_eq!(get(&knock.client, "runs")["entries"][0]["recipient_runs"].as_array().unwrap().len(), 100);
    let last = get(&knock.client, "runs?page_size=1&recipient=u99");
    assert_eq!(last["entries"][0]["recipient_runs"][0]["recipient"], "u99");
}

#[test]
fn a_batch_waits_until_it_closes() {
    let batch = json!({ "batch_window": seconds_of(60), "batch_window_type": "sliding" });
    let knock = Knock::of(json!([step("batch", "collect", batch), sms("after")]));
    knock.trigger(json!({}));
    knock.client.wait(30);
    knock.trigger(json!({}));
    let page = get(&knock.client, "runs?page_size=2");
    let waiting = &page["entries"][1]["recipient_runs"][0]["waiting"];
    assert_eq!(*waiting, json!({ "step_ref": "collect", "until": "2025-01-01T00:01:30Z" }));
    assert_eq!(page["entries"][0]["recipient_runs"][0]["outcome"], "batched");
}

#[test]
fn a_run_has_its_messages_its_trigger_and_what_it_triggered() {
    let project = Project::new();
    project.steps(
        "test",
        json!([sms("sms_1"), step("trigger_workflow", "next", json!({ "workflow_key": "other" }))]),
    );
    project.steps("other", json!([delay("wait", 60)]));
    let knock = Knock::start(project);
    let id = knock.trigger(json!({ "a": 1 }));
    let run = get(&knock.client, &format!("runs/{id}"));
    assert_eq!((&run["status"], &run["emulator"]["outcome"]), (&json!("completed"), &json!("finished")));
    assert_eq!(
        (run["messages"].as_array().unwrap().len(), &run["messages"][0]["title"]),
        (1, &json!("Hello"))
    );
    assert_eq!(run["trigger"]["data"], json!({ "a": 1 }));
    assert_eq!((&run["trigger"]["recipients"], &run["trigger"]["actor"]), (&json!(["u"]), &Value::Null));
    let nested = &run["nested"][0];
    assert_eq!(
        (&nested["workflow"], &nested["recipient"], &nested["status"]),
        (&json!("other"), &json!("u"), &json!("paused"))
    );
    let other = get(&knock.client, &format!("runs/{}", nested["id"].as_str().unwrap()));
    assert_eq!((&other["workflow_run_id"], &other["nested"]), (&nested["workflow_run_id"], &json!([])));
    knock.client.control("DELETE", "messages", None);
    assert_eq!(get(&knock.client, &format!("runs/{id}"))["messages"], json!([]));
}
