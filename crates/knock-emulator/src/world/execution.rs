//! Executing workflows: from an accepted trigger to the messages of each recipient.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::conditions::Scope;
use super::message::Message;
use super::preferences::allows;
use super::run::{Event, EventKind, RecipientRun, Status, step_ref};
use super::store::{Task, World, push_bounded};
use super::trigger::{Target, Trigger};
use crate::recipient::Recipient;
use crate::settings::Channel;

impl World {
    /// Starts a run for every target. If the workflow has no delay, the runs complete at once.
    pub(crate) fn start(&mut self, mut trigger: Trigger, targets: Vec<Target>) -> String {
        let id = self.ids.uuid();
        trigger.id.clone_from(&id);
        trigger.recipients = targets.iter().map(|target| target.recipient.clone()).collect();
        let delay = if trigger.skip_delay { SignedDuration::ZERO } else { trigger.workflow.delay };
        let trigger = Arc::new(trigger);
        self.accepted += 1;
        push_bounded(&mut self.triggers, Arc::clone(&trigger));
        for target in targets {
            let run = self.new_run(&trigger, target);
            let run_id = run.id.clone();
            self.runs.push(run);
            self.report_run("workflow_recipient_run.started", &run_id);
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
        Event::new(&mut self.ids, kind, self.now)
    }

    /// Completes a paused run. A run that was cancelled or deleted in the meantime is left unchanged.
    pub(super) fn resume(&mut self, run_id: &str) {
        let Some(run) = self.runs.get(run_id).filter(|run| run.status == Status::Paused).cloned() else {
            return;
        };
        let mut events = Vec::new();
        for (step, channel) in run.trigger.workflow.channels.iter().enumerate() {
            if self.may_deliver(&run, channel) {
                let message = Message::new(&mut self.ids, self.now, &run, channel, &step_ref(channel, step));
                events.push(self.event(EventKind::Enqueued { step, message_id: message.id.clone() }));
                push_bounded(&mut self.deliveries, message.delivery());
                let id = message.id.clone();
                self.messages.push(message);
                self.report_message(&id, 0);
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
            self.report_run("workflow_recipient_run.completed", run_id);
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

    /// Cancels the paused runs with a cancellation key: those of `recipients` and their subscribers, or all of them.
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
