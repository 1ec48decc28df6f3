//! Knock, notification infrastructure, for native Rust services: the typed API over
//! [reqwest](https://docs.rs/reqwest).
//!
//! ```no_run
//! use knock_reqwest::{Knock, Operation, workflows};
//! use serde_json::json;
//!
//! # async fn example() -> Result<(), knock_reqwest::Error> {
//! let knock = Knock::from_env()?; // KNOCK_API_KEY
//!
//! let run = workflows::trigger("dinosaurs-loose")
//!     .recipients(["jhammond", "agrant", "imalcolm", "esattler"])
//!     .actor("dnedry")
//!     .data(json!({ "type": "trex", "priority": 1 }))
//!     .tenant("jurassic-park")
//!     .send(&knock)
//!     .await?;
//! println!("{}", run.workflow_run_id);
//! # Ok(()) }
//! ```
//!
//! Everything of [`knock_core`] is re-exported: this is the one crate to add. It needs a Tokio runtime; built for
//! `wasm32-unknown-unknown` it needs a JavaScript host with `fetch` and `setTimeout`, as Vercel's Edge runtime or a
//! browser.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use knock_core::*;

mod client;
#[cfg_attr(not(target_arch = "wasm32"), path = "platform_native.rs")]
#[cfg_attr(target_arch = "wasm32", path = "platform_fetch.rs")]
mod platform;
#[cfg(any(all(feature = "aws-lc-rs", not(target_arch = "wasm32")), feature = "rsa"))]
mod signer;
#[cfg(feature = "tracing")]
mod spans;
mod transport;

pub use client::Knock;
#[cfg(any(all(feature = "aws-lc-rs", not(target_arch = "wasm32")), feature = "rsa"))]
pub use signer::NativeSigner;
pub use transport::ReqwestTransport;

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
