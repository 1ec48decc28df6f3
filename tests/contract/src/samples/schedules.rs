use knock_core::Clear;
use knock_core::recipients::ObjectReference;
use knock_core::schedules::{self, Day, RepeatRule, ScheduleRequest};
use serde_json::json;

use super::values::{CHANNEL, object, tenant, time, user};
use crate::sample::Sample;

const WORKFLOW: &str = "feeding";

pub(super) fn samples() -> Vec<Sample> {
    let weekly = || RepeatRule::weekly([Day::Mon, Day::Fri]).interval(2).hours(17).minutes(30);
    let monthly = || RepeatRule::monthly(1);
    let project = || ObjectReference::new("projects", "paddock-9");
    let create = || schedules::create(WORKFLOW).recipient("agrant");
    let update = || schedules::update([CHANNEL]);
    let list = || schedules::list(WORKFLOW);
    let request = || ScheduleRequest::new(WORKFLOW, "agrant");
    vec![
        Sample::items(create().scheduled_at(time())).full(
            create()
                .recipient(user())
                .recipient(object())
                .actor(user())
                .data(json!({ "food": "goat" }))
                .tenant(tenant())
                .repeat(weekly())
                .repeat(monthly())
                .scheduled_at(time())
                .ending_at(time()),
        ),
        Sample::items(update())
            .full(
                update()
                    .actor(project())
                    .data(json!({ "food": "goat" }))
                    .tenant(tenant())
                    .repeats([weekly(), monthly()])
                    .scheduled_at(time())
                    .ending_at(time()),
            )
            .full(update().actor(Clear).tenant(Clear).scheduled_at(Clear).ending_at(Clear)),
        Sample::items(schedules::delete([CHANNEL])),
        Sample::list(list()).full(
            list()
                .after("a")
                .before("b")
                .page_size(50)
                .recipients(["jhammond"])
                .recipients([project()])
                .tenant("jurassic-park"),
        ),
        Sample::batch(schedules::bulk_create([request().scheduled_at(time())])).full(schedules::bulk_create(
            [
                ScheduleRequest::new(WORKFLOW, user())
                    .actor(user())
                    .data(json!({ "food": "goat" }))
                    .tenant(tenant())
                    .repeat(weekly())
                    .repeat(monthly())
                    .scheduled_at(time())
                    .ending_at(time()),
                ScheduleRequest::new(WORKFLOW, object()).scheduled_at(time()),
            ],
        )),
    ]
}
