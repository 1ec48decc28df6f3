//! The configuration of a client: API key, URL, headers, time limits and retries.

mod base_url;
mod headers;
mod options;
mod variables;

pub use base_url::DEFAULT_BASE_URL;
pub(crate) use headers::{BRANCH, branch_value};
pub use options::CallOptions;
pub(crate) use variables::{VariableValue, read};

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
use crate::pace::Pace;
use crate::retry::{RetryBudget, RetryPolicy};
use crate::value::Secret;

/// The configuration of a client. It is valid, immutable and cheap to clone.
///
/// The values of the headers that contain a secret are overwritten in memory when the last clone of the configuration
/// and the last request with them are dropped. What the HTTP implementation copies to send them, such as the buffers of
/// a connection or the strings of a JavaScript host, cannot be overwritten.
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

/// The default limit of a response's body: far more than Knock's largest page.
const MAX_RESPONSE_BYTES: usize = 32 * 1024 * 1024;

pub(crate) struct Settings {
    base: BaseUrl,
    /// Whether requests go unencrypted to another machine without the user's consent.
    is_exposed: bool,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: RetryBudget,
    pub(crate) pace: Option<Pace>,
}

/// Returns the error of a credential that would be sent unencrypted.
fn exposed(credential: &str) -> Error {
    Error::configuration(format!(
        "the base URL is `http`, which would send the {credential} unencrypted to another machine; use `https`, or \
         allow this with `allow_plain_http`"
    ))
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
    /// The variables are `KNOCK_API_KEY`, `KNOCK_BASE_URL` and `KNOCK_BRANCH`. An empty one counts as not set, because
    /// Compose files and Spin declare optional variables in this way. One that contains only white space is an error:
    /// something was meant to be there, and it must not silently become Knock's production API or the main branch.
    ///
    /// `variable` may return an `Option<String>`, a `Result<Option<String>, E>`, or what [`std::env::var`] returns. A
    /// variable that cannot be read, for example because it is not UTF-8, is not absent: it is an error of
    /// [`build`](ConfigBuilder::build), unless the builder's own method sets the same setting afterwards.
    ///
    /// ```
    /// use knock_core::Config;
    ///
    /// let config = Config::from_variables(|name| std::env::var(name)).build();
    /// # let _ = config;
    /// ```
    pub fn from_variables<V: VariableValue>(variable: impl Fn(&str) -> V) -> ConfigBuilder {
        ConfigBuilder::from_variables(variable)
    }

    /// Checks the headers that the options of a call add.
    pub(crate) fn check_headers(&self, headers: &HeaderMap) -> Result<(), Error> {
        if self.settings.is_exposed && headers.contains_key(USER_TOKEN) {
            return Err(exposed("user token"));
        }
        Ok(())
    }

    /// Returns the retry budget that all calls with this configuration share.
    pub fn retry_budget(&self) -> &RetryBudget {
        &self.settings.budget
    }

    /// Returns the pace that all calls with this configuration share, if there is one.
    pub fn pace(&self) -> Option<&Pace> {
        self.settings.pace.as_ref()
    }

    /// Returns the timeout of one attempt.
    pub fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    /// Returns the longest time that connecting may take, which not every adapter can limit.
    pub fn connect_timeout(&self) -> Duration {
        self.settings.connect_timeout
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

    /// Returns whether the host of the base URL is this machine: `localhost`, a name that ends with `.localhost`, or a
    /// loopback address. Credentials may be sent there over plain `http`, so such requests must not go through a proxy.
    pub fn is_loopback(&self) -> bool {
        self.settings.base.is_loopback()
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
/// The settings are checked by [`build`](Self::build). White space, line ends, byte order marks and zero-width characters
/// around the API key, the base URL, the branch and the user token are removed, because they are often pasted with them.
/// Quotation marks and other stray characters are errors, which name them.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ConfigBuilder<B = Config> {
    api_key: Setting,
    /// A secret, because it may contain a password until `build` refuses it.
    base_url: Setting,
    branch: Setting,
    user_token: Option<Secret>,
    user_agent: Option<String>,
    headers: Vec<(String, Secret)>,
    timeout: Duration,
    connect_timeout: Duration,
    max_response_bytes: usize,
    plain_http: bool,
    deadline: Option<Duration>,
    retry: RetryPolicy,
    budget: RetryBudget,
    pace: Option<Pace>,
    builds: PhantomData<fn() -> B>,
}

/// A setting that may come from a variable: a value, or why the variable cannot be used.
type Setting = Result<Option<Secret>, String>;

impl<B> Default for ConfigBuilder<B> {
    fn default() -> Self {
        Self::new()
    }
}

impl<B> ConfigBuilder<B> {
    /// Returns a builder with the default settings and no API key.
    pub fn new() -> Self {
        Self {
            api_key: Ok(None),
            base_url: Ok(None),
            branch: Ok(None),
            user_token: None,
            user_agent: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_response_bytes: MAX_RESPONSE_BYTES,
            plain_http: false,
            deadline: Some(Duration::from_secs(120)),
            retry: RetryPolicy::default(),
            budget: RetryBudget::default(),
            pace: None,
            builds: PhantomData,
        }
    }

    /// Returns a builder with the settings of the environment; see [`Config::from_variables`].
    pub fn from_variables<V: VariableValue>(variable: impl Fn(&str) -> V) -> Self {
        let present =
            |name| read(&variable, name).map(|value| value.filter(|value| !value.expose().is_empty()));
        let mut builder = Self::new();
        builder.api_key = present("KNOCK_API_KEY").and_then(|key| match key {
            Some(key) if Secret::trimmed(key.expose()).is_empty() => {
                Err(format!("{NO_API_KEY} (it is blank)"))
            }
            key => Ok(key),
        });
        builder.base_url = present("KNOCK_BASE_URL");
        builder.branch = present("KNOCK_BRANCH");
        builder
    }

    /// Sets the API key: a secret key (`sk_…`), a public key (`pk_…`) or a service token.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Ok(Some(key.into()));
        self
    }

    /// Sets the base URL, for example that of a proxy or a local emulator. Default: [`DEFAULT_BASE_URL`].
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Ok(Some(Secret::from(url.into())));
        self
    }

    /// Sets the [branch](https://docs.knock.app/version-control/branches) to work on (`X-Knock-Branch`). It needs an
    /// API key of the development environment.
    pub fn branch(mut self, slug: impl Into<String>) -> Self {
        self.branch = Ok(Some(Secret::from(slug.into())));
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

    /// Sets the longest time that connecting may take, where the platform can limit it. Default: 10 s.
    ///
    /// - `knock-reqwest`: it includes TLS and a proxy.
    /// - `knock-spin`: it includes neither TLS nor anything after it; these have only the timeout of the attempt.
    /// - `knock-fetch` and `knock-worker`: it has no effect, because `fetch` has no such limit. Connecting has only the
    ///   timeout of the attempt.
    ///
    /// If the name of the host has several addresses, they share this time. A call that could not connect has not been
    /// sent, so it is retried even if it is not safe to repeat. The same applies if the timeout of the attempt or the
    /// deadline of the call ends first.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the largest size of a response's body in bytes, also after decompression. Default: 32 MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Allows a base URL that begins with `http://` and is not that of this machine, although a secret API key or a user
    /// token is then sent unencrypted. Default: `false`.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.plain_http = allow;
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

    /// Sets the pace of all calls, so that they wait for their turn instead of exceeding Knock's rate limits. Default:
    /// none.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = Some(pace);
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
        let [key, base_url, branch] =
            [self.api_key, self.base_url, self.branch].map(|setting| setting.map_err(Error::configuration));
        let key = key?.ok_or_else(|| Error::configuration(NO_API_KEY))?;
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(AUTHORIZATION, authorization(&key)?);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, user_agent(self.user_agent)?);
        if let Some(branch) = branch? {
            headers.insert(BRANCH, branch_value(branch.expose())?);
        }
        if let Some(token) = self.user_token {
            headers.insert(USER_TOKEN, user_token_value(&token)?);
        }
        for (name, value) in self.headers {
            let (name, value) =
                header(&name, &value).map_err(|error| Error::configuration(error.to_string()))?;
            headers.insert(name, value);
        }
        check_limit("timeout", Some(self.timeout))?;
        check_limit("connect_timeout", Some(self.connect_timeout))?;
        check_limit("deadline", self.deadline)?;
        if self.max_response_bytes == 0 {
            return Err(Error::configuration("`max_response_bytes` is zero; it must be at least 1"));
        }
        self.pace.as_ref().map_or(Ok(()), Pace::check)?;
        let base = BaseUrl::parse(base_url?.as_ref().map_or(DEFAULT_BASE_URL, Secret::expose))?;
        let is_exposed = !self.plain_http && base.is_plain_http() && !base.is_loopback();
        if is_exposed && !is_public(&key) {
            return Err(exposed("secret API key"));
        }
        if is_exposed && headers.contains_key(USER_TOKEN) {
            return Err(exposed("user token"));
        }
        let settings = Settings {
            base,
            is_exposed,
            headers,
            timeout: self.timeout,
            connect_timeout: self.connect_timeout,
            max_response_bytes: self.max_response_bytes,
            deadline: self.deadline,
            retry: self.retry,
            budget: self.budget,
            pace: self.pace,
        };
        Ok(Config { settings: Arc::new(settings) })
    }
}

const NO_API_KEY: &str = "no API key: set KNOCK_API_KEY, or pass a key (`sk_…`) from Knock's dashboard";

/// Public keys are part of web pages anyway.
fn is_public(key: &Secret) -> bool {
    Secret::trimmed(key.expose()).starts_with("pk_")
}

fn check_limit(name: &str, limit: Option<Duration>) -> Result<(), Error> {
    if limit == Some(Duration::ZERO) {
        return Err(Error::configuration(format!("`{name}` is zero; it must be longer than zero")));
    }
    Ok(())
}
