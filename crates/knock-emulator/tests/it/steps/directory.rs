//! The directory on disk: finding it, and noticing changes.

use knock_emulator::{Emulator, FindError};
use serde_json::json;

use super::project::{Knock, Project, delay, email, sms};

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
