//! What WASI's error codes say about a request.
//!
//! The codes are those of RFC 9209. Which of them mean that nothing was sent depends on when they come: after the head of
//! the response, none does.

use knock_core::TransportErrorKind as Kind;
use knock_core::{TransportError, TransportErrorKind};
use spin_sdk::wasip3::http::types::ErrorCode;

/// Converts the error of a request whose response did not begin.
pub(crate) fn before_response(code: ErrorCode) -> TransportError {
    match code {
        ErrorCode::HttpRequestDenied => denied(
            code,
            "requests to this host are not allowed; add its scheme, name and port to `allowed_outbound_hosts` of the \
             component in spin.toml",
        ),
        ErrorCode::DestinationIpProhibited => denied(
            code,
            "the network of this host is blocked; see `outbound_networking` in the runtime configuration of Spin",
        ),
        code => TransportError::new(kind_before_response(&code), code),
    }
}

fn denied(code: ErrorCode, advice: &'static str) -> TransportError {
    TransportError::new(Kind::Denied, code).with_detail(advice)
}

/// Converts the error of a response whose body did not arrive. The server has responded, so it may have acted, whatever
/// the code is.
pub(crate) fn in_body(code: ErrorCode) -> TransportError {
    let kind = kind_before_response(&code);
    TransportError::new(if kind.may_have_acted() { kind } else { Kind::Interrupted }, code)
}

fn kind_before_response(code: &ErrorCode) -> TransportErrorKind {
    match code {
        ErrorCode::DnsTimeout | ErrorCode::DnsError(_) => Kind::Dns,
        ErrorCode::ConnectionRefused => Kind::Refused,
        ErrorCode::DestinationUnavailable | ErrorCode::DestinationIpUnroutable => Kind::Unreachable,
        ErrorCode::ConnectionTimeout => Kind::ConnectTimeout,
        // Spin and wasmtime report it for the handshake only.
        ErrorCode::TlsProtocolError => Kind::Tls,
        ErrorCode::TlsCertificateError => Kind::Certificate,
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => Kind::Denied,
        ErrorCode::ConnectionLimitReached => Kind::LocalLimit,
        ErrorCode::DestinationNotFound
        | ErrorCode::HttpRequestLengthRequired
        | ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestUriTooLong
        | ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestHeaderSize(_) => Kind::NotSent,
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => Kind::Timeout,
        ErrorCode::HttpResponseHeaderSectionSize(_)
        | ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseBodySize(_)
        | ErrorCode::HttpResponseTrailerSectionSize(_)
        | ErrorCode::HttpResponseTrailerSize(_) => Kind::TooLarge,
        // Since TLS 1.3 an alert may come after the request was sent.
        ErrorCode::TlsAlertReceived(_)
        // The head of the request may have been sent.
        | ErrorCode::HttpRequestBodySize(_)
        | ErrorCode::HttpRequestTrailerSectionSize(_)
        | ErrorCode::HttpRequestTrailerSize(_)
        // The loop may have been detected behind the server.
        | ErrorCode::LoopDetected
        | ErrorCode::ConnectionTerminated
        | ErrorCode::HttpResponseIncomplete
        | ErrorCode::HttpResponseTransferCoding(_)
        | ErrorCode::HttpResponseContentCoding(_)
        | ErrorCode::HttpUpgradeFailed
        | ErrorCode::HttpProtocolError
        | ErrorCode::ConfigurationError
        | ErrorCode::InternalError(_) => Kind::Interrupted,
    }
}

#[cfg(test)]
mod tests {
    use spin_sdk::wasip3::http::types::{DnsErrorPayload, FieldSizePayload, TlsAlertReceivedPayload};

    use super::*;

    fn field() -> FieldSizePayload {
        FieldSizePayload { field_name: None, field_size: None }
    }

    /// Every code, with the kind of error before the response.
    fn codes() -> Vec<(ErrorCode, Kind)> {
        let dns = DnsErrorPayload { rcode: None, info_code: None };
        let alert = TlsAlertReceivedPayload { alert_id: None, alert_message: None };
        vec![
            (ErrorCode::DnsTimeout, Kind::Dns),
            (ErrorCode::DnsError(dns), Kind::Dns),
            (ErrorCode::DestinationNotFound, Kind::NotSent),
            (ErrorCode::DestinationUnavailable, Kind::Unreachable),
            (ErrorCode::DestinationIpProhibited, Kind::Denied),
            (ErrorCode::DestinationIpUnroutable, Kind::Unreachable),
            (ErrorCode::ConnectionRefused, Kind::Refused),
            (ErrorCode::ConnectionTerminated, Kind::Interrupted),
            (ErrorCode::ConnectionTimeout, Kind::ConnectTimeout),
            (ErrorCode::ConnectionReadTimeout, Kind::Timeout),
            (ErrorCode::ConnectionWriteTimeout, Kind::Timeout),
            (ErrorCode::ConnectionLimitReached, Kind::LocalLimit),
            (ErrorCode::TlsProtocolError, Kind::Tls),
            (ErrorCode::TlsCertificateError, Kind::Certificate),
            (ErrorCode::TlsAlertReceived(alert), Kind::Interrupted),
            (ErrorCode::HttpRequestDenied, Kind::Denied),
            (ErrorCode::HttpRequestLengthRequired, Kind::NotSent),
            (ErrorCode::HttpRequestBodySize(None), Kind::Interrupted),
            (ErrorCode::HttpRequestMethodInvalid, Kind::NotSent),
            (ErrorCode::HttpRequestUriInvalid, Kind::NotSent),
            (ErrorCode::HttpRequestUriTooLong, Kind::NotSent),
            (ErrorCode::HttpRequestHeaderSectionSize(None), Kind::NotSent),
            (ErrorCode::HttpRequestHeaderSize(None), Kind::NotSent),
            (ErrorCode::HttpRequestTrailerSectionSize(None), Kind::Interrupted),
            (ErrorCode::HttpRequestTrailerSize(field()), Kind::Interrupted),
            (ErrorCode::HttpResponseIncomplete, Kind::Interrupted),
            (ErrorCode::HttpResponseHeaderSectionSize(None), Kind::TooLarge),
            (ErrorCode::HttpResponseHeaderSize(field()), Kind::TooLarge),
            (ErrorCode::HttpResponseBodySize(None), Kind::TooLarge),
            (ErrorCode::HttpResponseTrailerSectionSize(None), Kind::TooLarge),
            (ErrorCode::HttpResponseTrailerSize(field()), Kind::TooLarge),
            (ErrorCode::HttpResponseTransferCoding(None), Kind::Interrupted),
            (ErrorCode::HttpResponseContentCoding(None), Kind::Interrupted),
            (ErrorCode::HttpResponseTimeout, Kind::Timeout),
            (ErrorCode::HttpUpgradeFailed, Kind::Interrupted),
            (ErrorCode::HttpProtocolError, Kind::Interrupted),
            (ErrorCode::LoopDetected, Kind::Interrupted),
            (ErrorCode::ConfigurationError, Kind::Interrupted),
            (ErrorCode::InternalError(None), Kind::Interrupted),
        ]
    }

    #[test]
    fn each_code_before_the_response_is_of_its_kind() {
        for (code, kind) in codes() {
            assert_eq!(before_response(code.clone()).kind(), kind, "{code}");
        }
    }

    #[test]
    fn no_code_in_the_body_means_that_nothing_was_sent() {
        for (code, kind) in codes() {
            let expected = if kind.may_have_acted() { kind } else { Kind::Interrupted };
            assert_eq!(in_body(code.clone()).kind(), expected, "{code}");
        }
    }

    #[test]
    fn a_denied_request_says_what_to_do() {
        let denied = before_response(ErrorCode::HttpRequestDenied);
        let line = denied.to_string();
        assert!(line.contains("`allowed_outbound_hosts`") && line.contains("spin.toml"), "{line}");
    }
}
