//! Fields of a request that can be set, cleared, or left as they are.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of a request: to Knock, `null` (clear it) and absent (keep it) are different.
///
/// Setters take anything that turns into one: a value sets, [`Clear`] clears, and `None` leaves it as it is.
///
/// ```
/// use knock_core::{Clear, recipients::UserRequest};
/// use serde_json::json;
///
/// let name: Option<&str> = None;
/// let ian = UserRequest::new("imalcolm").email("ian@ingen.net").phone_number(Clear).name(name);
/// assert_eq!(json!(ian), json!({ "id": "imalcolm", "email": "ian@ingen.net", "phone_number": null }));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// Not sent: Knock keeps what it has.
    #[default]
    Keep,
    /// Sent as `null`: Knock clears it.
    Clear,
    /// Sent as this value.
    Set(T),
}

/// Clears a field: it is sent as `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clear;

impl<T> Field<T> {
    /// Whether the field is left out of the request.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The value, where there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The same of another type.
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Keep => Field::Keep,
            Self::Clear => Field::Clear,
            Self::Set(value) => Field::Set(convert(value)),
        }
    }

    /// The value to add to, which begins empty.
    pub(crate) fn get_or_default(&mut self) -> &mut T
    where
        T: Default,
    {
        if !matches!(self, Self::Set(_)) {
            *self = Self::Set(T::default());
        }
        match self {
            Self::Set(value) => value,
            Self::Keep | Self::Clear => unreachable!("it was set above"),
        }
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// A field that is absent is left at its default by `#[serde(default)]`; here, `null` clears.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

impl From<&str> for Field<String> {
    fn from(value: &str) -> Self {
        Self::Set(value.to_owned())
    }
}

impl From<&String> for Field<String> {
    fn from(value: &String) -> Self {
        Self::Set(value.clone())
    }
}

impl From<Option<&str>> for Field<String> {
    fn from(value: Option<&str>) -> Self {
        value.map(str::to_owned).into()
    }
}

/// Says which types of fields can be cleared; `From<Clear>` for all would overlap with `From<T>`.
macro_rules! clearable {
    ($($type:ty),* $(,)?) => {$(
        impl From<$crate::Clear> for $crate::Field<$type> {
            fn from(_: $crate::Clear) -> Self {
                Self::Clear
            }
        }
    )*};
}
pub(crate) use clearable;

clearable!(String, bool, crate::time::Timestamp, serde_json::Map<String, serde_json::Value>);
