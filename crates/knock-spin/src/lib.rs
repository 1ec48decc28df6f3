//! A client for [Knock](https://knock.app), the notification infrastructure, for [Spin](https://spinframework.dev)
//! apps, over WASI's outbound HTTP.
//!
//! ```no_run,ignore-x86_64,ignore-aarch64
//! use knock_spin::{Knock, Operation, workflows};
//! use spin_sdk::http::{IntoResponse, Request};
//! use spin_sdk::http_service;
//!
//! #[http_service]
//! async fn handle(_: Request) -> Result<impl IntoResponse, spin_sdk::http::Error> {
//!     let knock = Knock::from_env().await.map_err(|error| error.to_string())?; // the variable knock_api_key
//!     let run = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await;
//!     Ok(run.map_err(|error| error.to_string())?.workflow_run_id)
//! }
//! # fn main() {}
//! ```
//!
//! In `Cargo.toml`:
//!
//! ```toml
//! [package]
//! name = "my-app"
//! version = "0.1.0"
//! edition = "2024"
//!
//! [lib]
//! crate-type = ["cdylib"]
//!
//! [dependencies]
//! knock-spin = "0.1"
//! spin-sdk = { version = "7.0", default-features = false, features = ["http", "variables"] }
//! ```
//!
//! In `spin.toml`, the component must be allowed to reach Knock, with
//! `allowed_outbound_hosts = ["https://api.knock.app"]`, and must be given the variable `knock_api_key`.
//!
//! Besides `spin-sdk`, this is the only crate that you need: it re-exports everything in `knock-core`. It needs Rust
//! 1.94. On targets other than WASI the crate is empty.
//!
//! # Crate features
//!
//! - `chrono`: conversions from `chrono::DateTime` into [`Time`].
//! - `uuid`: conversions from `uuid::Uuid` into [`Text`], the type of ids.
//! - `variables`, on by default: [`Knock::from_env`] also reads Spin variables. Without this feature, a component also
//!   runs in other hosts of WASI 0.3, for example `wasmtime serve`.
//!
//! # Index by task
//!
//! | To … | see |
//! |---|---|
//! | make a client | [`Knock`], [`Config`] |
//! | trigger and cancel workflows | [`workflows`], [`schedules`] |
//! | identify users | [`users`], [`objects`], [`tenants`] |
//! | read and write preferences | [`preferences`], [`users::set_preferences`] |
//! | store channel data, connect Slack or Microsoft Teams | [`channel_data`], [`slack`], [`ms_teams`] |
//! | sign tokens for your users' browsers and apps | [`SpinSigner`], [`token`] |
//! | verify webhooks from Knock | [`webhook`] |
//! | handle errors and configure retries | [guide: errors and retries](guide::errors_and_retries) |
//! | send calls later | [guide: queues](guide::queues) |
//! | test your code | [guide: testing](guide::testing) |
//! | port code from `@knocklabs/node` | [guide: from Node](guide::from_node) |
//! | find the function for a route | the [map of operations](registry) |
//! | call anything else | [`custom`] |
//!
//! For readers of the source: `transport.rs` is WASI's outbound HTTP with its timers, clock and random bytes, and
//! `signer.rs` signs with the crate `rsa`. All decisions are made in [`knock_core`].
#![cfg_attr(
    not(target_os = "wasi"),
    allow(rustdoc::broken_intra_doc_links, reason = "there is nothing to link to")
)]
#![cfg(target_os = "wasi")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use knock_core::*;

mod client;
mod signer;
mod transport;

pub use client::{Knock, variable};
pub use signer::SpinSigner;
pub use transport::SpinTransport;
