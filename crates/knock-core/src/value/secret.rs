//! Texts that must not be printed, and the rule for all that people paste into settings.

use std::borrow::Cow;
use std::fmt;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::value::Text;

/// A text that must not be printed, such as an API key, a token, or a webhook URL that serves as a credential.
///
/// `Debug` shows `[redacted]`, and there is no `Display`. The memory is overwritten when the value is dropped; copies
/// that were made before, for example by the code that read the text, are not. `==` takes the same time wherever two
/// texts of one length differ.
///
/// `Serialize` writes the text itself, because that is how it reaches Knock. Do not serialize a secret for any other
/// purpose, for example for a log.
///
/// ```
/// use knock_core::Secret;
///
/// let token = Secret::from("xoxb-1234");
/// assert_eq!(format!("{token:?}"), "[redacted]");
/// assert_eq!(token.expose(), "xoxb-1234");
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Returns the text itself. Do not log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns a pasted text without what surrounds it; see [`trimmed`](Self::trimmed).
    ///
    /// # Errors
    ///
    /// What is wrong with the text, to complete a sentence that begins with its name. The text itself is not in it.
    pub(crate) fn pasted(text: &str) -> Result<&str, &'static str> {
        let text = Self::trimmed(text);
        let problem = if text.is_empty() {
            "is empty or blank"
        } else if text.starts_with(QUOTES) {
            "begins with a quotation mark; remove the quotation marks around it"
        } else if text.ends_with(QUOTES) {
            "ends with a quotation mark; remove it"
        } else if text.starts_with("KNOCK_") && text.contains('=') {
            "begins with the name of a variable; set only what follows the `=`"
        } else if ["${", "$(", "$KNOCK_", "{{", "%KNOCK_", "<"].iter().any(|start| text.starts_with(start)) {
            "is a placeholder that was not replaced by its value"
        } else if text.contains(is_invisible) {
            "contains an invisible character, for example a zero-width space or a byte order mark"
        } else if text.contains(char::REPLACEMENT_CHARACTER) {
            "contains a replacement character (U+FFFD), so it was read with the wrong encoding"
        } else if text.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
            "contains a line break"
        } else if text.contains(char::is_control) {
            "contains a control character"
        } else {
            return Ok(text);
        };
        Err(problem)
    }

    /// As [`pasted`](Self::pasted), for a text that consists of printable ASCII characters without spaces.
    pub(crate) fn pasted_word(text: &str) -> Result<&str, &'static str> {
        let text = Self::pasted(text)?;
        if text.contains(char::is_whitespace) {
            Err("contains white space")
        } else if !text.is_ascii() {
            Err("contains a character that is not ASCII")
        } else if is_assignment(text) {
            Err("begins with the name of a variable; set only what follows the `=`")
        } else if text.starts_with('$') {
            Err("is a placeholder that was not replaced by its value")
        } else if text.contains('\\') {
            Err("contains a backslash, for example of a line break that is spelled `\\n`")
        } else if text.ends_with([',', ';']) {
            Err("ends with `,` or `;`; remove it")
        } else {
            Ok(text)
        }
    }

    /// Removes white space, line ends, byte order marks and zero-width characters around a text.
    pub(crate) fn trimmed(text: &str) -> &str {
        text.trim_matches(|char: char| char.is_whitespace() || is_invisible(char))
    }
}

/// Returns whether a text has the form `NAME=value`. An `=` at the end is the padding of base64.
fn is_assignment(text: &str) -> bool {
    let Some((name, value)) = text.trim_end_matches('=').split_once('=') else { return false };
    let is_of_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    !value.is_empty() && !name.is_empty() && name.bytes().all(is_of_name)
}

const QUOTES: [char; 13] = ['"', '\'', '`', '´', '“', '”', '„', '‟', '‘', '’', '‚', '«', '»'];

/// Returns whether a character is not seen where a text is pasted: zero-width characters, marks of direction, the soft
/// hyphen and the byte order mark.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Compares all bytes, so that the time does not tell how many of them are equal. The length is not hidden.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (left, right) = (self.0.as_bytes(), other.0.as_bytes());
        let differences =
            left.iter().zip(right).fold(0, |sum, (left, right)| black_box(sum | (left ^ right)));
        left.len() == right.len() && differences == 0
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Text> for Secret {
    fn from(text: Text) -> Self {
        Self(text.into())
    }
}

impl From<&Text> for Secret {
    fn from(text: &Text) -> Self {
        Self(text.as_str().to_owned())
    }
}

impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}

impl From<Box<str>> for Secret {
    fn from(text: Box<str>) -> Self {
        Self(text.into())
    }
}

/// Implements the conversion from types that convert into a `&str`.
macro_rules! from_str {
    ($($type:ty),* $(,)?) => {$(
        impl From<$type> for Secret {
            fn from(text: $type) -> Self {
                let text: &str = text.as_ref();
                Self(text.to_owned())
            }
        }
    )*};
}

from_str!(
    &str,
    &&str,
    &String,
    &&String,
    Cow<'_, str>,
    &Cow<'_, str>,
    Arc<str>,
    &Arc<str>,
    Rc<str>,
    &Rc<str>,
    &Box<str>,
);

#[cfg(feature = "uuid")]
impl From<uuid::Uuid> for Secret {
    fn from(id: uuid::Uuid) -> Self {
        Text::from(id).into()
    }
}

#[cfg(feature = "uuid")]
impl From<&uuid::Uuid> for Secret {
    fn from(id: &uuid::Uuid) -> Self {
        Text::from(id).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_a_pasted_text_is_removed() {
        for around in
            ["", " ", "\n", "\r\n", "\t", "\u{feff}", "\u{200b}", "\u{a0}", "\u{2060} \r\n", "\u{2028}"]
        {
            assert_eq!(Secret::pasted(&format!("{around}sk_1{around}")), Ok("sk_1"), "{around:?}");
        }
    }

    #[test]
    fn strays_are_named() {
        for (text, words) in [
            ("", "empty or blank"),
            (" \u{feff}\r\n", "empty or blank"),
            ("\"sk_1\"", "begins with a quotation mark"),
            ("“sk_1”", "begins with a quotation mark"),
            ("sk_1'", "ends with a quotation mark"),
            ("KNOCK_API_KEY=sk_1", "name of a variable"),
            ("${KNOCK_API_KEY}", "placeholder"),
            ("$KNOCK_API_KEY", "placeholder"),
            ("{{ recipient.key }}", "placeholder"),
            ("<your key>", "placeholder"),
            ("sk\u{200b}_1", "invisible"),
            ("sk\u{fffd}_1", "wrong encoding"),
            ("sk_1\nsk_2", "line break"),
            ("sk_1\0", "control character"),
        ] {
            assert!(Secret::pasted(text).unwrap_err().contains(words), "{text:?}");
        }
        assert_eq!(Secret::pasted("correct horse é"), Ok("correct horse é"));
        assert_eq!(Secret::pasted_word("correct horse"), Err("contains white space"));
        assert_eq!(Secret::pasted_word("sk_é"), Err("contains a character that is not ASCII"));
        for (text, words) in [
            ("API_KEY=sk_1", "name of a variable"),
            ("WEBHOOK_SECRET=QUJD==", "name of a variable"),
            ("$API_KEY", "placeholder"),
            ("sk_1\\n", "backslash"),
            ("sk_1,", "ends with `,` or `;`"),
            ("sk_1;", "ends with `,` or `;`"),
        ] {
            assert!(Secret::pasted_word(text).unwrap_err().contains(words), "{text:?}");
            // People may choose such a text.
            assert_eq!(Secret::pasted(text), Ok(text));
        }
        for text in ["QUJD", "QUJD==", "QUJD=", "a=b", "knock_st_1-2"] {
            assert_eq!(Secret::pasted_word(text), Ok(text));
        }
    }

    #[test]
    fn secrets_are_compared_as_a_whole() {
        let secret = |text: &str| Secret::from(text);
        assert_eq!(secret("abc"), secret("abc"));
        assert_eq!(secret(""), secret(""));
        for other in ["", "ab", "abcd", "Abc", "abC"] {
            assert_ne!(secret("abc"), secret(other), "{other}");
        }
    }
}
