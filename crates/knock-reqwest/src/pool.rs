//! The HTTP client, whose connections are left if they are silent.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::platform::{self, HttpSettings};

/// An HTTP client with its pool of connections.
///
/// A middle box may drop a connection without a word: requests on it get no response, and the pool hands it out again.
/// Pings find such a connection, but take their time, and HTTP/1.1 has none. Therefore an attempt that timed out, while
/// nobody else got a response, replaces the client and with it all connections.
#[derive(Debug)]
pub(crate) struct Pool {
    current: Mutex<Current>,
    /// The number of responses so far.
    responses: AtomicUsize,
    /// Whether another client is being made.
    replacing: AtomicBool,
    /// How to make another client; `None` if the client is the user's.
    settings: Option<HttpSettings>,
    /// Whether `https` can be used at all.
    pub(crate) trusts_anyone: bool,
}

#[derive(Debug)]
struct Current {
    http: reqwest::Client,
    generation: u64,
}

/// The client for one attempt.
pub(crate) struct Lease {
    pub(crate) http: reqwest::Client,
    generation: u64,
    /// The number of responses when the attempt began.
    responses: usize,
}

impl Pool {
    pub(crate) fn new(settings: HttpSettings) -> reqwest::Result<Self> {
        let (http, trusts_anyone) = platform::http_client(&settings)?;
        Ok(Self { settings: Some(settings), trusts_anyone, ..Self::of_user(http) })
    }

    pub(crate) fn of_user(http: reqwest::Client) -> Self {
        Self {
            current: Mutex::new(Current { http, generation: 0 }),
            responses: AtomicUsize::new(0),
            replacing: AtomicBool::new(false),
            settings: None,
            trusts_anyone: true,
        }
    }

    pub(crate) fn is_of_user(&self) -> bool {
        self.settings.is_none()
    }

    /// Returns whether an attempt with this timeout lasts long enough for the client to tell that connecting timed out.
    pub(crate) fn tells_connecting(&self, timeout: Duration) -> bool {
        self.settings.as_ref().is_some_and(|settings| settings.connect_timeout.saturating_mul(2) <= timeout)
    }

    pub(crate) fn lease(&self) -> Lease {
        let current = self.current();
        Lease {
            http: current.http.clone(),
            generation: current.generation,
            responses: self.responses.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn responded(&self) {
        self.responses.fetch_add(1, Ordering::Relaxed);
    }

    /// Records that an attempt timed out.
    pub(crate) fn timed_out(&self, lease: &Lease) {
        let Some(settings) = &self.settings else { return };
        let is_silent = self.responses.load(Ordering::Relaxed) == lease.responses;
        // One is enough, and reading the CA certificates takes some milliseconds, in which nobody should wait.
        if !is_silent || self.replacing.swap(true, Ordering::Acquire) {
            return;
        }
        if self.current().generation == lease.generation
            && let Ok((http, _)) = platform::http_client(settings)
        {
            *self.current() = Current { http, generation: lease.generation + 1 };
        }
        self.replacing.store(false, Ordering::Release);
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
