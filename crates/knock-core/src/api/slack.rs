//! Slack: helpers for connecting a workspace and choosing its channels.
//!
//! See Knock's [`SlackKit`](https://docs.knock.app/integrations/chat/slack/overview) and its
//! [reference](https://docs.knock.app/api-reference/providers/slack).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::api::recipients::{ObjectReference, check_id};
use crate::error::{DecodeError, InvalidInput};
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, Page, Paged};
use crate::response;

/// Who holds the Slack token: an object of Knock's, mostly a tenant.
///
/// ```
/// use knock_core::slack::AccessTokenObject;
///
/// let tenant = AccessTokenObject::tenant("jurassic-park");
/// assert_eq!(tenant, AccessTokenObject::new("$tenants", "jurassic-park"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessTokenObject {
    object_id: String,
    collection: String,
}

impl AccessTokenObject {
    /// The object `object_id` of `collection`.
    pub fn new(collection: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self { object_id: object_id.into(), collection: collection.into() }
    }

    /// A tenant.
    pub fn tenant(tenant_id: impl Into<String>) -> Self {
        Self::new("$tenants", tenant_id)
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_id(&self.object_id, || "access_token_object.object_id".to_owned())?;
        check_id(&self.collection, || "access_token_object.collection".to_owned())?;
        let json = serde_json::to_string(self)
            .map_err(|_| InvalidInput::new("access_token_object", "has no form in JSON"))?;
        request.query("access_token_object", &json);
        Ok(())
    }
}

impl From<ObjectReference> for AccessTokenObject {
    fn from(object: ObjectReference) -> Self {
        Self::new(object.collection, object.id)
    }
}

/// Lists the channels of the workspace that the token is for, 1 page at a time.
///
/// ```
/// use knock_core::slack::{self, AccessTokenObject};
///
/// let slack_channel = "9a1b2c3d-0000-4000-8000-000000000000"; // the channel's id in Knock
/// let list = slack::list_channels(slack_channel, AccessTokenObject::tenant("jurassic-park"))
///     .limit(200)
///     .types(["private_channel", "public_channel"])
///     .exclude_archived(true);
/// # let _ = list;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/providers/slack/list_channels)
pub fn list_channels(
    channel_id: impl Into<String>,
    access_token_object: impl Into<AccessTokenObject>,
) -> ListChannels {
    ListChannels {
        channel_id: channel_id.into(),
        access_token_object: access_token_object.into(),
        cursor: None,
        limit: None,
        exclude_archived: None,
        types: None,
        team_id: None,
    }
}

/// Made by [`list_channels`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListChannels {
    channel_id: String,
    access_token_object: AccessTokenObject,
    cursor: Option<String>,
    limit: Option<u32>,
    exclude_archived: Option<bool>,
    types: Option<String>,
    team_id: Option<String>,
}

impl ListChannels {
    /// Begins after this cursor, from [`Page::next`] or a former answer's `next_cursor`.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// How many channels a page has at most; Slack allows up to 1,000 and asks for no more than 200.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Whether to leave out archived channels.
    pub fn exclude_archived(mut self, exclude: bool) -> Self {
        self.exclude_archived = Some(exclude);
        self
    }

    /// The types of conversation to list: `public_channel`, `private_channel`, `mpim`, `im`.
    pub fn types(mut self, types: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut list = String::new();
        for one in types {
            if !list.is_empty() {
                list.push(',');
            }
            list.push_str(one.as_ref());
        }
        self.types = Some(list);
        self
    }

    /// The workspace, where the token is for an organization.
    pub fn team_id(mut self, team_id: impl Into<String>) -> Self {
        self.team_id = Some(team_id.into());
        self
    }
}

impl Operation for ListChannels {
    type Output = Page<Channel, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "slack.list_channels",
        "/v1/providers/slack/{channel_id}/channels",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("channel_id", &self.channel_id)?;
        self.access_token_object.encode(request)?;
        request.query("query_options[limit]", &self.limit);
        request.query("query_options[exclude_archived]", &self.exclude_archived);
        request.query("query_options[types]", &self.types);
        request.query("query_options[team_id]", &self.team_id);
        request.query("query_options[cursor]", &self.cursor);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Channel, Self>, DecodeError> {
        page::decode(response, self, Self::cursor)
    }
}

impl Paged for ListChannels {
    type Item = Channel;

    fn split(&self, page: Page<Channel, Self>) -> (Vec<Channel>, Option<Self>) {
        (page.items, page.next)
    }
}

/// A Slack channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Channel {
    /// Its id in Slack, as `C123ABC`.
    pub id: String,
    /// Its name, without `#`.
    #[serde(default)]
    pub name: String,
    /// Whether it is private.
    #[serde(default)]
    pub is_private: bool,
    /// Whether it is a direct message.
    #[serde(default)]
    pub is_im: bool,
    /// The workspace that it is in.
    #[serde(default)]
    pub context_team_id: String,
}

/// Asks Slack whether the token still works.
///
/// A token that does not is no error: see [`AuthCheckAnswer::connection`].
///
/// [Reference](https://docs.knock.app/api-reference/providers/slack/check_auth)
pub fn auth_check(
    channel_id: impl Into<String>,
    access_token_object: impl Into<AccessTokenObject>,
) -> AuthCheck {
    AuthCheck { channel_id: channel_id.into(), access_token_object: access_token_object.into() }
}

/// Made by [`auth_check`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct AuthCheck {
    channel_id: String,
    access_token_object: AccessTokenObject,
}

impl Operation for AuthCheck {
    type Output = AuthCheckAnswer;
    const INFO: OperationInfo = OperationInfo::get(
        "slack.auth_check",
        "/v1/providers/slack/{channel_id}/auth_check",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("channel_id", &self.channel_id)?;
        self.access_token_object.encode(request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<AuthCheckAnswer, DecodeError> {
        response::json(response)
    }
}

/// What Slack said of the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthCheckAnswer {
    /// The connection.
    pub connection: Connection,
}

/// Whether the connection to Slack works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connection {
    /// Whether the token works.
    pub ok: bool,
    /// Why it does not.
    #[serde(default, alias = "error", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Revokes the token at Slack and removes it from its holder.
///
/// [Reference](https://docs.knock.app/api-reference/providers/slack/revoke_access)
pub fn revoke_access(
    channel_id: impl Into<String>,
    access_token_object: impl Into<AccessTokenObject>,
) -> RevokeAccess {
    RevokeAccess { channel_id: channel_id.into(), access_token_object: access_token_object.into() }
}

/// Made by [`revoke_access`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct RevokeAccess {
    channel_id: String,
    access_token_object: AccessTokenObject,
}

impl Operation for RevokeAccess {
    type Output = ();
    const INFO: OperationInfo = OperationInfo::put(
        "slack.revoke_access",
        "/v1/providers/slack/{channel_id}/revoke_access",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("channel_id", &self.channel_id)?;
        self.access_token_object.encode(request)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}
