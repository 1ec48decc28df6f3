//! The transport: WASI's outbound HTTP, timers, clocks and randomness.

use std::pin::{Pin, pin};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};
use http::{Method, Request};
use knock_core::{Attempt, Transport, TransportError, TransportErrorKind, UnixTime};
use spin_sdk::http::body::IncomingBodyExt;
use spin_sdk::http::{FullBody, Response};
use spin_sdk::time::sleep;
use spin_sdk::wasip3::clocks::monotonic_clock;
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::{self, ErrorCode, Fields, RequestOptions};
use spin_sdk::wasip3::http_compat::{
    RequestOptionsExtension, http_from_wasi_response, http_into_wasi_request,
};

use crate::failure;

/// A transport that sends requests with WASI's outbound HTTP. Hosts of WASI do not follow redirects.
///
/// The deadline of a call is measured by WASI's monotonic clock, which nobody sets. Whether that clock goes on while the
/// machine is suspended depends on the host: in Spin on Linux it stops.
#[derive(Debug, Clone, Copy)]
pub struct SpinTransport {
    connect_timeout: Duration,
}

impl SpinTransport {
    /// Returns a transport with a connect timeout of 10 s.
    pub const fn new() -> Self {
        Self { connect_timeout: Duration::from_secs(10) }
    }

    /// Sets the longest time that connecting may take, without TLS. It is at most half of an attempt's timeout, because
    /// otherwise the attempt would time out first, and it would be unknown whether the request was sent.
    #[must_use]
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Returns the request in WASI's form, with the settings of an attempt.
    fn outgoing(
        self,
        mut request: Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<types::Request, TransportError> {
        // Without a Content-Length the host would send every request except GET chunked, even with an empty body.
        if request.method() != Method::GET {
            let length = HeaderValue::from(request.body().len());
            request.headers_mut().entry(CONTENT_LENGTH).or_insert(length);
        }
        let connect_timeout = self.connect_timeout.min(attempt.timeout / 2);
        request.extensions_mut().insert(options(connect_timeout));
        let headers = request.headers().clone();
        http_into_wasi_request(request.map(FullBody::new)).map_err(|code| refused(&headers, code))
    }
}

impl Default for SpinTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for SpinTransport {
    async fn send(
        &self,
        request: Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let request = self.outgoing(request, attempt)?;
        let mut time_is_up = pin!(sleep(attempt.timeout));
        let response = within(time_is_up.as_mut(), "the response did not begin", head(request)).await?;
        within(time_is_up, "the body of the response did not end", read(response, attempt.max_response_bytes))
            .await
    }

    async fn sleep(&self, duration: Duration) {
        sleep(duration).await;
    }

    fn now(&self) -> UnixTime {
        SystemTime::now().into()
    }

    fn steady(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| TransportError::not_sent(error.to_string()))?;
        Ok(bytes)
    }
}

fn options(connect_timeout: Duration) -> RequestOptionsExtension {
    let options = RequestOptions::new();
    let nanoseconds = connect_timeout.as_nanos().try_into().unwrap_or(u64::MAX);
    // A host that does not support it has a limit of its own.
    let _ = options.set_connect_timeout(Some(nanoseconds));
    RequestOptionsExtension(options)
}

/// Returns the error of a request that the host did not take, which names the header if it is due to one.
fn refused(headers: &HeaderMap, code: ErrorCode) -> TransportError {
    let takes = |value: &HeaderValue, name: &str| {
        Fields::from_list(&[(name.to_owned(), value.as_bytes().to_vec())]).is_ok()
    };
    match headers.iter().find(|(name, value)| !takes(value, name.as_str())) {
        Some((name, _)) => TransportError::not_sent(format!("the host refuses the header `{name}`")),
        None => TransportError::not_sent(code),
    }
}

/// Awaits a part of the exchange, or fails when the time is up.
async fn within<T>(
    time_is_up: Pin<&mut impl Future<Output = ()>>,
    problem: &'static str,
    part: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    match select(pin!(part), time_is_up).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(TransportError::new(TransportErrorKind::Timeout, problem)),
    }
}

/// Sends the request, and waits for the head of the response.
async fn head(request: types::Request) -> Result<Response, TransportError> {
    let response = client::send(request).await.map_err(failure::before_response)?;
    http_from_wasi_response(response).map_err(failure::in_body)
}

/// Reads the body, up to a limit. To stop early drops the body, and the host then closes the connection.
async fn read(response: Response, limit: usize) -> Result<http::Response<Bytes>, TransportError> {
    let (parts, body) = response.into_parts();
    if announced_length(&parts.headers).is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let mut chunks = body.stream();
    let mut whole = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(failure::in_body)?;
        if chunk.len() > limit - whole.len() {
            return Err(too_large(limit));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(http::Response::from_parts(parts, whole.freeze()))
}

fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(limit: usize) -> TransportError {
    TransportError::new(TransportErrorKind::TooLarge, format!("the limit is {limit} bytes"))
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_header_that_the_host_refuses_is_named() {
        let request = Request::get("http://127.0.0.1/v1/users/jhammond")
            .header("accept", "application/json")
            .header("transfer-encoding", "chunked, secret");
        let request = request.body(FullBody::new(Bytes::new())).unwrap();
        let headers = request.headers().clone();
        let code = http_into_wasi_request(request).unwrap_err();
        let error = refused(&headers, code);
        assert_eq!(error.kind(), TransportErrorKind::NotSent);
        let line = error.source().unwrap().to_string();
        assert_eq!(line, "the host refuses the header `transfer-encoding`");
    }

    #[test]
    fn the_steady_clock_is_not_that_of_the_system() {
        let transport = SpinTransport::new();
        let before = transport.steady();
        assert!(transport.steady() >= before);
        // It counts from a start of the host, which is not the Unix epoch.
        assert!(before < transport.now().since(UnixTime::from_secs(0)) / 2);
    }
}
