//! The error of an invalid argument.

use std::borrow::Cow;

/// The error of an invalid argument: the name of the field, and what is wrong with it.
///
/// It does not contain the argument itself, which may be personal.
///
/// ```
/// use knock_core::InvalidInput;
///
/// let error = InvalidInput::new("page_size", "is 0; it must be 1 to 50");
/// assert_eq!(error.field(), "page_size");
/// assert_eq!(error.to_string(), "`page_size` is 0; it must be 1 to 50");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct InvalidInput {
    field: Cow<'static, str>,
    problem: Cow<'static, str>,
}

impl InvalidInput {
    /// Returns an error for a field. The problem completes a sentence that begins with the name of the field.
    pub fn new(field: impl Into<Cow<'static, str>>, problem: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }

    /// Names the value that the field is inside of. A field without a name is that value itself.
    pub(crate) fn inside(self, parent: &str) -> Self {
        let separator = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        Self { field: format!("{parent}{separator}{}", self.field).into(), problem: self.problem }
    }

    /// Returns the name of the field.
    pub fn field(&self) -> &str {
        &self.field
    }
}
