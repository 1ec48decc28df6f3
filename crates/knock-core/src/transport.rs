//! What a client needs from its platform.

use std::time::Duration;

use bytes::Bytes;

use crate::call::Attempt;
use crate::error::TransportError;
use crate::maybe_send::{MaybeSend, MaybeSendSync};
use crate::value::UnixTime;

/// What a client needs from its platform: sending a request, sleeping, the current time by two clocks, and random bytes.
///
/// The adapters implement it. A test can do so as well:
///
/// ```
/// use std::time::{Duration, Instant, SystemTime};
/// use bytes::Bytes;
/// use knock_core::{Attempt, Transport, TransportError, UnixTime};
///
/// /// Responds to every request with the same body.
/// struct Fake {
///     body: Bytes,
///     start: Instant,
/// }
///
/// impl Transport for Fake {
///     async fn send(
///         &self,
///         _: http::Request<Bytes>,
///         _: Attempt<'_>,
///     ) -> Result<http::Response<Bytes>, TransportError> {
///         Ok(http::Response::new(self.body.clone()))
///     }
///
///     async fn sleep(&self, _: Duration) {}
///
///     fn now(&self) -> UnixTime {
///         SystemTime::now().into()
///     }
///
///     fn steady(&self) -> Duration {
///         self.start.elapsed()
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

    /// Returns the current time by the system's clock. It decides whether a call has expired.
    fn now(&self) -> UnixTime;

    /// Returns the time by a clock that is never adjusted, since any fixed point. It decides about the deadline of a call.
    ///
    /// The clock should go on while the machine is suspended, if the platform has one that does. The system's clock does
    /// not fit: if it is corrected by an hour, every call ends or goes on for an hour.
    fn steady(&self) -> Duration;

    /// Returns unpredictable random bytes. They become idempotency keys.
    ///
    /// # Errors
    ///
    /// If the platform provides none. The call then fails, and nothing is sent.
    fn random(&self) -> Result<[u8; 16], TransportError>;
}
