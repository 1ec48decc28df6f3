//! Who signs: the platform's best means.

use crate::client::MaybeSend;
use crate::token::TokenError;

/// Signs with RS256 (RSASSA-PKCS1-v1_5 with SHA-256,
/// [RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
pub trait Signer {
    /// The signature of `message`.
    ///
    /// # Errors
    ///
    /// [`TokenError::Signing`] where the means of signing fail.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError>;
}

/// A [`Signer`] whose answer takes a while, as WebCrypto's does. Every signer is one.
pub trait AsyncSigner {
    /// The signature of `message`.
    ///
    /// # Errors
    ///
    /// [`TokenError::Signing`] where the means of signing fail.
    fn sign_async(&self, message: &[u8]) -> impl Future<Output = Result<Vec<u8>, TokenError>> + MaybeSend;
}

impl<S: Signer> AsyncSigner for S {
    fn sign_async(&self, message: &[u8]) -> impl Future<Output = Result<Vec<u8>, TokenError>> + MaybeSend {
        std::future::ready(self.sign(message))
    }
}
