//! Ids in the formats of Knock, the same in every run.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// The epoch of KSUID timestamps: 2014-05-13.
const KSUID_EPOCH: i64 = 1_400_000_000;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A seeded generator of ids.
#[derive(Clone, Debug)]
pub(crate) struct Ids(u64);

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a UUID that depends only on the name.
    pub(crate) fn named(name: &str) -> String {
        Self(hash(name)).uuid()
    }

    /// Returns a number below 1,000 that depends only on the name.
    pub(crate) fn chance(name: &str) -> u32 {
        u32::try_from(Self(hash(name)).next() % 1000).unwrap_or_default()
    }

    /// Returns the next number of `SplitMix64`.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a UUID in the form of version 4.
    pub(crate) fn uuid(&mut self) -> String {
        let high = self.next();
        let low = self.next();
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0x0fff,
            ((low >> 48) & 0x3fff) | 0x8000,
            low & 0xffff_ffff_ffff,
        )
    }

    /// Returns a KSUID: 27 characters that sort by time, to the second.
    pub(crate) fn ksuid(&mut self, now: Timestamp) -> String {
        let seconds = u32::try_from((now.as_second() - KSUID_EPOCH).max(0)).unwrap_or(u32::MAX);
        let (high, low) = (self.next(), self.next());
        let mut words = [u64::from(seconds), high >> 32, high & 0xffff_ffff, low >> 32, low & 0xffff_ffff];
        let mut digits: Vec<u8> = std::iter::repeat_with(|| next_digit(&mut words)).take(27).collect();
        digits.reverse();
        String::from_utf8(digits).unwrap_or_default()
    }

    /// Returns a request id of 20 characters, like Plug generates them.
    pub(crate) fn request_id(&mut self) -> String {
        let bytes: Vec<u8> =
            [self.next(), self.next()].iter().flat_map(|word| word.to_be_bytes()).take(15).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// FNV-1a
fn hash(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Divides the 160-bit number by 62 and returns the remainder as a digit.
fn next_digit(words: &mut [u64; 5]) -> u8 {
    let mut remainder = 0;
    for word in words {
        let value = (remainder << 32) | *word;
        *word = value / 62;
        remainder = value % 62;
    }
    usize::try_from(remainder).ok().and_then(|digit| BASE62.get(digit).copied()).unwrap_or(b'0')
}

/// Whether a text has the form of a UUID.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_formats_of_knock() {
        let mut ids = Ids::new(1);
        let uuid = ids.uuid();
        assert!(is_uuid(&uuid), "{uuid}");
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));

        let at: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
        let later: Timestamp = "2025-01-01T00:00:01Z".parse().unwrap();
        let (one, two) = (ids.ksuid(at), ids.ksuid(later));
        assert_eq!(one.len(), 27);
        assert!(one < two && one.starts_with("2r"), "{one} {two}");
        assert_eq!(ids.request_id().len(), 20);
    }

    #[test]
    fn ids_depend_only_on_the_seed() {
        assert_eq!(Ids::new(7).uuid(), Ids::new(7).uuid());
        assert_ne!(Ids::new(7).uuid(), Ids::new(8).uuid());
        assert_eq!(Ids::named("welcome"), Ids::named("welcome"));
    }
}
