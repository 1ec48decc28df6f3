//! Triggering and cancelling workflows.

use knock_core::channel_data::ChannelDataRequest;
use knock_core::preferences::{ChannelType, PreferenceSetRequest};
use knock_core::recipients::{ObjectReference, ObjectRequest, RecipientRequest, UserRequest};
use knock_core::tenants::{Branding, TenantRequest};
use knock_core::{Client, Config, Operation, Transport, workflows};
use serde_json::{Value, json};

use crate::Host;
use crate::control::Emulator;
use crate::failure::{Failure, ensure, holds, same};

const PUSH: &str = "8209f26c-62a5-461d-95e2-a5716a26e652";

fn one_run(runs: &[Value]) -> Result<&Value, Failure> {
    same("the number of runs", runs.len(), 1)?;
    Ok(&runs[0])
}

pub async fn everything<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let ellie = UserRequest::new("esattler")
        .name("Ellie Sattler")
        .email("esattler@ingen.net")
        .property("field", "paleobotany")
        .channel_data(PUSH, ChannelDataRequest::push_tokens(["device-1"]))
        .preferences("default", PreferenceSetRequest::new().channel_type(ChannelType::Email, false));
    let recipients: [RecipientRequest; 4] = [
        "jhammond".into(),
        ellie.into(),
        ObjectReference::new("paddocks", "t-rex/1").into(),
        ObjectRequest::new("paddocks", "raptors").name("Raptors").property("fence", 10_000).into(),
    ];
    let data = json!({ "type": "trex", "priority": 1, "where": { "lat": 9.75, "emoji": "🦖" }, "tags": ["a", null] });
    let response = workflows::trigger("dinosaurs-loose")
        .recipients(recipients)
        .actor(UserRequest::new("dnedry").name("Dennis Nedry"))
        .data(&data)
        .tenant(
            TenantRequest::new("jurassic-park")
                .name("Jurassic Park")
                .branding(Branding::new().primary_color("#ff0000")),
        )
        .cancellation_key("loose/17 é")
        .skip_delay(true)
        .send(knock)
        .await?;

    let runs = Emulator(knock).runs().await?;
    let run = one_run(&runs)?;
    same("the run's id", &run["id"], &json!(response.workflow_run_id))?;
    let wanted = json!({
        "workflow": "dinosaurs-loose",
        "recipients": [
            "jhammond", "esattler",
            { "collection": "paddocks", "id": "t-rex/1" }, { "collection": "paddocks", "id": "raptors" },
        ],
        "actor": "dnedry",
        "tenant": "jurassic-park",
        "data": data,
        "cancellation_key": "loose/17 é",
    });
    holds("run", run, &wanted)?;
    let delivered = Emulator(knock).deliveries().await?;
    same("the number of deliveries", delivered.len(), 4)
}

pub async fn replay<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).idempotency_key("alert-17");
    let first = trigger.clone().send_for_response(knock).await?;
    let second = trigger.send_for_response(knock).await?;
    same("the second run's id", &second.value.workflow_run_id, &first.value.workflow_run_id)?;
    ensure(!first.is_idempotent_replay(), "the first response should not be a replay")?;
    ensure(second.is_idempotent_replay(), "the second response should be a replay")?;
    same("the original request's id", second.original_request_id(), first.request_id())?;
    one_run(&Emulator(knock).runs().await?).map(|_| ())
}

pub async fn large<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    // Characters of one to four bytes, to detect any that are cut.
    let text = "aé日🦖".repeat(1_000_000 / 10);
    workflows::trigger("dinosaurs-loose")
        .recipients(["jhammond"])
        .data(json!({ "text": text }))
        .send(knock)
        .await?;
    let runs = Emulator(knock).runs().await?;
    let arrived = one_run(&runs)?["data"]["text"].as_str().unwrap_or_default();
    same("its size", arrived.len(), text.len())?;
    ensure(arrived == text, "the text was changed on the way")
}

pub async fn cancel<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let cancel = workflows::cancel("dinosaurs-loose").cancellation_key("loose-17").recipients(["jhammond"]);
    let response = cancel.send_for_response(knock).await?;
    ensure(response.status.is_success(), response.status)?;
    let requests = Emulator(knock).requests().await?;
    let seen = requests.last().map(|seen| &seen.body).unwrap_or(&Value::Null);
    same("the body", seen, &json!({ "cancellation_key": "loose-17", "recipients": ["jhammond"] }))
}
