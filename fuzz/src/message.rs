//! The text form of the inputs, so that the corpus can be read and written by hand.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// A start line, headers and a body.
///
/// ```text
/// 422
/// retry-after: 1
///
/// {"message": "…"}
/// ```
#[derive(Debug)]
pub struct Message<'a> {
    /// The first line.
    pub start: &'a [u8],
    /// The lines up to the first that is empty, as far as they are headers.
    pub headers: HeaderMap,
    /// The rest.
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads any bytes.
    pub fn parse(input: &'a [u8]) -> Self {
        let (start, mut rest) = split_line(input);
        let mut headers = HeaderMap::new();
        loop {
            let (line, after) = split_line(rest);
            if line.is_empty() {
                return Self { start, headers, body: after };
            }
            if let Some((name, value)) = header(line) {
                headers.append(name, value);
            }
            rest = after;
        }
    }
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
}

/// Reads a response, whose start line is its status. Any other start line is the status 200.
pub fn response(input: &[u8]) -> http::Response<Bytes> {
    let message = Message::parse(input);
    let mut response = http::Response::new(Bytes::copy_from_slice(message.body));
    *response.status_mut() = StatusCode::from_bytes(message.start.trim_ascii()).unwrap_or(StatusCode::OK);
    *response.headers_mut() = message.headers;
    response
}

/// Splits off the first lines of a text. Missing lines are empty.
pub fn lines<const N: usize>(input: &[u8]) -> ([&[u8]; N], &[u8]) {
    let mut rest = input;
    let lines = [(); N].map(|()| {
        let (line, after) = split_line(rest);
        rest = after;
        line
    });
    (lines, rest)
}

fn split_line(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (input, &[]),
    }
}
