//! The headers of a configuration, and their validation.

use http::{HeaderName, HeaderValue};

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
    match key.expose().trim() {
        "" => refuse("is empty"),
        key if key.starts_with("Bearer ") => refuse("begins with `Bearer`, which the SDK adds itself"),
        key if key.starts_with("-----BEGIN") || key.starts_with("LS0tLS1CRUdJTi") => {
            refuse("is a signing key (PEM)")
        }
        key if key.starts_with("eyJ") => refuse("is a token (JWT)"),
        key if key.starts_with(['"', '\'']) => refuse("begins with a quotation mark"),
        key if !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            refuse("contains white space, a line break or another character that is invalid in a key")
        }
        key => sensitive(&format!("Bearer {key}")).map_or_else(|| refuse("is invalid in a header"), Ok),
    }
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(super) fn user_agent(product: Option<String>) -> Result<HeaderValue, Error> {
    const OURS: &str = concat!("knock-rust/", env!("CARGO_PKG_VERSION"));
    match product {
        None => Ok(HeaderValue::from_static(OURS)),
        Some(product) => HeaderValue::from_str(&format!("{product} {OURS}")).map_err(|_| {
            Error::configuration("`user_agent` contains characters that are invalid in a header")
        }),
    }
}

pub(crate) fn branch_value(branch: &str) -> Result<HeaderValue, Error> {
    if branch.is_empty() || !branch.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::configuration(
            "the branch is empty or contains invalid characters; set KNOCK_BRANCH, or pass a slug such as `new-onboarding`",
        ));
    }
    HeaderValue::from_str(branch).map_err(|_| Error::configuration("the branch is invalid in a header"))
}

pub(super) fn user_token_value(token: &Secret) -> Result<HeaderValue, Error> {
    let problem =
        "the user token is empty or contains invalid characters; pass a signed token (a JWT, `eyJ…`)";
    let text = token.expose();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::configuration(problem));
    }
    sensitive(text).ok_or_else(|| Error::configuration(problem))
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

pub(super) fn header(name: &str, value: &Secret) -> Result<(HeaderName, HeaderValue), InvalidInput> {
    let parsed: HeaderName = name.parse().map_err(|_| {
        InvalidInput::new("header", "has a name that is empty or contains invalid characters")
    })?;
    let field = || format!("header {name}");
    if RESERVED.contains(&parsed.as_str()) {
        return Err(InvalidInput::new(field(), "is set by the SDK itself and cannot be overridden"));
    }
    let value = sensitive(value.expose()).ok_or_else(|| {
        InvalidInput::new(field(), "has a value that contains a line break or another control character")
    })?;
    Ok((parsed, value))
}
