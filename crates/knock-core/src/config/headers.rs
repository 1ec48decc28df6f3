//! The headers of a configuration, and their validation.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::value::{InvalidInput, Secret};

pub(crate) const BRANCH: HeaderName = HeaderName::from_static("x-knock-branch");
pub(super) const USER_TOKEN: HeaderName = HeaderName::from_static("x-knock-user-token");

pub(super) fn authorization(key: &Secret) -> Result<HeaderValue, Error> {
    let refuse = |problem: &str| {
        Err(Error::configuration(format!(
            "the API key {problem}; set KNOCK_API_KEY, or pass a key (`sk_…`) from Knock's dashboard"
        )))
    };
    match Secret::trimmed(key.expose()) {
        key if begins_with(key, "bearer ") => refuse("begins with `Bearer`, which the SDK adds itself"),
        key if begins_with(key, "authorization:") => refuse("begins with the name of its header"),
        key if key.starts_with("-----BEGIN") || key.starts_with("LS0tLS1CRUdJTi") => {
            refuse("is a signing key (PEM)")
        }
        key if key.starts_with("eyJ") => refuse("is a token (JWT)"),
        key => match Secret::pasted_word(key) {
            Ok(key) => secret_value(["Bearer ", key]).map_or_else(|| refuse("is invalid in a header"), Ok),
            Err(problem) if problem.starts_with("contains a c") => {
                refuse(&format!("{problem}, or another character that is invalid in a key"))
            }
            Err(problem) => refuse(problem),
        },
    }
}

fn begins_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

/// Returns a value that does not print, and whose memory is overwritten when its last clone is dropped.
fn secret_value<const N: usize>(parts: [&str; N]) -> Option<HeaderValue> {
    // With its full capacity, because growing would leave copies in memory.
    let mut text = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
    text.extend(parts);
    // The value shares these bytes.
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(super) fn user_agent(product: Option<String>) -> Result<HeaderValue, Error> {
    const OURS: &str = concat!("knock-rust/", env!("CARGO_PKG_VERSION"));
    let value = match product {
        None => Some(HeaderValue::from_static(OURS)),
        Some(product) if is_portable(&product) => HeaderValue::from_str(&format!("{product} {OURS}")).ok(),
        Some(_) => None,
    };
    value.ok_or_else(|| {
        Error::configuration(
            "`user_agent` contains characters that are invalid in a header; use printable ASCII characters",
        )
    })
}

pub(crate) fn branch_value(branch: &str) -> Result<HeaderValue, Error> {
    let refuse = |problem: &str| {
        Error::configuration(format!(
            "the branch {problem}; set KNOCK_BRANCH, or pass a slug such as `new-onboarding`"
        ))
    };
    let branch = Secret::pasted_word(branch).map_err(refuse)?;
    HeaderValue::from_str(branch).map_err(|_| refuse("is invalid in a header"))
}

pub(super) fn user_token_value(token: &Secret) -> Result<HeaderValue, Error> {
    let refuse = |problem: &str| {
        Error::configuration(format!("the user token {problem}; pass a signed token (a JWT, `eyJ…`)"))
    };
    let token = match Secret::trimmed(token.expose()) {
        token if begins_with(token, "bearer ") => return Err(refuse("begins with `Bearer`")),
        token => Secret::pasted_word(token).map_err(refuse)?,
    };
    if !token.contains('.') {
        return Err(refuse("is not a token: it has no parts that are separated by dots"));
    }
    secret_value([token]).ok_or_else(|| refuse("is invalid in a header"))
}

/// Headers that the SDK sets itself for each request.
const RESERVED: [&str; 7] = [
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "transfer-encoding",
];

/// Headers that the platform sets as it needs them, mostly those of one connection. Some platforms refuse or drop all
/// others, and a response in an encoding that the platform did not ask for is not unpacked.
const OF_THE_PLATFORM: [&str; 10] = [
    "accept-encoding",
    "expect",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

pub(super) fn header(name: &str, value: &Secret) -> Result<(HeaderName, HeaderValue), InvalidInput> {
    let parsed: HeaderName = name.parse().map_err(|_| {
        InvalidInput::new("header", "has a name that is empty or contains invalid characters")
    })?;
    let refuse = |problem| Err(InvalidInput::new(format!("header {name}"), problem));
    if RESERVED.contains(&parsed.as_str()) {
        return refuse("is set by the SDK itself and cannot be overridden");
    }
    if OF_THE_PLATFORM.contains(&parsed.as_str()) {
        return refuse("is set by the platform as it needs it and cannot be overridden");
    }
    if !value.expose().is_ascii() {
        return refuse(
            "has a value with a character that is not ASCII, which not every platform can send; encode it, for example \
             with percent-encoding",
        );
    }
    match secret_value([value.expose()]).filter(|_| is_portable(value.expose())) {
        Some(value) => Ok((parsed, value)),
        None => refuse("has a value that contains a line break or another control character"),
    }
}

/// Returns whether every platform can send a value. The hosts of WebAssembly take texts, in which other bytes than those
/// of ASCII are lost or changed.
fn is_portable(value: &str) -> bool {
    value.bytes().all(|byte| byte == b'\t' || byte == b' ' || byte.is_ascii_graphic())
}
