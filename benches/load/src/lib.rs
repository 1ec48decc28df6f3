//! Calls to a loopback server: this SDK, plain clients and the official SDKs.
//!
//! [`server`] returns the responses of Knock as fast as it can; [`subject`] contains the clients in Rust; [`measure`]
//! runs one of them in a closed loop; [`runner`] runs all of them and the official SDKs in `node` and `python`, round by
//! round. [`bulk`] does the same for runs with many items.

pub mod bulk;
mod clients;
pub mod drive;
mod install;
pub mod measure;
pub mod options;
mod processes;
pub mod runner;
pub mod server;
pub mod subject;

/// An error that is only printed.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// A result whose error is only printed.
pub type Result<T> = std::result::Result<T, Error>;
