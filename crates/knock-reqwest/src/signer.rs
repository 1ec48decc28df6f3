//! Signing user tokens with the fastest means that was compiled in.

use std::fmt;

use knock_core::token::{Signer, SigningKey, TokenError};

/// Signs user tokens natively: with aws-lc-rs (feature `aws-lc-rs`, on by default), else with the crate `rsa`.
///
/// Make it once and keep it: reading the key costs more than signing.
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
pub struct NativeSigner(Means);

#[cfg(feature = "aws-lc-rs")]
type Means = aws_lc_rs::rsa::KeyPair;
#[cfg(not(feature = "aws-lc-rs"))]
type Means = knock_core::token::RsaSigner;

impl NativeSigner {
    /// A signer with a key.
    ///
    /// # Errors
    ///
    /// [`TokenError::DamagedKey`] where the key's numbers do not belong together.
    #[cfg(feature = "aws-lc-rs")]
    pub fn new(key: &SigningKey) -> Result<Self, TokenError> {
        Means::from_pkcs8(key.as_pkcs8_der()).map(Self).map_err(|_| TokenError::DamagedKey)
    }

    /// A signer with a key.
    ///
    /// # Errors
    ///
    /// [`TokenError::DamagedKey`] where the key's numbers do not belong together.
    #[cfg(not(feature = "aws-lc-rs"))]
    pub fn new(key: &SigningKey) -> Result<Self, TokenError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| TokenError::Signing { reason: error.to_string() })?;
        Means::new(key, seed).map(Self)
    }

    /// A signer with the key in `KNOCK_SIGNING_KEY`.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was seen and what is needed.
    pub fn from_env() -> Result<Self, TokenError> {
        Self::new(&SigningKey::from_variables(|name| std::env::var(name).ok())?)
    }
}

impl Signer for NativeSigner {
    #[cfg(feature = "aws-lc-rs")]
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        use aws_lc_rs::{rand::SystemRandom, signature::RSA_PKCS1_SHA256};

        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| TokenError::Signing { reason: "aws-lc-rs could not sign".to_owned() })?;
        Ok(signature)
    }

    #[cfg(not(feature = "aws-lc-rs"))]
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        self.0.sign(message)
    }
}

impl fmt::Debug for NativeSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeSigner").finish_non_exhaustive()
    }
}
