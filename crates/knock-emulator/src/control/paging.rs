//! Pages of lists, newest first, by the ids of their entries.

use serde_json::{Value, json};

use crate::wire::fields::bad_type;
use crate::wire::query::Query;
use crate::wire::response::Failure;

const DEFAULT_SIZE: usize = 50;
const MAX_SIZE: usize = 200;

/// The number of entries that a page has at most.
pub(super) fn size(query: &Query) -> Result<usize, Failure> {
    let Some(text) = query.text("page_size")? else { return Ok(DEFAULT_SIZE) };
    let size: usize = text.parse().map_err(|_| bad_type("page_size"))?;
    if (1..=MAX_SIZE).contains(&size) {
        return Ok(size);
    }
    Err(Failure::invalid("page_size", &format!("must be between 1 and {MAX_SIZE}"), "number"))
}

/// The 422 for an id that a page should begin or end at.
pub(super) fn unknown(name: &str) -> Failure {
    Failure::invalid(name, "is not the id of an entry that exists", "invalid")
}

/// The first entries of those that are left. There can be more.
pub(super) struct Page<T> {
    size: usize,
    entries: Vec<T>,
    more: bool,
}

impl<T> Page<T> {
    pub(super) fn new(size: usize) -> Self {
        Self { size, entries: Vec::new(), more: false }
    }

    pub(super) fn push(&mut self, entry: T) {
        if self.entries.len() < self.size {
            self.entries.push(entry);
        } else {
            self.more = true;
        }
    }

    pub(super) fn entries(&self) -> &[T] {
        &self.entries
    }

    /// The id after which the next page begins.
    pub(super) fn info(&self, id: impl Fn(&T) -> &str) -> Value {
        let after = self.entries.last().filter(|_| self.more).map(id);
        json!({ "after": after, "page_size": self.size })
    }
}
