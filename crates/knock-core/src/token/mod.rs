//! User tokens: signed proof, for a browser or app, of which user it acts for and what it may do.
//!
//! They are JSON Web Tokens signed with RS256 ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519),
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)) by a key from Knock's dashboard. See Knock on
//! [enhanced security](https://docs.knock.app/in-app-ui/security-and-authentication).
//!
//! Parse the key once and keep the signer: parsing costs more than signing.
//!
//! ```no_run
//! # #[cfg(feature = "rsa")] {
//! use std::time::Duration;
//! use knock_core::UnixTime;
//! use knock_core::token::{Entity, Grant, RsaSigner, SigningKey, UserToken};
//!
//! # fn random() -> [u8; 32] { [7; 32] }
//! # fn main() -> Result<(), knock_core::token::TokenError> {
//! let key = SigningKey::from_variables(|name| std::env::var(name).ok())?; // KNOCK_SIGNING_KEY
//! let signer = RsaSigner::new(&key, random())?;
//!
//! let token = UserToken::new("jhammond")
//!     .expires_in(Duration::from_secs(15 * 60))
//!     .grant(Entity::tenant("jurassic-park"), [Grant::SlackChannelsRead])
//!     .sign(&signer, std::time::SystemTime::now())?;
//! println!("{}", token.expose()); // this is where it leaves for the browser
//! # Ok(()) }
//! # }
//! ```

mod claims;
mod key;
#[cfg(feature = "rsa")]
mod rsa;
mod signer;

pub use claims::{Entity, Grant, UnsignedToken, UserToken};
pub use key::SigningKey;
#[cfg(feature = "rsa")]
pub use rsa::RsaSigner;
pub use signer::{AsyncSigner, Signer};

use crate::error::{Error, InvalidInput};

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is no signing key.
    #[error(
        "no signing key: set KNOCK_SIGNING_KEY, or pass the PEM from Knock's dashboard, as it is or in base64"
    )]
    MissingKey,
    /// The signing key is not PEM.
    #[error("the signing key is not PEM: it begins neither with `-----BEGIN` nor with the base64 of that")]
    NotPem,
    /// The signing key is PEM that cannot be read.
    #[error("the signing key's PEM is damaged: its lines or its base64 were cut or changed")]
    DamagedPem,
    /// The signing key is PEM of something else than an unencrypted private key.
    #[error(
        "the signing key is {seen}; an unencrypted RSA private key is needed (`PRIVATE KEY` or `RSA PRIVATE KEY`)"
    )]
    WrongPem {
        /// What the PEM holds.
        seen: String,
    },
    /// The signing key is a private key for another algorithm.
    #[error("the signing key is for {algorithm}; RS256 needs an RSA key")]
    NotRsa {
        /// The algorithm's name or object identifier.
        algorithm: String,
    },
    /// What is inside of the PEM is not a private key.
    #[error("the signing key's content is not a private key in PKCS#8 or PKCS#1")]
    DamagedKey,
    /// The signing key is too short.
    #[error("the signing key has {bits} bits; RS256 needs 2048 or more")]
    TooShort {
        /// The length of its modulus in bits.
        bits: usize,
    },
    /// The token's user, grants or expiry cannot be right.
    #[error(transparent)]
    InvalidInput(#[from] InvalidInput),
    /// The signer failed.
    #[error("the signer failed: {reason}")]
    Signing {
        /// What it said.
        reason: String,
    },
}

/// So that one function can make calls and tokens with one error type.
impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::InvalidInput(error) => error.into(),
            error => Self::configuration(error.to_string()),
        }
    }
}
