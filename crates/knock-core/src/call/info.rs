//! The facts of an operation.

use std::fmt;
use std::time::Duration;

use crate::value::InvalidInput;

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
    /// outcome of an attempt is unknown. It follows from [`repetition`](Self::repetition), not from the method.
    pub repeatable: bool,
    /// What it does to perform the operation a second time.
    pub repetition: Repetition,
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

    const fn new(
        name: &'static str,
        method: Method,
        route: &'static str,
        tier: RateLimitTier,
        repetition: Repetition,
    ) -> Self {
        let repeatable = repetition.is_safe();
        Self { name, method, route, tier, repeatable, repetition, idempotency_key: false, retention: false }
    }

    /// Returns the facts of a `GET`, which is safe to repeat.
    pub const fn get(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Get, route, tier, Repetition::READ)
    }

    /// Returns the facts of a `PUT`. It is repeated only if it is declared [`repeatable`](Self::repeatable), or what it
    /// does a second time is declared with [`twice_same`](Self::twice_same) or a similar method.
    pub const fn put(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Put, route, tier, Repetition::UNDECLARED)
    }

    /// Returns the facts of a `DELETE`. It is repeated under the same conditions as a [`put`](Self::put).
    pub const fn delete(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Delete, route, tier, Repetition::UNDECLARED)
    }

    /// Returns the facts of a `POST`. It is repeated under the same conditions as a [`put`](Self::put).
    pub const fn post(name: &'static str, route: &'static str, tier: RateLimitTier) -> Self {
        Self::new(name, Method::Post, route, tier, Repetition::UNDECLARED)
    }

    /// Declares that repeating the operation has the same effect as performing it once. Nothing is known about the
    /// second response.
    #[must_use]
    pub const fn repeatable(self) -> Self {
        if self.repeatable { self } else { self.repeated(Repetition::DECLARED) }
    }

    /// Declares that Knock honours an idempotency key, so that the operation is safe to repeat with one.
    #[must_use]
    pub const fn honours_idempotency_key(mut self) -> Self {
        self.idempotency_key = true;
        self.repeatable()
    }

    /// Declares that a second time has the same effect as the first, and gets the same response.
    ///
    /// The `source` of this and the following methods names the documentation that tells, or reports that none does.
    #[must_use]
    pub const fn twice_same(self, source: &'static str) -> Self {
        self.repeated(Repetition::new(Twice::Same, Twice::Same, Twice::Same, source))
    }

    /// Declares that a second time has the same effect as the first, but gets another `response`, for example an empty
    /// list of what was deleted.
    #[must_use]
    pub const fn twice_returns(self, response: &'static str, source: &'static str) -> Self {
        self.repeated(Repetition::new(Twice::Same, Twice::Same, Twice::Differs(response), source))
    }

    /// Declares that a second time has the same effect as the first, and that its response is not documented.
    #[must_use]
    pub const fn twice_same_effect(self, source: &'static str) -> Self {
        self.repeated(Repetition::new(Twice::Same, Twice::Same, Twice::NotDocumented, source))
    }

    /// Declares that a second time causes a second `event`, so that the operation is not safe to repeat.
    #[must_use]
    pub const fn twice_emits(self, event: &'static str, source: &'static str) -> Self {
        self.repeated(Repetition::new(Twice::Same, Twice::Differs(event), Twice::Same, source))
    }

    /// Declares that a second time adds to what the first did, for example a second schedule with its own events, and
    /// that the response is about the addition. The operation is not safe to repeat.
    #[must_use]
    pub const fn twice_adds(self, addition: &'static str, source: &'static str) -> Self {
        let adds = Twice::Differs(addition);
        self.repeated(Repetition::new(adds, adds, adds, source))
    }

    /// Declares that it is not documented what a second time does. The operation is therefore not repeated.
    #[must_use]
    pub const fn twice_undocumented(self, source: &'static str) -> Self {
        let unknown = Twice::NotDocumented;
        self.repeated(Repetition::new(unknown, unknown, unknown, source))
    }

    const fn repeated(mut self, repetition: Repetition) -> Self {
        self.repetition = Repetition { deduplicated: self.repetition.deduplicated, ..repetition };
        self.repeatable = repetition.is_safe();
        self
    }

    /// Declares that Knock updates each entity of the call at most once per second; see
    /// [`Repetition::deduplicated`].
    #[must_use]
    pub const fn deduplicated(mut self) -> Self {
        self.repetition.deduplicated = true;
        self
    }

    /// Declares that the account's data retention period applies.
    #[must_use]
    pub const fn under_retention(mut self) -> Self {
        self.retention = true;
        self
    }
}

/// What it does to perform an operation a second time with the same arguments, after a first time that succeeded and
/// whose response was lost.
///
/// ```
/// use knock_core::{Operation, schedules};
///
/// let repetition = schedules::Delete::INFO.repetition;
/// assert!(repetition.is_safe());
/// assert_eq!(repetition.response.to_string(), "an empty list");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repetition {
    /// What Knock stores. Times such as `updated_at` and `seen_at` are not compared; they are those of the second time.
    pub state: Twice,
    /// The events, and what they start, such as webhooks and notifications.
    pub events: Twice,
    /// The response to the second call.
    pub response: Twice,
    /// Whether Knock updates each entity of the call at most once per second. A repetition within this second is
    /// reported as rate limited, although the first time succeeded, so a retry waits longer.
    ///
    /// See [Knock's batch rate limits](https://docs.knock.app/api-reference/overview/batch-rate-limits).
    pub deduplicated: bool,
    /// The documentation that tells, or a statement that none does.
    ///
    /// *API* is Knock's machine-readable description of its API, and *docs* the page of Knock's documentation.
    /// *Inferred* means that it follows from the page without being stated there.
    pub source: &'static str,
}

impl Repetition {
    /// A `GET`.
    const READ: Self =
        Self::new(Twice::Same, Twice::Same, Twice::Same, "RFC 9110, 9.2.1: `GET` changes nothing");
    const UNDECLARED: Self =
        Self::new(Twice::NotDocumented, Twice::NotDocumented, Twice::NotDocumented, "not declared");
    const DECLARED: Self =
        Self::new(Twice::Same, Twice::Same, Twice::NotDocumented, "declared by the author of the operation");

    /// The second in which Knock updates an entity only once, and a margin for the time that requests travel.
    const DEDUPLICATION: Duration = Duration::from_millis(1250);

    const fn new(state: Twice, events: Twice, response: Twice, source: &'static str) -> Self {
        Self { state, events, response, deduplicated: false, source }
    }

    /// Returns whether the operation may be repeated: a second time changes nothing and causes no event. What is not
    /// documented counts as a difference.
    pub const fn is_safe(&self) -> bool {
        self.state.is_same() && self.events.is_same()
    }

    /// Returns the shortest wait before a repetition: more than a second if the operation is
    /// [`deduplicated`](Self::deduplicated), and zero otherwise.
    pub const fn min_wait(&self) -> Duration {
        Self::min_wait_if(self.deduplicated)
    }

    pub(in crate::call) const fn min_wait_if(deduplicated: bool) -> Duration {
        if deduplicated { Self::DEDUPLICATION } else { Duration::ZERO }
    }
}

/// How the second time that an operation is performed compares with the first.
///
/// `Display` prints a short description, for example `same` or `an empty list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Twice {
    /// There is no difference, apart from times such as `updated_at`.
    Same,
    /// There is a difference, which the text describes, for example `a second schedule`.
    Differs(&'static str),
    /// Knock does not document it.
    NotDocumented,
}

impl Twice {
    /// Returns whether it is documented, or follows from the documentation, that there is no difference.
    pub const fn is_same(&self) -> bool {
        matches!(self, Self::Same)
    }
}

impl fmt::Display for Twice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "same",
            Self::Differs(difference) => difference,
            Self::NotDocumented => "not documented",
        })
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
    pub(in crate::call) fn from_number(number: u8) -> Result<Self, InvalidInput> {
        Ok(match number {
            1 => Self::Tier1,
            2 => Self::Tier2,
            3 => Self::Tier3,
            4 => Self::Tier4,
            5 => Self::Tier5,
            _ => return Err(InvalidInput::new("tier", "is not one of Knock's rate limit tiers, 1 to 5")),
        })
    }

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
