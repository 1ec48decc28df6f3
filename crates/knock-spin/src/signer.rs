//! Signing user tokens: with the crate `rsa`, since WASI has no signing of its own.

use knock_core::token::{RsaSigner, SigningKey, TokenError};

use crate::client::variable;

/// The signing key from the component's environment (`KNOCK_SIGNING_KEY`), else from the Spin variable
/// `knock_signing_key`.
///
/// # Errors
///
/// A [`TokenError`] that names what was seen and what is needed.
pub async fn signing_key() -> Result<SigningKey, TokenError> {
    let key = variable("KNOCK_SIGNING_KEY").await;
    SigningKey::from_variables(|_| key.clone())
}

/// A signer with a key, whose blinding is drawn from the host's random bytes.
///
/// ```no_run
/// use std::time::SystemTime;
/// use knock_spin::Secret;
/// use knock_spin::token::{TokenError, UserToken};
///
/// async fn token_for(user_id: &str) -> Result<Secret, TokenError> {
///     let signer = knock_spin::signer(&knock_spin::signing_key().await?)?;
///     UserToken::new(user_id).sign(&signer, SystemTime::now())
/// }
/// ```
///
/// # Errors
///
/// [`TokenError::DamagedKey`] where the key's numbers do not belong together.
pub fn signer(key: &SigningKey) -> Result<RsaSigner, TokenError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| TokenError::Signing { reason: error.to_string() })?;
    RsaSigner::new(key, seed)
}
