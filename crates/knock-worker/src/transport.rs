//! The transport of `knock-fetch`, with futures that are `Send`.

use std::time::Duration;

use knock_core::{Attempt, Transport, TransportError, UnixTime};
use worker::send::SendFuture;

use bytes::Bytes;

/// A transport that sends requests with the Worker's `fetch`.
///
/// It is that of `knock-fetch`, but its futures are `Send`. Both clocks are the system's, which advances only with IO: a
/// wait, or a request.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct FetchTransport(knock_fetch::FetchTransport);

impl FetchTransport {
    /// Returns a transport.
    pub const fn new() -> Self {
        Self(knock_fetch::FetchTransport::new())
    }
}

impl Transport for FetchTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        SendFuture::new(self.0.send(request, attempt)).await
    }

    async fn sleep(&self, duration: Duration) {
        SendFuture::new(self.0.sleep(duration)).await;
    }

    fn now(&self) -> UnixTime {
        self.0.now()
    }

    fn steady(&self) -> Duration {
        self.0.steady()
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        self.0.random()
    }
}
