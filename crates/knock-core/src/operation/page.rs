//! Pages of lists.

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::Error;
use crate::maybe_send::MaybeSend;
use crate::operation::{Operation, RequestEncoder, WithOptions};
use crate::transport::Transport;
use crate::value::{InvalidInput, Text};
use crate::wire::{DecodeError, json};

/// An operation that returns one page of a list.
pub trait Paged: Operation + Clone {
    /// The type of the items.
    type Item: MaybeSend;

    /// Splits a page into its items and the request for the next page, if there is one.
    fn split(&self, page: Self::Output) -> (Vec<Self::Item>, Option<Self>);

    /// Returns a stream of the items of all pages. Each page is fetched when its first item is needed.
    ///
    /// Each page is a separate call, with the client's retries. The stream ends after the first error; items yielded
    /// before it remain valid.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Paged, Transport, slack};
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
    /// let list = slack::list_channels("9a1b2c3d", slack::AccessTokenObject::tenant("jurassic-park"));
    /// let mut channels = std::pin::pin!(list.stream(&client));
    /// while let Some(channel) = channels.try_next().await? {
    ///     println!("{}", channel.name);
    /// }
    /// # Ok(()) }
    /// ```
    fn stream<T: Transport>(
        self,
        client: &Client<T>,
    ) -> impl Stream<Item = Result<Self::Item, Error>> + MaybeSend + use<Self, T> {
        let client = client.clone();
        let start = (Vec::new().into_iter(), Some(self));
        stream::try_unfold(
            start,
            move |(mut items, mut next): (std::vec::IntoIter<Self::Item>, Option<Self>)| {
                let client = client.clone();
                async move {
                    loop {
                        if let Some(item) = items.next() {
                            return Ok(Some((item, (items, next))));
                        }
                        let Some(request) = next.take() else { return Ok(None) };
                        let page = request.clone().send(&client).await?;
                        let (page, following) = request.split(page);
                        (items, next) = (page.into_iter(), following);
                    }
                }
            },
        )
    }

    /// Collects the first items of the list, at most `limit`. It fetches no more pages than needed.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Paged, Transport, users};
    /// # async fn example<T: Transport>(client: &Client<T>) -> Result<(), Error> {
    /// let users = users::list().collect_up_to(100, client).await?;
    /// assert!(users.len() <= 100);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`]. Items of earlier pages are lost; if you need them, use [`stream`](Self::stream).
    fn collect_up_to<T: Transport>(
        self,
        limit: usize,
        client: &Client<T>,
    ) -> impl Future<Output = Result<Vec<Self::Item>, Error>> + MaybeSend + use<Self, T> {
        let client = client.clone();
        async move {
            let (mut items, mut next) = (Vec::new(), Some(self));
            while items.len() < limit
                && let Some(request) = next.take()
            {
                let page = request.clone().send(&client).await?;
                let (page, following) = request.split(page);
                items.extend(page);
                next = following;
            }
            items.truncate(limit);
            Ok(items)
        }
    }
}

/// The options apply to every page.
impl<O: Paged> Paged for WithOptions<O> {
    type Item = O::Item;

    fn split(&self, page: Self::Output) -> (Vec<Self::Item>, Option<Self>) {
        let (items, next) = self.operation.split(page);
        let next = next.map(|operation| Self { operation, options: self.options.clone() });
        (items, next)
    }
}

/// One page of a list, and the request for the next page.
///
/// ```
/// use knock_core::{Operation, UnixTime, slack};
///
/// let list = slack::list_channels("9a1b2c3d", slack::AccessTokenObject::tenant("jurassic-park"));
/// let response = r#"{"slack_channels": [], "next_cursor": "dXNlcjo"}"#;
/// let page = list.parse(http::Response::new(response.into()), UnixTime::from_secs(1_790_000_000))?;
/// let next = page.next.expect("there is a next page");
/// assert!(next.prepare([7; 16])?.target().ends_with("query_options%5Bcursor%5D=dXNlcjo"));
/// # Ok::<(), knock_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T, O> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The cursors and the size of the page, if the list has them.
    pub info: Option<PageInfo>,
    /// The request for the next page; `None` on the last page. It does not inherit options; set them again
    /// [`with`](crate::Operation::with).
    pub next: Option<O>,
}

impl<T, O> Page<T, O> {
    /// Returns an iterator over the items of this page.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

impl<T, O> IntoIterator for Page<T, O> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T, O> IntoIterator for &'a Page<T, O> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The position of a page in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct PageInfo {
    /// The cursor for the items after this page; `None` on the last page.
    #[serde(default)]
    pub after: Option<String>,
    /// The cursor for the items before this page; `None` on the first page.
    #[serde(default)]
    pub before: Option<String>,
    /// The maximum number of items in a page. Default: 50.
    #[serde(default)]
    pub page_size: u32,
    /// The number of items in the list, if Knock reports it; at most 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u32>,
}

/// The page parameters that most lists share. A page has at most `MAX` items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageQuery<const MAX: u32> {
    pub(crate) after: Option<Text>,
    pub(crate) before: Option<Text>,
    pub(crate) page_size: Option<u32>,
}

impl<const MAX: u32> PageQuery<MAX> {
    pub(crate) fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        if let Some(size) = self.page_size
            && !(1..=MAX).contains(&size)
        {
            return Err(InvalidInput::new("page_size", format!("is {size}; it must be 1 to {MAX}")));
        }
        request.query("after", &self.after)?;
        request.query("before", &self.before)?;
        request.query("page_size", &self.page_size)
    }
}

/// The setters of a list operation that has a [`PageQuery`] in its field `page`.
macro_rules! page_setters {
    ($max_size:literal) => {
        /// Starts the page after this cursor, from [`PageInfo::after`](crate::PageInfo::after).
        pub fn after<Kind>(mut self, cursor: impl $crate::IntoOptional<$crate::Text, Kind>) -> Self {
            self.page.after = cursor.into_optional().or(self.page.after);
            self
        }

        /// Ends the page before this cursor, from [`PageInfo::before`](crate::PageInfo::before).
        pub fn before<Kind>(mut self, cursor: impl $crate::IntoOptional<$crate::Text, Kind>) -> Self {
            self.page.before = cursor.into_optional().or(self.page.before);
            self
        }

        #[doc = concat!("Sets the maximum number of items in a page: 1 to ", $max_size, ". Default: 50.")]
        pub fn page_size(mut self, size: impl Into<Option<u32>>) -> Self {
            self.page.page_size = size.into().or(self.page.page_size);
            self
        }
    };
}
pub(crate) use page_setters;

/// A page in any of the API's forms except for the bare array.
#[derive(Deserialize)]
struct Listing<T> {
    #[serde(default = "Vec::new", alias = "items", alias = "slack_channels", alias = "ms_teams_teams")]
    entries: Vec<T>,
    #[serde(default)]
    page_info: Option<PageInfo>,
    #[serde(default, alias = "skip_token")]
    next_cursor: Option<String>,
}

/// Reads a page. `after` returns the request for the page after a cursor.
pub(crate) fn decode<T: DeserializeOwned, O>(
    response: &http::Response<Bytes>,
    after: impl FnOnce(String) -> O,
) -> Result<Page<T, O>, DecodeError> {
    let listing: Listing<T> = json(response)?;
    let cursor = next_cursor(listing.page_info.as_ref(), listing.next_cursor, listing.entries.is_empty());
    let next = cursor.map(after);
    Ok(Page { items: listing.entries, info: listing.page_info, next })
}

/// Reads a list without pages, which is a bare array.
pub(crate) fn decode_whole<T: DeserializeOwned, O>(
    response: &http::Response<Bytes>,
) -> Result<Page<T, O>, DecodeError> {
    Ok(Page { items: json(response)?, info: None, next: None })
}

/// Returns the cursor of the next page, from Knock's page info or from a provider's list.
pub(crate) fn next_cursor(
    info: Option<&PageInfo>,
    provider: Option<String>,
    page_is_empty: bool,
) -> Option<String> {
    let cursor = match info {
        // An empty page ends one of Knock's lists, even if it has a cursor.
        Some(info) => info.after.clone().filter(|_| !page_is_empty),
        // Slack may return an empty page in the middle of a list.
        None => provider,
    };
    cursor.filter(|cursor| !cursor.is_empty())
}
