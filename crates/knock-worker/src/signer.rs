//! Signing user tokens with WebCrypto.

use std::fmt;

use knock_core::token::{AsyncSigner, SigningKey, TokenError};
use web_sys::{CryptoKey, SubtleCrypto};
use worker::Env;
use worker::js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;

use crate::client::variable;
use crate::transport::crypto;

/// A signer for user tokens that uses the runtime's `crypto.subtle`, which is several times faster than signing in
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
#[derive(Clone)]
pub struct WebCryptoSigner {
    key: SendWrapper<(SubtleCrypto, CryptoKey)>,
}

impl WebCryptoSigner {
    /// Returns a signer with a key.
    ///
    /// # Errors
    ///
    /// [`TokenError::DamagedKey`] if the runtime refuses the key.
    pub async fn new(key: &SigningKey) -> Result<Self, TokenError> {
        let imported = SendFuture::new(import(key.as_pkcs8_der())).await;
        imported.map(|key| Self { key: SendWrapper::new(key) }).map_err(|_| TokenError::DamagedKey)
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
        let (subtle, key) = &*self.key;
        let signed = SendFuture::new(sign(subtle, key, message)).await;
        signed.map_err(|_| TokenError::Signing { reason: "WebCrypto could not sign".to_owned() })
    }
}

const ALGORITHM: &str = "RSASSA-PKCS1-v1_5";

async fn import(pkcs8: &[u8]) -> Result<(SubtleCrypto, CryptoKey), JsValue> {
    let subtle = crypto()?.subtle();
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &ALGORITHM.into())?;
    Reflect::set(&algorithm, &"hash".into(), &"SHA-256".into())?;
    let key = Uint8Array::from(pkcs8);
    let usages = Array::of1(&"sign".into());
    let import = subtle.import_key_with_object("pkcs8", &key, &algorithm, false, &usages)?;
    Ok((subtle, JsFuture::from(import).await?.unchecked_into()))
}

async fn sign(subtle: &SubtleCrypto, key: &CryptoKey, message: &[u8]) -> Result<Vec<u8>, JsValue> {
    let signature = subtle.sign_with_str_and_u8_array(ALGORITHM, key, message)?;
    let signature: ArrayBuffer = JsFuture::from(signature).await?.unchecked_into();
    Ok(Uint8Array::new(&signature).to_vec())
}

impl fmt::Debug for WebCryptoSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebCryptoSigner").finish_non_exhaustive()
    }
}
