//! A client for [Knock](https://knock.app), the notification infrastructure, for JavaScript hosts, over their `fetch`:
//! Vercel, Next.js, Node, Deno, Bun, and the workers of browsers.
//!
//! ```no_run,ignore-x86_64,ignore-aarch64
//! use knock_fetch::{Knock, Operation, workflows};
//! use wasm_bindgen::prelude::{JsError, wasm_bindgen};
//!
//! #[wasm_bindgen]
//! pub async fn notify(api_key: String, user_id: String) -> Result<String, JsError> {
//!     let knock = Knock::new(api_key)?;
//!     let run = workflows::trigger("dinosaurs-loose").recipients([user_id]).send(&knock).await?;
//!     Ok(run.workflow_run_id)
//! }
//! # fn main() {}
//! ```
//!
//! In `Cargo.toml`:
//!
//! ```toml
//! [package]
//! name = "my-function"
//! version = "0.1.0"
//! edition = "2024"
//!
//! [lib]
//! crate-type = ["cdylib"]
//!
//! [dependencies]
//! knock-fetch = "0.1"
//! wasm-bindgen = "0.2.130"
//! wasm-bindgen-futures = "0.4.80"
//!
//! [profile.release]
//! codegen-units = 1
//! lto = true
//! opt-level = "s"
//! panic = "abort"
//! ```
//!
//! This is the only crate of the SDK that you need: it re-exports everything in `knock-core`. It needs Rust 1.89. For
//! Cloudflare Workers, `knock-worker` adds a client that reads the Worker's secrets and variables, and futures that are
//! `Send`. On targets other than WebAssembly the crate is empty.
//!
//! # What hosts do
//!
//! - **Loading.** Build the package with `wasm-bindgen --target web`. In Node, Deno and Bun, pass the bytes to `initSync`.
//!   In Vercel's and Next.js' Edge runtimes, which import a compiled module, call `await init({ module_or_path: wasm })`:
//!   in `vercel dev` and `next dev` the module is from another realm, and `initSync` mistakes it for bytes.
//! - **Redirects** are not followed. Most hosts show the status and the `Location`, which the error names. Browsers
//!   hide them: the error then is of kind [`Redirected`](TransportErrorKind::Redirected).
//! - **Failures.** Node, Bun and Deno report why there was no connection, for example that it was refused, and the
//!   error says that nothing was sent. Others do not, and the outcome of the call is then unknown.
//! - **Repetition.** If a connection that was used before breaks without a response, Deno sends the request a second
//!   time, and Bun does if it is a `GET`, `PUT` or `DELETE`. A browser may do so too.
//!   [`attempts`](Error::attempts) does not count this, and it cannot be prevented. A trigger remains one run because
//!   of its idempotency key.
//! - **Silent connections.** A firewall may drop a connection without a word. Node 20 and Bun 1.4 use HTTP/1.1, with
//!   which the next attempt uses another connection. Deno uses HTTP/2, and would send every later request over the dead
//!   connection until the system closes it after some minutes. So after an attempt that timed out, requests go through
//!   a client from `Deno.createHttpClient`, which has its own connections, and after the next timeout through another
//!   one. A replaced `fetch` that passes its own `client` is not affected. In `Deno.test` such a client counts as a
//!   leak if an attempt timed out; set `sanitizeResources: false` for this test.
//! - **Proxies.** Deno and Bun send requests over `http`, even to this machine, through the proxy in `HTTP_PROXY`,
//!   which then reads the key. Newer versions of Node do so if `NODE_USE_ENV_PROXY` is set. Set
//!   `NO_PROXY=localhost,127.0.0.1` if the base URL is on this machine.
//! - **Caches.** Next.js replaces `fetch`. In route handlers that run for each request it caches nothing that is read
//!   from Knock. What it does on pages that it renders in advance has not been tested.
//! - **Sizes.** [`max_response_bytes`](ConfigBuilder::max_response_bytes) applies to what the host has decompressed,
//!   and no more than that is read. A response is read in one piece if the host shows its length and that it is not
//!   compressed, and in chunks otherwise. Chunks take longer. A browser shows only the length of a response from
//!   another origin, so it is always read in chunks.
//! - **Times.** [`timeout`](ConfigBuilder::timeout) is that of a whole attempt, the body of the response included.
//!   Connecting has no time limit of its own, so [`connect_timeout`](ConfigBuilder::connect_timeout) has no effect. If
//!   the future of a call is dropped, its request is aborted.
//!
//! # Crate features
//!
//! None is on by default.
//!
//! - `chrono`: conversions from `chrono::DateTime` into [`Time`].
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
//! | send calls later | [guide: queues](guide::queues) |
//! | test your code | [guide: testing](guide::testing) |
//! | port code from `@knocklabs/node` | [guide: from Node](guide::from_node) |
//! | find the function for a route | the [map of operations](registry) |
//! | call anything else | [`custom`] |
//!
//! For readers of the source: `transport.rs` sends a request and reads its response, `parts.rs` converts their parts,
//! `failure.rs` sorts errors, `host.rs` holds what else a host provides, and `signer.rs` is WebCrypto. All decisions are
//! made in [`knock_core`].
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(rustdoc::broken_intra_doc_links, reason = "there is nothing to link to")
)]
// The modules without a host are tested on this machine.
#![cfg(any(target_arch = "wasm32", test))]
#![cfg_attr(docsrs, feature(doc_cfg))]
// All of it is for that target, so a label on each item would say nothing.
#![cfg_attr(docsrs, doc(auto_cfg(hide(target_arch = "wasm32"))))]

#[cfg(target_arch = "wasm32")]
pub use knock_core::*;

#[cfg(target_arch = "wasm32")]
mod client;
mod failure;
#[cfg(target_arch = "wasm32")]
mod host;
mod parts;
#[cfg(target_arch = "wasm32")]
mod signer;
#[cfg(target_arch = "wasm32")]
mod transport;

#[cfg(target_arch = "wasm32")]
pub use client::{Knock, variable};
#[cfg(target_arch = "wasm32")]
pub use signer::WebCryptoSigner;
#[cfg(target_arch = "wasm32")]
pub use transport::FetchTransport;
