//! Signing keys: every form that Knock's users have them in, checked once.

use std::fmt;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode, Encode};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use crate::token::TokenError;

const PEM_START: &str = "-----BEGIN";
/// The base64 of [`PEM_START`], as far as its last whole character.
const BASE64_PEM_START: &str = "LS0tLS1CRUdJTi";
/// Environment variables lose the `=` at their end on some platforms.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const MIN_BITS: usize = 2048;

/// An RSA private key for signing user tokens.
///
/// `Debug` shows its length only, and its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct SigningKey {
    pkcs8: Zeroizing<Vec<u8>>,
    bits: usize,
}

impl SigningKey {
    /// Reads a key in PEM (PKCS#8 `PRIVATE KEY`, or PKCS#1 `RSA PRIVATE KEY`), or in base64 of that.
    ///
    /// Line breaks may be spelled `\n`, as they are in `.env` files.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was seen and what is needed.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TokenError::MissingKey);
        }
        // Tools write text before the PEM, as `Bag Attributes`.
        if let Some(start) = text.find(PEM_START) {
            return Self::from_pem(&text[start..]);
        }
        if !text.starts_with(BASE64_PEM_START) {
            return Err(TokenError::NotPem);
        }
        // With all its room at once: what grows leaves copies behind.
        let mut joined = Zeroizing::new(String::with_capacity(text.len()));
        joined.extend(text.split_whitespace());
        let decoded = BASE64.decode(joined.as_bytes()).map_err(|_| TokenError::DamagedPem)?;
        let decoded = Zeroizing::new(decoded);
        Self::from_pem(std::str::from_utf8(&decoded).map_err(|_| TokenError::DamagedPem)?)
    }

    /// Reads the key from `KNOCK_SIGNING_KEY`, through `variable`.
    ///
    /// # Errors
    ///
    /// [`TokenError::MissingKey`] where it is not set, and those of [`parse`](Self::parse).
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, TokenError> {
        let text = Zeroizing::new(variable("KNOCK_SIGNING_KEY").ok_or(TokenError::MissingKey)?);
        Self::parse(&text)
    }

    /// The key in PKCS#8 DER, as WebCrypto and most libraries import it.
    pub fn as_pkcs8_der(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The length of the key's modulus in bits: 2,048 or more.
    pub fn bits(&self) -> usize {
        self.bits
    }

    fn from_pem(text: &str) -> Result<Self, TokenError> {
        let unescaped = text.contains('\\').then(|| unescaped(text));
        let pem = pem::parse(unescaped.as_ref().map_or(text, |text| text.as_str()))
            .map_err(|_| TokenError::DamagedPem)?;
        let wrong = |seen: &str| Err(TokenError::WrongPem { seen: seen.to_owned() });
        match pem.tag() {
            "RSA PRIVATE KEY" if pem.headers().get("DEK-Info").is_some() => wrong("an encrypted private key"),
            "RSA PRIVATE KEY" => Self::from_pkcs1(Zeroizing::new(pem.into_contents()).as_slice()),
            "PRIVATE KEY" => Self::from_pkcs8(Zeroizing::new(pem.into_contents())),
            "ENCRYPTED PRIVATE KEY" => wrong("an encrypted private key"),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => wrong("a public key"),
            "EC PRIVATE KEY" | "EC PARAMETERS" => {
                Err(TokenError::NotRsa { algorithm: "elliptic curves".to_owned() })
            }
            "OPENSSH PRIVATE KEY" => wrong("a private key in OpenSSH's own format"),
            "CERTIFICATE" => wrong("a certificate"),
            _ => wrong("PEM of another kind"),
        }
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, TokenError> {
        let wrap = || {
            let key = PrivateKeyInfoRef::new(pkcs1::ALGORITHM_ID, OctetStringRef::new(der)?);
            key.to_der()
        };
        // Checked by what follows, wrapped.
        Self::from_pkcs8(Zeroizing::new(wrap().map_err(|_| TokenError::DamagedKey)?))
    }

    fn from_pkcs8(der: Zeroizing<Vec<u8>>) -> Result<Self, TokenError> {
        let info = PrivateKeyInfoRef::from_der(&der).map_err(|_| TokenError::DamagedKey)?;
        if info.algorithm.oid != pkcs1::ALGORITHM_OID {
            return Err(TokenError::NotRsa { algorithm: algorithm_name(info.algorithm.oid) });
        }
        let key = pkcs1::RsaPrivateKeyRef::from_der(info.private_key.as_bytes())
            .map_err(|_| TokenError::DamagedKey)?;
        let bits = bit_length(key.modulus.as_bytes());
        if bits < MIN_BITS {
            return Err(TokenError::TooShort { bits });
        }
        Ok(Self { pkcs8: der, bits })
    }
}

/// With line breaks where they are spelled out.
fn unescaped(text: &str) -> Zeroizing<String> {
    let text = Zeroizing::new(text.replace("\\r", ""));
    Zeroizing::new(text.replace("\\n", "\n"))
}

fn bit_length(bytes: &[u8]) -> usize {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros).map_or(0, |first| (bytes.len() - zeros) * 8 - first.leading_zeros() as usize)
}

fn algorithm_name(oid: ObjectIdentifier) -> String {
    match oid.to_string().as_str() {
        "1.2.840.10045.2.1" => "elliptic curves".to_owned(),
        "1.3.101.112" => "Ed25519".to_owned(),
        "1.2.840.113549.1.1.10" => "RSASSA-PSS alone".to_owned(),
        other => format!("the algorithm {other}"),
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(RSA, {} bits)", self.bits)
    }
}
