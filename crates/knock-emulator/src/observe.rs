//! What tests inspect: accepted triggers and received requests.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, USER_AGENT};
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::clock::{system_time, timestamp};
use crate::recipient::Recipient;
use crate::wire::call::header;
use crate::wire::idempotency::IDEMPOTENCY_KEY;
use crate::world::trigger::{Source, Trigger};

/// An accepted trigger, or an occurrence of a schedule. Replays of idempotent triggers are not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Run {
    /// The workflow run id that the trigger returned.
    pub id: String,
    /// The key of the workflow.
    pub workflow: String,
    /// All recipients, including the subscribers of objects.
    pub recipients: Vec<Recipient>,
    /// The actor of the trigger.
    pub actor: Option<Recipient>,
    /// The id of the tenant of the trigger.
    pub tenant: Option<String>,
    /// The data of the trigger.
    pub data: Arc<Value>,
    /// The key that cancels the run.
    pub cancellation_key: Option<String>,
    /// The id of the schedule that started the run, or `None` if it was triggered through the API.
    pub schedule: Option<String>,
    /// When the trigger was accepted.
    pub at: SystemTime,
}

impl Run {
    pub(crate) fn of(trigger: &Trigger) -> Self {
        Self {
            id: trigger.id.clone(),
            workflow: trigger.workflow.key.clone(),
            recipients: trigger.recipients.clone(),
            actor: trigger.actor.clone(),
            tenant: trigger.tenant.clone(),
            data: Arc::clone(&trigger.data),
            cancellation_key: trigger.cancellation_key.clone(),
            schedule: match &trigger.source {
                Source::Api | Source::Step => None,
                Source::Schedule(id) => Some(id.clone()),
            },
            at: system_time(trigger.at),
        }
    }

    pub(crate) fn render(&self) -> Value {
        json!({
            "id": self.id,
            "workflow": self.workflow,
            "recipients": self.recipients,
            "actor": self.actor,
            "tenant": self.tenant,
            "data": *self.data,
            "cancellation_key": self.cancellation_key,
            "schedule": self.schedule,
        })
    }
}

/// The request headers that are recorded. `authorization` and `x-knock-user-token` never are.
static KEPT: [HeaderName; 7] = [
    ACCEPT,
    CONTENT_TYPE,
    USER_AGENT,
    IDEMPOTENCY_KEY,
    HeaderName::from_static("x-knock-branch"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("x-stainless-retry-count"),
];

/// The largest part of an error that is kept, in bytes.
const MAX_ERROR: usize = 4096;

/// The largest part of a body that a list shows, in bytes.
const MAX_SHOWN: usize = 16 * 1024;

/// A request that the emulator received, and the status of the response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The id, which is also in the header `x-request-id` of the response.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The path as it was received, percent-encoded.
    pub path: String,
    /// The query string as it was received, without the `?`.
    pub query: Option<String>,
    /// Selected headers, for example the content type and the idempotency key, but never credentials.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The status of the response, even if the connection was dropped before it was sent.
    pub status: StatusCode,
    /// The body of the response if it is an error, at most 4 KiB of it.
    pub error: Option<Bytes>,
    /// Whether a fault affected the response.
    pub faulted: bool,
    /// When the request was received.
    pub at: SystemTime,
}

impl Request {
    pub(crate) fn new(id: &str, parts: &http::request::Parts, body: Bytes, at: SystemTime) -> Self {
        let kept = KEPT.iter().filter_map(|name| Some((name.clone(), parts.headers.get(name)?.clone())));
        Self {
            id: id.to_owned(),
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: kept.collect(),
            body,
            status: StatusCode::OK,
            error: None,
            faulted: false,
            at,
        }
    }

    /// Notes the response.
    pub(crate) fn respond(&mut self, response: &Response<Bytes>) {
        self.status = response.status();
        if self.status.is_client_error() || self.status.is_server_error() {
            let body = response.body();
            // A slice would keep the rest, too.
            self.error = Some(match body.get(..MAX_ERROR) {
                Some(beginning) => Bytes::copy_from_slice(beginning),
                None => body.clone(),
            });
        }
    }

    /// Parses the body as JSON. Returns `None` if it is not valid JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns a recorded header, if its value is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, &HeaderName::from_bytes(name.as_bytes()).ok()?)
    }

    pub(crate) fn render(&self) -> Value {
        let headers: serde_json::Map<String, Value> = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes()))))
            .collect();
        json!({
            "method": self.method.as_str(),
            "path": self.path,
            "query": self.query,
            "headers": headers,
            "body": json_or_text(&self.body),
            "status": self.status.as_u16(),
            "faulted": self.faulted,
        })
    }

    /// The same, with what a page shows beside it, and with the beginning of the body if it is long.
    pub(crate) fn render_with_response(&self) -> Value {
        let is_cut = self.body.len() > MAX_SHOWN;
        let shown = self.body.slice(..self.body.len().min(MAX_SHOWN));
        let mut rendered = Self { body: shown, ..self.clone() }.render();
        rendered["body_cut"] = json!(is_cut);
        rendered["id"] = json!(self.id);
        rendered["at"] = json!(timestamp(self.at));
        rendered["response"] = json!(self.error.as_deref().map(json_or_text));
        rendered
    }
}

fn json_or_text(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body)))
}

const MAX_REQUESTS: usize = 10_000;
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The latest requests, bounded in number and in size.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    requests: VecDeque<Request>,
    bytes: usize,
}

impl RequestLog {
    pub(crate) fn push(&mut self, request: Request) {
        self.bytes += request.body.len();
        self.requests.push_back(request);
        while self.requests.len() > MAX_REQUESTS || (self.bytes > MAX_BYTES && self.requests.len() > 1) {
            if let Some(oldest) = self.requests.pop_front() {
                self.bytes = self.bytes.saturating_sub(oldest.body.len());
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Request> {
        self.requests.iter()
    }
}
