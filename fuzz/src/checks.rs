//! Checks that hold for every error.

use std::error::Error as _;
use std::fmt::{self, Debug};

use http::StatusCode;
use knock_core::Error;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::KEY;

/// The limits of the tests of knock-core.
const MAX_LINE_CHARS: usize = 2_200;
const MAX_DEBUG_CHARS: usize = 20_000;

/// Checks that an error prints as one bounded line and in a bounded `Debug` form, without the API key and `secrets`.
pub fn check_error(error: &Error, secrets: &[&str]) {
    let line = error.to_string();
    assert!(!line.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')), "{line:?}");
    assert!(line.chars().count() < MAX_LINE_CHARS, "{} characters", line.chars().count());
    assert!(error.body_excerpt().is_none_or(|excerpt| excerpt.chars().count() <= 2_048));
    check_text(&line, secrets);
    check_debug(error, secrets);
    let mut source = error.source();
    while let Some(error) = source {
        check_text(&error.to_string(), secrets);
        source = error.source();
    }
}

/// Checks that the `Debug` form of a value is bounded, and contains neither the API key nor `secrets`.
pub fn check_debug(value: &impl Debug, secrets: &[&str]) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(text.chars().count() < MAX_DEBUG_CHARS, "{} characters", text.chars().count());
        check_text(&text, secrets);
    }
}

fn check_text(text: &str, secrets: &[&str]) {
    assert!(!text.contains(KEY), "the API key is in {text}");
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

/// Returns whether a body looks like a page.
pub fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Returns whether a server that responds with this status may have acted, if the status is no success.
pub fn may_have_acted(status: StatusCode) -> bool {
    status == StatusCode::REQUEST_TIMEOUT || !status.is_client_error()
}

/// Returns whether bytes are JSON that is read the same by every reader: no member twice, and no nesting and no number
/// that only some readers accept.
pub fn within_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes).is_ok() && {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        Unique.deserialize(&mut reader).is_ok()
    }
}

/// Reads any JSON in which no object has a member twice.
struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! scalars {
    ($($name:ident: $type:ty),*) => {$(
        fn $name<E>(self, _: $type) -> Result<(), E> {
            Ok(())
        }
    )*};
}

impl<'de> Visitor<'de> for Unique {
    type Value = ();

    scalars! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without members of the same name")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Unique)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = std::collections::HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !names.insert(name) {
                members.next_value::<IgnoredAny>()?;
                return Err(serde::de::Error::custom("a member comes twice"));
            }
            members.next_value_seed(Unique)?;
        }
        Ok(())
    }
}
