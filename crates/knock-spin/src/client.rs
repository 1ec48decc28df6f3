//! The client.

use std::cell::Cell;
use std::env::VarError;
use std::fmt;
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
///     // It reads the variable knock_api_key.
///     let knock = Knock::from_env().await.map_err(|error| error.to_string())?;
///     let run =
///         workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await;
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
    /// invalid setting. A variable that cannot be read, for example because its provider fails, is an error, not missing.
    /// An empty one counts as not set.
    pub async fn from_env() -> Result<Self, Error> {
        let key = Cell::new(Some(variable("KNOCK_API_KEY").await));
        let url = Cell::new(Some(variable("KNOCK_BASE_URL").await));
        let branch = Cell::new(Some(variable("KNOCK_BRANCH").await));
        // The values are moved, because the memory of a copy would not be overwritten.
        let builder = ConfigBuilder::from_variables(|name| match name {
            "KNOCK_API_KEY" => key.take().unwrap_or(Ok(None)),
            "KNOCK_BASE_URL" => url.take().unwrap_or(Ok(None)),
            "KNOCK_BRANCH" => branch.take().unwrap_or(Ok(None)),
            _ => Ok(None),
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
        let transport = SpinTransport::new().connect_timeout(config.connect_timeout());
        Ok(Self(Client::with_transport(config, transport)))
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

/// Reads a variable of the component's environment, or else the Spin variable of the same name in lower case. Returns
/// `None` if there is neither.
///
/// You can also use it for other secrets of your app.
///
/// # Errors
///
/// If the variable is not UTF-8, or if the provider of Spin variables fails.
pub async fn variable(name: &str) -> Result<Option<String>, VariableError> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => spin_variable(name).await,
        // The message of the error contains the value.
        Err(VarError::NotUnicode(_)) => Err(VariableError("it is not valid UTF-8".to_owned())),
    }
}

#[cfg(feature = "variables")]
async fn spin_variable(name: &str) -> Result<Option<String>, VariableError> {
    value_of(spin_sdk::variables::get(name.to_ascii_lowercase()).await)
}

/// Only a variable that is not defined is missing. One that cannot be read may have a value.
#[cfg(feature = "variables")]
fn value_of(result: Result<String, spin_sdk::variables::Error>) -> Result<Option<String>, VariableError> {
    use spin_sdk::variables::Error;

    let problem = match result {
        Ok(value) => return Ok(Some(value)),
        Err(Error::Undefined(_)) => return Ok(None),
        Err(Error::InvalidName(_)) => "its name is invalid in Spin".to_owned(),
        Err(Error::Provider(reason)) => format!("the provider of Spin variables failed: {reason}"),
        Err(Error::Other(reason)) => format!("Spin could not read it: {reason}"),
    };
    Err(VariableError(problem))
}

#[cfg(not(feature = "variables"))]
fn spin_variable(_: &str) -> std::future::Ready<Result<Option<String>, VariableError>> {
    std::future::ready(Ok(None))
}

/// The error of a variable that cannot be read. It does not contain the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableError(String);

impl fmt::Display for VariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for VariableError {}

/// Converts the error, for functions that also make calls.
impl From<VariableError> for Error {
    fn from(error: VariableError) -> Self {
        Self::setup("a variable cannot be read", error)
    }
}

#[cfg(all(test, feature = "variables"))]
mod tests {
    use knock_core::ErrorKind;
    use spin_sdk::variables;

    use super::*;

    #[test]
    fn only_an_undefined_variable_is_missing() {
        assert_eq!(value_of(Ok("sk_test_12345".to_owned())), Ok(Some("sk_test_12345".to_owned())));
        assert_eq!(value_of(Err(variables::Error::Undefined("knock_api_key".to_owned()))), Ok(None));
        let failures = [
            variables::Error::InvalidName("knock".to_owned()),
            variables::Error::Provider("vault is sealed".to_owned()),
            variables::Error::Other("internal".to_owned()),
        ];
        for failure in failures {
            assert!(value_of(Err(failure.clone())).is_err(), "{failure}");
        }
    }

    #[test]
    fn a_failing_provider_is_an_error_and_not_the_production_url() {
        let failing = || value_of(Err(variables::Error::Provider("vault is sealed".to_owned())));
        let config = Config::from_variables(|name| match name {
            "KNOCK_API_KEY" => Ok(Some("sk_test_12345".to_owned())),
            "KNOCK_BASE_URL" => failing(),
            _ => Ok(None),
        });
        let error = config.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let line = error.to_string();
        assert!(line.contains("KNOCK_BASE_URL") && line.contains("vault is sealed"), "{line}");
    }
}
