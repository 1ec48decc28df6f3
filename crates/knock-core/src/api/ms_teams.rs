//! Microsoft Teams: helpers for connecting an organization and choosing its teams and channels.
//!
//! See Knock's [`TeamsKit`](https://docs.knock.app/integrations/chat/microsoft-teams/overview) and its
//! [reference](https://docs.knock.app/api-reference/providers/ms_teams).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::api::recipients::{ObjectReference, check_id};
use crate::error::{DecodeError, InvalidInput};
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, Page, Paged};
use crate::response;

/// Who holds the id of the organization in Microsoft Entra: an object of Knock's, mostly a tenant.
///
/// ```
/// use knock_core::ms_teams::TenantObject;
///
/// let tenant = TenantObject::tenant("jurassic-park");
/// assert_eq!(tenant, TenantObject::new("$tenants", "jurassic-park"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantObject {
    object_id: String,
    collection: String,
}

impl TenantObject {
    /// The object `object_id` of `collection`.
    pub fn new(collection: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self { object_id: object_id.into(), collection: collection.into() }
    }

    /// A tenant.
    pub fn tenant(tenant_id: impl Into<String>) -> Self {
        Self::new("$tenants", tenant_id)
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_id(&self.object_id, || "ms_teams_tenant_object.object_id".to_owned())?;
        check_id(&self.collection, || "ms_teams_tenant_object.collection".to_owned())?;
        let json = serde_json::to_string(self)
            .map_err(|_| InvalidInput::new("ms_teams_tenant_object", "has no form in JSON"))?;
        request.query("ms_teams_tenant_object", &json);
        Ok(())
    }
}

impl From<ObjectReference> for TenantObject {
    fn from(object: ObjectReference) -> Self {
        Self::new(object.collection, object.id)
    }
}

/// Lists the teams of the organization, 1 page at a time.
///
/// ```
/// use knock_core::ms_teams::{self, TenantObject};
///
/// let teams_channel = "9a1b2c3d-0000-4000-8000-000000000000"; // the channel's id in Knock
/// let list = ms_teams::list_teams(teams_channel, TenantObject::tenant("jurassic-park"))
///     .top(20)
///     .filter("startsWith(displayName, 'Park')");
/// # let _ = list;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/providers/ms_teams/list_teams)
pub fn list_teams(channel_id: impl Into<String>, tenant_object: impl Into<TenantObject>) -> ListTeams {
    ListTeams {
        channel_id: channel_id.into(),
        tenant_object: tenant_object.into(),
        filter: None,
        select: None,
        top: None,
        skip_token: None,
    }
}

/// Made by [`list_teams`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListTeams {
    channel_id: String,
    tenant_object: TenantObject,
    filter: Option<String>,
    select: Option<String>,
    top: Option<u32>,
    skip_token: Option<String>,
}

impl ListTeams {
    /// Which teams, as Microsoft Graph's [`$filter`](https://learn.microsoft.com/en-us/graph/query-parameters).
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// Which properties of a team, by the names that Microsoft has for them, as `id` and `displayName`.
    pub fn select(mut self, properties: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.select = Some(comma_separated(properties));
        self
    }

    /// How many teams a page has at most.
    pub fn top(mut self, count: u32) -> Self {
        self.top = Some(count);
        self
    }

    /// Begins after this token, from [`Page::next`] or a former answer's `skip_token`.
    pub fn skip_token(mut self, token: impl Into<String>) -> Self {
        self.skip_token = Some(token.into());
        self
    }
}

impl Operation for ListTeams {
    type Output = Page<Team, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "ms_teams.list_teams",
        "/v1/providers/ms-teams/{channel_id}/teams",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("channel_id", &self.channel_id)?;
        self.tenant_object.encode(request)?;
        request.query("query_options[$filter]", &self.filter);
        request.query("query_options[$select]", &self.select);
        request.query("query_options[$skiptoken]", &self.skip_token);
        request.query("query_options[$top]", &self.top);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Team, Self>, DecodeError> {
        page::decode(response, self, Self::skip_token)
    }
}

impl Paged for ListTeams {
    type Item = Team;

    fn split(&self, page: Page<Team, Self>) -> (Vec<Team>, Option<Self>) {
        (page.items, page.next)
    }
}

/// A team. Which properties it has depends on [`ListTeams::select`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Team {
    /// Its id, a UUID.
    #[serde(default)]
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub display_name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Lists the channels of a team, without archived and private ones. The list comes whole.
///
/// [Reference](https://docs.knock.app/api-reference/providers/ms_teams/list_channels)
pub fn list_channels(
    channel_id: impl Into<String>,
    tenant_object: impl Into<TenantObject>,
    team_id: impl Into<String>,
) -> ListChannels {
    ListChannels {
        channel_id: channel_id.into(),
        tenant_object: tenant_object.into(),
        team_id: team_id.into(),
        filter: None,
        select: None,
    }
}

/// Made by [`list_channels`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListChannels {
    channel_id: String,
    tenant_object: TenantObject,
    team_id: String,
    filter: Option<String>,
    select: Option<String>,
}

impl ListChannels {
    /// Which channels, as Microsoft Graph's [`$filter`](https://learn.microsoft.com/en-us/graph/query-parameters).
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// Which properties of a channel, by the names that Microsoft has for them, as `id` and `displayName`.
    pub fn select(mut self, properties: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.select = Some(comma_separated(properties));
        self
    }
}

impl Operation for ListChannels {
    type Output = Page<Channel, Self>;
    const INFO: OperationInfo = OperationInfo::get(
        "ms_teams.list_channels",
        "/v1/providers/ms-teams/{channel_id}/channels",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("channel_id", &self.channel_id)?;
        check_id(&self.team_id, || "team_id".to_owned())?;
        self.tenant_object.encode(request)?;
        request.query("team_id", &self.team_id);
        request.query("query_options[$filter]", &self.filter);
        request.query("query_options[$select]", &self.select);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Channel, Self>, DecodeError> {
        let answer: ListChannelsAnswer = response::json(response)?;
        Ok(Page { items: answer.ms_teams_channels, info: None, next: None })
    }
}

impl Paged for ListChannels {
    type Item = Channel;

    fn split(&self, page: Page<Channel, Self>) -> (Vec<Channel>, Option<Self>) {
        (page.items, page.next)
    }
}

#[derive(Deserialize)]
struct ListChannelsAnswer {
    ms_teams_channels: Vec<Channel>,
}

/// A channel of a team. Which properties it has depends on [`ListChannels::select`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Channel {
    /// Its id, as `19:…@thread.tacv2`.
    #[serde(default)]
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub display_name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who is in it, as `standard`, `private` or `shared`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership_type: Option<String>,
    /// Whether it is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_archived: Option<bool>,
    /// When it was created, in ISO 8601 as Microsoft writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_date_time: Option<String>,
}

/// Checks whether Knock may post to the organization's Teams.
///
/// That it may not is no error: see [`AuthCheckAnswer::connection`].
///
/// [Reference](https://docs.knock.app/api-reference/providers/ms_teams/check_auth)
pub fn auth_check(channel_id: impl Into<String>, tenant_object: impl Into<TenantObject>) -> AuthCheck {
    AuthCheck { channel_id: channel_id.into(), tenant_object: tenant_object.into() }
}

/// Made by [`auth_check`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct AuthCheck {
    channel_id: String,
    tenant_object: TenantObject,
}

impl Operation for AuthCheck {
    type Output = AuthCheckAnswer;
    const INFO: OperationInfo = OperationInfo::get(
        "ms_teams.auth_check",
        "/v1/providers/ms-teams/{channel_id}/auth_check",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("channel_id", &self.channel_id)?;
        self.tenant_object.encode(request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<AuthCheckAnswer, DecodeError> {
        response::json(response)
    }
}

/// What Microsoft said of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthCheckAnswer {
    /// The connection.
    pub connection: Connection,
}

/// Whether the connection to Microsoft Teams works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connection {
    /// Whether it works.
    pub ok: bool,
    /// The organization's id in Microsoft Entra.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms_teams_tenant_id: Option<String>,
    /// Why it does not work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Removes the organization's id from its holder, so that Knock no longer posts there.
///
/// [Reference](https://docs.knock.app/api-reference/providers/ms_teams/revoke_access)
pub fn revoke_access(channel_id: impl Into<String>, tenant_object: impl Into<TenantObject>) -> RevokeAccess {
    RevokeAccess { channel_id: channel_id.into(), tenant_object: tenant_object.into() }
}

/// Made by [`revoke_access`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct RevokeAccess {
    channel_id: String,
    tenant_object: TenantObject,
}

impl Operation for RevokeAccess {
    type Output = ();
    const INFO: OperationInfo = OperationInfo::put(
        "ms_teams.revoke_access",
        "/v1/providers/ms-teams/{channel_id}/revoke_access",
        RateLimitTier::Tier2,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("channel_id", &self.channel_id)?;
        self.tenant_object.encode(request)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

fn comma_separated(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut list = String::new();
    for name in names {
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(name.as_ref());
    }
    list
}
