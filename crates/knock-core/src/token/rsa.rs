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

/// A signer that uses the crate `rsa`, on any target.
///
/// Signing is blinded: the key is applied to a number that an attacker does not know.
///
/// # Security
///
/// Scanners report [RUSTSEC-2023-0071](https://rustsec.org/advisories/RUSTSEC-2023-0071.html) for every version of the
/// crate `rsa`: the Marvin attack, by which the timing of private-key operations could reveal the key over a network. The
/// advisory lists no patched version (seen in its database of 2026-08-21). The crate itself says that it was vulnerable
/// before, and that version 0.10, which is used here, replaced its arithmetic by `crypto-bigint` for constant-time modular
/// exponentiation (its [changelog](https://github.com/RustCrypto/RSA/blob/master/CHANGELOG.md) and readme). This crate has
/// not verified that, and promises no more. To avoid the question, leave the feature `rsa` out and use another signer.
///
/// If the platform has a faster implementation (aws-lc-rs natively, WebCrypto in a Worker), prefer the signer of its
/// adapter. The signatures are the same.
pub struct RsaSigner {
    key: pkcs1v15::SigningKey<Sha256>,
    seed: Zeroizing<[u8; 32]>,
}

impl RsaSigner {
    /// Returns a signer with a key. The `seed` must be 32 unpredictable bytes, from which the blinding is derived.
    ///
    /// # Errors
    ///
    /// [`TokenError::DamagedKey`] if the numbers of the key are inconsistent.
    pub fn new(key: &SigningKey, seed: [u8; 32]) -> Result<Self, TokenError> {
        let key = rsa::PrivateKey::from_pkcs8_der(key.as_pkcs8_der()).map_err(|_| TokenError::DamagedKey)?;
        Ok(Self { key: pkcs1v15::SigningKey::new(key), seed: Zeroizing::new(seed) })
    }

    /// Returns a separate generator for each message, so that a signer can be shared without a lock.
    fn blinding(&self, message: &[u8]) -> ChaCha20Rng {
        let seed = Sha256::new().chain_update(self.seed.as_slice()).chain_update(message).finalize();
        ChaCha20Rng::from_seed(*Zeroizing::new(seed.into()))
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
