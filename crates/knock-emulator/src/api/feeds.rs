//! `/v1/users/{id}/feeds/{channel_id}`.

use serde_json::{Value, json};

use super::message_filter::{Inserted, in_categories, matches_data, trigger_data};
use super::messages::{blocks, render_activity};
use super::page::{Pager, Row};
use crate::json::Fields;
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::bad_type;
use crate::wire::query::Query;
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;
use crate::world::channel_data::provider;
use crate::world::message::{Mark, Message, shortened};

const MAX_PAGE: usize = 200;
const MAX_EXCLUDE_DEPTH: usize = 3;

pub(crate) fn route(world: &World, call: &Call, user: &Recipient, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", [channel]) => Some(list(world, call, user, channel)),
        ("GET", [_, "settings"]) => Some(ok(json!({ "features": { "branding_required": false } }))),
        _ => None,
    }
}

/// What a feed shows. The default is everything that is not archived.
#[derive(Debug)]
pub(crate) struct Filter {
    status: Option<String>,
    archived: String,
    source: Option<String>,
    tenant: Option<String>,
    has_tenant: Option<bool>,
    categories: Vec<String>,
    trigger_data: Option<Fields>,
    inserted: Inserted,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            status: None,
            archived: "exclude".to_owned(),
            source: None,
            tenant: None,
            has_tenant: None,
            categories: Vec::new(),
            trigger_data: None,
            inserted: Inserted::default(),
        }
    }
}

impl Filter {
    pub(crate) fn parse(query: &Query) -> Result<Self, Failure> {
        let text = |name: &str| Ok::<_, Failure>(query.text(name)?.map(str::to_owned));
        let one_of = |name: &str, allowed: &[&str]| match query.text(name)? {
            Some(given) if !allowed.contains(&given) => Err(bad_type(name)),
            given => Ok(given.map(str::to_owned)),
        };
        Ok(Self {
            status: one_of("status", &["unread", "read", "unseen", "seen", "all"])?
                .filter(|status| status != "all"),
            archived: one_of("archived", &["exclude", "include", "only"])?
                .unwrap_or_else(|| "exclude".to_owned()),
            source: text("source")?,
            tenant: text("tenant")?,
            has_tenant: query.flag("has_tenant")?,
            categories: query.strings("workflow_categories")?,
            trigger_data: trigger_data(query.text("trigger_data")?)?,
            inserted: Inserted::parse(query)?,
        })
    }

    /// Applies all filters.
    pub(crate) fn shows(&self, message: &Message) -> bool {
        self.admits(message) && self.status.as_ref().is_none_or(|status| message.has_engagement(status))
    }

    /// Applies all filters except the status, which does not affect the counts.
    fn admits(&self, message: &Message) -> bool {
        let trigger = &message.trigger;
        let archived = message.marked(Mark::Archived).is_some();
        self.source.as_ref().is_none_or(|key| trigger.workflow.key == *key)
            // an item without a tenant is in the feeds of all tenants, unless `has_tenant` excludes it
            && self.tenant.as_ref().is_none_or(|id| trigger.tenant.as_ref().is_none_or(|own| own == id))
            && self.has_tenant.is_none_or(|wanted| wanted == trigger.tenant.is_some())
            && !message.is_scheduled()
            && (self.archived != "exclude" || !archived)
            && (self.archived != "only" || archived)
            && in_categories(&self.categories, message)
            && matches_data(self.trigger_data.as_ref(), &message.data)
            && self.inserted.admits(message.inserted_at)
    }
}

/// The counts of a feed, which its status filter does not affect.
pub(crate) fn counts(world: &World, user: &Recipient, channel: &str, filter: &Filter) -> Value {
    let shown = |message: &&Message| {
        message.recipient == *user && message.channel.id == channel && filter.admits(message)
    };
    metadata(world.messages.iter().filter(shown))
}

fn metadata<'a>(messages: impl Iterator<Item = &'a Message>) -> Value {
    let (mut total, mut unread, mut unseen) = (0, 0, 0);
    for message in messages {
        total += 1;
        unread += usize::from(message.marked(Mark::Read).is_none());
        unseen += usize::from(message.marked(Mark::Seen).is_none());
    }
    json!({
        "__typename": "FeedMetadata",
        "total_count": total,
        "unread_count": unread,
        "unseen_count": unseen,
    })
}

/// The feed of an unknown user is empty.
fn list(world: &World, call: &Call, user: &Recipient, channel: &str) -> Outcome {
    provider(&world.settings, channel)?;
    let filter = Filter::parse(&call.query)?;
    let compact = match call.query.text("mode")? {
        None | Some("rich") => false,
        Some("compact") => true,
        Some(_) => return Err(bad_type("mode")),
    };
    let mut rows: Vec<Row<&Message>> = world
        .messages
        .newest()
        .filter(|(_, message)| {
            message.recipient == *user && message.channel.id == channel && filter.admits(message)
        })
        .collect();
    let meta = metadata(rows.iter().map(|(_, message)| *message));
    if let Some(status) = &filter.status {
        rows.retain(|(_, message)| message.has_engagement(status));
    }
    let excluded = excluded(call.query.text("exclude")?)?;
    let mut page = Pager::entries(&call.query).max(MAX_PAGE).page(rows, |message| {
        let mut item = render(world, message, compact);
        for path in &excluded {
            remove(&mut item, path);
        }
        item
    })?;
    page["meta"] = meta;
    page["vars"] = json!({});
    ok(page)
}

fn render(world: &World, message: &Message, compact: bool) -> Value {
    let trigger = &message.trigger;
    let activities = &message.activities;
    let actors: Vec<Value> = activities.actors.iter().map(|actor| world.render(actor)).collect();
    let mut item = json!({
        "__typename": "FeedItem",
        "id": message.id,
        "actors": actors,
        "total_actors": activities.total_actors,
        "activities": activities.shown.iter().map(|one| render_activity(world, message, one)).collect::<Vec<_>>(),
        "total_activities": activities.total,
        "blocks": blocks(message),
        "data": shortened(&message.data),
        "source": {
            "__typename": "NotificationSource",
            "key": trigger.workflow.key,
            "categories": trigger.workflow.categories,
            "version_id": trigger.workflow.version_id,
        },
        "tenant": trigger.tenant,
        "seen_at": message.marked(Mark::Seen),
        "read_at": message.marked(Mark::Read),
        "interacted_at": message.marked(Mark::Interacted),
        "link_clicked_at": message.marked(Mark::LinkClicked),
        "clicked_at": message.marked(Mark::LinkClicked),
        "archived_at": message.marked(Mark::Archived),
        "inserted_at": message.inserted_at,
        "updated_at": message.updated_at,
    });
    if compact && let Value::Object(fields) = &mut item {
        fields.remove("activities");
        fields.remove("total_activities");
        if let Some(Value::Object(data)) = fields.get_mut("data") {
            data.retain(|_, value| !value.is_object() && !value.is_array());
        }
    }
    item
}

/// Parses comma-separated paths with dots.
fn excluded(text: Option<&str>) -> Result<Vec<Vec<&str>>, Failure> {
    let paths: Vec<Vec<&str>> = text
        .into_iter()
        .flat_map(|text| text.split(','))
        .map(|path| path.trim().split('.').collect())
        .collect();
    if paths.iter().any(|path| path.len() > MAX_EXCLUDE_DEPTH) {
        return Err(bad_type("exclude"));
    }
    Ok(paths)
}

fn remove(value: &mut Value, path: &[&str]) {
    match (value, path) {
        (Value::Object(fields), [last]) => {
            fields.remove(*last);
        }
        (Value::Object(fields), [first, rest @ ..]) => {
            if let Some(inner) = fields.get_mut(*first) {
                remove(inner, rest);
            }
        }
        (Value::Array(items), path) => items.iter_mut().for_each(|item| remove(item, path)),
        _ => {}
    }
}
