//! The configuration of a client: API key, URL, headers, time limits and retries.

mod base_url;
mod headers;
mod options;

pub use base_url::DEFAULT_BASE_URL;
pub(crate) use headers::{BRANCH, branch_value};
pub use options::CallOptions;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, HeaderName, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Uri};

use crate::config::base_url::BaseUrl;
use crate::config::headers::{USER_TOKEN, authorization, header, user_agent, user_token_value};
use crate::error::Error;
use crate::retry::{RetryBudget, RetryPolicy};
use crate::value::Secret;

/// The configuration of a client. It is valid, immutable and cheap to clone.
///
/// ```
/// use std::time::Duration;
/// use knock_core::{Config, RetryPolicy};
///
/// let config = Config::builder("sk_test_12345")
///     .branch("new-onboarding")
///     .timeout(Duration::from_secs(10))
///     .retry(RetryPolicy::default().max_retries(4))
///     .build()?;
/// # let _ = config;
/// # Ok::<(), knock_core::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Config {
    /// Shared, since every call holds it.
    settings: Arc<Settings>,
}

pub(crate) struct Settings {
    base: BaseUrl,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: RetryBudget,
}

impl Config {
    /// Returns a configuration with an API key, and the defaults for everything else.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](crate::ErrorKind::Configuration) if the key is invalid.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder(api_key).build()
    }

    /// Returns a builder with an API key: a secret key (`sk_…`), a public key (`pk_…`) or a service token.
    ///
    /// ```
    /// use knock_core::Config;
    ///
    /// let config = Config::builder("sk_test_12345").base_url("http://localhost:4000").build()?;
    /// assert_eq!(config.origin(), ("http", "localhost", Some(4000)));
    /// # Ok::<(), knock_core::Error>(())
    /// ```
    pub fn builder(api_key: impl Into<Secret>) -> ConfigBuilder {
        ConfigBuilder::new().api_key(api_key)
    }

    /// Returns a builder with the settings of the environment, which it reads with `variable`.
    ///
    /// The variables are `KNOCK_API_KEY`, `KNOCK_BASE_URL` and `KNOCK_BRANCH`. Surrounding white space is removed, and
    /// a blank value counts as absent.
    ///
    /// ```
    /// use knock_core::Config;
    ///
    /// let config = Config::from_variables(|name| std::env::var(name).ok()).build();
    /// # let _ = config;
    /// ```
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> ConfigBuilder {
        ConfigBuilder::from_variables(variable)
    }

    /// Returns the retry budget that all calls with this configuration share.
    pub fn retry_budget(&self) -> &RetryBudget {
        &self.settings.budget
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn branch_value(&self) -> Option<&HeaderValue> {
        self.settings.headers.get(BRANCH)
    }

    pub(crate) fn uri(&self, target: PathAndQuery) -> Result<Uri, Error> {
        self.settings.base.join(target)
    }

    /// Returns the scheme, host and port of the base URL, for example for spans and logs.
    pub fn origin(&self) -> (&str, &str, Option<u16>) {
        let base = &self.settings.base;
        (base.scheme.as_str(), base.authority.host(), base.authority.port_u16())
    }
}

/// Shows the names of headers but not their values, which include the API key and the user token.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        f.debug_struct("Config")
            .field("base_url", &format_args!("{}", settings.base))
            .field("headers", &settings.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .field("timeout", &settings.timeout)
            .field("deadline", &settings.deadline)
            .field("retry", &settings.retry)
            .finish_non_exhaustive()
    }
}

/// A type that a [`ConfigBuilder`] can build: a [`Config`], or the client of an adapter.
pub trait FromConfig: Sized {
    /// Builds the value from a valid configuration.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](crate::ErrorKind::Configuration) if the platform cannot be set up.
    fn from_config(config: Config) -> Result<Self, Error>;
}

impl FromConfig for Config {
    fn from_config(config: Config) -> Result<Self, Error> {
        Ok(config)
    }
}

/// A builder for a [`Config`], or for a client with one.
///
/// The settings are checked by [`build`](Self::build).
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ConfigBuilder<B = Config> {
    api_key: Option<Secret>,
    /// A secret, because it may contain a password until `build` refuses it.
    base_url: Option<Secret>,
    branch: Option<String>,
    user_token: Option<Secret>,
    user_agent: Option<String>,
    headers: Vec<(String, Secret)>,
    timeout: Duration,
    deadline: Option<Duration>,
    retry: RetryPolicy,
    budget: RetryBudget,
    builds: PhantomData<fn() -> B>,
}

impl<B> Default for ConfigBuilder<B> {
    fn default() -> Self {
        Self::new()
    }
}

impl<B> ConfigBuilder<B> {
    /// Returns a builder with the default settings and no API key.
    pub fn new() -> Self {
        Self {
            api_key: None,
            base_url: None,
            branch: None,
            user_token: None,
            user_agent: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(60),
            deadline: Some(Duration::from_secs(120)),
            retry: RetryPolicy::default(),
            budget: RetryBudget::default(),
            builds: PhantomData,
        }
    }

    /// Returns a builder with the settings of the environment; see [`Config::from_variables`].
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let read = |name| {
            let value = variable(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let mut builder = Self::new();
        builder.api_key = read("KNOCK_API_KEY").map(Secret::from);
        builder.base_url = read("KNOCK_BASE_URL").map(Secret::from);
        builder.branch = read("KNOCK_BRANCH");
        builder
    }

    /// Sets the API key: a secret key (`sk_…`), a public key (`pk_…`) or a service token.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets the base URL, for example that of a proxy or a local emulator. Default: [`DEFAULT_BASE_URL`].
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(Secret::from(url.into()));
        self
    }

    /// Sets the [branch](https://docs.knock.app/version-control/branches) to work on (`X-Knock-Branch`). It needs an
    /// API key of the development environment.
    pub fn branch(mut self, slug: impl Into<String>) -> Self {
        self.branch = Some(slug.into());
        self
    }

    /// Sets the signed token of the user for whom a public key acts (`X-Knock-User-Token`).
    pub fn user_token(mut self, token: impl Into<Secret>) -> Self {
        self.user_token = Some(token.into());
        self
    }

    /// Sets the product name in the `User-Agent` header, for example `billing/2.1`. It precedes `knock-rust/<version>`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Adds a header to every request. Headers that the SDK sets itself, such as `content-type`, are invalid.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the timeout of one attempt. Default: 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the deadline of a whole call, retries and waits included; `None` for no limit. Default: 120 s.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// Sets how calls are retried. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the retry budget, for example to share it between clients. Default: [`RetryBudget::default`].
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Checks the settings, and builds the configuration or the client.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](crate::ErrorKind::Configuration) that names the missing or invalid
    /// setting.
    pub fn build(self) -> Result<B, Error>
    where
        B: FromConfig,
    {
        B::from_config(self.build_config()?)
    }

    fn build_config(self) -> Result<Config, Error> {
        let key = self.api_key.ok_or_else(|| {
            Error::configuration(
                "no API key: set KNOCK_API_KEY, or pass a key (`sk_…`) from Knock's dashboard",
            )
        })?;
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(AUTHORIZATION, authorization(&key)?);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, user_agent(self.user_agent)?);
        if let Some(branch) = self.branch {
            headers.insert(BRANCH, branch_value(&branch)?);
        }
        if let Some(token) = self.user_token {
            headers.insert(USER_TOKEN, user_token_value(&token)?);
        }
        for (name, value) in self.headers {
            let (name, value) =
                header(&name, &value).map_err(|error| Error::configuration(error.to_string()))?;
            headers.insert(name, value);
        }
        check_limits(Some(self.timeout), self.deadline)?;
        let base = BaseUrl::parse(self.base_url.as_ref().map_or(DEFAULT_BASE_URL, Secret::expose))?;
        let settings = Settings {
            base,
            headers,
            timeout: self.timeout,
            deadline: self.deadline,
            retry: self.retry,
            budget: self.budget,
        };
        Ok(Config { settings: Arc::new(settings) })
    }
}

fn check_limits(timeout: Option<Duration>, deadline: Option<Duration>) -> Result<(), Error> {
    for (name, limit) in [("timeout", timeout), ("deadline", deadline)] {
        if limit == Some(Duration::ZERO) {
            return Err(Error::configuration(format!("`{name}` is zero; it must be longer than zero")));
        }
    }
    Ok(())
}
