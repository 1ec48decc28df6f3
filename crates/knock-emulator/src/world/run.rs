//! Workflow runs: from an accepted trigger to the messages of each recipient.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::conditions::Scope;
use super::log::Record;
use super::message::Message;
use super::preferences::allows;
use super::{Task, World, push_bounded};
use crate::recipient::Recipient;
use crate::settings::{Channel, Workflow};

/// What started a run.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Api,
    Schedule(String),
}

/// One accepted trigger.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) id: String,
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) actor: Option<Recipient>,
    pub(crate) tenant: Option<String>,
    pub(crate) data: Arc<Value>,
    pub(crate) cancellation_key: Option<String>,
    pub(crate) source: Source,
    pub(crate) sandbox: bool,
    pub(crate) skip_delay: bool,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) at: Timestamp,
}

/// A recipient of a trigger, with its own data.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) recipient: Recipient,
    pub(crate) data: Arc<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Paused,
    Completed,
    Cancelled,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The run of a trigger for one recipient.
#[derive(Clone, Debug)]
pub(crate) struct RecipientRun {
    pub(crate) id: String,
    pub(crate) trigger: Arc<Trigger>,
    pub(crate) recipient: Recipient,
    pub(crate) data: Arc<Value>,
    pub(crate) status: Status,
    pub(crate) inserted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    events: Vec<Event>,
}

#[derive(Clone, Debug)]
struct Event {
    id: String,
    kind: EventKind,
    at: Timestamp,
}

#[derive(Clone, Debug)]
enum EventKind {
    Started,
    /// By the number of the channel in the workflow.
    Enqueued {
        step: usize,
        message_id: String,
    },
    Skipped {
        step: usize,
    },
    Completed,
}

impl Record for RecipientRun {
    fn id(&self) -> &str {
        &self.id
    }

    fn is_settled(&self) -> bool {
        self.status != Status::Paused
    }
}

impl RecipientRun {
    pub(crate) fn render(&self) -> Value {
        let trigger = &self.trigger;
        let (kind, schedule) = match &trigger.source {
            Source::Api => ("api", None),
            Source::Schedule(id) => ("schedule", Some(id)),
        };
        json!({
            "__typename": "WorkflowRecipientRun",
            "id": self.id,
            "workflow_run_id": trigger.id,
            "workflow": trigger.workflow.key,
            "recipient": self.recipient,
            "actor": trigger.actor,
            "tenant": trigger.tenant,
            "status": self.status.as_str(),
            "error_count": 0,
            "trigger_source": {
                "type": kind,
                "cancellation_key": trigger.cancellation_key,
                "schedule_id": schedule,
                "audience_key": null,
            },
            "inserted_at": self.inserted_at,
            "updated_at": self.updated_at,
        })
    }

    pub(crate) fn render_with_events(&self) -> Value {
        let mut rendered = self.render();
        rendered["events"] = self.events.iter().map(|event| event.render(&self.trigger.workflow)).collect();
        rendered
    }
}

impl Event {
    fn render(&self, workflow: &Workflow) -> Value {
        let (name, step) = match &self.kind {
            EventKind::Started => ("workflow_run_started", None),
            EventKind::Enqueued { step, .. } => ("message_enqueued", Some(*step)),
            EventKind::Skipped { step } => ("step_skipped", Some(*step)),
            EventKind::Completed => ("workflow_run_completed", None),
        };
        let channel = step.and_then(|step| workflow.channels.get(step));
        let data = match &self.kind {
            EventKind::Enqueued { message_id, .. } => json!({
                "message_id": message_id,
                "channel_type": channel.map(|channel| channel.kind.as_str()),
            }),
            EventKind::Skipped { .. } => json!({ "reason": "preferences" }),
            EventKind::Started | EventKind::Completed => Value::Null,
        };
        json!({
            "__typename": "WorkflowRecipientRunEvent",
            "id": self.id,
            "event": name,
            "status": "ok",
            "attempt": 1,
            "step_type": channel.map(|_| "channel"),
            "step_ref": channel.zip(step).map(|(channel, step)| step_ref(channel, step)),
            "data": data,
            "inserted_at": self.at,
        })
    }
}

impl World {
    /// Starts a run for every target, and delivers at once where there is no delay.
    pub(crate) fn start(&mut self, mut trigger: Trigger, targets: Vec<Target>) -> String {
        let id = self.ids.uuid();
        trigger.id.clone_from(&id);
        trigger.recipients = targets.iter().map(|target| target.recipient.clone()).collect();
        let delay = if trigger.skip_delay { jiff::SignedDuration::ZERO } else { trigger.workflow.delay };
        let trigger = Arc::new(trigger);
        self.accepted += 1;
        push_bounded(&mut self.triggers, Arc::clone(&trigger));
        for target in targets {
            let run = self.new_run(&trigger, target);
            let run_id = run.id.clone();
            self.runs.push(run);
            if delay.is_zero() {
                self.resume(&run_id);
            } else {
                let due = self.now.saturating_add(delay).unwrap_or(Timestamp::MAX);
                self.plan(due, Task::Resume(run_id));
            }
        }
        id
    }

    fn new_run(&mut self, trigger: &Arc<Trigger>, target: Target) -> RecipientRun {
        let started = self.event(EventKind::Started);
        RecipientRun {
            id: self.ids.uuid(),
            trigger: Arc::clone(trigger),
            recipient: target.recipient,
            data: target.data,
            status: Status::Paused,
            inserted_at: self.now,
            updated_at: self.now,
            events: vec![started],
        }
    }

    fn event(&mut self, kind: EventKind) -> Event {
        Event { id: self.ids.ksuid(self.now), kind, at: self.now }
    }

    /// Carries a paused run to its end. One that was cancelled or deleted in the meantime stays as it is.
    pub(super) fn resume(&mut self, run_id: &str) {
        let Some(run) = self.runs.get(run_id).filter(|run| run.status == Status::Paused).cloned() else {
            return;
        };
        let mut events = Vec::new();
        for (step, channel) in run.trigger.workflow.channels.iter().enumerate() {
            if self.may_deliver(&run, channel) {
                let message = Message::new(self, &run, channel, &step_ref(channel, step));
                events.push(self.event(EventKind::Enqueued { step, message_id: message.id.clone() }));
                push_bounded(&mut self.deliveries, message.delivery());
                self.messages.push(message);
            } else {
                events.push(self.event(EventKind::Skipped { step }));
            }
        }
        events.push(self.event(EventKind::Completed));
        let now = self.now;
        if let Some(run) = self.runs.get_mut(run_id) {
            run.status = Status::Completed;
            run.updated_at = now;
            run.events.extend(events);
        }
    }

    fn may_deliver(&self, run: &RecipientRun, channel: &Channel) -> bool {
        let trigger = &run.trigger;
        let set = self.effective(&run.recipient, trigger.tenant.as_deref());
        if set.is_empty() {
            return true;
        }
        let entity =
            |recipient: Option<&Recipient>| recipient.map_or(Value::Null, |known| self.render(known));
        let tenant = trigger.tenant.as_deref().map(Recipient::tenant);
        let workflow = json!({ "key": trigger.workflow.key, "categories": trigger.workflow.categories });
        let scope = Scope {
            data: &run.data,
            recipient: &self.render(&run.recipient),
            actor: &entity(trigger.actor.as_ref()),
            tenant: &entity(tenant.as_ref()),
            workflow: &workflow,
        };
        allows(&set, &trigger.workflow, channel, &scope)
    }

    /// Stops the paused runs of a cancellation key, of the given recipients and their subscribers only if any.
    pub(crate) fn cancel(&mut self, workflow: &str, key: &str, recipients: Option<Vec<Recipient>>) {
        let only = recipients.map(|recipients| {
            let targets = recipients.into_iter().map(|recipient| Target { recipient, data: Arc::default() });
            self.fan_out(targets.collect(), &Arc::default(), None)
                .into_iter()
                .map(|target| target.recipient)
                .collect::<Vec<_>>()
        });
        let now = self.now;
        for run in self.runs.iter_mut() {
            let trigger = &run.trigger;
            if run.status == Status::Paused
                && trigger.workflow.key == workflow
                && trigger.cancellation_key.as_deref() == Some(key)
                && only.as_ref().is_none_or(|only| only.contains(&run.recipient))
            {
                run.status = Status::Cancelled;
                run.updated_at = now;
            }
        }
    }
}

fn step_ref(channel: &Channel, step: usize) -> String {
    format!("{}_{}", channel.kind.as_str(), step + 1)
}
