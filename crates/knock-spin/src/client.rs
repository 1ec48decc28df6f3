//! The client.

use std::ops::Deref;

use knock_core::{Client, Config, ConfigBuilder, Error, FromConfig, Secret};

use crate::transport::SpinTransport;

/// A client of Knock's API over WASI's outbound HTTP. Cheap to clone; clones share the retry budget.
///
/// Pass it to the [`send`](knock_core::Operation::send) of an operation. It dereferences to a [`Client`], whose methods
/// it therefore has.
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
    /// Returns a client with an API key: a secret key (`sk_…`), a public key (`pk_…`) or a service token.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) if the key is invalid.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// Returns a client with the settings of the app: `KNOCK_API_KEY`, and optionally `KNOCK_BASE_URL` and
    /// `KNOCK_BRANCH`, from the component's environment or else from Spin variables of the same names in lower case
    /// (`knock_api_key`, …).
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) that names the missing or
    /// invalid setting.
    pub async fn from_env() -> Result<Self, Error> {
        let (key, url, branch) = (
            variable("KNOCK_API_KEY").await,
            variable("KNOCK_BASE_URL").await,
            variable("KNOCK_BRANCH").await,
        );
        let builder = ConfigBuilder::from_variables(|name| match name {
            "KNOCK_API_KEY" => key.clone(),
            "KNOCK_BASE_URL" => url.clone(),
            "KNOCK_BRANCH" => branch.clone(),
            _ => None,
        });
        builder.build()
    }

    /// Returns a builder for a client with custom settings.
    pub fn builder() -> ConfigBuilder<Self> {
        ConfigBuilder::new()
    }

    /// Returns a client with a configuration.
    ///
    /// # Errors
    ///
    /// None on this platform. The signature is that of the other adapters.
    pub fn with_config(config: Config) -> Result<Self, Error> {
        Ok(Self(Client::with_transport(config, SpinTransport::new())))
    }
}

impl FromConfig for Knock {
    fn from_config(config: Config) -> Result<Self, Error> {
        Self::with_config(config)
    }
}

impl Deref for Knock {
    type Target = Client<SpinTransport>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Reads a variable of the component's environment, or else the Spin variable of the same name in lower case.
///
/// You can also use it for other secrets of your app.
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
