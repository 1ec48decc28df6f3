//! Requests of steps and webhook channels. The world does not send them: it keeps them until its caller has.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use knock_core::webhook::Verifier;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::attempts::Sent;
use crate::clock::system_time;
use crate::render::HttpRequest;

/// The header of webhook channels that have a signing key.
const SIGNATURE: &str = "x-webhook-signature";
/// A request without a response for this long is due again. It is longer than any response is waited for.
const LOST: SignedDuration = SignedDuration::from_secs(120);

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// What a request is for.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// A step of a run.
    Fetch { run_id: String },
    /// The delivery of a message.
    Webhook { message_id: String },
}

#[derive(Debug)]
pub(super) struct Pending {
    pub(super) request: Request,
    pub(super) purpose: Purpose,
    pub(super) attempt: u32,
    /// When it is due, or due again if its response is lost.
    due: Timestamp,
}

/// The requests that have no response yet.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    pending: BTreeMap<u64, Pending>,
    next: u64,
}

/// A request that is due.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) id: u64,
    pub(crate) request: http::Request<Bytes>,
    /// The longest wait for the response.
    pub(crate) timeout: Duration,
}

impl Purpose {
    /// The longest wait for a response, as Knock documents it.
    const fn timeout(&self) -> Duration {
        match self {
            Self::Fetch { .. } => Duration::from_secs(15),
            Self::Webhook { .. } => Duration::from_secs(50),
        }
    }
}

impl Request {
    /// Fails if it is not a request.
    pub(super) fn http(&self) -> Result<http::Request<Bytes>, String> {
        let mut request = http::Request::builder().method(self.method.as_str()).uri(self.url.as_str());
        for (name, value) in &self.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let request = request.body(Bytes::from(self.body.clone())).map_err(|error| error.to_string())?;
        match request.uri().host() {
            Some(_) => Ok(request),
            None => Err(format!("`{}` is no URL with a host", self.url)),
        }
    }

    /// The request with a signature of its own for the time at which it is sent.
    pub(super) fn signed(mut self, signer: Option<&Verifier>, at: Timestamp) -> Self {
        if let Some(signer) = signer {
            self.headers.retain(|(name, _)| name != SIGNATURE);
            let signature = signer.sign(self.body.as_bytes(), system_time(at).into());
            self.headers.push((SIGNATURE.to_owned(), signature));
        }
        self
    }

    /// What a message keeps of it.
    pub(super) fn sent(&self) -> Sent {
        Sent {
            method: self.method.clone(),
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }

    pub(super) fn render(&self) -> Value {
        let headers: serde_json::Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({ "method": self.method, "url": self.url, "headers": headers, "body": self.body })
    }

    /// The request of a message of a webhook channel.
    pub(super) fn of_content(content: &HttpRequest) -> Self {
        Self {
            method: content.method.clone(),
            url: with_query(&content.url, &content.query_params),
            headers: content.headers.clone(),
            body: content.body.clone(),
        }
    }
}

impl Requests {
    /// Returns the id of the request.
    pub(super) fn add(&mut self, request: Request, purpose: Purpose, attempt: u32, due: Timestamp) -> u64 {
        self.next += 1;
        self.pending.insert(self.next, Pending { request, purpose, attempt, due });
        self.next
    }

    /// How many there have been.
    pub(crate) fn count(&self) -> u64 {
        self.next
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Pending> {
        self.pending.remove(&id)
    }

    /// Takes up to `limit` requests that are due.
    pub(crate) fn take(&mut self, now: Timestamp, limit: usize) -> Vec<Due> {
        let mut due = Vec::new();
        for (id, pending) in self.pending.iter_mut().filter(|(_, pending)| pending.due <= now) {
            if due.len() == limit {
                break;
            }
            // it was built before
            let Ok(request) = pending.request.http() else { continue };
            pending.due = now.saturating_add(LOST).unwrap_or(Timestamp::MAX);
            due.push(Due { id: *id, request, timeout: pending.purpose.timeout() });
        }
        due
    }
}

pub(super) fn with_query(url: &str, query: &[(String, String)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut url = url.to_owned();
    for (name, value) in query {
        url.push(if url.contains('?') { '&' } else { '?' });
        // writing to a string cannot fail
        let _ = write!(url, "{}={}", encode(name), encode(value));
    }
    url
}
