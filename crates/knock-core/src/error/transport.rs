//! The error of a transport.

use std::error::Error as StdError;
use std::fmt;

/// The cause of an error, as returned by [`StdError::source`].
pub(super) type Source = Box<dyn StdError + Send + Sync>;

/// The error of a transport that got no response to a request.
///
/// There are three kinds, which decide whether the request can be retried safely: [`not_sent`](Self::not_sent),
/// [`interrupted`](Self::interrupted) and [`timed_out`](Self::timed_out).
#[derive(Debug)]
pub struct TransportError {
    pub(super) kind: TransportErrorKind,
    pub(super) source: Option<Source>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TransportErrorKind {
    NotSent,
    Interrupted,
    TimedOut,
}

impl TransportErrorKind {
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::NotSent => "could not connect; nothing was sent",
            Self::Interrupted => "the connection broke before the response",
            Self::TimedOut => "no response within the timeout of the attempt",
        }
    }
}

impl TransportError {
    /// Returns the error of a request that was not sent, so that the server did not act.
    ///
    /// `source` must not contain the URL or the headers of the request.
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind: TransportErrorKind::NotSent, source: Some(source.into()) }
    }

    /// Returns the error of a connection that broke when the server may already have acted.
    ///
    /// `source` must not contain the URL or the headers of the request.
    pub fn interrupted(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind: TransportErrorKind::Interrupted, source: Some(source.into()) }
    }

    /// Returns the error of a request without a response within the timeout of the attempt. The server may have acted.
    pub fn timed_out() -> Self {
        Self { kind: TransportErrorKind::TimedOut, source: None }
    }

    /// Returns the kind of error for OpenTelemetry's `error.type`: `not_sent`, `interrupted` or `timeout`.
    pub fn kind_str(&self) -> &'static str {
        match self.kind {
            TransportErrorKind::NotSent => "not_sent",
            TransportErrorKind::Interrupted => "interrupted",
            TransportErrorKind::TimedOut => "timeout",
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.message())
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
