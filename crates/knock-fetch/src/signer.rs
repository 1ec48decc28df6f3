//! Signing user tokens with WebCrypto.

use std::fmt;

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use knock_core::token::{AsyncSigner, SigningKey, TokenError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

use crate::client::variable;
use crate::host;

/// A signer for user tokens that uses the host's `crypto.subtle`, which is several times faster than signing in
/// WebAssembly.
///
/// The key is imported when the signer is created, which costs about half as much as signing a token. Create one signer
/// per isolate, in a [`OnceLock`](std::sync::OnceLock), and keep it for all requests.
///
/// ```no_run
/// use knock_fetch::token::{TokenError, UserToken};
/// use knock_fetch::{Secret, UnixTime, WebCryptoSigner};
/// use wasm_bindgen::JsValue;
///
/// /// `env` has `KNOCK_SIGNING_KEY`: the `Env` of a Worker, or `process.env`.
/// async fn token_for(
///     env: &JsValue,
///     user_id: &str,
///     now: UnixTime,
/// ) -> Result<Secret, TokenError> {
///     let signer = WebCryptoSigner::from_env(env).await?;
///     UserToken::new(user_id).sign_async(&signer, now).await
/// }
/// ```
#[derive(Clone)]
pub struct WebCryptoSigner {
    subtle: SubtleCrypto,
    key: CryptoKey,
}

impl WebCryptoSigner {
    /// Returns a signer with a key.
    ///
    /// # Errors
    ///
    /// [`TokenError::DamagedKey`] if the host refuses the key.
    pub async fn new(key: &SigningKey) -> Result<Self, TokenError> {
        import(key.as_pkcs8_der()).await.map_err(|_| TokenError::DamagedKey)
    }

    /// Returns a signer with a key in PEM, or in base64 of it; see [`SigningKey::parse`].
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub async fn from_pem(pem: &str) -> Result<Self, TokenError> {
        Self::new(&SigningKey::parse(pem)?).await
    }

    /// Returns a signer with the key in `KNOCK_SIGNING_KEY` of an object that holds the environment: the `Env` of a
    /// Cloudflare Worker, or `process.env`.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub async fn from_env(env: &JsValue) -> Result<Self, TokenError> {
        let key = SigningKey::from_variables(|name| variable(env, name))?;
        Self::new(&key).await
    }
}

impl AsyncSigner for WebCryptoSigner {
    async fn sign_async(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let signed = sign(self, message).await;
        signed.map_err(|_| TokenError::Signing { reason: "WebCrypto could not sign".to_owned() })
    }
}

const ALGORITHM: &str = "RSASSA-PKCS1-v1_5";

async fn import(pkcs8: &[u8]) -> Result<WebCryptoSigner, JsValue> {
    let subtle = host::crypto()?.subtle();
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &ALGORITHM.into())?;
    Reflect::set(&algorithm, &"hash".into(), &"SHA-256".into())?;
    let key = Wiped(Uint8Array::from(pkcs8));
    let usages = Array::of1(&"sign".into());
    let import = subtle.import_key_with_object("pkcs8", &key.0, &algorithm, false, &usages)?;
    let key = JsFuture::from(import).await?.unchecked_into();
    Ok(WebCryptoSigner { subtle, key })
}

/// Bytes of JavaScript that are overwritten when they are no longer needed, whether the host took the key or refused it.
struct Wiped(Uint8Array);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.fill(0, 0, self.0.length());
    }
}

async fn sign(signer: &WebCryptoSigner, message: &[u8]) -> Result<Vec<u8>, JsValue> {
    let signature = signer.subtle.sign_with_str_and_u8_array(ALGORITHM, &signer.key, message)?;
    let signature: ArrayBuffer = JsFuture::from(signature).await?.unchecked_into();
    Ok(Uint8Array::new(&signature).to_vec())
}

impl fmt::Debug for WebCryptoSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebCryptoSigner").finish_non_exhaustive()
    }
}
