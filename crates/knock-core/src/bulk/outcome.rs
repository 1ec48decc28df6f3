//! What became of the items.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::api::bulk_operations::WaitError;
use crate::error::Error;
use crate::value::InvalidInput;

/// How many refused items a [`Summary`] keeps.
pub const MAX_REFUSED_IN_SUMMARY: usize = 1000;

/// What [`Run::try_next`](crate::bulk::Run::try_next) returns.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A chunk has come to its end. The chunks come in the order of the input.
    Chunk(Chunk),
    /// There is nothing to report, but the checkpoint has changed: save it now, if you keep one.
    ///
    /// Only kinds that are not harmless to repeat have this event: before a chunk is sent, and when it has been sent.
    Checkpoint,
}

/// A chunk of the input, and what became of its items.
#[derive(Debug)]
#[non_exhaustive]
pub struct Chunk {
    /// The number of the chunk, from 0.
    pub number: u64,
    /// The items that it covers, by their index in the input, from 0.
    pub items: Range<u64>,
    /// What became of the chunk as a whole.
    pub outcome: Outcome,
    /// The number of items that Knock accepted and carried out; zero unless the outcome is [`Done`](Outcome::Done).
    pub done: u64,
    /// The items that were refused, by this crate or by Knock; empty if the chunk failed or is not finished.
    pub refused: Vec<Refused>,
    /// The items that Knock did not update, because each was updated less than a second before, even after they were
    /// sent again.
    pub rate_limited: Vec<Item>,
    /// The id of the workflow run, if this is a trigger whose response could be read.
    pub workflow_run_id: Option<String>,
}

/// What became of a chunk as a whole.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// Knock has carried it out, except for the items that are [refused](Chunk::refused) or
    /// [rate limited](Chunk::rate_limited).
    Done,
    /// It failed. A run that resumes sends it again, which is safe.
    Failed(Error),
    /// It started, but did not finish within the [limit](crate::bulk::Bulk::wait), or its progress cannot be fetched.
    /// A run that resumes waits for it again.
    Unfinished(WaitError),
    /// Knock may have carried it out, and no run sends it again: that is not safe, or Knock accepted it with a response
    /// that cannot be read. The error is that of the call, or `None` if an earlier process sent the chunk and
    /// stopped before the response arrived.
    Unknown(Option<Error>),
}

impl Outcome {
    fn failure(&self) -> Option<String> {
        match self {
            Self::Done | Self::Unknown(None) => None,
            Self::Failed(error) | Self::Unknown(Some(error)) => Some(error.to_string()),
            Self::Unfinished(error) => Some(error.to_string()),
        }
    }
}

/// An item of the input. `Debug` does not show its id.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// The index of the item in the input, from 0; `None` if Knock refused an id that is not in the chunk, or an item of
    /// the chunk without its id.
    pub index: Option<u64>,
    /// The id of the entity: that of the user, object, tenant, message or recipient. It is empty if Knock
    /// counts the item as failed but does not list it, and may be if the item is invalid.
    pub id: String,
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item").field("index", &self.index).finish_non_exhaustive()
    }
}

/// An item that was refused, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The item.
    pub item: Item,
    /// Why it was refused.
    pub reason: Reason,
}

/// Why an item was refused. `Display` prints it as a sentence without the id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// It is invalid, and was not sent.
    #[error("the item is invalid: {0}")]
    Invalid(InvalidInput),
    /// A request with this item alone has more bytes than are allowed, so it was not sent.
    #[error("a request with this item alone has {bytes} bytes; at most {max} are allowed")]
    TooLarge {
        /// The bytes of a request with this item alone.
        bytes: usize,
        /// The [limit](crate::bulk::Bulk::max_bytes).
        max: usize,
    },
    /// Knock refused it. It counts such items in a bulk operation and lists their ids, but gives no reasons.
    #[error("Knock refused the item without a reason")]
    ByKnock,
}

/// The number of items by what became of them.
///
/// The counts include those of the earlier processes whose checkpoint the run resumed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The items that were done, refused or rate limited, or whose outcome is unknown.
    pub settled: Settled,
    /// The items of chunks that failed.
    pub failed: u64,
    /// The items of chunks that are not finished.
    pub unfinished: u64,
    /// The error of the first chunk that failed, is not finished or has an unknown outcome, since this process started.
    /// Like the error, it contains no personal data except what Knock's own message quotes.
    pub first_failure: Option<String>,
    /// The first [`MAX_REFUSED_IN_SUMMARY`] items that were refused since this process started.
    pub refused_items: Vec<Refused>,
}

/// The number of items that no later run sends again, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Settled {
    /// The items that Knock carried out.
    pub done: u64,
    /// The items that were refused, by this crate or by Knock.
    pub refused: u64,
    /// The items that Knock did not update because of its rate limit.
    pub rate_limited: u64,
    /// The items of chunks whose outcome is unknown.
    pub unknown: u64,
}

impl Summary {
    /// Returns whether every item was done.
    pub fn is_complete(&self) -> bool {
        let Settled { refused, rate_limited, unknown, .. } = self.settled;
        refused + rate_limited + unknown + self.failed + self.unfinished == 0
    }

    pub(super) fn add(&mut self, chunk: &Chunk) {
        let count = |items: usize| items as u64;
        let all = chunk.items.end - chunk.items.start;
        match &chunk.outcome {
            Outcome::Done => {
                self.settled.done += chunk.done;
                self.settled.rate_limited += count(chunk.rate_limited.len());
            }
            Outcome::Unknown(_) => self.settled.unknown += all - count(chunk.refused.len()),
            Outcome::Failed(_) => self.failed += all,
            Outcome::Unfinished(_) => self.unfinished += all,
        }
        if self.first_failure.is_none() {
            self.first_failure = chunk.outcome.failure();
        }
        self.settled.refused += count(chunk.refused.len());
        let room = MAX_REFUSED_IN_SUMMARY - self.refused_items.len();
        self.refused_items.extend(chunk.refused.iter().take(room).cloned());
    }
}
