//! The encoder of requests.

use bytes::Bytes;
use serde::Serialize;

use crate::call::{OperationInfo, PreparedCall};
use crate::value::InvalidInput;
use crate::wire::{
    NO_JSON, ObjectText, Query, QueryValue, check_idempotency_key, push_segment, write_object,
};

/// The initial capacity of a body. Most bodies fit, so they need no second allocation.
const USUAL_BODY_BYTES: usize = 512;

/// An encoder to which an [`Operation`](crate::Operation) writes its request.
///
/// Write the parameters of the path in the order of the route, then the query and the body.
#[derive(Debug)]
pub struct RequestEncoder<'r> {
    route: &'r str,
    target: String,
    body: Option<Vec<u8>>,
}

impl<'r> RequestEncoder<'r> {
    pub(crate) fn new(route: &'r str) -> Self {
        Self { route, target: String::new(), body: None }
    }

    /// Writes the value of the route's next parameter, `{name}`, as one segment of the path.
    ///
    /// # Errors
    ///
    /// If the value is empty, `.` or `..`, or if `name` is not the next parameter.
    pub fn path(&mut self, name: &'static str, value: &str) -> Result<(), InvalidInput> {
        let mismatch = || InvalidInput::new(name, "is not the next parameter of the route");
        let before_query = !self.target.contains('?');
        let (literal, rest) = self.route.split_once('{').filter(|_| before_query).ok_or_else(mismatch)?;
        let rest = rest.strip_prefix(name).and_then(|rest| rest.strip_prefix('}')).ok_or_else(mismatch)?;
        // The exact size for a route with one parameter that needs no escapes, which saves a copy.
        self.target.reserve_exact(literal.len() + value.len() + rest.len());
        self.target.push_str(literal);
        push_segment(&mut self.target, name, value)?;
        self.route = rest;
        Ok(())
    }

    /// Appends a query parameter; `None` adds nothing.
    ///
    /// # Errors
    ///
    /// If the value is invalid, for example an empty id or an empty list.
    pub fn query(&mut self, name: &str, value: &(impl QueryValue + ?Sized)) -> Result<(), InvalidInput> {
        self.finish_path();
        value.append(name, &mut Query::new(&mut self.target))
    }

    /// Appends a query that is already encoded.
    pub(crate) fn raw_query(&mut self, query: &str) {
        self.finish_path();
        self.target.push_str(query);
    }

    /// Sets the JSON body.
    ///
    /// # Errors
    ///
    /// If the value cannot be serialized to JSON.
    pub fn json(&mut self, body: &(impl Serialize + ?Sized)) -> Result<(), InvalidInput> {
        self.body_text(USUAL_BODY_BYTES, |text| serde_json::to_writer(text, body))
    }

    /// Sets the JSON body to an object of about this many bytes, which is written member by member.
    pub(crate) fn object(
        &mut self,
        bytes: usize,
        write: impl FnOnce(&mut ObjectText<'_>) -> serde_json::Result<()>,
    ) -> Result<(), InvalidInput> {
        self.body_text(bytes, |text| write_object(text, write))
    }

    /// Sets the JSON body to an object, which is written member by member.
    pub(crate) fn json_object(
        &mut self,
        write: impl FnOnce(&mut ObjectText<'_>) -> serde_json::Result<()>,
    ) -> Result<(), InvalidInput> {
        self.object(USUAL_BODY_BYTES, write)
    }

    /// Sets the body, which is JSON already.
    pub(crate) fn raw_body(&mut self, body: Vec<u8>) {
        self.body = Some(body);
    }

    fn body_text(
        &mut self,
        bytes: usize,
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> Result<(), InvalidInput> {
        let mut text = Vec::with_capacity(bytes);
        write(&mut text).map_err(|_| InvalidInput::new("body", NO_JSON))?;
        self.body = Some(text);
        Ok(())
    }

    /// Returns the name of the route's next parameter, if there is one.
    pub(crate) fn next_parameter(&self) -> Option<&'r str> {
        let (_, rest) = self.route.split_once('{')?;
        rest.split_once('}').map(|(name, _)| name)
    }

    fn finish_path(&mut self) {
        // A route with a parameter that has no value is left as it is, and refused by `finish`.
        if self.next_parameter().is_none() {
            self.target.push_str(std::mem::take(&mut self.route));
        }
    }

    pub(crate) fn finish(
        mut self,
        info: &OperationInfo,
        idempotency_key: Option<&str>,
    ) -> Result<PreparedCall, InvalidInput> {
        if let Some(key) = idempotency_key {
            check_idempotency_key(key)?;
        }
        self.finish_path();
        if let Some(name) = self.next_parameter() {
            return Err(InvalidInput::new(name.to_owned(), "is a parameter of the route without a value"));
        }
        PreparedCall::new(info, self.target, self.body.map(Bytes::from), idempotency_key)
    }
}
