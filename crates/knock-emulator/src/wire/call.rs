//! A parsed API call.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap};
use http::request::Parts;
use http::{HeaderName, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::query::Query;
use super::response::Failure;
use crate::json::Fields;

/// The entities that are rate-limited and not changed: the parameter that lists them, and their ids.
pub(crate) type Throttled = (String, Vec<String>);

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The decoded segments of the path.
    pub(crate) path: Vec<String>,
    pub(crate) query: Query,
    pub(crate) body: Fields,
    /// What a fault or a limit holds back.
    pub(crate) throttled: Option<Throttled>,
    /// The caller has the token of a user, which permits nothing on objects whose ids are the same.
    pub(crate) users_only: bool,
}

impl Call {
    pub(crate) fn parse(parts: &Parts, body: &Bytes) -> Result<Self, Failure> {
        Ok(Self {
            method: parts.method.clone(),
            path: segments(parts.uri.path())?,
            query: Query::parse(parts.uri.query().unwrap_or_default())?,
            body: fields(&parts.headers, body)?,
            throttled: None,
            users_only: false,
        })
    }

    /// Whether an entity of `param` is rate-limited and must not be changed.
    pub(crate) fn is_throttled(&self, param: &str, id: &str) -> bool {
        self.throttled.as_ref().is_some_and(|(name, ids)| name == param && ids.iter().any(|held| held == id))
    }
}

/// Plug drops empty segments, so `/v1/users/` is `/v1/users`.
fn segments(path: &str) -> Result<Vec<String>, Failure> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| match percent_decode_str(segment).decode_utf8() {
            Ok(decoded) => Ok(decoded.into_owned()),
            Err(_) => Err(Failure::malformed("The path is not valid UTF-8")),
        })
        .collect()
}

fn fields(headers: &HeaderMap, body: &Bytes) -> Result<Fields, Failure> {
    if body.is_empty() {
        return Ok(Fields::new());
    }
    let content_type = header(headers, &CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type != "application/json" && !media_type.ends_with("+json") {
        let message = "The request body must be sent as application/json";
        return Err(Failure::new(415, "unsupported_media_type", message, "invalid_request_error"));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        // Plug stores any other JSON under this name, which no handler reads.
        Ok(other) => Ok(Fields::from_iter([("_json".to_owned(), other)])),
        Err(_) => Err(Failure::malformed("The request body is not valid JSON")),
    }
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
