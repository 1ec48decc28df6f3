//! Requests of steps and webhook channels. The world does not send them: it keeps them until its caller has.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::store::World;
use super::Wake;

/// A request without a response for this long is due again. It is longer than any response is waited for.
const LOST: SignedDuration = SignedDuration::from_secs(120);
/// Knock attempts to deliver a message this often.
const MAX_ATTEMPTS: u32 = 8;
/// The wait after the first attempt. It doubles with each further one. Knock documents that there are 8 within 30 minutes.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(10);
/// Statuses after which a webhook is not attempted again.
const FATAL: [u16; 4] = [401, 403, 404, 405];

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
struct Pending {
    request: Request,
    purpose: Purpose,
    attempt: u32,
    /// When it is due, or due again if its response is lost.
    due: Timestamp,
    in_flight: bool,
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

    pub(super) fn render(&self) -> Value {
        let headers: serde_json::Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({ "method": self.method, "url": self.url, "headers": headers, "body": self.body })
    }

    /// Reads what [`render`](Self::render) made.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let headers = value.get("headers")?.as_object()?;
        let headers = headers.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        Some(Self {
            method: text("method")?,
            url: text("url")?,
            headers: headers.collect::<Option<_>>()?,
            body: text("body")?,
        })
    }
}

impl Requests {
    fn add(&mut self, request: Request, purpose: Purpose, attempt: u32, due: Timestamp) {
        self.next += 1;
        self.pending.insert(self.next, Pending { request, purpose, attempt, due, in_flight: false });
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
            pending.in_flight = true;
            pending.due = now.saturating_add(LOST).unwrap_or(Timestamp::MAX);
            due.push(Due { id: *id, request });
        }
        due
    }
}

impl World {
    pub(super) fn request(&mut self, request: Request, purpose: Purpose) {
        self.steps.requests.add(request, purpose, 1, self.now);
    }

    /// Fails unless the host is this machine, or one that `emulator.json` allows.
    pub(super) fn check_host(&self, request: &Request) -> Result<(), String> {
        let request = request.http()?;
        let host = request.uri().host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_local = bare == "localhost"
            || bare.ends_with(".localhost")
            || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        let allowed = self.settings.directory.as_ref().map(|directory| &directory.environment.allowed_hosts);
        let is_allowed =
            allowed.is_some_and(|hosts| hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(bare)));
        if is_local || is_allowed {
            return Ok(());
        }
        Err(format!("`{host}` is not this machine; `allowed_hosts` in emulator.json can allow it"))
    }

    /// Takes the response of a request, or why there was none. Returns whether there is such a request.
    pub(crate) fn responded(&mut self, id: u64, response: Result<(u16, Vec<u8>), String>) -> bool {
        let Some(pending) = self.steps.requests.pending.remove(&id) else { return false };
        match pending.purpose.clone() {
            Purpose::Fetch { run_id } => self.wake(&run_id, Wake::Response(response)),
            Purpose::Webhook { message_id } => self.webhook_responded(&message_id, pending, &response),
        }
        self.settle();
        true
    }

    /// 2xx delivers a message. Most other responses are followed by another attempt.
    fn webhook_responded(
        &mut self,
        message_id: &str,
        pending: Pending,
        response: &Result<(u16, Vec<u8>), String>,
    ) {
        let status = response.as_ref().map(|(status, _)| *status).ok();
        let is_last = pending.attempt >= MAX_ATTEMPTS || status.is_some_and(|status| FATAL.contains(&status));
        let log = json!({
            "attempt": pending.attempt,
            "status": status,
            "error": response.as_ref().err(),
            "body": response.as_ref().map(|(_, body)| String::from_utf8_lossy(body).into_owned()).ok(),
        });
        let (state, event) = match status {
            Some(200..=299) => ("delivered", "message.delivered"),
            _ if is_last => ("undelivered", "message.undelivered"),
            _ => ("delivery_attempted", "message.delivery_attempted"),
        };
        self.set_status(message_id, state, event, log);
        if state == "delivery_attempted" {
            let wait = FIRST_WAIT * (1 << (pending.attempt - 1));
            let due = self.now.saturating_add(wait).unwrap_or(Timestamp::MAX);
            self.steps.requests.add(pending.request, pending.purpose, pending.attempt + 1, due);
        }
    }

    /// Plans the delivery of a message of a webhook channel. Returns whether it is one.
    pub(in super::super) fn deliver_webhook(&mut self, message_id: &str) -> bool {
        let message = self.messages.get(message_id).filter(|message| !message.sandbox);
        let content = message.and_then(|message| message.content.as_ref());
        let Some(request) = content.and_then(|content| Request::read(&content["request"])) else {
            return false;
        };
        match self.check_host(&request) {
            Ok(()) => self.request(request, Purpose::Webhook { message_id: message_id.to_owned() }),
            Err(error) => {
                self.set_status(message_id, "undelivered", "message.undelivered", json!({ "error": error }));
            }
        }
        true
    }
}
