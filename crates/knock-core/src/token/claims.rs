//! User tokens: their claims and grants.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::token::{AsyncSigner, Signer, TokenError};
use crate::value::{InvalidInput, Secret, Text, UnixTime};
use crate::wire::open_enum;

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT"}"#;
const ONE_HOUR: Duration = Duration::from_secs(3600);
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);
/// Entities have these URIs even if the client uses another base URL.
const ENTITY_BASE: &str = "https://api.knock.app/v1";

open_enum! {
    /// A permission on an entity. Grants that are not listed here can be created from a string.
    pub enum Grant {
        SlackChannelsRead = "slack/channels_read",
        MsTeamsChannelsRead = "ms_teams/channels_read",
        ChannelDataRead = "channel_data/read",
        ChannelDataWrite = "channel_data/write",
        UserFeedRead = "user/feed_read",
    }
}

/// The entity to which a grant applies.
///
/// Knock names it by a URI in which ids are not encoded, as the official SDK writes it. Ids that a parser of URIs could
/// read as another entity are therefore invalid: those that are empty, `.` or `..`, that begin or end with white space, or
/// that contain `/`, `\`, `?`, `#`, a control character or an encoded character such as `%2F`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entity {
    /// A user.
    User {
        /// The id of the user.
        id: String,
    },
    /// An object. A tenant is an object in the collection `$tenants`.
    Object {
        /// The collection of the object.
        collection: String,
        /// The id of the object.
        id: String,
    },
}

impl Entity {
    /// Returns a user.
    pub fn user(id: impl Into<Text>) -> Self {
        Self::User { id: id.into().into() }
    }

    /// Returns a tenant.
    pub fn tenant(id: impl Into<Text>) -> Self {
        Self::object("$tenants", id)
    }

    /// Returns an object.
    pub fn object(collection: impl Into<Text>, id: impl Into<Text>) -> Self {
        Self::Object { collection: collection.into().into(), id: id.into().into() }
    }

    fn uri(&self) -> Result<String, InvalidInput> {
        let (parts, uri): (&[&String], String) = match self {
            Self::User { id } => (&[id], format!("{ENTITY_BASE}/users/{id}")),
            Self::Object { collection, id } => {
                (&[collection, id], format!("{ENTITY_BASE}/objects/{collection}/{id}"))
            }
        };
        match parts.iter().find_map(|part| ambiguity(part)) {
            Some(problem) => {
                Err(InvalidInput::new("grant", format!("is for an entity whose id or collection {problem}")))
            }
            None => Ok(uri),
        }
    }
}

/// Returns why a parser of URIs could read an id as that of another entity.
fn ambiguity(id: &str) -> Option<&'static str> {
    let is_encoded = |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if id.is_empty() {
        Some("is empty")
    } else if id == "." || id == ".." {
        Some("is `.` or `..`, which a URI leaves out")
    } else if id.contains(['/', '\\', '?', '#']) {
        Some("contains `/`, `\\`, `?` or `#`, which would name another entity")
    } else if id.split('%').skip(1).any(is_encoded) {
        Some("contains an encoded character such as `%2F`, which could name another entity")
    } else if id.contains(char::is_control) {
        Some("contains a control character, which a URI leaves out")
    } else if id.trim() != id {
        Some("begins or ends with white space, which a URI leaves out")
    } else {
        None
    }
}

/// A token for one user, before it is signed.
///
/// ```
/// use std::time::SystemTime;
/// use knock_core::Secret;
/// use knock_core::token::{Entity, Grant, Signer, TokenError, UserToken};
///
/// fn token_for(user_id: &str, signer: &impl Signer) -> Result<Secret, TokenError> {
///     UserToken::new(user_id)
///         .grant(Entity::tenant("jurassic-park"), [Grant::SlackChannelsRead])
///         .sign(signer, SystemTime::now())
/// }
/// ```
///
/// Each adapter has a [`Signer`] or an [`AsyncSigner`]. Any other implementation of RS256 works as well:
///
/// ```
/// use std::time::SystemTime;
/// use knock_core::token::UserToken;
///
/// let unsigned = UserToken::new("jhammond").unsigned(SystemTime::now())?;
/// // Sign this text, and pass the signature to `unsigned.attach`.
/// assert!(unsigned.signing_input().starts_with("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."));
/// # Ok::<(), knock_core::token::TokenError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a token must be signed before it can be used"]
pub struct UserToken {
    user_id: String,
    expires_in: Duration,
    grants: Vec<(Entity, Vec<Grant>)>,
    explicit_grants: bool,
    jti: Option<String>,
}

impl UserToken {
    /// Returns a token for a user. It is valid for one hour and has no grants beyond those that every user has.
    pub fn new(user_id: impl Into<Text>) -> Self {
        Self {
            user_id: user_id.into().into(),
            expires_in: ONE_HOUR,
            grants: Vec::new(),
            explicit_grants: false,
            jti: None,
        }
    }

    /// Sets how long the token is valid, rounded down to whole seconds: from one second to 366 days. Default: one hour.
    ///
    /// Knock documents no maximum, and recommends the time that the user's session lasts, or a short time and new tokens.
    /// A token cannot be taken back before it expires, so the SDK refuses longer times, which are rather a mistake in the
    /// unit.
    pub fn expires_in(mut self, duration: Duration) -> Self {
        self.expires_in = duration;
        self
    }

    /// Adds grants for an entity.
    pub fn grant(mut self, entity: Entity, grants: impl IntoIterator<Item = impl Into<Grant>>) -> Self {
        let known = self.grants.iter().position(|(known, _)| *known == entity);
        let index = known.unwrap_or_else(|| {
            self.grants.push((entity, Vec::new()));
            self.grants.len() - 1
        });
        let list = &mut self.grants[index].1;
        for grant in grants.into_iter().map(Into::into) {
            if !list.contains(&grant) {
                list.push(grant);
            }
        }
        self
    }

    /// Limits the token to its explicit grants. It then has none of the grants that every user has.
    pub fn explicit_grants(mut self) -> Self {
        self.explicit_grants = true;
        self
    }

    /// Sets the id of the token (`jti`). Without one, two tokens that are created within the same second are identical.
    pub fn id(mut self, jti: impl Into<Text>) -> Self {
        self.jti = Some(jti.into().into());
        self
    }

    /// Sets the id of the token (`jti`) to a UUID from random bytes.
    pub fn random_id(self, random: [u8; 16]) -> Self {
        self.id(crate::value::uuid4("", random))
    }

    /// Returns the header and the claims, ready to be signed.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidInput`] if the user, the lifetime, the id of the token or a grant is invalid.
    pub fn unsigned(&self, now: impl Into<UnixTime>) -> Result<UnsignedToken, TokenError> {
        if self.user_id.is_empty() {
            return Err(InvalidInput::new("user_id", "is empty; it must be the id of a user").into());
        }
        if self.expires_in < Duration::from_secs(1) {
            return Err(InvalidInput::new("expires_in", "is less than one second").into());
        }
        if self.expires_in > LONGEST {
            return Err(InvalidInput::new("expires_in", "is longer than 366 days").into());
        }
        if self.jti.as_deref() == Some("") {
            return Err(InvalidInput::new("id", "is empty; leave it out, or pass an id of the token").into());
        }
        let issued = now.into().as_secs();
        let claims = Claims {
            sub: &self.user_id,
            grants: self.grant_map()?,
            explicit_grants: self.explicit_grants,
            iat: issued,
            exp: issued.saturating_add(self.expires_in.as_secs()),
            jti: self.jti.as_deref(),
        };
        let claims = serde_json::to_vec(&claims)
            .map_err(|_| InvalidInput::new("claims", "cannot be serialized to JSON"))?;
        let mut input = URL_SAFE_NO_PAD.encode(HEADER);
        input.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut input);
        Ok(UnsignedToken { signing_input: input })
    }

    /// Signs the token, and returns it in its final form.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub fn sign(&self, signer: &impl Signer, now: impl Into<UnixTime>) -> Result<Secret, TokenError> {
        let unsigned = self.unsigned(now)?;
        let signature = Zeroizing::new(signer.sign(unsigned.signing_input().as_bytes())?);
        Ok(unsigned.attach(&signature))
    }

    /// Signs the token with an asynchronous signer, and returns it in its final form.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn sign_async(
        &self,
        signer: &impl AsyncSigner,
        now: impl Into<UnixTime>,
    ) -> Result<Secret, TokenError> {
        let unsigned = self.unsigned(now)?;
        let signature = Zeroizing::new(signer.sign_async(unsigned.signing_input().as_bytes()).await?);
        Ok(unsigned.attach(&signature))
    }

    fn grant_map(&self) -> Result<Option<GrantMap<'_>>, InvalidInput> {
        let entries = self.grants.iter().map(|(entity, grants)| Ok((entity.uri()?, grants.as_slice())));
        let entries = entries.collect::<Result<Vec<_>, InvalidInput>>()?;
        if self.grants.iter().any(|(_, grants)| grants.iter().any(|grant| grant.as_str().is_empty())) {
            return Err(InvalidInput::new("grant", "has an empty name"));
        }
        Ok((!entries.is_empty()).then_some(GrantMap(entries)))
    }
}

/// The claims, in the order in which the official SDK writes them.
#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    grants: Option<GrantMap<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    explicit_grants: bool,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<&'a str>,
}

/// `{"<entity URI>": {"<grant>": []}}`
struct GrantMap<'a>(Vec<(String, &'a [Grant])>);

impl Serialize for GrantMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(uri, grants)| (uri, Grants(grants))))
    }
}

struct Grants<'a>(&'a [Grant]);

impl Serialize for Grants<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for grant in self.0 {
            map.serialize_entry(grant, &[(); 0])?;
        }
        map.end()
    }
}

/// The header and the claims of a token, without a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsignedToken {
    signing_input: String,
}

impl UnsignedToken {
    /// Returns the text to sign with RS256.
    pub fn signing_input(&self) -> &str {
        &self.signing_input
    }

    /// Returns the token with its signature. Send it only to the browser or the app of the user.
    pub fn attach(self, signature: &[u8]) -> Secret {
        // With its full capacity, because growing would leave copies of the token in memory.
        let length = self.signing_input.len() + 1 + signature.len().div_ceil(3) * 4;
        let mut token = String::with_capacity(length);
        token.push_str(&self.signing_input);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Secret::from(token)
    }
}
