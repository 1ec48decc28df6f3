//! `/v1/messages`.

use serde_json::{Value, json};

use super::message_filter::{Filter, matches_data, trigger_data};
use super::page::{Pager, Row};
use crate::ids::Ids;
use crate::settings::ChannelKind;
use crate::wire::call::Call;
use crate::wire::fields::{self, blank};
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;
use crate::world::activity::Activity;
use crate::world::message::{Change, Mark, Message, shortened};

const MAX_BATCH: usize = 50;
const MAX_CONTENTS: usize = 25;
const MAX_METADATA: usize = 5;

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", []) => Some(list(world, call)),
        ("GET", ["batch", "content"]) => Some(batch_content(world, call)),
        ("POST", ["batch", status]) => Some(batch(world, call, Change::parse(status)?)),
        ("GET", [id]) => Some(get(world, id)),
        ("GET", [id, "content"]) => Some(content(world, id)),
        ("GET", [id, "activities"]) => Some(activities(world, call, id)),
        ("GET", [id, "events"]) => Some(events(world, call, id)),
        ("GET", [id, "delivery_logs"]) => Some(delivery_logs(world, call, id)),
        ("PUT", [id, "seen" | "read" | "interacted" | "archived"]) => {
            Some(mark(world, call, id, Change::parse(path.get(1)?)?))
        }
        // `unseen` is an alias of `seen`, and so on
        ("DELETE", [id, "seen" | "unseen"]) => Some(unmark(world, id, Mark::Seen)),
        ("DELETE", [id, "read" | "unread"]) => Some(unmark(world, id, Mark::Read)),
        ("DELETE", [id, "archived" | "unarchived"]) => Some(unmark(world, id, Mark::Archived)),
        _ => None,
    }
}

fn find<'a>(world: &'a World, id: &str) -> Result<&'a Message, Failure> {
    world.messages.get(id).ok_or_else(Failure::missing)
}

fn get(world: &World, id: &str) -> Outcome {
    ok(find(world, id)?.render())
}

fn list(world: &World, call: &Call) -> Outcome {
    let filter = Filter::parse(&call.query)?;
    let rows = world.messages.newest().filter(|(_, message)| filter.admits(message));
    Pager::items(&call.query).respond(rows.collect(), Message::render)
}

fn mark(world: &mut World, call: &Call, id: &str, change: Change) -> Outcome {
    let metadata = fields::object(&call.body, "metadata")?;
    if metadata
        .is_some_and(|metadata| metadata.len() > MAX_METADATA || metadata.values().any(Value::is_object))
    {
        return Err(Failure::invalid("metadata", "should be flat, with at most 5 keys", "length"));
    }
    world.mark(id, change, metadata);
    get(world, id)
}

fn unmark(world: &mut World, id: &str, mark: Mark) -> Outcome {
    world.mark(id, Change { mark, set: false }, None);
    get(world, id)
}

/// Responds with the messages that exist. Rate-limited messages are returned unchanged.
fn batch(world: &mut World, call: &Call, change: Change) -> Outcome {
    let ids = fields::strings(&call.body, "message_ids", MAX_BATCH)?;
    let metadata = fields::object(&call.body, "metadata")?;
    for id in ids.iter().filter(|id| !call.is_throttled("message_ids", id)) {
        world.mark(id, change, metadata);
    }
    ok(ids.iter().filter_map(|id| world.messages.get(id)).map(Message::render).collect())
}

fn batch_content(world: &World, call: &Call) -> Outcome {
    let ids = call.query.strings("message_ids")?;
    if ids.is_empty() {
        return Err(blank("message_ids"));
    }
    if ids.len() > MAX_CONTENTS {
        return Err(Failure::invalid("message_ids", "should have at most 25 item(s)", "length"));
    }
    ok(ids
        .iter()
        .filter_map(|id| world.messages.get(id))
        .map(|message| render_content(world, message))
        .collect())
}

fn content(world: &World, id: &str) -> Outcome {
    ok(render_content(world, find(world, id)?))
}

/// Without templates, the content just names the workflow.
fn render_content(world: &World, message: &Message) -> Value {
    if let Some(content) = &message.content {
        return json!({
            "__typename": "MessageContent",
            "message_id": message.id,
            "data": content.data(),
            "inserted_at": message.inserted_at,
        });
    }
    let text = format!("Workflow {}", message.trigger.workflow.key);
    let recipient = world.render(&message.recipient);
    let to = |name: &str| recipient.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let data = match message.channel.kind {
        ChannelKind::InAppFeed => {
            json!({ "__typename": "MessageInAppFeedContent", "blocks": blocks(message) })
        }
        ChannelKind::Email => json!({
            "__typename": "MessageEmailContent",
            "from": "emulator@example.com",
            "to": to("email"),
            "subject_line": text,
            "text_body": text,
            "html_body": format!("<p>{text}</p>"),
            "bcc": null,
            "cc": null,
            "reply_to": null,
        }),
        ChannelKind::Sms => {
            json!({ "__typename": "MessageSmsContent", "to": to("phone_number"), "body": text })
        }
        ChannelKind::Push => json!({
            "__typename": "MessagePushContent",
            "token": "",
            "title": text,
            "body": text,
            "data": shortened(&message.data),
        }),
        ChannelKind::Chat | ChannelKind::Http => json!({
            "__typename": "MessageChatContent",
            "connection": {},
            "template": { "summary": text, "blocks": null, "json_content": null },
            "metadata": null,
        }),
    };
    json!({
        "__typename": "MessageContent",
        "message_id": message.id,
        "data": data,
        "inserted_at": message.inserted_at,
    })
}

pub(crate) fn blocks(message: &Message) -> Value {
    let rendered = message.content.as_ref().and_then(|content| content.data().get("blocks").cloned());
    if let Some(blocks) = rendered {
        return blocks;
    }
    let text = format!("Workflow {}", message.trigger.workflow.key);
    json!([{ "type": "markdown", "name": "body", "content": text, "rendered": format!("<p>{text}</p>") }])
}

pub(crate) fn render_activity(world: &World, message: &Message, activity: &Activity) -> Value {
    json!({
        "__typename": "Activity",
        "id": activity.id,
        "actor": activity.actor.as_ref().map(|actor| world.render(actor)),
        "recipient": world.render(&message.recipient),
        "data": shortened(&activity.data),
        "inserted_at": activity.at,
        "updated_at": activity.at,
    })
}

fn activities(world: &World, call: &Call, id: &str) -> Outcome {
    let message = find(world, id)?;
    let wanted = trigger_data(call.query.text("trigger_data")?)?;
    let shown = message.activities.shown.iter();
    let mut rows: Vec<Row<&Activity>> =
        shown.enumerate().map(|(at, activity)| (format!("{at:08}"), activity)).collect();
    rows.retain(|(_, activity)| matches_data(wanted.as_ref(), &activity.data));
    Pager::items(&call.query).respond(rows, |activity| render_activity(world, message, activity))
}

fn events(world: &World, call: &Call, id: &str) -> Outcome {
    let message = find(world, id)?;
    let rows = message.events.iter().enumerate().map(|(at, event)| (format!("{at:08}"), event));
    Pager::items(&call.query).respond(rows.collect(), |event| {
        json!({
            "__typename": "MessageEvent",
            "id": event.id,
            "type": event.kind,
            "recipient": message.recipient,
            "data": event.data,
            "inserted_at": event.at,
        })
    })
}

/// In-app messages and messages that were not sent have no delivery logs. Those of webhooks are what was sent; the others
/// are made up, since nothing is.
fn delivery_logs(world: &World, call: &Call, id: &str) -> Outcome {
    let message = find(world, id)?;
    let attempts = message.render_attempts();
    let attempts = attempts.as_array().into_iter().flatten().filter(|attempt| attempt["kind"] == "http");
    let logs: Vec<Value> = match message.channel.kind {
        ChannelKind::InAppFeed => Vec::new(),
        _ if message.status == "not_sent" => Vec::new(),
        ChannelKind::Http if message.content.is_some() => attempts.filter_map(attempt_log).collect(),
        _ => vec![json!({
            "request": {
                "host": "emulator.invalid",
                "method": "POST",
                "path": "/",
                "query": null,
                "headers": {},
                "body": {},
            },
            "response": { "status": 200, "headers": {}, "body": {} },
            "inserted_at": message.inserted_at,
        })],
    };
    let first = message.activities.shown.first().map(|activity| &activity.id);
    let rows = logs.into_iter().enumerate().map(|(at, log)| (format!("{at:08}"), (at, log)));
    Pager::items(&call.query).respond(rows.collect(), |(at, mut log)| {
        log["__typename"] = json!("MessageDeliveryLog");
        log["id"] = json!(first.map(|id| if at == 0 { id.clone() } else { format!("{id}-{at}") }));
        log["environment_id"] = json!(Ids::named("environment"));
        log["service_name"] = json!(message.channel.provider);
        log
    })
}

/// An attempt as a log. Without a response there is none.
fn attempt_log(attempt: &Value) -> Option<Value> {
    let request = &attempt["request"];
    let url: http::Uri = request["url"].as_str()?.parse().ok()?;
    let headers = request["headers"].as_array()?.iter();
    let headers: serde_json::Map<String, Value> =
        headers.filter_map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].clone()))).collect();
    let status = attempt["response"]["status"].as_u64()?;
    Some(json!({
        "request": {
            "host": url.host(),
            "method": request["method"],
            "path": url.path(),
            "query": url.query().map(|query| format!("?{query}")),
            "headers": headers,
            "body": request["body"],
        },
        "response": { "status": status, "headers": null, "body": attempt["response"]["body"] },
        "inserted_at": attempt["at"],
    }))
}
