//! Texts of bounded length.

use std::fmt;

/// The largest number of characters of each text that is shown.
pub(super) const MAX_CHARS: usize = 200;

/// The `Debug` form of at most 200 characters of a text.
pub(super) struct Short<'a>(pub(super) &'a str);

impl<'a> Short<'a> {
    pub(super) fn optional(text: Option<&'a str>) -> Option<Self> {
        text.map(Self)
    }
}

impl fmt::Debug for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(MAX_CHARS) {
            Some((end, _)) => write!(f, "{:?}…", &self.0[..end]),
            None => self.0.fmt(f),
        }
    }
}
