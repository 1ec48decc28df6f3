use knock_core::recipients::ObjectReference;
use knock_core::workflow_recipient_runs::{self, RunStatus};

use super::values::{CHANNEL, time};
use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let list = workflow_recipient_runs::list;
    vec![
        Sample::list(list())
            .full(
                list()
                    .after("a")
                    .before("b")
                    .page_size(50)
                    .workflow("dinosaurs-loose")
                    .statuses([RunStatus::Queued, RunStatus::Paused])
                    .tenant("jurassic-park")
                    .has_errors(true)
                    .recipient("jhammond")
                    .starting_at(time())
                    .ending_at(time()),
            )
            .full(list().recipient(ObjectReference::new("projects", "paddock-9"))),
        Sample::of(workflow_recipient_runs::get(CHANNEL)),
    ]
}
