//! The filters of message lists and feeds.

use jiff::Timestamp;
use serde_json::Value;

use crate::json::Fields;
use crate::wire::fields::bad_type;
use crate::wire::query::Query;
use crate::wire::response::Failure;
use crate::world::message::Message;

/// Strings in `trigger_data` are compared up to this many characters.
const MAX_COMPARED: usize = 256;
const MAX_IDS: usize = 50;

#[derive(Debug)]
pub(crate) struct Filter {
    tenant: Option<String>,
    channel: Option<String>,
    source: Option<String>,
    run: Option<String>,
    recipient_run: Option<String>,
    status: Vec<String>,
    engagement: Vec<String>,
    ids: Vec<String>,
    categories: Vec<String>,
    trigger_data: Option<Fields>,
    pub(crate) inserted: Inserted,
}

/// The filters `inserted_at.gt`, `.gte`, `.lt` and `.lte`.
#[derive(Debug, Default)]
pub(crate) struct Inserted {
    after: Option<Timestamp>,
    from: Option<Timestamp>,
    before: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Inserted {
    pub(crate) fn parse(query: &Query) -> Result<Self, Failure> {
        let bound = |name| query.nested_time("inserted_at", name);
        Ok(Self { after: bound("gt")?, from: bound("gte")?, before: bound("lt")?, until: bound("lte")? })
    }

    pub(crate) fn admits(&self, at: Timestamp) -> bool {
        self.after.is_none_or(|bound| at > bound)
            && self.from.is_none_or(|bound| at >= bound)
            && self.before.is_none_or(|bound| at < bound)
            && self.until.is_none_or(|bound| at <= bound)
    }
}

impl Filter {
    pub(crate) fn parse(query: &Query) -> Result<Self, Failure> {
        let text = |name: &str| Ok::<_, Failure>(query.text(name)?.map(str::to_owned));
        let ids = query.strings("message_ids")?;
        if ids.len() > MAX_IDS {
            return Err(Failure::invalid("message_ids", "should have at most 50 item(s)", "length"));
        }
        Ok(Self {
            tenant: text("tenant")?,
            channel: text("channel_id")?,
            source: text("source")?,
            run: text("workflow_run_id")?,
            recipient_run: text("workflow_recipient_run_id")?,
            status: query.strings("status")?,
            engagement: query.strings("engagement_status")?,
            ids,
            categories: query.strings("workflow_categories")?,
            trigger_data: trigger_data(query.text("trigger_data")?)?,
            inserted: Inserted::parse(query)?,
        })
    }

    pub(crate) fn admits(&self, message: &Message) -> bool {
        let trigger = &message.trigger;
        let is = |wanted: &Option<String>, held: &str| wanted.as_ref().is_none_or(|wanted| wanted == held);
        is(&self.channel, &message.channel.id)
            && is(&self.source, &trigger.workflow.key)
            && is(&self.run, &trigger.id)
            && is(&self.recipient_run, &message.run_id)
            && self.tenant.as_ref().is_none_or(|tenant| trigger.tenant.as_ref() == Some(tenant))
            && (self.status.is_empty() || self.status.iter().any(|status| status == message.status))
            && (self.engagement.is_empty() || self.engagement.iter().any(|name| message.has_engagement(name)))
            && (self.ids.is_empty() || self.ids.contains(&message.id))
            && in_categories(&self.categories, message)
            && matches_data(self.trigger_data.as_ref(), &message.data)
            && self.inserted.admits(message.inserted_at)
    }
}

pub(crate) fn in_categories(wanted: &[String], message: &Message) -> bool {
    let held = &message.trigger.workflow.categories;
    wanted.is_empty() || wanted.iter().any(|category| held.contains(category))
}

/// Parses an object of scalars from JSON text.
pub(crate) fn trigger_data(text: Option<&str>) -> Result<Option<Fields>, Failure> {
    let Some(text) = text else { return Ok(None) };
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) if !fields.values().any(|value| value.is_object() || value.is_array()) => {
            Ok(Some(fields))
        }
        _ => Err(bad_type("trigger_data")),
    }
}

pub(crate) fn matches_data(wanted: Option<&Fields>, data: &Value) -> bool {
    wanted.is_none_or(|wanted| {
        wanted.iter().all(|(key, value)| data.get(key).is_some_and(|held| same(held, value)))
    })
}

fn same(held: &Value, wanted: &Value) -> bool {
    match (held, wanted) {
        (Value::String(held), Value::String(wanted)) => {
            held.chars().take(MAX_COMPARED).eq(wanted.chars().take(MAX_COMPARED))
        }
        _ => held == wanted,
    }
}
