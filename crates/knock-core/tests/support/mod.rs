//! Shared by the tests: a fixed time, responses, and a transport that plays a script and records what it is sent.
#![allow(dead_code, reason = "each test file is a separate crate and uses only a part of this")]

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use knock_core::{Attempt, Config, Transport, TransportError, UnixTime};

/// 2026-09-21 14:13:20 UTC.
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);
pub(crate) const KEY: &str = "sk_test_12345";

pub(crate) fn config() -> Config {
    Config::new(KEY).expect("a valid key")
}

pub(crate) fn response(
    status: u16,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> http::Response<Bytes> {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).expect("a valid status and valid headers")
}

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Runs a future that never waits for an external event.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    match poll_once(pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits for an external event"),
    }
}

pub(crate) fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The result of one attempt.
#[derive(Debug)]
pub(crate) enum Reaction {
    Respond(http::Response<Bytes>),
    NotSent,
    Interrupted,
    TimedOut,
    /// The attempt never ends.
    Hang,
}

impl Reaction {
    pub(crate) fn ok(body: impl Into<Bytes>) -> Self {
        Self::Respond(response(200, &[], body))
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Respond(response(status, &[], ""))
    }
}

/// What the transport received about one attempt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    pub(crate) operation: String,
    pub(crate) route: String,
    pub(crate) number: u32,
    pub(crate) timeout: Duration,
}

/// A transport that plays a script. Its clock advances only by the requested waits.
#[derive(Debug, Default)]
pub(crate) struct Fake {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Reaction>,
    requests: Vec<http::Request<Bytes>>,
    attempts: Vec<Sent>,
    sleeps: Vec<Duration>,
    clock: Duration,
    random: u8,
    no_randomness: bool,
}

impl Fake {
    pub(crate) fn new(script: impl IntoIterator<Item = Reaction>) -> Self {
        let state = State { script: script.into_iter().collect(), ..State::default() };
        Self { state: Mutex::new(state) }
    }

    pub(crate) fn requests(&self) -> Vec<http::Request<Bytes>> {
        self.lock().requests.clone()
    }

    pub(crate) fn attempts(&self) -> Vec<Sent> {
        self.lock().attempts.clone()
    }

    /// Fails to provide random bytes from now on.
    pub(crate) fn without_randomness(self) -> Self {
        self.lock().no_randomness = true;
        self
    }

    pub(crate) fn sleeps(&self) -> Vec<Duration> {
        self.lock().sleeps.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds this lock")
    }
}

impl Transport for Fake {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let reaction = {
            let mut state = self.lock();
            state.requests.push(request);
            state.attempts.push(Sent {
                operation: attempt.operation.to_owned(),
                route: attempt.route.to_owned(),
                number: attempt.number,
                timeout: attempt.timeout,
            });
            state.script.pop_front().expect("more requests than the script has reactions")
        };
        match reaction {
            Reaction::Respond(response) => Ok(response),
            Reaction::NotSent => Err(TransportError::not_sent("connection refused")),
            Reaction::Interrupted => Err(TransportError::interrupted("connection reset")),
            Reaction::TimedOut => Err(TransportError::timed_out()),
            Reaction::Hang => std::future::pending().await,
        }
    }

    async fn sleep(&self, duration: Duration) {
        let mut state = self.lock();
        state.sleeps.push(duration);
        state.clock += duration;
    }

    fn now(&self) -> UnixTime {
        NOW + self.steady()
    }

    fn steady(&self) -> Duration {
        self.lock().clock
    }

    /// Returns different bytes at each call, and the same bytes in each run.
    fn random(&self) -> Result<[u8; 16], TransportError> {
        let mut state = self.lock();
        if state.no_randomness {
            return Err(TransportError::not_sent("no entropy"));
        }
        state.random += 1;
        Ok([state.random; 16])
    }
}
