//! What the official packages send, and the same calls made with this SDK.
//!
//! To add an operation, add a line to the table in its resource's file in `calls/`, and an entry to
//! [`differences::DIFFERENCES`] if the SDK differs on purpose. Operations that are in no recording are listed in
//! [`calls::UNRECORDED`].

// A panic is how a test fails.
#![allow(clippy::missing_panics_doc)]

pub mod calls;
pub mod check;
pub mod differences;
pub mod recording;
pub mod tokens;

/// Whether `name` fits `pattern`, in which `*` stands for anything.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| matches(rest, &name[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name) in
            [("*", ""), ("*/id-*", "1/users.get/id-a"), ("1/*/id-x", "1/a/b/id-x"), ("a", "a")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*/id-x", "a/id-xy"), ("a*b", "ab/"), ("id-*", "a/id-x"), ("", "a")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
