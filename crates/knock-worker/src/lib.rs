//! A client for [Knock](https://knock.app), the notification infrastructure, for Cloudflare Workers, over the Worker's
//! `fetch`.
//!
//! ```no_run,ignore-x86_64,ignore-aarch64
//! use knock_worker::{Knock, Operation, workflows};
//! use worker::{Context, Env, Request, Response, Result, event};
//!
//! #[event(fetch)]
//! async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
//!     // It reads the secret KNOCK_API_KEY.
//!     let knock = Knock::from_env(&env).map_err(|error| error.to_string())?;
//!     let run = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await;
//!     Response::ok(run.map_err(|error| error.to_string())?.workflow_run_id)
//! }
//! # fn main() {}
//! ```
//!
//! In `Cargo.toml`:
//!
//! ```toml
//! [package]
//! name = "my-worker"
//! version = "0.1.0"
//! edition = "2024"
//!
//! [lib]
//! crate-type = ["cdylib"]
//!
//! [dependencies]
//! knock-worker = "0.1"
//! worker = "0.8.7"
//!
//! [profile.release]
//! codegen-units = 1
//! lto = true
//! opt-level = "s"
//! panic = "abort"
//! strip = true
//! ```
//!
//! `strip` leaves out the names of functions, which only the stack of a panic shows and which make up a tenth of a
//! bundle.
//!
//! Besides `worker`, this is the only crate that you need: it re-exports everything in `knock-core`. It needs Rust
//! 1.91. All futures are `Send`, which handlers of axum require. On targets other than WebAssembly the crate is empty.
//!
//! The tests use wrangler 4.86, the last version for Node.js 20. Newer ones, such as 4.164, need Node.js 22.12.
//!
//! # Crate features
//!
//! None is on by default.
//!
//! - `chrono`: conversions from `chrono::DateTime` into [`Time`].
//! - `queue`: [`queues`], a producer and a consumer for Cloudflare Queues.
//! - `rsa`: `token::RsaSigner`, which signs user tokens in pure Rust. [`WebCryptoSigner`] is faster and adds less to
//!   the bundle.
//! - `uuid`: conversions from `uuid::Uuid` into [`Text`], the type of ids.
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
//! | sign tokens for your users' browsers and apps | [`WebCryptoSigner`], [`token`] |
//! | verify webhooks from Knock | [`webhook`] |
//! | change many entities at once | [`bulk`] for any number; functions that begin with `bulk_`, [`bulk_operations`] |
//! | handle errors and configure retries | [guide: errors and retries](guide::errors_and_retries) |
//! | make many calls without exceeding rate limits | [`Pace`] |
//! | send calls later with Cloudflare Queues | [`queues`] |
//! | test your code | [guide: testing](guide::testing) |
//! | port code from `@knocklabs/node` | [guide: from Node](guide::from_node) |
//! | find the function for a route | the [map of operations](registry) |
//! | call anything else | [`custom`] |
//!
//! For readers of the source: `client.rs` is [`Knock`], which reads the secrets and variables of the Worker.
//! `transport.rs` and `signer.rs` are those of `knock-fetch`, with futures that are `Send`. All decisions are made in
//! [`knock_core`].
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(rustdoc::broken_intra_doc_links, reason = "there is nothing to link to")
)]
#![cfg(target_arch = "wasm32")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// All of it is for that target, so a label on each item would say nothing.
#![cfg_attr(docsrs, doc(auto_cfg(hide(target_arch = "wasm32"))))]

pub use knock_core::*;

mod client;
#[cfg(feature = "queue")]
pub mod queues;
mod signer;
mod transport;

pub use client::Knock;
pub use knock_fetch::variable;
pub use signer::WebCryptoSigner;
pub use transport::FetchTransport;
