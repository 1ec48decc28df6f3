//! The trace context that a job carries from the process that enqueues it to the one that sends it.

use crate::error::Error;

/// The headers of the [W3C's trace context](https://www.w3.org/TR/trace-context/).
#[derive(Debug, Clone, Default)]
pub(crate) struct TraceContext {
    pub(crate) traceparent: Option<String>,
    pub(crate) tracestate: Option<String>,
}

impl TraceContext {
    pub(crate) fn new(traceparent: String) -> Self {
        Self { traceparent: Some(traceparent), tracestate: None }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.traceparent {
            Some(value) if Parts::of(value).is_none() => {
                let problem =
                    "is not a version, a trace id, a parent id and flags in hexadecimal, joined by `-`";
                Err(Error::invalid("traceparent", problem))
            }
            _ => Ok(()),
        }
    }

    /// Returns the id of the trace, which the worker's spans carry.
    pub(crate) fn trace_id(&self) -> Option<&str> {
        Some(Parts::of(self.traceparent.as_deref()?)?.trace)
    }
}

#[cfg(not(feature = "opentelemetry"))]
impl TraceContext {
    pub(crate) fn or_current(self) -> Self {
        self
    }

    #[allow(clippy::unused_self, reason = "it is used with the feature `opentelemetry`")]
    pub(crate) fn continue_in(&self, _: &tracing::Span) {}
}

#[cfg(feature = "opentelemetry")]
impl TraceContext {
    /// Returns this context, or that of the current span if there is none.
    pub(crate) fn or_current(self) -> Self {
        use opentelemetry::trace::TraceContextExt;
        use tracing_opentelemetry::OpenTelemetrySpanExt;

        if self.traceparent.is_some() {
            return self;
        }
        let context = tracing::Span::current().context();
        let span = context.span();
        let span = span.span_context();
        if !span.is_valid() {
            return self;
        }
        let traceparent =
            format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8());
        let tracestate = Some(span.trace_state().header()).filter(|state| !state.is_empty());
        Self { traceparent: Some(traceparent), tracestate }
    }

    /// Makes this context the parent of a span.
    pub(crate) fn continue_in(&self, span: &tracing::Span) {
        use opentelemetry::Context;
        use opentelemetry::trace::TraceContextExt;
        use tracing_opentelemetry::OpenTelemetrySpanExt;

        if let Some(remote) = self.remote() {
            // It fails if the subscriber has no layer for OpenTelemetry, so that there is no trace to continue.
            let _ = span.set_parent(Context::new().with_remote_span_context(remote));
        }
    }

    fn remote(&self) -> Option<opentelemetry::trace::SpanContext> {
        use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

        let parts = Parts::of(self.traceparent.as_deref()?)?;
        let state = self.tracestate.as_deref().and_then(|state| state.parse::<TraceState>().ok());
        Some(SpanContext::new(
            TraceId::from_hex(parts.trace).ok()?,
            SpanId::from_hex(parts.parent).ok()?,
            TraceFlags::new(u8::from_str_radix(parts.flags, 16).ok()?),
            true,
            state.unwrap_or_default(),
        ))
    }
}

#[cfg_attr(not(feature = "opentelemetry"), allow(dead_code))]
struct Parts<'a> {
    trace: &'a str,
    parent: &'a str,
    flags: &'a str,
}

impl<'a> Parts<'a> {
    /// Reads `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
    fn of(traceparent: &'a str) -> Option<Self> {
        let hex =
            |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut parts = traceparent.split('-');
        let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let valid =
            hex(version, 2) && hex(trace, 32) && hex(parent, 16) && hex(flags, 2) && parts.next().is_none();
        valid.then_some(Self { trace, parent, flags })
    }
}

#[cfg(test)]
mod tests {
    use super::TraceContext;

    #[test]
    fn a_traceparent_is_checked() {
        let context = TraceContext::new("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into());
        assert!(context.check().is_ok());
        assert_eq!(context.trace_id(), Some("0af7651916cd43dd8448eb211c80319c"));
        for invalid in
            ["", "00", "00-0af7-b7ad-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"]
        {
            let error = TraceContext::new(invalid.into()).check().unwrap_err();
            assert!(error.to_string().starts_with("`traceparent` is not "), "{error}");
        }
    }
}
