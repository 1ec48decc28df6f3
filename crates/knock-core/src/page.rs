//! Pages: lists that come in parts, with the request for the next part as a value.

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::client::{Client, MaybeSend, Transport};
use crate::error::{DecodeError, Error, InvalidInput};
use crate::operation::{Operation, RequestEncoder, WithOptions};
use crate::response;

/// An operation whose answer is one page of a list.
pub trait Paged: Operation + Clone {
    /// What the list holds.
    type Item: MaybeSend;

    /// The items of an answer to this request, and the request for the next page, if there is one.
    fn split(&self, page: Self::Output) -> (Vec<Self::Item>, Option<Self>);

    /// The items of all pages, one after the other; a page is asked for when its first item is.
    ///
    /// Each page is a call of its own, with the client's retries. After an error the stream is over; what came
    /// before it is the caller's already.
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

    /// The first items of the list, at most `limit`; no further page is asked for than needed.
    ///
    /// # Errors
    ///
    /// See [`Error`]; what was read before is lost, unlike with [`stream`](Self::stream).
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

/// The options go with every page.
impl<O: Paged> Paged for WithOptions<O> {
    type Item = O::Item;

    fn split(&self, page: Self::Output) -> (Vec<Self::Item>, Option<Self>) {
        let (items, next) = self.operation.split(page);
        let next = next.map(|operation| Self { operation, options: self.options.clone() });
        (items, next)
    }
}

/// One page of a list.
///
/// ```
/// use knock_core::{Operation, UnixTime, slack};
///
/// let list = slack::list_channels("9a1b2c3d", slack::AccessTokenObject::tenant("jurassic-park"));
/// let answer = r#"{"slack_channels": [], "next_cursor": "dXNlcjo"}"#;
/// let page = list.parse(http::Response::new(answer.into()), UnixTime::from_secs(1_790_000_000))?;
/// let next = page.next.expect("there is a next page");
/// assert!(next.prepare()?.target().ends_with("query_options%5Bcursor%5D=dXNlcjo"));
/// # Ok::<(), knock_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T, O> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Cursors and size, where the list has them.
    pub info: Option<PageInfo>,
    /// The request for the next page, or `None` on the last. Options of this request are to be given to it again,
    /// by [`with`](crate::Operation::with).
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

/// Which page of a list to get: the parameters that Knock's own lists share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageQuery {
    pub(crate) after: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) page_size: Option<u32>,
}

impl PageQuery {
    /// Appends the parameters, with at most `max_size` items to a page.
    pub(crate) fn encode(&self, request: &mut RequestEncoder<'_>, max_size: u32) -> Result<(), InvalidInput> {
        if let Some(size) = self.page_size
            && !(1..=max_size).contains(&size)
        {
            return Err(InvalidInput::new("page_size", format!("is {size}; it must be 1 to {max_size}")));
        }
        request.query("after", &self.after);
        request.query("before", &self.before);
        request.query("page_size", &self.page_size);
        Ok(())
    }
}

/// The setters of a list operation that has a [`PageQuery`] in its field `page`.
macro_rules! page_setters {
    ($max_size:literal) => {
        /// Begins after this cursor, from [`PageInfo::after`](crate::PageInfo::after).
        pub fn after(mut self, cursor: impl Into<String>) -> Self {
            self.page.after = Some(cursor.into());
            self
        }

        /// Ends before this cursor, from [`PageInfo::before`](crate::PageInfo::before).
        pub fn before(mut self, cursor: impl Into<String>) -> Self {
            self.page.before = Some(cursor.into());
            self
        }

        #[doc = concat!("How many items a page has at most: 1 to ", $max_size, ". Default: 50.")]
        pub fn page_size(mut self, size: u32) -> Self {
            self.page.page_size = Some(size);
            self
        }
    };
}
pub(crate) use page_setters;

/// A page in any of the shapes that the API has but the bare array.
#[derive(Deserialize)]
struct Listing<T> {
    #[serde(default = "Vec::new", alias = "items", alias = "slack_channels", alias = "ms_teams_teams")]
    entries: Vec<T>,
    #[serde(default)]
    page_info: Option<PageInfo>,
    #[serde(default, alias = "skip_token")]
    next_cursor: Option<String>,
}

/// Reads a page; `after` makes of the request for it the one for what comes after a cursor.
pub(crate) fn decode<T: DeserializeOwned, O: Clone>(
    response: &http::Response<Bytes>,
    request: &O,
    after: fn(O, String) -> O,
) -> Result<Page<T, O>, DecodeError> {
    let listing: Listing<T> = response::json(response)?;
    let cursor = next_cursor(listing.page_info.as_ref(), listing.next_cursor, listing.entries.is_empty());
    let next = cursor.map(|cursor| after(request.clone(), cursor));
    Ok(Page { items: listing.entries, info: listing.page_info, next })
}

/// Reads a list that comes whole, as a bare array.
pub(crate) fn decode_whole<T: DeserializeOwned, O>(
    response: &http::Response<Bytes>,
) -> Result<Page<T, O>, DecodeError> {
    Ok(Page { items: response::json(response)?, info: None, next: None })
}

/// Where the next page begins: by Knock's own cursors, or by a provider's.
pub(crate) fn next_cursor(
    info: Option<&PageInfo>,
    provider: Option<String>,
    page_is_empty: bool,
) -> Option<String> {
    let cursor = match info {
        // An empty page ends a list of Knock's, whatever its cursor says.
        Some(info) => info.after.clone().filter(|_| !page_is_empty),
        // Slack may leave a page empty in the middle of a list.
        None => provider,
    };
    cursor.filter(|cursor| !cursor.is_empty())
}
