//! Feeds: what a user has in an in-app feed.
//!
//! See Knock on [feeds](https://docs.knock.app/in-app-ui/feeds/overview) and its
//! [reference](https://docs.knock.app/api-reference/users/feeds).

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use crate::api::channels::ArchivedScope;
pub use crate::api::messages::{Activity, FeedBlock, MessageSource};
use crate::api::messages::{TimeRange, TriggerDataFilter, check_some_id};
use crate::api::recipients::{Recipient, check_filter};
use crate::error::{DecodeError, InvalidInput};
use crate::open_enum::open_enum;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, PageInfo, PageQuery, Paged, page_setters};
use crate::response;
use crate::time::Timestamp;

open_enum! {
    /// Which items of a feed to list, by what the user did with them.
    pub enum FeedStatus {
        Unread = "unread",
        Read = "read",
        Unseen = "unseen",
        Seen = "seen",
        All = "all",
    }
}

open_enum! {
    /// How much of each item to get.
    pub enum FeedMode {
        /// Without activities, with one actor at most, and with flat data.
        Compact = "compact",
        /// All of it.
        Rich = "rich",
    }
}

/// Lists the items of a user's feed, the newest first, 1 page at a time, with the feed's counts.
///
/// The feed is that of an in-app channel, by the channel's id. That of a user whom Knock does not know is empty. The
/// rate limit is the user's own, also without a user token.
///
/// ```
/// # use knock_core::{Client, Error, Operation, Transport};
/// use knock_core::feeds::{self, FeedStatus};
///
/// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
/// let feed = "8209f26c-62a5-461d-95e2-a5716a26e652";
/// let page = feeds::list_items("jhammond", feed).status(FeedStatus::Unread).send(&client).await?;
/// println!("{} unread: {:?}", page.meta.map_or(0, |meta| meta.unread_count), page.items);
/// # Ok(()) }
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/feeds/list_items)
pub fn list_items(user_id: impl Into<String>, channel_id: impl Into<String>) -> ListItems {
    ListItems {
        user_id: user_id.into(),
        channel_id: channel_id.into(),
        status: None,
        source: None,
        tenant: None,
        has_tenant: None,
        workflow_categories: None,
        archived: None,
        trigger_data: None,
        locale: None,
        exclude: None,
        mode: None,
        inserted_at: TimeRange::default(),
        page: PageQuery::default(),
    }
}

/// Made by [`list_items`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListItems {
    user_id: String,
    channel_id: String,
    status: Option<FeedStatus>,
    source: Option<String>,
    tenant: Option<String>,
    has_tenant: Option<bool>,
    workflow_categories: Option<Vec<String>>,
    archived: Option<ArchivedScope>,
    trigger_data: Option<TriggerDataFilter>,
    locale: Option<String>,
    exclude: Option<String>,
    mode: Option<FeedMode>,
    inserted_at: TimeRange,
    page: PageQuery,
}

impl ListItems {
    /// Items by what the user did with them. Default: all.
    pub fn status(mut self, status: FeedStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Items of the workflow with this key (`source`).
    pub fn workflow(mut self, key: impl Into<String>) -> Self {
        self.source = Some(key.into());
        self
    }

    /// Items of this tenant.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    /// Items with a tenant, or those without.
    pub fn has_tenant(mut self, has_tenant: bool) -> Self {
        self.has_tenant = Some(has_tenant);
        self
    }

    /// Items of workflows in any of these categories; there must be one.
    pub fn workflow_categories(mut self, categories: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.workflow_categories.get_or_insert_default().extend(categories.into_iter().map(Into::into));
        self
    }

    /// Whether archived items count. Default: they do not.
    pub fn archived(mut self, scope: ArchivedScope) -> Self {
        self.archived = Some(scope);
        self
    }

    /// Items whose data has these values: a flat JSON object, as in
    /// [`MessageFilter::trigger_data`](crate::messages::MessageFilter::trigger_data).
    pub fn trigger_data(mut self, data: impl Serialize) -> Self {
        self.trigger_data = Some(TriggerDataFilter::new(&data));
        self
    }

    /// The locale to render the items in, as `en-US`, in place of that which they were made in.
    pub fn locale(mut self, locale: impl Into<String>) -> Self {
        self.locale = Some(locale.into());
        self
    }

    /// Leaves these fields out of the answer, by paths of up to 3 names, as `entries.archived_at`.
    pub fn exclude(mut self, paths: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let list = self.exclude.get_or_insert_default();
        for path in paths {
            if !list.is_empty() {
                list.push(',');
            }
            list.push_str(path.as_ref());
        }
        self
    }

    /// How much of each item to get. Default: all of it.
    pub fn mode(mut self, mode: FeedMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Items made after this moment.
    pub fn inserted_after(mut self, time: Timestamp) -> Self {
        self.inserted_at.gt = Some(time);
        self
    }

    /// Items made at this moment or after it.
    pub fn inserted_at_or_after(mut self, time: Timestamp) -> Self {
        self.inserted_at.gte = Some(time);
        self
    }

    /// Items made before this moment.
    pub fn inserted_before(mut self, time: Timestamp) -> Self {
        self.inserted_at.lt = Some(time);
        self
    }

    /// Items made at this moment or before it.
    pub fn inserted_at_or_before(mut self, time: Timestamp) -> Self {
        self.inserted_at.lte = Some(time);
        self
    }

    page_setters!(200);
}

impl Operation for ListItems {
    type Output = FeedPage;
    const INFO: OperationInfo =
        OperationInfo::get("feeds.list_items", "/v1/users/{user_id}/feeds/{id}", RateLimitTier::Tier2);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("id", &self.channel_id)?;
        check_filter("workflow_categories", self.workflow_categories.as_ref())?;
        check_some_id("source", self.source.as_deref())?;
        check_some_id("tenant", self.tenant.as_deref())?;
        self.page.encode(request, 200)?;
        request.query("status", &self.status);
        request.query("source", &self.source);
        request.query("tenant", &self.tenant);
        request.query("has_tenant", &self.has_tenant);
        request.query("workflow_categories", &self.workflow_categories);
        request.query("archived", &self.archived);
        TriggerDataFilter::encode(self.trigger_data.as_ref(), request)?;
        request.query("locale", &self.locale);
        request.query("exclude", &self.exclude.as_deref().filter(|paths| !paths.is_empty()));
        request.query("mode", &self.mode);
        self.inserted_at.encode(request);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<FeedPage, DecodeError> {
        let listing: Listing = response::json(response)?;
        let cursor = page::next_cursor(listing.page_info.as_ref(), None, listing.entries.is_empty());
        Ok(FeedPage {
            items: listing.entries,
            info: listing.page_info,
            meta: listing.meta,
            vars: listing.vars,
            next: cursor.map(|cursor| self.clone().after(cursor)),
        })
    }
}

impl Paged for ListItems {
    type Item = FeedItem;

    fn split(&self, page: FeedPage) -> (Vec<FeedItem>, Option<Self>) {
        (page.items, page.next)
    }
}

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    entries: Vec<FeedItem>,
    #[serde(default)]
    page_info: Option<PageInfo>,
    #[serde(default)]
    meta: Option<FeedMetadata>,
    #[serde(default)]
    vars: Option<Map<String, Value>>,
}

/// One page of a feed, with what is known of all of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FeedPage {
    /// The items of this page.
    pub items: Vec<FeedItem>,
    /// Cursors and size.
    pub info: Option<PageInfo>,
    /// The feed's counts.
    pub meta: Option<FeedMetadata>,
    /// The environment's variables that may be public.
    pub vars: Option<Map<String, Value>>,
    /// The request for the next page, or `None` on the last.
    pub next: Option<ListItems>,
}

/// How many items a feed has, not only on this page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct FeedMetadata {
    /// All of them.
    #[serde(default)]
    pub total_count: u64,
    /// Those that the user has not read.
    #[serde(default)]
    pub unread_count: u64,
    /// Those that the user has not seen.
    #[serde(default)]
    pub unseen_count: u64,
}

/// An item of a feed: a message over an in-app channel.
///
/// Which fields there are depends on [`ListItems::mode`] and [`ListItems::exclude`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct FeedItem {
    /// The message's id, by which its status is changed.
    #[serde(default)]
    pub id: String,
    /// What it says, and the buttons under it.
    #[serde(default)]
    pub blocks: Vec<FeedBlock>,
    /// The triggers that it is about; several where the workflow batches.
    #[serde(default)]
    pub activities: Vec<Activity>,
    /// How many triggers it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_activities: Option<u64>,
    /// Who did what it is about.
    #[serde(default)]
    pub actors: Vec<Recipient>,
    /// How many actors there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_actors: Option<u64>,
    /// The trigger's data, without attachments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// The workflow that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<MessageSource>,
    /// The tenant's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// When it was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// When it was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When the user last interacted with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interacted_at: Option<Timestamp>,
    /// When a link in it was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_clicked_at: Option<Timestamp>,
    /// When it was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicked_at: Option<Timestamp>,
    /// When it was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inserted_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// Gets the settings of a user's feed, for whoever shows it.
///
/// [Reference](https://docs.knock.app/api-reference/users/feeds/get_settings)
pub fn get_settings(user_id: impl Into<String>, channel_id: impl Into<String>) -> GetSettings {
    GetSettings { user_id: user_id.into(), channel_id: channel_id.into() }
}

/// Made by [`get_settings`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetSettings {
    user_id: String,
    channel_id: String,
}

impl Operation for GetSettings {
    type Output = FeedSettings;
    const INFO: OperationInfo = OperationInfo::get(
        "feeds.get_settings",
        "/v1/users/{user_id}/feeds/{id}/settings",
        RateLimitTier::Tier4,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", &self.user_id)?;
        request.path("id", &self.channel_id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<FeedSettings, DecodeError> {
        response::json(response)
    }
}

/// The settings of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeedSettings {
    /// What the account's plan asks for.
    pub features: FeedFeatures,
}

/// What the account's plan asks of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeedFeatures {
    /// Whether Knock's branding must be shown.
    pub branding_required: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::UnixTime;

    fn parse(answer: &Value) -> FeedPage {
        let response = http::Response::new(Bytes::from(answer.to_string()));
        list_items("jhammond", "feed").page_size(200).parse(response, UnixTime::from_secs(0)).unwrap()
    }

    #[test]
    fn what_was_excluded_is_not_missed() {
        let page = parse(&json!({
            "entries": [{ "__typename": "FeedItem", "blocks": [{ "type": "text" }], "source": {} }],
            "page_info": { "__typename": "PageInfo", "after": "next", "before": null, "page_size": 1 }
        }));
        assert!(matches!(page.items[0].blocks[0], FeedBlock::Text(_)));
        let next = page.next.unwrap().prepare().unwrap();
        assert_eq!(next.target(), "/v1/users/jhammond/feeds/feed?after=next&page_size=200");
        assert!(parse(&json!({})).next.is_none());
    }

    #[test]
    fn paths_to_exclude_are_one_text() {
        let list = list_items("jhammond", "feed").exclude(["entries.data"]).exclude(["meta", "vars"]);
        assert!(list.prepare().unwrap().target().ends_with("?exclude=entries.data%2Cmeta%2Cvars"));
    }
}
