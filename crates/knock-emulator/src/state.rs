//! The state of an emulator, and how it responds to one API call.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::HeaderValue;
use http::request::Parts;
use http::{Method, Response};

use crate::api;
use crate::clock::timestamp;
use crate::fault::Faults;
use crate::ids::Ids;
use crate::observe::{Request, RequestLog};
use crate::settings::Settings;
use crate::wire::auth;
use crate::wire::call::Call;
use crate::wire::idempotency::{Idempotency, REQUEST_ID, Verdict};
use crate::wire::limits::Limits;
use crate::wire::reply::{Connection, Reply};
use crate::wire::response::{Failure, from_outcome, with_status};
use crate::world::World;

/// Separates the request ids from all other ids, so that a read does not change the ids of what is created later.
const REQUEST_IDS: u64 = 0x5ca1_ab1e;

pub(crate) struct State {
    settings: Arc<Settings>,
    request_ids: Ids,
    idempotency: Idempotency,
    limits: Limits,
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) requests: RequestLog,
}

impl State {
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        Self {
            request_ids: Ids::new(settings.seed ^ REQUEST_IDS),
            idempotency: Idempotency::default(),
            limits: Limits::default(),
            world: World::new(Arc::clone(&settings)),
            faults: Faults::default(),
            requests: RequestLog::default(),
            settings,
        }
    }

    /// Returns to the initial state, with the same settings.
    pub(crate) fn reset(&mut self) {
        *self = Self::new(Arc::clone(&self.settings));
    }

    /// Runs everything that was due by `now`.
    pub(crate) fn advance(&mut self, now: SystemTime) {
        self.world.advance(timestamp(now));
    }

    /// Responds to an API call, with a fault if one matches, and logs the request.
    pub(crate) fn respond(&mut self, parts: &Parts, body: &Bytes, now: SystemTime) -> Reply {
        let fault = self.faults.take(&parts.method, parts.uri.path());
        let request_id = self.request_ids.request_id();
        let reply = match &fault {
            None => Reply::new(self.perform(parts, body, &request_id, None)),
            Some(fault) if fault.acts() => {
                fault.apply(self.perform(parts, body, &request_id, fault.throttled()))
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

    /// Performs a call, once per idempotency key.
    fn perform(
        &mut self,
        parts: &Parts,
        body: &Bytes,
        request_id: &str,
        throttled: Option<(String, Vec<String>)>,
    ) -> Response<Bytes> {
        match self.try_perform(parts, body, request_id, throttled) {
            Ok(response) => response,
            Err(failure) => failure.response(),
        }
    }

    fn try_perform(
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
        let now = self.world.now;
        if let Some(limits) = &self.settings.rate_limits {
            self.limits.admit(&call, &parts.headers, limits, now)?;
            let held = self.limits.held(&call, now);
            call.throttled = call.throttled.or(held);
        }
        let query = parts.uri.query().unwrap_or_default();
        match self.idempotency.check(&call, query, &parts.headers, now)? {
            Verdict::Run => {
                let mut response = self.route(&call, path);
                if self.settings.rate_limits.is_some() {
                    self.limits.updated(&call, &mut response, now);
                }
                Ok(response)
            }
            Verdict::Replay(response) => Ok(response),
            Verdict::Remember(slot, fingerprint) => {
                let response = self.route(&call, path);
                self.idempotency.remember(slot, fingerprint, &response, request_id, now);
                Ok(response)
            }
        }
    }

    fn route(&mut self, call: &Call, path: &[&str]) -> Response<Bytes> {
        match api::route(&mut self.world, call, path) {
            Some(outcome) => from_outcome(&outcome),
            None => unknown(call).response(),
        }
    }
}

fn unknown(call: &Call) -> Failure {
    let message = format!("The emulator does not implement {} /{}", call.method, call.path.join("/"));
    Failure::new(501, "not_implemented", &message, "api_error")
}
