//! The transport: reqwest for bytes, the platform for waits, time and chance.

use std::future::ready;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::Either;
use http::Uri;
use http::uri::{Authority, Scheme};
use knock_core::{Attempt, Error, MaybeSend, Transport, TransportError, UnixTime};
use reqwest::Url;

use crate::platform;

/// Moves requests with a [`reqwest::Client`].
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    http: reqwest::Client,
    origin: Origin,
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
        Self { http, origin: Origin::default() }
    }

    /// Not an async function, whose future would hold the request twice: all that is here is moved a few times.
    fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>> + use<> {
        match self.outgoing(request) {
            Ok(request) => Either::Left(platform::exchange(&self.http, request, timeout)),
            Err(error) => Either::Right(ready(Err(error))),
        }
    }

    fn outgoing(&self, request: http::Request<Bytes>) -> Result<reqwest::Request, TransportError> {
        let (parts, body) = request.into_parts();
        let mut request = reqwest::Request::new(parts.method, self.origin.url(&parts.uri)?);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(body.into());
        Ok(request)
    }
}

/// Waits for an answer and reads all of it.
pub(crate) async fn receive(
    response: impl Future<Output = reqwest::Result<reqwest::Response>>,
) -> Result<http::Response<Bytes>, TransportError> {
    let mut response = response.await.map_err(failed)?;
    let mut answer = http::Response::new(Bytes::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    *answer.body_mut() = platform::body(response).await.map_err(failed)?;
    Ok(answer)
}

/// A client's requests all go to one place: its part of the URL is parsed once, since it is most of the work.
#[derive(Debug, Clone, Default)]
struct Origin(Arc<OnceLock<(Scheme, Authority, Url)>>);

impl Origin {
    fn url(&self, uri: &Uri) -> Result<Url, TransportError> {
        match self.0.get() {
            // Compared as they are spelled: a client spells its origin one way.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_url_is_what_it_is_parsed_whole(id in "[\\PC\\s]+", tenant in "\\PC*", port in 1_u16..) {
            use knock_core::{Config, Operation, users};
            let config = Config::builder("sk_test_12345").base_url(format!("http://LocalHost:{port}/proxy")).build();
            let get = users::get_preferences(id, "default").tenant(tenant);
            let Ok(request) = get.to_request(&config.unwrap()) else { return Ok(()) };
            let origin = Origin::default();
            let first = origin.url(&"http://localhost:1/v1/users?a=b".parse().unwrap()).unwrap();
            prop_assert_eq!(first.as_str(), "http://localhost:1/v1/users?a=b");
            // The first of another origin, and the second of its own.
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
