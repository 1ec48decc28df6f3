//! The API of [Knock](https://knock.app), the notification infrastructure, without IO: every operation is a value that
//! writes an [`http::Request`] and reads an [`http::Response`].
//!
//! ```
//! use knock_core::{Config, Operation, UnixTime, users};
//!
//! let config = Config::new("sk_test_12345")?;
//! let get = users::get("jhammond");
//!
//! let request = get.to_request(&config)?; // send it with any HTTP client
//! assert_eq!(request.uri(), "https://api.knock.app/v1/users/jhammond");
//!
//! let response = http::Response::new(r#"{"id": "jhammond", "name": "John Hammond"}"#.into());
//! let user = get.parse(response, UnixTime::from(std::time::SystemTime::now()))?;
//! assert_eq!(user.name.as_deref(), Some("John Hammond"));
//! # Ok::<(), knock_core::Error>(())
//! ```
//!
//! Most programs do not depend on this crate directly, but on an adapter, which re-exports it and adds a client:
//! `knock-reqwest` for native services, `knock-fetch` for JavaScript hosts such as Vercel, `knock-worker` for Cloudflare
//! Workers, `knock-spin` for Spin. With a client, any operation is sent by [`send`](Operation::send).
//!
//! # Crate features
//!
//! None is on by default.
//!
//! - `chrono`: conversions from `chrono::DateTime` into [`Time`].
//! - `rsa`: `token::RsaSigner`, which signs user tokens in pure Rust, for platforms whose adapter has no faster
//!   signer.
//! - `uuid`: conversions from `uuid::Uuid` into [`Text`], the type of ids.
//!
//! # Index by task
//!
//! | To … | see |
//! |---|---|
//! | let the compiler check the data of triggers | [guide: typed workflows](guide::typed_workflows) |
//! | trigger and cancel workflows | [`workflows`], [`schedules`] for later or repeatedly |
//! | identify users, and read, merge or delete them | [`users`]; [`objects`] and [`tenants`] for other recipients |
//! | read and write preferences | [`preferences`], [`users::set_preferences`] |
//! | store push tokens and chat connections | [`channel_data`], [`users::set_channel_data`] |
//! | connect Slack or Microsoft Teams | [`slack`], [`ms_teams`] |
//! | sign tokens for your users' browsers and apps | [`token`] |
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
//! For readers of the source, in the order in which to read it:
//!
//! 1. [`Operation`]: one request to Knock and how to read its response, as a value. Each resource has a module with its
//!    operations, for example [`users`] and [`workflows`]; most are declared with the macro `operation!`. They share
//!    the types in [`recipients`], [`preferences`] and [`channel_data`].
//! 2. [`PreparedCall`]: an operation as plain data, which can be stored.
//! 3. [`call`]: the state machine of one call with its attempts. Requests come out, responses and the time go in.
//! 4. [`Client`]: drives calls over a [`Transport`]. All async functions that make calls go through it.
//! 5. [`Config`], [`CallOptions`], [`RetryPolicy`], [`RetryBudget`] and [`Pace`]: the settings.
//! 6. [`Error`]: what went wrong, and what to do about it.
//! 7. [`bulk`]: any number of items, divided into calls.
//! 8. [`token`] and [`webhook`]: user tokens and webhooks, which need no client.
//!
//! The reasons behind this design are in `docs/DESIGN.md` in the repository.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
pub mod bulk;
pub mod call;
mod client;
mod config;
mod error;
pub mod guide;
mod maybe_send;
mod operation;
mod pace;
pub mod queue;
pub mod registry;
mod retry;
pub mod token;
mod transport;
mod value;
pub mod webhook;
mod wire;

pub use api::*;
pub use call::{Attempt, Call, Method, OperationInfo, PreparedCall, RateLimitTier, Repetition, Twice};
pub use client::Client;
pub use config::{CallOptions, Config, ConfigBuilder, DEFAULT_BASE_URL, FromConfig};
pub use error::{Error, ErrorKind, FieldError, Outcome, StopReason, TransportError, TransportErrorKind};
pub use maybe_send::{MaybeSend, MaybeSendSync};
pub use operation::{
    ApiResponse, Batch, Items, Operation, Page, PageInfo, Paged, RequestEncoder, WithOptions, custom,
};
pub use pace::Pace;
pub use retry::{RetryBudget, RetryPolicy};
pub use transport::Transport;
pub use value::{
    Clear, Field, IntoField, IntoOptional, InvalidInput, Moment, Secret, Text, Time, Timestamp, UnixTime,
    kind,
};
pub use wire::{DecodeError, Query, QueryValue, json as read_json};
pub use {bytes, http, serde_json};

/// Threads can share these: the list of public items does not show it.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<CallOptions>();
    is_shared::<Config>();
    is_shared::<Error>();
    is_shared::<Page<users::User, users::List>>();
    is_shared::<PreparedCall>();
    is_shared::<bulk::Checkpoint>();
    is_shared::<token::SigningKey>();
    is_shared::<token::UserToken>();
    is_shared::<webhook::Verifier>();
    is_shared::<workflows::Trigger>();
};

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
