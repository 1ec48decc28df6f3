//! The client.

use std::ops::Deref;

use knock_core::{Client, Config, ConfigBuilder, Error, FromConfig, Secret};

use crate::transport::ReqwestTransport;

/// A client of Knock's API over reqwest. Cheap to clone; clones share connections and the retry budget.
///
/// Pass it to the [`send`](knock_core::Operation::send) of an operation. It dereferences to a [`Client`], whose methods
/// it therefore has.
#[derive(Debug, Clone)]
pub struct Knock(Client<ReqwestTransport>);

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
    /// invalid setting.
    pub fn from_env() -> Result<Self, Error> {
        ConfigBuilder::from_variables(|name| std::env::var(name).ok()).build()
    }

    /// Returns a builder for a client with custom settings.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knock_reqwest::Knock;
    ///
    /// let knock = Knock::builder().api_key("sk_test_12345").timeout(Duration::from_secs(10)).build()?;
    /// # let _ = knock;
    /// # Ok::<(), knock_reqwest::Error>(())
    /// ```
    pub fn builder() -> ConfigBuilder<Self> {
        ConfigBuilder::new()
    }

    /// Returns a client with a configuration.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) if TLS cannot be set up.
    pub fn with_config(config: Config) -> Result<Self, Error> {
        Ok(Self(Client::with_transport(config, ReqwestTransport::new()?)))
    }

    /// Returns a client with a custom [`reqwest::Client`], for example for proxies, certificates, or a connection pool
    /// that is shared with other code.
    ///
    /// On native targets, turn redirects off, because a redirect repeats a call outside of its retry policy, and do not
    /// set a timeout, because it could end attempts early.
    ///
    /// ```
    /// use knock_reqwest::{Config, Knock};
    ///
    /// # #[cfg(any(feature = "rustls", feature = "native-tls"))] {
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .proxy(reqwest::Proxy::https("http://proxy.internal:3128")?)
    ///     .build()?;
    /// let knock = Knock::with_http_client(Config::new("sk_test_12345")?, http);
    /// # let _ = knock;
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_http_client(config: Config, http: reqwest::Client) -> Self {
        Self(Client::with_transport(config, ReqwestTransport::with_client(http)))
    }
}

impl FromConfig for Knock {
    fn from_config(config: Config) -> Result<Self, Error> {
        Self::with_config(config)
    }
}

impl Deref for Knock {
    type Target = Client<ReqwestTransport>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
