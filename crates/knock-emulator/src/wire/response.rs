//! The outcome of a handler: a success, or one of Knock's error envelopes.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use serde_json::{Value, json};

pub(crate) type Outcome = Result<Success, Failure>;

/// A 200 with a body, or a 204 without.
#[derive(Debug)]
pub(crate) struct Success(Option<Value>);

/// An error status with its body.
#[derive(Debug)]
pub(crate) struct Failure {
    status: u16,
    body: Value,
    /// In seconds.
    retry_after: Option<u64>,
}

#[allow(clippy::unnecessary_wraps)] // every handler returns an `Outcome`
pub(crate) fn ok(body: Value) -> Outcome {
    Ok(Success(Some(body)))
}

#[allow(clippy::unnecessary_wraps)]
pub(crate) fn no_content() -> Outcome {
    Ok(Success(None))
}

impl Failure {
    pub(crate) fn new(status: u16, code: &str, message: &str, kind: &str) -> Self {
        let body = json!({ "code": code, "message": message, "status": status, "type": kind });
        Self { status, body, retry_after: None }
    }

    /// A 404 for a resource that does not exist.
    pub(crate) fn missing() -> Self {
        Self::new(404, "resource_missing", "The resource you requested does not exist", "api_error")
    }

    /// A 400 for a request that cannot be parsed.
    pub(crate) fn malformed(message: &str) -> Self {
        Self::new(400, "malformed_request", message, "invalid_request_error")
    }

    /// A 422 for one field.
    pub(crate) fn invalid(field: &str, message: &str, kind: &str) -> Self {
        Self::invalid_fields(vec![field_error(field, message, kind)])
    }

    /// A 422 for several fields.
    pub(crate) fn invalid_fields(errors: Vec<Value>) -> Self {
        let mut failure = Self::new(
            422,
            "invalid_params",
            "One or more parameters supplied were invalid",
            "invalid_request_error",
        );
        failure.body["errors"] = Value::Array(errors);
        failure
    }

    /// A 400 in the other envelope, which only the idempotency layer uses.
    pub(crate) fn bare(error: &str) -> Self {
        Self { status: 400, body: json!({ "error": error }), retry_after: None }
    }

    /// Adds a `retry-after` header, in seconds.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self.body["status"] = json!(status);
        self
    }

    /// What is wrong, in one line.
    #[cfg(feature = "workflows")]
    pub(crate) fn summary(&self) -> String {
        let error = &self.body["errors"][0];
        match (error["field"].as_str(), error["message"].as_str()) {
            (Some(field), Some(message)) => format!("`{field}` {message}"),
            _ => self.body["message"].as_str().unwrap_or_default().to_owned(),
        }
    }

    pub(crate) fn response(&self) -> Response<Bytes> {
        let mut response = json_response(self.status, &self.body);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

pub(crate) fn field_error(field: &str, message: &str, kind: &str) -> Value {
    json!({ "field": field, "message": message, "type": kind })
}

/// The HTTP response for an outcome.
pub(crate) fn from_outcome(outcome: &Outcome) -> Response<Bytes> {
    match outcome {
        Ok(Success(Some(body))) => json_response(200, body),
        Ok(Success(None)) => with_status(204, Bytes::new()),
        Err(failure) => failure.response(),
    }
}

pub(crate) fn json_response(status: u16, body: &Value) -> Response<Bytes> {
    json_bytes(status, Bytes::from(body.to_string()))
}

pub(crate) fn json_bytes(status: u16, body: Bytes) -> Response<Bytes> {
    let mut response = with_status(status, body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

pub(crate) fn with_status(status: u16, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}
