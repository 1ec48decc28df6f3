//! Accepting triggers, of the API and of steps.

use std::sync::Arc;

use serde_json::Value;

use super::identify::Inline;
use super::store::World;
use super::trigger::{Source, Target, Trigger};
use crate::json::{Fields, deep_merge, fits};
use crate::recipient::Recipient;
use crate::settings::Workflow;
use crate::wire::fields;
use crate::wire::response::Failure;

/// The maximum number of recipients of a trigger.
const MAX_RECIPIENTS: usize = 1000;
/// The maximum size of `data` as JSON.
const MAX_DATA: usize = 10 * 1000 * 1000;

/// Where a trigger comes from.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) source: Source,
    pub(crate) sandbox: bool,
    pub(crate) depth: u8,
}

impl Origin {
    pub(crate) const API: Self = Self { source: Source::Api, sandbox: false, depth: 0 };
}

/// Validates everything first, so that a rejected trigger has no effect.
pub(crate) fn start(world: &mut World, key: &str, body: &Fields, origin: Origin) -> Result<String, Failure> {
    let workflow = find(world, key)?;
    let settings = Arc::clone(&world.settings);
    let values = fields::list(body, "recipients", MAX_RECIPIENTS)?;
    let recipients = Inline::parse_list(values, "recipients", &settings)?;
    let actor = body.get("actor").filter(|actor| !actor.is_null());
    let actor = actor.map(|actor| Inline::parse(actor, "actor", &settings)).transpose()?;
    let tenant = Inline::parse_tenant(body.get("tenant").unwrap_or(&Value::Null), &settings)?;
    let data = fields::object(body, "data")?.cloned().unwrap_or_default();
    if !fits(&data, MAX_DATA) {
        return Err(Failure::invalid("data", "should be at most 10 MB", "length"));
    }
    let shared = Arc::new(Value::Object(data));
    #[cfg(feature = "schemas")]
    super::trigger_data::check(&workflow, &shared)?;
    let cancellation_key = fields::text(body, "cancellation_key")?.map(str::to_owned);
    let empty = Fields::new();
    let options = fields::object(body, "settings")?.unwrap_or(&empty);
    let sandbox = fields::flag(options, "sandbox_mode")?;
    let skip_delay = fields::flag(options, "skip_delay")?;
    if let Some(actor) = actor.as_ref().filter(|actor| actor.is_bare()) {
        check_actor(world, &actor.recipient, values)?;
    }

    let targets = recipients.into_iter().map(|inline| target(inline, &shared, world)).collect();
    let actor = actor.map(|actor| actor.apply(world));
    let tenant = tenant.map(|tenant| tenant.apply(world).id().to_owned());
    let targets = world.fan_out(targets, &shared, actor.as_ref());
    let trigger = Trigger {
        id: String::new(),
        workflow,
        actor,
        tenant,
        data: shared,
        cancellation_key,
        source: origin.source,
        sandbox: sandbox || origin.sandbox,
        skip_delay,
        depth: origin.depth,
        recipients: Vec::new(),
        at: world.now,
    };
    Ok(world.start(trigger, targets))
}

pub(crate) fn find(world: &World, key: &str) -> Result<Arc<Workflow>, Failure> {
    let kind = "invalid_request_error";
    let Some(workflow) = world.settings.workflow(key) else {
        let message = "The workflow you tried to invoke does not exist in this environment";
        return Err(Failure::new(404, "workflow_missing", message, kind));
    };
    if !workflow.active {
        let message = "The workflow you tried to invoke is marked as inactive";
        return Err(Failure::new(400, "workflow_inactive", message, kind));
    }
    Ok(workflow)
}

/// An actor that is just an id must exist, or be identified as a recipient of the same trigger.
fn check_actor(world: &World, actor: &Recipient, recipients: &[Value]) -> Result<(), Failure> {
    let identified = |value: &Value| value.is_object() && Recipient::parse(value).as_ref() == Some(actor);
    if world.entities.contains_key(actor) || recipients.iter().any(identified) {
        return Ok(());
    }
    let message = "The actor supplied does not exist. It must be identified before it is used.";
    Err(Failure::new(400, "actor_missing", message, "invalid_request_error"))
}

/// Merges the `$trigger_data` of a recipient into the data of the trigger.
fn target(mut inline: Inline, shared: &Arc<Value>, world: &mut World) -> Target {
    let data = match (inline.trigger_data.take(), shared.as_object()) {
        (Some(own), Some(shared)) => {
            let mut merged = shared.clone();
            deep_merge(&mut merged, &own);
            Arc::new(Value::Object(merged))
        }
        _ => Arc::clone(shared),
    };
    Target { recipient: inline.apply(world), data }
}
