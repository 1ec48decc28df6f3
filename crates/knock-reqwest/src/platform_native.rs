//! What the platform gives natively: Tokio's timers, the system's clock.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use knock_core::{TransportError, UnixTime};

use crate::transport;

/// The system's clock, though it may be set: one that only runs stands still while a machine sleeps or lies in a
/// snapshot, and what has expired by then would be sent.
pub(crate) fn now() -> UnixTime {
    SystemTime::now().into()
}

pub(crate) fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()
}

/// The timer is Tokio's: a request that has one of its own costs reqwest three allocations.
pub(crate) fn exchange(
    http: &reqwest::Client,
    request: reqwest::Request,
    timeout: Duration,
) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>> + use<> {
    let response = http.execute(request);
    async move {
        let answered = tokio::time::timeout(timeout, transport::receive(response)).await;
        answered.unwrap_or_else(|_| Err(TransportError::timed_out()))
    }
}

/// Most bodies come in one piece, which is not copied.
pub(crate) async fn body(mut response: reqwest::Response) -> reqwest::Result<Bytes> {
    let Some(first) = response.chunk().await? else { return Ok(Bytes::new()) };
    let Some(second) = response.chunk().await? else { return Ok(first) };
    let mut whole = BytesMut::from(first);
    whole.extend_from_slice(&second);
    while let Some(chunk) = response.chunk().await? {
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

pub(crate) fn is_not_sent(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder()
}
