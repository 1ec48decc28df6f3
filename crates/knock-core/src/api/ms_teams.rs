//! Microsoft Teams: connecting an organization and choosing its teams and channels.
//!
//! See Knock's [`TeamsKit`](https://docs.knock.app/integrations/chat/microsoft-teams/overview) and its
//! [reference](https://docs.knock.app/api-reference/providers/ms_teams).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::api::recipients::ObjectReference;
use crate::call::{OperationInfo, RateLimitTier};
use crate::operation::{Operation, Page, PageQuery, Paged, RequestEncoder, operation, page};
use crate::value::{IntoOptional, InvalidInput, Text};
use crate::wire::{DecodeError, JsonText, check_id};

/// The object in Knock that stores the id of the Microsoft Entra tenant, usually a tenant of Knock.
///
/// ```
/// use knock_core::ms_teams::TenantObject;
///
/// let tenant = TenantObject::tenant("jurassic-park");
/// assert_eq!(tenant, TenantObject::new("$tenants", "jurassic-park"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantObject {
    object_id: Text,
    collection: Text,
}

impl TenantObject {
    /// Returns the object `object_id` of `collection`.
    pub fn new(collection: impl Into<Text>, object_id: impl Into<Text>) -> Self {
        Self { object_id: object_id.into(), collection: collection.into() }
    }

    /// Returns the object of a tenant.
    pub fn tenant(tenant_id: impl Into<Text>) -> Self {
        Self::new("$tenants", tenant_id)
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_id(self.object_id.as_str(), || "ms_teams_tenant_object.object_id".to_owned())?;
        check_id(self.collection.as_str(), || "ms_teams_tenant_object.collection".to_owned())?;
        let json = JsonText::new("ms_teams_tenant_object", self);
        request.query("ms_teams_tenant_object", json.get()?.get())
    }
}

impl From<ObjectReference> for TenantObject {
    fn from(object: ObjectReference) -> Self {
        Self::new(object.collection, object.id)
    }
}

operation! {
    /// Lists the teams of the organization.
    ///
    /// ```
    /// use knock_core::ms_teams::{self, TenantObject};
    ///
    /// let teams_channel = "9a1b2c3d-0000-4000-8000-000000000000"; // the id of the channel in Knock
    /// let list = ms_teams::list_teams(teams_channel, TenantObject::tenant("jurassic-park"))
    ///     .top(20)
    ///     .filter("startsWith(displayName, 'Park')");
    /// # let _ = list;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/providers/ms_teams/list_teams)
    #[doc(alias = "providers.msTeams.listTeams")]
    pub fn list_teams(channel_id; tenant_object: TenantObject) -> ListTeams {
        "ms_teams.list_teams": GET "/v1/providers/ms-teams/{channel_id}/teams", Tier2;
        returns (pages of Team);
        fields {
            // Microsoft's skip token is the only parameter of a page that is used.
            page: PageQuery<999> = PageQuery::default(),
            filter: Option<Text> = None,
            select: Option<Text> = None,
            top: Option<u32> = None,
        }
        encode |this, request| {
            this.tenant_object.encode(request)?;
            // Neither Knock nor Microsoft documents a maximum.
            if this.top == Some(0) {
                return Err(InvalidInput::new("top", "is 0; it must be 1 or more"));
            }
            request.query("query_options[$filter]", &this.filter)?;
            request.query("query_options[$select]", &this.select)?;
            request.query("query_options[$skiptoken]", &this.page.after)?;
            request.query("query_options[$top]", &this.top)
        }
    }
}

impl ListTeams {
    /// Limits the list to teams that match this
    /// [`$filter`](https://learn.microsoft.com/en-us/graph/query-parameters) of Microsoft Graph.
    pub fn filter<Kind>(mut self, filter: impl IntoOptional<Text, Kind>) -> Self {
        self.filter = filter.into_optional().or(self.filter);
        self
    }

    /// Sets the properties of each team to return, by their names in Microsoft Graph, for example `displayName`.
    pub fn select(mut self, properties: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        self.select = Some(comma_separated(properties));
        self
    }

    /// Sets the largest number of teams in a page: 1 or more.
    pub fn top(mut self, count: impl Into<Option<u32>>) -> Self {
        self.top = count.into().or(self.top);
        self
    }

    /// Begins after this token, the `skip_token` of an earlier response.
    ///
    /// [`Page::next`] has it already.
    pub fn skip_token<Kind>(mut self, token: impl IntoOptional<Text, Kind>) -> Self {
        self.page.after = token.into_optional().or(self.page.after);
        self
    }
}

/// A team of Microsoft Teams, with the properties that [`ListTeams::select`] asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Team {
    /// The id, a UUID.
    #[serde(default)]
    pub id: String,
    /// The name.
    #[serde(default)]
    pub display_name: String,
    /// The description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Lists the channels of a team, without archived and private ones.
///
/// The list is returned as a whole, in a single page.
///
/// [Reference](https://docs.knock.app/api-reference/providers/ms_teams/list_channels)
#[doc(alias = "providers.msTeams.listChannels")]
pub fn list_channels(
    channel_id: impl Into<Text>,
    tenant_object: impl Into<TenantObject>,
    team_id: impl Into<Text>,
) -> ListChannels {
    ListChannels {
        channel_id: channel_id.into(),
        tenant_object: tenant_object.into(),
        team_id: team_id.into(),
        filter: None,
        select: None,
    }
}

/// Lists the channels of a team, without archived and private ones.
///
/// This is the operation that [`list_channels`] makes.
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListChannels {
    channel_id: Text,
    tenant_object: TenantObject,
    team_id: Text,
    filter: Option<Text>,
    select: Option<Text>,
}

impl ListChannels {
    /// Limits the list to channels that match this
    /// [`$filter`](https://learn.microsoft.com/en-us/graph/query-parameters) of Microsoft Graph.
    pub fn filter<Kind>(mut self, filter: impl IntoOptional<Text, Kind>) -> Self {
        self.filter = filter.into_optional().or(self.filter);
        self
    }

    /// Sets the properties of each channel to return, by their names in Microsoft Graph, for example `displayName`.
    pub fn select(mut self, properties: impl IntoIterator<Item = impl Into<Text>>) -> Self {
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
        request.path("channel_id", self.channel_id.as_str())?;
        check_id(self.team_id.as_str(), || "team_id".to_owned())?;
        self.tenant_object.encode(request)?;
        request.query("team_id", &self.team_id)?;
        request.query("query_options[$filter]", &self.filter)?;
        request.query("query_options[$select]", &self.select)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Channel, Self>, DecodeError> {
        page::decode_single(response)
    }
}

impl Paged for ListChannels {
    type Item = Channel;

    fn split(&self, page: Page<Channel, Self>) -> (Vec<Channel>, Option<Self>) {
        (page.items, page.next)
    }

    fn take_unreadable(page: &mut Page<Channel, Self>) -> Vec<DecodeError> {
        std::mem::take(&mut page.unreadable)
    }
}

/// A channel of a team, with the properties that [`ListChannels::select`] asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Channel {
    /// The id, for example `19:…@thread.tacv2`.
    #[serde(default)]
    pub id: String,
    /// The name.
    #[serde(default)]
    pub display_name: String,
    /// The description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The kind of membership, for example `standard`, `private` or `shared`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership_type: Option<String>,
    /// Whether the channel is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_archived: Option<bool>,
    /// When the channel was created, in ISO 8601 as Microsoft writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_date_time: Option<String>,
}

operation! {
    /// Checks whether Knock may post to the Microsoft Teams of the organization.
    ///
    /// A connection that does not work is not an error: see [`AuthCheckResponse::connection`].
    ///
    /// [Reference](https://docs.knock.app/api-reference/providers/ms_teams/check_auth)
    #[doc(alias = "providers.msTeams.checkAuth")]
    pub fn auth_check(channel_id; tenant_object: TenantObject) -> AuthCheck {
        "ms_teams.auth_check": GET "/v1/providers/ms-teams/{channel_id}/auth_check", Tier2;
        returns (AuthCheckResponse);
        encode |this, request| { this.tenant_object.encode(request) }
    }
}

/// The result of a check of the connection to Microsoft Teams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthCheckResponse {
    /// The state of the connection.
    pub connection: Connection,
}

/// The state of the connection to Microsoft Teams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connection {
    /// Whether the connection works.
    pub ok: bool,
    /// The id of the organization in Microsoft Entra.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms_teams_tenant_id: Option<String>,
    /// Why the connection does not work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

operation! {
    /// Removes the id of the organization from the object that stores it.
    ///
    /// Knock can then no longer post to the Microsoft Teams of the organization.
    ///
    /// If the first attempt removed it and its response was lost, the second one fails with 403. See
    /// [`Error::earlier_attempt_may_have_acted`](crate::Error::earlier_attempt_may_have_acted).
    ///
    /// [Reference](https://docs.knock.app/api-reference/providers/ms_teams/revoke_access)
    #[doc(alias = "providers.msTeams.revokeAccess")]
    pub fn revoke_access(channel_id; tenant_object: TenantObject) -> RevokeAccess {
        "ms_teams.revoke_access": PUT "/v1/providers/ms-teams/{channel_id}/revoke_access", Tier2,
            twice_returns("403, as without a tenant id", "API: 403 `Microsoft Teams tenant ID not set.`");
        returns (nothing);
        encode |this, request| { this.tenant_object.encode(request) }
    }
}

fn comma_separated(names: impl IntoIterator<Item = impl Into<Text>>) -> Text {
    let names: Vec<Text> = names.into_iter().map(Into::into).collect();
    let names: Vec<&str> = names.iter().map(Text::as_str).collect();
    names.join(",").into()
}
