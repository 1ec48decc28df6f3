//! The transport: reqwest sends the requests, and the platform provides timers, the time and randomness.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http::uri::{Authority, Scheme};
use knock_core::{Attempt, Error, MaybeSend, Transport, TransportError, UnixTime};
use reqwest::Url;

use crate::platform;

/// A transport that sends requests with a [`reqwest::Client`].
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    http: reqwest::Client,
    origin: Origin,
}

impl ReqwestTransport {
    /// Returns a transport with a new [`reqwest::Client`], which does not follow redirects, except on WebAssembly,
    /// where reqwest cannot turn them off.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) if TLS cannot be set up.
    pub fn new() -> Result<Self, Error> {
        platform::http_client()
            .map(Self::with_client)
            .map_err(|error| Error::setup("the HTTP client cannot be set up", error))
    }

    /// Returns a transport with a custom [`reqwest::Client`].
    pub fn with_client(http: reqwest::Client) -> Self {
        Self { http, origin: Origin::default() }
    }

    /// Sends one request and reads the whole response, within the timeout.
    ///
    /// This is not an async function, because its future would hold the request twice.
    fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>> + use<> {
        let pending = self.outgoing(request, timeout).map(|request| self.http.execute(request));
        platform::within(timeout, async move {
            let mut received = pending?.await.map_err(failed)?;
            let mut response = http::Response::new(Bytes::new());
            *response.status_mut() = received.status();
            *response.headers_mut() = std::mem::take(received.headers_mut());
            *response.body_mut() = platform::body(received).await.map_err(failed)?;
            Ok(response)
        })
    }

    fn outgoing(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<reqwest::Request, TransportError> {
        let (parts, body) = request.into_parts();
        let mut request = reqwest::Request::new(parts.method, self.origin.url(&parts.uri)?);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(body.into());
        platform::limit(&mut request, timeout);
        Ok(request)
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
        let exchange = self.exchange(request, attempt.timeout);
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

    fn random(&self) -> Result<[u8; 16], TransportError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| TransportError::not_sent(error.to_string()))?;
        Ok(bytes)
    }
}

/// Converts an error according to whether the server may have acted. Removes the URL, because ids in it may be
/// personal.
fn failed(error: reqwest::Error) -> TransportError {
    if platform::is_not_sent(&error) {
        TransportError::not_sent(error.without_url())
    } else if error.is_timeout() {
        TransportError::timed_out()
    } else {
        TransportError::interrupted(error.without_url())
    }
}

/// The origin of a client's requests. It is the same for all of them, so it is parsed only once.
#[derive(Debug, Clone, Default)]
struct Origin(Arc<OnceLock<(Scheme, Authority, Url)>>);

impl Origin {
    fn url(&self, uri: &Uri) -> Result<Url, TransportError> {
        match self.0.get() {
            // A comparison of the text suffices, because a client always writes its origin in the same way.
            Some((scheme, authority, url))
                if uri.scheme_str() == Some(scheme.as_str())
                    && uri.authority().map(Authority::as_str) == Some(authority.as_str()) =>
            {
                let mut url = url.clone();
                url.set_path(uri.path());
                if uri.query().is_some() {
                    url.set_query(uri.query());
                }
                Ok(url)
            }
            _ => self.parse(uri),
        }
    }

    fn parse(&self, uri: &Uri) -> Result<Url, TransportError> {
        let url = Url::parse(&uri.to_string())
            .map_err(|error| TransportError::not_sent(format!("the URL cannot be used: {error}")))?;
        if let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) {
            let mut origin = url.clone();
            origin.set_path("");
            origin.set_query(None);
            self.0.get_or_init(|| (scheme.clone(), authority.clone(), origin));
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_url_equals_the_one_that_is_parsed_as_a_whole(id in "[\\PC\\s]+", tenant in "\\PC*", port in 1_u16..) {
            use knock_core::{Config, Operation, users};
            let config = Config::builder("sk_test_12345").base_url(format!("http://LocalHost:{port}/proxy")).build();
            let get = users::get_preferences(id).tenant(tenant);
            let Ok(request) = get.to_request(&config.unwrap()) else { return Ok(()) };
            let origin = Origin::default();
            let first = origin.url(&"http://localhost:1/v1/users?a=b".parse().unwrap()).unwrap();
            prop_assert_eq!(first.as_str(), "http://localhost:1/v1/users?a=b");
            // As the first URL with this origin, and as a later one.
            for origin in [origin, primed(request.uri())] {
                let url = origin.url(request.uri()).unwrap();
                prop_assert_eq!(url, Url::parse(&request.uri().to_string()).unwrap());
            }
        }
    }

    fn primed(uri: &Uri) -> Origin {
        let origin = Origin::default();
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some("/elsewhere?and=more".parse().unwrap());
        origin.url(&Uri::from_parts(parts).unwrap()).unwrap();
        origin
    }
}
