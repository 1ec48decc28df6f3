//! The emulator: state behind a lock, and one function over it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::HeaderValue;
use http::request::Parts;
use http::{Method, Response};
use serde_json::Value;

use crate::api;
use crate::clock::timestamp;
use crate::control;
use crate::fault::Faults;
use crate::ids::Ids;
use crate::observe::{Delivery, Request, RequestLog, Run};
use crate::settings::{Channel, Settings, Workflow};
use crate::wire::answer::{self, Failure, with_status};
use crate::wire::auth;
use crate::wire::call::Call;
use crate::wire::idempotency::{Idempotency, REQUEST_ID, Verdict};
use crate::wire::reply::{Connection, Reply};
use crate::world::World;

/// Keeps request ids apart from all others, so that reading more changes no other id.
const REQUEST_IDS: u64 = 0x5ca1_ab1e;

/// A Knock environment in memory. Clones share it.
///
/// It does no IO and reads no clock: time comes in with every call, and ids follow from a seed, so that the same
/// calls give the same answers.
#[derive(Clone)]
pub struct Emulator {
    state: Arc<Mutex<State>>,
}

pub(crate) struct State {
    settings: Arc<Settings>,
    request_ids: Ids,
    idempotency: Idempotency,
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) requests: RequestLog,
}

/// Configures an [`Emulator`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Builder {
    settings: Settings,
}

impl Builder {
    /// Accepts one more API key. One that starts with `pk_` is a public key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.settings.keys.insert(key.into());
        self
    }

    /// Declares a workflow. Once one is declared, all others are unknown.
    pub fn workflow(mut self, workflow: Workflow) -> Self {
        self.settings.add_workflow(workflow);
        self
    }

    /// Declares a channel for channel data. Once one is declared, others are known only through workflows.
    pub fn channel(mut self, channel: Channel) -> Self {
        self.settings.channels.insert(channel.id.clone(), Arc::new(channel));
        self
    }

    /// The preferences that everyone has by default, in the form of a preference set.
    pub fn default_preferences(mut self, preferences: Value) -> Self {
        self.settings.set_default_preferences(preferences);
        self
    }

    /// The channels of the Slack workspace that tokens give access to.
    pub fn slack_channels<I: Into<String>>(mut self, names: impl IntoIterator<Item = I>) -> Self {
        self.settings.slack_channels = names.into_iter().map(Into::into).collect();
        self
    }

    /// What all ids are derived from.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The emulator.
    #[must_use]
    pub fn build(self) -> Emulator {
        Emulator { state: Arc::new(Mutex::new(State::new(Arc::new(self.settings)))) }
    }
}

impl Default for Emulator {
    fn default() -> Self {
        Self::new()
    }
}

impl Emulator {
    /// With [`DEFAULT_KEY`](crate::DEFAULT_KEY), where every workflow key works.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// To configure keys, workflows and channels.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Answers a request, as if faults could not delay it or drop its connection.
    #[must_use]
    pub fn handle(&self, request: http::Request<Bytes>, now: SystemTime) -> Response<Bytes> {
        self.respond(request, now).response
    }

    /// Answers a request, and says what is to become of the connection.
    #[must_use]
    pub fn respond(&self, request: http::Request<Bytes>, now: SystemTime) -> Reply {
        let (parts, body) = request.into_parts();
        self.lock().respond(&parts, &body, now)
    }

    /// Adds a fault, or several: a [`Fault`](crate::Fault), an array of them, or [`Faults`].
    pub fn fault(&self, faults: impl Into<Faults>) {
        self.lock().faults.add(faults.into());
    }

    /// Forgets all faults.
    pub fn clear_faults(&self) {
        self.lock().faults = Faults::default();
    }

    /// What was delivered until `now`, the oldest first.
    #[must_use]
    pub fn deliveries(&self, now: SystemTime) -> Vec<Delivery> {
        let mut state = self.lock();
        state.world.advance(timestamp(now));
        state.world.deliveries.iter().cloned().collect()
    }

    /// The triggers accepted, and the occurrences of schedules, the oldest first.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        self.lock().world.triggers.iter().map(|trigger| Run::of(trigger)).collect()
    }

    /// How many triggers were accepted in all, with occurrences of schedules and without replays.
    #[must_use]
    pub fn triggers(&self) -> u64 {
        self.lock().world.accepted
    }

    /// The latest requests, the oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.lock().requests.iter().cloned().collect()
    }

    /// Back to the beginning: no data, no faults, no log. What was configured stays.
    pub fn reset(&self) {
        self.lock().reset();
    }

    /// A panic elsewhere while holding the lock must not take the emulator down.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").finish_non_exhaustive()
    }
}

impl State {
    fn new(settings: Arc<Settings>) -> Self {
        Self {
            request_ids: Ids::new(settings.seed ^ REQUEST_IDS),
            idempotency: Idempotency::default(),
            world: World::new(Arc::clone(&settings)),
            faults: Faults::default(),
            requests: RequestLog::default(),
            settings,
        }
    }

    pub(crate) fn reset(&mut self) {
        *self = Self::new(Arc::clone(&self.settings));
    }

    fn respond(&mut self, parts: &Parts, body: &Bytes, now: SystemTime) -> Reply {
        self.world.advance(timestamp(now));
        let path = parts.uri.path();
        if path.starts_with(control::PREFIX) {
            return Reply::new(control::handle(self, &parts.method, path, body));
        }
        let fault = self.faults.take(&parts.method, path);
        let request_id = self.request_ids.request_id();
        let reply = match &fault {
            None => Reply::new(self.answer(parts, body, &request_id, None)),
            Some(fault) if fault.acts() => {
                fault.apply(self.answer(parts, body, &request_id, fault.throttled()))
            }
            Some(fault) => fault.apply(with_status(503, Bytes::new())),
        };
        self.finish(reply, parts, body, &request_id, fault.is_some(), now)
    }

    fn finish(
        &mut self,
        mut reply: Reply,
        parts: &Parts,
        body: &Bytes,
        id: &str,
        faulted: bool,
        now: SystemTime,
    ) -> Reply {
        if let Ok(id) = HeaderValue::from_str(id) {
            reply.response.headers_mut().insert(REQUEST_ID, id);
        }
        let mut request = Request::new(parts, body.clone(), now);
        request.status = reply.response.status();
        request.faulted = faulted;
        self.requests.push(request);
        if parts.method == Method::HEAD || reply.connection != Connection::Keep {
            reply.response.body_mut().clear();
        }
        reply
    }

    /// Carries a call out, once for each idempotency key.
    fn answer(
        &mut self,
        parts: &Parts,
        body: &Bytes,
        request_id: &str,
        throttled: Option<(String, Vec<String>)>,
    ) -> Response<Bytes> {
        match self.try_answer(parts, body, request_id, throttled) {
            Ok(response) => response,
            Err(failure) => failure.response(),
        }
    }

    fn try_answer(
        &mut self,
        parts: &Parts,
        body: &Bytes,
        request_id: &str,
        throttled: Option<(String, Vec<String>)>,
    ) -> Result<Response<Bytes>, Failure> {
        let mut call = Call::parse(parts, body)?;
        call.throttled = throttled;
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let Some((&"v1", path)) = path.split_first() else { return Err(unknown(&call)) };
        auth::check(&self.settings, &parts.headers, &call.method, path)?;
        let query = parts.uri.query().unwrap_or_default();
        let now = self.world.now;
        match self.idempotency.check(&call, query, &parts.headers, now)? {
            Verdict::Run => Ok(self.run(&call, path)),
            Verdict::Replay(response) => Ok(response),
            Verdict::Remember(slot, fingerprint) => {
                let response = self.run(&call, path);
                self.idempotency.remember(slot, fingerprint, &response, request_id, now);
                Ok(response)
            }
        }
    }

    fn run(&mut self, call: &Call, path: &[&str]) -> Response<Bytes> {
        match api::route(&mut self.world, call, path) {
            Some(answer) => answer::response(&answer),
            None => unknown(call).response(),
        }
    }
}

fn unknown(call: &Call) -> Failure {
    let message = format!("The emulator does not implement {} /{}", call.method, call.path.join("/"));
    Failure::new(501, "not_implemented", &message, "api_error")
}
