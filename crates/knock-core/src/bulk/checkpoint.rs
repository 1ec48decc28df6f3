//! Checkpoints: where a run is, so that a later process goes on from there.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::bulk::kind::Hash;
use crate::bulk::outcome::Settled;
use crate::bulk::rows::Limits;
use crate::value::{InvalidInput, UnixTime};

/// The version of the stored form. A change that older versions of this crate cannot read increases it.
const VERSION: u64 = 1;

/// Where a bulk run is. A later process [resumes](crate::bulk::Bulk::resume) from it.
///
/// It contains no item and no id of one, but hashes of the items, the ids of bulk operations that are going on, and the
/// idempotency key. It stays small: it lists only the chunks that are in flight or have failed.
///
/// # Stored form
///
/// A checkpoint serializes with serde as an object that contains the version of the format. It is read from a format
/// that describes itself, such as JSON. A checkpoint of a later version, or one whose parts contradict each other, is
/// an error.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    version: u64,
    #[serde(flatten)]
    pub(super) contents: Contents,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contents {
    /// The name of the operation.
    pub(super) operation: String,
    /// A hash of its other arguments.
    pub(super) arguments: Hash,
    /// The limits by which the input is divided, so that the chunks stay the same.
    pub(super) limits: Limits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) idempotency_key: Option<String>,
    /// The number of chunks that were read so far, of their items, and a hash of these.
    pub(super) chunks: u64,
    pub(super) items: u64,
    pub(super) hash: Hash,
    /// The chunks among them that are not settled, by number.
    pub(super) pending: Vec<Pending>,
    pub(super) settled: Settled,
}

/// A chunk that is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pending {
    pub(super) chunk: u64,
    /// A hash of all items up to the end of this chunk.
    pub(super) hash: Hash,
    pub(super) stage: Stage,
}

/// How far a chunk has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Stage {
    /// It may be sent: it was not, or sending it again is harmless.
    Unsent,
    /// It may have been sent, first at this time.
    Sent { at: UnixTime },
    /// It is carried out in the background. The items, by their index, are those that were not updated.
    Started { operations: Vec<String>, rate_limited: Vec<u64> },
    /// It was carried out, but not reported yet.
    Done { rate_limited: Vec<u64> },
}

impl Checkpoint {
    pub(super) fn new(contents: Contents) -> Self {
        Self { version: VERSION, contents }
    }

    /// Returns the number of items that were read so far, including those of chunks that are in flight or have failed.
    pub fn items(&self) -> u64 {
        self.contents.items
    }

    /// Returns the number of items that are settled, by what became of them.
    pub fn settled(&self) -> Settled {
        self.contents.settled
    }

    /// Returns the name of the operation, for example `users.bulk_identify`.
    pub fn operation(&self) -> &str {
        &self.contents.operation
    }

    /// Refuses a checkpoint of another kind of work.
    pub(super) fn check_is_of(&self, operation: &str, arguments: Hash) -> Result<(), InvalidInput> {
        let Contents { operation: own, arguments: own_arguments, .. } = &self.contents;
        if own != operation {
            return Err(invalid(format!("is of `{own}`; this is `{operation}`")));
        }
        if *own_arguments != arguments {
            let problem = "has other arguments, such as another collection, other data or other preferences";
            return Err(invalid(format!("is of `{operation}` too, but {problem}")));
        }
        Ok(())
    }
}

impl Contents {
    /// Refuses a checkpoint whose parts contradict each other.
    fn check(&self) -> Result<(), &'static str> {
        let numbers: Vec<_> = self.pending.iter().map(|pending| pending.chunk).collect();
        if !numbers.is_sorted_by(|one, next| one < next) {
            return Err("`pending` is not in order");
        }
        if numbers.last().is_some_and(|last| *last >= self.chunks) {
            return Err("`pending` has a chunk that is not one of `chunks`");
        }
        if self.items < self.chunks || (self.chunks == 0 && self.items > 0) {
            return Err("`items` does not fit `chunks`");
        }
        if self.limits.items == 0 {
            return Err("`limits` allow no items");
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Checkpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Object(mut object) = Value::deserialize(deserializer)? else {
            return Err(D::Error::custom("the checkpoint is damaged: it is not an object"));
        };
        // The version comes first, because a later one may have any other fields.
        let version = object.remove("version").as_ref().and_then(Value::as_u64);
        match version {
            Some(VERSION) => {}
            Some(version) => {
                return Err(D::Error::custom(format_args!(
                    "the checkpoint has version {version}; this version of the SDK reads version {VERSION}"
                )));
            }
            None => return Err(D::Error::custom("the checkpoint is damaged: it has no version")),
        }
        let damaged = |problem: &dyn fmt::Display| {
            D::Error::custom(format_args!("the checkpoint is damaged: {problem}"))
        };
        let contents = Contents::deserialize(Value::Object(object)).map_err(|error| damaged(&error))?;
        contents.check().map_err(|problem| damaged(&problem))?;
        Ok(Self::new(contents))
    }
}

/// Shows no idempotency key.
impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("operation", &self.contents.operation)
            .field("items", &self.contents.items)
            .field("chunks", &self.contents.chunks)
            .field("pending", &self.contents.pending.len())
            .field("settled", &self.contents.settled)
            .finish_non_exhaustive()
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_hex().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| D::Error::custom("a hash does not have 32 hexadecimal digits"))
    }
}

/// The error of a checkpoint that does not fit.
pub(super) fn invalid(problem: impl Into<std::borrow::Cow<'static, str>>) -> InvalidInput {
    InvalidInput::new("checkpoint", problem)
}
