//! Triggering another workflow: <https://docs.knock.app/designing-workflows/trigger-workflow-function>.

use knock_directory::TriggerWorkflow;
use serde_json::{Value, json};

use super::super::accept::{self, Origin};
use super::super::store::World;
use super::super::trigger::Source;
use super::did::Did;
use super::live::Live;
use crate::json::Fields;

/// So many triggers can lead to each other. Knock documents no limit, but a workflow that triggers itself would not end.
const MAX_DEPTH: u8 = 10;

impl World {
    pub(super) fn run_trigger_workflow(&mut self, live: &Live, step: &TriggerWorkflow, scope: &Value) -> Did {
        if live.trigger.depth >= MAX_DEPTH {
            return Did::Failed(format!("more than {MAX_DEPTH} workflows triggered each other"));
        }
        let (key, body) = match self.trigger_of(live, step, scope) {
            Ok(trigger) => trigger,
            Err(error) => return Did::Failed(error),
        };
        match self.settings.workflow(&key) {
            None => return Did::Skipped("workflow", format!("there is no workflow `{key}`")),
            Some(workflow) if !workflow.active => {
                return Did::Skipped("workflow", format!("the workflow `{key}` is inactive"));
            }
            Some(_) => {}
        }
        let origin =
            Origin { source: Source::Step, sandbox: live.trigger.sandbox, depth: live.trigger.depth + 1 };
        match accept::start(self, &key, &body, origin) {
            Ok(id) => Did::Done(json!({ "workflow": key, "workflow_run_id": id })),
            Err(failure) => Did::Failed(failure.summary()),
        }
    }

    /// The workflow, and the trigger as the body of a request.
    fn trigger_of(
        &self,
        live: &Live,
        step: &TriggerWorkflow,
        scope: &Value,
    ) -> Result<(String, Fields), String> {
        let key = self.text(&step.workflow_key, scope)?.trim().to_owned();
        let trigger = &live.trigger;
        let recipients = match &step.recipients {
            None => json!([live.recipient]),
            Some(template) => match json_or_text(&self.text(template, scope)?) {
                list @ Value::Array(_) => list,
                single => json!([single]),
            },
        };
        let or = |template: &Option<String>, default: Value| match template {
            None => Ok(default),
            Some(template) => Ok::<_, String>(json_or_text(&self.text(template, scope)?)),
        };
        let data = match &step.data {
            None => (**live.shown_data()).clone(),
            Some(template) => json_object(&self.text(template, scope)?)?,
        };
        let cancellation_key = match &step.cancellation_key {
            None => json!(trigger.cancellation_key),
            Some(template) => text_or_null(&self.text(template, scope)?),
        };
        let body = json!({
            "recipients": recipients,
            "actor": or(&step.actor, json!(trigger.actor))?,
            "tenant": or(&step.tenant, json!(trigger.tenant))?,
            "data": data,
            "cancellation_key": cancellation_key,
        });
        match body {
            Value::Object(body) => Ok((key, body)),
            _ => Err("the trigger is no object".to_owned()),
        }
    }
}

/// An object or a list, if it is one, otherwise the text. Nothing is null.
fn json_or_text(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
        _ => text_or_null(text),
    }
}

fn text_or_null(text: &str) -> Value {
    let text = text.trim();
    if text.is_empty() { Value::Null } else { json!(text) }
}

/// Parses what a template gave.
pub(super) fn json_object(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(format!("the template gave {text}, which is not a JSON object")),
        Err(error) => Err(format!("the template gave invalid JSON: {error}")),
    }
}
