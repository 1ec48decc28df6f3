//! The client of [Knock](https://knock.app), notification infrastructure, for [Spin](https://spinframework.dev) apps,
//! over WASI's outbound HTTP.
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
//! The component must be allowed to reach Knock: `allowed_outbound_hosts = ["https://api.knock.app"]` in `spin.toml`.
//!
//! This is the only crate of the SDK to add beside `spin-sdk`: it re-exports everything in `knock-core`. On other
//! targets than WASI the crate is empty.
//!
//! # Crate features
//!
//! - `variables`, on by default: [`Knock::from_env`] also reads Spin variables. Without it a component runs in other
//!   hosts of WASI 0.3, too, for example `wasmtime serve`.
//!
//! # Index by task
//!
//! | To … | see |
//! |---|---|
//! | make a client | [`Knock`], [`Config`] |
//! | trigger and cancel workflows | [`workflows`], [`schedules`] |
//! | identify users | [`users`], [`objects`], [`tenants`] |
//! | preferences | [`preferences`], [`users::set_preferences`] |
//! | channel data, Slack, Microsoft Teams | [`channel_data`], [`slack`], [`ms_teams`] |
//! | sign tokens for your users' browsers and apps | [`SpinSigner`], [`token`] |
//! | verify webhooks from Knock | [`webhook`] |
//! | handle errors and configure retries | [guide: errors and retries](guide::errors_and_retries) |
//! | send calls later | [guide: queues](guide::queues) |
//! | test your code | [guide: testing](guide::testing) |
//! | port code from `@knocklabs/node` | [guide: from Node](guide::from_node) |
//! | find the function for a route | the [map of operations](registry) |
//! | call anything else | [`custom`] |
//!
//! For readers of the source: `transport.rs` is WASI's outbound HTTP with its timers, clock and random bytes,
//! `signer.rs` signs with the crate `rsa`. Everything that decides is in [`knock_core`].
#![cfg(target_os = "wasi")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use knock_core::*;

mod client;
mod signer;
mod transport;

pub use client::{Knock, variable};
pub use signer::SpinSigner;
pub use transport::SpinTransport;
