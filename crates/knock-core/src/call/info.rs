//! The facts of an operation.

use std::fmt;

/// The facts about an operation, such as its name, its route and its rate limit.
///
/// ```
/// use knock_core::{Operation, workflows};
///
/// let info = workflows::Trigger::INFO;
/// assert_eq!((info.name, info.route), ("workflows.trigger", "/v1/workflows/{key}/trigger"));
/// assert!(info.idempotency_key);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationInfo {
    /// The name: the module and the function that create the operation, for example `workflows.trigger`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path with its parameters in braces, as in Knock's API reference.
    pub route: &'static str,
    /// The rate limit.
    pub tier: RateLimitTier,
    /// Whether repeating the operation has the same effect as performing it once. If so, it is retried even if the
    /// outcome of an attempt is unknown.
    pub repeatable: bool,
    /// Whether Knock honours an idempotency key, which makes it safe to repeat the operation with the same key.
    pub idempotency_key: bool,
    /// Whether the data that it reads is subject to the account's retention period. Older data is not found.
    pub retention: bool,
}

impl OperationInfo {
    /// Returns whether a call may be repeated if its outcome is unknown. An operation that honours idempotency keys may
    /// be repeated only with one.
    pub(crate) const fn is_repeatable_with(&self, idempotency_key: Option<&str>) -> bool {
        self.repeatable && (!self.idempotency_key || idempotency_key.is_some())
    }

    const fn new(name: &'static str, method: Method, route: &'static str, tier: RateLimitTier) -> Self {
        let repeatable = !matches!(method, Method::Post);
        Self { name, method, route, tier, repeatable, idempotency_key: false, retention: false }
    }

    /// Returns the facts of a `GET`, which is safe to repeat.
    pub const fn get(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Get, route, tier)
    }

    /// Returns the facts of a `PUT`, which is safe to repeat.
    pub const fn put(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Put, route, tier)
    }

    /// Returns the facts of a `DELETE`, which is safe to repeat.
    pub const fn delete(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Delete, route, tier)
    }

    /// Returns the facts of a `POST`, which is not safe to repeat unless it is declared
    /// [`repeatable`](Self::repeatable).
    pub const fn post(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Post, route, tier)
    }

    /// Declares that repeating the operation has the same effect as performing it once.
    #[must_use]
    pub const fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Declares that Knock honours an idempotency key, so that the operation is safe to repeat with one.
    #[must_use]
    pub const fn honours_idempotency_key(mut self) -> Self {
        self.idempotency_key = true;
        self.repeatable()
    }

    /// Declares that the account's data retention period applies.
    #[must_use]
    pub const fn under_retention(mut self) -> Self {
        self.retention = true;
        self
    }
}

/// An HTTP method of Knock's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// Returns the name of the method, for example `GET`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// The rate limit of an operation. It applies per environment or, with a user token, per environment and user.
///
/// See [Knock's rate limits](https://docs.knock.app/api-reference/overview/rate-limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RateLimitTier {
    /// 1 request per second.
    Tier1 = 1,
    /// 5 requests per second.
    Tier2 = 2,
    /// 60 requests per second.
    Tier3 = 3,
    /// 200 requests per second.
    Tier4 = 4,
    /// 1,000 requests per second.
    Tier5 = 5,
}

impl RateLimitTier {
    /// Returns the number of requests per second.
    pub const fn per_second(self) -> u32 {
        match self {
            Self::Tier1 => 1,
            Self::Tier2 => 5,
            Self::Tier3 => 60,
            Self::Tier4 => 200,
            Self::Tier5 => 1000,
        }
    }
}
