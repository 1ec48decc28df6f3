//! Knock, notification infrastructure, for Cloudflare Workers: the typed API over `fetch`, with user tokens signed by
//! WebCrypto.
//!
//! ```no_run
//! use knock_worker::{Knock, Operation, workflows};
//! use worker::{Context, Env, Request, Response, Result, event};
//!
//! #[event(fetch)]
//! async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
//!     let knock = Knock::from_env(&env).map_err(|error| error.to_string())?; // the secret KNOCK_API_KEY
//!     let run = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await;
//!     Response::ok(run.map_err(|error| error.to_string())?.workflow_run_id)
//! }
//! ```
//!
//! Everything of [`knock_core`] is re-exported: this is the one crate to add beside `worker`. All futures are `Send`,
//! as axum's handlers need them. The crate is empty on other targets than WebAssembly.
#![cfg(target_arch = "wasm32")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use knock_core::*;

mod client;
mod signer;
mod transport;

pub use client::Knock;
pub use signer::WebCryptoSigner;
pub use transport::FetchTransport;
