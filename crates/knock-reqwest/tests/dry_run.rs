//! A dry run sends nothing, and each operation returns what its documentation promises.
// Test code may panic.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use contract_tests::samples;
use knock_reqwest::channel_data::{ChannelDataRequest, ChannelId};
use knock_reqwest::recipients::{ObjectRequest, UserRequest};
use knock_reqwest::{
    Config, DryRun, ErrorKind, Knock, Method, Operation, Outcome, TransportErrorKind, objects, users,
    workflows,
};
use pollster::block_on;

/// The operations that have a stand-in for Knock's response.
const STAND_INS: [&str; 22] = [
    "audiences.add_members",
    "audiences.remove_members",
    "ms_teams.revoke_access",
    "notify.cancel",
    "notify.trigger",
    "objects.delete",
    "objects.set",
    "objects.set_channel_data",
    "objects.set_preferences",
    "objects.unset_channel_data",
    "objects.unset_preferences",
    "slack.revoke_access",
    "tenants.delete",
    "tenants.set",
    "users.delete",
    "users.identify",
    "users.set_channel_data",
    "users.set_preferences",
    "users.unset_channel_data",
    "users.unset_preferences",
    "workflows.cancel",
    "workflows.trigger",
];

#[test]
fn every_operation_gets_its_stand_in_or_an_error() {
    let knock = Knock::dry_run();
    let mut stand_ins = BTreeSet::new();
    for sample in samples::all() {
        for request in sample.requests() {
            let request = request.as_ref().unwrap().clone();
            match block_on(knock.execute(request, None)) {
                Ok(completed) => {
                    sample
                        .parse(completed.into_response())
                        .unwrap_or_else(|error| panic!("{sample:?}: {error}"));
                    assert_ne!(sample.info.method, Method::Get, "{sample:?}");
                    stand_ins.insert(sample.info.name);
                }
                Err(error) => {
                    assert_eq!(error.transport_kind(), Some(TransportErrorKind::Denied), "{sample:?}");
                    assert_eq!((error.attempts(), error.outcome()), (1, Outcome::NotApplied), "{sample:?}");
                    assert!(error.to_string().contains("dry run"), "{error}");
                }
            }
        }
    }
    assert_eq!(stand_ins, BTreeSet::from(STAND_INS));
}

#[test]
fn stand_ins_contain_what_was_given() {
    let knock = Knock::dry_run();
    let user = block_on(users::identify(UserRequest::new("j h ä").name("John")).send(&knock)).unwrap();
    assert_eq!((user.id.as_str(), user.name.as_deref()), ("j h ä", Some("John")));
    let object = objects::set(ObjectRequest::new("projects", "isla").property("size", 3));
    let object = block_on(object.send(&knock)).unwrap();
    assert_eq!((object.collection.as_str(), object.id.as_str()), ("projects", "isla"));
    assert_eq!(object.properties["size"], 3);
    let channel = "8209f26c-62a5-461d-95e2-a5716a26e652";
    let channel_id = ChannelId::from_static(channel);
    let data = users::set_channel_data("jhammond", channel_id, ChannelDataRequest::push_tokens(["t1"]));
    assert_eq!(block_on(data.send(&knock)).unwrap().channel_id, channel);
}

#[test]
fn the_callback_gets_each_call_and_run_ids_differ() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&calls);
    let dry_run = DryRun::new().on_call(move |request, attempt| {
        seen.lock().unwrap().push((attempt.operation.to_owned(), request.uri().path().to_owned()));
    });
    let knock = Knock::with_transport(Config::new("sk_dry_run").unwrap(), dry_run);
    let trigger = || workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock);
    let (first, second) = (block_on(trigger()).unwrap(), block_on(trigger()).unwrap());
    assert_eq!(first.workflow_run_id, "00000000-0000-4000-8000-000000000001");
    assert_ne!(first.workflow_run_id, second.workflow_run_id);
    // What is invalid is an error in a dry run too.
    let nobody = workflows::trigger("dinosaurs-loose").recipients([""]);
    assert_eq!(block_on(nobody.send(&knock)).unwrap_err().kind(), ErrorKind::InvalidInput);
    let call = ("workflows.trigger".to_owned(), "/v1/workflows/dinosaurs-loose/trigger".to_owned());
    assert_eq!(*calls.lock().unwrap(), [call.clone(), call]);
}
