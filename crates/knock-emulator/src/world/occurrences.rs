//! The occurrences of schedules.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::schedule::{Rule, Schedule};
use super::store::{Task, World};
use super::trigger::{Source, Target, Trigger};
use crate::recipient::Recipient;

impl World {
    pub(crate) fn render_schedule(&self, schedule: &Schedule) -> Value {
        json!({
            "__typename": "Schedule",
            "id": schedule.id,
            "workflow": schedule.workflow.key,
            "recipient": self.render(&schedule.recipient),
            "actor": schedule.actor.as_ref().map(|actor| self.render(actor)),
            "tenant": schedule.tenant,
            "data": schedule.data,
            "repeats": schedule.repeats.iter().map(Rule::render).collect::<Vec<_>>(),
            "scheduled_at": schedule.scheduled_at,
            "ending_at": schedule.ending_at,
            "next_occurrence_at": schedule.next,
            "last_occurrence_at": schedule.last,
            "inserted_at": schedule.inserted_at,
            "updated_at": schedule.updated_at,
        })
    }

    /// Finds the next occurrence after `after` and plans a task for it.
    pub(crate) fn plan_schedule(&mut self, id: &str, after: Timestamp) {
        let Some(schedule) = self.schedules.get(id) else { return };
        let next = self.next_occurrence(schedule, after);
        if let Some(schedule) = self.schedules.get_mut(id) {
            schedule.next = next;
        }
        if let Some(next) = next {
            self.plan(next, Task::Occur(id.to_owned()));
        }
    }

    /// A one-off schedule in the past is due at once. A recurring schedule starts at `scheduled_at`.
    fn next_occurrence(&self, schedule: &Schedule, after: Timestamp) -> Option<Timestamp> {
        let next = if schedule.repeats.is_empty() {
            schedule.scheduled_at.filter(|_| schedule.last.is_none()).map(|at| at.max(after))
        } else {
            let zone = self.zone_of(&schedule.recipient);
            let start = schedule.scheduled_at.unwrap_or(schedule.inserted_at);
            schedule.repeats.iter().filter_map(|rule| rule.next(start, after, &zone)).min()
        };
        next.filter(|next| schedule.ending_at.is_none_or(|end| *next <= end))
    }

    /// The time zone of a recipient, otherwise that of the account. Zones that do not exist are skipped.
    pub(super) fn zone_of(&self, recipient: &Recipient) -> TimeZone {
        let own = self.entities.get(recipient).and_then(|entity| entity.properties.get("timezone")?.as_str());
        let mut names = [own, self.settings.timezone.as_deref()].into_iter().flatten();
        names.find_map(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
    }

    /// Plans the next occurrence of the schedule that started a run, because the run has ended.
    pub(super) fn go_on_with_schedule(&mut self, run_id: &str) {
        let Some(run) = self.runs.get(run_id) else { return };
        if let Source::Schedule(id) = &run.trigger.source {
            let id = id.clone();
            self.plan_schedule(&id, self.now);
        }
    }

    /// Runs an occurrence, unless the schedule was changed or deleted. There is no fan-out to subscribers. The next one is
    /// planned when the run has ended.
    pub(super) fn occur(&mut self, id: &str, at: Timestamp) {
        let Some(schedule) = self.schedules.get_mut(id).filter(|schedule| schedule.next == Some(at)) else {
            return;
        };
        schedule.last = Some(at);
        let Some(schedule) = self.schedules.get(id) else { return };
        // templates show it
        let next = self.next_occurrence(schedule, at);
        let Some(schedule) = self.schedules.get_mut(id) else { return };
        schedule.next = next;
        let data = Arc::new(Value::Object(schedule.data.clone().unwrap_or_default()));
        // the version at this time
        let workflow = self.settings.workflows.get(&schedule.workflow.key).unwrap_or(&schedule.workflow);
        let trigger = Trigger {
            id: String::new(),
            workflow: Arc::clone(workflow),
            actor: schedule.actor.clone(),
            tenant: schedule.tenant.clone(),
            data: Arc::clone(&data),
            cancellation_key: None,
            source: Source::Schedule(schedule.id.clone()),
            sandbox: false,
            skip_delay: false,
            depth: 0,
            recipients: Vec::new(),
            at,
        };
        let target = Target { recipient: schedule.recipient.clone(), data };
        self.start(trigger, vec![target]);
    }
}
