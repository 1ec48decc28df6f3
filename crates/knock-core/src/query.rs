//! Query strings as Knock's server, a Phoenix application, reads them.

use std::fmt::{Display, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::time::Timestamp;

/// Everything but RFC 3986 §2.3 `unreserved`: brackets are encoded as the official SDK does.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A query string in the making.
#[derive(Debug)]
pub struct Query<'a> {
    target: &'a mut String,
}

impl<'a> Query<'a> {
    /// Appends to `target`, whose path has its question marks encoded.
    pub(crate) fn new(target: &'a mut String) -> Self {
        Self { target }
    }

    /// Appends one `name=value`.
    pub fn pair(&mut self, name: &str, value: impl Display) {
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        self.target.extend(utf8_percent_encode(name, COMPONENT));
        self.target.push('=');
        let mut encoded = Encoded(self.target);
        // Writing to a `String` does not fail.
        let _ = write!(encoded, "{value}");
    }
}

struct Encoded<'a>(&'a mut String);

impl Write for Encoded<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend(utf8_percent_encode(text, COMPONENT));
        Ok(())
    }
}

/// A value that has a form in a query string.
///
/// Absent values (`None`, an empty list) add nothing; a list of scalars repeats `name[]`.
pub trait QueryValue {
    /// Appends the value under `name`.
    fn append(&self, name: &str, query: &mut Query<'_>);
}

macro_rules! scalar {
    ($($type:ty),*) => {$(
        impl QueryValue for $type {
            fn append(&self, name: &str, query: &mut Query<'_>) {
                query.pair(name, self);
            }
        }
    )*};
}

scalar!(str, String, bool, u32, u64, Timestamp);

impl<T: QueryValue + ?Sized> QueryValue for &T {
    fn append(&self, name: &str, query: &mut Query<'_>) {
        (**self).append(name, query);
    }
}

impl<T: QueryValue> QueryValue for Option<T> {
    fn append(&self, name: &str, query: &mut Query<'_>) {
        if let Some(value) = self {
            value.append(name, query);
        }
    }
}

impl<T: QueryValue> QueryValue for [T] {
    fn append(&self, name: &str, query: &mut Query<'_>) {
        if self.is_empty() {
            return;
        }
        let name = format!("{name}[]");
        for value in self {
            value.append(&name, query);
        }
    }
}

impl<T: QueryValue> QueryValue for Vec<T> {
    fn append(&self, name: &str, query: &mut Query<'_>) {
        self.as_slice().append(name, query);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(append: impl FnOnce(&mut Query<'_>)) -> String {
        let mut target = String::new();
        append(&mut Query::new(&mut target));
        target
    }

    #[test]
    fn lists_repeat_their_name_with_brackets() {
        let text = query(|query| {
            "a b&c".append("tenant", query);
            vec!["sent", "seen"].append("status", query);
            true.append("has_tenant", query);
            None::<String>.append("workflow", query);
            Vec::<String>::new().append("include", query);
            50_u32.append("query_options[limit]", query);
        });
        assert_eq!(
            text,
            "?tenant=a%20b%26c&status%5B%5D=sent&status%5B%5D=seen&has_tenant=true&query_options%5Blimit%5D=50"
        );
    }
}
