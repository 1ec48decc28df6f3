//! Chunks: the items of an input, divided by the limits of one call.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bulk::kind::{Encoding, Hash, Kind, hash_part};
use crate::bulk::outcome::{Item, Reason, Refused};
use crate::value::{InvalidInput, Text};

/// The limits of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) items: usize,
    pub(super) bytes: usize,
}

/// The items of a chunk, encoded as they are sent.
pub(super) struct Rows {
    /// The number of the chunk, from 0.
    pub(super) number: u64,
    /// The items of the input that it covers, with those that were refused before sending.
    pub(super) items: Range<u64>,
    /// A hash of all items of the input up to the end of this chunk.
    pub(super) hash: Hash,
    /// The items that are sent.
    sent: Vec<Row>,
    text: Vec<u8>,
    pub(super) refused: Vec<Refused>,
}

#[derive(Debug)]
struct Row {
    index: u64,
    id: Text,
    /// The end of the row in the text; it begins at the end of the row before it.
    end: usize,
}

impl Rows {
    fn new(number: u64, start: u64, hasher: &Sha256) -> Self {
        let (sent, text, refused) = (Vec::new(), Vec::new(), Vec::new());
        Self { number, items: start..start, hash: Hash::of(hasher), sent, text, refused }
    }

    /// The number of items to send.
    pub(super) fn len(&self) -> usize {
        self.sent.len()
    }

    pub(super) fn item(&self, row: usize) -> Item {
        let Row { index, id, .. } = &self.sent[row];
        Item { index: Some(*index), id: id.as_str().to_owned() }
    }

    pub(super) fn id(&self, row: usize) -> &str {
        self.sent[row].id.as_str()
    }

    /// The row of an item of the input.
    pub(super) fn row_of(&self, index: u64) -> Option<usize> {
        self.sent.binary_search_by_key(&index, |row| row.index).ok()
    }

    /// A row as it is sent.
    pub(super) fn text(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).map_or(0, |before| self.sent[before].end);
        &self.text[start..self.sent[row].end]
    }
}

/// Shows no ids and no contents, which may be personal.
impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("number", &self.number)
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}

/// Divides items into chunks. The same items and limits always give the same chunks.
pub(super) struct Reader<I> {
    encoding: Encoding<I>,
    limits: Limits,
    /// The bytes of a chunk without any item.
    envelope_bytes: usize,
    hasher: Sha256,
    current: Rows,
    /// The current item, kept to reuse its memory.
    encoded: Vec<u8>,
}

impl<I> Reader<I> {
    /// # Errors
    ///
    /// If no item fits into the limits.
    pub(super) fn new(kind: &Kind, encoding: Encoding<I>, limits: Limits) -> Result<Self, InvalidInput> {
        let (open, _, close) = kind.envelope()?;
        let envelope_bytes = open.len() + close.len();
        if envelope_bytes >= limits.bytes {
            let problem = format!(
                "is {}, but a request without any item has {envelope_bytes} bytes already",
                limits.bytes
            );
            return Err(InvalidInput::new("max_bytes", problem));
        }
        let hasher = Sha256::new();
        let current = Rows::new(0, 0, &hasher);
        Ok(Self { encoding, limits, envelope_bytes, hasher, current, encoded: Vec::new() })
    }

    /// The hash of the items so far.
    pub(super) fn hash(&self) -> Hash {
        Hash::of(&self.hasher)
    }

    /// Takes the chunk, if it has as many items as are allowed.
    pub(super) fn take_full(&mut self) -> Option<Rows> {
        let count = self.current.items.end - self.current.items.start;
        (count >= self.limits.items as u64).then(|| self.take())
    }

    /// Takes the last chunk, unless it is empty.
    pub(super) fn take_rest(&mut self) -> Option<Rows> {
        (!self.current.items.is_empty()).then(|| self.take())
    }

    /// Adds an item. If it does not fit into the chunk, returns that and begins the next one.
    pub(super) fn push(&mut self, kind: &Kind, item: &I) -> Option<Rows> {
        self.encoded.clear();
        let written = (self.encoding.write)(kind, item, &mut self.encoded);
        let alone = self.envelope_bytes + self.encoded.len();
        let reason = match written {
            Err(problem) => Some(Reason::Invalid(problem)),
            Ok(()) if alone > self.limits.bytes => {
                Some(Reason::TooLarge { bytes: alone, max: self.limits.bytes })
            }
            Ok(()) => None,
        };
        // There is a separator after each of the rows so far.
        let together = alone + self.current.text.len() + self.current.sent.len();
        let full = (reason.is_none() && together > self.limits.bytes).then(|| self.take());

        hash_part(&mut self.hasher, &self.encoded);
        let (index, id) = (self.current.items.end, (self.encoding.id)(item));
        self.current.items.end += 1;
        if let Some(reason) = reason {
            let item = Item { index: Some(index), id: id.as_str().to_owned() };
            self.current.refused.push(Refused { item, reason });
        } else {
            self.current.text.extend_from_slice(&self.encoded);
            self.current.sent.push(Row { index, id, end: self.current.text.len() });
        }
        full
    }

    fn take(&mut self) -> Rows {
        let (number, end) = (self.current.number + 1, self.current.items.end);
        let next = Rows::new(number, end, &self.hasher);
        let mut taken = std::mem::replace(&mut self.current, next);
        taken.hash = Hash::of(&self.hasher);
        taken
    }
}
