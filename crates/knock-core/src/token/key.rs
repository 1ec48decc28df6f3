//! Signing keys in all forms in which users of Knock have them.

use std::fmt;

use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode, Encode};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use crate::config::{VariableValue, read};
use crate::token::TokenError;
use crate::token::pem::{self, Pem};

const MIN_BITS: usize = 2048;

/// An RSA private key for signing user tokens.
///
/// `Debug` shows only its length. The memory is overwritten when the key is dropped.
///
/// ```no_run
/// use knock_core::token::SigningKey;
///
/// let key = SigningKey::from_variables(|name| std::env::var(name))?; // KNOCK_SIGNING_KEY
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
    /// Both are read leniently: with any white space and line ends, with line breaks that are spelled `\n`, in quotation
    /// marks, and with other text before and after the PEM.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] that names what was found and what is required.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        match pem::find(text)? {
            Some(pem) => Self::from_pem(pem),
            None => Self::from_pem(pem::find(&pem::from_base64(text)?)?.ok_or(TokenError::NotPem)?),
        }
    }

    /// Reads the key from the variable `KNOCK_SIGNING_KEY`, using `variable`, which may return what [`std::env::var`]
    /// returns, an `Option<String>`, or a `Result<Option<String>, E>`.
    ///
    /// # Errors
    ///
    /// [`TokenError::MissingKey`] if it is not set, [`TokenError::UnreadableKey`] if it cannot be read, for example
    /// because it is not UTF-8, and those of [`parse`](Self::parse).
    pub fn from_variables<V: VariableValue>(variable: impl Fn(&str) -> V) -> Result<Self, TokenError> {
        let text =
            read(variable, "KNOCK_SIGNING_KEY").map_err(|reason| TokenError::UnreadableKey { reason })?;
        Self::parse(text.ok_or(TokenError::MissingKey)?.expose())
    }

    /// Returns the key in PKCS#8 DER, the form that WebCrypto and most libraries import.
    pub fn as_pkcs8_der(&self) -> &[u8] {
        &self.pkcs8
    }

    /// Returns the length of the modulus in bits, at least 2,048.
    pub fn bits(&self) -> usize {
        self.bits
    }

    fn from_pem(pem: Pem) -> Result<Self, TokenError> {
        let wrong = |seen: &str| Err(TokenError::WrongPem { seen: seen.to_owned() });
        match pem.label.as_str() {
            "RSAPRIVATEKEY" if pem.is_encrypted => wrong("an encrypted private key"),
            "RSAPRIVATEKEY" => Self::from_pkcs1(&pem.content),
            "PRIVATEKEY" => Self::from_pkcs8(pem.content),
            "ENCRYPTEDPRIVATEKEY" => wrong("an encrypted private key"),
            "PUBLICKEY" | "RSAPUBLICKEY" => wrong("a public key"),
            "ECPRIVATEKEY" | "ECPARAMETERS" => {
                Err(TokenError::NotRsa { algorithm: "elliptic curves".to_owned() })
            }
            "OPENSSHPRIVATEKEY" => wrong("a private key in OpenSSH format"),
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
