use knock_core::Timestamp;
use knock_core::recipients::RecipientReference;
use knock_core::workflow_recipient_runs::{self, RunStatus};

use super::Table;

pub(super) const NODE_1: Table = &[
    ("workflowRecipientRuns.list", |mut args| {
        let (mut list, mut query) = (workflow_recipient_runs::list(), args.object());
        set_page!(list, &mut query);
        set!(
            list, &mut query, workflow: String, statuses = "status": Vec<RunStatus>, tenant: String,
            has_errors: bool, recipient: RecipientReference, starting_at: Timestamp, ending_at: Timestamp,
        );
        args.send_page(list)
    }),
    ("workflowRecipientRuns.get", |args| args.send_of_texts(|[id]| workflow_recipient_runs::get(id))),
];
