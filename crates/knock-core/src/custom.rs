//! The escape hatch: any method, path, query and JSON body, for what has no type yet.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{DecodeError, InvalidInput};
use crate::json::LazyJson;
use crate::operation::{Method, Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::query::{Query, QueryValue};
use crate::response;

/// An operation made up by the caller: the same key, retries, time limits and errors as every other.
///
/// Parameters in the path stand in braces and are given with [`path`](Self::path), so that any id is encoded right.
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
    path: Vec<(&'static str, String)>,
    query: String,
    body: Option<LazyJson>,
    idempotency_key: Option<String>,
    output: PhantomData<fn() -> O>,
}

/// Begins an operation of one's own, whose answer is read as an `O`.
///
/// An answer without a body reads as JSON `null`; ask for [`serde::de::IgnoredAny`] where the answer does not matter.
pub fn request<O: DeserializeOwned>(method: Method, route: &'static str) -> Custom<O> {
    let mut info = OperationInfo { method, route, ..Custom::<O>::INFO };
    info.repeatable = method != Method::Post;
    Custom {
        info,
        path: Vec::new(),
        query: String::new(),
        body: None,
        idempotency_key: None,
        output: PhantomData,
    }
}

impl<O> Custom<O> {
    /// Gives the route's parameter `{name}` its value, which becomes one segment of the path.
    pub fn path(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.path.push((name, value.into()));
        self
    }

    /// Appends a query parameter; absent values add nothing.
    pub fn query(mut self, name: &str, value: impl QueryValue) -> Self {
        value.append(name, &mut Query::new(&mut self.query));
        self
    }

    /// Sets the JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(LazyJson::new("body", body));
        self
    }

    /// Says that doing it twice leaves the same as doing it once, so that it may be retried.
    ///
    /// It is assumed of every method but `POST`.
    pub fn repeatable(mut self) -> Self {
        self.info.repeatable = true;
        self
    }

    /// Sends an `Idempotency-Key`, for an endpoint that honours it; the call may then be retried.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self.info.idempotency_key = true;
        self.repeatable()
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
            request.path(name, value)?;
        }
        if let Some((name, _)) =
            self.path.iter().find(|(name, _)| !self.info.route.contains(&format!("{{{name}}}")))
        {
            return Err(InvalidInput::new(*name, "is not a parameter of the route, `{…}`"));
        }
        if !self.info.route.starts_with('/') {
            return Err(InvalidInput::new("route", "does not begin with `/`, as `/v1/users/{id}` does"));
        }
        if self.info.route.contains(['?', '#']) {
            return Err(InvalidInput::new("route", "has a query or a fragment; give the query with `query`"));
        }
        if self.info.route.matches('{').count() != self.info.route.matches('}').count() {
            return Err(InvalidInput::new("route", "has a brace alone; a parameter is written `{id}`"));
        }
        request.raw_query(&self.query);
        request.idempotency_key(self.idempotency_key.as_deref())?;
        if let Some(body) = &self.body {
            request.json(body.get()?)?;
        }
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<O, DecodeError> {
        response::json(response)
    }
}
