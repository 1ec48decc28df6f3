//! `v1/…`: Knock's API for the page, without a key.

use std::time::SystemTime;

use bytes::Bytes;
use http::Method;
use http::header::{AUTHORIZATION, HeaderValue};
use http::request::Parts;
use http::uri::Uri;

use crate::settings::DEFAULT_KEY;
use crate::state::State;
use crate::wire::reply::Reply;

/// Returns the call that the page makes, as a service with the secret key would make it.
pub(super) fn call_of(parts: &Parts, prefix: &str) -> Option<Parts> {
    let path = parts.uri.path_and_query()?.as_str().strip_prefix(prefix)?;
    let uri = Uri::try_from(format!("/{path}")).ok().filter(|uri| uri.path().starts_with("/v1/"))?;
    let mut parts = parts.clone();
    parts.uri = uri;
    let key = HeaderValue::from_str(&format!("Bearer {DEFAULT_KEY}")).ok()?;
    parts.headers.insert(AUTHORIZATION, key);
    Some(parts)
}

/// Makes a call. What changes something is a call like any other: it is logged, counts toward the rate limits, and takes
/// faults, so that the page shows what they do. What the page reads is neither logged nor limited, and no fault is spent on it.
pub(super) fn respond(state: &mut State, parts: &Parts, body: &Bytes, now: SystemTime) -> Reply {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return Reply::new(state.perform_own(parts, body, ""));
    }
    state.respond(parts, body, now)
}
