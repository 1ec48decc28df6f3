//! Knock, notification infrastructure, for [Spin](https://spinframework.dev) apps: the typed API over WASI's outbound
//! HTTP.
//!
//! In `Cargo.toml`, with a handler as `Knock` shows it:
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
//! Everything of `knock-core` is re-exported: this is the one crate to add beside `spin-sdk`. The crate is empty on
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
