//! What a list shows of a message.

use serde_json::{Value, json};

use crate::recipient::Recipient;
use crate::settings::Channel;
use crate::world::World;
use crate::world::message::Message;

pub(super) fn summary(world: &World, message: &Message) -> Value {
    let (trigger, content) = (&message.trigger, message.content.as_ref());
    let title = content.map(|content| content.title()).filter(|title| !title.is_empty());
    json!({
        "id": message.id,
        "channel": channel(&message.channel),
        "workflow": trigger.workflow.key,
        "workflow_name": trigger.workflow.name(),
        "step_ref": message.step_ref,
        "run": message.run_id,
        "workflow_run": trigger.id,
        "recipient": recipient(world, &message.recipient),
        "tenant": trigger.tenant,
        "status": message.status,
        "scheduled_at": message.scheduled_at,
        "sandbox": message.sandbox,
        "engagement": message.marks.keys().map(|mark| mark.as_str()).collect::<Vec<_>>(),
        "title": title.unwrap_or_else(|| trigger.workflow.key.clone()),
        "preview": content.map(|content| content.preview()).unwrap_or_default(),
        "inserted_at": message.inserted_at,
        "updated_at": message.updated_at,
    })
}

pub(super) fn channel(channel: &Channel) -> Value {
    let (key, name) = channel.shown();
    json!({ "id": channel.id, "key": key, "name": name, "type": channel.kind.as_str() })
}

fn recipient(world: &World, recipient: &Recipient) -> Value {
    let properties = world.entities.get(recipient).map(|entity| &entity.properties);
    let property = |name: &str| properties.and_then(|properties| properties.get(name));
    json!({
        "id": recipient.id(),
        "collection": recipient.collection(),
        "name": property("name"),
        "email": property("email"),
        "phone_number": property("phone_number"),
        "avatar": property("avatar"),
    })
}
