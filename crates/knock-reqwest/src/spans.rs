//! Spans and events that follow OpenTelemetry's
//! [conventions for HTTP clients](https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span).
//!
//! They contain the path of the URL only as a template, because the path itself contains ids, which may be personal.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use knock_core::{Attempt, TransportError};
use tracing::field::Empty;
use tracing::{Instrument, Span};

/// The largest number of characters of the request id that is recorded, as in the text of an error.
const MAX_ID_CHARS: usize = 200;

pub(crate) fn attempt(request: &http::Request<Bytes>, attempt: Attempt<'_>) -> Span {
    let uri = request.uri();
    let default_port = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    let span = tracing::info_span!(
        "knock.request",
        otel.name = format_args!("{} {}", request.method(), attempt.route),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = request.method().as_str(),
        http.request.body.size = request.body().len(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        url.template = attempt.route,
        url.scheme = uri.scheme_str(),
        server.address = uri.host(),
        server.port = uri.port_u16().unwrap_or(default_port),
        error.type = Empty,
        knock.operation = attempt.operation,
        knock.request_id = Empty,
    );
    if attempt.number > 1 {
        span.record("http.request.resend_count", attempt.number - 1);
    }
    span
}

pub(crate) async fn record(
    span: Span,
    exchange: impl Future<Output = Result<http::Response<Bytes>, TransportError>>,
) -> Result<http::Response<Bytes>, TransportError> {
    let result = exchange.instrument(span.clone()).await;
    match &result {
        Ok(response) => responded(&span, response),
        Err(error) => failed(&span, error.kind().as_str(), &error),
    }
    result
}

fn responded(span: &Span, response: &http::Response<Bytes>) {
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if let Some(id) = response.headers().get("x-request-id").and_then(|id| id.to_str().ok()) {
        // It is ASCII, so it can be cut anywhere.
        span.record("knock.request_id", id.get(..MAX_ID_CHARS).unwrap_or(id));
    }
    if status.is_success() {
        tracing::debug!(parent: span, "received a response");
    } else {
        failed(span, status.as_str(), &status);
    }
}

fn failed(span: &Span, kind: &str, cause: &dyn fmt::Display) {
    span.record("error.type", kind);
    span.record("otel.status_code", "ERROR");
    tracing::warn!(parent: span, error.type = kind, "the attempt failed: {cause}");
}

pub(crate) fn waiting(duration: Duration) {
    tracing::debug!(wait_ms = duration.as_secs_f64() * 1000.0, "waiting before the next attempt");
}
