//! Any error response: what the error reports, and what the call does next.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use knock_core::call::{Call, Verdict};
use knock_core::{CallOptions, Error, FieldError, Operation, RetryPolicy, StopReason, users, workflows};
use serde_json::Value;

use crate::{KEY, NOW, check_debug, check_error, config, mentions, response, within_json};

type Response = http::Response<bytes::Bytes>;

const PERSONAL: &str = "jane.doe+knock@example.com";
const MAX_WAIT: Duration = Duration::from_secs(60);

/// Checks one input.
pub fn check(input: &[u8]) {
    let mut response = response(input);
    if response.status().is_success() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    if mentions(input, KEY) || mentions(input, PERSONAL) {
        return;
    }
    let get = users::get(PERSONAL);
    let error = get.parse(response.clone(), NOW).expect_err("the status is no success");
    check_read(&error, &response);

    let trigger = workflows::trigger("welcome").recipients([PERSONAL]);
    let error = trigger.parse(response.clone(), NOW).expect_err("the status is no success");
    check_read(&error, &response);

    for retries in [0, 1, 2] {
        check_wait(&get, &response, retries);
        check_wait(&trigger, &response, retries);
    }
}

fn check_read(error: &Error, response: &Response) {
    check_error(error, &[PERSONAL]);
    for field in error.field_errors() {
        check_debug(field, &[PERSONAL]);
    }
    let headers = response.headers();
    assert_eq!(error.headers(), Some(headers));
    let id = headers.get("x-request-id").and_then(|id| id.to_str().ok());
    assert_eq!(error.request_id(), id);
    assert_ne!(error.retry_after(), Some(Duration::ZERO));
    if let Some(seconds) = plain_seconds(headers) {
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)).filter(|wait| !wait.is_zero()));
    }
    check_envelope(error, response);
}

/// Returns the number of seconds in `Retry-After` if it is one and nothing overrides it.
fn plain_seconds(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key("retry-after-ms") {
        return None;
    }
    let text = headers.get("retry-after")?.to_str().ok()?;
    (text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Checks what was read of the body, if every reader of JSON reads it in the same way.
fn check_envelope(error: &Error, response: &Response) {
    let status = response.status();
    let redirects = status.is_redirection() && status != StatusCode::NOT_MODIFIED;
    if redirects {
        assert!(error.message().starts_with("the server redirects"), "{error}");
        assert!(error.field_errors().is_empty() && error.code().is_none());
        return;
    }
    if !within_json(response.body()) {
        return;
    }
    let body: Value = serde_json::from_slice(response.body()).expect("it was just read");
    assert_eq!(error.code(), body["code"].as_str());
    let message = body["message"].as_str().or(body["error"].as_str());
    assert_eq!(error.message(), message.unwrap_or_default());
    let errors = match &body["errors"] {
        Value::Array(errors) => errors.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    let expected: Vec<_> = errors.iter().filter_map(field_error).collect();
    let read = |error: &FieldError| (error.field.clone(), error.message.clone(), error.kind.clone());
    assert_eq!(error.field_errors().iter().map(read).collect::<Vec<_>>(), expected);
}

/// A field, a message and a kind.
type Texts = (Option<String>, Option<String>, Option<String>);

fn field_error(error: &Value) -> Option<Texts> {
    if let Some(message) = error.as_str() {
        return Some((None, Some(message.to_owned()), None));
    }
    let members = error.as_object()?;
    let text = |name: &str| match members.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text.clone())),
        Some(_) => None,
    };
    let (field, message, kind) = (text("field")?, text("message")?, text("type")?);
    (field.is_some() || message.is_some()).then_some((field, message, kind))
}

/// Checks that the wait before a retry is what the server asks for, within the bounds of the policy.
fn check_wait(operation: &impl Operation, response: &Response, retries: u32) {
    let policy = RetryPolicy::default().max_retries(retries).max_retry_after(MAX_WAIT);
    let options = CallOptions::new().retry(policy).deadline(None);
    let prepared = operation.prepare([7; 16]).expect("the arguments are valid");
    let call = Call::new(&config(), prepared, Some(&options), NOW, [7; 16]).expect("the options are valid");
    let (_, sent) = call.send(NOW).expect("the request is valid");
    // A redirect is not Knock's response.
    let is_knocks = response.status().as_u16() >= 400;
    let asks = response.headers().get("x-should-retry").filter(|_| is_knocks);
    let asks = asks.map(|value| value.as_bytes().to_vec());
    let asks = asks.as_deref();
    match sent.receive(response.clone(), NOW) {
        Verdict::Done(_) => panic!("the status is no success"),
        Verdict::Retry { after, .. } => {
            assert!(retries > 0 && asks != Some(b"false"));
            assert!(!after.is_zero() && after <= MAX_WAIT, "{after:?}");
            if let Some(seconds) = plain_seconds(response.headers()).filter(|seconds| *seconds > 0) {
                assert_eq!(after, Duration::from_secs(seconds));
            }
        }
        Verdict::Failed(error) => {
            check_error(&error, &[PERSONAL]);
            let too_long = error.retry_after().is_some_and(|wait| wait > MAX_WAIT);
            match error.stopped_by().expect("the call began") {
                StopReason::AttemptsExhausted => assert_eq!(retries, 0),
                StopReason::RetryAfterTooLong => assert!(too_long && retries > 0),
                StopReason::NotRetryable => assert_ne!(asks, Some(&b"true"[..])),
                reason => panic!("stopped by {reason:?}"),
            }
        }
    }
}
