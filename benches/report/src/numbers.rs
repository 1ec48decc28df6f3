//! Formatting of numbers.

use crate::statistics::Spread;

/// The format of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    /// A count, with all of its digits.
    Exact,
    /// Three significant digits.
    Figure,
    /// Kibibytes, written as mebibytes.
    Mebibytes,
    /// Divided by the number at the start of the case, for example `10 recipients`.
    PerItem,
}

impl Unit {
    pub(crate) fn write(self, value: f64, case: &str) -> String {
        match self {
            Self::Exact => fixed(value, 0),
            Self::Figure => figure(value),
            Self::Mebibytes => fixed(value / 1024.0, 1),
            Self::PerItem => figure(value / items(case)),
        }
    }
}

/// Returns the number at the start of a case, or 1 if there is none.
pub(crate) fn items(case: &str) -> f64 {
    case.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(1.0)
}

/// Formats a value with three significant digits: `68,000`, `14.2`, `0.123`.
pub(crate) fn figure(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    let decimals = match rounded.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    fixed(rounded, decimals)
}

/// Formats a ratio: `0.038`, `0.98`, `27.4`, `190`.
pub(crate) fn ratio(value: f64) -> String {
    match value.abs() {
        100.0.. => fixed(value, 0),
        10.0.. => fixed(value, 1),
        0.1.. => fixed(value, 2),
        _ => fixed(value, 3),
    }
}

/// Formats a ratio with its lowest and highest round: `0.98 (0.95–1.01)`.
pub(crate) fn ratio_with_spread(spread: Spread) -> String {
    with_spread(spread, ratio)
}

/// Formats a ratio with one more digit, for comparison with a limit.
pub(crate) fn fine_ratio_with_spread(spread: Spread) -> String {
    with_spread(spread, |value| if value.abs() < 10.0 { fixed(value, 3) } else { ratio(value) })
}

fn with_spread(spread: Spread, write: fn(f64) -> String) -> String {
    let [median, min, max] = [spread.median, spread.min, spread.max].map(write);
    if min == max { median } else { format!("{median} ({min}–{max})") }
}

/// Formats a value with this number of decimals and with thousands separators.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let whole = text.split('.').next().unwrap_or_default();
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{}", &text[whole.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures() {
        let figures = [68_012.4, 1_234_567.0, 999.6, 100.0, 14.23, 1.0, 0.123_45, 0.0].map(figure);
        assert_eq!(figures, ["68,000", "1,230,000", "1,000", "100", "14.2", "1.00", "0.123", "0.000"]);
        assert_eq!(figure(-1234.0), "-1,230");
    }

    #[test]
    fn units() {
        assert_eq!(Unit::Exact.write(1_234_567.0, ""), "1,234,567");
        assert_eq!(Unit::Mebibytes.write(7000.0, ""), "6.8");
        assert_eq!(Unit::PerItem.write(50.0, "10 recipients"), "5.00");
        assert_eq!(Unit::PerItem.write(50.0, "trigger"), "50.0");
    }

    #[test]
    fn ratios() {
        assert_eq!(ratio_with_spread(Spread { median: 0.984, min: 0.951, max: 27.44 }), "0.98 (0.95–27.4)");
        assert_eq!(
            fine_ratio_with_spread(Spread { median: 0.969_4, min: 0.9, max: 27.44 }),
            "0.969 (0.900–27.4)"
        );
        assert_eq!(ratio(0.037_8), "0.038");
        assert_eq!(ratio_with_spread(Spread { median: 190.2, min: 190.1, max: 190.4 }), "190");
    }
}
