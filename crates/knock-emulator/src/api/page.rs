//! Pages with cursors.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::wire::fields::bad_type;
use crate::wire::query::Query;
use crate::wire::response::{Failure, Outcome, ok};

const DEFAULT_SIZE: usize = 50;
/// Knock does not count further than this.
const MAX_COUNT: usize = 10_000;

/// A row of a list: its rank, which the list is sorted by, and the item.
pub(crate) type Row<T> = (String, T);

/// Turns a list into a page.
pub(crate) struct Pager<'a> {
    query: &'a Query,
    key: &'static str,
    max: usize,
    default: usize,
}

impl<'a> Pager<'a> {
    /// For lists under `entries`.
    pub(crate) fn entries(query: &'a Query) -> Self {
        Self { query, key: "entries", max: 50, default: DEFAULT_SIZE }
    }

    /// For lists under `items`.
    pub(crate) fn items(query: &'a Query) -> Self {
        Self { key: "items", ..Self::entries(query) }
    }

    pub(crate) fn max(self, max: usize) -> Self {
        Self { max, ..self }
    }

    pub(crate) fn default(self, default: usize) -> Self {
        Self { default, ..self }
    }

    pub(crate) fn respond<T>(self, rows: Vec<Row<T>>, show: impl FnMut(T) -> Value) -> Outcome {
        ok(self.page(rows, show)?)
    }

    /// Returns the requested page of the rows, which must be sorted by rank.
    pub(crate) fn page<T>(
        self,
        rows: Vec<Row<T>>,
        mut show: impl FnMut(T) -> Value,
    ) -> Result<Value, Failure> {
        let size = self.size()?;
        let total = rows.len().min(MAX_COUNT);
        let first = match self.cursor("after")? {
            Some(after) => rows.partition_point(|(rank, _)| *rank <= after),
            None => match self.cursor("before")? {
                Some(before) => rows.partition_point(|(rank, _)| *rank < before).saturating_sub(size),
                None => 0,
            },
        };
        let end = match (self.cursor("after")?, self.cursor("before")?) {
            (None, Some(before)) => rows.partition_point(|(rank, _)| *rank < before),
            _ => first.saturating_add(size).min(rows.len()),
        };
        let more = end < rows.len();
        let shown: Vec<Value> =
            rows.into_iter().take(end).skip(first).map(|(rank, row)| with_cursor(show(row), &rank)).collect();
        let cursor = |entry: Option<&Value>| entry.map_or(Value::Null, |entry| entry["__cursor"].clone());
        let info = json!({
            "__typename": "PageInfo",
            "after": if more { cursor(shown.last()) } else { Value::Null },
            "before": if first > 0 { cursor(shown.first()) } else { Value::Null },
            "page_size": size,
            "total_count": total,
        });
        Ok(json!({ self.key: shown, "page_info": info }))
    }

    fn size(&self) -> Result<usize, Failure> {
        let Some(text) = self.query.text("page_size")? else { return Ok(self.default) };
        let size: usize = text.parse().map_err(|_| bad_type("page_size"))?;
        if (1..=self.max).contains(&size) {
            return Ok(size);
        }
        Err(Failure::invalid("page_size", &format!("must be between 1 and {}", self.max), "number"))
    }

    fn cursor(&self, name: &str) -> Result<Option<String>, Failure> {
        let Some(text) = self.query.text(name)? else { return Ok(None) };
        let decoded = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        decoded.map(Some).ok_or_else(|| bad_type(name))
    }
}

fn with_cursor(mut entry: Value, rank: &str) -> Value {
    if let Value::Object(fields) = &mut entry {
        fields.insert("__cursor".to_owned(), json!(URL_SAFE_NO_PAD.encode(rank)));
    }
    entry
}
