//! Custom operations: any method, path, query and JSON body, for endpoints that this crate does not model yet.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Method, OperationInfo, RateLimitTier};
use crate::operation::{Operation, RequestEncoder};
use crate::value::{InvalidInput, Text};
use crate::wire::{DecodeError, JsonText, Query, QueryValue, json};

/// A custom operation, with the same authentication, retries, time limits and errors as any other.
///
/// It is created by [`request`]. Parameters of the route are written in braces, and their values are set with
/// [`path`](Self::path), which encodes them.
///
/// ```
/// use knock_core::{Config, Method, Operation, custom};
/// use serde_json::{Value, json};
///
/// let config = Config::new("sk_test_12345")?;
/// let operation = custom::request::<Value>(Method::Patch, "/v1/users/{id}/badges")
///     .path("id", "jhammond")
///     .query("notify", true)
///     .json(&json!({ "badge": "founder" }));
/// let request = operation.to_request(&config)?;
/// assert_eq!(request.uri().path(), "/v1/users/jhammond/badges");
/// # Ok::<(), knock_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Custom<O> {
    info: OperationInfo,
    path: Vec<(&'static str, Text)>,
    query: String,
    /// The first invalid argument, which is reported when the call is made.
    problem: Option<InvalidInput>,
    body: Option<JsonText>,
    idempotency_key: Option<Text>,
    output: PhantomData<fn() -> O>,
}

/// Returns a custom operation whose response is read as an `O`.
///
/// The `route` is a path such as `/v1/users/{id}/badges`. A response without a body is read as JSON `null`. If the
/// response does not matter, use [`serde::de::IgnoredAny`].
pub fn request<O: DeserializeOwned>(method: Method, route: &'static str) -> Custom<O> {
    Custom {
        info: info(method, route),
        path: Vec::new(),
        query: String::new(),
        problem: None,
        body: None,
        idempotency_key: None,
        output: PhantomData,
    }
}

/// Returns the facts of a custom operation. What is not a `GET` may do something else a second time.
fn info(method: Method, route: &'static str) -> OperationInfo {
    const NAME: &str = "custom";
    const TIER: RateLimitTier = RateLimitTier::Tier5;
    match method {
        Method::Get => OperationInfo::get(NAME, route, TIER),
        _ => OperationInfo { method, ..OperationInfo::post(NAME, route, TIER) },
    }
}

impl<O> Custom<O> {
    /// Sets the value of the parameter `{name}` of the route. It becomes one segment of the path.
    pub fn path(mut self, name: &'static str, value: impl Into<Text>) -> Self {
        self.path.push((name, value.into()));
        self
    }

    /// Appends a query parameter; `None` adds nothing.
    pub fn query(mut self, name: &str, value: impl QueryValue) -> Self {
        let appended = value.append(name, &mut Query::new(&mut self.query));
        self.problem = self.problem.or(appended.err());
        self
    }

    /// Sets the JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(JsonText::new("body", body));
        self
    }

    /// Declares that repeating the operation has the same effect as performing it once, so that it is retried even if
    /// the outcome of an attempt is unknown.
    ///
    /// This is the default for `GET` only. Knock also has endpoints with `PUT`, `PATCH` or `DELETE` for which a second
    /// request does more than the first, for example one that records another interaction.
    pub fn repeatable(mut self) -> Self {
        self.info = self.info.repeatable();
        self
    }

    /// Sets the idempotency key, for an endpoint that honours one. The operation is then
    /// [`repeatable`](Self::repeatable).
    pub fn idempotency_key(mut self, key: impl Into<Text>) -> Self {
        self.idempotency_key = Some(key.into());
        self.info = self.info.honours_idempotency_key();
        self
    }
}

impl<O: DeserializeOwned> Operation for Custom<O> {
    type Output = O;
    const INFO: OperationInfo = OperationInfo::get("custom", "", RateLimitTier::Tier5);

    fn info(&self) -> OperationInfo {
        self.info
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        while let Some((name, value)) =
            request.next_parameter().and_then(|next| self.path.iter().find(|(name, _)| *name == next))
        {
            request.path(name, value.as_str())?;
        }
        if let Some((name, _)) =
            self.path.iter().find(|(name, _)| !self.info.route.contains(&format!("{{{name}}}")))
        {
            return Err(InvalidInput::new(*name, "is not a parameter of the route"));
        }
        if !self.info.route.starts_with('/') {
            return Err(InvalidInput::new(
                "route",
                "does not begin with `/`; pass a path such as `/v1/users/{id}`",
            ));
        }
        if self.info.route.contains(['?', '#']) {
            return Err(InvalidInput::new(
                "route",
                "contains a query or a fragment; set parameters of the query with `query`",
            ));
        }
        if self.info.route.matches('{').count() != self.info.route.matches('}').count() {
            return Err(InvalidInput::new("route", "has an unmatched brace; write a parameter as `{id}`"));
        }
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        request.raw_query(&self.query);
        if let Some(body) = &self.body {
            request.json(body.get()?)?;
        }
        Ok(())
    }

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(Text::as_str)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<O, DecodeError> {
        json(response)
    }
}
