//! UUIDs and jitter from random bytes that the caller provides.

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Formats random bytes as a UUID (version 4), with a prefix.
pub(crate) fn uuid4(prefix: &str, mut random: [u8; 16]) -> String {
    random[6] = (random[6] & 0x0f) | 0x40;
    random[8] = (random[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(prefix.len() + 36);
    text.push_str(prefix);
    for (index, byte) in random.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 0x0f)]));
    }
    text
}

/// A generator of random numbers for jitter (splitmix64), seeded once per call. Not suitable for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) fn new(random: [u8; 16]) -> Self {
        let (first, second) = random.split_at(8);
        let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Self(number(first).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number(second))
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_its_version_and_variant() {
        assert_eq!(uuid4("", [0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid4("key-", [0xff; 16]), "key-ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn jitter_is_spread_evenly() {
        let mut jitter = Jitter::new([7; 16]);
        let numbers: Vec<_> = (0..1000).map(|_| f64::from(jitter.next()) / f64::from(u32::MAX)).collect();
        let mean = numbers.iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
