//! Knock, notification infrastructure, for [Spin](https://spinframework.dev) apps: the typed API over WASI's outbound
//! HTTP.
//!
//! ```no_run
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
//! ```
//!
//! The component must be allowed to reach Knock: `allowed_outbound_hosts = ["https://api.knock.app"]` in `spin.toml`.
//! Everything of [`knock_core`] is re-exported: this is the one crate to add beside `spin-sdk`. The crate is empty on
//! other targets than WASI.
#![cfg(target_os = "wasi")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use knock_core::*;

mod client;
mod signer;
mod transport;

pub use client::{Knock, variable};
pub use signer::{signer, signing_key};
pub use transport::SpinTransport;
