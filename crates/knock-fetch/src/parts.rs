//! The parts of requests and responses, as far as they need no host.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use knock_core::TransportError;
use zeroize::Zeroizing;

/// Returns the head of a request for `exchange.js`: a line for the method, the URL, and the name and the value of each
/// header.
///
/// It contains the API key, so it is written once, at its final size, and overwritten when it is dropped.
pub(crate) fn head(request: &http::Request<Bytes>) -> Result<Zeroizing<String>, TransportError> {
    let url = request.uri().to_string();
    let mut lines = vec![request.method().as_str(), &url];
    for (name, value) in request.headers() {
        // The host sets this header itself.
        if name != header::CONTENT_LENGTH {
            let value = value.to_str().map_err(|_| unsendable(name))?;
            lines.extend([name.as_str(), value]);
        }
    }
    Ok(Zeroizing::new(lines.join("\n")))
}

/// Returns the error of a header that the host cannot send. The value may be a secret.
fn unsendable(name: &HeaderName) -> TransportError {
    TransportError::not_sent("the host cannot send the value of the header ".to_owned() + name.as_str())
}

/// Returns the status of a response.
pub(crate) fn status(code: u16) -> Result<StatusCode, TransportError> {
    StatusCode::from_u16(code).map_err(|_| TransportError::interrupted("the status is out of range"))
}

/// Returns the headers of a response, of which there are two lines each. One that is not ASCII or otherwise odd is left
/// out; none that matters is.
pub(crate) fn headers(lines: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut lines = lines.split('\n');
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        if value.is_ascii()
            && let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            // Fails if there are more headers than a map can hold.
            let _ = headers.try_append(name, value);
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use knock_core::TransportErrorKind;

    use super::*;

    #[test]
    fn the_head_of_a_request_has_its_parts_in_lines() {
        let request = http::Request::post("https://api.knock.app/v1/users/a%20b?x=1")
            .header("authorization", "Bearer sk_test_12345")
            .header("content-length", "2")
            .header("x-two", "1")
            .header("x-two", "2, 3")
            .body(Bytes::from_static(b"{}"))
            .unwrap();
        let lines = [
            "POST",
            "https://api.knock.app/v1/users/a%20b?x=1",
            "authorization",
            "Bearer sk_test_12345",
            "x-two",
            "1",
            "x-two",
            "2, 3",
        ];
        let head = head(&request).unwrap();
        assert_eq!(*head, lines.join("\n"));
        // It did not grow, which would leave a copy of the key behind.
        assert_eq!(head.capacity(), head.len());
    }

    #[test]
    fn a_value_that_is_not_ascii_is_refused_by_the_name_of_its_header() {
        for bytes in ["Bearer schlüssel".as_bytes(), b"Bearer \xff"] {
            let value = HeaderValue::from_bytes(bytes).unwrap();
            let request = http::Request::get("/").header("authorization", value).body(Bytes::new()).unwrap();
            let error = head(&request).unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::NotSent);
            let source = error.source().unwrap().to_string();
            assert_eq!(source, "the host cannot send the value of the header authorization");
        }
    }

    #[test]
    fn a_status_out_of_range_is_an_error() {
        assert_eq!(status(200).unwrap(), StatusCode::OK);
        assert_eq!(status(999).unwrap().as_u16(), 999);
        for code in [0, 42, 99, 1000, u16::MAX] {
            let error = status(code).unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Interrupted);
            assert_eq!(error.source().unwrap().to_string(), "the status is out of range");
        }
    }

    #[test]
    fn odd_headers_of_a_response_are_left_out() {
        let headers = headers(
            "retry-after\n1\nx-note\ndéjà vu\nx y\n1\n\n1\nx-null\n\0\nx-two\n1\nX-Two\n2\nx-empty\n\nx-cut",
        );
        assert_eq!(headers.len(), 4);
        assert_eq!((headers["retry-after"].as_bytes(), headers["x-empty"].as_bytes()), (&b"1"[..], &b""[..]));
        assert_eq!(headers.get_all("x-two").iter().collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn more_headers_than_a_map_can_hold_are_left_out() {
        let lines: Vec<String> = (0..40_000).map(|number| format!("x-{number}\n\n")).collect();
        let headers = headers(&lines.concat());
        assert!((20_000..40_000).contains(&headers.len()), "{}", headers.len());
    }
}
