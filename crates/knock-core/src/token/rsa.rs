//! Signing in pure Rust.

use std::fmt;

use chacha20::ChaCha20Rng;
use rsa::pkcs1v15;
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::SeedableRng;
use rsa::signature::{RandomizedSigner, SignatureEncoding};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::token::{Signer, SigningKey, TokenError};

/// Signs with the crate `rsa`, on any target. Signing is blinded, so that its time tells nothing of the key.
///
/// Where the platform has something faster (aws-lc-rs natively, WebCrypto in a Worker), its adapter's signer is
/// the better choice; the signatures are the same.
pub struct RsaSigner {
    key: pkcs1v15::SigningKey<Sha256>,
    seed: Zeroizing<[u8; 32]>,
}

impl RsaSigner {
    /// A signer for `key`; `seed` is 32 bytes that nobody can guess, from which the blinding is drawn.
    ///
    /// # Errors
    ///
    /// [`TokenError::DamagedKey`] where the key's numbers do not belong together.
    pub fn new(key: &SigningKey, seed: [u8; 32]) -> Result<Self, TokenError> {
        let key = rsa::PrivateKey::from_pkcs8_der(key.as_pkcs8_der()).map_err(|_| TokenError::DamagedKey)?;
        Ok(Self { key: pkcs1v15::SigningKey::new(key), seed: Zeroizing::new(seed) })
    }

    /// A generator of its own for each message, so that a signer is shared without a lock.
    fn blinding(&self, message: &[u8]) -> ChaCha20Rng {
        let seed = Sha256::new().chain_update(self.seed.as_slice()).chain_update(message).finalize();
        ChaCha20Rng::from_seed(seed.into())
    }
}

impl Signer for RsaSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let signature = self.key.try_sign_with_rng(&mut self.blinding(message), message);
        Ok(signature.map_err(|_| TokenError::Signing { reason: "RSA signing failed".to_owned() })?.to_vec())
    }
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaSigner").finish_non_exhaustive()
    }
}
