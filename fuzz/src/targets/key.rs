//! Any text or DER as a signing key.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use knock_core::token::{RsaSigner, Signer, SigningKey, TokenError};

/// Checks one input.
pub fn check(input: &[u8]) {
    // DER begins with this byte, and text seldom does.
    if input.first() == Some(&b'0') {
        check_text(&pem("PRIVATE KEY", input));
        check_text(&pem("RSA PRIVATE KEY", input));
    }
    if let Ok(text) = std::str::from_utf8(input) {
        check_text(text);
        let _ = SigningKey::parse(&STANDARD.encode(text))
            .map(|key| check_key(&key))
            .map_err(|e| check_refused(&e));
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

fn check_text(text: &str) {
    let parsed = SigningKey::parse(text);
    let variables = HashMap::from([("KNOCK_SIGNING_KEY", text.to_owned())]);
    let read = SigningKey::from_variables(|name| variables.get(name).cloned());
    match (parsed, read) {
        (Ok(key), Ok(read)) => {
            assert_eq!(read.as_pkcs8_der(), key.as_pkcs8_der());
            check_key(&key);
        }
        (Err(error), Err(read)) => {
            assert_eq!(error, read);
            check_refused(&error);
        }
        (parsed, read) => panic!("{parsed:?} {read:?}"),
    }
}

fn check_key(key: &SigningKey) {
    assert!(key.bits() >= 2048);
    assert_eq!(format!("{key:?}"), format!("SigningKey(RSA, {} bits)", key.bits()));
    let text = pem("PRIVATE KEY", key.as_pkcs8_der());
    for text in [STANDARD.encode(&text), text.replace('\n', "\\n"), text] {
        let again = SigningKey::parse(&text).expect("the key was read before");
        assert_eq!((again.as_pkcs8_der(), again.bits()), (key.as_pkcs8_der(), key.bits()));
    }
    match RsaSigner::new(key, [7; 32]) {
        Ok(signer) => {
            assert_eq!(format!("{signer:?}"), "RsaSigner { .. }");
            match signer.sign(b"message") {
                Ok(signature) => assert_eq!(signature.len(), key.bits().div_ceil(8)),
                Err(error) => check_refused(&error),
            }
        }
        Err(error) => assert_eq!(error, TokenError::DamagedKey),
    }
}

/// Checks that an error consists of fixed texts, numbers and the identifiers of algorithms only.
fn check_refused(error: &TokenError) {
    match error {
        TokenError::WrongPem { seen } => assert!(
            [
                "an encrypted private key",
                "a public key",
                "a private key in OpenSSH format",
                "a certificate",
                "PEM of an unsupported kind",
            ]
            .contains(&seen.as_str()),
            "{seen}"
        ),
        TokenError::NotRsa { algorithm } => {
            let identifier = algorithm.strip_prefix("the algorithm ");
            let is_identifier = |text: &str| {
                text.len() < 250 && text.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit())
            };
            let is_known = ["elliptic curves", "Ed25519", "RSASSA-PSS only"].contains(&algorithm.as_str());
            assert!(is_known || identifier.is_some_and(is_identifier), "{algorithm}");
        }
        TokenError::TooShort { bits } => assert!(*bits < 2048),
        TokenError::Signing { reason } => assert_eq!(reason, "RSA signing failed"),
        TokenError::MissingKey | TokenError::NotPem | TokenError::DamagedPem | TokenError::DamagedKey => {}
        error => panic!("{error:?}"),
    }
}
