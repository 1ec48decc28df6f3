#![allow(deprecated)]

use knock_core::notify;
use knock_core::recipients::ObjectReference;
use serde_json::json;

use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let project = || ObjectReference::new("projects", "paddock-9");
    let trigger = || notify::trigger("dinosaurs-loose", "dnedry").recipients(["agrant"]);
    let cancel = || notify::cancel("dinosaurs-loose", "alert-17");
    vec![
        Sample::of(trigger())
            .full(
                trigger()
                    .recipients([project()])
                    .data(json!({ "type": "trex" }))
                    .cancellation_key("alert-17"),
            )
            .full(notify::trigger("dinosaurs-loose", project()).recipients(["agrant"])),
        Sample::of(cancel()).full(cancel().recipients(["agrant"])).full(cancel().recipients([project()])),
    ]
}
