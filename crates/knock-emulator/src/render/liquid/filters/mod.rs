//! The filters: those of Liquid, and Knock's.

mod date;
mod entity;
mod list;
mod locale;
mod number;
mod text;
mod value;

use std::sync::Arc;

use super::super::error::Problem;
use super::limits::Limits;
use super::run::Run;
use super::value::Value;

/// A filter, and the least and most arguments without a name that it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter {
    pub(crate) run: fn(&Input<'_, '_>) -> Outcome,
    pub(crate) arguments: (usize, usize),
}

pub(crate) type Outcome = Result<Value, Problem>;

/// What a filter gets.
pub(crate) struct Input<'i, 'r> {
    pub(crate) value: Value,
    pub(crate) arguments: &'i [Value],
    pub(crate) named: &'i [(String, Value)],
    pub(crate) run: &'i Run<'r>,
}

impl Input<'_, '_> {
    fn limits(&self) -> &Limits {
        self.run.env.limits
    }

    /// The value as text.
    fn text(&self) -> Result<Arc<str>, Problem> {
        let text = self.value.to_text(self.limits())?;
        self.limits().bytes(text.len())?;
        Ok(text)
    }

    /// An argument, or nil.
    fn argument(&self, index: usize) -> Value {
        self.arguments.get(index).cloned().unwrap_or_default()
    }

    /// An argument as text, or an empty text.
    fn argument_text(&self, index: usize) -> Result<Arc<str>, Problem> {
        Ok(self.argument(index).to_text(self.limits())?)
    }

    fn named(&self, name: &str) -> Value {
        let named = self.named.iter().find(|(given, _)| given == name);
        named.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// A text that the filter makes.
    fn make(&self, text: impl Into<Arc<str>>) -> Outcome {
        let text = text.into();
        self.limits().text(text.len())?;
        self.limits().bytes(text.len())?;
        Ok(Value::Text(text))
    }

    /// A list that the filter makes.
    fn make_list(&self, items: Vec<Value>) -> Outcome {
        self.limits().items(items.len())?;
        Ok(Value::List(items.into()))
    }
}

/// Finds a filter by name.
pub(crate) fn find(name: &str) -> Option<Filter> {
    let groups = [text::find, number::find, list::find, value::find, date::find, locale::find, entity::find];
    groups.into_iter().find_map(|find| find(name))
}

/// A filter that takes exactly so many arguments.
const fn takes(count: usize, run: fn(&Input<'_, '_>) -> Outcome) -> Filter {
    Filter { run, arguments: (count, count) }
}

/// A filter whose last arguments may be left out.
const fn takes_up_to(least: usize, most: usize, run: fn(&Input<'_, '_>) -> Outcome) -> Filter {
    Filter { run, arguments: (least, most) }
}
