//! The transport: reqwest sends the requests, and Tokio and the system provide timers, the time and randomness.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use knock_core::{
    Attempt, Config, Error, MaybeSend, Transport, TransportError, TransportErrorKind, UnixTime,
};
use reqwest::Url;

use crate::builder::ReqwestTransportBuilder;
use crate::departure::{Departure, Watched};
use crate::failure;
use crate::origin::Origin;
use crate::platform::{self, Places};
use crate::pool::{Lease, Pool};

/// A transport that sends requests with a [`reqwest::Client`]. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    pub(crate) pool: Arc<Pool>,
    pub(crate) places: Arc<Places>,
    pub(crate) origin: Origin,
}

impl ReqwestTransport {
    /// Returns a transport with a new [`reqwest::Client`], which has the time limits of the configuration, does not
    /// follow redirects and does not retry.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) if TLS cannot be set up.
    pub fn new(config: &Config) -> Result<Self, Error> {
        Self::builder().build(config)
    }

    /// Returns a builder for a transport with custom settings.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::default()
    }

    /// Returns a transport with a custom [`reqwest::Client`]. See
    /// [`Knock::with_http_client`](crate::Knock::with_http_client) for the settings that it needs.
    pub fn with_client(http: reqwest::Client) -> Self {
        Self { pool: Arc::new(Pool::of_user(http)), places: Arc::default(), origin: Origin::default() }
    }

    /// Sends one request and reads the whole response, within the timeout.
    ///
    /// This is not an async function, because its future would hold the request twice.
    fn exchange(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>> + use<> {
        let (timeout, limit) = (attempt.timeout, attempt.max_response_bytes);
        let pool = Arc::clone(&self.pool);
        let lease = pool.lease();
        let place = self.places.place();
        let departure = (self.places.are_limited() || !self.pool.tells_connecting(timeout))
            .then(Arc::<Departure>::default);
        // Only a custom client can follow redirects.
        let pending = self.outgoing(request, departure.as_ref()).map(|request| {
            let url = pool.is_of_user().then(|| Box::new(request.url().clone()));
            (lease.http.execute(request), url)
        });
        async move {
            let exchange = pin!(async {
                let (pending, url) = pending?;
                let _place = place.take().await;
                let received = pending.await.map_err(failure::sending)?;
                refuse_redirected(&received, url.as_deref())?;
                read(received, limit).await
            });
            // A timeout on reqwest's request would cost three allocations more. It includes the wait for a place.
            let result = tokio::time::timeout(timeout, exchange).await;
            let result = result.unwrap_or_else(|_| Err(place.timed_out(departure.as_deref())));
            record(&pool, &lease, &result);
            result
        }
    }

    fn outgoing(
        &self,
        request: http::Request<Bytes>,
        departure: Option<&Arc<Departure>>,
    ) -> Result<reqwest::Request, TransportError> {
        let (parts, body) = request.into_parts();
        let url = self.origin.url(&parts.uri)?;
        if !self.pool.trusts_anyone && url.scheme() == "https" {
            return Err(TransportError::new(
                TransportErrorKind::NoCertificates,
                "no CA certificates were found when the client was built",
            ));
        }
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(match departure {
            Some(departure) => reqwest::Body::wrap(Watched::new(body, Arc::clone(departure))),
            None => body.into(),
        });
        Ok(request)
    }
}

/// Refuses the response of another URL than the requested one.
fn refuse_redirected(response: &reqwest::Response, requested: Option<&Url>) -> Result<(), TransportError> {
    match requested {
        Some(requested) if requested != response.url() => Err(TransportError::new(
            TransportErrorKind::Redirected,
            format!("the response came from {}", response.url().origin().ascii_serialization()),
        )),
        _ => Ok(()),
    }
}

async fn read(
    mut received: reqwest::Response,
    limit: usize,
) -> Result<http::Response<Bytes>, TransportError> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = received.status();
    *response.headers_mut() = std::mem::take(received.headers_mut());
    *response.body_mut() = platform::body(received, limit).await?;
    Ok(response)
}

fn record(pool: &Pool, lease: &Lease, result: &Result<http::Response<Bytes>, TransportError>) {
    match result {
        Ok(_) => pool.responded(),
        Err(error) if error.kind() == TransportErrorKind::Timeout => pool.timed_out(lease),
        Err(_) => {}
    }
}

impl Transport for ReqwestTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>> + MaybeSend {
        #[cfg(feature = "tracing")]
        let span = crate::spans::attempt(&request, attempt);
        let exchange = self.exchange(request, attempt);
        #[cfg(feature = "tracing")]
        let exchange = crate::spans::record(span, exchange);
        exchange
    }

    async fn sleep(&self, duration: Duration) {
        #[cfg(feature = "tracing")]
        crate::spans::waiting(duration);
        platform::sleep(duration).await;
    }

    fn now(&self) -> UnixTime {
        platform::now()
    }

    fn steady(&self) -> Duration {
        platform::steady()
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        platform::random()
    }
}
