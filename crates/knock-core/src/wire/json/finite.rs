//! Numbers that do not exist in JSON: NaN and the infinities, which `serde_json` writes as `null`.

use std::fmt;

use serde::Serialize;
use serde::ser::{self, Serializer};

/// Returns the path to the first number in `value` that is not finite, for example `items[3].price`.
pub(super) fn first_not_finite(value: &(impl Serialize + ?Sized)) -> Option<String> {
    value.serialize(Finder).err().and_then(|found| found.path)
}

/// A serializer that writes nothing and fails at a number that is not finite.
struct Finder;

/// The end of the search: the path to a number, or no path if a value cannot be serialized.
#[derive(Debug)]
struct Found {
    path: Option<String>,
}

impl Found {
    /// Prepends a member or an index to the path.
    fn inside(self, parent: &str) -> Self {
        let path = self.path.map(|path| match path.as_str() {
            "" => parent.to_owned(),
            _ if path.starts_with('[') => format!("{parent}{path}"),
            _ => format!("{parent}.{path}"),
        });
        Self { path }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not finite")
    }
}

impl std::error::Error for Found {}

impl ser::Error for Found {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self { path: None }
    }
}

/// The progress of the search in a list or an object.
#[derive(Default)]
struct Parts {
    count: usize,
    key: String,
}

impl Parts {
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Found> {
        let index = self.count;
        self.count += 1;
        value.serialize(Finder).map_err(|found| found.inside(&format!("[{index}]")))
    }

    fn member(key: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Found> {
        value.serialize(Finder).map_err(|found| found.inside(key))
    }
}

/// Implements the methods for values that cannot contain a number that is not finite.
macro_rules! ignore {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method(self, _: $type) -> Result<(), Found> {
            Ok(())
        }
    )*};
}

impl Serializer for Finder {
    type Ok = ();
    type Error = Found;
    type SerializeSeq = Parts;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Parts;
    type SerializeMap = Parts;
    type SerializeStruct = Parts;
    type SerializeStructVariant = Parts;

    ignore! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_u128: u128, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    fn serialize_f32(self, number: f32) -> Result<(), Found> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Found> {
        if number.is_finite() { Ok(()) } else { Err(Found { path: Some(String::new()) }) }
    }

    fn serialize_none(self) -> Result<(), Found> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Found> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Found> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Found> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Found> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Found> {
        Parts::member(variant, value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts, Found> {
        Ok(Parts::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts, Found> {
        Ok(Parts::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts, Found> {
        Ok(Parts::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts, Found> {
        Ok(Parts::default())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts, Found> {
        Ok(Parts::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts, Found> {
        Ok(Parts::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts, Found> {
        Ok(Parts::default())
    }
}

/// Implements the traits for all kinds of lists.
macro_rules! list {
    ($($trait:ident::$method:ident),*) => {$(
        impl ser::$trait for Parts {
            type Ok = ();
            type Error = Found;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
                self.item(value)
            }

            fn end(self) -> Result<(), Found> {
                Ok(())
            }
        }
    )*};
}

list!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// Implements the traits for all kinds of structs.
macro_rules! object {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Parts {
            type Ok = ();
            type Error = Found;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Found> {
                Self::member(key, value)
            }

            fn end(self) -> Result<(), Found> {
                Ok(())
            }
        }
    )*};
}

object!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Parts {
    type Ok = ();
    type Error = Found;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Found> {
        let key = serde_json::to_string(key).unwrap_or_default();
        key.trim_matches('"').clone_into(&mut self.key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
        Self::member(&self.key, value)
    }

    fn end(self) -> Result<(), Found> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Order {
        note: Option<String>,
        items: Vec<Item>,
        by_day: BTreeMap<&'static str, (u8, f32)>,
    }

    #[derive(Serialize)]
    enum Item {
        Free,
        Priced { price: f64 },
        Range(f64, f64),
    }

    fn order(items: Vec<Item>, monday: f32) -> Order {
        Order { note: None, items, by_day: BTreeMap::from([("monday", (1, monday))]) }
    }

    #[test]
    fn finds_the_path_to_a_number_that_is_not_finite() {
        assert_eq!(first_not_finite(&order(vec![Item::Free, Item::Priced { price: 1.5 }], 0.5)), None);
        assert_eq!(first_not_finite(&json!({ "a": [null, 1.5] })), None);
        let nan = order(vec![Item::Free, Item::Priced { price: f64::NAN }], 0.5);
        assert_eq!(first_not_finite(&nan).as_deref(), Some("items[1].price"));
        let infinite = order(vec![Item::Range(0.0, f64::INFINITY)], 0.5);
        assert_eq!(first_not_finite(&infinite).as_deref(), Some("items[0][1]"));
        assert_eq!(first_not_finite(&order(vec![], f32::NEG_INFINITY)).as_deref(), Some("by_day.monday[1]"));
        assert_eq!(first_not_finite(&Some(f64::NAN)).as_deref(), Some(""));
    }
}
