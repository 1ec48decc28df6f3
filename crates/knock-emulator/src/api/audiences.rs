//! `/v1/audiences/{key}/members`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::bulk::MAX_BULK;
use super::page::{Pager, Row};
use crate::recipient::Recipient;
use crate::wire::call::Call;
use crate::wire::fields::{self, bad_type};
use crate::wire::response::{Failure, Outcome, no_content};
use crate::world::identify::Inline;
use crate::world::{Member, World};

const PAGE_SIZE: usize = 25;

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", [key, "members"]) => Some(list(world, call, key)),
        ("POST", [key, "members"]) => Some(add(world, call, key)),
        ("DELETE", [key, "members"]) => Some(remove(world, call, key)),
        _ => None,
    }
}

/// An audience is created with its first members, if the call sets `create_audience`.
fn add(world: &mut World, call: &Call, key: &str) -> Outcome {
    let create = call.query.flag("create_audience")? == Some(true);
    let members = members(world, call)?;
    if !create && !world.audiences.contains_key(key) {
        return Err(Failure::missing());
    }
    for (inline, tenant) in members {
        let user = inline.apply(world);
        world.join_audience(key, &user, tenant);
    }
    no_content()
}

fn remove(world: &mut World, call: &Call, key: &str) -> Outcome {
    let members = members(world, call)?;
    if !world.audiences.contains_key(key) {
        return Err(Failure::missing());
    }
    for (inline, tenant) in members {
        world.leave_audience(key, &inline.recipient, tenant);
    }
    no_content()
}

fn members(world: &World, call: &Call) -> Result<Vec<(Inline, Option<String>)>, Failure> {
    let settings = Arc::clone(&world.settings);
    let rows = fields::list(&call.body, "members", MAX_BULK)?;
    rows.iter()
        .map(|row| {
            let user = row.get("user").filter(|user| user.is_object()).ok_or_else(|| bad_type("members"))?;
            let inline = Inline::parse(user, "members", &settings)?;
            if !inline.recipient.is_user() {
                return Err(bad_type("members"));
            }
            match row.get("tenant") {
                None | Some(Value::Null) => Ok((inline, None)),
                Some(Value::String(tenant)) => Ok((inline, Some(tenant.clone()))),
                Some(_) => Err(bad_type("members")),
            }
        })
        .collect()
}

fn list(world: &World, call: &Call, key: &str) -> Outcome {
    let audience = world.audiences.get(key).ok_or_else(Failure::missing)?;
    let rows: Vec<Row<_>> = audience.iter().map(|(member, added)| (rank(member), (member, added))).collect();
    Pager::entries(&call.query).default(PAGE_SIZE).respond(rows, |((user, tenant), added)| {
        json!({
            "__typename": "AudienceMember",
            "user_id": user,
            "user": world.render(&Recipient::user(user)),
            "tenant": tenant,
            "added_at": added,
        })
    })
}

/// Sorts in the order of members: by user, then by tenant, with no tenant first.
fn rank((user, tenant): &Member) -> String {
    match tenant {
        None => user.clone(),
        Some(tenant) => format!("{user}\0{tenant}"),
    }
}
