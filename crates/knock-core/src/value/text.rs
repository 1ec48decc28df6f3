//! Short texts in requests: ids, keys and names.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use serde::{Serialize, Serializer};

/// A short text in a request: an id, a key or a name.
///
/// Functions take `impl Into<Text>`, so you can pass any string type, a reference to one, or an integer. With the
/// feature `uuid` you can also pass a [`uuid::Uuid`](https://docs.rs/uuid). To pass a custom id type, implement `From`
/// for it:
///
/// ```
/// use std::sync::Arc;
/// use knock_core::{Text, users};
///
/// struct AccountId(u64);
///
/// impl From<AccountId> for Text {
///     fn from(id: AccountId) -> Self {
///         Text::from(format!("account-{}", id.0))
///     }
/// }
///
/// let shared: Arc<str> = "jhammond".into();
/// let by_string = users::get(&shared);
/// let by_number = users::get(17_u64);
/// let by_id = users::get(AccountId(17));
/// # let _ = (by_string, by_number, by_id);
/// ```
///
/// A text of up to 24 bytes (12 on 32-bit targets) needs no allocation.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(CompactString);

impl Text {
    /// Returns a text from a constant, without an allocation.
    pub const fn from_static(text: &'static str) -> Self {
        Self(CompactString::const_new(text))
    }

    /// Returns the text as a string slice.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}

/// Keeps the allocation of the string, since copying a short text and freeing its allocation costs more.
impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(CompactString::from_string_buffer(text))
    }
}

impl From<Box<str>> for Text {
    fn from(text: Box<str>) -> Self {
        Self(text.into())
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0.into()
    }
}

/// Implements the conversion from types that convert into a `&str`.
macro_rules! from_str {
    ($($type:ty),* $(,)?) => {$(
        impl From<$type> for Text {
            fn from(text: $type) -> Self {
                let text: &str = text.as_ref();
                Self(text.into())
            }
        }
    )*};
}

from_str!(
    &str,
    &&str,
    &&&str,
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

/// Implements the conversion from integers, which are common as database keys.
macro_rules! from_integer {
    ($($type:ty),*) => {$(
        impl From<$type> for Text {
            fn from(number: $type) -> Self {
                use compact_str::ToCompactString;
                Self(number.to_compact_string())
            }
        }

        impl From<&$type> for Text {
            fn from(number: &$type) -> Self {
                Self::from(*number)
            }
        }
    )*};
}

from_integer!(u8, u16, u32, u64, u128, usize, i32, i64, i128, isize);

#[cfg(feature = "uuid")]
impl From<uuid::Uuid> for Text {
    fn from(id: uuid::Uuid) -> Self {
        Self::from(&id)
    }
}

#[cfg(feature = "uuid")]
impl From<&uuid::Uuid> for Text {
    fn from(id: &uuid::Uuid) -> Self {
        let mut buffer = uuid::Uuid::encode_buffer();
        Self(CompactString::from(&*id.hyphenated().encode_lower(&mut buffer)))
    }
}
