//! The recorded user tokens, and the same tokens signed with this SDK.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use knock_core::token::{Entity, Grant, RsaSigner, SigningKey, TokenError, UserToken};
use knock_core::{Secret, UnixTime};
use serde::Deserialize;
use serde_json::Value;

use crate::matches;
use crate::recording::{RecordedError, is_uuid4, read_json, read_text};

/// All recorded tokens and when they were signed.
#[derive(Debug, Deserialize)]
pub struct Recording {
    /// The frozen time, in seconds.
    pub iat: u64,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One call of `signUserToken`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Version and variant, for example `1.35.0/plain`.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// What was passed.
    pub input: Input,
    /// The token, or `None` if it contains a random id.
    pub token: Option<String>,
    /// Its header.
    pub header: Option<Value>,
    /// Its claims.
    pub claims: Option<Value>,
    /// What was thrown instead.
    pub error: Option<RecordedError>,
}

/// What was passed to `signUserToken`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Input {
    user_id: String,
    /// The name of a key, see [`key_text`].
    signing_key: Option<String>,
    #[serde(rename = "KNOCK_SIGNING_KEY")]
    variable: Option<String>,
    expires_in_seconds: Option<i64>,
    #[serde(default)]
    grants: Vec<EntityGrants>,
    #[serde(default)]
    should_generate_jti: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntityGrants {
    entity: RecordedEntity,
    grants: Vec<Grant>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "type")]
enum RecordedEntity {
    User { id: String },
    Tenant { id: String },
    Object { collection: String, id: String },
}

/// A token or an error that differs from the recorded one on purpose.
#[derive(Debug)]
pub struct Difference {
    /// The cases, by name; `*` stands for anything.
    pub cases: &'static [&'static str],
    /// What this SDK does instead.
    pub ours: Change,
    /// Why.
    pub why: &'static str,
}

/// What this SDK does instead of what was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It refuses, and names this argument.
    Refuses(&'static str),
    /// It returns the token that was recorded for this variant.
    ReturnsThatOf(&'static str),
    /// The input cannot be expressed.
    Inexpressible,
}

/// All differences.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        cases: &["*/expires-in-zero"],
        ours: Change::Refuses("expires_in"),
        why: "the token would have expired before it was signed",
    },
    Difference {
        cases: &["*/expires-in-negative"],
        ours: Change::Inexpressible,
        why: "a duration is not negative",
    },
    Difference { cases: &["*/user-empty"], ours: Change::Refuses("user_id"), why: "there is no such user" },
    Difference {
        cases: &["*/grant-id-not-escaped"],
        ours: Change::Refuses("grant"),
        why: "ids go into an entity's URI as they are, so that one with a slash would name another entity",
    },
    Difference {
        cases: &["*/grants-empty"],
        ours: Change::ReturnsThatOf("plain"),
        why: "an empty claim grants the same as no claim",
    },
    Difference {
        cases: &["*/key-pkcs1", "*/key-pkcs1-base64"],
        ours: Change::ReturnsThatOf("plain"),
        why: "it is the same key in the form that `openssl genrsa -traditional` writes",
    },
    Difference {
        cases: &["*/key-space-first"],
        ours: Change::ReturnsThatOf("plain"),
        why: "white space around a key has no meaning; a secret store or a shell may add it",
    },
];

impl Case {
    /// How this SDK differs on purpose.
    pub fn difference(&self) -> Option<&'static Difference> {
        DIFFERENCES.iter().find(|entry| entry.cases.iter().any(|pattern| matches(pattern, &self.name)))
    }

    /// The case whose token this SDK returns for this one, or `None` if it refuses, or if the input cannot be expressed.
    pub fn expected<'r>(&'r self, recording: &'r Recording) -> Option<&'r Self> {
        let expected = match self.difference().map(|entry| entry.ours) {
            None => self,
            Some(Change::ReturnsThatOf(variant)) => {
                let name = format!("{}/{variant}", self.version);
                recording.cases.iter().find(|case| case.name == name).expect("the case is recorded")
            }
            Some(Change::Refuses(_) | Change::Inexpressible) => return None,
        };
        expected.claims.is_some().then_some(expected)
    }

    /// The last part of the name.
    pub fn variant(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }
}

/// The recording.
pub fn recording() -> Recording {
    read_json("tokens.json")
}

/// The token that this SDK returns for the case's input, signed at `iat`.
///
/// # Errors
///
/// If this SDK refuses it.
pub fn sign(case: &Case, iat: u64) -> Result<Secret, TokenError> {
    let input = &case.input;
    let key = match &input.signing_key {
        Some(name) => SigningKey::parse(&key_text(name))?,
        None => SigningKey::from_variables(|name| {
            input.variable.as_deref().filter(|_| name == "KNOCK_SIGNING_KEY").map(key_text)
        })?,
    };
    user_token(input).sign(signer(&key), UnixTime::from_secs(iat))
}

/// A signer with the test key, made once because making it costs more than signing.
fn signer(key: &SigningKey) -> &'static RsaSigner {
    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| SigningKey::parse(&pkcs8()).expect("the test key is valid"));
    static SIGNER: LazyLock<RsaSigner> =
        LazyLock::new(|| RsaSigner::new(&KEY, [7; 32]).expect("the test key is valid"));
    assert_eq!(key.as_pkcs8_der(), KEY.as_pkcs8_der(), "all forms of the test key hold the same key");
    &SIGNER
}

fn user_token(input: &Input) -> UserToken {
    let mut token = UserToken::new(&input.user_id);
    if let Some(seconds) = input.expires_in_seconds {
        token =
            token.expires_in(Duration::from_secs(seconds.try_into().expect("a duration is not negative")));
    }
    for EntityGrants { entity, grants } in input.grants.clone() {
        let entity = match entity {
            RecordedEntity::User { id } => Entity::user(id),
            RecordedEntity::Tenant { id } => Entity::tenant(id),
            RecordedEntity::Object { collection, id } => Entity::object(collection, id),
        };
        token = token.grant(entity, grants);
    }
    if input.should_generate_jti { token.random_id([7; 16]) } else { token }
}

fn pkcs8() -> String {
    read_text("record/keys/test-key-pkcs8.pem")
}

/// The key of this name, in the form that `signingKeys` in `record/tokens.mjs` has it.
pub fn key_text(name: &str) -> String {
    const GARBAGE: &str = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n";
    if let Some(name) = name.strip_suffix("-pem-base64") {
        return STANDARD.encode(key_text(&format!("{name}-pem")));
    }
    match name {
        "pkcs8-pem" => pkcs8(),
        "pkcs8-pem-base64-last-newline" => format!("{}\n", STANDARD.encode(pkcs8())),
        "pkcs8-pem-crlf" => pkcs8().replace('\n', "\r\n"),
        "pkcs8-pem-no-last-newline" => pkcs8().trim_end().to_owned(),
        "pkcs8-pem-space-first" => format!(" {}", pkcs8()),
        "pkcs8-der-base64" => pkcs8().lines().filter(|line| !line.starts_with("-----")).collect(),
        "pkcs1-pem" => read_text("record/keys/test-key-pkcs1.pem"),
        "public-pem" => read_text("record/keys/test-key-public.pem"),
        "garbage-pem" => GARBAGE.to_owned(),
        "garbage" => "not-a-key".to_owned(),
        "readme" => "S25vY2sga25vY2sh...".to_owned(),
        "empty" => String::new(),
        other => panic!("there is no key {other}"),
    }
}

/// The claims of a token, with a random id replaced as in the recordings.
pub fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("a token has claims");
    let json = URL_SAFE_NO_PAD.decode(part).expect("claims are in base64");
    normalise(serde_json::from_slice(&json).expect("claims are JSON"))
}

/// The claims as in the recordings, which have `<uuid>` instead of a random id.
pub fn normalise(mut claims: Value) -> Value {
    if let Some(jti) = claims.get_mut("jti").filter(|jti| jti.as_str().is_some_and(is_uuid4)) {
        *jti = Value::from("<uuid>");
    }
    claims
}
