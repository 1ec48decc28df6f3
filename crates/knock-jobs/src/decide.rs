//! What to do with a job: the decisions of [`knock_core::queue`], with a limit of attempts, and what is stored.

use std::time::Duration;

use knock_core::call::Completed;
use knock_core::queue::{self, Reason};
use knock_core::{Error, PreparedCall, UnixTime};
use serde_json::{Value, json};

/// What is known of a job's earlier deliveries.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Past {
    /// How many deliveries failed.
    pub(crate) attempts: u32,
    pub(crate) max_attempts: u32,
    /// How often in a row the worker's key was wrong, which counts only for the wait.
    pub(crate) refusals: u32,
    pub(crate) call: queue::Past,
}

/// What happens to a job.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Sent(Value),
    Expired,
    Retry { wait: Duration, counts: bool, refusals: u32, may_have_acted: bool, why: String },
    Dead { reason: Reason, may_have_acted: bool, why: String },
}

impl Next {
    /// A call that may have been sent before, but not now.
    fn dead_unsent(reason: Reason, why: &str) -> Self {
        Self::Dead { reason, may_have_acted: true, why: why.to_owned() }
    }
}

/// Begins a delivery.
///
/// # Errors
///
/// What happens to the job instead.
pub(crate) fn begin(call: &PreparedCall, past: &Past, now: UnixTime) -> Result<queue::Delivery, Next> {
    let delivery = queue::Delivery::begin(call, past.call, now).map_err(unsent)?;
    if past.call.interrupted && past.attempts >= past.max_attempts {
        let why = "a worker stopped while it sent the call, at the last attempt";
        return Err(Next::dead_unsent(Reason::GaveUp, why));
    }
    Ok(delivery)
}

fn unsent(next: queue::Next) -> Next {
    match next {
        queue::Next::SetAside(Reason::KeyExpired) => {
            let why =
                "Knock forgets the idempotency key after 24 hours, and may have acted on the call before";
            Next::dead_unsent(Reason::KeyExpired, why)
        }
        queue::Next::SetAside(reason) => {
            let why = "a worker stopped while it sent the call, and the call is not safe to repeat";
            Next::dead_unsent(reason, why)
        }
        _ => Next::Expired,
    }
}

/// Returns what happens to a job after its call was sent. `random` is any number.
pub(crate) fn sent(next: queue::Next, result: Result<Completed, Error>, past: &Past, random: u32) -> Next {
    let error = match result {
        Ok(completed) => return Next::Sent(json!({ "status": completed.response().status().as_u16() })),
        Err(error) => error,
    };
    let (why, may_have_acted) = (error.to_string(), error.outcome_unknown());
    match next {
        queue::Next::Sent => Next::Sent(json!({ "unreadable": why })),
        queue::Next::Expired => Next::Expired,
        queue::Next::SetAside(reason) => Next::Dead { reason, may_have_acted, why },
        queue::Next::Retry(retry) if retry.counts && past.attempts.saturating_add(1) >= past.max_attempts => {
            Next::Dead { reason: Reason::GaveUp, may_have_acted, why }
        }
        queue::Next::Retry(retry) => {
            // Who is asked to wait needs no backoff.
            let is_refusal = !retry.counts && retry.after.is_none();
            let refusals = if is_refusal { past.refusals.saturating_add(1) } else { 0 };
            let failures = past.attempts.saturating_add(refusals.max(1));
            Next::Retry {
                wait: retry.wait(failures, random),
                counts: retry.counts,
                refusals,
                may_have_acted,
                why,
            }
        }
    }
}
