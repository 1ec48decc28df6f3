//! Outbound webhooks: what is due at which endpoint, and what became of it. Sending is left to the caller.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use knock_core::webhook::{SIGNATURE_HEADER, Verifier};
use serde_json::{Value, json};

use crate::clock::system_time;
use crate::endpoint::WebhookEndpoint;
use crate::ids::Ids;
use crate::world::happening::Happening;

/// Knock attempts to deliver an event this often.
const MAX_ATTEMPTS: usize = 8;
/// The wait after the first attempt. It doubles with each further one. Knock does not document its own.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(1);
/// An attempt without a result for this long has failed. It is longer than the sender waits.
const LOST: SignedDuration = SignedDuration::from_secs(60);
/// The results of attempts whose own is no longer waited for.
const NEVER_REPORTED: &str = "the result was never reported";
const SUPERSEDED: &str = "the event was delivered once more before the result was reported";
const REMOVED: &str = "the endpoints were removed before the result was reported";
/// The log drops the oldest deliveries.
const MAX_DELIVERIES: usize = 10_000;

/// A request of an outbound webhook that is due, returned by [`Emulator::due_webhooks`](crate::Emulator::due_webhooks).
#[derive(Debug)]
#[non_exhaustive]
pub struct DueWebhook {
    /// The id of the delivery, for [`Emulator::webhook_sent`](crate::Emulator::webhook_sent).
    pub id: u64,
    /// The number of the attempt, starting at 1, likewise.
    pub attempt: usize,
    /// The signed request.
    pub request: Request<Bytes>,
}

/// An event for one endpoint, with the attempts so far.
///
/// `Debug` does not show the body, which may contain personal data.
#[derive(Clone)]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The id of the delivery.
    pub id: u64,
    /// The URL of the endpoint.
    pub url: String,
    /// The type of the event, such as `message.sent`.
    pub event: &'static str,
    /// The body: the event as JSON.
    pub body: Bytes,
    /// The attempts, oldest first.
    pub attempts: Vec<WebhookAttempt>,
    /// When the next attempt is due, if there will be one.
    pub next_attempt_at: Option<SystemTime>,
    verifier: Verifier,
    /// The time of this delivery in the agenda, if it is there.
    planned: Timestamp,
    /// The number of attempts when it was started or redelivered.
    begun: usize,
}

impl std::fmt::Debug for WebhookDelivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookDelivery")
            .field("id", &self.id)
            .field("url", &self.url)
            .field("event", &self.event)
            .field("attempts", &self.attempts)
            .field("next_attempt_at", &self.next_attempt_at)
            .finish_non_exhaustive()
    }
}

/// An attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookAttempt {
    /// When the request was sent.
    pub at: SystemTime,
    /// The status of the response, or why there was none. `None` while it is in flight.
    pub result: Option<Result<StatusCode, String>>,
}

impl WebhookDelivery {
    /// Returns whether the endpoint responded with a 2xx status.
    pub fn is_delivered(&self) -> bool {
        let latest = self.attempts.last().and_then(|attempt| attempt.result.as_ref());
        matches!(latest, Some(Ok(status)) if status.is_success())
    }

    /// Stops waiting for the result of the attempt in flight, if there is one.
    fn give_up(&mut self, reason: &str) {
        if let Some(pending) = self.attempts.last_mut().filter(|attempt| attempt.result.is_none()) {
            pending.result = Some(Err(reason.to_owned()));
        }
    }

    fn request(&self, environment: &str, now: SystemTime) -> Option<Request<Bytes>> {
        Request::post(self.url.as_str())
            .header(CONTENT_TYPE, "application/json")
            .header("x-knock-event", self.event)
            .header("x-knock-environment-id", environment)
            .header(SIGNATURE_HEADER, self.verifier.sign(&self.body, now.into()))
            .body(self.body.clone())
            .ok()
    }

    pub(crate) fn render(&self) -> Value {
        let millis = |at: SystemTime| crate::clock::timestamp(at);
        let attempts: Vec<Value> = self
            .attempts
            .iter()
            .map(|attempt| match &attempt.result {
                None => json!({ "at": millis(attempt.at) }),
                Some(Ok(status)) => json!({ "at": millis(attempt.at), "status": status.as_u16() }),
                Some(Err(error)) => json!({ "at": millis(attempt.at), "error": error }),
            })
            .collect();
        json!({
            "id": self.id,
            "url": self.url,
            "event": self.event,
            "body": serde_json::from_slice::<Value>(&self.body).unwrap_or_default(),
            "attempts": attempts,
            "delivered": self.is_delivered(),
            "next_attempt_at": self.next_attempt_at.map(millis),
        })
    }
}

/// The endpoints, what is due for them, and the log of deliveries.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    endpoints: Vec<WebhookEndpoint>,
    deliveries: BTreeMap<u64, WebhookDelivery>,
    order: VecDeque<u64>,
    agenda: BTreeSet<(Timestamp, u64)>,
    next_id: u64,
}

impl Webhooks {
    /// Returns a state without endpoints and deliveries, in which no id is used again: a result may still arrive for it.
    pub(crate) fn after(former: &Self) -> Self {
        Self { next_id: former.next_id, ..Self::default() }
    }

    /// Whether nothing can become due.
    pub(crate) fn is_idle(&self) -> bool {
        self.endpoints.is_empty() && self.agenda.is_empty()
    }

    pub(crate) fn add(&mut self, endpoint: WebhookEndpoint) {
        self.endpoints.push(endpoint);
    }

    pub(crate) fn remove_all(&mut self) {
        self.endpoints.clear();
        self.agenda.clear();
        for delivery in self.deliveries.values_mut() {
            delivery.give_up(REMOVED);
            delivery.next_attempt_at = None;
        }
    }

    /// Plans the first attempt for each endpoint that wants an event.
    pub(crate) fn publish(&mut self, happening: &Happening) {
        let wanting = self.endpoints.iter().filter(|endpoint| endpoint.wants(happening.kind));
        let endpoints: Vec<_> = wanting.map(|one| (one.url.to_string(), one.verifier.clone())).collect();
        if endpoints.is_empty() {
            return;
        }
        let body = Bytes::from(happening.render().to_string());
        for (url, verifier) in endpoints {
            let id = self.next_id;
            self.next_id += 1;
            let delivery = WebhookDelivery {
                id,
                url,
                event: happening.kind,
                body: body.clone(),
                attempts: Vec::new(),
                next_attempt_at: Some(system_time(happening.at)),
                verifier,
                planned: happening.at,
                begun: 0,
            };
            self.deliveries.insert(id, delivery);
            self.order.push_back(id);
            self.agenda.insert((happening.at, id));
        }
        while self.order.len() > MAX_DELIVERIES {
            self.order.pop_front().and_then(|oldest| self.deliveries.remove(&oldest));
        }
    }

    /// Takes up to `limit` requests that are due. Each is in flight until [`sent`](Self::sent) is called.
    pub(crate) fn take(&mut self, now: Timestamp, limit: usize) -> Vec<DueWebhook> {
        let environment = Ids::named("environment");
        let mut due = Vec::new();
        while due.len() < limit && self.agenda.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.agenda.pop_first() else { break };
            let Some(delivery) = self.deliveries.get_mut(&id) else { continue };
            delivery.give_up(NEVER_REPORTED);
            if delivery.attempts.len() - delivery.begun >= MAX_ATTEMPTS {
                delivery.next_attempt_at = None;
                continue;
            }
            let at = system_time(now);
            let Some(request) = delivery.request(&environment, at) else { continue };
            delivery.attempts.push(WebhookAttempt { at, result: None });
            delivery.next_attempt_at = None;
            // If the result is never reported, the next attempt is due later.
            delivery.planned = now.saturating_add(LOST).unwrap_or(Timestamp::MAX);
            self.agenda.insert((delivery.planned, id));
            due.push(DueWebhook { id, attempt: delivery.attempts.len(), request });
        }
        due
    }

    /// Records the result of an attempt, and plans the next one if it failed. Ignores a result that is not waited for.
    pub(crate) fn sent(
        &mut self,
        id: u64,
        attempt: usize,
        result: Result<StatusCode, String>,
        now: Timestamp,
    ) {
        let Some(delivery) = self.deliveries.get_mut(&id) else { return };
        if attempt != delivery.attempts.len() {
            return;
        }
        let Some(pending) = delivery.attempts.last_mut().filter(|attempt| attempt.result.is_none()) else {
            return;
        };
        pending.result = Some(result);
        self.agenda.remove(&(delivery.planned, id));
        let attempts = delivery.attempts.len() - delivery.begun;
        if delivery.is_delivered() || attempts >= MAX_ATTEMPTS {
            return;
        }
        let wait = FIRST_WAIT * (1 << (attempts - 1));
        let at = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        delivery.next_attempt_at = Some(system_time(at));
        delivery.planned = at;
        self.agenda.insert((at, id));
    }

    /// Plans another delivery, with attempts of its own. It takes the place of an attempt in flight. Returns whether there
    /// is such a delivery.
    pub(crate) fn redeliver(&mut self, id: u64, now: Timestamp) -> bool {
        let Some(delivery) = self.deliveries.get_mut(&id) else { return false };
        delivery.give_up(SUPERSEDED);
        delivery.begun = delivery.attempts.len();
        delivery.next_attempt_at = Some(system_time(now));
        self.agenda.remove(&(delivery.planned, id));
        delivery.planned = now;
        self.agenda.insert((now, id));
        true
    }

    pub(crate) fn deliveries(&self) -> impl Iterator<Item = &WebhookDelivery> {
        self.order.iter().filter_map(|id| self.deliveries.get(id))
    }

    pub(crate) fn render(&self) -> Value {
        let endpoints: Vec<Value> = self.endpoints.iter().map(WebhookEndpoint::render).collect();
        let entries: Vec<Value> = self.deliveries().map(WebhookDelivery::render).collect();
        json!({ "endpoints": endpoints, "entries": entries })
    }
}
