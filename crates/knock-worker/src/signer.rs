//! The signer of `knock-fetch`, with futures that are `Send`.

use knock_core::token::{AsyncSigner, SigningKey, TokenError};
use worker::Env;
use worker::send::SendFuture;

use crate::variable;

/// A signer for user tokens that uses the Worker's `crypto.subtle`, which is several times faster than signing in
/// WebAssembly.
///
/// The key is imported when the signer is created, which costs about half as much as signing a token. Create one signer
/// per isolate, in a [`OnceLock`](std::sync::OnceLock), and keep it for all requests.
///
/// ```no_run
/// use knock_worker::token::{TokenError, UserToken};
/// use knock_worker::{Secret, UnixTime, WebCryptoSigner};
///
/// async fn token_for(env: &worker::Env, user_id: &str) -> Result<Secret, TokenError> {
///     let signer = WebCryptoSigner::from_env(env).await?; // the secret KNOCK_SIGNING_KEY
///     let now = UnixTime::from_millis(worker::Date::now().as_millis());
///     UserToken::new(user_id).sign_async(&signer, now).await
/// }
/// ```
#[derive(Debug, Clone)]
pub struct WebCryptoSigner(knock_fetch::WebCryptoSigner);

impl WebCryptoSigner {
    /// Returns a signer with a key.
    ///
    /// # Errors
    ///
    /// [`TokenError::DamagedKey`] if the runtime refuses the key.
    pub async fn new(key: &SigningKey) -> Result<Self, TokenError> {
        SendFuture::new(knock_fetch::WebCryptoSigner::new(key)).await.map(Self)
    }

    /// Returns a signer with a key in PEM, or in base64 of it; see [`SigningKey::parse`].
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub async fn from_pem(pem: &str) -> Result<Self, TokenError> {
        Self::new(&SigningKey::parse(pem)?).await
    }

    /// Returns a signer with the key in the secret `KNOCK_SIGNING_KEY`.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub async fn from_env(env: &Env) -> Result<Self, TokenError> {
        let key = SigningKey::from_variables(|name| variable(env, name))?;
        Self::new(&key).await
    }
}

impl AsyncSigner for WebCryptoSigner {
    async fn sign_async(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        SendFuture::new(self.0.sign_async(message)).await
    }
}
