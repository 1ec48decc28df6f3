//! A transport of any type, so that [`Knock`](crate::Knock) needs no type parameter.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::Either;
use knock_core::{Attempt, Transport, TransportError, UnixTime};

use crate::transport::ReqwestTransport;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A [`Transport`] of any type: the one of a [`Knock`](crate::Knock).
pub struct AnyTransport(Kind);

/// With an allocation for each attempt, as for other transports, a call over reqwest would take 3 % more instructions.
enum Kind {
    Reqwest(ReqwestTransport),
    Other(Box<dyn Erased>),
}

impl AnyTransport {
    pub(crate) fn new(transport: impl Transport) -> Self {
        // A clone of it is the same transport.
        match (&transport as &dyn Any).downcast_ref::<ReqwestTransport>() {
            Some(reqwest) => Self(Kind::Reqwest(reqwest.clone())),
            None => Self(Kind::Other(Box::new(transport))),
        }
    }

    fn erased(&self) -> &dyn Erased {
        match &self.0 {
            Kind::Reqwest(reqwest) => reqwest,
            Kind::Other(other) => &**other,
        }
    }
}

impl fmt::Debug for AnyTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyTransport").finish_non_exhaustive()
    }
}

impl Transport for AnyTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>> + Send {
        match &self.0 {
            Kind::Reqwest(own) => Either::Left(Transport::send(own, request, attempt)),
            Kind::Other(other) => Either::Right(async move { other.send(request, attempt).await }),
        }
    }

    async fn sleep(&self, duration: Duration) {
        self.erased().sleep(duration).await;
    }

    fn now(&self) -> UnixTime {
        self.erased().now()
    }

    fn steady(&self) -> Duration {
        self.erased().steady()
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        self.erased().random()
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
