//! Signed user tokens: reading and verifying them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::signature::Verifier;
use rsa::{PrivateKey, PublicKey};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::json::Fields;

/// The key that verifies user tokens: only the public half is kept.
#[derive(Clone)]
pub(crate) struct TokenKey(VerifyingKey<Sha256>);

/// A text is not an RSA key in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSigningKey;

impl fmt::Display for InvalidSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the signing key is not an RSA key in PEM: it must begin with BEGIN PUBLIC KEY, BEGIN RSA PUBLIC KEY, \
             BEGIN PRIVATE KEY or BEGIN RSA PRIVATE KEY, or be the Base64 of such a text",
        )
    }
}

impl std::error::Error for InvalidSigningKey {}

/// What a valid token says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UserToken {
    pub(crate) user: String,
    pub(crate) expires_at: Option<Timestamp>,
    grants: Fields,
    /// The user has no grants but those.
    explicit: bool,
}

impl TokenKey {
    /// Reads a public key, or the public half of a key pair.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidSigningKey> {
        let packed: String = text.split_whitespace().collect();
        let unpacked = STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pem = unpacked.as_deref().unwrap_or(text).trim();
        let key = PublicKey::from_public_key_pem(pem)
            .or_else(|_| PublicKey::from_pkcs1_pem(pem))
            .or_else(|_| PrivateKey::from_pkcs8_pem(pem).map(|pair| pair.to_public_key()))
            .or_else(|_| PrivateKey::from_pkcs1_pem(pem).map(|pair| pair.to_public_key()));
        Ok(Self(VerifyingKey::new(key.map_err(|_| InvalidSigningKey)?)))
    }

    /// Reads a token. The error says what is wrong with it.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<UserToken, &'static str> {
        let malformed = "The user token is not a JSON Web Token";
        let (input, signature) = token.rsplit_once('.').ok_or(malformed)?;
        let (header, claims) = input.split_once('.').ok_or(malformed)?;
        if json_part(header).ok_or(malformed)?.get("alg") != Some(&json!("RS256")) {
            return Err("The user token is not signed with RS256");
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| malformed)?;
        let signature = Signature::try_from(signature.as_slice()).map_err(|_| malformed)?;
        if self.0.verify(input.as_bytes(), &signature).is_err() {
            return Err("The user token is not signed by the signing key of this environment");
        }
        UserToken::read(&json_part(claims).ok_or(malformed)?, now)
    }
}

fn json_part(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

impl UserToken {
    fn read(claims: &Value, now: Timestamp) -> Result<Self, &'static str> {
        let user = claims.get("sub").and_then(Value::as_str).filter(|user| !user.is_empty());
        let time = |name: &str, otherwise: &'static str| match claims.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => seconds(value).map(Some).ok_or(otherwise),
        };
        let expires_at = time("exp", "The claim `exp` of the user token is not a time")?;
        if expires_at.is_some_and(|end| end <= now) {
            return Err("The user token has expired");
        }
        if time("nbf", "The claim `nbf` of the user token is not a time")?.is_some_and(|start| start > now) {
            return Err("The user token is not valid yet");
        }
        Ok(Self {
            user: user.ok_or("The user token has no claim `sub` with the id of a user")?.to_owned(),
            expires_at,
            grants: claims.get("grants").and_then(Value::as_object).cloned().unwrap_or_default(),
            explicit: claims.get("explicit_grants") == Some(&Value::Bool(true)),
        })
    }

    /// Whether the token permits one of these actions on a user. Every user may do everything with its own data, unless
    /// the token says otherwise.
    pub(crate) fn permits_user(&self, user: &str, grants: &[&str]) -> bool {
        let own = self.user == user && !self.explicit;
        own || self.grants(&format!("users/{user}"), grants)
    }

    /// Whether the token permits one of these actions on an object.
    pub(crate) fn permits_object(&self, collection: &str, id: &str, grants: &[&str]) -> bool {
        self.grants(&format!("objects/{collection}/{id}"), grants)
            || (collection == "$tenants" && self.grants(&format!("tenants/{id}"), grants))
    }

    fn grants(&self, entity: &str, wanted: &[&str]) -> bool {
        let held = self.grants.get(&format!("https://api.knock.app/v1/{entity}"));
        wanted.iter().any(|grant| held.is_some_and(|held| held.get(grant).is_some()))
    }
}

/// Seconds since 1970. Fractions are allowed by the standard.
fn seconds(value: &Value) -> Option<Timestamp> {
    match value.as_i64() {
        Some(seconds) => Timestamp::from_second(seconds).ok(),
        #[allow(clippy::cast_possible_truncation)] // what is too large becomes the largest
        None => Timestamp::from_second(value.as_f64()? as i64).ok(),
    }
}
