//! Idempotency keys, handled like `one_and_done` does: only for triggers, only for 2xx responses, and for 24 hours.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::call::{Call, header};
use super::response::{Failure, json_bytes};

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const ORIGINAL_REQUEST_ID: HeaderName = HeaderName::from_static("original-x-request-id");

const WINDOW: SignedDuration = SignedDuration::from_hours(24);
const MAX_ENTRIES: usize = 100_000;
const MAX_KEY: usize = 255;
const MISMATCH: &str = "This request does not match the first request used with this idempotency key. \
    This could mean you are reusing idempotency keys across requests. Either make sure the request matches \
    across idempotent requests, or change your idempotency key when making new requests.";

#[derive(Debug, Default)]
pub(crate) struct Idempotency {
    entries: HashMap<Slot, Entry>,
    /// In order of insertion, for expiry.
    order: VecDeque<(Timestamp, Slot)>,
}

/// The path and the idempotency key.
pub(crate) type Slot = Arc<(String, String)>;

#[derive(Debug)]
struct Entry {
    fingerprint: u64,
    status: StatusCode,
    body: Bytes,
    request_id: String,
}

/// What to do with a call.
pub(crate) enum Verdict {
    /// Perform the call.
    Run,
    /// Perform the call and remember the response.
    Remember(Slot, u64),
    /// Return the remembered response.
    Replay(Response<Bytes>),
}

impl Idempotency {
    pub(crate) fn check(
        &mut self,
        call: &Call,
        raw_query: &str,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Verdict, Failure> {
        self.expire(now);
        let is_trigger = call.method == Method::POST
            && matches!(call.path.as_slice(), [v1, workflows, _, trigger]
                if v1 == "v1" && workflows == "workflows" && trigger == "trigger");
        let Some(key) = header(headers, &IDEMPOTENCY_KEY).filter(|_| is_trigger) else {
            return Ok(Verdict::Run);
        };
        if key.len() > MAX_KEY {
            return Err(Failure::bare("idempotency_key_too_long"));
        }
        let slot = Arc::new((call.path.join("/"), key.to_owned()));
        let fingerprint = fingerprint(call, raw_query);
        match self.entries.get(&slot) {
            None => Ok(Verdict::Remember(slot, fingerprint)),
            Some(entry) if entry.fingerprint == fingerprint => Ok(Verdict::Replay(entry.replay())),
            Some(_) => Err(Failure::bare(MISMATCH)),
        }
    }

    /// Stores a successful response. After any other response, the call can be retried with the same key.
    pub(crate) fn remember(
        &mut self,
        slot: Slot,
        fingerprint: u64,
        response: &Response<Bytes>,
        request_id: &str,
        now: Timestamp,
    ) {
        if response.status().is_success() {
            let (status, body) = (response.status(), response.body().clone());
            let entry = Entry { fingerprint, status, body, request_id: request_id.to_owned() };
            self.entries.insert(Arc::clone(&slot), entry);
            self.order.push_back((now, slot));
        }
    }

    fn expire(&mut self, now: Timestamp) {
        while let Some((at, _)) = self.order.front()
            && (now.duration_since(*at) >= WINDOW || self.order.len() > MAX_ENTRIES)
        {
            if let Some((_, slot)) = self.order.pop_front() {
                self.entries.remove(&slot);
            }
        }
    }
}

impl Entry {
    fn replay(&self) -> Response<Bytes> {
        let mut response = json_bytes(self.status.as_u16(), self.body.clone());
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        if let Ok(original) = HeaderValue::from_str(&self.request_id) {
            response.headers_mut().insert(ORIGINAL_REQUEST_ID, original);
        }
        response
    }
}

/// Hashes the parsed body, so that white space and the order of members make no difference.
fn fingerprint(call: &Call, raw_query: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    raw_query.hash(&mut hasher);
    hash_members(call.body.iter(), &mut hasher);
    hasher.finish()
}

fn hash_members<'a>(members: impl Iterator<Item = (&'a String, &'a Value)>, hasher: &mut DefaultHasher) {
    let mut members: Vec<_> = members.collect();
    members.sort_by_key(|(name, _)| *name);
    members.len().hash(hasher);
    for (name, value) in members {
        name.hash(hasher);
        hash_value(value, hasher);
    }
}

fn hash_value(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Array(items) => {
            0u8.hash(hasher);
            items.len().hash(hasher);
            for item in items {
                hash_value(item, hasher);
            }
        }
        Value::Object(members) => {
            1u8.hash(hasher);
            hash_members(members.iter(), hasher);
        }
        scalar => {
            2u8.hash(hasher);
            scalar.to_string().hash(hasher);
        }
    }
}
