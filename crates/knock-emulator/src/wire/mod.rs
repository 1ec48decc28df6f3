//! The wire format: requests parsed like Plug parses them, and responses in the form that Knock sends.

pub(crate) mod auth;
pub(crate) mod call;
pub(crate) mod endpoints;
pub(crate) mod fields;
pub(crate) mod idempotency;
pub(crate) mod limits;
pub(crate) mod query;
pub(crate) mod reply;
pub(crate) mod response;
