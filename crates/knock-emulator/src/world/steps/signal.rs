//! What happens in the world, for the runs that wait for it.

use std::sync::Arc;

use knock_directory::{EventType, StepKind, WaitForEvent};
use serde_json::{Value, json};

use super::super::run::StepName;
use super::super::store::World;
use super::did::Wake;
use super::live::Live;
use super::progress::Waiting;
use super::state::Signal;
use crate::recipient::Recipient;

impl World {
    /// Whether any run waits for an event about a recipient.
    fn is_awaited(&self, recipient: &Recipient) -> bool {
        let first = (recipient.clone(), String::new());
        self.steps.listening.range(first..).next().is_some_and(|(known, _)| known == recipient)
    }

    fn emit(&mut self, signal: impl FnOnce(&Self) -> Option<Signal>, recipient: &Recipient) {
        if self.is_awaited(recipient)
            && let Some(signal) = signal(self)
        {
            self.steps.signals.push_back(signal);
        }
    }

    /// An event of a message.
    pub(in super::super) fn emit_message(&mut self, id: &str, known: usize) {
        let Some(message) = self.messages.get(id) else { return };
        let recipient = message.recipient.clone();
        if !self.is_awaited(&recipient) {
            return;
        }
        let signals: Vec<Signal> = message
            .events
            .iter()
            .skip(known)
            .map(|event| Signal {
                event_type: EventType::Message,
                event_key: event.kind.trim_start_matches("message.").to_owned(),
                source_key: Some(message.trigger.workflow.key.clone()),
                recipient: recipient.clone(),
                payload: json!({
                    "message_id": message.id,
                    "event_type": event.kind,
                    "channel_id": message.channel.id,
                    "channel_type": message.channel.kind.as_str(),
                    "channel_provider": message.channel.provider,
                    "tenant_id": message.trigger.tenant,
                    "step_ref": message.step_ref,
                    "recipient": message.recipient,
                    "inserted_at": event.at,
                    "source": { "type": "workflow", "key": message.trigger.workflow.key },
                    "data": event.data,
                }),
            })
            .collect();
        self.steps.signals.extend(signals);
    }

    /// The start or the end of a run.
    pub(in super::super) fn emit_run(&mut self, kind: &str, id: &str) {
        let Some(run) = self.runs.get(id) else { return };
        let recipient = run.recipient.clone();
        let key = kind.trim_start_matches("workflow_recipient_run.").to_owned();
        self.emit(
            |world| {
                let run = world.runs.get(id)?;
                Some(Signal {
                    event_type: EventType::Workflow,
                    event_key: key,
                    source_key: Some(run.trigger.workflow.key.clone()),
                    recipient: run.recipient.clone(),
                    payload: json!({
                        "workflow_key": run.trigger.workflow.key,
                        "workflow_run_id": run.trigger.id,
                        "recipient": run.recipient,
                        "status": run.status.as_str(),
                        "tenant_id": run.trigger.tenant,
                        "notify_data": *run.data,
                        "inserted_at": world.now,
                    }),
                })
            },
            &recipient,
        );
    }

    /// A change of a recipient. It can also change its audiences.
    pub(in super::super) fn emit_update(&mut self, recipient: &Recipient) {
        self.emit(
            |world| {
                Some(Signal {
                    event_type: EventType::Recipient,
                    event_key: "updated".to_owned(),
                    source_key: None,
                    recipient: recipient.clone(),
                    payload: json!({ "recipient": recipient, "event_type": "updated", "timestamp": world.now }),
                })
            },
            recipient,
        );
    }

    /// A change of the static audiences of a recipient.
    pub(in super::super) fn emit_membership(&mut self, recipient: &Recipient) {
        self.emit(
            |_| {
                Some(Signal {
                    event_type: EventType::Audience,
                    event_key: String::new(),
                    source_key: None,
                    recipient: recipient.clone(),
                    payload: Value::Null,
                })
            },
            recipient,
        );
    }

    /// An event of an integration, which only the control endpoints report.
    pub(crate) fn emit_integration(&mut self, source: &str, event: &str, user: &Recipient, data: &Value) {
        let payload = json!({ "data": data, "user_id": user.id(), "inserted_at": self.now });
        self.steps.signals.push_back(Signal {
            event_type: EventType::IntegrationSource,
            event_key: event.to_owned(),
            source_key: Some(source.to_owned()),
            recipient: user.clone(),
            payload,
        });
        self.settle();
    }

    /// Compares what happened with what the runs of the recipient wait for.
    pub(super) fn signal(&mut self, signal: &Signal) {
        let first = (signal.recipient.clone(), String::new());
        let listening = self.steps.listening.range(first..);
        let runs: Vec<String> = listening
            .take_while(|(recipient, _)| *recipient == signal.recipient)
            .map(|(_, run)| run.clone())
            .collect();
        for run_id in runs {
            if let Some(event) = self.matching(&run_id, signal) {
                self.wake(&run_id, Wake::Event(event));
            }
        }
    }

    /// The payload of the event if a run waits for it.
    fn matching(&mut self, run_id: &str, signal: &Signal) -> Option<Value> {
        let Some(mut live) = self.take_live(run_id) else {
            // it was cancelled
            self.steps.listening.remove(&(signal.recipient.clone(), run_id.to_owned()));
            return None;
        };
        let event = self.matched(&mut live, signal);
        self.put_back(live);
        event
    }

    fn matched(&mut self, live: &mut Live, signal: &Signal) -> Option<Value> {
        let program = Arc::clone(&live.program);
        let step = live.step(&program)?;
        let StepKind::WaitForEvent(wait) = &step.kind else { return None };
        let event = match wait.event_type {
            EventType::Audience => self.membership(live, wait, signal)?,
            EventType::Recipient => {
                (signal.event_type == EventType::Recipient).then(|| self.updated(live, signal))?
            }
            kind => {
                let is_meant = kind == signal.event_type
                    && wait.event_key.trim_start_matches("message.") == signal.event_key
                    && wait.source_key.as_ref().is_none_or(|key| signal.source_key.as_ref() == Some(key));
                is_meant.then(|| signal.payload.clone())?
            }
        };
        let scope = self.scope(live);
        let checked = self.check_event(live, &scope, &wait.match_conditions, &event);
        let name = StepName { step_ref: step.step_ref.clone(), kind: step.kind.as_str() };
        let data = json!({ "result": checked.is_ok(), "condition": checked.as_ref().err() });
        let noted = self.event("wait_conditions_evaluated").of(name, data);
        if let Some(run) = self.runs.get_mut(&live.id) {
            run.events.push(noted);
        }
        checked.is_ok().then_some(event)
    }

    fn updated(&self, live: &Live, signal: &Signal) -> Value {
        let entity = self.entities.get(&live.recipient);
        let mut event = signal.payload.clone();
        event["properties"] = json!(entity.map(|entity| &entity.properties));
        event["preferences"] = json!(entity.map(|entity| &entity.preferences));
        event["channel_data"] = json!(entity.map(|entity| &entity.channel_data));
        event
    }

    /// Whether the recipient entered or left the audience since the run waits, or since the last look.
    fn membership(&mut self, live: &mut Live, wait: &WaitForEvent, signal: &Signal) -> Option<Value> {
        let audience = wait.source_key.as_deref()?;
        let tenant = live.trigger.tenant.clone();
        let is_member =
            self.is_member(&self.flat(&live.recipient), audience, tenant.as_deref()) == Some(true);
        let Some(Waiting::Event { was_member, .. }) = &mut live.progress.waiting else { return None };
        let was = was_member.replace(is_member) == Some(true);
        let transition = match (was, is_member) {
            (false, true) => "enter",
            (true, false) => "exit",
            _ => return None,
        };
        (transition == wait.event_key).then(|| {
            json!({
                "audience_id": audience,
                "recipient": signal.recipient,
                "transition": transition,
                "happened_at": self.now,
            })
        })
    }
}
