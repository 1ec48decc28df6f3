//! The filters: those of Liquid, and Knock's.

mod date;
mod entity;
pub(crate) mod input;
mod list;
mod locale;
mod number;
mod text;
mod value;

use input::Filter;
pub(crate) use text::without_tags;

/// Finds a filter by name.
pub(crate) fn find(name: &str) -> Option<Filter> {
    let groups = [text::find, number::find, list::find, value::find, date::find, locale::find, entity::find];
    groups.into_iter().find_map(|find| find(name))
}
