//! What one rendering may use, so that no template runs for ever.

use std::cell::Cell;

/// The most steps that a rendering takes. A step is a tag, an output, a filter, an item that is looked at, or 64 bytes.
pub(crate) const MAX_STEPS: u64 = 2_000_000;
/// The most bytes that a text may have, the rendered template included: 1 MiB.
pub(crate) const MAX_TEXT: usize = 1024 * 1024;
/// The most items of a list that a template makes.
pub(crate) const MAX_ITEMS: usize = 100_000;
/// The deepest nesting of blocks in a template.
pub(crate) const MAX_BLOCKS: usize = 64;
/// The deepest nesting of brackets in an expression.
pub(crate) const MAX_BRACKETS: usize = 16;
/// The most bytes of the name of a variable, member, filter or argument.
pub(crate) const MAX_NAME: usize = 256;
/// The most partials within each other, which is Knock's limit.
pub(crate) const MAX_PARTIALS: usize = 5;

/// A limit that was exceeded, in words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exceeded(pub(crate) &'static str);

/// What is left.
#[derive(Debug)]
pub(crate) struct Limits {
    steps: Cell<u64>,
}

impl Limits {
    pub(crate) fn new() -> Self {
        Self { steps: Cell::new(MAX_STEPS) }
    }

    pub(crate) fn step(&self) -> Result<(), Exceeded> {
        self.steps(1)
    }

    pub(crate) fn steps(&self, count: u64) -> Result<(), Exceeded> {
        let left = self.steps.get().checked_sub(count);
        // A template that has exceeded the limit stays so.
        self.steps.set(left.unwrap_or_default());
        left.map(drop).ok_or(Exceeded("the template takes more than 2,000,000 steps"))
    }

    /// Takes the steps for looking at so many bytes.
    pub(crate) fn bytes(&self, count: usize) -> Result<(), Exceeded> {
        self.steps(u64::try_from(count / 64).unwrap_or(u64::MAX))
    }

    /// Checks the length of a text that is made.
    #[expect(clippy::unused_self, reason = "a limit like the others")]
    pub(crate) fn text(&self, bytes: usize) -> Result<(), Exceeded> {
        if bytes <= MAX_TEXT { Ok(()) } else { Err(Exceeded("the text is longer than 1 MiB")) }
    }

    /// Checks the length of a list that is made, and takes the steps for it.
    pub(crate) fn items(&self, count: usize) -> Result<(), Exceeded> {
        if count > MAX_ITEMS {
            return Err(Exceeded("the list has more than 100,000 items"));
        }
        self.steps(u64::try_from(count).unwrap_or(u64::MAX))
    }
}
