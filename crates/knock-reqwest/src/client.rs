//! The client that users hold.

use std::ops::Deref;

use knock_core::{Client, Config, Error, Secret};

use crate::transport::ReqwestTransport;

/// A client of Knock's API over reqwest. Cheap to clone; clones share connections and retry budget.
///
/// It is a [`Client`], by `Deref`: pass it to any operation's [`send`](knock_core::Operation::send).
#[derive(Debug, Clone)]
pub struct Knock(Client<ReqwestTransport>);

impl Knock {
    /// A client with an API key: a secret key (`sk_…`), a public key (`pk_…`), or a service token.
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](knock_core::ErrorKind::Configuration) where the key cannot be one.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Self::with_config(Config::new(api_key)?)
    }

    /// A client with what the environment says: `KNOCK_API_KEY`, and `KNOCK_BASE_URL` and `KNOCK_BRANCH` where set.
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](knock_core::ErrorKind::Configuration), naming what to set, where something is missing
    /// or cannot be right.
    pub fn from_env() -> Result<Self, Error> {
        Self::with_config(Config::from_variables(|name| std::env::var(name).ok()).build()?)
    }

    /// A client with a configuration, from [`Config::builder`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use knock_reqwest::{Config, Knock};
    ///
    /// let config = Config::builder("sk_test_12345").timeout(Duration::from_secs(10)).build()?;
    /// let knock = Knock::with_config(config)?;
    /// # let _ = knock;
    /// # Ok::<(), knock_reqwest::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](knock_core::ErrorKind::Configuration) where TLS cannot be set up.
    pub fn with_config(config: Config) -> Result<Self, Error> {
        Ok(Self(Client::with_transport(config, ReqwestTransport::new()?)))
    }

    /// A client with your own [`reqwest::Client`]: for proxies, certificates, or a pool shared with other code.
    ///
    /// Natively, give it no timeout of its own, which would cut attempts short, and no redirects, which this SDK never
    /// follows: a redirect repeats a call outside of its retry rules.
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

impl Deref for Knock {
    type Target = Client<ReqwestTransport>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
