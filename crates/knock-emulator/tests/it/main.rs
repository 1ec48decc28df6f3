//! Behaviour of the emulator, driven through `handle`, and of its server, through sockets.

// Helpers are tests too, and bodies are written in place.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::needless_pass_by_value)]

mod auth;
#[cfg(feature = "server")]
mod binary;
mod client;
mod conformance;
mod control;
mod faults;
mod fuzz;
mod idempotency;
mod lists;
mod messages;
mod objects;
mod preferences;
mod providers;
mod schedules;
#[cfg(feature = "server")]
mod server;
mod users;
mod workflows;
