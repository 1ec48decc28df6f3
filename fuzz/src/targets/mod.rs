//! The targets. Each takes any bytes, as its module describes them, and panics if something is wrong.

pub mod body_limit;
pub mod call;
pub mod directory;
pub mod emulator;
pub mod error_body;
pub mod key;
pub mod parse;
pub mod prepared_call;
pub mod render;
pub mod request;
pub mod socket;
pub mod webhook;
