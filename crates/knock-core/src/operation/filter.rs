//! Filters that several lists share.

use serde::{Serialize, Serializer};

use crate::operation::RequestEncoder;
use crate::value::{InvalidInput, Time};
use crate::wire::{JsonText, check_flat};

/// A range of creation times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TimeRange {
    pub(crate) gt: Option<Time>,
    pub(crate) gte: Option<Time>,
    pub(crate) lt: Option<Time>,
    pub(crate) lte: Option<Time>,
}

impl TimeRange {
    pub(crate) fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        // Knock's OpenAPI document has `inserted_at.gt`. The server accepts both; the official SDK sends brackets.
        request.query("inserted_at[gt]", &self.gt)?;
        request.query("inserted_at[gte]", &self.gte)?;
        request.query("inserted_at[lt]", &self.lt)?;
        request.query("inserted_at[lte]", &self.lte)
    }
}

/// A filter by trigger data: a flat JSON object, sent as text.
#[derive(Debug, Clone)]
pub(crate) struct TriggerDataFilter(JsonText);

impl TriggerDataFilter {
    const FIELD: &str = "trigger_data";

    pub(crate) fn new(data: &impl Serialize) -> Self {
        Self(JsonText::new(Self::FIELD, data))
    }

    /// Refuses nested data, as Knock does, and data without entries, which would select all messages.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        match check_flat(Self::FIELD, &self.0, usize::MAX)? {
            0 => Err(InvalidInput::new(Self::FIELD, "has no entries; leave it out, or pass at least one")),
            _ => Ok(()),
        }
    }

    /// Appends the filter to the query, if there is one.
    pub(crate) fn encode(this: Option<&Self>, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        if let Some(filter) = this {
            filter.check()?;
            request.query(Self::FIELD, filter.0.get()?.get())?;
        }
        Ok(())
    }
}

impl Serialize for TriggerDataFilter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = self.0.get().map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(json.get())
    }
}
