//! Pages of lists.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::client::Client;
use crate::error::Error;
use crate::maybe_send::MaybeSend;
use crate::operation::rows::{array, items};
use crate::operation::{Items, Operation, RequestEncoder, WithOptions, encode};
use crate::transport::Transport;
use crate::value::{InvalidInput, Text};
use crate::wire::{DecodeError, borrowed_json, check_size, or_default};

/// An operation that returns one page of a list.
pub trait Paged: Operation + Clone {
    /// The type of the items.
    type Item: MaybeSend;

    /// Splits a page into its items and the request for the next page, if there is one.
    fn split(&self, page: Self::Output) -> (Vec<Self::Item>, Option<Self>);

    /// Removes the errors of the items that could not be read from a page, and returns them. By default, there are none.
    fn take_unreadable(page: &mut Self::Output) -> Vec<DecodeError> {
        let _ = page;
        Vec::new()
    }

    /// Returns a stream of the items of all pages. Each page is fetched when its first item is needed.
    ///
    /// Each page is a separate call, with the client's retries. The stream ends after the first call that fails; items
    /// yielded before it remain valid. For an item that cannot be read the stream yields an error of kind
    /// [`Decoding`](crate::ErrorKind::Decoding) after the other items of its page, and goes on. If Knock returns a page
    /// for the second time, or 100 empty pages in a row, the stream yields an error and ends.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Paged, Transport, slack};
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
    /// let list =
    ///     slack::list_channels("9a1b2c3d", slack::AccessTokenObject::tenant("jurassic-park"));
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
        stream::unfold(Walk::new(self), move |mut walk| {
            let client = client.clone();
            async move {
                loop {
                    if let Some(item) = walk.items.next() {
                        return Some((Ok(item), walk));
                    }
                    if let Some(error) = walk.unreadable.next() {
                        return Some((Err(Error::unreadable_item(walk.name, error)), walk));
                    }
                    match walk.fetch(&client).await {
                        Ok(true) => {}
                        Ok(false) => return None,
                        Err(error) => return Some((Err(error), walk)),
                    }
                }
            }
        })
    }

    /// Collects the first items of the list, at most `limit`. It fetches no more pages than needed.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Paged, Transport, users};
    /// # async fn example<T: Transport>(client: &Client<T>) -> Result<(), Error> {
    /// let users = users::list().collect_up_to(100, client).await?;
    /// for problem in &users.unreadable {
    ///     eprintln!("a user is missing: {problem}");
    /// }
    /// for user in users {
    ///     println!("{}", user.id);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// An item that cannot be read does not cost the others. Its error is in [`unreadable`](Items::unreadable), and it
    /// counts towards the limit, so that a list of which nothing can be read is not walked to its end.
    ///
    /// # Errors
    ///
    /// See [`Error`]. It is also an error if Knock returns a page for the second time, or 100 empty pages in a row. The
    /// items of the pages before are lost; if you need them, use [`stream`](Self::stream).
    fn collect_up_to<T: Transport>(
        self,
        limit: usize,
        client: &Client<T>,
    ) -> impl Future<Output = Result<Items<Self::Item>, Error>> + MaybeSend + use<Self, T> {
        let client = client.clone();
        async move {
            let (mut items, mut unreadable, mut walk) = (Vec::new(), Vec::new(), Walk::new(self));
            while items.len() + unreadable.len() < limit && walk.fetch(&client).await? {
                items.extend(walk.items.by_ref());
                unreadable.extend(walk.unreadable.by_ref());
            }
            items.truncate(limit);
            Ok(Items { items, unreadable, earlier_attempt_may_have_acted: false })
        }
    }
}

/// The number of empty pages in a row after which a list is given up. Slack returns some, but a server that returns
/// nothing else would be asked for ever.
const MAX_EMPTY_PAGES: u32 = 100;

/// A walk over the pages of a list.
struct Walk<O: Paged> {
    /// The name of the operation.
    name: &'static str,
    /// The items of the current page that were not yielded yet.
    items: std::vec::IntoIter<O::Item>,
    /// The errors of the other items of the current page.
    unreadable: std::vec::IntoIter<DecodeError>,
    next: Option<O>,
    /// A hash of each request so far.
    seen: Vec<u64>,
    /// The number of empty pages since the last one with items.
    empty_pages: u32,
}

impl<O: Paged> Walk<O> {
    fn new(first: O) -> Self {
        Self {
            name: first.info().name,
            items: Vec::new().into_iter(),
            unreadable: Vec::new().into_iter(),
            next: Some(first),
            seen: Vec::new(),
            empty_pages: 0,
        }
    }

    /// Fetches the next page, and returns whether there was one. After an error there is none.
    async fn fetch<T: Transport>(&mut self, client: &Client<T>) -> Result<bool, Error> {
        let Some(request) = self.next.take() else { return Ok(false) };
        let mut hasher = DefaultHasher::new();
        encode(&request)?.target().hash(&mut hasher);
        let hash = hasher.finish();
        if self.seen.contains(&hash) {
            let message = "the list does not end: the cursor of the next page came before";
            return Err(Error::endless_list(self.name, message));
        }
        self.seen.push(hash);
        let mut page = request.clone().send(client).await?;
        self.unreadable = O::take_unreadable(&mut page).into_iter();
        let (items, next) = request.split(page);
        (self.items, self.next) = (items.into_iter(), next);
        self.count_empty_pages()?;
        Ok(true)
    }

    fn count_empty_pages(&mut self) -> Result<(), Error> {
        let is_empty = self.items.as_slice().is_empty() && self.unreadable.as_slice().is_empty();
        self.empty_pages = if is_empty { self.empty_pages + 1 } else { 0 };
        if self.empty_pages >= MAX_EMPTY_PAGES && self.next.take().is_some() {
            let message = "100 pages in a row are empty, and the list goes on";
            return Err(Error::endless_list(self.name, message));
        }
        Ok(())
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

    fn take_unreadable(page: &mut Self::Output) -> Vec<DecodeError> {
        O::take_unreadable(page)
    }
}

/// One page of a list, and the request for the next page.
///
/// ```
/// use knock_core::{Operation, UnixTime, slack};
///
/// let list =
///     slack::list_channels("9a1b2c3d", slack::AccessTokenObject::tenant("jurassic-park"));
/// let response = r#"{"slack_channels": [], "next_cursor": "dXNlcjo"}"#;
/// let page =
///     list.parse(http::Response::new(response.into()), UnixTime::from_secs(1_790_000_000))?;
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
    /// The request for the next page; `None` on the last page. If this page was requested with `before`, it is the
    /// request for the page before this one. It does not inherit options; set them again
    /// [`with`](crate::Operation::with).
    pub next: Option<O>,
    /// The errors of the items that could not be read and are missing in [`items`](Self::items), usually none.
    ///
    /// A time that cannot be read costs only its field, if the field is an `Option`.
    pub unreadable: Vec<DecodeError>,
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
    #[serde(default, deserialize_with = "or_default")]
    pub page_size: u32,
    /// The number of items in the list, if Knock reports it; at most 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "or_default")]
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
        check_size("page_size", self.page_size, MAX)?;
        request.query("after", &self.after)?;
        request.query("before", &self.before)?;
        request.query("page_size", &self.page_size)
    }

    /// Returns the page that follows this one, in the direction of this one.
    ///
    /// # Errors
    ///
    /// If it is this page again.
    pub(crate) fn following(
        &self,
        info: Option<&PageInfo>,
        provider: Option<String>,
        page_is_empty: bool,
    ) -> Result<Option<Self>, DecodeError> {
        let backward = self.before.is_some() && self.after.is_none();
        let (own, cursor) = if backward {
            let cursor = info.and_then(|info| info.before.clone());
            (&self.before, cursor.filter(|cursor| !page_is_empty && !cursor.is_empty()))
        } else {
            (&self.after, next_cursor(info, provider, page_is_empty))
        };
        let Some(cursor) = cursor else { return Ok(None) };
        if own.as_ref().is_some_and(|own| own.as_str() == cursor) {
            return Err(DecodeError::new(
                "the list does not end: the cursor of the next page is that of this one",
            ));
        }
        let cursor = Some(cursor.into());
        Ok(Some(if backward {
            Self { before: cursor, ..self.clone() }
        } else {
            Self { after: cursor, ..self.clone() }
        }))
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
        ///
        /// Without [`after`](Self::after), the next page is then the one before this page.
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
    #[serde(
        alias = "items",
        alias = "slack_channels",
        alias = "ms_teams_channels",
        alias = "ms_teams_teams"
    )]
    entries: Option<Vec<T>>,
    #[serde(default)]
    page_info: Option<PageInfo>,
    #[serde(default, alias = "skip_token")]
    next_cursor: Option<String>,
}

/// Reads the page `page`. `next` returns the request for another page.
pub(crate) fn decode<T: DeserializeOwned, O, const MAX: u32>(
    response: &http::Response<Bytes>,
    page: &PageQuery<MAX>,
    next: impl FnOnce(PageQuery<MAX>) -> O,
) -> Result<Page<T, O>, DecodeError> {
    let (Page { items, info, unreadable, .. }, cursor) = listing::<T>(response.body())?;
    let is_empty = items.is_empty() && unreadable.is_empty();
    let next = page.following(info.as_ref(), cursor, is_empty)?.map(next);
    Ok(Page { items, info, next, unreadable })
}

/// Reads the only page of a list that has a name but no cursors.
pub(crate) fn decode_single<T: DeserializeOwned, O>(
    response: &http::Response<Bytes>,
) -> Result<Page<T, O>, DecodeError> {
    let (Page { items, unreadable, .. }, _) = listing(response.body())?;
    Ok(Page { items, info: None, next: None, unreadable })
}

/// Reads a page, and the cursor of a provider's list. If that fails, reads each of the items separately.
fn listing<T: DeserializeOwned>(body: &[u8]) -> Result<(Page<T, ()>, Option<String>), DecodeError> {
    let page = |items, info, unreadable| Page { items, info, next: None, unreadable };
    if let Ok(Listing { entries, page_info, next_cursor }) = serde_json::from_slice(body) {
        let items = entries_of(entries, page_info.as_ref(), body)?;
        return Ok((page(items, page_info, Vec::new()), next_cursor));
    }
    let Listing { entries, page_info, next_cursor } = borrowed_json::<Listing<&RawValue>>(body)?;
    let (items, unreadable) = items(body, &entries_of(entries, page_info.as_ref(), body)?);
    Ok((page(items, page_info, unreadable), next_cursor))
}

/// Refuses other JSON, such as an error in a successful response, which would read as a list without items.
pub(crate) fn entries_of<T>(
    entries: Option<Vec<T>>,
    info: Option<&PageInfo>,
    body: &[u8],
) -> Result<Vec<T>, DecodeError> {
    match entries {
        Some(entries) => Ok(entries),
        // Knock's description of the API does not always require them.
        None if info.is_some() || body.trim_ascii() == b"{}" => Ok(Vec::new()),
        None => Err(DecodeError::new("the response could not be read: it contains no list of items")),
    }
}

/// Reads a list without pages, which is a bare array.
pub(crate) fn decode_whole<T: DeserializeOwned, O>(
    response: &http::Response<Bytes>,
) -> Result<Page<T, O>, DecodeError> {
    let (items, unreadable) = array(response.body())?;
    Ok(Page { items, info: None, next: None, unreadable })
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
