//! Executing workflows: from an accepted trigger to the messages of each recipient.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::conditions::Scope;
use super::message::Message;
#[cfg(feature = "workflows")]
use super::message::Report;
use super::preferences::allows;
use super::run::{Event, RecipientRun, Status, StepName, step_ref};
use super::store::{Cancellation, Task, World, push_bounded};
use super::trigger::{Target, Trigger};
use crate::recipient::Recipient;
use crate::settings::{Channel, ChannelKind};

impl World {
    /// Accepts a run for every target. Without a latency and a delay, the runs complete at once.
    pub(crate) fn start(&mut self, mut trigger: Trigger, targets: Vec<Target>) -> String {
        let id = self.ids.uuid();
        trigger.id.clone_from(&id);
        trigger.recipients = targets.iter().map(|target| target.recipient.clone()).collect();
        let latency = self.settings.latency;
        let trigger = Arc::new(trigger);
        self.accepted += 1;
        push_bounded(&mut self.triggers, Arc::clone(&trigger));
        for target in targets {
            let run = self.new_run(&trigger, target);
            let run_id = run.id.clone();
            self.runs.push(run);
            self.plan_in(latency, Task::Resume(run_id));
        }
        id
    }

    /// Performs a task after a while, or at once.
    fn plan_in(&mut self, delay: SignedDuration, task: Task) {
        if delay.is_zero() {
            self.perform(task);
        } else {
            let due = self.now.saturating_add(delay).unwrap_or(Timestamp::MAX);
            self.plan(due, task);
        }
    }

    fn new_run(&mut self, trigger: &Arc<Trigger>, target: Target) -> RecipientRun {
        let started = self.event("workflow_run_started");
        RecipientRun {
            id: self.ids.uuid(),
            trigger: Arc::clone(trigger),
            recipient: target.recipient,
            data: target.data,
            status: Status::Queued,
            inserted_at: self.now,
            updated_at: self.now,
            error_count: 0,
            events: vec![started],
            #[cfg(feature = "workflows")]
            progress: None,
            #[cfg(feature = "workflows")]
            program: None,
        }
    }

    pub(super) fn event(&mut self, name: &'static str) -> Event {
        Event::new(&mut self.ids, name, self.now)
    }

    /// Starts a queued run, or completes a paused one. A run that was cancelled or deleted in the meantime is left
    /// unchanged.
    pub(super) fn resume(&mut self, run_id: &str) {
        let Some(run) = self.runs.get(run_id).filter(|run| run.status.is_waiting()) else { return };
        if run.status == Status::Queued {
            self.report_run("workflow_recipient_run.started", run_id);
        }
        #[cfg(feature = "workflows")]
        if self.proceed(run_id) {
            return;
        }
        let Some(run) = self.runs.get_mut(run_id) else { return };
        let delay = run.trigger.workflow.delay;
        if run.status == Status::Queued && !run.trigger.skip_delay && !delay.is_zero() {
            run.status = Status::Paused;
            return self.plan_in(delay, Task::Resume(run_id.to_owned()));
        }
        let run = run.clone();
        self.complete(&run);
    }

    fn complete(&mut self, run: &RecipientRun) {
        let mut events = Vec::new();
        for (step, channel) in run.trigger.workflow.channels.iter().enumerate() {
            let name = StepName { step_ref: step_ref(channel, step), kind: "channel" };
            if self.may_deliver(run, channel) {
                let message_id = self.enqueue(run, channel, &name.step_ref);
                let data = json!({ "message_id": message_id, "channel_type": channel.kind.as_str() });
                events.push(self.event("message_enqueued").of(name, data));
            } else {
                events.push(self.event("step_skipped").of(name, json!({ "reason": "preferences" })));
            }
        }
        events.push(self.event("workflow_run_completed"));
        let now = self.now;
        let run_id = run.id.clone();
        if let Some(run) = self.runs.get_mut(&run_id) {
            run.status = Status::Completed;
            run.updated_at = now;
            run.events.extend(events);
            self.report_run("workflow_recipient_run.completed", &run_id);
            self.go_on_with_schedule(&run_id);
        }
    }

    /// Makes a message. In-app feeds have it at once, other channels take a while to send it.
    fn enqueue(&mut self, run: &RecipientRun, channel: &Arc<Channel>, step_ref: &str) -> String {
        let message = Message::new(&mut self.ids, self.now, run, channel, step_ref);
        let id = message.id.clone();
        self.messages.push(message);
        self.report_message(&id, 0);
        self.dispatch(&id, channel);
        id
    }

    /// Sends a message, or plans to.
    pub(super) fn dispatch(&mut self, message_id: &str, channel: &Channel) {
        let is_feed = channel.kind == ChannelKind::InAppFeed;
        let latency = if is_feed { SignedDuration::ZERO } else { self.settings.latency };
        self.plan_in(latency, Task::Send(message_id.to_owned()));
    }

    /// Sends a queued message, unless it was deleted.
    pub(super) fn send(&mut self, message_id: &str) {
        #[cfg(feature = "workflows")]
        if self.deliver_webhook(message_id) {
            return;
        }
        let event_id = self.ids.ksuid(self.now);
        if let Some(message) = self.messages.get_mut(message_id) {
            let known = message.events.len();
            if message.channel.kind == ChannelKind::InAppFeed {
                self.arrived.push(message_id.to_owned());
            }
            message.send(event_id, self.now);
            #[cfg(feature = "smtp")]
            if message.channel.kind == ChannelKind::Email
                && !message.sandbox
                && let Some(posted) = &mut self.posted
            {
                posted.push(message_id.to_owned());
            }
            push_bounded(&mut self.deliveries, message.delivery());
            self.report_message(message_id, known);
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
        let key = &trigger.workflow.key;
        let workflow =
            json!({ "id": key, "key": key, "name": key, "categories": trigger.workflow.categories });
        let run_state =
            json!({ "total_activities": 1, "total_actors": usize::from(trigger.actor.is_some()) });
        let scope = Scope {
            data: &run.data,
            recipient: &self.render(&run.recipient),
            actor: &entity(trigger.actor.as_ref()),
            tenant: &entity(tenant.as_ref()),
            workflow: &workflow,
            run: &run_state,
            now: self.now,
            vars: None,
            refs: None,
            event: None,
            is_member: &|who, audience| self.is_member(who, audience, trigger.tenant.as_deref()),
        };
        allows(&set, &trigger.workflow, channel, &scope)
    }

    /// Whether a recipient, given as rendered, is in an audience: with the tenant of the run, or without any.
    pub(super) fn is_member(&self, who: &Value, audience: &str, tenant: Option<&str>) -> Option<bool> {
        let Some(members) = self.audiences.get(audience) else { return self.is_in_segment(who, audience) };
        let user = who.get("id").and_then(Value::as_str).filter(|_| who.get("collection").is_none());
        Some(user.is_some_and(|user| members.contains_key(&(user.to_owned(), tenant.map(str::to_owned)))))
    }

    #[cfg(not(feature = "workflows"))]
    #[allow(clippy::unused_self)] // it has the same signature as the other
    fn is_in_segment(&self, _who: &Value, _audience: &str) -> Option<bool> {
        None
    }

    /// Changes the delivery status of a message after an attempt to deliver it, which is recorded as an event.
    #[cfg(feature = "workflows")]
    pub(super) fn set_status(&mut self, id: &str, report: Report, data: Value) {
        self.note_status(id, report, data);
        if let Some(message) = self.messages.get(id).filter(|_| report != Report::Attempted) {
            push_bounded(&mut self.deliveries, message.delivery());
        }
    }

    /// Cancels what has not completed, after a while: a run that is triggered meanwhile is cancelled, too.
    pub(crate) fn cancel(&mut self, cancellation: Cancellation) {
        self.plan_in(self.settings.latency, Task::Cancel(cancellation));
    }

    pub(super) fn cancel_now(&mut self, cancellation: Cancellation) {
        let Cancellation { workflow, key, recipients } = cancellation;
        let only = recipients.map(|recipients| {
            let targets = recipients.into_iter().map(|recipient| Target { recipient, data: Arc::default() });
            self.fan_out(targets.collect(), &Arc::default(), None)
                .into_iter()
                .map(|target| target.recipient)
                .collect::<Vec<_>>()
        });
        #[cfg(feature = "workflows")]
        self.cancel_in_batches(&workflow, &key, only.as_deref());
        let now = self.now;
        for run in self.runs.iter_mut() {
            let trigger = &run.trigger;
            if run.status.is_waiting()
                && !run.is_in_batch()
                && trigger.workflow.key == workflow
                && trigger.cancellation_key.as_ref() == Some(&key)
                && only.as_ref().is_none_or(|only| only.contains(&run.recipient))
            {
                run.status = Status::Cancelled;
                run.updated_at = now;
                #[cfg(feature = "workflows")]
                run.stop_waiting();
            }
        }
    }
}
