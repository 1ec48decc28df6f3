//! The client.

use std::ops::Deref;

use knock_core::{Client, Config, ConfigBuilder, Error, FromConfig, Secret};
use worker::Env;

use crate::transport::FetchTransport;
use crate::variable;

/// A client of Knock's API over the Worker's `fetch`. Cheap to clone; clones share the retry budget.
///
/// Pass it to the [`send`](knock_core::Operation::send) of an operation. It dereferences to a [`Client`], whose methods
/// it therefore has. Keep one client per isolate, in a [`OnceLock`](std::sync::OnceLock), to share one retry budget
/// among all requests.
///
/// ```no_run
/// use knock_worker::{Knock, Operation, workflows};
/// use worker::{Context, Env, Request, Response, Result, event};
///
/// #[event(fetch)]
/// async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
///     // It reads the secret KNOCK_API_KEY.
///     let knock = Knock::from_env(&env).map_err(|error| error.to_string())?;
///     let run =
///         workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await;
///     Response::ok(run.map_err(|error| error.to_string())?.workflow_run_id)
/// }
/// # fn main() {}
/// ```
#[derive(Debug, Clone)]
pub struct Knock(Client<FetchTransport>);

impl Knock {
    /// Returns a client with an API key: a secret key (`sk_…`), a public key (`pk_…`) or a service token.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) if the key is invalid.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// Returns a client with the settings in the Worker's secrets and variables: `KNOCK_API_KEY`, and optionally
    /// `KNOCK_BASE_URL` and `KNOCK_BRANCH`.
    ///
    /// Set the key with `wrangler secret put KNOCK_API_KEY`.
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) that names the missing or
    /// invalid setting. A binding that is not a text, for example a JSON variable or a secret of the Secrets Store, is
    /// invalid, not missing. An empty one counts as not set.
    pub fn from_env(env: &Env) -> Result<Self, Error> {
        ConfigBuilder::from_variables(|name| variable(env, name)).build()
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
        Ok(Self(Client::with_transport(config, FetchTransport::new())))
    }
}

impl FromConfig for Knock {
    fn from_config(config: Config) -> Result<Self, Error> {
        Self::with_config(config)
    }
}

impl Deref for Knock {
    type Target = Client<FetchTransport>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
