//! The client that users hold.

use std::ops::Deref;

use knock_core::{Client, Config, Error, Secret};

use crate::transport::SpinTransport;

/// A client of Knock's API over WASI's outbound HTTP. Cheap to clone; clones share the retry budget.
///
/// It is a [`Client`], by `Deref`: pass it to any operation's [`send`](knock_core::Operation::send).
///
/// ```no_run
/// use knock_spin::{Knock, Operation, workflows};
/// use spin_sdk::http::{IntoResponse, Request};
/// use spin_sdk::http_service;
///
/// #[http_service]
/// async fn handle(_: Request) -> Result<impl IntoResponse, spin_sdk::http::Error> {
///     let knock = Knock::from_env().await.map_err(|error| error.to_string())?; // the variable knock_api_key
///     let run = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await;
///     Ok(run.map_err(|error| error.to_string())?.workflow_run_id)
/// }
/// # fn main() {}
/// ```
#[derive(Debug, Clone)]
pub struct Knock(Client<SpinTransport>);

impl Knock {
    /// A client with an API key: a secret key (`sk_…`), a public key (`pk_…`), or a service token.
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](knock_core::ErrorKind::Configuration) where the key cannot be one.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Ok(Self::with_config(Config::new(api_key)?))
    }

    /// A client with what the app says: the component's environment (`KNOCK_API_KEY`, and `KNOCK_BASE_URL` and
    /// `KNOCK_BRANCH` where set), else Spin variables of the same names in lower case (`knock_api_key`, …).
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](knock_core::ErrorKind::Configuration), naming what to set, where something is missing
    /// or cannot be right.
    pub async fn from_env() -> Result<Self, Error> {
        let (key, url, branch) = (
            variable("KNOCK_API_KEY").await,
            variable("KNOCK_BASE_URL").await,
            variable("KNOCK_BRANCH").await,
        );
        let config = Config::from_variables(|name| match name {
            "KNOCK_API_KEY" => key.clone(),
            "KNOCK_BASE_URL" => url.clone(),
            "KNOCK_BRANCH" => branch.clone(),
            _ => None,
        });
        Ok(Self::with_config(config.build()?))
    }

    /// A client with a configuration, from [`Config::builder`].
    pub fn with_config(config: Config) -> Self {
        Self(Client::with_transport(config, SpinTransport::new()))
    }
}

impl Deref for Knock {
    type Target = Client<SpinTransport>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// A value of the component's environment, else the Spin variable of the same name in lower case; for secrets of your own.
pub async fn variable(name: &str) -> Option<String> {
    match std::env::var(name) {
        Ok(value) => Some(value),
        Err(_) => spin_variable(name).await,
    }
}

#[cfg(feature = "variables")]
async fn spin_variable(name: &str) -> Option<String> {
    spin_sdk::variables::get(name.to_ascii_lowercase()).await.ok()
}

#[cfg(not(feature = "variables"))]
async fn spin_variable(_: &str) -> Option<String> {
    None
}
