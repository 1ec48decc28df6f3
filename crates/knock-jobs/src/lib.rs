#![doc = include_str!("../README.md")]
//!
//! ## The tour
//!
//! For readers of the source: `job.rs` is what is enqueued, and `queue.rs` the [`Queue`], seen from the application.
//! `decide.rs` holds every decision about a job, without a database. `deliver.rs` applies them to one job, and `worker.rs`
//! runs that on apalis' worker. `store/` has the statements, once for each database.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod counters;
mod decide;
mod deliver;
mod error;
mod job;
mod queue;
mod store;
mod trace;
mod worker;

pub use counters::Counters;
pub use error::Error;
pub use job::Job;
pub use knock_core::queue::Reason;
pub use queue::{DeadLetter, Depth, Queue};
pub use store::Store;
pub use worker::Worker;

/// Threads can share these: the list of public items does not show it.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<Counters>();
    is_shared::<Error>();
    is_shared::<Job>();
};
