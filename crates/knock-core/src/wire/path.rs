//! Path segments: every id is encoded without loss, or refused before anything is sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::value::InvalidInput;

/// All characters except `pchar` of RFC 3986 §3.3, as in `@knocklabs/node` 1.x. For example, `$tenants` is unchanged.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Appends `value` to `target` as one segment of a path.
///
/// Refuses an empty segment, because `DELETE /v1/users/` is another route, and `.` and `..` (also if written with
/// `%2e`), because URL parsers remove them.
pub(crate) fn push_segment(target: &mut String, name: &'static str, value: &str) -> Result<(), InvalidInput> {
    if value.is_empty() {
        return Err(InvalidInput::new(name, "is empty; a value is required"));
    }
    if is_dot_segment(value) {
        return Err(InvalidInput::new(
            name,
            "is `.` or `..`, which URL parsers remove; it cannot be part of a path",
        ));
    }
    target.extend(utf8_percent_encode(value, SEGMENT));
    Ok(())
}

fn is_dot_segment(value: &str) -> bool {
    // The longest form, `%2e%2e`, has six bytes.
    value.len() <= 6 && matches!(value.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(value: &str) -> Result<String, InvalidInput> {
        let mut target = String::new();
        push_segment(&mut target, "user_id", value).map(|()| target)
    }

    #[test]
    fn encodes_all_but_path_characters() {
        let cases = [
            ("jhammond", "jhammond"),
            ("$tenants", "$tenants"),
            ("a/b", "a%2Fb"),
            ("a?b#c", "a%3Fb%23c"),
            ("100%", "100%25"),
            ("a b+c@d:e", "a%20b+c@d:e"),
            ("é日🦖", "%C3%A9%E6%97%A5%F0%9F%A6%96"),
            ("a..b", "a..b"),
            ("...", "..."),
            ("\"\\^`{|}<>[]\n\0", "%22%5C%5E%60%7B%7C%7D%3C%3E%5B%5D%0A%00"),
        ];
        for (value, encoded) in cases {
            assert_eq!(segment(value).unwrap(), encoded);
        }
    }

    #[test]
    fn refuses_segments_that_parsers_remove() {
        for value in ["", ".", "..", "%2e", "%2E", "%2e.", ".%2E", "%2E%2e"] {
            let error = segment(value).unwrap_err();
            assert_eq!(error.field(), "user_id", "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn any_id_round_trips_or_is_refused(value in any::<String>()) {
            if let Ok(encoded) = segment(&value) {
                prop_assert!(encoded.is_ascii());
                prop_assert!(!encoded.contains(['/', '?', '#']));
                let uri: http::Uri = format!("/v1/users/{encoded}").parse().unwrap();
                let last = uri.path().rsplit('/').next().unwrap();
                let decoded = percent_encoding::percent_decode_str(last).decode_utf8().unwrap();
                prop_assert_eq!(decoded, value);
            }
        }
    }
}
