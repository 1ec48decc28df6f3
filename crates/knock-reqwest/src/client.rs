//! The client.

use std::env::VarError;
use std::ops::Deref;

use knock_core::{Client, Config, ConfigBuilder, Error, FromConfig, Secret, Transport};

use crate::any::AnyTransport;
use crate::dry_run::DryRun;
use crate::transport::ReqwestTransport;

/// A client of Knock's API over reqwest. Cheap to clone; clones share connections and the retry budget.
///
/// Pass it to the [`send`](knock_core::Operation::send) of an operation. It dereferences to a [`Client`], whose methods
/// it therefore has.
#[derive(Debug, Clone)]
pub struct Knock(Client<AnyTransport>);

impl Knock {
    /// Returns a client with an API key: a secret key (`sk_…`), a public key (`pk_…`) or a service token.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) if the key is invalid.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// Returns a client with the settings of the environment: `KNOCK_API_KEY`, and optionally `KNOCK_BASE_URL` and
    /// `KNOCK_BRANCH`.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) that names the missing or
    /// invalid setting. A variable that is not UTF-8 is invalid, not missing. An empty one counts as not set.
    pub fn from_env() -> Result<Self, Error> {
        ConfigBuilder::from_variables(|name| std::env::var(name)).build()
    }

    /// Returns a client with the settings of the environment like [`from_env`](Self::from_env), or one that sends nothing
    /// if `KNOCK_API_KEY` is not set or empty; see [`DryRun`].
    ///
    /// It is meant for development and for previews of branches. In production use [`from_env`](Self::from_env), so that a
    /// missing key is noticed. With the feature `tracing`, a dry run is announced by a warning.
    ///
    /// ```
    /// # fn main() -> Result<(), knock_reqwest::Error> {
    /// use knock_reqwest::{Knock, Operation, workflows};
    ///
    /// let knock = Knock::from_env_or_dry_run()?;
    /// # if std::env::var_os("KNOCK_API_KEY").is_none() {
    /// let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
    /// pollster::block_on(trigger.send(&knock))?; // nothing is sent
    /// # }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) that names the invalid setting.
    pub fn from_env_or_dry_run() -> Result<Self, Error> {
        match std::env::var("KNOCK_API_KEY") {
            Err(VarError::NotPresent) => Ok(Self::dry_run()),
            Ok(key) if key.is_empty() => Ok(Self::dry_run()),
            _ => Self::from_env(),
        }
    }

    /// Returns a client that sends nothing; see [`DryRun`].
    ///
    /// # Panics
    ///
    /// Never, because the configuration is valid.
    pub fn dry_run() -> Self {
        #[cfg(feature = "tracing")]
        tracing::warn!("this client makes a dry run: nothing is sent to Knock");
        let config = Config::new("sk_dry_run").expect("the key is valid");
        Self::with_transport(config, DryRun::new())
    }

    /// Returns a builder for a client with custom settings.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knock_reqwest::Knock;
    ///
    /// let knock =
    ///     Knock::builder().api_key("sk_test_12345").timeout(Duration::from_secs(10)).build()?;
    /// # let _ = knock;
    /// # Ok::<(), knock_reqwest::Error>(())
    /// ```
    pub fn builder() -> ConfigBuilder<Self> {
        ConfigBuilder::new()
    }

    /// Returns a client with a configuration.
    ///
    /// It keeps to the [connect timeout](Config::connect_timeout), but connecting takes at most half
    /// of an attempt's time, and it pings connections over HTTP/2; see
    /// [`http2_ping`](crate::ReqwestTransportBuilder::http2_ping). On a machine without CA certificates, only a base URL
    /// that begins with `http://` can be used: any other call fails with
    /// [`NoCertificates`](knock_core::TransportErrorKind::NoCertificates).
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) if TLS cannot be set up.
    pub fn with_config(config: Config) -> Result<Self, Error> {
        let transport = ReqwestTransport::new(&config)?;
        Ok(Self::with_transport(config, transport))
    }

    /// Returns a client with a configuration and a transport: a [`ReqwestTransport`] with
    /// [custom settings](ReqwestTransport::builder), a [`DryRun`](crate::DryRun), or a custom one.
    ///
    /// In tests it can be a transport that needs no network, such as the emulator of the crate `knock-emulator`. Functions
    /// that take a `&Knock` can then be tested as they are; see the [guide](crate::guide::testing).
    pub fn with_transport(config: Config, transport: impl Transport) -> Self {
        Self(Client::with_transport(config, AnyTransport::new(transport)))
    }

    /// Returns a client with a custom [`reqwest::Client`], for example for proxies, certificates, or a connection pool
    /// that is shared with other code.
    ///
    /// The client needs these settings, which that of [`with_config`](Self::with_config) has:
    ///
    /// - no redirects (`redirect(Policy::none())`). A redirect repeats a call outside of its retry policy, and takes the
    ///   headers elsewhere. The response of another URL is an error of kind
    ///   [`Redirected`](knock_core::TransportErrorKind::Redirected), but by then the request has been sent there. A
    ///   redirect back to the same URL is not noticed: a `POST` that became a `GET` by it reads as a success.
    /// - pings (`http2_keep_alive_interval`, `http2_keep_alive_timeout` and `http2_keep_alive_while_idle`). Without
    ///   them, a connection over HTTP/2 that a firewall or load balancer has dropped is used again and again.
    /// - a `connect_timeout` that is shorter than the timeout of an attempt. Otherwise a second address of the host is
    ///   not tried.
    /// - no `timeout` and no `read_timeout`, because they could end attempts early.
    /// - no proxy (`no_proxy()`) if the base URL begins with `http://` and is of this machine. A proxy would read the key.
    /// - no decompression (`no_gzip()`, …), unless the responses of a proxy need it. The limit
    ///   [`max_response_bytes`](knock_core::ConfigBuilder::max_response_bytes) applies to what is unpacked.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knock_reqwest::{Config, Knock};
    ///
    /// # #[cfg(all(feature = "http2", any(feature = "rustls", feature = "native-tls")))] {
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .http2_keep_alive_interval(Duration::from_secs(5))
    ///     .http2_keep_alive_timeout(Duration::from_secs(5))
    ///     .http2_keep_alive_while_idle(true)
    ///     .connect_timeout(Duration::from_secs(10))
    ///     .proxy(reqwest::Proxy::https("http://proxy.internal:3128")?)
    ///     .build()?;
    /// let knock = Knock::with_http_client(Config::new("sk_test_12345")?, http);
    /// # let _ = knock;
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_http_client(config: Config, http: reqwest::Client) -> Self {
        Self::with_transport(config, ReqwestTransport::with_client(http))
    }
}

impl FromConfig for Knock {
    fn from_config(config: Config) -> Result<Self, Error> {
        Self::with_config(config)
    }
}

impl Deref for Knock {
    type Target = Client<AnyTransport>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
