//! The transport: WASI's outbound HTTP, timers, time and randomness.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::Method;
use http::header::{CONTENT_LENGTH, HeaderValue};
use knock_core::{Attempt, Transport, TransportError, UnixTime};
use spin_sdk::http::body::IncomingBodyExt;
use spin_sdk::http::{FullBody, send};
use spin_sdk::time::sleep;
use spin_sdk::wasip3::http::types::ErrorCode;

/// A transport that sends requests with WASI's outbound HTTP.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct SpinTransport;

impl SpinTransport {
    /// Returns a transport.
    pub const fn new() -> Self {
        Self
    }
}

impl Transport for SpinTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let exchange = std::pin::pin!(exchange(request));
        let timeout = std::pin::pin!(sleep(attempt.timeout));
        match select(exchange, timeout).await {
            Either::Left((result, _)) => result.map_err(failed),
            Either::Right(((), _)) => Err(TransportError::timed_out()),
        }
    }

    async fn sleep(&self, duration: Duration) {
        sleep(duration).await;
    }

    fn now(&self) -> UnixTime {
        SystemTime::now().into()
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| TransportError::not_sent(error.to_string()))?;
        Ok(bytes)
    }
}

async fn exchange(mut request: http::Request<Bytes>) -> Result<http::Response<Bytes>, ErrorCode> {
    // Without a Content-Length the host would send every request except GET chunked, even with an empty body.
    if request.method() != Method::GET {
        let length = HeaderValue::from(request.body().len());
        request.headers_mut().entry(CONTENT_LENGTH).or_insert(length);
    }
    let (parts, body) = send(request.map(FullBody::new)).await?.into_parts();
    Ok(http::Response::from_parts(parts, body.bytes().await?))
}

fn failed(error: ErrorCode) -> TransportError {
    match error {
        ErrorCode::DnsTimeout
        | ErrorCode::DnsError(_)
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpProhibited
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionTimeout
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsCertificateError
        | ErrorCode::TlsAlertReceived(_)
        | ErrorCode::HttpRequestDenied => TransportError::not_sent(error),
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => TransportError::timed_out(),
        error => TransportError::interrupted(error),
    }
}
