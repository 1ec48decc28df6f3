//! Where the SDK and the document are meant to differ, with the reason. Each must still be so.

use crate::report::Exception;

/// Of which operations there are.
pub(crate) const OPERATIONS: &[Exception] = &[];

/// Of tiers, idempotency and retention.
pub(crate) const FACTS: &[Exception] = &[];

/// Of what is sent.
pub(crate) const REQUESTS: &[Exception] = &[
    Exception {
        operation: "*",
        difference: "preferences.*.__persistence_strategy__` is in no sample",
        because: "inline preferences are always merged",
    },
    Exception {
        operation: "*",
        difference: "repeats[].__typename` is in no sample",
        because: "the rules of an answer have it; a request needs none",
    },
    Exception {
        operation: "tenants.set",
        difference: "`/settings/branding` Additional properties are not allowed ('dark_icon_url', 'dark_logo_url', \
                     'dark_primary_color', 'dark_primary_color_contrast' were unexpected)",
        because: "the document forgets the dark ones here: inline, in bulk and in the answer it has them",
    },
    Exception {
        operation: "audiences.list_members",
        difference: "is not in the document",
        because: "the answer is a page with cursors, and Knock's older reference has the three parameters of all lists",
    },
    // The twelve of `legacy_preferences`.
    Exception {
        operation: "*",
        difference: "a body is sent; the document has none",
        because: "the document no longer describes the bodies of deprecated calls; they are as node 0.6 sends them",
    },
];

/// Of what is read.
pub(crate) const ANSWERS: &[Exception] = &[
    Exception {
        operation: "slack.revoke_access",
        difference: "the answer is not read at all",
        because: "it says `ok` and nothing else, and not always in the same form",
    },
    Exception {
        operation: "ms_teams.revoke_access",
        difference: "the answer is not read at all",
        because: "it says `ok` and nothing else, and not always in the same form",
    },
];

/// Of what is read although it has less or more than it should.
pub(crate) const TOLERANCE: &[Exception] = &[];
