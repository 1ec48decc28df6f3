//! Medians, spreads, and comparisons round by round.

use serde::{Deserialize, Serialize};

use crate::samples::Series;

/// The median, minimum and maximum of some values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Returns the spread, or `None` if there are no values.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let (half, odd) = (values.len() / 2, values.len() % 2 == 1);
        let median = if odd { values[half] } else { f64::midpoint(values[half - 1], values[half]) };
        Some(Self { median, min, max })
    }

    /// Rounds all three to their significant digits.
    pub(crate) fn rounded(self) -> Self {
        Self { median: significant(self.median), min: significant(self.min), max: significant(self.max) }
    }
}

/// Compares each round with the same round of another series, for rounds in both.
pub(crate) fn paired(series: &Series, than: &Series, compare: fn(f64, f64) -> f64) -> Vec<f64> {
    let both = series.iter().filter_map(|(round, value)| Some(compare(*value, *than.get(round)?)));
    both.filter(|value| value.is_finite()).collect()
}

/// Returns how many times as large a value is.
pub(crate) fn ratio(value: f64, than: f64) -> f64 {
    value / than
}

/// Returns how much larger a value is.
pub(crate) fn difference(value: f64, than: f64) -> f64 {
    value - than
}

/// Rounds to five significant digits, but never rounds the integer part.
fn significant(value: f64) -> f64 {
    if value.abs() >= 1e4 { value.round() } else { format!("{value:.4e}").parse().unwrap_or(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([5.0]), Some(Spread { median: 5.0, min: 5.0, max: 5.0 }));
        assert_eq!(Spread::of([9.0, 1.0, 2.0]), Some(Spread { median: 2.0, min: 1.0, max: 9.0 }));
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 9.0]), Some(Spread { median: 3.0, min: 1.0, max: 9.0 }));
    }

    #[test]
    fn values_of_the_same_round_are_paired() {
        let series = Series::from([(0, 10.0), (1, 30.0), (2, 8.0)]);
        let than = Series::from([(0, 5.0), (1, 10.0), (7, 1.0)]);
        assert_eq!(paired(&series, &than, ratio), [2.0, 3.0]);
        assert_eq!(paired(&series, &than, difference), [5.0, 20.0]);
    }

    #[test]
    fn ratios_that_are_not_finite_are_left_out() {
        let nothing = Series::from([(0, 0.0)]);
        assert!(paired(&nothing, &nothing, ratio).is_empty());
        assert_eq!(paired(&nothing, &nothing, difference), [0.0]);
    }

    #[test]
    fn rounding_keeps_whole_numbers() {
        let spread = Spread { median: 1_234_567.4, min: 0.123_456_7, max: 99.999_99 };
        assert_eq!(spread.rounded(), Spread { median: 1_234_567.0, min: 0.123_46, max: 100.0 });
    }
}
