//! The transport: reqwest for bytes, the platform for waits, time and chance.

use std::time::Duration;

use bytes::Bytes;
use knock_core::{Attempt, Error, Transport, TransportError, UnixTime};

use crate::platform::{self, Clock};

/// Moves requests with a [`reqwest::Client`].
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    http: reqwest::Client,
    clock: Clock,
}

impl ReqwestTransport {
    /// A transport with a client of its own, which does not follow redirects.
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](knock_core::ErrorKind::Configuration) where TLS cannot be set up.
    pub fn new() -> Result<Self, Error> {
        platform::http_client()
            .map(Self::with_client)
            .map_err(|error| Error::setup("the HTTP client cannot be set up", error))
    }

    /// A transport with a client of the caller's.
    pub fn with_client(http: reqwest::Client) -> Self {
        Self { http, clock: Clock::start() }
    }

    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let mut request = reqwest::Request::try_from(request).map_err(not_sent)?;
        *request.timeout_mut() = Some(timeout.min(platform::LONGEST_TIMEOUT));
        let mut response = self.http.execute(request).await.map_err(failed)?;
        let mut answer = http::Response::new(Bytes::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        *answer.body_mut() = response.bytes().await.map_err(failed)?;
        Ok(answer)
    }
}

impl Transport for ReqwestTransport {
    #[cfg(not(feature = "tracing"))]
    async fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        self.exchange(request, attempt.timeout).await
    }

    #[cfg(feature = "tracing")]
    async fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let span = crate::spans::attempt(&request, attempt);
        crate::spans::record(span, self.exchange(request, attempt.timeout)).await
    }

    async fn sleep(&self, duration: Duration) {
        #[cfg(feature = "tracing")]
        crate::spans::waiting(duration);
        platform::sleep(duration).await;
    }

    fn now(&self) -> UnixTime {
        self.clock.now()
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| TransportError::not_sent(error.to_string()))?;
        Ok(bytes)
    }
}

// URLs hold ids, which may be personal: they are cut off from what is kept.

fn not_sent(error: reqwest::Error) -> TransportError {
    TransportError::not_sent(error.without_url())
}

fn failed(error: reqwest::Error) -> TransportError {
    if platform::is_not_sent(&error) {
        not_sent(error)
    } else if error.is_timeout() {
        TransportError::timed_out()
    } else {
        TransportError::interrupted(error.without_url())
    }
}
