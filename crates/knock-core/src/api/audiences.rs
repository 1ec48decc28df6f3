//! Audiences: groups of users, whose members can be kept from your own system.
//!
//! See Knock on [audiences](https://docs.knock.app/concepts/audiences) and its
//! [reference](https://docs.knock.app/api-reference/audiences).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::api::recipients::{UserRequest, check_count, check_id};
use crate::api::users::User;
use crate::error::{DecodeError, InvalidInput};
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, Page, PageQuery, Paged, page_setters};
use crate::time::Timestamp;

/// How many members a call may name.
pub const MAX_MEMBERS: usize = 1000;

/// A member to add or remove: a user, once for each tenant.
///
/// ```
/// use knock_core::audiences::AudienceMemberRequest;
/// use knock_core::users::UserRequest;
///
/// let hammond = AudienceMemberRequest::new("jhammond");
/// let malcolm = AudienceMemberRequest::new(UserRequest::new("imalcolm").name("Ian Malcolm")).tenant("jurassic-park");
/// # let _ = (hammond, malcolm);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct AudienceMemberRequest {
    user: UserRequest,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
}

impl AudienceMemberRequest {
    /// A user: an id, or one who is identified inline.
    pub fn new(user: impl Into<UserRequest>) -> Self {
        Self { user: user.into(), tenant: None }
    }

    /// The tenant that it is a member for.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    fn check(&self, field: &str) -> Result<(), InvalidInput> {
        self.user.check(|| format!("{field}.user"))?;
        self.tenant.as_ref().map_or(Ok(()), |tenant| check_id(tenant, || format!("{field}.tenant")))
    }
}

impl From<&str> for AudienceMemberRequest {
    fn from(user_id: &str) -> Self {
        Self::new(user_id)
    }
}

impl From<String> for AudienceMemberRequest {
    fn from(user_id: String) -> Self {
        Self::new(user_id)
    }
}

impl From<UserRequest> for AudienceMemberRequest {
    fn from(user: UserRequest) -> Self {
        Self::new(user)
    }
}

/// The body of the requests that name members.
#[derive(Debug, Clone, Serialize)]
struct MembersBody {
    members: Vec<AudienceMemberRequest>,
}

impl MembersBody {
    fn new(members: impl IntoIterator<Item = impl Into<AudienceMemberRequest>>) -> Self {
        Self { members: members.into_iter().map(Into::into).collect() }
    }

    fn check(&self) -> Result<(), InvalidInput> {
        check_count("members", self.members.len(), MAX_MEMBERS)?;
        let mut members = self.members.iter().enumerate();
        members.try_for_each(|(index, member)| member.check(&format!("members[{index}]")))
    }
}

/// A member of an audience.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct AudienceMember {
    /// The user's id.
    pub user_id: String,
    /// The user; `None` where Knock does not know it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The tenant that it is a member for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// Adds up to 1,000 members to an audience. Who is a member already stays one.
///
/// An audience that is not there is an error, [`is_not_found`](crate::Error::is_not_found), unless
/// [`create_audience`](AddMembers::create_audience) says otherwise.
///
/// ```
/// use knock_core::audiences;
///
/// let add = audiences::add_members("park-visitors", ["jhammond", "agrant"]).create_audience(true);
/// # let _ = add;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/audiences/add_members)
pub fn add_members(
    key: impl Into<String>,
    members: impl IntoIterator<Item = impl Into<AudienceMemberRequest>>,
) -> AddMembers {
    AddMembers { key: key.into(), create_audience: None, body: MembersBody::new(members) }
}

/// Made by [`add_members`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct AddMembers {
    key: String,
    create_audience: Option<bool>,
    body: MembersBody,
}

impl AddMembers {
    /// Whether to create the audience if it is not there.
    pub fn create_audience(mut self, create: bool) -> Self {
        self.create_audience = Some(create);
        self
    }
}

impl Operation for AddMembers {
    type Output = ();
    // Repeatable: a user is a member once.
    const INFO: OperationInfo =
        OperationInfo::post("audiences.add_members", "/v1/audiences/{key}/members", RateLimitTier::Tier3)
            .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("key", &self.key)?;
        self.body.check()?;
        request.query("create_audience", &self.create_audience);
        request.json(&self.body)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// Lists the members of an audience, 1 page at a time.
///
/// ```
/// # use knock_core::{Client, Error, Paged, Transport};
/// use futures_util::TryStreamExt;
/// use knock_core::audiences;
///
/// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
/// let mut members = std::pin::pin!(audiences::list_members("park-visitors").stream(&client));
/// while let Some(member) = members.try_next().await? {
///     println!("{}", member.user_id);
/// }
/// # Ok(()) }
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/audiences/list_members)
pub fn list_members(key: impl Into<String>) -> ListMembers {
    ListMembers { key: key.into(), page: PageQuery::default() }
}

/// Made by [`list_members`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListMembers {
    key: String,
    page: PageQuery,
}

impl ListMembers {
    page_setters!(50);
}

impl Operation for ListMembers {
    type Output = Page<AudienceMember, Self>;
    const INFO: OperationInfo =
        OperationInfo::get("audiences.list_members", "/v1/audiences/{key}/members", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("key", &self.key)?;
        // Knock's document leaves these out, but its answer has cursors, and without them there is one page.
        self.page.encode(request, 50)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<AudienceMember, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for ListMembers {
    type Item = AudienceMember;

    fn split(&self, page: Page<AudienceMember, Self>) -> (Vec<AudienceMember>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Removes up to 1,000 members from an audience; [`is_not_found`](crate::Error::is_not_found) where there is none.
///
/// [Reference](https://docs.knock.app/api-reference/audiences/remove_members)
pub fn remove_members(
    key: impl Into<String>,
    members: impl IntoIterator<Item = impl Into<AudienceMemberRequest>>,
) -> RemoveMembers {
    RemoveMembers { key: key.into(), body: MembersBody::new(members) }
}

/// Made by [`remove_members`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct RemoveMembers {
    key: String,
    body: MembersBody,
}

impl Operation for RemoveMembers {
    type Output = ();
    const INFO: OperationInfo = OperationInfo::delete(
        "audiences.remove_members",
        "/v1/audiences/{key}/members",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("key", &self.key)?;
        self.body.check()?;
        request.json(&self.body)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}
