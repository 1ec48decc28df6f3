//! The error of a transport.

use std::error::Error as StdError;
use std::fmt;

/// The cause of an error, as returned by [`StdError::source`].
pub(super) type Source = Box<dyn StdError + Send + Sync>;

/// The error of a transport that got no response to a request.
///
/// Its [kind](Self::kind) tells what happened, and thereby whether the server may have acted.
#[derive(Debug)]
pub struct TransportError {
    pub(super) kind: TransportErrorKind,
    detail: Option<&'static str>,
    pub(super) source: Option<Source>,
}

/// What happened to a request that got no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The name of the host could not be resolved. Nothing was sent.
    Dns,
    /// The host refused the connection. Nothing was sent.
    Refused,
    /// There is no route to the host, or no address or port of this machine to connect from. Nothing was sent.
    Unreachable,
    /// No connection was made within the connect timeout, or within the timeout of the attempt. Nothing was sent.
    ConnectTimeout,
    /// The TLS handshake failed. Nothing was sent.
    Tls,
    /// The certificate of the server is not trusted. Nothing was sent.
    Certificate,
    /// This machine has no CA certificates, so that no server can be trusted. Nothing was sent.
    NoCertificates,
    /// The proxy refused to connect. Nothing was sent.
    Proxy,
    /// The platform does not allow requests to this host. Nothing was sent.
    Denied,
    /// The server reported that it did not process the request.
    NotProcessed,
    /// This process or machine has reached one of its own limits, for example of open files. Nothing was sent.
    LocalLimit,
    /// Nothing was sent, for another reason.
    NotSent,
    /// The connection broke before the response was complete. The server may have acted.
    Interrupted,
    /// No complete response came within the timeout of the attempt. The server may have acted.
    Timeout,
    /// The response is larger than the configured limit. The server may have acted.
    TooLarge,
    /// The platform followed a redirect to another URL. The server may have acted.
    Redirected,
}

impl TransportErrorKind {
    /// Returns whether the server may have acted on the request.
    pub const fn may_have_acted(self) -> bool {
        matches!(self, Self::Interrupted | Self::Timeout | Self::TooLarge | Self::Redirected)
    }

    /// Returns whether the failure may be temporary.
    pub(super) const fn is_transient(self) -> bool {
        !matches!(
            self,
            Self::Certificate | Self::NoCertificates | Self::Denied | Self::TooLarge | Self::Redirected
        )
    }

    /// Returns the kind as a word, for logs and for OpenTelemetry's `error.type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Refused => "connection_refused",
            Self::Unreachable => "unreachable",
            Self::ConnectTimeout => "connect_timeout",
            Self::Tls => "tls",
            Self::Certificate => "certificate",
            Self::NoCertificates => "no_ca_certificates",
            Self::Proxy => "proxy",
            Self::Denied => "denied",
            Self::NotProcessed => "not_processed",
            Self::LocalLimit => "local_limit",
            Self::NotSent => "not_sent",
            Self::Interrupted => "interrupted",
            Self::Timeout => "timeout",
            Self::TooLarge => "response_too_large",
            Self::Redirected => "redirected",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Dns => "the name of the host could not be resolved",
            Self::Refused => "the host refused the connection",
            Self::Unreachable => "there is no route to the host",
            Self::ConnectTimeout => "could not connect within the connect timeout",
            Self::Tls => "the TLS handshake failed",
            Self::Certificate => "the certificate of the server is not trusted",
            Self::NoCertificates => {
                "this machine has no CA certificates; install them, for example the package `ca-certificates`"
            }
            Self::Proxy => "the proxy refused to connect",
            Self::Denied => "the platform does not allow requests to this host",
            Self::NotProcessed => "the server did not process the request",
            Self::LocalLimit => "this process or machine has reached one of its own limits",
            Self::NotSent => "the request was not sent",
            Self::Interrupted => "the connection broke before the response was complete",
            Self::Timeout => "no complete response within the timeout of the attempt",
            Self::TooLarge => "the response is larger than the configured limit",
            Self::Redirected => "the platform followed a redirect, which this SDK never does",
        }
    }

    /// Returns whether the message must add that nothing was sent.
    const fn is_before_sending(self) -> bool {
        !self.may_have_acted() && !matches!(self, Self::NotProcessed | Self::NotSent)
    }
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TransportError {
    /// Returns an error of a kind, with its cause.
    ///
    /// `source` must not contain the URL or the headers of the request.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, detail: None, source: Some(source.into()) }
    }

    /// Returns the error of a request that was not sent, so that the server did not act.
    ///
    /// `source` must not contain the URL or the headers of the request.
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(TransportErrorKind::NotSent, source)
    }

    /// Returns the error of a connection that broke when the server may already have acted.
    ///
    /// `source` must not contain the URL or the headers of the request.
    pub fn interrupted(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(TransportErrorKind::Interrupted, source)
    }

    /// Returns the error of a request without a complete response within the timeout of the attempt. The server may have acted.
    pub fn timed_out() -> Self {
        Self { kind: TransportErrorKind::Timeout, detail: None, source: None }
    }

    /// Sets what is known beyond the kind, for example "the certificate has expired". It replaces the description of
    /// the kind in the message.
    #[must_use]
    pub fn with_detail(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail.unwrap_or(self.kind.message()))?;
        if self.kind.is_before_sending() { f.write_str("; nothing was sent") } else { Ok(()) }
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
