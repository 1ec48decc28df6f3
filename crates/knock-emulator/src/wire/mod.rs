//! The wire: requests taken apart as Plug does it, answers put together as Knock does it.

pub(crate) mod auth;
pub(crate) mod call;
pub(crate) mod fields;
pub(crate) mod idempotency;
pub(crate) mod query;
pub(crate) mod reply;
pub(crate) mod response;
