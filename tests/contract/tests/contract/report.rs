//! Collects all differences, to report them together.

use std::collections::BTreeSet;
use std::fmt::Write;

/// A difference that is intended, or that is a mistake in the document. If it no longer exists, the exception must be
/// removed.
pub(crate) struct Exception {
    /// The operation's name, or `*` for any.
    pub(crate) operation: &'static str,
    /// A part of the text of the difference.
    pub(crate) difference: &'static str,
    /// The reason.
    pub(crate) because: &'static str,
}

/// The differences that one check found.
pub(crate) struct Report {
    check: &'static str,
    exceptions: &'static [Exception],
    used: BTreeSet<usize>,
    differences: BTreeSet<(String, String)>,
}

impl Report {
    pub(crate) fn new(check: &'static str, exceptions: &'static [Exception]) -> Self {
        Self { check, exceptions, used: BTreeSet::new(), differences: BTreeSet::new() }
    }

    /// Adds a difference, unless it is an exception.
    pub(crate) fn differ(&mut self, operation: &str, difference: impl Into<String>) {
        let difference = difference.into();
        let known = self.exceptions.iter().position(|exception| {
            [operation, "*"].contains(&exception.operation) && difference.contains(exception.difference)
        });
        match known {
            Some(index) => drop(self.used.insert(index)),
            None => drop(self.differences.insert((operation.to_owned(), difference))),
        }
    }

    /// Fails with all differences, and all exceptions that no longer apply.
    pub(crate) fn finish(self) {
        let mut text = String::new();
        for (operation, difference) in &self.differences {
            let _ = writeln!(text, "- [ ] {operation}: {difference}");
        }
        for (index, exception) in self.exceptions.iter().enumerate() {
            if !self.used.contains(&index) {
                let Exception { operation, difference, because } = exception;
                let _ = writeln!(
                    text,
                    "- [ ] {operation}: `{difference}` no longer differs: remove the exception ({because})"
                );
            }
        }
        let count = text.lines().count();
        assert!(count == 0, "{count} to do for {}:\n{text}", self.check);
    }
}
