//! Tests of the emulator, through `handle`, and of the server, through sockets.

// Helpers belong to the tests, and bodies are written inline.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::needless_pass_by_value)]

mod auth;
#[cfg(feature = "server")]
mod binary;
mod client;
mod conformance;
mod control;
mod cors;
mod faults;
mod found;
mod fuzz;
mod idempotency;
#[cfg(all(feature = "server", unix))]
mod kill;
mod lists;
mod messages;
mod objects;
mod page;
mod preferences;
mod providers;
mod rate_limits;
mod realtime;
mod schedules;
mod security;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "smtp")]
mod smtp;
mod state;
#[cfg(feature = "workflows")]
mod steps;
mod users;
mod webhooks;
#[cfg(feature = "server")]
mod websocket;
mod workflows;
