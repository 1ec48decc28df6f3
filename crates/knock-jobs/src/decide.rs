//! What to do with a job: the decisions of [`knock_core::queue`], with a limit of attempts, and what is stored.

use std::time::Duration;

use knock_core::Error;
use knock_core::call::Completed;
use knock_core::queue::{self, Reason};
use serde_json::{Value, json};

/// What is known of a job's earlier deliveries.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Past {
    /// How many deliveries failed.
    pub(crate) attempts: u32,
    pub(crate) max_attempts: u32,
    pub(crate) call: queue::Past,
}

/// What happens to a job.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Sent(Value),
    Expired,
    Retry { wait: Duration, counts: bool, may_have_acted: bool, why: String },
    Dead(Reason, String),
}

/// Returns what happens to a job whose call is not sent.
pub(crate) fn unsent(next: queue::Next) -> Next {
    match next {
        queue::Next::SetAside(Reason::KeyExpired) => {
            let why =
                "Knock forgets the idempotency key after 24 hours, and may have acted on the call before";
            Next::Dead(Reason::KeyExpired, why.to_owned())
        }
        queue::Next::SetAside(reason) => {
            let why = "a worker stopped while it sent the call, and the call is not safe to repeat";
            Next::Dead(reason, why.to_owned())
        }
        _ => Next::Expired,
    }
}

/// Returns what happens to a job after its call was sent. `random` is any number.
pub(crate) fn sent(next: queue::Next, result: Result<Completed, Error>, past: &Past, random: u32) -> Next {
    let why = match result {
        Ok(completed) => return Next::Sent(json!({ "status": completed.response().status().as_u16() })),
        Err(error) => error.to_string(),
    };
    match next {
        queue::Next::Sent => Next::Sent(json!({ "unreadable": why })),
        queue::Next::Expired => Next::Expired,
        queue::Next::SetAside(reason) => Next::Dead(reason, why),
        queue::Next::Retry(retry) if retry.counts && past.attempts + 1 >= past.max_attempts => {
            Next::Dead(Reason::GaveUp, why)
        }
        queue::Next::Retry(retry) => Next::Retry {
            wait: retry.wait(past.attempts.saturating_add(1), random),
            counts: retry.counts,
            may_have_acted: retry.may_have_acted,
            why,
        },
    }
}
