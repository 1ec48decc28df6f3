//! What a user token says, and how it is written.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::error::InvalidInput;
use crate::open_enum::open_enum;
use crate::secret::Secret;
use crate::time::UnixTime;
use crate::token::{AsyncSigner, Signer, TokenError};

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT"}"#;
const ONE_HOUR: Duration = Duration::from_secs(3600);
/// Entities are named by these URIs also where the API is reached at another place.
const ENTITY_BASE: &str = "https://api.knock.app/v1";

open_enum! {
    /// What a token allows on an entity; Knock has more than are named here, so any text will do.
    pub enum Grant {
        SlackChannelsRead = "slack/channels_read",
        MsTeamsChannelsRead = "ms_teams/channels_read",
        ChannelDataRead = "channel_data/read",
        ChannelDataWrite = "channel_data/write",
        UserFeedRead = "user/feed_read",
    }
}

/// What a grant is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entity {
    /// A user.
    User {
        /// The user's id.
        id: String,
    },
    /// An object; a tenant is one in the collection `$tenants`.
    Object {
        /// The object's collection.
        collection: String,
        /// The object's id.
        id: String,
    },
}

impl Entity {
    /// A user.
    pub fn user(id: impl Into<String>) -> Self {
        Self::User { id: id.into() }
    }

    /// A tenant.
    pub fn tenant(id: impl Into<String>) -> Self {
        Self::object("$tenants", id)
    }

    /// An object.
    pub fn object(collection: impl Into<String>, id: impl Into<String>) -> Self {
        Self::Object { collection: collection.into(), id: id.into() }
    }

    /// The entity's URI; ids go in as they are, as the official SDK does, so that a slash would name another entity.
    fn uri(&self) -> Result<String, InvalidInput> {
        let (parts, uri): (&[&String], String) = match self {
            Self::User { id } => (&[id], format!("{ENTITY_BASE}/users/{id}")),
            Self::Object { collection, id } => {
                (&[collection, id], format!("{ENTITY_BASE}/objects/{collection}/{id}"))
            }
        };
        if parts.iter().any(|part| part.is_empty()) {
            return Err(InvalidInput::new("grant", "is for an entity with an empty id or collection"));
        }
        if parts.iter().any(|part| part.contains('/')) {
            return Err(InvalidInput::new(
                "grant",
                "is for an entity with a `/` in its id or collection, which would name another entity",
            ));
        }
        Ok(uri)
    }
}

/// A token for one user, before it is signed.
///
/// ```
/// use knock_core::UnixTime;
/// use knock_core::token::{Entity, Grant, UserToken};
///
/// let unsigned = UserToken::new("jhammond")
///     .grant(Entity::user("jhammond"), [Grant::UserFeedRead])
///     .unsigned(UnixTime::from_secs(1_790_000_000))?;
/// // What the platform signs with RS256; the signature then goes into `attach`.
/// assert!(unsigned.signing_input().starts_with("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."));
/// # Ok::<(), knock_core::token::TokenError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a token is of use once it is signed"]
pub struct UserToken {
    user_id: String,
    expires_in: Duration,
    grants: Vec<(Entity, Vec<Grant>)>,
    explicit_grants: bool,
    jti: Option<String>,
}

impl UserToken {
    /// A token for a user, valid for one hour, with no other grants than the user's own.
    pub fn new(user_id: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            expires_in: ONE_HOUR,
            grants: Vec::new(),
            explicit_grants: false,
            jti: None,
        }
    }

    /// How long the token is valid, in whole seconds. Default: one hour.
    pub fn expires_in(mut self, duration: Duration) -> Self {
        self.expires_in = duration;
        self
    }

    /// Allows more on one entity; grants for an entity that was named before are added to it.
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

    /// Limits the token to its grants, without what a user may do by default.
    pub fn explicit_grants(mut self) -> Self {
        self.explicit_grants = true;
        self
    }

    /// An id of the token (`jti`); without one, two tokens of one second are the same.
    pub fn id(mut self, jti: impl Into<String>) -> Self {
        self.jti = Some(jti.into());
        self
    }

    /// An id of the token (`jti`), made of 16 random bytes: a UUID.
    pub fn random_id(self, random: [u8; 16]) -> Self {
        self.id(crate::random::uuid4("", random))
    }

    /// Writes header and claims: what is to be signed.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidInput`] where user, expiry or grants cannot be right.
    pub fn unsigned(&self, now: impl Into<UnixTime>) -> Result<UnsignedToken, TokenError> {
        if self.user_id.is_empty() {
            return Err(InvalidInput::new("user_id", "is empty; it must be a user's id").into());
        }
        if self.expires_in < Duration::from_secs(1) {
            return Err(InvalidInput::new("expires_in", "is less than a second; it must be 1 or more").into());
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
        let claims =
            serde_json::to_vec(&claims).map_err(|_| InvalidInput::new("claims", "have no form in JSON"))?;
        let mut input = URL_SAFE_NO_PAD.encode(HEADER);
        input.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut input);
        Ok(UnsignedToken { signing_input: input })
    }

    /// Signs the token.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub fn sign(&self, signer: &impl Signer, now: impl Into<UnixTime>) -> Result<Secret, TokenError> {
        let unsigned = self.unsigned(now)?;
        let signature = signer.sign(unsigned.signing_input().as_bytes())?;
        Ok(unsigned.attach(&signature))
    }

    /// Signs the token with a signer that takes a while, as WebCrypto does.
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
        let signature = signer.sign_async(unsigned.signing_input().as_bytes()).await?;
        Ok(unsigned.attach(&signature))
    }

    fn grant_map(&self) -> Result<Option<GrantMap<'_>>, InvalidInput> {
        let entries = self.grants.iter().map(|(entity, grants)| Ok((entity.uri()?, grants.as_slice())));
        let entries = entries.collect::<Result<Vec<_>, InvalidInput>>()?;
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

/// Header and claims, waiting for their signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsignedToken {
    signing_input: String,
}

impl UnsignedToken {
    /// What is to be signed with RS256.
    pub fn signing_input(&self) -> &str {
        &self.signing_input
    }

    /// The token with its signature: it goes to the user's browser or app, and nowhere else.
    pub fn attach(self, signature: &[u8]) -> Secret {
        let mut token = self.signing_input;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Secret::from(token)
    }
}
