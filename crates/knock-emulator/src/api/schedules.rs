//! `/v1/schedules`.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::bulk::MAX_BULK;
use super::page::Pager;
use crate::json::Fields;
use crate::recipient::Recipient;
use crate::settings::Workflow;
use crate::wire::call::Call;
use crate::wire::fields::{self, Given, bad_type, blank};
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;
use crate::world::accept::find;
use crate::world::identify::Inline;
use crate::world::schedule::{Rule, Schedule};

const MAX_SCHEDULES: usize = 100;

pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", []) => Some(list(world, call)),
        ("POST", []) => Some(create(world, &call.body)),
        ("PUT", []) => Some(update(world, &call.body)),
        ("DELETE", []) => Some(delete(world, &call.body)),
        ("POST", ["bulk", "create"]) => Some(bulk_create(world, call)),
        _ => None,
    }
}

/// The fields of a schedule that a request sets.
#[derive(Clone)]
struct Changes {
    repeats: Option<Vec<Rule>>,
    scheduled_at: Given<Timestamp>,
    ending_at: Given<Timestamp>,
    data: Given<Fields>,
    actor: Given<Recipient>,
    tenant: Given<String>,
}

impl Changes {
    /// Returns the changes, and the recipients to identify with them.
    fn parse(world: &World, body: &Fields) -> Result<(Self, Vec<Inline>), Failure> {
        let settings = &world.settings;
        let actor = body.get("actor").filter(|actor| !actor.is_null());
        let actor = actor.map(|actor| Inline::parse(actor, "actor", settings)).transpose()?;
        let tenant = Inline::parse_tenant(body.get("tenant").unwrap_or(&Value::Null), settings)?;
        let id = |inline: &Inline| inline.recipient.clone();
        let changes = Self {
            repeats: repeats(body)?,
            scheduled_at: Given::read(body, "scheduled_at", fields::time)?,
            ending_at: Given::read(body, "ending_at", fields::time)?,
            data: Given::read(body, "data", |body, name| Ok(fields::object(body, name)?.cloned()))?,
            actor: Given::read(body, "actor", |_, _| Ok(actor.as_ref().map(id)))?,
            tenant: Given::read(body, "tenant", |_, _| {
                Ok(tenant.as_ref().map(id).map(|tenant| tenant.id().to_owned()))
            })?,
        };
        Ok((changes, actor.into_iter().chain(tenant).collect()))
    }

    /// A new schedule needs a repeat rule or a time.
    fn check_new(&self) -> Result<(), Failure> {
        let recurs = self.repeats.as_ref().is_some_and(|rules| !rules.is_empty());
        if recurs || self.scheduled_at.value().is_some() { Ok(()) } else { Err(blank("repeats")) }
    }

    fn apply(self, schedule: &mut Schedule) {
        if let Some(repeats) = self.repeats {
            schedule.repeats = repeats;
        }
        self.scheduled_at.set(&mut schedule.scheduled_at);
        self.ending_at.set(&mut schedule.ending_at);
        self.data.set(&mut schedule.data);
        self.actor.set(&mut schedule.actor);
        self.tenant.set(&mut schedule.tenant);
    }
}

fn identify(world: &mut World, inlines: Vec<Inline>) {
    for inline in inlines {
        inline.apply(world);
    }
}

fn repeats(body: &Fields) -> Result<Option<Vec<Rule>>, Failure> {
    match body.get("repeats") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Vec::new())),
        Some(Value::Array(rules)) => rules.iter().map(Rule::parse).collect::<Result<_, _>>().map(Some),
        Some(_) => Err(bad_type("repeats")),
    }
}

/// Creates one schedule per recipient.
fn create(world: &mut World, body: &Fields) -> Outcome {
    fields::require(body, &["workflow", "recipients"])?;
    let workflow = find(world, fields::required_text(body, "workflow")?)?;
    let settings = Arc::clone(&world.settings);
    let recipients = fields::list(body, "recipients", MAX_SCHEDULES)?;
    let recipients = Inline::parse_list(recipients, "recipients", &settings)?;
    let (changes, inlines) = Changes::parse(world, body)?;
    changes.check_new()?;
    identify(world, inlines);
    let ids: Vec<String> = recipients
        .into_iter()
        .map(|recipient| insert(world, &workflow, recipient, changes.clone()))
        .collect();
    show(world, &ids)
}

fn insert(world: &mut World, workflow: &Arc<Workflow>, recipient: Inline, changes: Changes) -> String {
    let recipient = recipient.apply(world);
    let now = world.now;
    let id = world.ids.uuid();
    let mut schedule = Schedule {
        id: id.clone(),
        workflow: Arc::clone(workflow),
        recipient,
        actor: None,
        tenant: None,
        data: None,
        repeats: Vec::new(),
        scheduled_at: None,
        ending_at: None,
        next: None,
        last: None,
        inserted_at: now,
        updated_at: now,
    };
    changes.apply(&mut schedule);
    world.schedules.push(schedule);
    world.plan_schedule(&id, now);
    id
}

fn show(world: &World, ids: &[String]) -> Outcome {
    ok(ids
        .iter()
        .filter_map(|id| world.schedules.get(id))
        .map(|schedule| world.render_schedule(schedule))
        .collect())
}

/// Makes the same change to every schedule. Unknown ids are ignored.
fn update(world: &mut World, body: &Fields) -> Outcome {
    let ids = fields::strings(body, "schedule_ids", MAX_SCHEDULES)?;
    let (changes, inlines) = Changes::parse(world, body)?;
    identify(world, inlines);
    let now = world.now;
    for id in &ids {
        if let Some(schedule) = world.schedules.get_mut(id) {
            if changes.scheduled_at.value().is_some() {
                schedule.last = None; // a one-off schedule with a new time runs again
            }
            changes.clone().apply(schedule);
            schedule.updated_at = now;
            world.plan_schedule(id, now);
        }
    }
    show(world, &ids)
}

fn delete(world: &mut World, body: &Fields) -> Outcome {
    let ids = fields::strings(body, "schedule_ids", MAX_SCHEDULES)?;
    let deleted: Vec<Schedule> = ids.iter().filter_map(|id| world.schedules.remove(id)).collect();
    ok(deleted.iter().map(|schedule| world.render_schedule(schedule)).collect())
}

fn list(world: &World, call: &Call) -> Outcome {
    let workflow = call.query.text("workflow")?.ok_or_else(|| blank("workflow"))?;
    let tenant = call.query.text("tenant")?;
    let recipients = call.query.recipients("recipients")?;
    let rows = world.schedules.newest().filter(|(_, schedule)| {
        schedule.workflow.key == workflow
            && tenant.is_none_or(|id| schedule.tenant.as_deref() == Some(id))
            && recipients.as_ref().is_none_or(|only| only.contains(&schedule.recipient))
    });
    Pager::entries(&call.query).respond(rows.collect(), |schedule| world.render_schedule(schedule))
}

/// Each row has a single `recipient`.
fn bulk_create(world: &mut World, call: &Call) -> Outcome {
    let rows = fields::list(&call.body, "schedules", MAX_BULK)?;
    let mut failed = Vec::new();
    for row in rows {
        let Value::Object(row) = row else { return Err(bad_type("schedules")) };
        let recipient =
            row.get("recipient").and_then(Recipient::parse).ok_or_else(|| bad_type("schedules"))?;
        if create_one(world, row).is_err() {
            failed.push(recipient);
        }
    }
    ok(world.accept_bulk("schedules.create_schedules", rows.len(), failed))
}

fn create_one(world: &mut World, row: &Fields) -> Outcome {
    let mut row = row.clone();
    let recipient = row.remove("recipient").unwrap_or(Value::Null);
    row.insert("recipients".to_owned(), Value::Array(vec![recipient]));
    create(world, &row)
}
