//! The state of an emulator, and how it responds to one API call.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::HeaderValue;
use http::request::Parts;
use http::{Method, Response};
use serde_json::Value;

use crate::api;
#[cfg(feature = "smtp")]
use crate::clock::system_time;
use crate::clock::{Clock, timestamp};
use crate::endpoint::WebhookEndpoint;
use crate::fault::Faults;
use crate::ids::Ids;
use crate::intervention;
use crate::journal::{Journal, Record, may_change};
use crate::observe::{Request, RequestLog};
#[cfg(feature = "smtp")]
use crate::outbox::{DueMail, Outbox, Told};
use crate::realtime::hub::{Garbage, Hub};
use crate::security;
use crate::settings::Settings;
use crate::webhooks::Webhooks;
use crate::wire::auth;
use crate::wire::call::{Call, Throttled};
use crate::wire::idempotency::{Idempotency, REQUEST_ID, Verdict};
use crate::wire::limits::Limits;
use crate::wire::reply::{Connection, Reply};
use crate::wire::response::{Failure, from_outcome, with_status};
use crate::world::World;

/// Separates the request ids from all other ids, so that a read does not change the ids of what is created later.
const REQUEST_IDS: u64 = 0x5ca1_ab1e;
/// Likewise for the idempotency keys of clients in the same process.
const CLIENT_KEYS: u64 = 0x0c11_e117;

pub(crate) struct State {
    pub(crate) settings: Arc<Settings>,
    request_ids: Ids,
    client_keys: Ids,
    idempotency: Idempotency,
    limits: Limits,
    pub(crate) clock: Clock,
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) requests: RequestLog,
    pub(crate) hub: Hub,
    pub(crate) webhooks: Webhooks,
    #[cfg(feature = "smtp")]
    outbox: Outbox,
    /// How many resets there were. What was sent before one is not about what happened after it.
    #[cfg(feature = "smtp")]
    resets: u64,
    /// The number of fetches that were due before the latest reset. It keeps their ids apart from those after it.
    #[cfg(feature = "workflows")]
    pub(crate) fetches_before: u64,
    /// The state file, if there is one.
    pub(crate) journal: Option<Journal>,
    /// The Knock directory, if there is one.
    #[cfg(feature = "workflows")]
    knock_dir: Option<crate::knock_dir::KnockDir>,
}

impl State {
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        Self {
            request_ids: Ids::new(settings.seed ^ REQUEST_IDS),
            client_keys: Ids::new(settings.seed ^ CLIENT_KEYS),
            idempotency: Idempotency::default(),
            limits: Limits::default(),
            clock: Clock::default(),
            world: World::new(Arc::clone(&settings)),
            faults: Faults::default(),
            requests: RequestLog::default(),
            hub: Hub::default(),
            webhooks: Webhooks::default(),
            #[cfg(feature = "smtp")]
            outbox: Outbox::default(),
            #[cfg(feature = "smtp")]
            resets: 0,
            #[cfg(feature = "workflows")]
            fetches_before: 0,
            journal: None,
            #[cfg(feature = "workflows")]
            knock_dir: None,
            settings,
        }
    }

    /// Returns to the initial state, with the same settings and at the same time. Sockets stay open.
    pub(crate) fn reset(&mut self) {
        let (clock, now, mut journal) = (self.clock.clone(), self.world.now, self.journal.take());
        let revision = self.world.revision;
        let hub = std::mem::take(&mut self.hub);
        if let Some(journal) = &mut journal {
            // If this fails, so does each later call that changes something.
            let _ = journal.clear();
        }
        let webhooks = Webhooks::after(&self.webhooks);
        #[cfg(feature = "smtp")]
        let resets = self.resets + 1;
        #[cfg(feature = "workflows")]
        let (knock_dir, renderer) = (self.knock_dir.take(), self.world.renderer.take());
        #[cfg(feature = "workflows")]
        let fetches_before = self.fetches_before + self.world.steps.requests.count();
        *self = Self { clock, hub, webhooks, journal, ..Self::new(Arc::clone(&self.settings)) };
        #[cfg(feature = "workflows")]
        {
            self.knock_dir = knock_dir;
            self.world.renderer = renderer;
            self.fetches_before = fetches_before;
        }
        #[cfg(feature = "smtp")]
        {
            self.resets = resets;
        }
        self.world.now = now;
        self.world.revision = revision + 1;
        self.connect();
    }

    /// Runs the workflows of a directory from now on.
    #[cfg(feature = "workflows")]
    pub(crate) fn use_directory(&mut self, location: knock_directory::Location) {
        self.knock_dir = Some(crate::knock_dir::KnockDir::new(location, Arc::clone(&self.settings)));
        self.refresh();
    }

    /// Reads the Knock directory if a file has changed. Returns whether one has.
    #[cfg(feature = "workflows")]
    pub(crate) fn refresh(&mut self) -> bool {
        let Some((settings, renderer)) =
            self.knock_dir.as_mut().and_then(crate::knock_dir::KnockDir::refresh)
        else {
            return false;
        };
        self.settings = Arc::new(settings);
        self.world.settings = Arc::clone(&self.settings);
        self.world.renderer = Some(Arc::new(renderer));
        self.changed();
        true
    }

    /// Where the Knock directory is, if there is one.
    #[cfg(feature = "workflows")]
    pub(crate) fn directory_path(&self) -> Option<&std::path::Path> {
        self.knock_dir.as_ref().map(crate::knock_dir::KnockDir::path)
    }

    /// Performs a call that the API of Knock does not have, and records it in the state file.
    ///
    /// # Errors
    ///
    /// Fails without having changed anything, or if the call cannot be saved.
    pub(crate) fn intervene(&mut self, method: &str, path: &str, body: &Value) -> Result<(), Failure> {
        if let Some(failure) = self.unsaved() {
            return Err(failure);
        }
        let ids = self.world.ids.clone();
        if let Err(failure) = intervention::perform(&mut self.world, method, path, body) {
            self.world.ids = ids;
            return Err(failure);
        }
        self.changed();
        let record = self.journal.is_some().then(|| Record::intervention(method, path, body, self.world.now));
        let unsaved = record.and_then(|record| self.save(&record));
        self.publish();
        unsaved.map_or(Ok(()), Err)
    }

    /// Notes that somebody who looks sees something else now.
    pub(crate) fn changed(&mut self) {
        self.world.revision += 1;
    }

    /// Returns the time by the emulator's own clock.
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now(self.world.now)
    }

    /// Moves the emulator's own clock, and does what is due until then.
    pub(crate) fn move_clock(&mut self, duration: Duration) {
        let now = self.now();
        self.clock.advance(duration);
        self.changed();
        if let Some(then) = now.checked_add(duration) {
            self.advance(then);
        }
    }

    /// Moves the emulator's own clock to a time, unless that is in the past, and does what is due until then.
    pub(crate) fn move_clock_to(&mut self, time: SystemTime) {
        let Ok(duration) = time.duration_since(self.now()) else { return };
        self.clock.skip(duration);
        self.advance(time);
    }

    /// Returns bytes for the idempotency key of a client in the same process.
    pub(crate) fn draw(&mut self) -> [u8; 16] {
        let (high, low) = (self.client_keys.next(), self.client_keys.next());
        (u128::from(high) << 64 | u128::from(low)).to_be_bytes()
    }

    /// Runs everything that was due by `now`.
    pub(crate) fn advance(&mut self, now: SystemTime) {
        self.world.advance(timestamp(now));
        self.hub.expire(self.world.now);
        self.publish();
    }

    /// Takes a frame from a socket.
    pub(crate) fn receive(&mut self, socket: u64, text: &str) -> Result<(), Garbage> {
        self.hub.receive(&self.world, socket, text)
    }

    /// Adds the endpoints and the SMTP server of the settings. Until then nothing is reported, such as while a state file is
    /// read.
    pub(crate) fn connect(&mut self) {
        #[cfg(feature = "smtp")]
        if self.settings.smtp.is_some() {
            self.world.posted.get_or_insert_default();
        }
        for endpoint in self.settings.webhooks.clone() {
            self.add_webhook(endpoint);
        }
    }

    pub(crate) fn add_webhook(&mut self, endpoint: WebhookEndpoint) {
        self.webhooks.add(endpoint);
        self.changed();
        self.world.happened.get_or_insert_default();
    }

    /// Takes up to `limit` emails that are due for the SMTP server. Those that were deleted meanwhile are skipped.
    #[cfg(feature = "smtp")]
    pub(crate) fn take_mails(&mut self, limit: usize) -> Vec<DueMail> {
        let now = timestamp(self.now());
        let mut due = Vec::new();
        while due.len() < limit
            && let Some((id, attempt)) = self.outbox.take(now)
        {
            let Some(message) = self.world.messages.get(&id) else { continue };
            let Some(content) = &message.content else { continue };
            due.push(DueMail {
                message_id: id,
                resets: self.resets,
                attempt,
                workflow: message.trigger.workflow.key.clone(),
                recipient: message.recipient.to_string(),
                at: system_time(message.inserted_at),
                content: Arc::clone(content),
            });
        }
        due
    }

    /// Records what the SMTP server did with an email, and plans the next attempt if there is one.
    #[cfg(feature = "smtp")]
    pub(crate) fn mailed(&mut self, mail: &DueMail, told: &Told) {
        if mail.resets != self.resets {
            return;
        }
        let now = self.now();
        self.advance(now);
        let server = self.settings.smtp_address().unwrap_or_default();
        let path = format!("mails/{}", mail.message_id);
        let is_known = self.intervene("POST", &path, &told.record(&server, mail.attempt)).is_ok();
        if let Some(at) = told.again(mail.attempt, timestamp(now)).filter(|_| is_known) {
            self.outbox.add(mail.message_id.clone(), mail.attempt + 1, at);
        }
    }

    /// Tells the endpoints of webhooks, the SMTP server and the open sockets what happened.
    fn publish(&mut self) {
        #[cfg(feature = "smtp")]
        for id in self.world.posted.iter_mut().flat_map(std::mem::take) {
            self.outbox.add(id, 1, self.world.now);
        }
        for happening in self.world.happened.iter_mut().flat_map(std::mem::take) {
            self.webhooks.publish(&happening);
        }
        let ids = std::mem::take(&mut self.world.arrived);
        if !ids.is_empty() && !self.hub.is_empty() {
            let arrived: Vec<_> = ids.iter().filter_map(|id| self.world.messages.get(id)).collect();
            self.hub.announce(&self.world, &arrived);
        }
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
        self.publish();
        let mut request = Request::new(id, parts, body.clone(), now);
        request.respond(&reply.response);
        request.faulted = faulted;
        self.requests.push(request);
        self.changed();
        if parts.method == Method::HEAD || reply.connection != Connection::Keep {
            reply.response.body_mut().clear();
        }
        reply
    }

    /// Performs a call of a client, once per idempotency key, and records it in the state file.
    fn perform(
        &mut self,
        parts: &Parts,
        body: &Bytes,
        request_id: &str,
        throttled: Option<Throttled>,
    ) -> Response<Bytes> {
        match self.admit(parts, body, throttled) {
            Ok(call) => {
                let mut response = self.perform_admitted(&call, parts, body, request_id);
                if self.settings.rate_limits.is_some() {
                    self.limits.updated(&call, &mut response, self.world.now);
                }
                response
            }
            Err(failure) => failure.response(),
        }
    }

    /// Performs a call of the emulator itself, which needs no key and counts toward no limit.
    pub(crate) fn perform_own(&mut self, parts: &Parts, body: &Bytes, request_id: &str) -> Response<Bytes> {
        match Call::parse(parts, body) {
            Ok(call) => self.perform_admitted(&call, parts, body, request_id),
            Err(failure) => failure.response(),
        }
    }

    fn perform_admitted(
        &mut self,
        call: &Call,
        parts: &Parts,
        body: &Bytes,
        request_id: &str,
    ) -> Response<Bytes> {
        if let Some(failure) = self.unsaved().filter(|_| may_change(parts)) {
            return failure.response();
        }
        let ids = self.world.ids.clone();
        let response = self.run(call, parts, request_id);
        if may_change(parts) {
            self.changed();
        }
        if self.journal.is_none() {
            return response;
        }
        let Some(record) = Record::of(call, parts, body, &response, request_id, self.world.now) else {
            // What is not recorded must not change later ids, which a restart would make again.
            self.world.ids = ids;
            return response;
        };
        self.save(&record).map_or(response, |failure| failure.response())
    }

    /// Appends to the state file. Returns what to respond with if that fails.
    fn save(&mut self, record: &Record) -> Option<Failure> {
        self.journal.as_mut()?.append(record).err()?;
        self.unsaved()
    }

    /// Returns what to respond to calls that change something, if one could not be saved.
    ///
    /// It was performed nevertheless, and what follows from it cannot be repeated without it. So nothing is saved any more.
    pub(crate) fn unsaved(&self) -> Option<Failure> {
        let problem = self.journal.as_ref()?.failure()?;
        let message = format!(
            "The state file of the emulator cannot be written: {problem}. Calls that change something fail until the \
             emulator is started again, with what was saved, or reset."
        );
        Some(Failure::new(500, "state_not_saved", &message, "api_error"))
    }

    /// Performs a call of the state file again. It was admitted when it was made, with the limits of then.
    ///
    /// # Errors
    ///
    /// The status and the code of the response, if the call does not succeed with the settings of now.
    pub(crate) fn restore(&mut self, record: &Record) -> Result<(), String> {
        self.world.advance(record.at);
        if let Some((method, path, body)) = record.intervened() {
            // What it was about can be gone, if the workflows are others.
            let _ = intervention::perform(&mut self.world, method, path, &body);
            self.world.arrived.clear();
            return Ok(());
        }
        let (parts, body) = record.request().ok_or("it is not a request")?;
        let response = match Call::parse(&parts, &body) {
            Ok(call) => self.run(&record.restrict(call), &parts, &record.request_id),
            Err(failure) => failure.response(),
        };
        self.world.arrived.clear();
        if response.status().is_success() { Ok(()) } else { Err(summary(&response)) }
    }

    /// Parses a call of a client, and checks whether the client can make it.
    fn admit(&mut self, parts: &Parts, body: &Bytes, throttled: Option<Throttled>) -> Result<Call, Failure> {
        let mut call = Call::parse(parts, body)?;
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let Some((&"v1", path)) = path.split_first() else { return Err(unknown(&call)) };
        auth::check(&self.settings, &parts.headers, &call.method, path)?;
        call.users_only = security::check(&self.world, &parts.headers, &call, path)?;
        call.throttled = throttled;
        if let Some(limits) = &self.settings.rate_limits {
            let now = self.world.now;
            self.limits.admit(&call, &parts.headers, limits, now)?;
            let held = self.limits.held(&call, now);
            call.throttled = call.throttled.or(held);
        }
        Ok(call)
    }

    /// Performs a call, once per idempotency key.
    fn run(&mut self, call: &Call, parts: &Parts, request_id: &str) -> Response<Bytes> {
        #[cfg(feature = "workflows")]
        if starts_runs(parts) {
            self.refresh();
        }
        let now = self.world.now;
        let query = parts.uri.query().unwrap_or_default();
        let response = match self.idempotency.check(call, query, &parts.headers, now) {
            Ok(Verdict::Run) => self.route(call),
            Ok(Verdict::Replay(response)) => response,
            Ok(Verdict::Remember(slot, fingerprint)) => {
                let response = self.route(call);
                self.idempotency.remember(slot, fingerprint, &response, request_id, now);
                response
            }
            Err(failure) => failure.response(),
        };
        #[cfg(feature = "workflows")]
        self.world.settle();
        response
    }

    fn route(&mut self, call: &Call) -> Response<Bytes> {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let outcome = match path.split_first() {
            Some((&"v1", path)) => api::route(&mut self.world, call, path),
            _ => None,
        };
        outcome.map_or_else(|| unknown(call).response(), |outcome| from_outcome(&outcome))
    }
}

/// Says how a call failed, without what was sent.
fn summary(response: &Response<Bytes>) -> String {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let code = body.get("code").and_then(Value::as_str).unwrap_or("without a code");
    format!("{} {code}", response.status().as_u16())
}

/// Whether a call may start runs, and should use the workflows that are on disk now.
#[cfg(feature = "workflows")]
fn starts_runs(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let is_trigger = path.ends_with("/trigger") || path == "/v1/notify" || path.starts_with("/v1/schedules");
    matches!(parts.method, Method::POST | Method::PUT) && is_trigger
}

/// Official clients would repeat a call that responds with 501.
fn unknown(call: &Call) -> Failure {
    let message = format!("The emulator does not implement {} /{}", call.method, call.path.join("/"));
    Failure::new(404, "not_implemented", &message, "api_error")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_emptied_or_written_is_not_forgotten() {
        let path = std::env::temp_dir().join(format!("knock-emulator-{}-unwritable", std::process::id()));
        std::fs::write(&path, "kept").expect("it can be written");
        let request = |method: &str| {
            let request = http::Request::builder().method(method).uri("/v1/users/u");
            request.body(Bytes::new()).expect("it is valid").into_parts()
        };
        for reset in [true, false] {
            let mut state = State::new(Arc::default());
            state.journal = Some(Journal::unwritable(&path));
            if reset {
                state.reset();
            }
            for _ in 0..2 {
                let (parts, body) = request("PUT");
                let response = state.perform_own(&parts, &body, "id");
                let text = String::from_utf8_lossy(response.body());
                assert_eq!(response.status(), 500, "{text}");
                assert!(text.contains("state_not_saved") && text.contains("started again"), "{text}");
            }
            let (parts, body) = request("GET");
            // Reads succeed, and a call that fails at once is not performed.
            let expected = if reset { 404 } else { 200 };
            assert_eq!(state.perform_own(&parts, &body, "id").status(), expected);
        }
        assert_eq!(std::fs::read_to_string(&path).expect("it can be read"), "kept");
        std::fs::remove_file(&path).expect("it exists");
    }
}
