//! `/v1/channels/{channel_id}/messages/bulk/{action}`.

use jiff::Timestamp;
use serde_json::Value;

use super::message_filter::{matches_data, trigger_data};
use crate::json::Fields;
use crate::wire::call::Call;
use crate::wire::fields::{self, bad_type};
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;
use crate::world::channel_data::provider;
use crate::world::message::{Change, Mark, Message};

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("POST", [channel, "messages", "bulk", "delete"]) => Some(delete(world, call, channel)),
        ("POST", [channel, "messages", "bulk", action]) => {
            Some(update(world, call, channel, action, Change::parse(action)?))
        }
        _ => None,
    }
}

fn update(world: &mut World, call: &Call, channel: &str, action: &str, change: Change) -> Outcome {
    let ids = selected(world, call, channel)?;
    for id in &ids {
        world.mark(id, change, None);
    }
    ok(world.accept_bulk(format!("messages.{action}"), ids.len(), Vec::new()))
}

fn delete(world: &mut World, call: &Call, channel: &str) -> Outcome {
    let ids = selected(world, call, channel)?;
    for id in &ids {
        world.messages.remove(id);
    }
    ok(world.accept_bulk("messages.delete", ids.len(), Vec::new()))
}

fn selected(world: &World, call: &Call, channel: &str) -> Result<Vec<String>, Failure> {
    provider(&world.settings, channel)?;
    let selection = Selection::parse(call)?;
    let admitted = |message: &&Message| message.channel.id == channel && selection.admits(message);
    Ok(world.messages.iter().filter(admitted).map(|message| message.id.clone()).collect())
}

struct Selection<'a> {
    recipients: Option<Vec<String>>,
    users_only: bool,
    tenants: Option<Vec<String>>,
    workflows: Option<Vec<String>>,
    status: Option<&'a str>,
    engagement: Option<&'a str>,
    archived: Option<&'a str>,
    has_tenant: Option<bool>,
    trigger_data: Option<Fields>,
    newer_than: Option<Timestamp>,
    older_than: Option<Timestamp>,
}

impl<'a> Selection<'a> {
    /// `user_ids` is the old name of `recipient_ids`, which browsers still send.
    fn parse(call: &'a Call) -> Result<Self, Failure> {
        let body = &call.body;
        let given = fields::optional_strings(body, "recipient_ids")?;
        let users_only = call.users_only || given.is_none() && body.contains_key("user_ids");
        let recipients = match given {
            None => fields::optional_strings(body, "user_ids")?,
            given => given,
        };
        let archived = fields::text(body, "archived")?;
        if !matches!(archived, None | Some("exclude" | "include" | "only")) {
            return Err(bad_type("archived"));
        }
        Ok(Self {
            recipients,
            users_only,
            tenants: fields::optional_strings(body, "tenants")?,
            workflows: fields::optional_strings(body, "workflows")?,
            status: fields::text(body, "delivery_status")?,
            engagement: fields::text(body, "engagement_status")?,
            archived,
            has_tenant: body.get("has_tenant").and_then(Value::as_bool),
            trigger_data: trigger_data(fields::text(body, "trigger_data")?)?,
            newer_than: fields::time(body, "newer_than")?,
            older_than: fields::time(body, "older_than")?,
        })
    }

    fn admits(&self, message: &Message) -> bool {
        let trigger = &message.trigger;
        let among = |wanted: &Option<Vec<String>>, held: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| Some(wanted.as_str()) == held))
        };
        let archived = message.marked(Mark::Archived).is_some();
        (!self.users_only || message.recipient.is_user())
            && among(&self.recipients, Some(message.recipient.id()))
            && among(&self.tenants, trigger.tenant.as_deref())
            && among(&self.workflows, Some(&trigger.workflow.key))
            && self.status.is_none_or(|status| status == message.status)
            && self.engagement.is_none_or(|name| message.has_engagement(name))
            && self.has_tenant.is_none_or(|wanted| wanted == trigger.tenant.is_some())
            && (self.archived != Some("only") || archived)
            && (self.archived != Some("exclude") || !archived)
            && matches_data(self.trigger_data.as_ref(), &message.data)
            && self.newer_than.is_none_or(|bound| message.inserted_at > bound)
            && self.older_than.is_none_or(|bound| message.inserted_at < bound)
    }
}
