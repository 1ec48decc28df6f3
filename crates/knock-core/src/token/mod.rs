//! User tokens, with which a browser or an app proves to Knock which user it acts for and what it may do.
//!
//! A user token is a JSON Web Token ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)), signed with RS256 ([RFC
//! 7515](https://www.rfc-editor.org/rfc/rfc7515)) and a signing key from Knock's dashboard. With [enhanced
//! security](https://docs.knock.app/in-app-ui/security-and-authentication), Knock requires one for calls with a public
//! key.
//!
//! Each adapter has a signer for its platform. The [`Signer`] in this example is the one of the feature `rsa`. Create a
//! signer once and keep it, so that the key is parsed only once.
//!
//! ```no_run
//! # #[cfg(feature = "rsa")] {
//! use std::time::Duration;
//! use knock_core::UnixTime;
//! use knock_core::token::{Entity, Grant, RsaSigner, SigningKey, UserToken};
//!
//! # fn random() -> [u8; 32] { [7; 32] }
//! # fn main() -> Result<(), knock_core::token::TokenError> {
//! let key = SigningKey::from_variables(|name| std::env::var(name))?; // KNOCK_SIGNING_KEY
//! let signer = RsaSigner::new(&key, random())?; // 32 random bytes
//!
//! let token = UserToken::new("jhammond")
//!     .expires_in(Duration::from_secs(15 * 60))
//!     .grant(Entity::tenant("jurassic-park"), [Grant::SlackChannelsRead])
//!     .sign(&signer, std::time::SystemTime::now())?;
//! println!("{}", token.expose()); // send it to the browser
//! # Ok(()) }
//! # }
//! ```
//!
//! # Signers and the crate `rsa`
//!
//! `knock-reqwest` signs with aws-lc-rs and `knock-worker` with the runtime's WebCrypto. `RsaSigner`, which is also what
//! `knock-spin` signs with, uses the crate `rsa` and is behind the feature `rsa`. Scanners report
//! [RUSTSEC-2023-0071](https://rustsec.org/advisories/RUSTSEC-2023-0071.html) (the Marvin attack) for every version of that
//! crate, because the advisory lists no patched one (seen in its database of 2026-08-21). The crate says that version 0.10,
//! which is used here, moved to `crypto-bigint` for constant-time modular exponentiation, and advises to migrate to it. This
//! SDK has not verified that.

mod claims;
mod key;
mod pem;
#[cfg(feature = "rsa")]
mod rsa;
mod signer;

pub use claims::{Entity, Grant, UnsignedToken, UserToken};
pub use key::SigningKey;
#[cfg(feature = "rsa")]
pub use rsa::RsaSigner;
pub use signer::{AsyncSigner, Signer};

use crate::error::Error;
use crate::value::InvalidInput;

/// The error of a token or a signing key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is no signing key.
    #[error(
        "no signing key: set KNOCK_SIGNING_KEY, or pass the PEM from Knock's dashboard, optionally in base64"
    )]
    MissingKey,
    /// The variable with the signing key cannot be read.
    #[error("the signing key cannot be read: {reason}")]
    UnreadableKey {
        /// The reason, without the value of the variable.
        reason: String,
    },
    /// The signing key is not PEM.
    #[error("the signing key is not PEM: it begins neither with `-----BEGIN` nor with the base64 form of it")]
    NotPem,
    /// The PEM of the signing key cannot be read.
    #[error("the PEM of the signing key is damaged: it is incomplete or contains invalid characters")]
    DamagedPem,
    /// The PEM contains something other than an unencrypted private key.
    #[error(
        "the signing key is {seen}; an unencrypted RSA private key is required (`PRIVATE KEY` or `RSA PRIVATE KEY`)"
    )]
    WrongPem {
        /// What the PEM contains.
        seen: String,
    },
    /// The signing key is a private key for another algorithm.
    #[error("the signing key is for {algorithm}; RS256 requires an RSA key")]
    NotRsa {
        /// The name or the object identifier of the algorithm.
        algorithm: String,
    },
    /// The content of the PEM is not a valid RSA private key.
    #[error("the signing key is not a valid RSA private key in PKCS#8 or PKCS#1 form")]
    DamagedKey,
    /// The signing key is too short.
    #[error("the signing key has {bits} bits; RS256 requires at least 2048")]
    TooShort {
        /// The length of the modulus in bits.
        bits: usize,
    },
    /// The user, the grants or the lifetime of the token are invalid.
    #[error(transparent)]
    InvalidInput(#[from] InvalidInput),
    /// The signer failed.
    #[error("the signer failed: {reason}")]
    Signing {
        /// The reason, without any secret.
        reason: String,
    },
}

/// Converts the error, for functions that create tokens and also make calls.
impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::InvalidInput(error) => error.into(),
            error => Self::configuration(error.to_string()),
        }
    }
}
