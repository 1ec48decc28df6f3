//! `…/channel_data/{channel_id}` of users and objects.

use serde_json::{Value, json};

use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields;
use crate::wire::response::{Failure, Outcome, no_content, ok};
use crate::world::World;
use crate::world::channel_data::{parse, provider};

pub(crate) fn route(world: &mut World, call: &Call, recipient: &Recipient, channel: &str) -> Option<Outcome> {
    match call.method.as_str() {
        "GET" => Some(get(world, recipient, channel)),
        "PUT" => Some(put(world, call, recipient, channel)),
        "DELETE" => Some(delete(world, recipient, channel)),
        _ => None,
    }
}

fn get(world: &World, recipient: &Recipient, channel: &str) -> Outcome {
    let data = world.entity(recipient)?.channel_data.get(channel).ok_or_else(Failure::missing)?;
    ok(render(world, channel, data))
}

fn put(world: &mut World, call: &Call, recipient: &Recipient, channel: &str) -> Outcome {
    provider(&world.settings, channel)?;
    fields::require(&call.body, &["data"])?;
    let data = parse(&world.settings, channel, call.body.get("data").unwrap_or(&Value::Null))?;
    let rendered = render(world, channel, &data);
    world.entity_mut(recipient).channel_data.insert(channel.to_owned(), data);
    ok(rendered)
}

fn delete(world: &mut World, recipient: &Recipient, channel: &str) -> Outcome {
    provider(&world.settings, channel)?;
    if let Some(entity) = world.entities.get_mut(recipient) {
        entity.channel_data.remove(channel);
    }
    no_content()
}

fn render(world: &World, channel: &str, data: &Value) -> Value {
    let mut rendered = json!({ "__typename": "ChannelData", "channel_id": channel, "data": data });
    if let Ok(Some(provider)) = provider(&world.settings, channel) {
        rendered["provider"] = json!(provider);
    }
    rendered
}
