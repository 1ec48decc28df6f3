//! Slack: connecting a workspace and choosing its channels.
//!
//! See Knock's [`SlackKit`](https://docs.knock.app/integrations/chat/slack/overview) and its
//! [reference](https://docs.knock.app/api-reference/providers/slack).

use serde::{Deserialize, Serialize};

use crate::api::recipients::ObjectReference;
use crate::operation::{PageQuery, RequestEncoder, operation};
use crate::value::{IntoOptional, InvalidInput, Text};
use crate::wire::{JsonText, check_id, check_size};

/// The maximum number of channels in a page of Slack.
const MAX_CHANNELS: u32 = 1000;

/// The object in Knock that stores the Slack access token, usually a tenant.
///
/// ```
/// use knock_core::slack::AccessTokenObject;
///
/// let tenant = AccessTokenObject::tenant("jurassic-park");
/// assert_eq!(tenant, AccessTokenObject::new("$tenants", "jurassic-park"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessTokenObject {
    object_id: Text,
    collection: Text,
}

impl AccessTokenObject {
    /// Returns the object `object_id` of `collection`.
    pub fn new(collection: impl Into<Text>, object_id: impl Into<Text>) -> Self {
        Self { object_id: object_id.into(), collection: collection.into() }
    }

    /// Returns the object of a tenant.
    pub fn tenant(tenant_id: impl Into<Text>) -> Self {
        Self::new("$tenants", tenant_id)
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_id(self.object_id.as_str(), || "access_token_object.object_id".to_owned())?;
        check_id(self.collection.as_str(), || "access_token_object.collection".to_owned())?;
        let json = JsonText::new("access_token_object", self);
        request.query("access_token_object", json.get()?.get())
    }
}

impl From<ObjectReference> for AccessTokenObject {
    fn from(object: ObjectReference) -> Self {
        Self::new(object.collection, object.id)
    }
}

operation! {
    /// Lists the channels of the workspace that the access token belongs to.
    ///
    /// ```
    /// use knock_core::slack::{self, AccessTokenObject};
    ///
    /// let slack_channel = "9a1b2c3d-0000-4000-8000-000000000000"; // the id of the channel in Knock
    /// let list = slack::list_channels(slack_channel, AccessTokenObject::tenant("jurassic-park"))
    ///     .limit(200)
    ///     .types(["private_channel", "public_channel"])
    ///     .exclude_archived(true);
    /// # let _ = list;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/providers/slack/list_channels)
    #[doc(alias = "providers.slack.listChannels")]
    #[doc(alias = "slack.getChannels")]
    pub fn list_channels(channel_id; access_token_object: AccessTokenObject) -> ListChannels {
        "slack.list_channels": GET "/v1/providers/slack/{channel_id}/channels", Tier2;
        returns (pages of Channel);
        fields {
            // Slack's cursor is the only parameter of a page that is used.
            page: PageQuery<MAX_CHANNELS> = PageQuery::default(),
            limit: Option<u32> = None,
            exclude_archived: Option<bool> = None,
            types: Option<Text> = None,
            team_id: Option<Text> = None,
        }
        encode |this, request| {
            this.access_token_object.encode(request)?;
            check_size("limit", this.limit, MAX_CHANNELS)?;
            request.query("query_options[limit]", &this.limit)?;
            request.query("query_options[exclude_archived]", &this.exclude_archived)?;
            request.query("query_options[types]", &this.types)?;
            request.query("query_options[team_id]", &this.team_id)?;
            request.query("query_options[cursor]", &this.page.after)
        }
    }
}

impl ListChannels {
    /// Begins after this cursor, the `next_cursor` of an earlier response.
    ///
    /// [`Page::next`](crate::Page::next) has it already.
    pub fn cursor<Kind>(mut self, cursor: impl IntoOptional<Text, Kind>) -> Self {
        self.page.after = cursor.into_optional().or(self.page.after);
        self
    }

    /// Sets the largest number of channels in a page: 1 to 1,000. Slack recommends at most 200.
    pub fn limit(mut self, limit: impl Into<Option<u32>>) -> Self {
        self.limit = limit.into().or(self.limit);
        self
    }

    /// Leaves out archived channels.
    pub fn exclude_archived(mut self, exclude: impl Into<Option<bool>>) -> Self {
        self.exclude_archived = exclude.into().or(self.exclude_archived);
        self
    }

    /// Sets the types of conversation to list: `public_channel`, `private_channel`, `mpim` and `im`.
    pub fn types(mut self, types: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        let types: Vec<Text> = types.into_iter().map(Into::into).collect();
        let types: Vec<&str> = types.iter().map(Text::as_str).collect();
        self.types = Some(types.join(",").into());
        self
    }

    /// Sets the workspace, which is needed if the token belongs to an organization.
    pub fn team_id<Kind>(mut self, team_id: impl IntoOptional<Text, Kind>) -> Self {
        self.team_id = team_id.into_optional().or(self.team_id);
        self
    }
}

/// A Slack channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Channel {
    /// The id in Slack, for example `C123ABC`.
    pub id: String,
    /// The name, without `#`.
    #[serde(default)]
    pub name: String,
    /// Whether the channel is private.
    #[serde(default)]
    pub is_private: bool,
    /// Whether the channel is a direct message.
    #[serde(default)]
    pub is_im: bool,
    /// The id of the workspace.
    #[serde(default)]
    pub context_team_id: String,
}

operation! {
    /// Asks Slack whether the access token still works.
    ///
    /// A token that no longer works is not an error: see [`AuthCheckResponse::connection`].
    ///
    /// [Reference](https://docs.knock.app/api-reference/providers/slack/check_auth)
    #[doc(alias = "providers.slack.checkAuth")]
    #[doc(alias = "slack.authCheck")]
    pub fn auth_check(channel_id; access_token_object: AccessTokenObject) -> AuthCheck {
        "slack.auth_check": GET "/v1/providers/slack/{channel_id}/auth_check", Tier2;
        returns (AuthCheckResponse);
        encode |this, request| { this.access_token_object.encode(request) }
    }
}

/// The result of a check of the connection to Slack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthCheckResponse {
    /// The state of the connection.
    pub connection: Connection,
}

/// The state of the connection to Slack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connection {
    /// Whether the token works.
    pub ok: bool,
    /// Why the token does not work.
    #[serde(default, alias = "error", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

operation! {
    /// Revokes the access token at Slack and removes it from the object that stores it.
    ///
    /// If the first attempt revoked it and its response was lost, the second one fails with 403. See
    /// [`Error::earlier_attempt_may_have_acted`](crate::Error::earlier_attempt_may_have_acted).
    ///
    /// [Reference](https://docs.knock.app/api-reference/providers/slack/revoke_access)
    #[doc(alias = "providers.slack.revokeAccess")]
    #[doc(alias = "slack.revokeAccessToken")]
    pub fn revoke_access(channel_id; access_token_object: AccessTokenObject) -> RevokeAccess {
        "slack.revoke_access": PUT "/v1/providers/slack/{channel_id}/revoke_access", Tier2,
            twice_returns("403, as without an access token", "API: 403 `Access token not set.`");
        returns (nothing);
        encode |this, request| { this.access_token_object.encode(request) }
    }
}
