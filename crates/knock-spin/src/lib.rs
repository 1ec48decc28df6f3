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
//!     // It reads the variable knock_api_key.
//!     let knock = Knock::from_env().await.map_err(|error| error.to_string())?;
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
//! `allowed_outbound_hosts = ["https://api.knock.app"]`, and must be given the variable `knock_api_key`. If it is not
//! allowed to, each call fails with an error whose [source](std::error::Error::source) says so, and nothing is sent.
//!
//! Besides `spin-sdk`, this is the only crate that you need: it re-exports everything in `knock-core`. It needs Rust
//! 1.94. On targets other than WASI the crate is empty.
//!
//! # Hosts
//!
//! A component needs WASI 0.3.0, so Spin 4.1 or newer. Spin 4.0 supports only release candidates of WASI 0.3: it does
//! not start the app, and prints that the component imports an instance `wasi:…@0.3.0`, but that “a matching
//! implementation was not found in the linker”. Spin 3 reports that the component exports no handler it supports.
//! Whether a hosting service runs the component depends on its version of Spin in the same way; the README of
//! `examples/spin-app` in the repository lists what is known of each. `spin deploy` alone is an error in Spin 4, which
//! deploys with plugins, for example with `spin aka deploy`.
//!
//! # Crate features
//!
//! - `chrono`: conversions from `chrono::DateTime` into [`Time`].
//! - `uuid`: conversions from `uuid::Uuid` into [`Text`], the type of ids.
//! - `variables`, on by default: [`Knock::from_env`] also reads Spin variables. Without this feature, a component also
//!   runs in other hosts of WASI 0.3, for example `wasmtime serve`.
//! - `rsa`, on by default: `SpinSigner`, which signs user tokens with the crate `rsa`. Scanners report
//!   RUSTSEC-2023-0071 for that crate; see [`token`]. An app that signs no tokens can leave it out with
//!   `default-features = false, features = ["variables"]`.
//!
//! # Index by task
//!
//! | To … | see |
//! |---|---|
//! | make a client | [`Knock`], [`Config`] |
//! | let the compiler check the data of triggers | [guide: typed workflows](guide::typed_workflows) |
//! | trigger and cancel workflows | [`workflows`], [`schedules`] |
//! | identify users | [`users`], [`objects`], [`tenants`] |
//! | read and write preferences | [`preferences`], [`users::set_preferences`] |
//! | store channel data, connect Slack or Microsoft Teams | [`channel_data`], [`slack`], [`ms_teams`] |
//! | sign tokens for your users' browsers and apps | `SpinSigner`, [`token`] |
//! | verify webhooks from Knock | [`webhook`] |
//! | change many entities at once | [`bulk`] for any number; functions that begin with `bulk_`, [`bulk_operations`] |
//! | handle errors and configure retries | [guide: errors and retries](guide::errors_and_retries) |
//! | make many calls without exceeding rate limits | [`Pace`] |
//! | send calls later | [guide: queues](guide::queues) |
//! | test your code | [guide: testing](guide::testing) |
//! | port code from `@knocklabs/node` | [guide: from Node](guide::from_node) |
//! | find the function for a route | the [map of operations](registry) |
//! | call anything else | [`custom`] |
//!
//! For readers of the source: `transport.rs` is WASI's outbound HTTP with its timers, clocks and random bytes, `failure.rs`
//! tells what WASI's error codes mean, and `signer.rs` signs with the crate `rsa`. All decisions are made in [`knock_core`].
#![cfg_attr(
    not(target_os = "wasi"),
    allow(rustdoc::broken_intra_doc_links, reason = "there is nothing to link to")
)]
#![cfg(target_os = "wasi")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// All of it is for that target, so a label on each item would say nothing.
#![cfg_attr(docsrs, doc(auto_cfg(hide(target_os = "wasi"))))]

pub use knock_core::*;

mod client;
mod failure;
#[cfg(feature = "rsa")]
mod signer;
mod transport;

pub use client::{Knock, VariableError, variable};
#[cfg(feature = "rsa")]
pub use signer::SpinSigner;
pub use transport::SpinTransport;
