//! Merging and measuring JSON objects.

use std::io;

use serde_json::{Map, Value};

/// The members of a JSON object.
pub(crate) type Fields = Map<String, Value>;

/// Whether an object has at most `max` bytes as JSON. Does not allocate the JSON.
pub(crate) fn fits(fields: &Fields, max: usize) -> bool {
    serde_json::to_writer(Meter(max), fields).is_ok()
}

/// A writer that fails after a number of bytes.
struct Meter(usize);

impl io::Write for Meter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Merges as in RFC 7396: objects are merged, `null` removes a member, and any other value replaces it.
pub(crate) fn deep_merge(into: &mut Fields, from: &Fields) {
    for (key, value) in from {
        match value {
            Value::Null => {
                into.remove(key);
            }
            Value::Object(from) => {
                let slot = into.entry(key.clone()).or_insert_with(|| Value::Object(Fields::new()));
                if !slot.is_object() {
                    *slot = Value::Object(Fields::new());
                }
                if let Value::Object(into) = slot {
                    deep_merge(into, from);
                }
            }
            other => {
                into.insert(key.clone(), other.clone());
            }
        }
    }
}
