//! What an error of a host means: what happened, and whether the server may have acted.

use knock_core::{TransportError, TransportErrorKind as Kind};

/// What an error of a host tells about its cause.
#[derive(Debug, Default)]
pub(crate) struct Clue {
    /// A code of Node, such as `ECONNREFUSED`, which some other hosts use as well.
    pub(crate) code: Option<String>,
    /// Whether the call of the system that failed was that of connecting.
    pub(crate) connecting: bool,
    /// A text, which is not printed, because it may contain the URL and thus ids.
    pub(crate) text: Option<String>,
}

/// Converts the error of a request that got no response.
pub(crate) fn sending(clue: &Clue) -> TransportError {
    match (clue.code(), &clue.text) {
        (Some(code), _) => coded(code, clue.connecting),
        (None, Some(text)) => TransportError::new(kind_by_text(text), "the host's fetch failed"),
        (None, None) => TransportError::interrupted("the host's fetch failed"),
    }
}

fn coded(code: &str, connecting: bool) -> TransportError {
    let error = TransportError::new(kind(code, connecting), line(code));
    // Without IPv6, this is the code of the second address of a host whose first one failed for another reason.
    match code {
        "EADDRNOTAVAIL" if connecting => error.with_detail(NO_LOCAL_ADDRESS),
        _ => error,
    }
}

const NO_LOCAL_ADDRESS: &str =
    "this machine could not connect: it may have no address of the same kind (IPv4 or IPv6), or no free port";

/// Converts the error of a response whose body did not arrive. The server has begun to respond, so it may have acted.
pub(crate) fn receiving(clue: &Clue) -> TransportError {
    match clue.code() {
        Some(code) => TransportError::interrupted(line(code)),
        None => TransportError::interrupted("the host could not read the body of the response"),
    }
}

pub(crate) fn too_large(limit: usize) -> TransportError {
    TransportError::new(Kind::TooLarge, format!("the limit is {limit} bytes"))
}

fn line(code: &str) -> String {
    "the host reports ".to_owned() + code
}

/// The word of Bun up to 1.3 for `ECONNREFUSED`.
const REFUSED_BY_BUN: &str = "ConnectionRefused";

impl Clue {
    /// Returns the code if it can be printed, and is no other text.
    fn code(&self) -> Option<&str> {
        let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let is_code = |code: &&str| {
            *code == REFUSED_BY_BUN || (1..=64).contains(&code.len()) && code.bytes().all(is_part)
        };
        self.code.as_deref().filter(is_code)
    }
}

/// Sorts a code. Only if it is certain that nothing was sent, the kind says so.
fn kind(code: &str, connecting: bool) -> Kind {
    match code {
        "ENOTFOUND" => Kind::Dns,
        _ if code.starts_with("EAI_") => Kind::Dns,
        "ECONNREFUSED" | REFUSED_BY_BUN => Kind::Refused,
        // undici checks a request before it connects.
        "UND_ERR_INVALID_ARG" | "UND_ERR_NOT_SUPPORTED" => Kind::NotSent,
        "UND_ERR_CONNECT_TIMEOUT" => Kind::ConnectTimeout,
        "ETIMEDOUT" if connecting => Kind::ConnectTimeout,
        "EADDRNOTAVAIL" | "EHOSTUNREACH" | "ENETUNREACH" | "ENETDOWN" if connecting => Kind::Unreachable,
        "EMFILE" | "ENFILE" if connecting => Kind::LocalLimit,
        _ if is_of_certificate(code) => Kind::Certificate,
        _ if connecting => Kind::NotSent,
        _ => Kind::Interrupted,
    }
}

/// Returns whether a code is that of a certificate. Node verifies it before it sends anything.
fn is_of_certificate(code: &str) -> bool {
    const OTHERS: [&str; 10] = [
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "ERR_TLS_CERT_ALTNAME_INVALID",
        "HOSTNAME_MISMATCH",
        "INVALID_CA",
        "INVALID_PURPOSE",
        "SELF_SIGNED_CERT_IN_CHAIN",
        "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
        "UNABLE_TO_GET_ISSUER_CERT",
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ];
    code.starts_with("CERT_") || OTHERS.contains(&code)
}

/// Sorts a text of hyper, which is Deno's client and tells its errors apart by their texts only. An id in the URL
/// cannot look like it, because there are no spaces in a URL.
fn kind_by_text(text: &str) -> Kind {
    if !text.contains("client error (Connect)") {
        Kind::Interrupted
    } else if text.contains("dns error: ") {
        Kind::Dns
    } else if text.contains("Connection refused (os error ") {
        Kind::Refused
    } else if text.contains("invalid peer certificate: ") {
        Kind::Certificate
    } else if text.contains("received corrupt message of type ") || text.contains("received fatal alert: ") {
        Kind::Tls
    } else {
        Kind::NotSent
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn coded(code: &str, connecting: bool) -> Clue {
        Clue { code: Some(code.to_owned()), connecting, text: Some("fetch failed".to_owned()) }
    }

    #[test]
    fn a_code_tells_what_happened() {
        for (code, connecting, kind) in [
            ("ENOTFOUND", false, Kind::Dns),
            ("EAI_AGAIN", false, Kind::Dns),
            ("ECONNREFUSED", false, Kind::Refused),
            ("ECONNREFUSED", true, Kind::Refused),
            ("ConnectionRefused", false, Kind::Refused),
            ("UND_ERR_INVALID_ARG", false, Kind::NotSent),
            ("UND_ERR_NOT_SUPPORTED", false, Kind::NotSent),
            ("UND_ERR_CONNECT_TIMEOUT", false, Kind::ConnectTimeout),
            ("ETIMEDOUT", true, Kind::ConnectTimeout),
            ("EHOSTUNREACH", true, Kind::Unreachable),
            ("ENETUNREACH", true, Kind::Unreachable),
            ("EADDRNOTAVAIL", true, Kind::Unreachable),
            ("CERT_HAS_EXPIRED", false, Kind::Certificate),
            ("CERT_NOT_YET_VALID", false, Kind::Certificate),
            ("DEPTH_ZERO_SELF_SIGNED_CERT", false, Kind::Certificate),
            ("ERR_TLS_CERT_ALTNAME_INVALID", false, Kind::Certificate),
            ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", false, Kind::Certificate),
            ("EMFILE", true, Kind::LocalLimit),
            ("EACCES", true, Kind::NotSent),
        ] {
            let error = sending(&coded(code, connecting));
            assert_eq!(error.kind(), kind, "{code}");
            assert!(!error.kind().may_have_acted(), "{code}");
            assert_eq!(error.source().unwrap().to_string(), format!("the host reports {code}"));
        }
    }

    #[test]
    fn what_may_have_been_sent_is_not_called_unsent() {
        for code in [
            // These also end a connection that was made.
            "ETIMEDOUT",
            "EHOSTUNREACH",
            "ENETUNREACH",
            "ECONNRESET",
            "EPIPE",
            "EPROTO",
            "ERR_SSL_WRONG_VERSION_NUMBER",
            "UND_ERR_SOCKET",
            "UND_ERR_HEADERS_TIMEOUT",
            "SOMETHING_NEW",
        ] {
            let error = sending(&coded(code, false));
            assert_eq!(error.kind(), Kind::Interrupted, "{code}");
            assert_eq!(error.source().unwrap().to_string(), format!("the host reports {code}"));
        }
    }

    #[test]
    fn once_a_response_has_begun_no_code_says_that_nothing_was_sent() {
        for code in ["ECONNREFUSED", "ENOTFOUND", "CERT_HAS_EXPIRED", "UND_ERR_SOCKET"] {
            let error = receiving(&coded(code, true));
            assert_eq!(error.kind(), Kind::Interrupted, "{code}");
            assert_eq!(error.source().unwrap().to_string(), format!("the host reports {code}"));
        }
        assert_eq!(receiving(&Clue::default()).kind(), Kind::Interrupted);
    }

    #[test]
    fn what_is_not_a_code_is_not_printed() {
        for code in ["", "http://localhost/v1/users/jhammond", "ECONNREFUSED jhammond", "é", &"A".repeat(65)]
        {
            for error in [sending(&coded(code, false)), receiving(&coded(code, false))] {
                assert_eq!(error.kind(), Kind::Interrupted);
                let source = error.source().unwrap().to_string();
                assert!(source.starts_with("the host") && !source.contains("reports"), "{source}");
            }
        }
    }

    #[test]
    fn the_texts_of_deno_tell_what_happened_and_are_not_printed() {
        const START: &str =
            "error sending request for url (https://api.knock.app/v1/users/jhammond): client error";
        for (end, kind) in [
            ("(Connect): dns error: failed to lookup address information", Kind::Dns),
            ("(Connect): tcp connect error: Connection refused (os error 111)", Kind::Refused),
            ("(Connect): invalid peer certificate: UnknownIssuer", Kind::Certificate),
            ("(Connect): received corrupt message of type InvalidContentType", Kind::Tls),
            ("(Connect): received fatal alert: HandshakeFailure", Kind::Tls),
            ("(Connect): tcp connect error: deadline has elapsed", Kind::NotSent),
            ("(SendRequest): connection closed before message completed", Kind::Interrupted),
            ("(SendRequest): Connection refused (os error 111)", Kind::Interrupted),
        ] {
            let error = sending(&Clue { text: Some(format!("{START} {end}")), ..Clue::default() });
            assert_eq!(error.kind(), kind, "{end}");
            assert_eq!(error.source().unwrap().to_string(), "the host's fetch failed");
        }
        assert_eq!(sending(&Clue::default()).kind(), Kind::Interrupted);
    }

    #[test]
    fn a_response_that_is_too_large_names_the_limit() {
        let error = too_large(1000);
        assert_eq!(error.kind(), Kind::TooLarge);
        assert_eq!(error.source().unwrap().to_string(), "the limit is 1000 bytes");
    }
}
