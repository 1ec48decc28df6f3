//! Guides: how to solve common tasks, with examples that compile.
//!
//! | If you want to … | read |
//! |---|---|
//! | decide what to do about an error, change how calls are retried, or keep within rate limits | [`errors_and_retries`] |
//! | let the compiler check the data of triggers | [`typed_workflows`] |
//! | import any number of users, or notify any number of recipients | [`bulk`](crate::bulk) |
//! | put calls into a queue and send them later | [`queues`] |
//! | test code that calls Knock | [`testing`] |
//! | use another HTTP client, or no async runtime | [`without_a_runtime`] |
//! | port code from `@knocklabs/node` | [`from_node`] |
//!
//! The examples import from `knock_core`. Every adapter re-exports it, so in your code these imports name your adapter,
//! for example `knock_reqwest`. Functions with `T: Transport` take any adapter's client: pass `&knock`. The crates `http`
//! and `bytes`, whose types the examples use, are re-exported as well.
//!
//! This module contains documentation only and adds nothing to a binary.

#[doc = include_str!("errors_and_retries.md")]
pub mod errors_and_retries {}

#[doc = include_str!("typed_workflows.md")]
pub mod typed_workflows {}

#[doc = include_str!("queues.md")]
pub mod queues {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("without_a_runtime.md")]
pub mod without_a_runtime {}

#[doc = include_str!("from_node.md")]
pub mod from_node {}
