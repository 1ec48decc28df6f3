//! A client for [Knock](https://knock.app), the notification infrastructure, for native Rust services, over
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
//! This is the only crate of the SDK that you need: it re-exports everything in [`knock_core`]. It needs a Tokio
//! runtime. For WebAssembly there are other crates: `knock-fetch` for JavaScript hosts such as Vercel, `knock-worker` for
//! Cloudflare Workers, and `knock-spin` for Spin.
//!
//! # Crate features
//!
//! The default features are `rustls`, `http2`, `system-proxy` and `aws-lc-rs`.
//!
//! | Feature | Effect |
//! |---|---|
//! | `rustls` | TLS by rustls with aws-lc-rs and the certificates of the system |
//! | `native-tls` | TLS by the library of the system |
//! | `http2` | HTTP/2 if the server offers it |
//! | `system-proxy` | the proxy settings of the system, except for a base URL on this machine |
//! | `aws-lc-rs` | [`NativeSigner`] signs user tokens with aws-lc-rs, which is fastest |
//! | `rsa` | [`NativeSigner`] signs with the crate `rsa` if `aws-lc-rs` is off, and [`token`] has an `RsaSigner` |
//! | `chrono` | conversions from `chrono::DateTime` into [`Time`] |
//! | `uuid` | conversions from `uuid::Uuid` into [`Text`], the type of ids |
//! | `tracing` | a span for each attempt, with the attributes that OpenTelemetry specifies for HTTP clients |
//!
//! # Index by task
//!
//! | To … | see |
//! |---|---|
//! | make a client | [`Knock`], [`Config`] |
//! | let the compiler check the data of triggers | [guide: typed workflows](guide::typed_workflows) |
//! | trigger and cancel workflows | [`workflows`], [`schedules`] for later or repeatedly |
//! | identify users, and read, merge or delete them | [`users`]; [`objects`] and [`tenants`] for other recipients |
//! | read and write preferences | [`preferences`], [`users::set_preferences`] |
//! | store push tokens and chat connections | [`channel_data`], [`users::set_channel_data`] |
//! | connect Slack or Microsoft Teams | [`slack`], [`ms_teams`] |
//! | sign tokens for your users' browsers and apps | [`NativeSigner`], [`token`] |
//! | verify webhooks from Knock | [`webhook`] |
//! | look at messages, and mark them as seen, read or archived | [`messages`], [`feeds`] |
//! | go through lists | [`Paged`], [`Page`] |
//! | change many entities at once | [`bulk`] for any number; functions that begin with `bulk_`, [`bulk_operations`] |
//! | trigger a workflow for more than 1,000 recipients | [`bulk::trigger`] |
//! | handle errors and configure retries | [guide: errors and retries](guide::errors_and_retries) |
//! | make many calls without exceeding rate limits | [`Pace`] |
//! | send calls later or elsewhere | [guide: queues](guide::queues), [`queue`] |
//! | test your code | [guide: testing](guide::testing) |
//! | use another HTTP client or no runtime | [guide: without a runtime](guide::without_a_runtime) |
//! | port code from `@knocklabs/node` | [guide: from Node](guide::from_node) |
//! | find the function for a route | the [map of operations](registry) |
//! | call anything else | [`custom`] |
//!
//! # The tour
//!
//! For readers of the source: `client.rs` is [`Knock`], a thin wrapper around [`Client`], and `any.rs` its transport of any
//! type. `dry_run.rs` is one that sends nothing. `transport.rs` exchanges requests for responses over the network,
//! `builder.rs` builds it, `origin.rs` makes the URLs, `pool.rs` holds the connections and leaves silent ones, and
//! `departure.rs` knows whether a request has left. `failure.rs` sorts errors, and `platform.rs` holds what Tokio and the
//! system provide. `signer.rs` signs user tokens, and `spans.rs` writes spans. All decisions are made in [`knock_core`];
//! its front page continues the tour.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use knock_core::*;

mod any;
mod builder;
mod client;
mod departure;
mod dry_run;
mod failure;
mod origin;
mod platform;
mod pool;
#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
mod signer;
#[cfg(feature = "tracing")]
mod spans;
mod transport;

pub use any::AnyTransport;
pub use builder::ReqwestTransportBuilder;
pub use client::Knock;
pub use dry_run::DryRun;
#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
pub use signer::NativeSigner;
pub use transport::ReqwestTransport;

/// Threads can share these: the list of public items does not show it.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<AnyTransport>();
    is_shared::<DryRun>();
    is_shared::<Knock>();
    is_shared::<ReqwestTransport>();
};

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
