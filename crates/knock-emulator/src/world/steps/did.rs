//! What steps do, and what resumes them.

use serde_json::Value;

use super::progress::{Outcome, Waiting};
use crate::fetch_error::FetchError;

/// How often Knock tries a step that fails.
pub(super) const ATTEMPTS: u32 = 3;

/// What a step did.
#[derive(Debug)]
pub(super) enum Did {
    /// The run goes on.
    Done(Value),
    /// The run goes on, and the step did nothing, for a reason and with what there is to say about it.
    Skipped(&'static str, String),
    /// The run goes on in a branch.
    Entered(usize, Value),
    Waits(Waiting, Value),
    Ended(Outcome, Value),
    Failed(String),
}

/// What resumes a run that waits.
#[derive(Debug)]
pub(super) enum Wake {
    /// The time that it waited for.
    Time,
    /// The event that it waited for.
    Event(Value),
    /// The response that it waited for.
    Response(Result<(u16, Vec<u8>), FetchError>),
    /// Somebody who lets it go on, with what they know.
    Hand(Value),
}
