//! Failures of a step, and the assertions that produce them.

use std::error::Error as _;
use std::fmt::{self, Debug, Display};

use knock_core::Error;
use serde_json::Value;

/// The reason why a step failed, in one line.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// Returns a failure with a reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// Adds the place where it happened.
    #[must_use]
    pub fn at(self, place: impl Display) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.source() {
            Some(source) => Self(format!("{error} (because: {source})")),
            None => Self(error.to_string()),
        }
    }
}

impl From<knock_core::token::TokenError> for Failure {
    fn from(error: knock_core::token::TokenError) -> Self {
        Self(error.to_string())
    }
}

/// Fails unless the condition holds.
pub fn ensure(holds: bool, otherwise: impl Display) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure(otherwise.to_string())) }
}

/// Fails unless the two values are equal.
pub fn same<A: PartialEq<B> + Debug, B: Debug>(what: &str, seen: A, wanted: B) -> Result<(), Failure> {
    if seen == wanted {
        return Ok(());
    }
    let short = |text: String| text.chars().take(300).collect::<String>();
    let (seen, wanted) = (short(format!("{seen:?}")), short(format!("{wanted:?}")));
    Err(Failure(format!("{what} is {seen}, not {wanted}")))
}

/// Fails unless `seen` contains everything in `wanted`. Other members are ignored.
pub fn holds(what: &str, seen: &Value, wanted: &Value) -> Result<(), Failure> {
    match (seen, wanted) {
        (Value::Object(seen), Value::Object(wanted)) => wanted.iter().try_for_each(|(name, value)| {
            holds(&format!("{what}.{name}"), seen.get(name).unwrap_or(&Value::Null), value)
        }),
        _ => same(what, seen, wanted),
    }
}

/// Returns the error of a call that must fail.
pub fn error_of<T>(what: &str, outcome: Result<T, Error>) -> Result<Error, Failure> {
    outcome.err().ok_or_else(|| Failure(format!("{what} succeeded")))
}
