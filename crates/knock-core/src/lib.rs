//! Knock's notification API without IO: every operation turns into an [`http::Request`] and reads an
//! [`http::Response`], and any transport moves the bytes between them.
//!
//! To make calls, add an adapter, which re-exports this crate: `knock-reqwest` for native services,
//! `knock-worker` for Cloudflare Workers, `knock-spin` for Spin.
//!
//! # The tour
//!
//! 1. [`Operation`]: something that can be asked of Knock, as a value. The resources' modules make them:
//!    [`workflows`], [`users`], [`messages`], …, with the types that they share in [`recipients`], [`preferences`] and
//!    [`channel_data`]; [`custom`] makes any other, and the [`registry`] lists them all.
//! 2. [`PreparedCall`]: an operation as plain data, which can ride a queue.
//! 3. [`Call`]: the state machine of one call with its attempts, fed with answers and the time.
//! 4. [`Client`]: drives calls over a [`Transport`].
//! 5. [`Config`], [`RetryPolicy`], [`RetryBudget`], [`CallOptions`]: how.
//! 6. [`Error`]: what went wrong, in the terms needed to decide what to do.
//! 7. [`token`] and [`webhook`]: signed user tokens, and verifying what Knock sends.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod call;
mod client;
mod config;
pub mod custom;
mod error;
mod field;
mod json;
mod open_enum;
mod operation;
mod page;
mod path;
mod prepared;
mod query;
mod random;
pub mod registry;
pub mod response;
mod retry;
mod secret;
mod time;
pub mod token;
pub mod webhook;

pub use api::*;
pub use call::{Call, Event, Step};
pub use client::{Attempt, Client, MaybeSend, MaybeSendSync, Transport};
pub use config::{CallOptions, Config, ConfigBuilder, DEFAULT_BASE_URL};
pub use error::{
    DecodeError, Error, ErrorKind, FieldError, InvalidInput, Outcome, StopReason, TransportError,
};
pub use field::{Clear, Field};
pub use operation::{Method, Operation, OperationInfo, RateLimitTier, RequestEncoder, WithOptions};
pub use page::{Page, PageInfo, Paged};
pub use prepared::PreparedCall;
pub use query::{Query, QueryValue};
pub use response::{Batch, Reply};
pub use retry::{RetryBudget, RetryPolicy};
pub use secret::Secret;
pub use time::{Timestamp, UnixTime};
