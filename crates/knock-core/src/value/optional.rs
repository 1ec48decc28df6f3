//! Arguments of setters: values, `Option`s of values, and `Clear`.

use crate::value::{Clear, Field};

/// An argument of a setter: a value, or an `Option` of one. `None` changes nothing.
///
/// It is implemented for every type that converts into a `T`, and for an `Option` of such a type. The parameter `Kind`
/// only distinguishes these implementations, and is inferred.
///
/// ```
/// use knock_core::workflows;
///
/// let tenant: Option<&str> = None;
/// let trigger =
///     workflows::trigger("dinosaurs-loose").tenant(tenant).cancellation_key("alert-17");
/// # let _ = trigger;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a value that converts into `{T}` nor an `Option` of one",
    label = "does not convert into `{T}`"
)]
pub trait IntoOptional<T, Kind> {
    /// Returns the value, if there is one.
    fn into_optional(self) -> Option<T>;
}

impl<T, U: Into<T>> IntoOptional<T, kind::Value> for U {
    fn into_optional(self) -> Option<T> {
        Some(self.into())
    }
}

impl<T, U: Into<T>> IntoOptional<T, kind::Optional> for Option<U> {
    fn into_optional(self) -> Option<T> {
        self.map(Into::into)
    }
}

impl<'a, T, U> IntoOptional<T, kind::Reference> for &'a Option<U>
where
    T: From<&'a U>,
{
    fn into_optional(self) -> Option<T> {
        self.as_ref().map(Into::into)
    }
}

/// An argument of a setter for a field that Knock stores: a value, an `Option` of one, or [`Clear`].
///
/// A value sets the field, [`Clear`] clears it, and `None` leaves it unchanged; see [`Field`] for an example. The
/// parameter `Kind` only distinguishes the implementations, and is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a value that converts into `{T}`, nor an `Option` of one, nor `Clear`",
    label = "does not convert into `{T}`"
)]
pub trait IntoField<T, Kind> {
    /// Returns the change to make.
    fn into_field(self) -> Field<T>;
}

impl<T, U: Into<T>> IntoField<T, kind::Value> for U {
    fn into_field(self) -> Field<T> {
        Field::Set(self.into())
    }
}

impl<T, U: Into<T>> IntoField<T, kind::Optional> for Option<U> {
    fn into_field(self) -> Field<T> {
        self.map_or(Field::Keep, |value| Field::Set(value.into()))
    }
}

impl<'a, T, U> IntoField<T, kind::Reference> for &'a Option<U>
where
    T: From<&'a U>,
{
    fn into_field(self) -> Field<T> {
        self.as_ref().map_or(Field::Keep, |value| Field::Set(value.into()))
    }
}

impl<T> IntoField<T, kind::Cleared> for Clear {
    fn into_field(self) -> Field<T> {
        Field::Clear
    }
}

impl<T> IntoField<T, kind::Field> for Field<T> {
    fn into_field(self) -> Field<T> {
        self
    }
}

/// Marker types that distinguish the implementations of [`IntoOptional`] and [`IntoField`].
pub mod kind {
    /// Marks a value.
    #[derive(Debug)]
    pub enum Value {}

    /// Marks an `Option`.
    #[derive(Debug)]
    pub enum Optional {}

    /// Marks a reference to an `Option`.
    #[derive(Debug)]
    pub enum Reference {}

    /// Marks [`Clear`](crate::Clear).
    #[derive(Debug)]
    pub enum Cleared {}

    /// Marks a [`Field`](crate::Field).
    #[derive(Debug)]
    pub enum Field {}
}
