//! The builder of a transport.

use std::sync::Arc;
use std::time::Duration;

use knock_core::{Config, Error};

use crate::origin::Origin;
use crate::platform::{HttpSettings, Places};
use crate::pool::Pool;
use crate::transport::ReqwestTransport;

/// A builder for a [`ReqwestTransport`] with custom settings.
///
/// ```
/// use std::time::Duration;
/// use knock_reqwest::{Config, Knock, ReqwestTransport};
///
/// # #[cfg(any(feature = "rustls", feature = "native-tls"))] {
/// let config = Config::new("sk_test_12345")?;
/// let transport = ReqwestTransport::builder()
///     .http2_ping(Duration::from_secs(3), Duration::from_secs(2))
///     .max_in_flight(200)
///     .build(&config)?;
/// let knock = Knock::with_transport(config, transport);
/// # let _ = knock;
/// # }
/// # Ok::<(), knock_reqwest::Error>(())
/// ```
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ReqwestTransportBuilder {
    http: Option<reqwest::Client>,
    ping: Ping,
    max_in_flight: Option<usize>,
}

/// The longest times for pings. hyper adds them to the current time, which panics if it overflows.
const ONE_YEAR: Duration = Duration::from_secs(366 * 24 * 3600);

/// The pings over HTTP/2.
#[derive(Debug, Default)]
enum Ping {
    /// As the timeout of an attempt suggests.
    #[default]
    Derived,
    /// With an interval, and a wait for the response.
    Every(Duration, Duration),
    Never,
}

impl ReqwestTransportBuilder {
    /// Sets a custom [`reqwest::Client`]. See [`Knock::with_http_client`](crate::Knock::with_http_client) for the
    /// settings that it needs.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Sets the interval of pings over HTTP/2, and how long to wait for the response to one. Default: a quarter of the
    /// [timeout](Config::timeout) of an attempt for each, but at most 5 s.
    ///
    /// A connection that does not respond to a ping is closed, so that the next attempt uses another one. Idle connections
    /// are pinged too. This has no effect on a custom client.
    pub fn http2_ping(mut self, interval: Duration, timeout: Duration) -> Self {
        self.ping = Ping::Every(interval, timeout);
        self
    }

    /// Sends no pings over HTTP/2.
    pub fn no_http2_ping(mut self) -> Self {
        self.ping = Ping::Never;
        self
    }

    /// Sets how many requests may be in flight at the same time. Default: no limit.
    ///
    /// Further requests wait, which counts towards the timeout of the attempt. One that gets no place in this time was
    /// not sent.
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = Some(requests);
        self
    }

    /// Builds the transport. The HTTP client gets the time limits of the configuration.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) if a setting is zero or TLS cannot be
    /// set up.
    pub fn build(self, config: &Config) -> Result<ReqwestTransport, Error> {
        let settings = self.http_settings(config)?;
        let places = self.places()?;
        let pool = match self.http {
            Some(http) => Pool::of_user(http),
            None => Pool::new(settings)
                .map_err(|error| Error::setup("the HTTP client cannot be set up", error))?,
        };
        Ok(ReqwestTransport { pool: Arc::new(pool), places: Arc::new(places), origin: Origin::default() })
    }
}

impl ReqwestTransportBuilder {
    fn http_settings(&self, config: &Config) -> Result<HttpSettings, Error> {
        let mut settings = HttpSettings::new(config);
        match self.ping {
            Ping::Derived => {}
            Ping::Every(interval, timeout) if interval.is_zero() || timeout.is_zero() => {
                return Err(Error::setup("a time of `http2_ping` is zero", "it must be longer than zero"));
            }
            Ping::Every(interval, timeout) => {
                settings.ping = Some((interval.min(ONE_YEAR), timeout.min(ONE_YEAR)));
            }
            Ping::Never => settings.ping = None,
        }
        Ok(settings)
    }

    fn places(&self) -> Result<Places, Error> {
        match self.max_in_flight {
            Some(0) => Err(Error::setup("`max_in_flight` is zero", "it must be at least 1")),
            Some(limit) => Ok(Places::new(limit)),
            None => Ok(Places::default()),
        }
    }
}
