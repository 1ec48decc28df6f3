//! Reading values of a JSON document, with the path to what is wrong.

use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) path: String,
    pub(crate) message: String,
}

/// Lists are read to the end, so there can be several faults.
pub(crate) type Parsed<T> = Result<T, Vec<Fault>>;

/// A value that is not null, and the path to it.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    path: String,
}

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    pub(crate) fn fault<T>(&self, message: impl Into<String>) -> Parsed<T> {
        Err(vec![Fault { path: self.path.clone(), message: message.into() }])
    }

    pub(crate) fn text(&self) -> Parsed<String> {
        match self.value {
            Value::String(text) => Ok(text.clone()),
            _ => self.fault("should be a string"),
        }
    }

    pub(crate) fn object(self) -> Parsed<Fields<'a>> {
        match self.value {
            Value::Object(map) => Ok(Fields { map, path: self.path }),
            _ => self.fault("should be an object"),
        }
    }

    pub(crate) fn flag(&self) -> Parsed<bool> {
        match self.value {
            Value::Bool(flag) => Ok(*flag),
            _ => self.fault("should be true or false"),
        }
    }

    pub(crate) fn integer(&self, range: RangeInclusive<i64>) -> Parsed<i64> {
        match self.value.as_i64() {
            Some(number) if range.contains(&number) => Ok(number),
            _ if *range.start() == i64::MIN => self.fault("should be an integer"),
            _ if *range.end() == i64::MAX => {
                self.fault(format!("should be an integer of at least {}", range.start()))
            }
            _ => self.fault(format!("should be an integer from {} to {}", range.start(), range.end())),
        }
    }

    /// Reads one of the words of an enum.
    pub(crate) fn word<T: DeserializeOwned>(&self) -> Parsed<T> {
        self.text()?;
        T::deserialize(self.value).or_else(|error| self.fault(error.to_string()))
    }

    pub(crate) fn items<T>(&self, read: impl Fn(Node<'a>) -> Parsed<T>) -> Parsed<Vec<T>> {
        let Value::Array(items) = self.value else { return self.fault("should be an array") };
        all(items.iter().enumerate().map(|(at, value)| {
            let node = Node { value, path: format!("{}[{at}]", self.path) };
            if value.is_null() { node.fault("should not be null") } else { read(node) }
        }))
    }
}

/// Collects what was read, or all faults.
pub(crate) fn all<T>(results: impl IntoIterator<Item = Parsed<T>>) -> Parsed<Vec<T>> {
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(item) => read.push(item),
            Err(more) => faults.extend(more),
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

/// The members of an object, and the path to it. A member that is null counts as absent.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) map: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn node(&self, name: &str, value: &'a Value) -> Node<'a> {
        Node { value, path: self.path_of(name) }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn fault<T>(&self, message: impl Into<String>) -> Parsed<T> {
        Err(vec![Fault { path: self.path.clone(), message: message.into() }])
    }

    pub(crate) fn get(&self, name: &str) -> Option<Node<'a>> {
        let value = self.map.get(name).filter(|value| !value.is_null())?;
        Some(self.node(name, value))
    }

    pub(crate) fn need(&self, name: &str) -> Parsed<Node<'a>> {
        match self.get(name) {
            Some(node) => Ok(node),
            None => Err(vec![Fault { path: self.path_of(name), message: "is missing".to_owned() }]),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Parsed<Option<String>> {
        self.get(name).map(|node| node.text()).transpose()
    }

    /// A text that is not empty.
    pub(crate) fn some_text(&self, name: &str) -> Parsed<Option<String>> {
        Ok(self.text(name)?.filter(|text| !text.is_empty()))
    }

    pub(crate) fn need_text(&self, name: &str) -> Parsed<String> {
        let node = self.need(name)?;
        let text = node.text()?;
        if text.is_empty() { node.fault("should not be empty") } else { Ok(text) }
    }

    pub(crate) fn texts(&self, name: &str) -> Parsed<Vec<String>> {
        self.list(name, |node| node.text())
    }

    /// Absent counts as false.
    pub(crate) fn flag(&self, name: &str) -> Parsed<bool> {
        self.get(name).map_or(Ok(false), |node| node.flag())
    }

    pub(crate) fn integer(&self, name: &str, range: RangeInclusive<i64>) -> Parsed<Option<i64>> {
        self.get(name).map(|node| node.integer(range)).transpose()
    }

    /// A number that fits `usize`.
    pub(crate) fn count(&self, name: &str, range: RangeInclusive<i64>) -> Parsed<Option<usize>> {
        Ok(self.integer(name, range)?.and_then(|number| usize::try_from(number).ok()))
    }

    pub(crate) fn word<T: DeserializeOwned>(&self, name: &str) -> Parsed<Option<T>> {
        self.get(name).map(|node| node.word()).transpose()
    }

    pub(crate) fn need_word<T: DeserializeOwned>(&self, name: &str) -> Parsed<T> {
        self.need(name)?.word()
    }

    pub(crate) fn object(&self, name: &str) -> Parsed<Option<Fields<'a>>> {
        self.get(name).map(Node::object).transpose()
    }

    pub(crate) fn need_object(&self, name: &str) -> Parsed<Fields<'a>> {
        self.need(name)?.object()
    }

    /// Absent counts as empty.
    pub(crate) fn list<T>(&self, name: &str, read: impl Fn(Node<'a>) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.get(name).map_or(Ok(Vec::new()), |node| node.items(read))
    }

    /// A JSON object as it is. Absent counts as empty.
    pub(crate) fn map(&self, name: &str) -> Parsed<Map<String, Value>> {
        Ok(self.object(name)?.map_or_else(Map::new, |fields| fields.map.clone()))
    }

    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        self.get(name).map(|node| node.value.clone())
    }

    /// The members that are not null.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let filled = self.map.iter().filter(|(_, value)| !value.is_null());
        filled.map(|(name, value)| (name.as_str(), self.node(name, value)))
    }
}
