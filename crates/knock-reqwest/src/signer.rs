//! Signing user tokens with the fastest implementation that is compiled in.

use std::fmt;

use knock_core::token::{Signer, SigningKey, TokenError};

use implementation::KeyPair;

/// A signer for user tokens. It uses aws-lc-rs (feature `aws-lc-rs`, on by default), or else the
/// crate `rsa` (feature `rsa`), for which scanners report an advisory: see `RsaSigner` in [`token`](knock_core::token).
///
/// Create it once and keep it, because reading the key costs more than signing.
///
/// ```no_run
/// use std::time::SystemTime;
/// use knock_reqwest::NativeSigner;
/// use knock_reqwest::token::UserToken;
///
/// let signer = NativeSigner::from_env()?; // KNOCK_SIGNING_KEY
/// let token = UserToken::new("jhammond").sign(&signer, SystemTime::now())?;
/// # let _ = token;
/// # Ok::<(), knock_reqwest::token::TokenError>(())
/// ```
pub struct NativeSigner(KeyPair);

impl NativeSigner {
    /// Returns a signer with a key.
    ///
    /// # Errors
    ///
    /// [`TokenError::DamagedKey`] if the numbers of the key are inconsistent.
    pub fn new(key: &SigningKey) -> Result<Self, TokenError> {
        implementation::read(key).map(Self)
    }

    /// Returns a signer with a key in PEM, or in base64 of it; see [`SigningKey::parse`].
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub fn from_pem(pem: &str) -> Result<Self, TokenError> {
        Self::new(&SigningKey::parse(pem)?)
    }

    /// Returns a signer with the key in `KNOCK_SIGNING_KEY`.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub fn from_env() -> Result<Self, TokenError> {
        Self::new(&SigningKey::from_variables(|name| std::env::var(name))?)
    }
}

impl Signer for NativeSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        implementation::sign(&self.0, message)
    }
}

impl fmt::Debug for NativeSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeSigner").finish_non_exhaustive()
    }
}

#[cfg(feature = "aws-lc-rs")]
mod implementation {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::RSA_PKCS1_SHA256;
    use knock_core::token::{SigningKey, TokenError};

    pub(super) type KeyPair = aws_lc_rs::rsa::KeyPair;

    pub(super) fn read(key: &SigningKey) -> Result<KeyPair, TokenError> {
        KeyPair::from_pkcs8(key.as_pkcs8_der()).map_err(|_| TokenError::DamagedKey)
    }

    pub(super) fn sign(pair: &KeyPair, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| TokenError::Signing { reason: "aws-lc-rs could not sign".to_owned() })?;
        Ok(signature)
    }
}

#[cfg(not(feature = "aws-lc-rs"))]
mod implementation {
    use knock_core::token::{RsaSigner, Signer, SigningKey, TokenError};

    pub(super) type KeyPair = RsaSigner;

    pub(super) fn read(key: &SigningKey) -> Result<KeyPair, TokenError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| TokenError::Signing { reason: error.to_string() })?;
        RsaSigner::new(key, seed)
    }

    pub(super) fn sign(signer: &KeyPair, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        signer.sign(message)
    }
}
