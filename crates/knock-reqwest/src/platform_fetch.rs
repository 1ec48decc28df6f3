//! The platform of a JavaScript host: `fetch` (behind reqwest), `setTimeout` and `Date`.

use std::time::Duration;

use bytes::Bytes;
use knock_core::UnixTime;

/// `setTimeout` takes whole milliseconds, as a 32-bit number.
const LONGEST_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) fn now() -> UnixTime {
    UnixTime::from_millis(js_sys::Date::now() as u64)
}

/// Returns a client that follows redirects, because reqwest cannot turn them off for `fetch`.
pub(crate) fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().build()
}

pub(crate) fn limit(request: &mut reqwest::Request, timeout: Duration) {
    *request.timeout_mut() = Some(timeout.min(LONGEST_TIMEOUT));
}

/// Adds nothing, because the request itself has the timeout.
pub(crate) fn within<F: Future>(_: Duration, exchange: F) -> F {
    exchange
}

pub(crate) async fn body(response: reqwest::Response) -> reqwest::Result<Bytes> {
    response.bytes().await
}

pub(crate) async fn sleep(duration: Duration) {
    gloo_timers::future::sleep(duration.min(LONGEST_TIMEOUT)).await;
}

/// Returns whether a request was certainly not sent. `fetch` does not report it, so only invalid requests count.
pub(crate) fn is_not_sent(error: &reqwest::Error) -> bool {
    error.is_builder()
}
