//! The checks of which [`WorkflowData::check`](super::WorkflowData::check) consists. Code that `knock-types` generates
//! calls them.
//!
//! A field is named as in JSON; an empty name stands for the value itself. Ranges are those of the standard library.

use std::fmt::{Display, Write};
use std::ops::{Bound, RangeBounds};

use crate::value::InvalidInput;

/// Checks the length of a text, in characters.
///
/// ```
/// use knock_core::workflows::check;
///
/// let error = check::length("title", "Isla Nublar", 1..=5).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`title` has 11 characters; it must have at least 1 and at most 5"
/// );
/// ```
///
/// # Errors
///
/// If the length is not in the range.
pub fn length(field: &'static str, text: &str, range: impl RangeBounds<usize>) -> Result<(), InvalidInput> {
    size(field, text.chars().count(), ["character", "characters"], &range)
}

/// Checks the number of items in a list, or of members of an object.
///
/// # Errors
///
/// If the number is not in the range.
pub fn count(field: &'static str, count: usize, range: impl RangeBounds<usize>) -> Result<(), InvalidInput> {
    size(field, count, ["entry", "entries"], &range)
}

fn size(
    field: &'static str,
    size: usize,
    [one, many]: [&str; 2],
    range: &impl RangeBounds<usize>,
) -> Result<(), InvalidInput> {
    if range.contains(&size) {
        return Ok(());
    }
    let unit = if size == 1 { one } else { many };
    Err(InvalidInput::new(field, format!("has {size} {unit}; it must have {}", words(range))))
}

/// Checks a number. NaN and the infinities are left to the check of all data, since JSON does not have them.
///
/// ```
/// use knock_core::workflows::check;
///
/// assert!(check::range("priority", 3, 1..=5).is_ok());
/// let error = check::range("priority", 9, 1..=5).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`priority` is out of range; it must be at least 1 and at most 5"
/// );
/// ```
///
/// # Errors
///
/// If the number is not in the range.
pub fn range<N>(field: &'static str, number: N, range: impl RangeBounds<N>) -> Result<(), InvalidInput>
where
    N: PartialOrd + Display + Copy,
{
    let is_number = number.partial_cmp(&number).is_some();
    if !is_number || range.contains(&number) {
        return Ok(());
    }
    Err(InvalidInput::new(field, format!("is out of range; it must be {}", words(&range))))
}

/// Checks that an integer is a multiple of another.
///
/// # Errors
///
/// If it is not.
pub fn multiple_of(field: &'static str, number: impl Into<i128>, of: i128) -> Result<(), InvalidInput> {
    if number.into().checked_rem(of).unwrap_or_default() == 0 {
        return Ok(());
    }
    Err(InvalidInput::new(field, format!("is invalid; it must be a multiple of {of}")))
}

/// Checks that a value is one of those that are allowed.
///
/// # Errors
///
/// If it is not.
pub fn one_of<T: PartialEq + Display>(
    field: &'static str,
    value: &T,
    allowed: &[T],
) -> Result<(), InvalidInput> {
    if allowed.contains(value) {
        return Ok(());
    }
    let allowed: Vec<_> = allowed.iter().map(T::to_string).collect();
    Err(InvalidInput::new(field, format!("is invalid; it must be one of: {}", allowed.join(", "))))
}

/// Checks each item of a list.
///
/// ```
/// use knock_core::workflows::check;
///
/// let tags = ["dinosaurs", "park"];
/// let error = check::each("tags", tags, |tag| check::length("", tag, ..=5)).unwrap_err();
/// assert_eq!(error.field(), "tags[0]");
/// ```
///
/// # Errors
///
/// The first error of an item, with its index.
pub fn each<T>(
    field: &'static str,
    items: impl IntoIterator<Item = T>,
    check: impl Fn(T) -> Result<(), InvalidInput>,
) -> Result<(), InvalidInput> {
    items.into_iter().enumerate().try_for_each(|(index, item)| {
        check(item).map_err(|problem| problem.inside(&format!("[{index}]")).inside(field))
    })
}

/// Checks each value of a map. Errors do not contain its key, which may be personal.
///
/// # Errors
///
/// The first error of a value, with `*` in the place of its key.
pub fn each_value<K, T>(
    field: &'static str,
    map: impl IntoIterator<Item = (K, T)>,
    check: impl Fn(T) -> Result<(), InvalidInput>,
) -> Result<(), InvalidInput> {
    map.into_iter()
        .try_for_each(|(_, value)| check(value).map_err(|problem| problem.inside("*").inside(field)))
}

/// Names the value that a check was inside of.
///
/// # Errors
///
/// That of the check.
pub fn inside(field: &'static str, check: Result<(), InvalidInput>) -> Result<(), InvalidInput> {
    check.map_err(|problem| problem.inside(field))
}

/// Describes a range, for example as "at least 1 and at most 5".
fn words<N: Display>(range: &impl RangeBounds<N>) -> String {
    let mut text = String::new();
    let _ = match range.start_bound() {
        Bound::Included(start) => write!(text, "at least {start}"),
        Bound::Excluded(start) => write!(text, "more than {start}"),
        Bound::Unbounded => Ok(()),
    };
    if !text.is_empty() && !matches!(range.end_bound(), Bound::Unbounded) {
        text.push_str(" and ");
    }
    let _ = match range.end_bound() {
        Bound::Included(end) => write!(text, "at most {end}"),
        Bound::Excluded(end) => write!(text, "less than {end}"),
        Bound::Unbounded => Ok(()),
    };
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::super::{WorkflowData, typed};
    use super::*;
    use crate::{Config, Operation};

    fn problem(check: Result<(), InvalidInput>) -> String {
        check.unwrap_err().to_string()
    }

    #[test]
    fn sizes_are_counted_in_characters_and_entries() {
        assert_eq!(length("title", "żółw", 4..=4), Ok(()));
        assert_eq!(problem(length("title", "", 1..)), "`title` has 0 characters; it must have at least 1");
        assert_eq!(problem(count("tags", 3, ..3)), "`tags` has 3 entries; it must have less than 3");
    }

    #[test]
    fn numbers_are_in_range_and_one_of_those_allowed() {
        assert_eq!(range("share", f64::NAN, 0.0..=1.0), Ok(()));
        let positive = (Bound::Excluded(0.0), Bound::Unbounded);
        assert_eq!(problem(range("share", 0.0, positive)), "`share` is out of range; it must be more than 0");
        assert_eq!(multiple_of("cents", 250_u64, 50), Ok(()));
        assert_eq!(multiple_of("cents", 7_u64, 0), Ok(()));
        assert_eq!(problem(multiple_of("cents", 7, 5)), "`cents` is invalid; it must be a multiple of 5");
        assert_eq!(one_of("level", &2, &[1, 2]), Ok(()));
        assert_eq!(problem(one_of("level", &3, &[1, 2])), "`level` is invalid; it must be one of: 1, 2");
    }

    #[test]
    fn a_problem_has_its_place() {
        let rows = [vec!["a"], vec!["b", ""]];
        let checked = each("rows", &rows, |row| each("", row, |cell| length("", cell, 1..)));
        assert_eq!(checked.unwrap_err().field(), "rows[1][1]");
        let scores = BTreeMap::from([("jane@personal.example", 7)]);
        let checked = inside("game", each_value("scores", &scores, |score| range("points", *score, ..5)));
        assert_eq!(checked.unwrap_err().field(), "game.scores.*.points");
    }

    #[derive(Serialize)]
    struct Note {
        text: &'static str,
    }

    impl WorkflowData for Note {
        const KEY: &'static str = "note";

        fn check(&self) -> Result<(), InvalidInput> {
            length("text", self.text, 1..)
        }
    }

    #[test]
    fn data_is_checked_when_the_call_is_made() {
        let config = Config::new("sk_test_12345").unwrap();
        let note = |text| typed(&Note { text }).recipient("jhammond").to_request(&config);
        let request = note("hi").unwrap();
        assert_eq!(request.uri().path(), "/v1/workflows/note/trigger");
        assert_eq!(&request.body()[..], br#"{"recipients":["jhammond"],"data":{"text":"hi"}}"#);
        let error = note("").unwrap_err().to_string();
        assert!(error.contains("`data.text` has 0 characters"), "{error}");
    }
}
