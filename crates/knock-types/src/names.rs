//! Names in Rust for names in Knock.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Types that generated modules use by these names.
const TAKEN: &[&str] = &[
    "BTreeMap",
    "Bound",
    "Box",
    "Deserialize",
    "InvalidInput",
    "Map",
    "Option",
    "Result",
    "Self",
    "Serialize",
    "String",
    "Timestamp",
    "Trigger",
    "Value",
    "Vec",
    "WorkflowData",
];

/// Gives out every name once.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// Names of variants inside an enum.
    pub(crate) fn of_variants() -> Self {
        Self(BTreeSet::from(["Self".to_owned()]))
    }

    /// Names of types inside a module.
    pub(crate) fn of_types() -> Self {
        Self(TAKEN.iter().map(|&name| name.to_owned()).collect())
    }

    /// Returns the name, or the first of `name2`, `name3`, … that is free.
    pub(crate) fn unique(&mut self, name: &str) -> String {
        let separator = if name.ends_with(|last: char| last.is_ascii_digit()) { "No" } else { "" };
        let mut unique = name.to_owned();
        let mut number = 1;
        while !self.0.insert(unique.clone()) {
            number += 1;
            unique = format!("{name}{separator}{number}");
        }
        unique
    }
}

/// Before the value of an enum, in what stands for it.
const VALUE: &str = "KnockTypesValue";

/// Returns what stands for a value of an enum while typify handles it. typify changes every value into a name in Rust, and
/// panics if two become the same. This one it leaves as it is, and no two are the same.
pub(crate) fn stand_in(value: &str) -> String {
    value.bytes().fold(VALUE.to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// Returns the value that something stands for.
pub(crate) fn stood_in_for(text: &str) -> Option<String> {
    let digits = text.strip_prefix(VALUE)?;
    let byte = |start: usize| u8::from_str_radix(digits.get(start..start + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// Returns the name of a type, for example `CommentCreated` for `comment-created`.
pub(crate) fn type_name(text: &str) -> String {
    let mut name = ascii(text).to_upper_camel_case();
    // typify changes names in the same way, and must find nothing to change.
    while name != name.to_upper_camel_case() {
        name = name.to_upper_camel_case();
    }
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) { name } else { format!("N{name}") }
}

/// Returns the name of a module, for example `comment_created` for `comment-created`.
pub(crate) fn module_name(text: &str) -> String {
    let name = ascii(text).to_snake_case();
    let name =
        if name.starts_with(|first: char| first.is_ascii_alphabetic()) { name } else { format!("n{name}") };
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}

/// Replaces everything that identifiers do not contain, or that differs between fonts.
fn ascii(text: &str) -> String {
    text.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_names() {
        let names = |key| (type_name(key), module_name(key));
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(names("comment-created"), pair("CommentCreated", "comment_created"));
        assert_eq!(names("2fa-code"), pair("N2faCode", "n2fa_code"));
        assert_eq!(names("match"), pair("Match", "match_"));
        assert_eq!(names("crate"), pair("Crate", "crate_"));
        assert_eq!(names("żółw"), pair("W", "w"));
        assert_eq!(names("---"), pair("N", "n"));
    }

    #[test]
    fn values_of_enums_come_back() {
        for value in ["", "a-b", "a_b", "ż", "Self"] {
            let text = stand_in(value);
            assert_eq!((type_name(&text), stood_in_for(&text).as_deref()), (text.clone(), Some(value)));
        }
        assert_eq!(stood_in_for("Other"), None);
        assert_eq!(stood_in_for("KnockTypesValue6"), None);
    }

    #[test]
    fn a_name_is_given_once() {
        let mut names = Names::of_types();
        let given = ["Author", "Author", "Author", "String", "Line1", "Line1"].map(|name| names.unique(name));
        assert_eq!(given, ["Author", "Author2", "Author3", "String2", "Line1", "Line1No2"]);
    }
}
