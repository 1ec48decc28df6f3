//! The intended differences between the SDK and the document, with reasons. A difference that no longer exists must be
//! removed.

use crate::report::Exception;

/// Differences in the set of operations.
pub(crate) const OPERATIONS: &[Exception] = &[];

/// Differences in tiers, idempotency and retention.
pub(crate) const FACTS: &[Exception] = &[];

/// Differences in requests.
pub(crate) const REQUESTS: &[Exception] = &[
    Exception {
        operation: "*",
        difference: "preferences.*.__persistence_strategy__` is in no sample",
        because: "inline preferences are always merged",
    },
    Exception {
        operation: "*",
        difference: "repeats[].__typename` is in no sample",
        because: "the rules of a response have it; a request does not need it",
    },
    Exception {
        operation: "tenants.set",
        difference: "`/settings/branding` Additional properties are not allowed ('dark_icon_url', 'dark_logo_url', \
                     'dark_primary_color', 'dark_primary_color_contrast' were unexpected)",
        because: "the document omits the dark ones here, but has them inline, in bulk and in the response",
    },
    Exception {
        operation: "audiences.list_members",
        difference: "is not in the document",
        because: "the response is a page with cursors, and Knock's older reference has the three parameters of all lists",
    },
    // The twelve of `legacy_preferences`.
    Exception {
        operation: "*",
        difference: "a body is sent; the document has none",
        because: "the document no longer describes the bodies of deprecated calls; they are those that node 0.6 sends",
    },
];

/// Differences in responses.
pub(crate) const RESPONSES: &[Exception] = &[
    Exception {
        operation: "slack.revoke_access",
        difference: "the response is not read",
        because: "it contains only `ok`, and not always in the same form",
    },
    Exception {
        operation: "ms_teams.revoke_access",
        difference: "the response is not read",
        because: "it contains only `ok`, and not always in the same form",
    },
];

/// Differences in responses with missing or unknown parts.
pub(crate) const TOLERANCE: &[Exception] = &[];
