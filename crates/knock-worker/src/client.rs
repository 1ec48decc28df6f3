//! The client that users hold.

use std::ops::Deref;

use knock_core::{Client, Config, Error, Secret};
use worker::Env;

use crate::transport::FetchTransport;

/// A client of Knock's API over the Worker's `fetch`. Cheap to clone; clones share the retry budget.
///
/// It is a [`Client`], by `Deref`: pass it to any operation's [`send`](knock_core::Operation::send). Kept for the
/// isolate, in a [`OnceLock`](std::sync::OnceLock), one client has one retry budget for all requests.
///
/// ```no_run
/// use knock_worker::{Knock, Operation, workflows};
/// use worker::{Context, Env, Request, Response, Result, event};
///
/// #[event(fetch)]
/// async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
///     let knock = Knock::from_env(&env).map_err(|error| error.to_string())?; // the secret KNOCK_API_KEY
///     let run = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await;
///     Response::ok(run.map_err(|error| error.to_string())?.workflow_run_id)
/// }
/// # fn main() {}
/// ```
#[derive(Debug, Clone)]
pub struct Knock(Client<FetchTransport>);

impl Knock {
    /// A client with an API key: a secret key (`sk_…`), a public key (`pk_…`), or a service token.
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](knock_core::ErrorKind::Configuration) where the key cannot be one.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Ok(Self::with_config(Config::new(api_key)?))
    }

    /// A client with the Worker's secrets and variables: `KNOCK_API_KEY`, and `KNOCK_BASE_URL` and `KNOCK_BRANCH` where
    /// set.
    ///
    /// Set the key with `wrangler secret put KNOCK_API_KEY`.
    ///
    /// # Errors
    ///
    /// Kind [`Configuration`](knock_core::ErrorKind::Configuration), naming what to set, where something is missing
    /// or cannot be right.
    pub fn from_env(env: &Env) -> Result<Self, Error> {
        Ok(Self::with_config(Config::from_variables(|name| variable(env, name)).build()?))
    }

    /// A client with a configuration, from [`Config::builder`].
    pub fn with_config(config: Config) -> Self {
        Self(Client::with_transport(config, FetchTransport::new()))
    }
}

impl Deref for Knock {
    type Target = Client<FetchTransport>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// A secret or a variable: both are texts in the Worker's environment.
pub(crate) fn variable(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string())
}
