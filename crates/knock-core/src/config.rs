//! How a client talks to Knock: key, URL, headers, time limits, retries.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, HeaderName, USER_AGENT};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Uri};

use crate::error::{Error, InvalidInput};
use crate::field::Field;
use crate::retry::{RetryBudget, RetryPolicy};
use crate::secret::Secret;

/// Where Knock's API is.
pub const DEFAULT_BASE_URL: &str = "https://api.knock.app";

const BRANCH: HeaderName = HeaderName::from_static("x-knock-branch");
const USER_TOKEN: HeaderName = HeaderName::from_static("x-knock-user-token");

/// How a client talks to Knock: a checked configuration, cheap to share and without any IO.
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
    /// A configuration with an API key and the defaults for all else.
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](crate::ErrorKind::Configuration) where the key cannot be one.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder(api_key).build()
    }

    /// Begins a configuration with an API key: a secret key (`sk_…`), a public key (`pk_…`), or a service token.
    pub fn builder(api_key: impl Into<Secret>) -> ConfigBuilder {
        ConfigBuilder::new(Some(api_key.into()))
    }

    /// Begins a configuration with what the environment says, read through `variable`.
    ///
    /// Read are `KNOCK_API_KEY`, `KNOCK_BASE_URL` and `KNOCK_BRANCH`; surrounding white space is cut off and a
    /// blank value counts as none.
    ///
    /// ```
    /// use knock_core::Config;
    ///
    /// let config = Config::from_variables(|name| std::env::var(name).ok()).build();
    /// # let _ = config;
    /// ```
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> ConfigBuilder {
        let read = |name| {
            let value = variable(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let mut builder = ConfigBuilder::new(read("KNOCK_API_KEY").map(Secret::from));
        builder.base_url = read("KNOCK_BASE_URL").map(Secret::from);
        builder.branch = read("KNOCK_BRANCH");
        builder
    }

    /// The retry budget that all calls with this configuration share.
    pub fn retry_budget(&self) -> &RetryBudget {
        &self.settings.budget
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn uri(&self, target: PathAndQuery) -> Result<Uri, Error> {
        self.settings.base.join(target)
    }

    /// The scheme, host and port of Knock's API, for spans and logs.
    pub fn origin(&self) -> (&str, &str, Option<u16>) {
        let base = &self.settings.base;
        (base.scheme.as_str(), base.authority.host(), base.authority.port_u16())
    }
}

/// Hides the key and the user token; other headers show by name only.
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

/// Collects a [`Config`]; everything is checked at [`build`](Self::build).
#[derive(Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ConfigBuilder {
    api_key: Option<Secret>,
    /// It may hold a password, until `build` refuses that.
    base_url: Option<Secret>,
    branch: Option<String>,
    user_token: Option<Secret>,
    user_agent: Option<String>,
    headers: Vec<(String, Secret)>,
    timeout: Duration,
    deadline: Option<Duration>,
    retry: RetryPolicy,
    budget: RetryBudget,
}

impl ConfigBuilder {
    fn new(api_key: Option<Secret>) -> Self {
        Self {
            api_key,
            base_url: None,
            branch: None,
            user_token: None,
            user_agent: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(60),
            deadline: Some(Duration::from_secs(120)),
            retry: RetryPolicy::default(),
            budget: RetryBudget::default(),
        }
    }

    /// The API key, in place of the one given before.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Another place than [`DEFAULT_BASE_URL`]: a proxy, or a local emulator.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(Secret::from(url.into()));
        self
    }

    /// The [branch](https://docs.knock.app/version-control/branches) to work on (`X-Knock-Branch`); it needs a
    /// key of the development environment.
    pub fn branch(mut self, slug: impl Into<String>) -> Self {
        self.branch = Some(slug.into());
        self
    }

    /// The signed token of the user on whose behalf a public key acts (`X-Knock-User-Token`).
    pub fn user_token(mut self, token: impl Into<Secret>) -> Self {
        self.user_token = Some(token.into());
        self
    }

    /// What goes before `knock-rust/<version>` in `User-Agent`, as `billing/2.1`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// A header for every request.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long one attempt may take. Default: 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a call may take with all its attempts and waits; `None` for no limit. Default: 120 s.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// How calls are retried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// A retry budget shared with other clients, or of another size than the default.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Checks everything.
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](crate::ErrorKind::Configuration), naming what to set, where something is missing
    /// or cannot be right.
    pub fn build(self) -> Result<Config, Error> {
        let key = self.api_key.ok_or_else(|| {
            Error::configuration(
                "no API key: set KNOCK_API_KEY, or pass a key as `sk_…` from Knock's dashboard",
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
            return Err(Error::configuration(format!("`{name}` is zero; it must be longer")));
        }
    }
    Ok(())
}

fn authorization(key: &Secret) -> Result<HeaderValue, Error> {
    let refuse = |problem: &str| {
        Err(Error::configuration(format!(
            "the API key {problem}; set KNOCK_API_KEY, or pass a key as `sk_…` from Knock's dashboard"
        )))
    };
    match key.expose().trim() {
        "" => refuse("is empty"),
        key if key.starts_with("Bearer ") => refuse("begins with `Bearer`, which is added by itself"),
        key if key.starts_with("-----BEGIN") || key.starts_with("LS0tLS1CRUdJTi") => {
            refuse("is a signing key (PEM)")
        }
        key if key.starts_with("eyJ") => refuse("is a token (JWT)"),
        key if key.starts_with(['"', '\'']) => refuse("begins with a quotation mark"),
        key if !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            refuse("has white space, a line break or another character that no key has")
        }
        key => sensitive(&format!("Bearer {key}")).map_or_else(|| refuse("cannot be put in a header"), Ok),
    }
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn user_agent(product: Option<String>) -> Result<HeaderValue, Error> {
    const OURS: &str = concat!("knock-rust/", env!("CARGO_PKG_VERSION"));
    match product {
        None => Ok(HeaderValue::from_static(OURS)),
        Some(product) => HeaderValue::from_str(&format!("{product} {OURS}"))
            .map_err(|_| Error::configuration("`user_agent` has characters that a header cannot carry")),
    }
}

fn branch_value(branch: &str) -> Result<HeaderValue, Error> {
    if branch.is_empty() || !branch.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::configuration(
            "the branch is empty or has white space; set KNOCK_BRANCH, or pass a branch's slug as `new-onboarding`",
        ));
    }
    HeaderValue::from_str(branch).map_err(|_| Error::configuration("the branch cannot be put in a header"))
}

fn user_token_value(token: &Secret) -> Result<HeaderValue, Error> {
    let problem = "the user token is empty or has white space; pass a signed token (JWT) as `eyJ…`";
    let text = token.expose();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::configuration(problem));
    }
    sensitive(text).ok_or_else(|| Error::configuration(problem))
}

/// Headers whose value the SDK decides for each request.
const RESERVED: [&str; 7] = [
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "transfer-encoding",
];

fn header(name: &str, value: &Secret) -> Result<(HeaderName, HeaderValue), InvalidInput> {
    let parsed: HeaderName = name.parse().map_err(|_| {
        InvalidInput::new(
            "header",
            "has a name that is empty or has characters that a header name cannot have",
        )
    })?;
    let field = || format!("header {name}");
    if RESERVED.contains(&parsed.as_str()) {
        return Err(InvalidInput::new(field(), "is set by the SDK itself; it cannot be set here"));
    }
    let value = sensitive(value.expose()).ok_or_else(|| {
        InvalidInput::new(field(), "has a value with a line break or another control character")
    })?;
    Ok((parsed, value))
}

/// An absolute `http` or `https` URL, taken apart.
#[derive(Clone)]
struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Without the slash at its end; mostly empty.
    path: String,
}

impl BaseUrl {
    fn parse(url: &str) -> Result<Self, Error> {
        let refuse = |problem: &str| {
            Err(Error::configuration(format!(
                "the base URL {problem}; set KNOCK_BASE_URL, or pass a URL as `{DEFAULT_BASE_URL}`"
            )))
        };
        let Ok(uri) = url.trim().parse::<Uri>() else { return refuse("is not a URL") };
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return refuse("has no scheme or no host");
        };
        if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
            return refuse("is neither `https` nor `http`");
        }
        if authority.as_str().contains('@') {
            return refuse("has a user name in it");
        }
        if authority.host().len() < authority.as_str().len() && authority.port_u16().is_none() {
            return refuse("has a port that is not a number from 0 to 65535");
        }
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        if path.query().is_some() || url.contains('#') {
            return refuse("has a query or a fragment");
        }
        let path = path.path().trim_end_matches('/');
        if path.ends_with("/v1") {
            return refuse("ends with `/v1`, which every call's path begins with");
        }
        Ok(Self { scheme, authority, path: path.to_owned() })
    }

    fn join(&self, target: PathAndQuery) -> Result<Uri, Error> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(if self.path.is_empty() {
            target
        } else {
            PathAndQuery::from_maybe_shared(Bytes::from(format!("{}{target}", self.path)))
                .map_err(|_| Error::from(InvalidInput::new("path", "is longer than 65,534 bytes")))?
        });
        Uri::from_parts(parts).map_err(|_| Error::from(InvalidInput::new("path", "makes no URL")))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

/// What one call does other than its client's configuration says.
///
/// ```
/// use std::time::Duration;
/// use knock_core::{CallOptions, Operation, users};
///
/// let quick = CallOptions::new().timeout(Duration::from_millis(800)).max_retries(0);
/// let get = users::get("jhammond").with(quick);
/// # let _ = get;
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct CallOptions {
    headers: HeaderMap,
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Field<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) max_retries: Option<u32>,
    problem: Option<String>,
}

impl CallOptions {
    /// No difference.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long one attempt may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long the call may take with all its attempts and waits; `None` for no limit.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into().map_or(Field::Clear, Field::Set);
        self
    }

    /// How the call is retried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// How many further attempts may follow the first; the rest of the retry policy stays.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// The branch to work on.
    pub fn branch(mut self, slug: impl AsRef<str>) -> Self {
        let value = branch_value(slug.as_ref()).map(|value| (BRANCH, value));
        self.insert(value.map_err(|error| error.to_string()));
        self
    }

    /// The signed token of the user on whose behalf a public key acts.
    pub fn user_token(mut self, token: impl Into<Secret>) -> Self {
        let value = user_token_value(&token.into()).map(|value| (USER_TOKEN, value));
        self.insert(value.map_err(|error| error.to_string()));
        self
    }

    /// A header for this call.
    pub fn header(mut self, name: impl AsRef<str>, value: impl Into<Secret>) -> Self {
        self.insert(header(name.as_ref(), &value.into()).map_err(|error| error.to_string()));
        self
    }

    /// These options, with what `over` says in its place where it says something.
    pub(crate) fn overlaid_with(mut self, over: Self) -> Self {
        self.headers.extend(over.headers);
        self.timeout = over.timeout.or(self.timeout);
        self.deadline = if over.deadline.is_keep() { self.deadline } else { over.deadline };
        // A whole policy sets the number of retries, too.
        self.max_retries = over.max_retries.or(self.max_retries.filter(|_| over.retry.is_none()));
        self.retry = over.retry.or(self.retry);
        self.problem = self.problem.or(over.problem);
        self
    }

    fn insert(&mut self, header: Result<(HeaderName, HeaderValue), String>) {
        match header {
            Ok((name, value)) => drop(self.headers.insert(name, value)),
            Err(problem) => drop(self.problem.get_or_insert(problem)),
        }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first mistake among the settings: it is told when the call is made, so that setters chain.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(problem) = &self.problem {
            return Err(Error::configuration(problem.clone()));
        }
        check_limits(self.timeout, self.deadline.value().copied())
    }
}
