//! What filters are, and what they get.

use std::sync::Arc;

use jiff::Timestamp;

use crate::render::entities::Entities;
use crate::render::error::Problem;
use crate::render::limits::Limits;
use crate::render::liquid::value::Value;

/// The rendering that a filter is part of.
pub(crate) trait Host {
    fn limits(&self) -> &Limits;

    /// The time.
    fn now(&self) -> Timestamp;

    fn entities(&self) -> &dyn Entities;

    /// The rendered text of a key, if there is one.
    fn translate(&self, key: &str, named: &[(String, Value)]) -> Result<Option<String>, Problem>;
}

/// A filter, and the least and most arguments without a name that it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter {
    pub(crate) run: fn(&Input<'_>) -> Outcome,
    pub(crate) arguments: (usize, usize),
}

pub(crate) type Outcome = Result<Value, Problem>;

/// What a filter gets.
pub(crate) struct Input<'i> {
    pub(crate) value: Value,
    pub(crate) arguments: &'i [Value],
    pub(crate) named: &'i [(String, Value)],
    pub(crate) host: &'i dyn Host,
}

impl Input<'_> {
    pub(crate) fn limits(&self) -> &Limits {
        self.host.limits()
    }

    /// The value as text.
    pub(crate) fn text(&self) -> Result<Arc<str>, Problem> {
        let text = self.value.to_text(self.limits())?;
        self.limits().bytes(text.len())?;
        Ok(text)
    }

    /// An argument, or nil.
    pub(crate) fn argument(&self, index: usize) -> Value {
        self.arguments.get(index).cloned().unwrap_or_default()
    }

    /// An argument as text, or an empty text.
    pub(crate) fn argument_text(&self, index: usize) -> Result<Arc<str>, Problem> {
        Ok(self.argument(index).to_text(self.limits())?)
    }

    pub(crate) fn named(&self, name: &str) -> Value {
        let named = self.named.iter().find(|(given, _)| given == name);
        named.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// A text that the filter makes.
    pub(crate) fn make(&self, text: impl Into<Arc<str>>) -> Outcome {
        let text = text.into();
        self.limits().text(text.len())?;
        self.limits().bytes(text.len())?;
        Ok(Value::Text(text))
    }

    /// A list that the filter makes.
    pub(crate) fn make_list(&self, items: Vec<Value>) -> Outcome {
        self.limits().items(items.len())?;
        Ok(Value::List(items.into()))
    }
}

/// A filter that takes exactly so many arguments.
pub(crate) const fn takes(count: usize, run: fn(&Input<'_>) -> Outcome) -> Filter {
    Filter { run, arguments: (count, count) }
}

/// A filter whose last arguments may be left out.
pub(crate) const fn takes_up_to(least: usize, most: usize, run: fn(&Input<'_>) -> Outcome) -> Filter {
    Filter { run, arguments: (least, most) }
}
