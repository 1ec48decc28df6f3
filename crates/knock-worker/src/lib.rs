//! Knock, notification infrastructure, for Cloudflare Workers: the typed API over `fetch`, with user tokens signed by
//! WebCrypto.
//!
//! In `Cargo.toml`, with a handler as `Knock` shows it:
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
//! ```
//!
//! Everything of `knock-core` is re-exported: this is the one crate to add beside `worker`. All futures are `Send`,
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
