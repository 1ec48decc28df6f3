//! `/v1/workflow_recipient_runs`.

use super::page::Pager;
use crate::wire::call::Call;
use crate::wire::response::{Failure, Outcome, ok};
use crate::world::World;
use crate::world::run::RecipientRun;

pub(crate) fn route(world: &World, call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("GET", []) => Some(list(world, call)),
        ("GET", [id]) => Some(get(world, id)),
        _ => None,
    }
}

fn get(world: &World, id: &str) -> Outcome {
    ok(world.runs.get(id).ok_or_else(Failure::missing)?.render_with_events())
}

fn list(world: &World, call: &Call) -> Outcome {
    let query = &call.query;
    let workflow = query.text("workflow")?;
    let status = query.strings("status")?;
    let tenant = query.text("tenant")?;
    let recipient = query.recipient("recipient")?;
    let from = query.time("starting_at")?;
    let until = query.time("ending_at")?;
    let with_errors = query.flag("has_errors")? == Some(true);
    let rows = world.runs.newest().filter(|(_, run)| {
        workflow.is_none_or(|key| run.trigger.workflow.key == key)
            && (status.is_empty() || status.iter().any(|name| name == run.status.as_str()))
            && tenant.is_none_or(|id| run.trigger.tenant.as_deref() == Some(id))
            && recipient.as_ref().is_none_or(|only| run.recipient == *only)
            && from.is_none_or(|from| run.inserted_at >= from)
            && until.is_none_or(|until| run.inserted_at <= until)
            && (!with_errors || run.error_count > 0)
    });
    Pager::items(query).respond(rows.collect(), RecipientRun::render)
}
