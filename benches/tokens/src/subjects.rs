//! The signers, and the check that all sign the same claims.

use std::hint::black_box;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use jsonwebtoken::crypto::{CryptoProvider, KeyUtils, aws_lc, rust_crypto};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use knock_core::UnixTime;
use knock_core::token::{RsaSigner, Signer, SigningKey, UserToken};
use knock_reqwest::NativeSigner;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::clock::{self, Cost};
use crate::other;

const PRIVATE_PEM: &str = include_str!("../../../tests/wire/record/keys/test-key-pkcs8.pem");
const PUBLIC_PEM: &str = include_str!("../../../tests/wire/record/keys/test-key-public.pem");

const PARSED: &str = "parsed key";
const PARSED_PER_CALL: &str = "key parsed per call";

const USER: &str = "user_123";
const NOW: u64 = 1_790_000_000;
const ONE_HOUR: u64 = 3600;

/// A signer.
pub(crate) struct Subject {
    pub(crate) case: &'static str,
    pub(crate) name: &'static str,
    signs: Signs,
}

enum Signs {
    Here(Box<dyn Fn() -> Result<Signed>>),
    Node { package: &'static str, token: String },
    OpenSsl,
}

/// The output of a signer.
enum Signed {
    Token(knock_core::Secret),
    /// A token whose header has its members in another order, so that its signature differs.
    OtherOrder(String),
    /// A signature without its token.
    Signature(Vec<u8>),
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Claims {
    sub: String,
    iat: u64,
    exp: u64,
}

impl Claims {
    fn expected() -> Self {
        Self { sub: USER.to_owned(), iat: NOW, exp: NOW + ONE_HOUR }
    }
}

impl Subject {
    fn here(case: &'static str, name: &'static str, sign: impl Fn() -> Result<Signed> + 'static) -> Self {
        Self { case, name, signs: Signs::Here(Box::new(sign)) }
    }

    pub(crate) fn measure(&self) -> Result<Cost> {
        match &self.signs {
            Signs::Here(sign) => clock::measure(|| sign().map(|signed| drop(black_box(signed)))),
            Signs::Node { package, token: expected } => {
                let (cost, token) = other::node(package, PRIVATE_PEM, USER, NOW)?;
                if token == *expected { Ok(cost) } else { Err("its token differs".into()) }
            }
            Signs::OpenSsl => other::openssl(),
        }
    }
}

/// Returns all signers. Those in this process have been checked.
pub(crate) fn subjects() -> Result<Vec<Subject>> {
    PROVIDER.install_default().map_err(|_| "jsonwebtoken has a provider already")?;
    other::install_node_packages()?;

    let key = SigningKey::parse(PRIVATE_PEM)?;
    let reference = token().sign(&RsaSigner::new(&key, SEED)?, at())?.expose().to_owned();
    check_claims(&reference)?;

    let mut subjects = with_parsed_key(&key, &reference)?;
    subjects.extend(with_key_parsed_per_call());
    for subject in &subjects {
        check(subject, &reference).map_err(|problem| format!("{}: {problem}", subject.name))?;
    }

    for (name, package) in [("@knocklabs/node 1.35.0", "knock1"), ("@knocklabs/node 0.6.19", "knock0")] {
        let signs = Signs::Node { package, token: reference.clone() };
        subjects.push(Subject { case: PARSED_PER_CALL, name, signs });
    }
    if other::has_openssl() {
        subjects.push(Subject { case: PARSED, name: "openssl speed", signs: Signs::OpenSsl });
    } else {
        eprintln!("skipping `openssl speed`: openssl is not installed");
    }
    Ok(subjects)
}

fn with_parsed_key(key: &SigningKey, reference: &str) -> Result<Vec<Subject>> {
    let native = NativeSigner::new(key)?;
    let pure = RsaSigner::new(key, SEED)?;
    let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(key.as_pkcs8_der())?;
    let message = reference.rsplit_once('.').map(|(message, _)| message.to_owned()).unwrap_or_default();
    let encoding = Rc::new(EncodingKey::from_rsa_pem(PRIVATE_PEM.as_bytes())?);
    let same = Rc::clone(&encoding);
    Ok(vec![
        Subject::here(PARSED, "knock-reqwest (aws-lc-rs)", move || ours(&native)),
        Subject::here(PARSED, "aws-lc-rs alone", move || {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)?;
            Ok(Signed::Signature(signature))
        }),
        Subject::here(PARSED, "jsonwebtoken", move || theirs(&encoding, Backend::AwsLc)),
        Subject::here(PARSED, "knock-core (rsa)", move || ours(&pure)),
        Subject::here(PARSED, "jsonwebtoken (rust_crypto)", move || theirs(&same, Backend::RustCrypto)),
    ])
}

fn with_key_parsed_per_call() -> Vec<Subject> {
    let encoding = || EncodingKey::from_rsa_pem(PRIVATE_PEM.as_bytes());
    vec![
        Subject::here(PARSED_PER_CALL, "knock-reqwest (aws-lc-rs)", || {
            ours(&NativeSigner::from_pem(PRIVATE_PEM)?)
        }),
        Subject::here(PARSED_PER_CALL, "jsonwebtoken", move || theirs(&encoding()?, Backend::AwsLc)),
        Subject::here(PARSED_PER_CALL, "knock-core (rsa)", || {
            ours(&RsaSigner::new(&SigningKey::parse(PRIVATE_PEM)?, SEED)?)
        }),
        Subject::here(PARSED_PER_CALL, "jsonwebtoken (rust_crypto)", move || {
            theirs(&encoding()?, Backend::RustCrypto)
        }),
    ]
}

/// The seed for blinding, which changes neither the signature nor its cost.
const SEED: [u8; 32] = [7; 32];

fn at() -> UnixTime {
    UnixTime::from_secs(NOW)
}

fn token() -> UserToken {
    UserToken::new(USER)
}

fn ours(signer: &impl Signer) -> Result<Signed> {
    Ok(Signed::Token(token().sign(signer, at())?))
}

fn theirs(key: &EncodingKey, backend: Backend) -> Result<Signed> {
    WITH_RUST_CRYPTO.store(backend == Backend::RustCrypto, Ordering::Relaxed);
    let token = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &Claims::expected(), key)?;
    Ok(Signed::OtherOrder(token))
}

/// Checks that the token of a subject is the reference, or equivalent to it.
fn check(subject: &Subject, reference: &str) -> Result<()> {
    let Signs::Here(sign) = &subject.signs else { return Ok(()) };
    match sign()? {
        Signed::Token(token) if token.expose() == reference => Ok(()),
        Signed::Token(_) => Err("its token differs".into()),
        Signed::OtherOrder(token) => check_claims(&token),
        Signed::Signature(signature) => {
            let unsigned = token().unsigned(at())?;
            let token = unsigned.attach(&signature);
            if token.expose() == reference { Ok(()) } else { Err("its signature differs".into()) }
        }
    }
}

/// Checks the signature with the public key, and the claims.
fn check_claims(token: &str) -> Result<()> {
    let mut validation = Validation::new(Algorithm::RS256);
    // Its expiry is fixed and may be in the past.
    validation.validate_exp = false;
    let key = DecodingKey::from_rsa_pem(PUBLIC_PEM.as_bytes())?;
    let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation)?;
    if decoded.header == Header::new(Algorithm::RS256) && decoded.claims == Claims::expected() {
        Ok(())
    } else {
        Err("its claims differ".into())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Backend {
    AwsLc,
    RustCrypto,
}

/// jsonwebtoken has one provider per process, so this one delegates to the measured backend.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        let with_rust_crypto = WITH_RUST_CRYPTO.load(Ordering::Relaxed);
        let backend =
            if with_rust_crypto { &rust_crypto::DEFAULT_PROVIDER } else { &aws_lc::DEFAULT_PROVIDER };
        (backend.signer_factory)(algorithm, key)
    },
    verifier_factory: |algorithm, key| (aws_lc::DEFAULT_PROVIDER.verifier_factory)(algorithm, key),
    key_utils: KeyUtils::new_unimplemented(),
};

static WITH_RUST_CRYPTO: AtomicBool = AtomicBool::new(false);
