//! Reading the settings of the environment.

use std::env::VarError;
use std::fmt::Display;

use crate::value::Secret;

/// What a function that reads a variable returns.
///
/// It is implemented for:
///
/// - `Result<String, VarError>`, which [`std::env::var`] returns. A variable that is not UTF-8 is an error.
/// - `Result<Option<String>, E>`, for a source of variables that can fail. The message of the error is printed, so it
///   must not contain the value.
/// - `Option<String>`, for a source that cannot fail, such as a map. Do not turn an error into `None`: a base URL that
///   cannot be read would then be that of Knock's production API.
///
/// ```
/// use std::collections::HashMap;
/// use knock_core::Config;
///
/// let from_environment = Config::from_variables(|name| std::env::var(name));
///
/// let settings = HashMap::from([("KNOCK_API_KEY", "sk_test_12345".to_owned())]);
/// let from_map = Config::from_variables(|name| settings.get(name).cloned());
/// # let _ = (from_environment, from_map);
/// ```
#[diagnostic::on_unimplemented(
    message = "a variable is an `Option<String>`, a `Result<Option<String>, E>` or a `Result<String, VarError>`, not `{Self}`",
    label = "is not the value of a variable"
)]
pub trait VariableValue {
    /// Returns the value, `None` if the variable is not set, or what is wrong with it, to complete a sentence.
    ///
    /// # Errors
    ///
    /// If the variable cannot be read.
    fn into_value(self) -> Result<Option<Secret>, String>;
}

impl VariableValue for Option<String> {
    fn into_value(self) -> Result<Option<Secret>, String> {
        Ok(self.map(Secret::from))
    }
}

impl VariableValue for Result<String, VarError> {
    fn into_value(self) -> Result<Option<Secret>, String> {
        match self {
            Ok(value) => Ok(Some(value.into())),
            Err(VarError::NotPresent) => Ok(None),
            // The message of the error contains the value.
            Err(VarError::NotUnicode(_)) => Err("is not valid UTF-8".to_owned()),
        }
    }
}

impl<E: Display> VariableValue for Result<Option<String>, E> {
    fn into_value(self) -> Result<Option<Secret>, String> {
        match self {
            Ok(value) => Ok(value.map(Secret::from)),
            Err(error) => Err(format!("cannot be read: {error}")),
        }
    }
}

/// Reads a variable. The error is a whole sentence.
pub(crate) fn read<V: VariableValue>(
    variable: impl Fn(&str) -> V,
    name: &str,
) -> Result<Option<Secret>, String> {
    variable(name).into_value().map_err(|problem| format!("the variable {name} {problem}"))
}
