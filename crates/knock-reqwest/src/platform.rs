//! The platform: the HTTP client with its settings, Tokio's timers, and the system's clocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use knock_core::{Config, TransportError, TransportErrorKind, UnixTime};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::departure::Departure;
use crate::failure;

/// The longest default interval of pings, and the longest default wait for a response.
const LONGEST_PING: Duration = Duration::from_secs(5);

/// Returns the time of the system's clock, although it may be adjusted. A monotonic clock stops while a machine is
/// suspended or in a snapshot, so calls that expired in the meantime would be sent.
pub(crate) fn now() -> UnixTime {
    SystemTime::now().into()
}

/// Returns the time of a clock that nobody sets and that goes on while the machine is suspended.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub(crate) fn steady() -> Duration {
    use nix::time::{ClockId, clock_gettime};

    // On Linux the monotonic clock stops while the machine is suspended, on macOS it does not.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: ClockId = ClockId::CLOCK_BOOTTIME;
    #[cfg(target_vendor = "apple")]
    const CLOCK: ClockId = ClockId::CLOCK_MONOTONIC;

    clock_gettime(CLOCK).map(Duration::from).unwrap_or_default()
}

/// Returns the time of a clock that nobody sets. On Windows it goes on while the machine is suspended; elsewhere it may
/// stop.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(crate) fn steady() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;

    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// The settings of an HTTP client.
#[derive(Debug, Clone)]
pub(crate) struct HttpSettings {
    pub(crate) connect_timeout: Duration,
    is_loopback: bool,
    /// The interval of pings over HTTP/2, and the longest wait for a response.
    pub(crate) ping: Option<(Duration, Duration)>,
}

impl HttpSettings {
    pub(crate) fn new(config: &Config) -> Self {
        let quarter = (config.timeout() / 4).clamp(Duration::from_millis(1), LONGEST_PING);
        Self {
            // Longer than half an attempt, it would hide that nothing was sent.
            connect_timeout: config.connect_timeout().min(config.timeout() / 2),
            is_loopback: config.is_loopback(),
            ping: Some((quarter, quarter)),
        }
    }

    fn client(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            // With the default limit of two, reqwest would copy each request for a retry that never comes.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .referer(false)
            // Without effect unless another crate switches decompression on. Knock's responses are small, and what
            // was never packed cannot burst.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        // The system's proxy would read the credentials, which `http` to this machine does not encrypt.
        let builder = if self.is_loopback { builder.no_proxy() } else { builder };
        #[cfg(feature = "http2")]
        let builder = match self.ping {
            Some((interval, timeout)) => builder
                .http2_keep_alive_interval(interval)
                .http2_keep_alive_timeout(timeout)
                .http2_keep_alive_while_idle(true),
            None => builder,
        };
        builder
    }
}

/// Returns a client, and whether it trusts any certificate authority.
///
/// Without CA certificates on this machine, it can still be used for `http`.
pub(crate) fn http_client(settings: &HttpSettings) -> reqwest::Result<(reqwest::Client, bool)> {
    let built = settings.client().build();
    #[cfg(feature = "rustls")]
    if let Err(error) = &built
        && failure::is_without_certificates(error)
    {
        return Ok((settings.client().tls_certs_only([]).build()?, false));
    }
    Ok((built?, true))
}

/// Reads a body up to a limit. Most arrive in one chunk, which is not copied.
pub(crate) async fn body(mut response: reqwest::Response, limit: usize) -> Result<Bytes, TransportError> {
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(failure::too_large(limit));
    }
    let Some(first) = chunk(&mut response, limit).await? else { return Ok(Bytes::new()) };
    let Some(second) = chunk(&mut response, limit - first.len()).await? else { return Ok(first) };
    let mut whole = BytesMut::from(first);
    whole.extend_from_slice(&second);
    while let Some(next) = chunk(&mut response, limit - whole.len()).await? {
        whole.extend_from_slice(&next);
    }
    Ok(whole.freeze())
}

async fn chunk(response: &mut reqwest::Response, limit: usize) -> Result<Option<Bytes>, TransportError> {
    // Chunks that are always at hand, as of a body that is unpacked, would keep the timeout from being noticed.
    tokio::task::coop::consume_budget().await;
    match response.chunk().await.map_err(failure::receiving)? {
        Some(chunk) if chunk.len() > limit => Err(failure::too_large(limit)),
        chunk => Ok(chunk),
    }
}

pub(crate) fn random() -> Result<[u8; 16], TransportError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| TransportError::not_sent(error.to_string()))?;
    Ok(bytes)
}

pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// The places for calls in flight; `None` for no limit.
#[derive(Debug, Default)]
pub(crate) struct Places(Option<Arc<Semaphore>>);

impl Places {
    pub(crate) fn new(limit: usize) -> Self {
        Self(Some(Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)))))
    }

    pub(crate) fn are_limited(&self) -> bool {
        self.0.is_some()
    }

    /// Returns a place for one call, which it has yet to take.
    pub(crate) fn place(&self) -> Place {
        Place { places: self.0.clone(), taken: AtomicBool::new(false) }
    }
}

/// A place for one call, and whether the call has it.
pub(crate) struct Place {
    places: Option<Arc<Semaphore>>,
    taken: AtomicBool,
}

impl Place {
    /// Waits until the place is free. It is free again when the returned value is dropped.
    pub(crate) async fn take(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.places.as_ref()?.acquire().await.ok()?;
        self.taken.store(true, Ordering::Relaxed);
        Some(permit)
    }

    /// Returns the error of an attempt that timed out, with what is known of its departure.
    pub(crate) fn timed_out(&self, departure: Option<&Departure>) -> TransportError {
        let has_not_left = departure.is_some_and(Departure::prevent);
        if self.places.is_none() || self.taken.load(Ordering::Relaxed) {
            return if has_not_left { no_connection() } else { TransportError::timed_out() };
        }
        TransportError::new(
            TransportErrorKind::LocalLimit,
            "`max_in_flight` is reached, and no call ended within the timeout of the attempt",
        )
        .with_detail("too many calls are in flight")
    }
}

fn no_connection() -> TransportError {
    TransportError::new(TransportErrorKind::ConnectTimeout, "no connection took the request")
        .with_detail("no connection within the timeout of the attempt")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_steady_clock_counts_from_the_start_of_the_machine() {
        // The first number of this file counts the time in which the machine was suspended too.
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
        let uptime: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
        assert!((steady().as_secs_f64() - uptime).abs() < 1.0, "{:?} {uptime}", steady());
    }
}
