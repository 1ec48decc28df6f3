//! Audiences: groups of users, whose members you can maintain from your own system.
//!
//! See Knock on [audiences](https://docs.knock.app/concepts/audiences) and its
//! [reference](https://docs.knock.app/api-reference/audiences).

use serde::{Deserialize, Serialize};

use crate::api::recipients::UserRequest;
use crate::api::users::User;
use crate::operation::operation;
use crate::value::{IntoOptional, InvalidInput, Text, Timestamp};
use crate::wire::{check_count, check_id};

/// The largest number of members that one call may name.
pub const MAX_MEMBERS: usize = 1000;

/// A member to add or remove: a user, once for each tenant.
///
/// An id or a [`UserRequest`] converts into a member without a tenant.
///
/// ```
/// use knock_core::audiences::AudienceMemberRequest;
/// use knock_core::users::UserRequest;
///
/// let hammond = AudienceMemberRequest::new("jhammond");
/// let malcolm = AudienceMemberRequest::new(UserRequest::new("imalcolm").name("Ian Malcolm"))
///     .tenant("jurassic-park");
/// # let _ = (hammond, malcolm);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct AudienceMemberRequest {
    user: UserRequest,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Text>,
}

impl AudienceMemberRequest {
    /// Returns a member for a user, given by its id or identified inline.
    pub fn new(user: impl Into<UserRequest>) -> Self {
        Self { user: user.into(), tenant: None }
    }

    /// Sets the tenant of the membership.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }

    pub(crate) fn user_id(&self) -> &Text {
        &self.user.id
    }

    pub(crate) fn check(&self, field: &str) -> Result<(), InvalidInput> {
        self.user.check(|| format!("{field}.user"))?;
        let tenant = self.tenant.as_ref();
        tenant.map_or(Ok(()), |tenant| check_id(tenant.as_str(), || format!("{field}.tenant")))
    }
}

impl<U: Into<UserRequest>> From<U> for AudienceMemberRequest {
    fn from(user: U) -> Self {
        Self::new(user)
    }
}

/// A member of an audience.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct AudienceMember {
    /// The id of the user.
    pub user_id: String,
    /// The user; `None` if Knock does not know it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The id of the tenant of the membership.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// When the member was added.
    pub added_at: Timestamp,
}

operation! {
    /// Adds up to 1,000 members to an audience. Users who are already members stay members.
    ///
    /// If the audience does not exist, the error [is not found](crate::Error::is_not_found) unless you set
    /// [`create_audience`](AddMembers::create_audience).
    ///
    /// ```
    /// use knock_core::audiences;
    ///
    /// let add =
    ///     audiences::add_members("park-visitors", ["jhammond", "agrant"]).create_audience(true);
    /// # let _ = add;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/audiences/add_members)
    #[doc(alias = "audiences.addMembers")]
    pub fn add_members(key; members: [AudienceMemberRequest]) -> AddMembers {
        // Repeatable: a user is a member once.
        "audiences.add_members": POST "/v1/audiences/{key}/members", Tier3,
            twice_same("docs, concepts/audiences: a workflow starts for each new member (inferred)");
        returns (nothing);
        query {
            /// Creates the audience if it does not exist. Default: `false`.
            create_audience: bool,
        }
        check |this| { check_members(&this.members) }
        body { members }
    }
}

operation! {
    /// Lists the members of an audience.
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
    #[doc(alias = "audiences.listMembers")]
    pub fn list_members(key) -> ListMembers {
        "audiences.list_members": GET "/v1/audiences/{key}/members", Tier4;
        returns (pages of AudienceMember);
        // Knock's document leaves these out, but its response has cursors, and without them there is one page.
        page_size (50);
    }
}

operation! {
    /// Removes up to 1,000 members from an audience.
    ///
    /// If the audience does not exist, the error [is not found](crate::Error::is_not_found).
    ///
    /// [Reference](https://docs.knock.app/api-reference/audiences/remove_members)
    #[doc(alias = "audiences.removeMembers")]
    pub fn remove_members(key; members: [AudienceMemberRequest]) -> RemoveMembers {
        "audiences.remove_members": DELETE "/v1/audiences/{key}/members", Tier3,
            twice_same_effect("API: it removes members; removing others is not documented");
        returns (nothing);
        check |this| { check_members(&this.members) }
        body { members }
    }
}

fn check_members(members: &[AudienceMemberRequest]) -> Result<(), InvalidInput> {
    check_count("members", members.len(), MAX_MEMBERS)?;
    let mut members = members.iter().enumerate();
    members.try_for_each(|(index, member)| member.check(&format!("members[{index}]")))
}
