//! What an error of reqwest means: what happened, and whether the server may have acted.

use std::error::Error as StdError;
use std::io;

use knock_core::{TransportError, TransportErrorKind as Kind};

/// Converts the error of a request that got no response. Removes the URL, because ids in it may be personal.
pub(crate) fn sending(error: reqwest::Error) -> TransportError {
    let (kind, detail) = if error.is_connect() {
        connecting(&error)
    } else if error.is_builder() {
        (Kind::NotSent, None)
    } else if error.is_redirect() {
        (Kind::Redirected, None)
    } else if is_unprocessed(&error) {
        (Kind::NotProcessed, None)
    } else if is_ping_lost(&error) {
        (Kind::Interrupted, Some("the server did not respond to a ping"))
    } else if error.is_timeout() {
        (Kind::Timeout, None)
    } else {
        (Kind::Interrupted, None)
    };
    transport_error(kind, detail, error)
}

/// Converts the error of a response whose body did not arrive. The server has begun to respond, so it may have acted.
pub(crate) fn receiving(error: reqwest::Error) -> TransportError {
    let (kind, detail) = if is_ping_lost(&error) {
        (Kind::Interrupted, Some("the server did not respond to a ping"))
    } else if error.is_timeout() {
        (Kind::Timeout, None)
    } else if error.is_redirect() {
        (Kind::Redirected, None)
    } else {
        (Kind::Interrupted, None)
    };
    transport_error(kind, detail, error)
}

fn transport_error(kind: Kind, detail: Option<&'static str>, error: reqwest::Error) -> TransportError {
    let error = TransportError::new(kind, error.without_url());
    match detail {
        Some(detail) => error.with_detail(detail),
        None => error,
    }
}

pub(crate) fn too_large(limit: usize) -> TransportError {
    TransportError::new(Kind::TooLarge, format!("the limit is {limit} bytes"))
}

/// Returns whether a client cannot be built because the machine has no CA certificates.
#[cfg(feature = "rustls")]
pub(crate) fn is_without_certificates(error: &reqwest::Error) -> bool {
    error.is_builder() && any(error, &mut |cause| says(cause, "No CA certificates"))
}

const NO_LOCAL_ADDRESS: &str =
    "this machine could not connect: it may have no address of the same kind (IPv4 or IPv6), or no free port";

/// Sorts an error of connecting, in which case nothing was sent.
fn connecting(error: &reqwest::Error) -> (Kind, Option<&'static str>) {
    if any_io(error, is_exhausted) {
        return (Kind::LocalLimit, Some("this process is out of file descriptors"));
    }
    if let Some((kind, detail)) = tls(error) {
        return (kind, Some(detail));
    }
    // The text is that of hyper-util, whose types for it are private.
    if any(error, &mut |cause| says(cause, "proxy authorization required")) {
        return (Kind::Proxy, Some("the proxy requires authentication (407)"));
    }
    if error.is_timeout() {
        return (Kind::ConnectTimeout, None);
    }
    if any(error, &mut |cause| says(cause, "tunnel error")) {
        return (Kind::Proxy, None);
    }
    if error.is_dns() {
        return (Kind::Dns, None);
    }
    if any_io(error, |error| error.kind() == io::ErrorKind::ConnectionRefused) {
        return (Kind::Refused, None);
    }
    if any_io(error, is_unreachable) {
        return (Kind::Unreachable, None);
    }
    // Without IPv6, this is the error of the second address of a host whose first one failed for another reason.
    if any_io(error, |error| error.kind() == io::ErrorKind::AddrNotAvailable) {
        return (Kind::Unreachable, Some(NO_LOCAL_ADDRESS));
    }
    if !any(error, &mut |cause| says(cause, "tcp connect error")) && any_io(error, is_broken) {
        return (Kind::Tls, Some("the connection broke during the TLS handshake"));
    }
    (Kind::NotSent, None)
}

#[cfg(feature = "rustls")]
fn tls(error: &reqwest::Error) -> Option<(Kind, &'static str)> {
    let mut found = None;
    any(error, &mut |cause| {
        found = cause.downcast_ref::<rustls::Error>().map(of_rustls);
        found.is_some()
    });
    found.or_else(|| of_system_tls(error))
}

#[cfg(not(feature = "rustls"))]
fn tls(error: &reqwest::Error) -> Option<(Kind, &'static str)> {
    of_system_tls(error)
}

#[cfg(feature = "rustls")]
fn of_rustls(error: &rustls::Error) -> (Kind, &'static str) {
    use rustls::{CertificateError, Error};

    match error {
        Error::InvalidCertificate(reason) => {
            let detail = match reason {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "the certificate has expired"
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    "the certificate is not valid yet"
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "the certificate is for another name"
                }
                CertificateError::UnknownIssuer => "the issuer of the certificate is not known",
                CertificateError::BadSignature => "the signature of the certificate is wrong",
                CertificateError::Revoked => "the certificate is revoked",
                _ => "the certificate is invalid",
            };
            (Kind::Certificate, detail)
        }
        Error::NoCertificatesPresented => (Kind::Certificate, "the server has no certificate"),
        Error::InvalidMessage(_) => (Kind::Tls, "the server does not speak TLS on this port"),
        Error::AlertReceived(_) => (Kind::Tls, "the server refused the TLS handshake"),
        _ => (Kind::Tls, "the TLS handshake failed"),
    }
}

/// Sorts an error of the system's TLS by its text, because its types differ with the platform.
#[cfg(feature = "native-tls")]
fn of_system_tls(error: &reqwest::Error) -> Option<(Kind, &'static str)> {
    let mut found = None;
    any(error, &mut |cause| {
        if cause.is::<native_tls::Error>() {
            let untrusted = cause.to_string().to_ascii_lowercase().contains("certificate");
            found = Some(if untrusted {
                (Kind::Certificate, "the certificate of the server is not trusted")
            } else {
                (Kind::Tls, "the TLS handshake failed")
            });
        }
        found.is_some()
    });
    found
}

#[cfg(not(feature = "native-tls"))]
fn of_system_tls(_: &reqwest::Error) -> Option<(Kind, &'static str)> {
    None
}

/// Returns whether the request was not processed: hyper did not begin to send it, or the server said so by a
/// `REFUSED_STREAM`, or by a `GOAWAY` for a stream after the last one that it processes.
fn is_unprocessed(error: &reqwest::Error) -> bool {
    any(error, &mut |cause| cause.downcast_ref().is_some_and(hyper::Error::is_canceled) || is_refused(cause))
}

#[cfg(feature = "http2")]
fn is_refused(cause: &(dyn StdError + 'static)) -> bool {
    cause.downcast_ref::<h2::Error>().is_some_and(|error| {
        error.is_remote()
            && (error.is_go_away() || error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

#[cfg(not(feature = "http2"))]
fn is_refused(_: &(dyn StdError + 'static)) -> bool {
    false
}

/// hyper has no other timeout than the one of pings in a client.
fn is_ping_lost(error: &reqwest::Error) -> bool {
    any(error, &mut |cause| cause.downcast_ref().is_some_and(hyper::Error::is_timeout))
}

fn is_unreachable(error: &io::Error) -> bool {
    use io::ErrorKind::{HostUnreachable, NetworkDown, NetworkUnreachable};
    matches!(error.kind(), HostUnreachable | NetworkUnreachable | NetworkDown)
}

fn is_broken(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// Returns whether this machine, and not the server, is at its limit.
fn is_exhausted(error: &io::Error) -> bool {
    // `EMFILE` and `ENFILE`, or `WSAEMFILE` and `WSAENOBUFS`.
    let codes = if cfg!(windows) { [10024, 10055] } else { [24, 23] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

fn any_io(error: &reqwest::Error, is: fn(&io::Error) -> bool) -> bool {
    any(error, &mut |cause| cause.downcast_ref().is_some_and(is))
}

fn says(cause: &(dyn StdError + 'static), text: &str) -> bool {
    cause.to_string().contains(text)
}

/// Goes through the causes of an error. An [`io::Error`] hides the error that it wraps from `source`.
fn any(error: &(dyn StdError + 'static), matches: &mut dyn FnMut(&(dyn StdError + 'static)) -> bool) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if matches(cause) {
            return true;
        }
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    false
}
