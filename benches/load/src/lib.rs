//! Triggers over one loopback server: this SDK, plain clients and the official SDKs.
//!
//! [`server`] answers as Knock does and as fast as it can; [`subject`] holds the clients in Rust; [`measure`] runs any of
//! them in a closed loop; [`runner`] runs them all, with the official SDKs in `node` and `python`, round by round.

mod clients;
pub mod drive;
mod install;
pub mod measure;
pub mod options;
mod processes;
pub mod runner;
pub mod server;
pub mod subject;

/// What a part says when it cannot go on.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// A result whose error is only told.
pub type Result<T> = std::result::Result<T, Error>;
