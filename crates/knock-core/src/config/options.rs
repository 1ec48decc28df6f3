//! Options of one call.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::check_limit;
use crate::config::headers::{BRANCH, USER_TOKEN, branch_value, header, user_token_value};
use crate::error::Error;
use crate::pace::Pace;
use crate::retry::RetryPolicy;
use crate::value::{Field, Secret};

/// Options of one call that override the configuration of its client.
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
    pub(crate) pace: Option<Pace>,
    problem: Option<String>,
}

impl CallOptions {
    /// Returns options that override nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the timeout of one attempt.
    ///
    /// The connect timeout remains that of the client. If it is longer, an attempt may end while it connects: nothing
    /// was sent then, but there was no time to try another address of the host.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the deadline of the whole call, retries and waits included; `None` for no limit.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into().map_or(Field::Clear, Field::Set);
        self
    }

    /// Sets how the call is retried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets the maximum number of retries. The rest of the retry policy is unchanged.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// Sets the pace of the call, instead of that of the client. Pass the same one, or its clones, to each call.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = Some(pace);
        self
    }

    /// Sets the [branch](https://docs.knock.app/version-control/branches) to work on (`X-Knock-Branch`).
    pub fn branch(mut self, slug: impl AsRef<str>) -> Self {
        let value = branch_value(slug.as_ref()).map(|value| (BRANCH, value));
        self.insert(value.map_err(|error| error.to_string()));
        self
    }

    /// Sets the signed token of the user for whom a public key acts (`X-Knock-User-Token`).
    pub fn user_token(mut self, token: impl Into<Secret>) -> Self {
        let value = user_token_value(&token.into()).map(|value| (USER_TOKEN, value));
        self.insert(value.map_err(|error| error.to_string()));
        self
    }

    /// Adds a header to this call. Headers that the SDK sets itself, such as `content-type`, are invalid.
    pub fn header(mut self, name: impl AsRef<str>, value: impl Into<Secret>) -> Self {
        self.insert(header(name.as_ref(), &value.into()).map_err(|error| error.to_string()));
        self
    }

    /// Returns these options, overridden by those that are set in `over`.
    pub(crate) fn overlaid_with(mut self, over: Self) -> Self {
        self.headers.extend(over.headers);
        self.timeout = over.timeout.or(self.timeout);
        self.deadline = if over.deadline.is_keep() { self.deadline } else { over.deadline };
        // A whole policy also sets the number of retries.
        self.max_retries = over.max_retries.or(self.max_retries.filter(|_| over.retry.is_none()));
        self.retry = over.retry.or(self.retry);
        self.pace = over.pace.or(self.pace);
        self.problem = self.problem.or(over.problem);
        self
    }

    fn insert(&mut self, header: Result<(HeaderName, HeaderValue), String>) {
        match header {
            Ok((name, value)) => drop(self.headers.insert(name, value)),
            Err(problem) => drop(self.problem.get_or_insert(problem)),
        }
    }

    pub(crate) fn branch_value(&self) -> Option<&HeaderValue> {
        self.headers.get(BRANCH)
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the first invalid setting as an error, when the call is made. This keeps the setters infallible.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(problem) = &self.problem {
            return Err(Error::configuration(problem.clone()));
        }
        self.pace.as_ref().map_or(Ok(()), Pace::check)?;
        check_limit("timeout", self.timeout)?;
        check_limit("deadline", self.deadline.value().copied())
    }
}
