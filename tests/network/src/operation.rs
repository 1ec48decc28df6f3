//! The classes of calls.

use knock_reqwest::{CallOptions, Error, Knock, Method, Operation, custom, users, workflows};
use serde_json::{Value, json};

use crate::client::KEY;

/// The personal datum of the calls, which nothing may print.
const WHO: &str = "jane@example.com";

/// A class of calls, by what a second request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// Reads.
    Get,
    /// Writes the same again.
    Put,
    /// Deletes what may be gone.
    Delete,
    /// Is recognized by its idempotency key.
    Trigger,
    /// Acts again.
    Post,
}

impl Call {
    /// All classes.
    pub const ALL: [Self; 5] = [Self::Get, Self::Put, Self::Delete, Self::Trigger, Self::Post];

    /// Returns whether a request may be sent again after one whose outcome is unknown.
    #[must_use]
    pub fn is_repeatable(self) -> bool {
        self != Self::Post
    }

    /// Returns whether the call changes anything.
    #[must_use]
    pub fn acts(self) -> bool {
        self != Self::Get
    }

    /// Returns whether the request has a body.
    #[must_use]
    pub fn has_body(self) -> bool {
        matches!(self, Self::Put | Self::Trigger | Self::Post)
    }

    /// Makes the call.
    ///
    /// # Errors
    ///
    /// As the network has it.
    pub async fn send(self, knock: &Knock) -> Result<(), Error> {
        self.send_with(knock, CallOptions::new()).await
    }

    /// Makes the call with options.
    ///
    /// # Errors
    ///
    /// As the network has it.
    pub async fn send_with(self, knock: &Knock, options: CallOptions) -> Result<(), Error> {
        match self {
            Self::Get => users::get(WHO).with(options).send(knock).await.map(drop),
            Self::Put => users::identify(WHO).with(options).send(knock).await.map(drop),
            Self::Delete => users::delete(WHO).with(options).send(knock).await,
            Self::Trigger => {
                workflows::trigger("welcome").recipient(WHO).with(options).send(knock).await.map(drop)
            }
            Self::Post => {
                let body = json!({ "recipient": WHO });
                let post = custom::request::<Value>(Method::Post, "/v1/acts").json(&body);
                post.with(options).send(knock).await.map(drop)
            }
        }
    }
}

/// Checks that an error prints as one line without secrets, with all its causes.
///
/// # Panics
///
/// If it does not.
pub fn check_line(error: &Error) {
    let line = error.to_string();
    assert!(!line.contains('\n') && line.len() < 600, "{line}");
    let mut texts = vec![line, format!("{error:?}")];
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    for text in texts {
        for secret in [KEY, WHO, "jane%40", "jane@", "/v1/"] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}
