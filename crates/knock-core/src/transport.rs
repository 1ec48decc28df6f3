//! What a client needs from its platform.

use std::time::Duration;

use bytes::Bytes;

use crate::call::Attempt;
use crate::error::TransportError;
use crate::maybe_send::{MaybeSend, MaybeSendSync};
use crate::value::UnixTime;

/// What a client needs from its platform: sending a request, sleeping, the current time, and random bytes.
///
/// The adapters implement it. A test can do so as well:
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use bytes::Bytes;
/// use knock_core::{Attempt, Transport, TransportError, UnixTime};
///
/// /// Responds to every request with the same body.
/// struct Fake(Bytes);
///
/// impl Transport for Fake {
///     async fn send(
///         &self,
///         _: http::Request<Bytes>,
///         _: Attempt<'_>,
///     ) -> Result<http::Response<Bytes>, TransportError> {
///         Ok(http::Response::new(self.0.clone()))
///     }
///
///     async fn sleep(&self, _: Duration) {}
///
///     fn now(&self) -> UnixTime {
///         SystemTime::now().into()
///     }
///
///     fn random(&self) -> Result<[u8; 16], TransportError> {
///         Ok([7; 16])
///     }
/// }
/// ```
pub trait Transport: MaybeSendSync + 'static {
    /// Sends one request and reads the whole response, within the timeout of the attempt. It must not follow redirects.
    fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>> + MaybeSend;

    /// Waits for a duration.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend;

    /// Returns the current time. It decides whether a call has expired.
    ///
    /// If the clock is adjusted while a call is in progress, the deadline of the call shifts by the same amount.
    fn now(&self) -> UnixTime;

    /// Returns unpredictable random bytes. They become idempotency keys.
    ///
    /// # Errors
    ///
    /// If the platform provides none. The call then fails, and nothing is sent.
    fn random(&self) -> Result<[u8; 16], TransportError>;
}
