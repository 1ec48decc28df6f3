use knock_core::recipients::RecipientReference;
use knock_core::schedules::{self, RepeatRule, ScheduleRequest, Update};
use knock_core::{Clear, Field, Timestamp};
use serde_json::{Map, Value};

use super::Table;
use super::values::{inline_tenant, read, recipient, recipients, take, take_text, take_texts, time};

/// Sets what runs and when, according to `$body`.
macro_rules! set_plan {
    ($schedule:ident, $body:expr) => {
        $schedule = $schedule.actor(take($body, "actor").map(recipient));
        $schedule = $schedule.tenant(take($body, "tenant").map(inline_tenant));
        for rule in take($body, "repeats").map_or_else(Vec::new, |rules| read(&rules)) {
            $schedule = $schedule.repeat(rule);
        }
        set!($schedule, $body, data: Value, scheduled_at: Timestamp, ending_at: Timestamp);
    };
}

pub(super) const NODE_1: Table = &[
    ("schedules.create", |mut args| {
        let mut body = args.object();
        let mut create = schedules::create(workflow(&mut body)).recipients(recipients(&body["recipients"]));
        set_plan!(create, &mut body);
        args.send(create)
    }),
    ("schedules.update", |mut args| {
        let mut body = args.object();
        let update = schedules::update(take_texts(&mut body, "schedule_ids"));
        args.send(body.into_iter().fold(update, set))
    }),
    ("schedules.list", |mut args| {
        let mut query = args.object();
        let mut list = schedules::list(workflow(&mut query));
        set_page!(list, &mut query);
        set!(list, &mut query, recipients: Vec<RecipientReference>, tenant: String);
        args.send_page(list)
    }),
    ("schedules.delete", |mut args| {
        let ids = take_texts(&mut args.object(), "schedule_ids");
        args.send(schedules::delete(ids))
    }),
    ("schedules.bulk.create", |mut args| {
        let list: Vec<Map<String, Value>> = read(&args.object()["schedules"]);
        let schedules: Vec<_> = list.into_iter().map(schedule).collect();
        args.send(schedules::bulk_create(schedules))
    }),
];

fn workflow(map: &mut Map<String, Value>) -> String {
    take_text(map, "workflow").expect("it is required")
}

fn schedule(mut map: Map<String, Value>) -> ScheduleRequest {
    let whom = take(&mut map, "recipient").expect("it is required here");
    let mut schedule = ScheduleRequest::new(workflow(&mut map), recipient(whom));
    set_plan!(schedule, &mut map);
    schedule
}

fn set(update: Update, (name, value): (String, Value)) -> Update {
    match (name.as_str(), value) {
        ("actor", value) => update.actor(read::<Field<RecipientReference>>(&value)),
        ("data", value) => update.data(value),
        ("tenant", Value::Null) => update.tenant(Clear),
        ("tenant", value) => update.tenant(inline_tenant(value)),
        ("repeats", value) => update.repeats(read::<Vec<RepeatRule>>(&value)),
        ("scheduled_at", value) => update.scheduled_at(time(&value)),
        ("ending_at", value) => update.ending_at(time(&value)),
        other => panic!("a schedule has no {other:?}"),
    }
}
