//! What a socket has joined.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::feeds::{Filter, counts};
use crate::json::Fields;
use crate::recipient::Recipient;
use crate::security::{permits_feed, permits_guides};
use crate::user_token::UserToken;
use crate::wire::query::Query;
use crate::world::World;
use crate::world::channel_data::provider;
use crate::world::message::Message;

/// The maximum number of feeds of one page that share a topic.
const MAX_CLIENTS: usize = 100;

#[derive(Debug)]
pub(super) struct Membership {
    /// The number of the join. Frames of a client are for its latest join.
    pub(super) join_ref: Option<String>,
    topic: Topic,
    /// The filters of each feed of the page, by the id that the page gave it.
    clients: BTreeMap<String, Filter>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Feed {
        channel: String,
        user: Recipient,
    },
    /// The emulator sends no events of guides: who reads them again sees what has changed.
    Guides {
        channel: String,
    },
}

impl Topic {
    /// A topic is `feeds:<channel id>:<user id>` or `guides:<channel id>`.
    pub(super) fn parse(topic: &str) -> Option<Self> {
        let (kind, rest) = topic.split_once(':')?;
        match kind {
            "feeds" => {
                let (channel, user) = rest.split_once(':').filter(|(_, user)| !user.is_empty())?;
                Some(Self::Feed { channel: channel.to_owned(), user: Recipient::user(user) })
            }
            "guides" => Some(Self::Guides { channel: rest.to_owned() }),
            _ => None,
        }
    }

    fn channel(&self) -> &str {
        match self {
            Self::Feed { channel, .. } | Self::Guides { channel } => channel,
        }
    }

    /// Channels of guides have no messages, so they are apart from the others.
    fn has_channel(&self, world: &World) -> bool {
        let is_guides = matches!(self, Self::Guides { channel } if world.has_guide_channel(channel));
        is_guides || provider(&world.settings, self.channel()).is_ok()
    }

    /// Whether a token permits to join.
    pub(super) fn is_permitted(&self, token: &UserToken, payload: &Value) -> bool {
        match self {
            Self::Feed { user, .. } => permits_feed(token, user.id()),
            Self::Guides { .. } => {
                let user = payload.get("user_id").and_then(Value::as_str);
                permits_guides(token, user.unwrap_or_default())
            }
        }
    }
}

impl Membership {
    /// Joins a topic. The error is a reason for developers.
    pub(super) fn join(
        world: &World,
        topic: Topic,
        join_ref: Option<String>,
        payload: &Value,
    ) -> Result<Self, String> {
        if !topic.has_channel(world) {
            return Err(format!("there is no channel {}", topic.channel()));
        }
        let clients = match topic {
            Topic::Feed { .. } => clients(payload)?,
            Topic::Guides { .. } => BTreeMap::new(),
        };
        Ok(Self { join_ref, topic, clients })
    }

    /// The payload that announces new messages, unless none of the feeds shows them.
    pub(super) fn announce(&self, world: &World, arrived: &[&Message]) -> Option<Value> {
        let Topic::Feed { channel, user } = &self.topic else { return None };
        let own: Vec<&&Message> = arrived
            .iter()
            .filter(|message| message.recipient == *user && message.channel.id == *channel)
            .collect();
        let notified: BTreeMap<&String, &Filter> = self
            .clients
            .iter()
            .filter(|(_, filter)| own.iter().any(|message| filter.shows(message)))
            .collect();
        if notified.is_empty() {
            return None;
        }
        let metadata = |filter: &Filter| counts(world, user, channel, filter);
        let data: BTreeMap<&String, Value> =
            notified.iter().map(|(id, filter)| (*id, json!({ "metadata": metadata(filter) }))).collect();
        Some(json!({
            "event": "new-message",
            "attn": notified.keys().collect::<Vec<_>>(),
            "data": data,
            "metadata": metadata(&Filter::default()),
        }))
    }
}

/// Reads the filters by the id of the feed.
fn clients(payload: &Value) -> Result<BTreeMap<String, Filter>, String> {
    let Value::Object(clients) = payload else { return Err("the payload is not an object".to_owned()) };
    if clients.len() > MAX_CLIENTS {
        return Err(format!("more than {MAX_CLIENTS} feeds share the topic"));
    }
    let read = |(id, filters): (&String, &Value)| {
        let filter = filters.as_object().map(|fields| Filter::parse(&Query::of(&with_range(fields))));
        match filter {
            Some(Ok(filter)) => Ok((id.clone(), filter)),
            Some(Err(_)) => Err(format!("a filter of {id} is invalid")),
            None => Err(format!("the filters of {id} are not an object")),
        }
    };
    clients.iter().map(read).collect()
}

/// The client sends its range of dates as it is, and to the list of items as `inserted_at.gt` and so on.
fn with_range(fields: &Fields) -> Fields {
    let mut fields = fields.clone();
    let Some(range) = fields.remove("inserted_at_date_range") else { return fields };
    let or_equal = if range.get("inclusive") == Some(&Value::Bool(true)) { "e" } else { "" };
    for (end, comparison) in [("start", "gt"), ("end", "lt")] {
        if let Some(time) = range.get(end) {
            fields.insert(format!("inserted_at.{comparison}{or_equal}"), time.clone());
        }
    }
    fields
}
