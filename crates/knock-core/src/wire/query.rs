//! Query strings in the form that Knock's server, a Phoenix application, expects.

use std::fmt::{Display, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::value::{InvalidInput, Text, Time, Timestamp};
use crate::wire::{check_filter, check_filter_value};

/// All characters except `unreserved` of RFC 3986 §2.3. Brackets are encoded, as in the official SDK.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A query string to which a [`QueryValue`] appends itself.
#[derive(Debug)]
pub struct Query<'a> {
    target: &'a mut String,
}

impl<'a> Query<'a> {
    /// Returns a query that is appended to `target`, in whose path all question marks are encoded.
    pub(crate) fn new(target: &'a mut String) -> Self {
        Self { target }
    }

    /// Appends a `name=value` pair, and encodes both.
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

/// A value of a query parameter.
///
/// `None` appends nothing. A list appends `name[]=value` for each value.
///
/// ```
/// use knock_core::{Config, Method, Operation, custom};
///
/// let list = custom::request::<()>(Method::Get, "/v1/things")
///     .query("status", vec!["sent", "seen"])
///     .query("tenant", None::<&str>);
/// let request = list.to_request(&Config::new("sk_test_12345")?)?;
/// assert_eq!(request.uri().query(), Some("status%5B%5D=sent&status%5B%5D=seen"));
/// # Ok::<(), knock_core::Error>(())
/// ```
pub trait QueryValue {
    /// Appends the value with the name `name`.
    ///
    /// # Errors
    ///
    /// If the value is invalid, for example an empty id or an empty list, which Knock would ignore.
    fn append(&self, name: &str, query: &mut Query<'_>) -> Result<(), InvalidInput>;
}

macro_rules! scalar {
    ($($type:ty),*) => {$(
        impl QueryValue for $type {
            fn append(&self, name: &str, query: &mut Query<'_>) -> Result<(), InvalidInput> {
                query.pair(name, self);
                Ok(())
            }
        }
    )*};
}

scalar!(str, String, bool, u32, u64, Timestamp);

impl QueryValue for Text {
    fn append(&self, name: &str, query: &mut Query<'_>) -> Result<(), InvalidInput> {
        check_filter_value(name, self.as_str())?;
        self.as_str().append(name, query)
    }
}

impl QueryValue for Time {
    fn append(&self, name: &str, query: &mut Query<'_>) -> Result<(), InvalidInput> {
        self.get(name)?.append(name, query)
    }
}

impl<T: QueryValue + ?Sized> QueryValue for &T {
    fn append(&self, name: &str, query: &mut Query<'_>) -> Result<(), InvalidInput> {
        (**self).append(name, query)
    }
}

impl<T: QueryValue> QueryValue for Option<T> {
    fn append(&self, name: &str, query: &mut Query<'_>) -> Result<(), InvalidInput> {
        self.as_ref().map_or(Ok(()), |value| value.append(name, query))
    }
}

impl<T: QueryValue> QueryValue for [T] {
    fn append(&self, name: &str, query: &mut Query<'_>) -> Result<(), InvalidInput> {
        check_filter(name, self)?;
        let name = format!("{name}[]");
        self.iter().try_for_each(|value| value.append(&name, query))
    }
}

impl<T: QueryValue> QueryValue for Vec<T> {
    fn append(&self, name: &str, query: &mut Query<'_>) -> Result<(), InvalidInput> {
        self.as_slice().append(name, query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::DeliveryStatus;

    fn query(append: impl FnOnce(&mut Query<'_>) -> Result<(), InvalidInput>) -> String {
        let mut target = String::new();
        append(&mut Query::new(&mut target)).unwrap();
        target
    }

    #[test]
    fn lists_repeat_their_name_with_brackets() {
        let text = query(|query| {
            "a b&c".append("tenant", query)?;
            vec!["sent", "seen"].append("status", query)?;
            true.append("has_tenant", query)?;
            None::<Vec<String>>.append("workflow", query)?;
            50_u32.append("query_options[limit]", query)
        });
        assert_eq!(
            text,
            "?tenant=a%20b%26c&status%5B%5D=sent&status%5B%5D=seen&has_tenant=true&query_options%5Blimit%5D=50"
        );
    }

    #[test]
    fn invalid_values_are_refused() {
        let mut target = String::new();
        let mut query = Query::new(&mut target);
        for text in ["", " ", "\t\n"] {
            let error = Text::from(text).append("tenant", &mut query).unwrap_err();
            assert_eq!(error.field(), "tenant");
            let error = DeliveryStatus::from(text).append("status", &mut query).unwrap_err();
            assert_eq!(error.field(), "status");
            assert!(vec![DeliveryStatus::Sent, text.into()].append("status", &mut query).is_err());
        }
        let error = Vec::<Text>::new().append("message_ids", &mut query).unwrap_err();
        assert_eq!(error.field(), "message_ids");
        let error = Time::from("yesterday").append("inserted_at[gt]", &mut query).unwrap_err();
        assert_eq!(error.field(), "inserted_at[gt]");
    }
}
