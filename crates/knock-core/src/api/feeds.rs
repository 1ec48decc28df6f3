//! Feeds: the items in the in-app feed of a user.
//!
//! See Knock on [feeds](https://docs.knock.app/in-app-ui/feeds/overview) and its
//! [reference](https://docs.knock.app/api-reference/users/feeds).

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::api::channel_data::ChannelId;
pub use crate::api::channels::ArchivedScope;
pub use crate::api::messages::{Activity, FeedBlock, MessageSource};
use crate::api::recipients::Recipient;
use crate::call::{OperationInfo, RateLimitTier};
use crate::operation::{
    Operation, PageInfo, PageQuery, Paged, RequestEncoder, TimeRange, TriggerDataFilter, operation, page,
    page_setters, rows,
};
use crate::value::{IntoOptional, InvalidInput, Text, Time, Timestamp};
use crate::wire::{DecodeError, borrowed_json, open_enum};

open_enum! {
    /// The status of feed items to list.
    pub enum FeedStatus {
        Unread = "unread",
        Read = "read",
        Unseen = "unseen",
        Seen = "seen",
        All = "all",
    }
}

open_enum! {
    /// The amount of detail in each feed item.
    pub enum FeedMode {
        /// No activities, at most one actor, and no nested data.
        Compact = "compact",
        /// Everything.
        Rich = "rich",
    }
}

/// Lists the items of the feed of a user, newest first, with the counts of the feed.
///
/// The feed is that of an in-app channel. For a user that does not exist it is empty. The rate limit applies to each
/// user separately, even without a user token.
///
/// ```
/// # use knock_core::{Client, Error, Operation, Transport};
/// use knock_core::channel_data::ChannelId;
/// use knock_core::feeds::{self, FeedStatus};
///
/// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
/// let feed = ChannelId::new("8209f26c-62a5-461d-95e2-a5716a26e652");
/// let page =
///     feeds::list_items("jhammond", feed).status(FeedStatus::Unread).send(&client).await?;
/// println!("{} unread: {:?}", page.meta.map_or(0, |meta| meta.unread_count), page.items);
/// # Ok(()) }
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/users/feeds/list_items)
#[doc(alias = "users.feeds.listItems")]
pub fn list_items(user_id: impl Into<Text>, channel_id: impl Into<ChannelId>) -> ListItems {
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
        exclude: Vec::new(),
        mode: None,
        inserted_at: TimeRange::default(),
        page: PageQuery::default(),
    }
}

/// Lists the items of the feed of a user, newest first, with the counts of the feed.
///
/// This is the operation that [`list_items`] makes.
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct ListItems {
    user_id: Text,
    channel_id: ChannelId,
    status: Option<FeedStatus>,
    source: Option<Text>,
    tenant: Option<Text>,
    has_tenant: Option<bool>,
    workflow_categories: Option<Vec<Text>>,
    archived: Option<ArchivedScope>,
    trigger_data: Option<TriggerDataFilter>,
    locale: Option<Text>,
    exclude: Vec<Text>,
    mode: Option<FeedMode>,
    inserted_at: TimeRange,
    page: PageQuery<200>,
}

impl ListItems {
    /// Limits the list to items with this status. Default: all.
    pub fn status<Kind>(mut self, status: impl IntoOptional<FeedStatus, Kind>) -> Self {
        self.status = status.into_optional().or(self.status);
        self
    }

    /// Limits the list to items of the workflow with this key (`source`).
    pub fn workflow<Kind>(mut self, key: impl IntoOptional<Text, Kind>) -> Self {
        self.source = key.into_optional().or(self.source);
        self
    }

    /// Limits the list to items of this tenant.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }

    /// Limits the list to items with a tenant if `true`, or to items without one if `false`.
    pub fn has_tenant(mut self, has_tenant: impl Into<Option<bool>>) -> Self {
        self.has_tenant = has_tenant.into().or(self.has_tenant);
        self
    }

    /// Limits the list to items of workflows in any of these categories, of which there must be at least one.
    pub fn workflow_categories(mut self, categories: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        self.workflow_categories.get_or_insert_default().extend(categories.into_iter().map(Into::into));
        self
    }

    /// Sets whether archived items are listed. Default: only items that are not archived.
    pub fn archived<Kind>(mut self, scope: impl IntoOptional<ArchivedScope, Kind>) -> Self {
        self.archived = scope.into_optional().or(self.archived);
        self
    }

    /// Limits the list to items whose data contains these values: a flat JSON object, as in
    /// [`MessageFilter::trigger_data`](crate::messages::MessageFilter::trigger_data).
    pub fn trigger_data(mut self, data: impl Serialize) -> Self {
        self.trigger_data = Some(TriggerDataFilter::new(&data));
        self
    }

    /// Sets the locale in which to render the items, for example `en-US`, instead of the one they were created in.
    pub fn locale<Kind>(mut self, locale: impl IntoOptional<Text, Kind>) -> Self {
        self.locale = locale.into_optional().or(self.locale);
        self
    }

    /// Leaves these fields out of the response, by paths of at most three names, for example `entries.archived_at`.
    ///
    /// The cursors (`page_info.after` and `page_info.before`) cannot be left out: without them, each page would seem to be
    /// the last.
    pub fn exclude(mut self, paths: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        self.exclude.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Sets the amount of detail in each item. Default: [`FeedMode::Rich`].
    pub fn mode<Kind>(mut self, mode: impl IntoOptional<FeedMode, Kind>) -> Self {
        self.mode = mode.into_optional().or(self.mode);
        self
    }

    /// Limits the list to items created after this time.
    pub fn inserted_after<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.inserted_at.gt = time.into_optional().or(self.inserted_at.gt);
        self
    }

    /// Limits the list to items created at or after this time.
    pub fn inserted_at_or_after<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.inserted_at.gte = time.into_optional().or(self.inserted_at.gte);
        self
    }

    /// Limits the list to items created before this time.
    pub fn inserted_before<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.inserted_at.lt = time.into_optional().or(self.inserted_at.lt);
        self
    }

    /// Limits the list to items created at or before this time.
    pub fn inserted_at_or_before<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.inserted_at.lte = time.into_optional().or(self.inserted_at.lte);
        self
    }

    page_setters!(200);

    /// Returns the paths to exclude as one text, if there are any. Refuses those that a list needs to go on.
    fn excluded(&self) -> Result<Option<String>, InvalidInput> {
        const CURSORS: [&str; 3] = ["page_info", "page_info.after", "page_info.before"];
        let paths: Vec<&str> = self.exclude.iter().map(Text::as_str).collect();
        let paths = paths.join(",");
        match paths.split(',').find(|path| CURSORS.contains(&path.trim())) {
            Some(_) => Err(InvalidInput::new(
                "exclude",
                "contains the cursors of `page_info`, without which each page would seem to be the last; leave them out",
            )),
            None => Ok(Some(paths).filter(|paths| !paths.is_empty())),
        }
    }
}

impl Operation for ListItems {
    type Output = FeedPage;
    const INFO: OperationInfo =
        OperationInfo::get("feeds.list_items", "/v1/users/{user_id}/feeds/{id}", RateLimitTier::Tier2);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("user_id", self.user_id.as_str())?;
        request.path("id", self.channel_id.as_str())?;
        self.page.encode(request)?;
        request.query("status", &self.status)?;
        request.query("source", &self.source)?;
        request.query("tenant", &self.tenant)?;
        request.query("has_tenant", &self.has_tenant)?;
        request.query("workflow_categories", &self.workflow_categories)?;
        request.query("archived", &self.archived)?;
        TriggerDataFilter::encode(self.trigger_data.as_ref(), request)?;
        request.query("locale", &self.locale)?;
        request.query("exclude", &self.excluded()?)?;
        request.query("mode", &self.mode)?;
        self.inserted_at.encode(request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<FeedPage, DecodeError> {
        let body = response.body();
        let (Listing { entries, page_info, meta, vars }, unreadable) =
            if let Ok(listing) = serde_json::from_slice::<Listing<FeedItem>>(body) {
                (listing, Vec::new())
            } else {
                let Listing { entries, page_info, meta, vars } = borrowed_json::<Listing<&RawValue>>(body)?;
                let (entries, unreadable) = entries.map(|entries| rows::items(body, &entries)).unzip();
                (Listing { entries, page_info, meta, vars }, unreadable.unwrap_or_default())
            };
        // What is excluded is missing.
        let entries = if self.exclude.is_empty() { entries } else { entries.or_else(|| Some(Vec::new())) };
        let items = page::entries_of(entries, page_info.as_ref(), body)?;
        let is_empty = items.is_empty() && unreadable.is_empty();
        let next = self.page.following(page_info.as_ref(), None, is_empty)?;
        let next = next.map(|page| Self { page, ..self.clone() });
        Ok(FeedPage { items, info: page_info, meta, vars, next, unreadable })
    }
}

impl Paged for ListItems {
    type Item = FeedItem;

    fn split(&self, page: FeedPage) -> (Vec<FeedItem>, Option<Self>) {
        (page.items, page.next)
    }

    fn take_unreadable(page: &mut FeedPage) -> Vec<DecodeError> {
        std::mem::take(&mut page.unreadable)
    }
}

#[derive(Deserialize)]
struct Listing<T> {
    entries: Option<Vec<T>>,
    #[serde(default)]
    page_info: Option<PageInfo>,
    #[serde(default)]
    meta: Option<FeedMetadata>,
    #[serde(default)]
    vars: Option<Map<String, Value>>,
}

/// One page of a feed, with the counts of the whole feed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FeedPage {
    /// The items of this page.
    pub items: Vec<FeedItem>,
    /// The cursors and the size of the page.
    pub info: Option<PageInfo>,
    /// The counts of the whole feed.
    pub meta: Option<FeedMetadata>,
    /// The public variables of the environment.
    pub vars: Option<Map<String, Value>>,
    /// The request for the next page, or `None` on the last page. If this page was requested with `before`, it is the
    /// request for the page before this one.
    pub next: Option<ListItems>,
    /// The errors of the items that could not be read and are missing in [`items`](Self::items), usually none.
    ///
    /// A time that cannot be read costs only its field.
    pub unreadable: Vec<DecodeError>,
}

/// The numbers of items in the whole feed, not only on one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct FeedMetadata {
    /// The number of all items.
    #[serde(default)]
    pub total_count: u64,
    /// The number of items that the user has not read.
    #[serde(default)]
    pub unread_count: u64,
    /// The number of items that the user has not seen.
    #[serde(default)]
    pub unseen_count: u64,
}

/// An item of a feed: a message of an in-app channel.
///
/// Which fields are present depends on [`ListItems::mode`] and [`ListItems::exclude`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct FeedItem {
    /// The id of the message, with which you can change its status.
    #[serde(default)]
    pub id: String,
    /// The content, and the buttons below it.
    #[serde(default)]
    pub blocks: Vec<FeedBlock>,
    /// The triggers behind the item; several if the workflow batches.
    #[serde(default)]
    pub activities: Vec<Activity>,
    /// The number of triggers behind the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_activities: Option<u64>,
    /// The actors of the triggers behind the item.
    #[serde(default)]
    pub actors: Vec<Recipient>,
    /// The number of actors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_actors: Option<u64>,
    /// The data of the trigger, without attachments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// The workflow that created the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<MessageSource>,
    /// The id of the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// When the item was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// When the item was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When the user last interacted with the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interacted_at: Option<Timestamp>,
    /// When a link in the item was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_clicked_at: Option<Timestamp>,
    /// When the item was last clicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicked_at: Option<Timestamp>,
    /// When the item was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// When the item was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inserted_at: Option<Timestamp>,
    /// When the item last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

operation! {
    /// Gets the settings of the feed of a user, for the component that displays it.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/feeds/get_settings)
    #[doc(alias = "users.feeds.getSettings")]
    pub fn get_settings(user_id; channel_id: ChannelId) -> GetSettings {
        "feeds.get_settings": GET "/v1/users/{user_id}/feeds/{id}/settings", Tier4;
        returns (FeedSettings);
        encode |this, request| { request.path("id", this.channel_id.as_str()) }
    }
}

/// The settings of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeedSettings {
    /// What the plan of the account requires.
    pub features: FeedFeatures,
}

/// What the plan of the account requires of a feed.
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

    const FEED: ChannelId = ChannelId::from_static("feed");

    fn parse(response: &Value) -> FeedPage {
        let response = http::Response::new(Bytes::from(response.to_string()));
        list_items("jhammond", FEED).page_size(200).parse(response, UnixTime::from_secs(0)).unwrap()
    }

    #[test]
    fn excluded_fields_may_be_missing() {
        let page = parse(&json!({
            "entries": [{ "__typename": "FeedItem", "blocks": [{ "type": "text" }], "source": {} }],
            "page_info": { "__typename": "PageInfo", "after": "next", "before": null, "page_size": 1 }
        }));
        assert!(matches!(page.items[0].blocks[0], FeedBlock::Text(_)));
        let next = page.next.unwrap().prepare([7; 16]).unwrap();
        assert_eq!(next.target(), "/v1/users/jhammond/feeds/feed?after=next&page_size=200");
        assert!(parse(&json!({})).next.is_none());
    }

    #[test]
    fn an_odd_item_costs_only_itself_and_the_list_goes_on_backward() {
        let response = json!({
            "entries": [{ "id": "1", "seen_at": "soon" }, { "id": 7 }, { "id": "3" }],
            "page_info": { "__typename": "PageInfo", "after": "next", "before": "previous", "page_size": 3 },
            "meta": { "__typename": "FeedMetadata", "total_count": 9, "unread_count": 1, "unseen_count": 2 }
        });
        let response = http::Response::new(Bytes::from(response.to_string()));
        let list = list_items("jhammond", FEED).before("end");
        let page = list.parse(response, UnixTime::from_secs(0)).unwrap();
        assert_eq!(page.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(
            (page.items[0].seen_at, page.unreadable.len(), page.meta.unwrap().total_count),
            (None, 1, 9)
        );
        assert!(page.unreadable[0].to_string().contains(" entries[1].id ("), "{:?}", page.unreadable);
        assert_eq!(
            page.next.unwrap().prepare([7; 16]).unwrap().target(),
            "/v1/users/jhammond/feeds/feed?before=previous"
        );
    }

    #[test]
    fn paths_to_exclude_are_one_text() {
        let list = list_items("jhammond", FEED).exclude(["entries.data"]).exclude(["meta", "vars"]);
        assert!(list.prepare([7; 16]).unwrap().target().ends_with("?exclude=entries.data%2Cmeta%2Cvars"));
        for cursors in ["page_info", "page_info.after", "page_info.before", "meta,page_info"] {
            let error = list_items("jhammond", FEED).exclude(["vars", cursors]).prepare([7; 16]).unwrap_err();
            assert!(error.message().starts_with("`exclude` contains the cursors"), "{error}");
        }
        assert!(list_items("jhammond", FEED).exclude(["page_info.page_size"]).prepare([7; 16]).is_ok());
        let list = list_items("jhammond", FEED).exclude(<[&str; 0]>::default());
        assert_eq!(list.prepare([7; 16]).unwrap().target(), "/v1/users/jhammond/feeds/feed");
    }
}
