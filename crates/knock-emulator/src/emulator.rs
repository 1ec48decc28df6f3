//! The emulator: its state behind a lock, and the functions on it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::control;
use crate::fault::Faults;
use crate::observe::{Request, Run};
use crate::settings::{Channel, RateLimits, Settings, Workflow};
use crate::state::State;
use crate::wire::reply::Reply;
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
}

impl Builder {
    /// Accepts another API key. A key that starts with `pk_` is a public key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.settings.keys.insert(key.into());
        self
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

    /// Limits the rate of requests and updates as Knock does. By default, there is no limit.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.settings.rate_limits = Some(limits);
        self
    }

    /// Sets the seed of all ids. The default is 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Creates the emulator.
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
    /// Creates an emulator that accepts [`DEFAULT_KEY`](crate::settings::DEFAULT_KEY) and every workflow key.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
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
        state.advance(now);
        let path = parts.uri.path();
        if path.starts_with(control::PREFIX) {
            return Reply::new(control::handle(&mut state, &parts.method, path, &body));
        }
        state.respond(&parts, &body, now)
    }

    /// Adds one or more faults: a [`Fault`](crate::fault::Fault), an array of them, or [`Faults`].
    pub fn fault(&self, faults: impl Into<Faults>) {
        self.lock().faults.add(faults.into());
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.lock().faults = Faults::default();
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

    /// Removes all data, faults and logged requests. The configuration is kept.
    pub fn reset(&self) {
        self.lock().reset();
    }

    /// Ignores poisoning: a thread that panics while it holds the lock must not disable the emulator.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").finish_non_exhaustive()
    }
}
