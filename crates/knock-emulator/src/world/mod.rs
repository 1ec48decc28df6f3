//! Everything Knock stores about an environment, and what happens in it over time.
//!
//! The modules are in three groups. Imports only go from a later group to an earlier one, or within a group.

// Records.
pub(crate) mod activity;
#[cfg(feature = "workflows")]
pub(crate) mod attempts;
pub(crate) mod bulk;
pub(crate) mod channel_data;
pub(crate) mod conditions;
pub(crate) mod content;
pub(crate) mod delivery;
pub(crate) mod entity;
pub(crate) mod guide_marks;
pub(crate) mod happening;
pub(crate) mod log;
pub(crate) mod message;
pub(crate) mod preferences;
pub(crate) mod run;
pub(crate) mod schedule;
pub(crate) mod subscription;
pub(crate) mod trigger;
#[cfg(feature = "schemas")]
pub(crate) mod trigger_data;

// The store of all records.
mod store;

// Operations on the store.
pub(crate) mod accept;
mod audience;
mod engage;
mod execution;
mod fan_out;
pub(crate) mod identify;
mod layers;
mod occurrences;
mod removal;
mod report;
#[cfg(feature = "workflows")]
pub(crate) mod steps;
mod timeline;
pub(crate) mod touch;

#[cfg(feature = "workflows")]
pub(crate) use self::steps::Asked;
pub(crate) use self::store::{Cancellation, Member, World};
