//! The client.

use std::ops::Deref;

use js_sys::Reflect;
use knock_core::{Client, Config, ConfigBuilder, Error, FromConfig, Secret};
use wasm_bindgen::JsValue;

use crate::transport::FetchTransport;

/// A client of Knock's API over the host's `fetch`. Cheap to clone; clones share the retry budget.
///
/// Pass it to the [`send`](knock_core::Operation::send) of an operation. It dereferences to a [`Client`], whose methods
/// it therefore has. Keep one client per isolate, in a [`OnceLock`](std::sync::OnceLock), to share one retry budget
/// among all requests.
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

    /// Returns a client with the settings in an object, for example `process.env`, or `Deno.env.toObject()`:
    /// `KNOCK_API_KEY`, and optionally `KNOCK_BASE_URL` and `KNOCK_BRANCH`.
    ///
    /// ```no_run
    /// use knock_fetch::{Knock, Operation, users};
    /// use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};
    ///
    /// #[wasm_bindgen]
    /// pub async fn forget(env: JsValue, user_id: String) -> Result<(), JsError> {
    ///     let knock = Knock::from_env(&env)?;
    ///     Ok(users::delete(user_id).send(&knock).await?)
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// An error of kind [`Configuration`](knock_core::ErrorKind::Configuration) that names the missing or invalid
    /// setting. A value that is not a text is invalid, not missing. An empty one counts as not set.
    pub fn from_env(env: &JsValue) -> Result<Self, Error> {
        ConfigBuilder::from_variables(|name| variable(env, name)).build()
    }

    /// Returns a builder for a client with custom settings.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use knock_fetch::Knock;
    ///
    /// let knock =
    ///     Knock::builder().api_key("sk_test_12345").timeout(Duration::from_secs(10)).build()?;
    /// # let _ = knock;
    /// # Ok::<(), knock_fetch::Error>(())
    /// ```
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

/// Reads a text in an object that holds the environment, for example `process.env`, or the `Env` of a Cloudflare Worker.
///
/// It can be passed to [`Config::from_variables`](knock_core::Config::from_variables) and
/// [`SigningKey::from_variables`](knock_core::token::SigningKey::from_variables).
///
/// # Errors
///
/// If the object cannot be read, or the value is not a text. The message does not contain the value.
pub fn variable(env: &JsValue, name: &str) -> Result<Option<String>, &'static str> {
    let value = Reflect::get(env, &name.into()).map_err(|_| "the environment is not an object")?;
    match value.as_string() {
        Some(value) => Ok(Some(value)),
        None if value.is_undefined() || value.is_null() => Ok(None),
        None => Err("it is not a text"),
    }
}
