//! What the platform gives natively: Tokio's timers, the system's clocks.

use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use knock_core::{TransportError, UnixTime};

use crate::transport;

/// Time since the start is measured by a clock that does not jump.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    started: (SystemTime, Instant),
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: (SystemTime::now(), Instant::now()) }
    }

    pub(crate) fn now(&self) -> UnixTime {
        let (time, instant) = self.started;
        UnixTime::from(time) + instant.elapsed()
    }
}

pub(crate) fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()
}

/// The timer is Tokio's: a request that has one of its own costs reqwest three allocations.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    request: reqwest::Request,
    timeout: Duration,
) -> Result<http::Response<Bytes>, TransportError> {
    let answered = tokio::time::timeout(timeout, transport::exchange(http, request)).await;
    answered.unwrap_or_else(|_| Err(TransportError::timed_out()))
}

pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

pub(crate) fn is_not_sent(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder()
}
