//! Pages: lists that come in parts, with the request for the next part as a value.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::DecodeError;
use crate::operation::Operation;
use crate::response;

/// An operation whose answer is one page of a list.
pub trait Paged: Operation<Output = Page<Self>> + Clone {
    /// What the list holds.
    type Item: DeserializeOwned;

    /// The same request for the page after `cursor`.
    #[must_use]
    fn after_cursor(self, cursor: String) -> Self;
}

/// One page of a list.
///
/// ```
/// use knock_core::{Operation, UnixTime, slack};
///
/// let list = slack::list_channels("c3f4…", slack::AccessTokenObject::tenant("jurassic-park"));
/// let answer = r#"{"slack_channels": [], "next_cursor": "dXNlcjo"}"#;
/// let page = list.parse(http::Response::new(answer.into()), UnixTime::from_secs(1_790_000_000))?;
/// let next = page.next.expect("there is a next page");
/// assert!(next.prepare()?.target().ends_with("query_options%5Bcursor%5D=dXNlcjo"));
/// # Ok::<(), knock_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Page<O: Paged> {
    /// The items of this page.
    pub items: Vec<O::Item>,
    /// Cursors and size, as Knock's own lists have them; lists of Slack and Microsoft Teams do not.
    pub info: Option<PageInfo>,
    /// The request for the next page, or `None` on the last.
    pub next: Option<O>,
}

/// Where a page stands in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct PageInfo {
    /// The cursor for what comes after; `None` on the last page.
    #[serde(default)]
    pub after: Option<String>,
    /// The cursor for what comes before; `None` on the first page.
    #[serde(default)]
    pub before: Option<String>,
    /// How many items a page has at most: 50 unless asked for fewer.
    #[serde(default)]
    pub page_size: u32,
    /// How many items the list has, where Knock says so; it counts no further than 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u32>,
}

/// A page in any of the shapes that the API has.
#[derive(Deserialize)]
struct Listing<T> {
    #[serde(default = "Vec::new", alias = "items", alias = "slack_channels", alias = "ms_teams_teams")]
    entries: Vec<T>,
    #[serde(default)]
    page_info: Option<PageInfo>,
    #[serde(default, alias = "skip_token")]
    next_cursor: Option<String>,
}

pub(crate) fn decode<O: Paged>(
    operation: &O,
    response: &http::Response<Bytes>,
) -> Result<Page<O>, DecodeError> {
    let listing: Listing<O::Item> = response::json(response)?;
    let after = match &listing.page_info {
        // An empty page ends a list of Knock's, whatever its cursor says.
        Some(info) => info.after.clone().filter(|_| !listing.entries.is_empty()),
        // Slack may leave a page empty in the middle of a list.
        None => listing.next_cursor,
    };
    let next = after.filter(|cursor| !cursor.is_empty()).map(|cursor| operation.clone().after_cursor(cursor));
    Ok(Page { items: listing.entries, info: listing.page_info, next })
}
