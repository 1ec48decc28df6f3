//! A transport of any type, so that [`Knock`](crate::Knock) needs no type parameter.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use knock_core::{Attempt, Transport, TransportError, UnixTime};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A [`Transport`] of any type: the one of a [`Knock`](crate::Knock).
///
/// It costs one allocation for each attempt.
pub struct AnyTransport(Box<dyn Erased>);

impl AnyTransport {
    pub(crate) fn new(transport: impl Transport) -> Self {
        Self(Box::new(transport))
    }
}

impl fmt::Debug for AnyTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyTransport").finish_non_exhaustive()
    }
}

impl Transport for AnyTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        self.0.send(request, attempt).await
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
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

/// [`Transport`] with futures on the heap, so that it can be a trait object.
trait Erased: Send + Sync {
    fn send<'a>(
        &'a self,
        request: http::Request<Bytes>,
        attempt: Attempt<'a>,
    ) -> Boxed<'a, Result<http::Response<Bytes>, TransportError>>;

    fn sleep(&self, duration: Duration) -> Boxed<'_, ()>;

    fn now(&self) -> UnixTime;

    fn steady(&self) -> Duration;

    fn random(&self) -> Result<[u8; 16], TransportError>;
}

impl<T: Transport> Erased for T {
    fn send<'a>(
        &'a self,
        request: http::Request<Bytes>,
        attempt: Attempt<'a>,
    ) -> Boxed<'a, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(Transport::send(self, request, attempt))
    }

    fn sleep(&self, duration: Duration) -> Boxed<'_, ()> {
        Box::pin(Transport::sleep(self, duration))
    }

    fn now(&self) -> UnixTime {
        Transport::now(self)
    }

    fn steady(&self) -> Duration {
        Transport::steady(self)
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        Transport::random(self)
    }
}
