//! Answers: the typed value beside what the headers say.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::{CallContext, DecodeError};

/// A successful answer with its status and headers.
///
/// [`Operation::send_for_reply`](crate::Operation::send_for_reply) gives one where
/// [`send`](crate::Operation::send) gives the value alone.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The typed body.
    pub value: T,
    /// The HTTP status, always 2xx.
    pub status: StatusCode,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// How many times the request was sent.
    pub attempts: u32,
    /// The idempotency key that the attempts carried.
    pub idempotency_key: Option<String>,
}

impl<T> Reply<T> {
    pub(crate) fn new(value: T, response: http::Response<Bytes>, call: CallContext) -> Self {
        let (parts, _) = response.into_parts();
        Self {
            value,
            status: parts.status,
            headers: parts.headers,
            attempts: call.attempts,
            idempotency_key: call.idempotency_key,
        }
    }

    /// Knock's id of the answer (`x-request-id`): what its support asks for.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Whether this is the first answer given again, to a repeated idempotency key.
    pub fn is_idempotent_replay(&self) -> bool {
        self.headers.get("idempotent-replayed").is_some_and(|value| value.as_bytes() == b"true")
    }

    /// The request id of the first answer, where this one is a replay of it.
    pub fn original_request_id(&self) -> Option<&str> {
        self.headers.get("original-x-request-id")?.to_str().ok()
    }

    /// The ids of a batch that Knock did **not** update, since each was updated less than a second ago.
    ///
    /// Knock names them in `x-ratelimited-<parameter>`; pass the parameter's name, as `message_ids`.
    pub fn rate_limited_ids(&self, parameter: &str) -> Vec<String> {
        rate_limited_ids(&self.headers, parameter)
    }
}

/// The answer to a call on many entities: what it answers, and which entities were left as they are.
///
/// Knock updates an entity once a second at most. A batch that would do so more often succeeds all the same, and
/// names what it did **not** update: call again for those.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Batch<T> {
    /// The answer.
    pub value: T,
    /// The ids of the entities that were not updated (`x-ratelimited-…`); mostly none.
    pub rate_limited: Vec<String>,
}

/// Reads the JSON body of a call on many entities, with the ids in `x-ratelimited-<parameter>`.
pub(crate) fn batch<T: DeserializeOwned>(
    response: &http::Response<Bytes>,
    parameter: &str,
) -> Result<Batch<T>, DecodeError> {
    Ok(Batch { value: json(response)?, rate_limited: rate_limited_ids(response.headers(), parameter) })
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-request-id")?.to_str().ok()
}

pub(crate) fn rate_limited_ids(headers: &HeaderMap, parameter: &str) -> Vec<String> {
    let values = headers.get_all(format!("x-ratelimited-{parameter}"));
    let lists = values.into_iter().filter_map(|value| value.to_str().ok());
    lists
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Reads a JSON body; an empty one reads as `null`.
///
/// # Errors
///
/// Where the body is not JSON, or not that of a `T`.
pub fn json<T: DeserializeOwned>(response: &http::Response<Bytes>) -> Result<T, DecodeError> {
    if response.body().is_empty() {
        return serde_json::from_slice(b"null").map_err(|_| DecodeError::new("the answer has no body"));
    }
    serde_json::from_slice(response.body()).map_err(|error| DecodeError::json(&error))
}
