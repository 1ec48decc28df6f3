//! Lists of which some items cannot be read.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::wire::{DecodeError, borrowed_json, read_part};

/// Reads an array. If that fails, reads each of the items separately.
pub(crate) fn array<T: DeserializeOwned>(body: &[u8]) -> Result<(Vec<T>, Vec<DecodeError>), DecodeError> {
    match serde_json::from_slice(body) {
        Ok(items) => Ok((items, Vec::new())),
        Err(_) => Ok(items(body, &borrowed_json::<Vec<&RawValue>>(body)?)),
    }
}

/// Reads the items of a page, and returns the errors of those that cannot be read.
pub(crate) fn items<T: DeserializeOwned>(body: &[u8], entries: &[&RawValue]) -> (Vec<T>, Vec<DecodeError>) {
    let (mut items, mut unreadable) = (Vec::new(), Vec::new());
    for entry in entries {
        match read_part(body, entry.get().as_bytes()) {
            Ok(item) => items.push(item),
            Err(error) => unreadable.push(error),
        }
    }
    (items, unreadable)
}
