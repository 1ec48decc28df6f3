//! Fields of a request that can be set, cleared or left unchanged.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of a request, which can be set, cleared or left unchanged.
///
/// Setters take an [`IntoField`](crate::IntoField): a value sets the field, [`Clear`] clears it, and `None` leaves it
/// unchanged.
///
/// ```
/// use knock_core::{Clear, recipients::UserRequest};
/// use serde_json::json;
///
/// let name: Option<&str> = None;
/// let ian = UserRequest::new("imalcolm").email("ian@ingen.net").phone_number(Clear).name(name);
/// assert_eq!(
///     json!(ian),
///     json!({ "id": "imalcolm", "email": "ian@ingen.net", "phone_number": null })
/// );
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// Not sent: Knock leaves the field unchanged.
    #[default]
    Keep,
    /// Sent as `null`: Knock clears it.
    Clear,
    /// Sent with this value.
    Set(T),
}

/// An argument that clears a field or a property: it is sent as `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clear;

impl Serialize for Clear {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<T> Field<T> {
    /// Returns whether the field is left out of the request.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Returns the value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// Applies a change, unless it is [`Keep`](Self::Keep).
    pub(crate) fn change(&mut self, change: Self) {
        if !change.is_keep() {
            *self = change;
        }
    }

    /// Returns the value to add to, and sets it to its default first if there is none.
    pub(crate) fn get_or_default(&mut self) -> &mut T
    where
        T: Default,
    {
        if !matches!(self, Self::Set(_)) {
            *self = Self::Set(T::default());
        }
        match self {
            Self::Set(value) => value,
            Self::Keep | Self::Clear => unreachable!("set above"),
        }
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// Reads `null` as [`Clear`](Field::Clear). A field that may be absent also needs `#[serde(default)]`.
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
