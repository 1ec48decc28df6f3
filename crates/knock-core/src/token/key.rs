//! Signing keys in all forms in which users of Knock have them.

use std::fmt;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode, Encode};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use crate::token::TokenError;

const PEM_START: &str = "-----BEGIN";
/// The base64 form of [`PEM_START`], up to its last complete character.
const BASE64_PEM_START: &str = "LS0tLS1CRUdJTi";
/// Padding is optional, because some platforms remove a `=` at the end of an environment variable.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const MIN_BITS: usize = 2048;

/// An RSA private key for signing user tokens.
///
/// `Debug` shows only its length. The memory is overwritten when the key is dropped.
///
/// ```no_run
/// use knock_core::token::SigningKey;
///
/// let key = SigningKey::from_variables(|name| std::env::var(name).ok())?; // KNOCK_SIGNING_KEY
/// assert!(key.bits() >= 2048);
/// # Ok::<(), knock_core::token::TokenError>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    pkcs8: Zeroizing<Vec<u8>>,
    bits: usize,
}

impl SigningKey {
    /// Reads a key in PEM (PKCS#8 `PRIVATE KEY` or PKCS#1 `RSA PRIVATE KEY`), or in the base64 form of such a PEM.
    ///
    /// Line breaks may be written as `\n`, which is common in `.env` files.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TokenError::MissingKey);
        }
        // Some tools write text before the PEM, for example `Bag Attributes`.
        if let Some(start) = text.find(PEM_START) {
            return Self::from_pem(&text[start..]);
        }
        if !text.starts_with(BASE64_PEM_START) {
            return Err(TokenError::NotPem);
        }
        // With its full capacity, because growing would leave copies of the key in memory.
        let mut joined = Zeroizing::new(String::with_capacity(text.len()));
        joined.extend(text.split_whitespace());
        let decoded = BASE64.decode(joined.as_bytes()).map_err(|_| TokenError::DamagedPem)?;
        let decoded = Zeroizing::new(decoded);
        Self::from_pem(std::str::from_utf8(&decoded).map_err(|_| TokenError::DamagedPem)?)
    }

    /// Reads the key from the variable `KNOCK_SIGNING_KEY`, using `variable`.
    ///
    /// # Errors
    ///
    /// [`TokenError::MissingKey`] if it is not set, and those of [`parse`](Self::parse).
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, TokenError> {
        let text = Zeroizing::new(variable("KNOCK_SIGNING_KEY").ok_or(TokenError::MissingKey)?);
        Self::parse(&text)
    }

    /// Returns the key in PKCS#8 DER, the form that WebCrypto and most libraries import.
    pub fn as_pkcs8_der(&self) -> &[u8] {
        &self.pkcs8
    }

    /// Returns the length of the modulus in bits, at least 2,048.
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
            "OPENSSH PRIVATE KEY" => wrong("a private key in OpenSSH format"),
            "CERTIFICATE" => wrong("a certificate"),
            _ => wrong("PEM of an unsupported kind"),
        }
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, TokenError> {
        let wrap = || {
            let key = PrivateKeyInfoRef::new(pkcs1::ALGORITHM_ID, OctetStringRef::new(der)?);
            key.to_der()
        };
        // The content is checked by `from_pkcs8`.
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

/// Replaces `\n` with line breaks, and removes `\r`.
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
        "1.2.840.113549.1.1.10" => "RSASSA-PSS only".to_owned(),
        other => format!("the algorithm {other}"),
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(RSA, {} bits)", self.bits)
    }
}
