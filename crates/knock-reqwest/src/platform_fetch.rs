//! What a JavaScript host gives: `fetch` behind reqwest, `setTimeout`, `Date`.

use std::time::Duration;

use bytes::Bytes;
use knock_core::{TransportError, UnixTime};

use crate::transport;

/// `setTimeout` takes whole milliseconds, as a 32-bit number.
const LONGEST_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) fn now() -> UnixTime {
    UnixTime::from_millis(js_sys::Date::now() as u64)
}

/// Redirects are the host's: `fetch` follows them.
pub(crate) fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().build()
}

pub(crate) fn exchange(
    http: &reqwest::Client,
    mut request: reqwest::Request,
    timeout: Duration,
) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>> + use<> {
    *request.timeout_mut() = Some(timeout.min(LONGEST_TIMEOUT));
    transport::receive(http.execute(request))
}

pub(crate) async fn body(response: reqwest::Response) -> reqwest::Result<Bytes> {
    response.bytes().await
}

pub(crate) async fn sleep(duration: Duration) {
    gloo_timers::future::sleep(duration.min(LONGEST_TIMEOUT)).await;
}

/// `fetch` does not tell whether a request that failed was sent.
pub(crate) fn is_not_sent(error: &reqwest::Error) -> bool {
    error.is_builder()
}
