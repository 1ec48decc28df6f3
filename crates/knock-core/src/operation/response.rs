//! Typed responses, with their status and headers.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::CallContext;
use crate::operation::rows::array;
use crate::wire::{DecodeError, is_replayed, knock_json, rate_limited_ids, request_id};

/// A successful response: its decoded value, status and headers.
///
/// It is returned by [`Operation::send_for_response`](crate::Operation::send_for_response), while
/// [`send`](crate::Operation::send) returns only the value.
///
/// ```
/// # use knock_core::{Client, Error, Operation, Transport, workflows};
/// # async fn example<T: Transport>(client: &Client<T>) -> Result<(), Error> {
/// let trigger = workflows::trigger("dinosaurs-loose")
///     .recipients(["jhammond"])
///     .idempotency_key("alert-17");
/// let response = trigger.send_for_response(client).await?;
/// if response.is_idempotent_replay() {
///     println!("was already triggered by request {:?}", response.original_request_id());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ApiResponse<T> {
    /// The decoded body.
    pub value: T,
    /// The HTTP status, always 2xx.
    pub status: StatusCode,
    /// The headers as they were received.
    pub headers: HeaderMap,
    /// The number of requests that were sent.
    pub attempts: u32,
    /// The idempotency key that every attempt carried.
    pub idempotency_key: Option<String>,
    earlier_attempt_may_have_acted: bool,
}

impl<T> ApiResponse<T> {
    pub(crate) fn new(value: T, response: http::Response<Bytes>, call: CallContext) -> Self {
        let (parts, _) = response.into_parts();
        Self {
            value,
            status: parts.status,
            headers: parts.headers,
            attempts: call.attempts,
            idempotency_key: call.idempotency_key,
            earlier_attempt_may_have_acted: call.earlier_attempt_may_have_acted,
        }
    }

    /// Returns Knock's id of the response (`x-request-id`). Include it when you contact Knock's support.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns whether Knock may have acted on an attempt before the one that this response is for.
    ///
    /// If so, the response may tell less than the call did. For example, `schedules::delete` returns the schedules that
    /// this attempt deleted, so the list is empty if an earlier one deleted them. [`Items`] and [`Batch`] have the same
    /// flag. The [`registry`](crate::registry) describes for each operation what it does a second time.
    pub fn earlier_attempt_may_have_acted(&self) -> bool {
        self.earlier_attempt_may_have_acted
    }

    /// Returns whether this is a replay of an earlier response, because the idempotency key was used before.
    pub fn is_idempotent_replay(&self) -> bool {
        is_replayed(&self.headers)
    }

    /// Returns the request id of the earlier response, if this is a replay.
    pub fn original_request_id(&self) -> Option<&str> {
        self.headers.get("original-x-request-id")?.to_str().ok()
    }

    /// Returns the ids in a batch that Knock did **not** update, because each was updated less than a second ago.
    ///
    /// Knock lists them in the header `x-ratelimited-<parameter>`; pass the name of the parameter, for example
    /// `message_ids`.
    pub fn rate_limited_ids(&self, parameter: &str) -> Vec<String> {
        rate_limited_ids(&self.headers, parameter)
    }
}

/// The response to a call that updates many entities: its value, and the entities that were not updated.
///
/// Knock updates an entity at most once per second. A batch that would exceed this limit succeeds anyway, and lists the
/// entities that it did **not** update. Repeat the call for those.
///
/// ```
/// # use knock_core::{Client, Error, Operation, Transport, messages};
/// # async fn example<T: Transport>(client: &Client<T>, ids: Vec<String>) -> Result<(), Error> {
/// let read = messages::batch_mark_as_read(ids).send(client).await?;
/// if !read.earlier_attempt_may_have_acted {
///     println!("not marked as read: {:?}", read.rate_limited);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Batch<T> {
    /// The value of the response.
    pub value: T,
    /// The ids of the entities that the last attempt did not update (`x-ratelimited-…`), usually none.
    pub rate_limited: Vec<String>,
    /// The errors of the items that could not be read and are missing in [`value`](Self::value), usually none.
    pub unreadable: Vec<DecodeError>,
    /// Whether Knock may have acted on an attempt before the one that this response is for.
    ///
    /// If so, that attempt may have updated the entities in [`rate_limited`](Self::rate_limited), and may be the reason
    /// why they are there.
    pub earlier_attempt_may_have_acted: bool,
}

/// Reads the JSON body of a call on many entities, and the ids in `x-ratelimited-<parameter>`.
pub(crate) fn batch<T: DeserializeOwned>(
    response: &http::Response<Bytes>,
    parameter: &str,
) -> Result<Batch<T>, DecodeError> {
    Ok(batch_with(knock_json(response)?, Vec::new(), response, parameter))
}

/// Reads a JSON array like [`batch`]. An item that cannot be read does not cost the others.
pub(crate) fn batch_of_items<T: DeserializeOwned>(
    response: &http::Response<Bytes>,
    parameter: &str,
) -> Result<Batch<Vec<T>>, DecodeError> {
    let (value, unreadable) = array(response.body())?;
    Ok(batch_with(value, unreadable, response, parameter))
}

fn batch_with<T>(
    value: T,
    unreadable: Vec<DecodeError>,
    response: &http::Response<Bytes>,
    parameter: &str,
) -> Batch<T> {
    let rate_limited = rate_limited_ids(response.headers(), parameter);
    Batch { value, rate_limited, unreadable, earlier_attempt_may_have_acted: false }
}

/// What a call created, changed or deleted, or the [first items of a list](crate::Paged::collect_up_to).
///
/// ```
/// # use knock_core::{Client, Error, Operation, Transport, schedules};
/// # async fn example<T: Transport>(client: &Client<T>, ids: Vec<String>) -> Result<(), Error> {
/// let deleted = schedules::delete(ids).send(client).await?;
/// if deleted.earlier_attempt_may_have_acted {
///     println!("at least these schedules were deleted:");
/// }
/// for schedule in deleted {
///     println!("{}", schedule.id);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Items<T> {
    /// The items, in the order of the response.
    pub items: Vec<T>,
    /// The errors of the items that could not be read and are missing in [`items`](Self::items), usually none.
    pub unreadable: Vec<DecodeError>,
    /// Whether Knock may have acted on an attempt before the one that this response is for.
    ///
    /// A call that deletes returns what its last attempt deleted. If an earlier one deleted everything and its response
    /// was lost, the list is empty although the call succeeded. It is `false` for the items of a list, which are only read.
    pub earlier_attempt_may_have_acted: bool,
}

impl<T> Items<T> {
    /// Returns the number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns an iterator over the items.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

impl<T> IntoIterator for Items<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Items<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Reads a JSON array. An item that cannot be read does not cost the others.
pub(crate) fn items<T: DeserializeOwned>(response: &http::Response<Bytes>) -> Result<Items<T>, DecodeError> {
    let (items, unreadable) = array(response.body())?;
    Ok(Items { items, unreadable, earlier_attempt_may_have_acted: false })
}
