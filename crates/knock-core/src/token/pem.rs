//! PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)) as people paste it into variables, and base64 of it.
//!
//! Every text that is derived from a key here is overwritten when it is dropped.

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::token::TokenError;
use crate::value::Secret;

const BEGIN: &str = "-----BEGIN";
const END: &str = "-----END";
const DASHES: &str = "-----";
/// The base64 form of [`BEGIN`], up to its last complete character.
const BASE64_BEGIN: &str = "LS0tLS1CRUdJTi";
/// Padding is optional, because some platforms remove a `=` at the end of an environment variable.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The first PEM of a text.
pub(super) struct Pem {
    /// The label without white space, for example `RSAPRIVATEKEY`.
    pub(super) label: Zeroizing<String>,
    /// Whether a header says that the content is encrypted.
    pub(super) is_encrypted: bool,
    pub(super) content: Zeroizing<Vec<u8>>,
}

/// Returns the first PEM of a text, with other text around it.
pub(super) fn find(text: &str) -> Result<Option<Pem>, TokenError> {
    let Some((_, rest)) = text.split_once(BEGIN) else { return Ok(None) };
    let (label, rest) = rest.split_once(DASHES).ok_or(TokenError::DamagedPem)?;
    let (body, rest) = rest.split_once(END).ok_or(TokenError::DamagedPem)?;
    let (end, _) = rest.split_once(DASHES).ok_or(TokenError::DamagedPem)?;
    // Without its dashes, a damaged label reaches into the key.
    let label = without_space(label);
    if *label != *without_space(end) {
        return Err(TokenError::DamagedPem);
    }
    let body = unescaped(body);
    let content = without_space(after_headers(&body));
    let content = BASE64.decode(content.as_bytes()).map_err(|_| TokenError::DamagedPem);
    let is_encrypted = body.contains(':') && (body.contains("DEK-Info") || body.contains("ENCRYPTED"));
    // What is encrypted is not read any further.
    let content = if is_encrypted { Vec::new() } else { content? };
    Ok(Some(Pem { label, is_encrypted, content: content.into() }))
}

/// Decodes base64 of a PEM.
///
/// Nothing is known about other base64, which may be a secret of another kind.
pub(super) fn from_base64(text: &str) -> Result<Zeroizing<String>, TokenError> {
    let text = Secret::trimmed(text);
    if text.is_empty() {
        return Err(TokenError::MissingKey);
    }
    let unescaped = unescaped(text);
    let mut joined = without_space(unescaped.trim_matches(|char| char == '"' || char == '\'' || char == '`'));
    if joined.contains(['-', '_']) {
        // The alphabet for URLs.
        joined = mapped(&joined, |char| match char {
            '-' => Some('+'),
            '_' => Some('/'),
            char => Some(char),
        });
    }
    let problem =
        || if joined.starts_with(BASE64_BEGIN) { TokenError::DamagedPem } else { TokenError::NotPem };
    let decoded = Zeroizing::new(BASE64.decode(joined.as_bytes()).map_err(|_| problem())?);
    let decoded = std::str::from_utf8(&decoded).map_err(|_| problem())?;
    Ok(Zeroizing::new(decoded.to_owned()))
}

/// Replaces line breaks and tabs that are spelled with backslashes, and drops all other backslashes, for example at the
/// ends of lines that continue in a shell.
fn unescaped(text: &str) -> Zeroizing<String> {
    let mut escaped = false;
    mapped(text, |char| {
        let follows = std::mem::replace(&mut escaped, char == '\\');
        match char {
            '\\' => None,
            'n' if follows => Some('\n'),
            'r' | 't' if follows => Some(' '),
            char => Some(char),
        }
    })
}

/// Returns what follows the headers of a PEM ([RFC 1421](https://www.rfc-editor.org/rfc/rfc1421)), which end with an
/// empty line.
fn after_headers(body: &str) -> &str {
    if !body.contains(':') {
        return body;
    }
    let body = body.trim_start();
    let mut start = 0;
    for line in body.split_inclusive('\n') {
        start += line.len();
        if line.trim().is_empty() {
            break;
        }
    }
    &body[start..]
}

fn without_space(text: &str) -> Zeroizing<String> {
    mapped(text, |char| Some(char).filter(|_| !Secret::trimmed(char.encode_utf8(&mut [0; 4])).is_empty()))
}

/// Changes or removes characters. The result has at most the length of the text, so that it never grows, which would
/// leave copies of it in memory.
fn mapped(text: &str, change: impl FnMut(char) -> Option<char>) -> Zeroizing<String> {
    let mut result = Zeroizing::new(String::with_capacity(text.len()));
    result.extend(text.chars().filter_map(change));
    result
}
