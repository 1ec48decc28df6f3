//! `messages`: all messages of all channels.

use bytes::Bytes;
use http::Response;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY};
use serde_json::{Value, json};

use super::filter::Filter;
use super::paging::{self, Page};
use super::summary::summary;
use crate::state::State;
use crate::wire::query::Query;
use crate::wire::response::{Failure, Outcome, ok, with_status};
use crate::world::World;
use crate::world::message::{Event, Message};

/// The document of a message runs nothing, is of no origin, and loads nothing.
const FRAME: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";
/// The same, but it loads the images of other hosts.
const FRAME_WITH_IMAGES: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; font-src data:";

pub(super) fn list(state: &State, query: &Query) -> Outcome {
    let world = &state.world;
    let filter = Filter::parse(query, world)?;
    let mut page = Page::new(paging::size(query)?);
    let bound = |name| match query.text(name)? {
        None => Ok(None),
        Some(id) => world.messages.position(id).map(Some).ok_or_else(|| paging::unknown(name)),
    };
    let (older_than, newer_than) = (bound("after")?, bound("before")?);
    let mut total = 0;
    for (at, message) in world.messages.descending() {
        if !filter.admits(message) {
            continue;
        }
        total += 1;
        if older_than.is_none_or(|bound| at < bound) && newer_than.is_none_or(|bound| at > bound) {
            page.push(message);
        }
    }
    let entries: Vec<Value> = page.entries().iter().map(|message| summary(world, message)).collect();
    ok(json!({
        "entries": entries,
        "total": total,
        "page_info": page.info(|message| &message.id),
        "revision": world.revision,
    }))
}

pub(super) fn get(state: &State, id: &str) -> Outcome {
    let message = find(&state.world, id)?;
    let mut detail = summary(&state.world, message);
    detail["data"] = json!(*message.data);
    detail["events"] = message.events.iter().map(event).collect();
    detail["content"] = json!(message.content.as_deref());
    detail["message"] = message.render();
    detail["attempts"] = message.render_attempts();
    ok(detail)
}

/// The document that a frame shows.
pub(super) fn html(state: &State, id: &str, query: &Query) -> Response<Bytes> {
    let document = find(&state.world, id).and_then(|message| {
        let content = message.content.as_ref().and_then(|content| content.document());
        Ok((content.ok_or_else(no_document)?, query.flag("images")? == Some(true)))
    });
    match document {
        Ok((html, images)) => frame(html, images),
        Err(failure) => failure.response(),
    }
}

fn frame(html: String, images: bool) -> Response<Bytes> {
    let mut response = with_status(200, Bytes::from(html));
    let policy = if images { FRAME_WITH_IMAGES } else { FRAME };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-dns-prefetch-control", HeaderValue::from_static("off"));
    response
}

fn no_document() -> Failure {
    Failure::new(
        404,
        "no_html",
        "This message has no HTML: it is not of a kind that has, or has no template",
        "api_error",
    )
}

fn find<'a>(world: &'a World, id: &str) -> Result<&'a Message, Failure> {
    world.messages.get(id).ok_or_else(Failure::missing)
}

fn event(event: &Event) -> Value {
    json!({ "id": event.id, "type": event.kind, "at": event.at, "data": event.data })
}
