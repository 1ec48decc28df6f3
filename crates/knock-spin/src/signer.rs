//! Signing user tokens with the crate `rsa`, because WASI provides no signing.

use std::cell::Cell;
use std::fmt;

use knock_core::token::{RsaSigner, Signer, SigningKey, TokenError};

use crate::client::variable;

/// A signer for user tokens in pure Rust, with the feature `rsa`. The blinding uses random bytes of the host.
///
/// It uses the crate `rsa`, for which scanners report an advisory; see [`RsaSigner`] for what is known about it. Without
/// the feature `rsa`, which is on by default, the component does not contain that crate.
///
/// Create one signer and keep it, so that the key is read only once.
///
/// ```no_run
/// use std::time::SystemTime;
/// use knock_spin::token::{TokenError, UserToken};
/// use knock_spin::{Secret, SpinSigner};
///
/// async fn token_for(user_id: &str) -> Result<Secret, TokenError> {
///     let signer = SpinSigner::from_env().await?; // the variable knock_signing_key
///     UserToken::new(user_id).sign(&signer, SystemTime::now())
/// }
/// ```
pub struct SpinSigner(RsaSigner);

impl SpinSigner {
    /// Returns a signer with a key.
    ///
    /// # Errors
    ///
    /// [`TokenError::DamagedKey`] if the numbers of the key are inconsistent.
    pub fn new(key: &SigningKey) -> Result<Self, TokenError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| TokenError::Signing { reason: error.to_string() })?;
        RsaSigner::new(key, seed).map(Self)
    }

    /// Returns a signer with a key in PEM, or in base64 of it; see [`SigningKey::parse`].
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub fn from_pem(pem: &str) -> Result<Self, TokenError> {
        Self::new(&SigningKey::parse(pem)?)
    }

    /// Returns a signer with the key in `KNOCK_SIGNING_KEY` of the component's environment, or else in the Spin
    /// variable `knock_signing_key`.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub async fn from_env() -> Result<Self, TokenError> {
        let key = Cell::new(Some(variable("KNOCK_SIGNING_KEY").await));
        Self::new(&SigningKey::from_variables(|_| key.take().unwrap_or(Ok(None)))?)
    }
}

impl Signer for SpinSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        self.0.sign(message)
    }
}

impl fmt::Debug for SpinSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpinSigner").finish_non_exhaustive()
    }
}
