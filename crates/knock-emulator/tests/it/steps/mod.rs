//! The steps of workflows, one test for each thing that Knock documents about them.

mod anything;
mod batches;
mod branches;
mod channels;
mod conditions;
mod control;
mod delays;
mod directory;
mod events;
mod fetches;
mod guides;
pub(crate) mod project;
#[cfg(feature = "server")]
mod served;
mod templates;
mod throttles;
mod triggers;
mod updates;
