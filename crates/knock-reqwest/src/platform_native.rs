//! The native platform: Tokio's timers and the system's clock.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use knock_core::{TransportError, UnixTime};

/// Returns the time of the system's clock, although it may be adjusted. A monotonic clock stops while a machine is
/// suspended or in a snapshot, so calls that expired in the meantime would be sent.
pub(crate) fn now() -> UnixTime {
    SystemTime::now().into()
}

pub(crate) fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()
}

/// Sets nothing, because a timeout on the request costs reqwest three allocations; see [`within`].
pub(crate) fn limit(_: &mut reqwest::Request, _: Duration) {}

/// Ends an exchange after the timeout.
pub(crate) async fn within<T>(
    timeout: Duration,
    exchange: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    tokio::time::timeout(timeout, exchange).await.unwrap_or_else(|_| Err(TransportError::timed_out()))
}

/// Reads a body. Most arrive in one chunk, which is not copied.
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
