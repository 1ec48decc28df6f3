use knock_core::recipients::ObjectReference;
use knock_core::workflows;
use serde_json::json;

use super::values::{object, tenant, user};
use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let trigger = || workflows::trigger("dinosaurs-loose").recipient("agrant");
    let cancel = || workflows::cancel("dinosaurs-loose").cancellation_key("alert-17");
    vec![
        Sample::of(trigger()).full(
            trigger()
                .recipient(user().trigger_data(json!({ "name": "John" })))
                .recipient(object())
                .recipient(ObjectReference::new("projects", "paddock-9"))
                .actor(user())
                .data(json!({ "type": "trex" }))
                .tenant(tenant())
                .cancellation_key("alert-17")
                .sandbox_mode(true)
                .skip_delay(true)
                .idempotency_key("alert-17/trigger"),
        ),
        Sample::of(cancel())
            .full(cancel().recipients(["agrant"]))
            .full(cancel().recipients([ObjectReference::new("projects", "paddock-9")])),
    ]
}
