//! How a text message is sent: its alphabet, and how many segments it has.

use crate::render::content::Encoding;

/// The basic alphabet of GSM 03.38, without the escape to the extension.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
                     abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension: two septets each.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The size of a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) encoding: Encoding,
    /// Septets, or code units of UTF-16.
    pub(crate) units: usize,
    pub(crate) segments: usize,
}

impl Size {
    pub(crate) fn of(text: &str) -> Self {
        let septets: Option<Vec<usize>> = text.chars().map(septets).collect();
        let (encoding, lengths, whole, part) = match septets {
            Some(septets) => (Encoding::Gsm7, septets, 160, 153),
            None => (Encoding::Ucs2, text.chars().map(char::len_utf16).collect(), 70, 67),
        };
        let units = lengths.iter().sum();
        let segments = if units <= whole { usize::from(units > 0) } else { parts(&lengths, part) };
        Self { encoding, units, segments }
    }
}

fn septets(letter: char) -> Option<usize> {
    if BASIC.contains(letter) {
        Some(1)
    } else if EXTENSION.contains(letter) {
        Some(2)
    } else {
        None
    }
}

/// How many segments of a size hold letters, of which none is divided.
fn parts(lengths: &[usize], size: usize) -> usize {
    let (mut segments, mut used) = (1, 0);
    for length in lengths {
        if used + length > size {
            segments += 1;
            used = 0;
        }
        used += length;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, encoding: Encoding, units: usize, segments: usize) {
        assert_eq!(Size::of(text), Size { encoding, units, segments }, "{text}");
    }

    #[test]
    fn gsm() {
        check("", Encoding::Gsm7, 0, 0);
        check("Hello @£$ é", Encoding::Gsm7, 11, 1);
        check(&"a".repeat(160), Encoding::Gsm7, 160, 1);
        check(&"a".repeat(161), Encoding::Gsm7, 161, 2);
        check(&"a".repeat(306), Encoding::Gsm7, 306, 2);
        check(&"a".repeat(307), Encoding::Gsm7, 307, 3);
    }

    #[test]
    fn extension() {
        check("€[]{}", Encoding::Gsm7, 10, 1);
        check(&"€".repeat(80), Encoding::Gsm7, 160, 1);
        // An escaped letter is not divided: 76 fit into 153 septets.
        check(&"€".repeat(153), Encoding::Gsm7, 306, 3);
    }

    #[test]
    fn ucs2() {
        check("ç", Encoding::Ucs2, 1, 1);
        check(&"я".repeat(70), Encoding::Ucs2, 70, 1);
        check(&"я".repeat(71), Encoding::Ucs2, 71, 2);
        // A surrogate pair is not divided: 33 fit into 67 units.
        check(&"🖖".repeat(36), Encoding::Ucs2, 72, 2);
        check(&"🖖".repeat(67), Encoding::Ucs2, 134, 3);
    }
}
