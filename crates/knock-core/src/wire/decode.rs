//! Reading the body of a successful response.

use std::borrow::Cow;

use bytes::Bytes;
use serde::de::DeserializeOwned;

/// The error of a successful response that could not be read.
///
/// It names the position and what was expected, but not what was found, which may be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    pub(crate) message: Cow<'static, str>,
}

impl DecodeError {
    /// Returns an error with a message. It must not contain data from the response.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into() }
    }

    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        // serde quotes what it found before “, expected …”. The rest comes from the types of this crate.
        let problem = match text.rfind("expected ") {
            Some(start) => &text[start..],
            None if text.starts_with("missing field") => &text,
            None => {
                return Self::new(format!("the response could not be read at {}", position(error)));
            }
        };
        // The timestamp parser quotes what it found after “but”.
        let problem = problem.split(" at line ").next().and_then(|problem| problem.split(" but ").next());
        let problem = problem.unwrap_or_default();
        Self::new(format!("the response could not be read: {problem} at {}", position(error)))
    }
}

fn position(error: &serde_json::Error) -> String {
    format!("line {} column {}", error.line(), error.column())
}

/// Reads the JSON body of a response, for a custom [`Operation`](crate::Operation). An empty body is read as `null`.
///
/// # Errors
///
/// If the body is not JSON, or cannot be read as a `T`.
pub fn json<T: DeserializeOwned>(response: &http::Response<Bytes>) -> Result<T, DecodeError> {
    if response.body().is_empty() {
        return serde_json::from_slice(b"null").map_err(|_| DecodeError::new("the response has no body"));
    }
    serde_json::from_slice(response.body()).map_err(|error| DecodeError::json(&error))
}
