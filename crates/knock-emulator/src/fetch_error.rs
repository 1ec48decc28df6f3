//! Why a request of the emulator has no response.

#[cfg(feature = "workflows")]
use serde_json::{Value, json};

/// Why a request has no response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No response came in time. Fetches and webhooks are tried again.
    #[error("no response came in time")]
    TimedOut,
    /// Nothing can be sent to the URL, for example because no such host is known. Neither fetches nor webhooks are tried
    /// again.
    #[error("{0}")]
    BadUrl(String),
    /// The connection failed. Webhooks are tried again, but fetches are not.
    #[error("{0}")]
    Failed(String),
}

#[cfg(feature = "workflows")]
impl FetchError {
    /// The form in the journal.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::TimedOut => json!({ "error": "timed_out" }),
            Self::BadUrl(text) => json!({ "error": "bad_url", "text": text }),
            Self::Failed(text) => json!({ "error": "failed", "text": text }),
        }
    }

    pub(crate) fn of_json(value: &Value) -> Self {
        let text = value["text"].as_str().unwrap_or_default().to_owned();
        match value["error"].as_str() {
            Some("timed_out") => Self::TimedOut,
            Some("bad_url") => Self::BadUrl(text),
            _ => Self::Failed(text),
        }
    }
}
