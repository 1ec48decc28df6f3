//! Signers: how a token gets its signature on each platform.

use crate::maybe_send::MaybeSend;
use crate::token::TokenError;

/// A signer for RS256: RSASSA-PKCS1-v1_5 with SHA-256
/// ([RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
///
/// Each adapter has one. Implement it for a key that is kept elsewhere, for example in a hardware security module.
pub trait Signer {
    /// Returns the signature of `message`.
    ///
    /// # Errors
    ///
    /// [`TokenError::Signing`] if the signer fails.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError>;
}

/// A signer for RS256 that is asynchronous, for example WebCrypto or a remote key service. Every [`Signer`] is one.
pub trait AsyncSigner {
    /// Returns the signature of `message`.
    ///
    /// # Errors
    ///
    /// [`TokenError::Signing`] if the signer fails.
    fn sign_async(&self, message: &[u8]) -> impl Future<Output = Result<Vec<u8>, TokenError>> + MaybeSend;
}

impl<S: Signer> AsyncSigner for S {
    fn sign_async(&self, message: &[u8]) -> impl Future<Output = Result<Vec<u8>, TokenError>> + MaybeSend {
        std::future::ready(self.sign(message))
    }
}
