//! The emulator: its state behind a lock, and the functions on it.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;

use crate::clock::timestamp;
use crate::control;
use crate::cors;
use crate::endpoint::WebhookEndpoint;
use crate::fault::Faults;
#[cfg(feature = "workflows")]
use crate::fetch_error::FetchError;
use crate::journal::{Journal, StateError};
use crate::observe::{Request, Run};
#[cfg(feature = "smtp")]
use crate::outbox::{DueMail, Told};
use crate::seed;
#[cfg(feature = "smtp")]
use crate::settings::SmtpServer;
use crate::settings::{Channel, RateLimits, Settings, Workflow};
use crate::state::State;
use crate::user_token::{InvalidSigningKey, TokenKey};
use crate::webhooks::{DueWebhook, WebhookDelivery};
use crate::wire::reply::Reply;
#[cfg(feature = "server")]
use crate::wire::response::Failure;
use crate::world::delivery::Delivery;

/// An emulated Knock environment, kept in memory. Clones share the same environment.
///
/// The emulator does no IO and reads no clock. The caller passes the time with every request, and ids are derived from
/// a seed, so the same requests always get the same responses.
#[derive(Clone)]
pub struct Emulator {
    state: Arc<Mutex<State>>,
}

/// Configures an [`Emulator`]. Created by [`Emulator::builder`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Builder {
    settings: Settings,
    #[cfg(feature = "workflows")]
    knock_dir: Option<knock_directory::Location>,
}

impl Builder {
    /// Accepts another API key. A key that starts with `pk_` is a public key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.settings.keys.insert(key.into());
        self
    }

    /// Lets web pages of an origin, for example `https://app.example`, call and control the emulator. `*` lets pages of
    /// every origin call it, but not control it. Pages on this machine, such as those of `http://localhost:3000`, always
    /// can.
    ///
    /// Requests whose `Host` is a name are refused unless it is that of an allowed origin, or a name that a web page cannot
    /// have: `localhost`, one without a dot (as of a service in Docker Compose) or one in `.internal` or `.local`. Of these,
    /// only `localhost` can control the emulator. Addresses always can. Otherwise a page could point its own name to this
    /// machine and be taken for one of the emulator.
    pub fn allow_origin(mut self, origin: impl AsRef<str>) -> Self {
        self.settings.origins.allow(origin.as_ref());
        self
    }

    /// Turns on enhanced security mode: a call with a public key needs a user token that is signed by this key. The key is
    /// a public key or a key pair in PEM, or the Base64 of that.
    ///
    /// # Errors
    /// Fails if the text is not such a key.
    pub fn signing_key(mut self, key: &str) -> Result<Self, InvalidSigningKey> {
        self.settings.token_key = Some(TokenKey::parse(key)?);
        Ok(self)
    }

    /// Declares a workflow. Once a workflow is declared, undeclared workflows do not exist.
    pub fn workflow(mut self, workflow: Workflow) -> Self {
        self.settings.add_workflow(workflow);
        self
    }

    /// Declares a channel for channel data. Once a channel is declared, only declared channels and those of declared
    /// workflows exist.
    pub fn channel(mut self, channel: Channel) -> Self {
        self.settings.channels.insert(channel.id.clone(), Arc::new(channel));
        self
    }

    /// Sets the default preferences of the environment, in the form of a preference set.
    pub fn default_preferences(mut self, preferences: Value) -> Self {
        self.settings.set_default_preferences(preferences);
        self
    }

    /// Sets the channels of the Slack workspace that is listed for every Slack token.
    pub fn slack_channels<I: Into<String>>(mut self, names: impl IntoIterator<Item = I>) -> Self {
        self.settings.slack_channels = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how long it takes until what was accepted takes effect, as at Knock, which responds first: runs start this time
    /// after their trigger, messages other than those in feeds are queued this long before they are sent, and a
    /// cancellation also cancels what was triggered in the meantime. The default is zero: everything happens at once.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.settings.latency = SignedDuration::try_from(latency).unwrap_or(SignedDuration::MAX);
        self
    }

    /// Limits the rate of requests and updates as Knock does. By default, there is no limit.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.settings.rate_limits = Some(limits);
        self
    }

    /// Adds an endpoint of outbound webhooks. [`Emulator::due_webhooks`] describes how they are sent.
    pub fn webhook(mut self, endpoint: WebhookEndpoint) -> Self {
        self.settings.webhooks.push(endpoint);
        self
    }

    /// Also sends emails to an SMTP server, for example Mailpit at `127.0.0.1` and port 1025, without encryption. Those
    /// of the sandbox are left out. Only a `Server` sends them, and nothing waits for it.
    ///
    /// A message is `sent` as without such a server. It becomes `bounced` if the server refuses it for good, and `undelivered` if
    /// an address is invalid, or if 8 attempts, 10, 20, … 640 seconds apart, failed. This is our own
    /// choice. The emails that wait when the emulator is stopped are not sent later.
    ///
    /// ```
    /// use knock_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().smtp("127.0.0.1", 1025).build();
    /// # let _ = emulator;
    /// ```
    #[cfg(feature = "smtp")]
    pub fn smtp(mut self, host: impl Into<String>, port: u16) -> Self {
        self.settings.smtp = Some(SmtpServer { host: host.into(), port });
        self
    }

    /// Runs the workflows of the directory that `knock pull` makes, which is found by `knock.json` in this directory or in one
    /// above it, as Knock's CLI does. A directory that contains `workflows` is also fine. Undeclared workflows do not exist
    /// then. What the directory lacks, such as channels and variables, can be in `emulator.json` beside `knock.json`, which
    /// [`knock_directory`] describes.
    ///
    /// A trigger runs what is on disk at that time. What is wrong there is in [`Emulator::problems`].
    ///
    /// ```no_run
    /// use knock_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().knock_dir("knock")?.build();
    /// assert_eq!(emulator.problems(), []);
    /// # Ok::<(), knock_emulator::FindError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`FindError`](knock_directory::FindError) if there is no such directory.
    #[cfg(feature = "workflows")]
    pub fn knock_dir(mut self, path: impl AsRef<Path>) -> Result<Self, knock_directory::FindError> {
        self.knock_dir = Some(knock_directory::find(path)?);
        Ok(self)
    }

    /// Sets the seed of all ids. The default is 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Creates the emulator.
    #[must_use]
    pub fn build(self) -> Emulator {
        let mut state = self.state();
        state.connect();
        Emulator::of(state)
    }

    fn state(self) -> State {
        #[allow(unused_mut)] // without the feature
        let mut state = State::new(Arc::new(self.settings));
        #[cfg(feature = "workflows")]
        if let Some(location) = self.knock_dir {
            state.use_directory(location);
        }
        state
    }

    /// Creates the emulator with the state of a file, and keeps the state in this file from then on. A file that does not
    /// exist is created.
    ///
    /// The file is a journal of the calls that changed something, which are performed again here. A call is written to it
    /// before its response is sent, so a process that is killed loses nothing that was acknowledged; the system may lose
    /// the last seconds if the power fails. If it cannot be written, because the disk is full for example, this call and
    /// each later one that changes something fails with a 500 and the code `state_not_saved`, until the emulator is started
    /// again or reset. It contains your test data, but no keys and no user tokens.
    ///
    /// The file grows with each such call, by some 200 bytes and what was sent, and [`Emulator::reset`] empties it.
    /// Opening it takes about half as long as the calls took: some 20 s for 100,000 users and triggers for 1,000,000
    /// recipients. Of the messages, the latest 50,000 are kept. Faults and webhooks are not restored. Calls are
    /// performed with the workflows, channels and latency of this builder, and regardless of its rate limits and
    /// signing key, since they were admitted when they were made. The workflows of a Knock directory are those on disk
    /// now: runs that wait at a step that is gone have ended then.
    ///
    /// ```no_run
    /// use knock_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().open("knock.state")?;
    /// # let _ = emulator;
    /// # Ok::<(), knock_emulator::StateError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`StateError`] if the file cannot be used, is in use by another process, is damaged, or has a call that does not
    /// succeed with the settings of this builder. The file is then left as it is. A last line that is cut off is not
    /// damage: the process was killed while writing it.
    pub fn open(self, path: impl AsRef<Path>) -> Result<Emulator, StateError> {
        let mut state = self.state();
        let journal = Journal::open(path.as_ref(), |record| state.restore(record))?;
        state.journal = Some(journal);
        state.connect();
        // The time was moved in the former process, and must not go back.
        let ahead = state.now().duration_since(SystemTime::now()).unwrap_or_default();
        state.clock.advance(ahead);
        Ok(Emulator::of(state))
    }
}

/// A request of a fetch step or a webhook channel that is due, returned by [`Emulator::due_fetches`].
#[cfg(feature = "workflows")]
#[derive(Debug)]
#[non_exhaustive]
pub struct DueFetch {
    /// The id of the request, for [`Emulator::fetched`].
    pub id: u64,
    /// The request.
    pub request: http::Request<Bytes>,
    /// The longest wait for the response. After it, there is a [`FetchError::TimedOut`].
    pub timeout: Duration,
}

impl Default for Emulator {
    fn default() -> Self {
        Self::new()
    }
}

impl Emulator {
    /// Creates an emulator that accepts [`DEFAULT_KEY`](crate::settings::DEFAULT_KEY) and every workflow key.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    fn of(state: State) -> Self {
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Returns a builder to configure keys, workflows and channels.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Responds to a request, ignoring delays and dropped connections caused by faults.
    #[must_use]
    pub fn handle(&self, request: http::Request<Bytes>, now: SystemTime) -> Response<Bytes> {
        self.respond(request, now).response
    }

    /// Responds to a request. The reply also specifies a delay and whether to drop the connection.
    #[must_use]
    pub fn respond(&self, request: http::Request<Bytes>, now: SystemTime) -> Reply {
        let (parts, body) = request.into_parts();
        let mut state = self.lock();
        let settings = Arc::clone(&state.settings);
        if let Err(failure) = cors::admit_host(&settings.origins, &parts.headers) {
            return Reply::new(failure.response());
        }
        if let Some(response) = cors::preflight(&settings.origins, &parts) {
            return Reply::new(response);
        }
        state.advance(now);
        let mut reply = if control::is_control(&parts) {
            match control::guard(&settings.origins, &parts) {
                Ok(()) => control::respond(&mut state, &parts, &body, now),
                Err(failure) => Reply::new(failure.response()),
            }
        } else {
            state.respond(&parts, &body, now)
        };
        cors::share(&settings.origins, &parts.headers, &mut reply.response);
        reply
    }

    /// Runs what is due if somebody waits for it: a directory's workflows, feeds, or those who watch. Returns the revision.
    #[cfg(feature = "server")]
    pub(crate) fn tick(&self, is_watched: bool) -> u64 {
        let mut state = self.lock();
        if is_watched || !state.hub.is_empty() || state.settings.has_directory() {
            let now = state.now();
            state.advance(now);
        }
        state.world.revision
    }

    /// Refuses to open the socket of the page to a page of another origin.
    #[cfg(feature = "server")]
    pub(crate) fn admit_page(&self, request: &http::request::Parts) -> Result<(), Failure> {
        let settings = Arc::clone(&self.lock().settings);
        cors::guard(&settings.origins, &request.headers)
    }

    /// Lets pages of an allowed origin read a response that the server makes itself.
    #[cfg(feature = "server")]
    pub(crate) fn share(&self, request: &http::HeaderMap, mut response: Response<Bytes>) -> Response<Bytes> {
        let settings = Arc::clone(&self.lock().settings);
        cors::share(&settings.origins, request, &mut response);
        response
    }

    /// Creates users, objects, tenants and subscriptions. Recipients that exist already are left as they are.
    ///
    /// An entry has the members of a request to Knock's API: a user may have `preferences` and `channel_data`, too.
    ///
    /// ```
    /// use knock_emulator::Emulator;
    /// use serde_json::json;
    ///
    /// let emulator = Emulator::new();
    /// emulator.load(&json!({
    ///     "tenants": [{ "id": "jurassic-park", "name": "Jurassic Park" }],
    ///     "users": [{ "id": "jhammond", "name": "John Hammond", "email": "john@ingen.example" }],
    ///     "objects": [{ "collection": "projects", "id": "paddock-9", "fence": "electric" }],
    ///     "subscriptions": [
    ///         { "object": { "collection": "projects", "id": "paddock-9" }, "recipients": ["jhammond"] }
    ///     ],
    /// }))?;
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A sentence with the place of the first invalid entry, for example `users[3]`. The entries before it are loaded.
    pub fn load(&self, seed: &Value) -> Result<(), String> {
        seed::load(&mut self.lock(), seed)
    }

    /// Adds one or more faults: a [`Fault`](crate::fault::Fault), an array of them, or [`Faults`].
    pub fn fault(&self, faults: impl Into<Faults>) {
        let mut state = self.lock();
        state.faults.add(faults.into());
        state.changed();
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        let mut state = self.lock();
        state.faults = Faults::default();
        state.changed();
    }

    /// Returns the time by the emulator's own clock.
    ///
    /// The clock stands at the time of the latest request and is moved by [`advance`](Self::advance), unless the emulator
    /// is served on a socket: then it runs with the system's clock, ahead of it by as much as it was moved.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.lock().now()
    }

    /// Moves the emulator's own clock, and does what is due until then: delayed messages are sent and schedules occur.
    ///
    /// ```
    /// # use knock_core::{Client, Operation, workflows};
    /// # fn main() -> Result<(), knock_core::Error> {
    /// use std::time::Duration;
    /// use knock_emulator::{Emulator, Workflow};
    ///
    /// let reminder = Workflow::new("reminder").delay(Duration::from_secs(24 * 3600));
    /// let emulator = Emulator::builder().workflow(reminder).build();
    /// # let knock = Client::with_transport(emulator.config(), emulator.transport());
    /// # pollster::block_on(workflows::trigger("reminder").recipients(["jhammond"]).send(&knock))?;
    /// // … trigger it for jhammond …
    /// emulator.sent_to("jhammond").assert_none();
    /// emulator.advance(Duration::from_secs(24 * 3600));
    /// emulator.sent_to("jhammond").assert_one();
    /// # Ok(()) }
    /// ```
    pub fn advance(&self, duration: Duration) {
        self.lock().move_clock(duration);
    }

    /// Moves the emulator's own clock to a time, like [`advance`](Self::advance). A time in the past changes nothing.
    pub fn advance_to(&self, time: SystemTime) {
        self.lock().move_clock_to(time);
    }

    /// Returns the messages delivered until `now`, oldest first.
    #[must_use]
    pub fn deliveries(&self, now: SystemTime) -> Vec<Delivery> {
        let mut state = self.lock();
        state.advance(now);
        state.world.deliveries.iter().cloned().collect()
    }

    /// Returns the accepted triggers and the occurrences of schedules, oldest first.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        self.lock().world.triggers.iter().map(|trigger| Run::of(trigger)).collect()
    }

    /// Returns the total number of accepted triggers. Occurrences of schedules count; replays of idempotent triggers
    /// do not.
    #[must_use]
    pub fn triggers(&self) -> u64 {
        self.lock().world.accepted
    }

    /// Returns the latest requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.lock().requests.iter().cloned().collect()
    }

    /// Removes all data, faults and logged requests, and empties the state file. The configuration and the time are kept.
    ///
    /// If the file cannot be emptied, later calls that change something fail, as [`Builder::open`] describes.
    pub fn reset(&self) {
        self.lock().reset();
    }

    /// Returns the requests of outbound webhooks that are due now, for a test that delivers them itself. If there is a
    /// `Server`, it sends them, and this returns none.
    ///
    /// Report what became of each by [`webhook_sent`](Self::webhook_sent).
    ///
    /// ```
    /// # use knock_core::{Client, Operation, workflows};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use knock_emulator::{Emulator, WebhookEndpoint};
    ///
    /// let endpoint = WebhookEndpoint::new("http://service.test/webhooks", "whsec_test")?
    ///     .events(["message.delivered"]);
    /// let emulator = Emulator::builder().webhook(endpoint).build();
    /// # let knock = Client::with_transport(emulator.config(), emulator.transport());
    /// # pollster::block_on(workflows::trigger("welcome").recipients(["jhammond"]).send(&knock))?;
    /// // … trigger a workflow …
    /// for due in emulator.due_webhooks() {
    ///     // … pass `due.request` to the endpoint of your service, which fails at first …
    ///     emulator.webhook_sent(due.id, due.attempt, Ok(http::StatusCode::SERVICE_UNAVAILABLE));
    /// }
    /// assert!(emulator.due_webhooks().is_empty());
    /// emulator.advance(Duration::from_secs(1));
    /// assert_eq!(emulator.due_webhooks().len(), 1); // the second of up to 8 attempts
    /// # Ok(()) }
    /// ```
    ///
    /// Attempts are 1, 2, 4, … 64 seconds apart. Knock makes 8 attempts as well, but does not document the time between
    /// them. It reports the types `message.…`, and `workflow_recipient_run.started` and `workflow_recipient_run.completed`.
    pub fn due_webhooks(&self) -> Vec<DueWebhook> {
        self.take_webhooks(usize::MAX)
    }

    pub(crate) fn take_webhooks(&self, limit: usize) -> Vec<DueWebhook> {
        let mut state = self.lock();
        if state.webhooks.is_idle() {
            return Vec::new();
        }
        let now = state.now();
        state.advance(now);
        let due = state.webhooks.take(timestamp(now), limit);
        if !due.is_empty() {
            state.changed();
        }
        due
    }

    /// Reports what became of a request of [`due_webhooks`](Self::due_webhooks): the status of the response, or why there
    /// was none. A status that is not 2xx is followed by another attempt.
    ///
    /// `id` and `attempt` are those of the [`DueWebhook`]. The result of an attempt that is no longer waited for is ignored:
    /// a minute passed, the event was [redelivered](Self::redeliver), or the emulator was reset.
    pub fn webhook_sent(&self, id: u64, attempt: usize, result: Result<StatusCode, String>) {
        let mut state = self.lock();
        let now = timestamp(state.now());
        state.webhooks.sent(id, attempt, result, now);
        state.changed();
    }

    /// Reads the Knock directory again if a file has changed. Returns whether one has. A trigger does the same.
    #[cfg(feature = "workflows")]
    #[must_use = "it tells whether there can be other problems"]
    pub fn reload(&self) -> bool {
        self.lock().refresh()
    }

    /// Returns what is wrong in the Knock directory, as it was last read. The emulator ignores it, and uses everything
    /// else.
    #[cfg(feature = "workflows")]
    #[must_use]
    pub fn problems(&self) -> Vec<knock_directory::Problem> {
        let state = self.lock();
        state.settings.directory.as_ref().map(|directory| directory.problems.clone()).unwrap_or_default()
    }

    /// Returns the requests of fetch steps and webhook channels that are due now, for a test that responds itself. If
    /// there is a `Server`, it sends them, and this returns none. Report the response by [`fetched`](Self::fetched).
    #[cfg(feature = "workflows")]
    pub fn due_fetches(&self) -> Vec<DueFetch> {
        self.take_fetches(usize::MAX)
    }

    #[cfg(feature = "workflows")]
    pub(crate) fn take_fetches(&self, limit: usize) -> Vec<DueFetch> {
        let mut state = self.lock();
        if !state.settings.has_directory() {
            return Vec::new();
        }
        let now = state.now();
        state.advance(now);
        let before = state.fetches_before;
        let due = state.world.steps.requests.take(timestamp(now), limit).into_iter();
        due.map(|due| DueFetch { id: before + due.id, request: due.request, timeout: due.timeout }).collect()
    }

    /// Reports the response to a request of [`due_fetches`](Self::due_fetches), or why there was none. The run goes on.
    #[cfg(feature = "workflows")]
    pub fn fetched(&self, id: u64, result: Result<Response<Bytes>, FetchError>) {
        let mut state = self.lock();
        let now = state.now();
        state.advance(now);
        let body = match result {
            Ok(response) => serde_json::json!({
                "status": response.status().as_u16(),
                "body": String::from_utf8_lossy(response.body()),
            }),
            Err(error) => error.to_json(),
        };
        // It can have been given up meanwhile, and one from before a reset is about nothing.
        if let Some(id) = id.checked_sub(state.fetches_before) {
            let _ = state.intervene("POST", &format!("fetches/{id}"), &body);
        }
    }

    #[cfg(feature = "smtp")]
    pub(crate) fn smtp_server(&self) -> Option<SmtpServer> {
        self.lock().settings.smtp.clone()
    }

    #[cfg(feature = "smtp")]
    pub(crate) fn take_mails(&self, limit: usize) -> Vec<DueMail> {
        self.lock().take_mails(limit)
    }

    #[cfg(feature = "smtp")]
    pub(crate) fn mailed(&self, mail: &DueMail, told: &Told) {
        self.lock().mailed(mail, told);
    }

    /// Returns the latest deliveries of outbound webhooks, oldest first.
    #[must_use]
    pub fn webhooks(&self) -> Vec<WebhookDelivery> {
        self.lock().webhooks.deliveries().cloned().collect()
    }

    /// Delivers an event once more, whatever became of it, with up to 8 attempts of its own. An attempt that is in flight
    /// does not count any more. Returns whether there is such a delivery.
    pub fn redeliver(&self, id: u64) -> bool {
        let mut state = self.lock();
        let now = timestamp(state.now());
        state.changed();
        state.webhooks.redeliver(id, now)
    }

    /// Lets the emulator's clock run with the system's.
    #[cfg(feature = "server")]
    pub(crate) fn run_clock(&self) {
        let mut state = self.lock();
        let latest = state.world.now;
        state.clock.run(latest);
    }

    /// Returns bytes for an idempotency key, the same ones in every run.
    pub(crate) fn draw(&self) -> [u8; 16] {
        self.lock().draw()
    }

    /// Ignores poisoning: a thread that panics while it holds the lock must not disable the emulator.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").finish_non_exhaustive()
    }
}
