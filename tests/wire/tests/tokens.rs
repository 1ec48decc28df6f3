//! User tokens: for the same input at the same time, this SDK returns the same token, byte for byte.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use knock_core::token::TokenError;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::DecodePublicKey;
use rsa::signature::Verifier;
use sha2::Sha256;
use wire_tests::recording::read_text;
use wire_tests::tokens::{Change, DIFFERENCES, claims, recording, sign};

#[test]
fn tokens_are_the_same_byte_for_byte() {
    let recording = recording();
    let (mut bytes, mut by_claims) = (0, 0);
    for case in &recording.cases {
        let Some(expected) = case.expected(&recording) else { continue };
        let token = sign(case, recording.iat).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        assert_eq!(Some(claims(token.expose())), expected.claims, "{}", case.name);
        match &expected.token {
            Some(expected) => {
                assert_eq!(token.expose(), expected, "{}", case.name);
                bytes += 1;
            }
            // It has a random id.
            None => by_claims += 1,
        }
    }
    println!("{bytes} tokens are the same byte for byte, {by_claims} except for their random id");
    assert!(bytes > 50 && by_claims == 2);
}

#[test]
fn refused_keys_have_an_error_that_says_why() {
    let recording = recording();
    let mut count = 0;
    for case in recording.cases.iter().filter(|case| case.error.is_some() && case.difference().is_none()) {
        let expected = match case.variant() {
            "no-key" | "key-empty" => TokenError::MissingKey,
            "key-garbage" | "key-readme" | "key-der-base64" => TokenError::NotPem,
            "key-garbage-pem" | "key-garbage-pem-base64" => TokenError::DamagedKey,
            "key-public" | "key-public-base64" => TokenError::WrongPem { seen: "a public key".to_owned() },
            other => panic!("there is no error for {other}"),
        };
        assert_eq!(sign(case, recording.iat).unwrap_err(), expected, "{}", case.name);
        count += 1;
    }
    assert_eq!(count, 18);
}

#[test]
fn every_difference_is_real() {
    let recording = recording();
    let mut real = BTreeSet::new();
    for case in &recording.cases {
        let Some(difference) = case.difference() else { continue };
        match difference.ours {
            // It was signed there.
            Change::Refuses(field) => {
                assert!(case.claims.is_some(), "{}", case.name);
                let Err(TokenError::InvalidInput(error)) = sign(case, recording.iat) else {
                    panic!("{}", case.name)
                };
                assert_eq!(error.field(), field, "{}", case.name);
            }
            Change::ReturnsThatOf(_) => {
                let expected = case.expected(&recording).expect("there is a token");
                assert_ne!(case.token, expected.token, "{}", case.name);
            }
            Change::Inexpressible => {}
        }
        println!("{}: {}", case.name, difference.why);
        real.insert(difference.why);
    }
    assert_eq!(real, DIFFERENCES.iter().map(|difference| difference.why).collect());
}

#[test]
fn official_tokens_verify_here() {
    let der = pem::parse(read_text("record/keys/test-key-public.pem")).unwrap();
    let key = rsa::PublicKey::from_public_key_der(der.contents()).unwrap();
    let key = VerifyingKey::<Sha256>::new(key);
    let mut count = 0;
    for token in recording().cases.iter().filter_map(|case| case.token.as_ref()) {
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let signature = Signature::try_from(signature.as_slice()).unwrap();
        key.verify(input.as_bytes(), &signature).unwrap();
        let other = input.replacen("eyJ", "eyK", 1);
        assert!(key.verify(other.as_bytes(), &signature).is_err(), "another header does not verify");
        count += 1;
    }
    assert!(count > 50);
}
