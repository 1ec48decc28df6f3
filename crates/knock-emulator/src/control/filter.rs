//! The filters of the list of messages.

use super::search::Search;
use crate::recipient::Recipient;
use crate::wire::query::Query;
use crate::wire::response::Failure;
use crate::world::World;
use crate::world::message::{Mark, Message};

#[derive(Debug)]
pub(super) struct Filter<'w> {
    recipient: Option<&'w str>,
    channel: Option<&'w str>,
    channel_type: Option<&'w str>,
    workflow: Option<&'w str>,
    tenant: Option<&'w str>,
    status: Option<&'w str>,
    run: Option<&'w str>,
    unread: Option<bool>,
    archived: Option<bool>,
    search: Search<'w>,
}

impl<'w> Filter<'w> {
    pub(super) fn parse(query: &'w Query, world: &'w World) -> Result<Self, Failure> {
        Ok(Self {
            recipient: query.text("recipient")?,
            channel: query.text("channel")?,
            channel_type: query.text("channel_type")?,
            workflow: query.text("workflow")?,
            tenant: query.text("tenant")?,
            status: query.text("status")?,
            run: query.text("run")?,
            unread: query.flag("unread")?,
            archived: query.flag("archived")?,
            search: Search::new(query.text("query")?.unwrap_or_default(), world),
        })
    }

    /// Whether it admits a message. The words come last, because they take longest.
    pub(super) fn admits(&self, message: &Message) -> bool {
        let (trigger, channel) = (&message.trigger, &message.channel);
        let is = |wanted: Option<&str>, held: &str| wanted.is_none_or(|wanted| wanted == held);
        let is_marked = |mark| message.marked(mark).is_some();
        is(self.workflow, &trigger.workflow.key)
            && is(self.status, message.status)
            && is(self.channel_type, channel.kind.as_str())
            && (is(self.channel, &channel.id) || is(self.channel, channel.shown().0))
            && (is(self.run, &message.run_id) || is(self.run, &trigger.id))
            && self.tenant.is_none_or(|tenant| trigger.tenant.as_deref() == Some(tenant))
            && self.recipient.is_none_or(|wanted| is_recipient(&message.recipient, wanted))
            && self.unread.is_none_or(|unread| unread != is_marked(Mark::Read))
            && self.archived.is_none_or(|archived| archived == is_marked(Mark::Archived))
            && self.search.finds(message)
    }
}

/// Whether a text is the id of a user, or the collection and the id of an object.
pub(super) fn is_recipient(recipient: &Recipient, text: &str) -> bool {
    let id = match recipient.collection() {
        None => Some(text),
        Some(collection) => text.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/')),
    };
    id == Some(recipient.id())
}
