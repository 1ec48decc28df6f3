//! The engine: from step to step.

use std::sync::Arc;

use knock_directory::{Step, StepKind, TriggerFrequency};
use serde_json::{Value, json};

use super::super::activity::{Activities, Activity};
use super::super::run::{RecipientRun, Status, StepName};
use super::super::store::{Task, World};
use super::super::trigger::Source;
use super::did::{ATTEMPTS, Did, Wake};
use super::live::Live;
use super::progress::{Entry, Outcome, Progress, State, Waiting};
use super::{ai_agent, state};
use crate::settings::Workflow;

impl World {
    /// Starts a run, or resumes it if it is time. Returns whether the run has steps.
    pub(in super::super) fn proceed(&mut self, run_id: &str) -> bool {
        let Some(run) = self.runs.get(run_id) else { return false };
        let Some(program) = run.trigger.workflow.program.clone() else { return false };
        match &run.progress {
            None => self.begin(run_id, program),
            Some(progress) if self.is_due(progress) => self.wake(run_id, Wake::Time),
            Some(_) => {}
        }
        true
    }

    fn is_due(&self, progress: &Progress) -> bool {
        let at = match &progress.waiting {
            Some(Waiting::Until(at) | Waiting::Event { until: at, .. }) => Some(*at),
            Some(Waiting::Batch(key)) => self.steps.batches.get(key).map(|batch| batch.closes_at),
            Some(Waiting::Response { .. } | Waiting::Hand) | None => None,
        };
        at.is_some_and(|at| at <= self.now)
    }

    fn begin(&mut self, run_id: &str, program: Arc<knock_directory::Workflow>) {
        let Some(run) = self.runs.get(run_id) else { return };
        let (trigger, recipient, data) =
            (Arc::clone(&run.trigger), run.recipient.clone(), Arc::clone(&run.data));
        let activity = Activity {
            id: self.ids.ksuid(self.now),
            actor: trigger.actor.clone(),
            data: Arc::clone(&data),
            at: self.now,
        };
        let progress = Progress::new(Activities::of(activity));
        let mut live = Live { id: run_id.to_owned(), trigger, program, recipient, data, progress, errors: 0 };
        self.remember_scopes(run_id);
        let scope = Arc::new(self.scope(&live));
        let Some((outcome, detail)) = self.refusal(&live, &scope) else { return self.drive(live) };
        live.progress.log.push(Entry {
            step_ref: "trigger".to_owned(),
            kind: "trigger",
            state: State::Skipped,
            at: self.now,
            ended_at: Some(self.now),
            detail: json!({ "reason": outcome.as_str(), "detail": detail }),
            scope: Some(scope),
        });
        self.finish(live, outcome);
    }

    /// Why a run must not start: the conditions of the trigger, and then its frequency. Their order is our own.
    fn refusal(&mut self, live: &Live, scope: &Value) -> Option<(Outcome, String)> {
        if let Err(condition) = self.check(live, scope, &live.program.conditions) {
            return Some((Outcome::ConditionsNotMet, condition));
        }
        let tenant = match live.program.trigger_frequency {
            TriggerFrequency::EveryTrigger => return None,
            TriggerFrequency::OncePerRecipient => None,
            TriggerFrequency::OncePerRecipientPerTenant => live.trigger.tenant.clone(),
        };
        let key = (live.program.key.clone(), live.recipient.clone(), tenant);
        (matches!(live.trigger.source, Source::Api) && !self.steps.ran.insert(key))
            .then(|| (Outcome::RanBefore, "the workflow runs once for each recipient".to_owned()))
    }

    /// Drops the scopes of the oldest run if there are too many.
    fn remember_scopes(&mut self, run_id: &str) {
        self.steps.scoped.push_back(run_id.to_owned());
        if self.steps.scoped.len() > state::MAX_SCOPED
            && let Some(oldest) = self.steps.scoped.pop_front()
            && let Some(progress) = self.runs.get_mut(&oldest).and_then(|run| run.progress.as_mut())
        {
            progress.log.iter_mut().for_each(|entry| entry.scope = None);
        }
    }

    /// Executes steps until one waits or ends the run.
    fn drive(&mut self, mut live: Live) {
        loop {
            if let Some(outcome) = live.ended() {
                return self.finish(live, outcome);
            }
            let program = Arc::clone(&live.program);
            let Some(step) = live.step(&program) else { return self.finish(live, Outcome::Finished) };
            let scope = Arc::new(self.scope(&live));
            let did = match self.check(&live, &scope, &step.conditions) {
                Ok(()) => self.execute(&mut live, step, &scope),
                Err(condition) => Did::Skipped("conditions", condition),
            };
            live.progress.log.push(Entry {
                step_ref: step.step_ref.clone(),
                kind: step.kind.as_str(),
                state: State::Done,
                at: self.now,
                ended_at: Some(self.now),
                detail: Value::Null,
                scope: Some(scope),
            });
            match self.apply(live, step, did) {
                Some(on) => live = on,
                None => return,
            }
        }
    }

    fn execute(&mut self, live: &mut Live, step: &Step, scope: &Value) -> Did {
        match &step.kind {
            StepKind::Channel(channel) => self.run_channel(live, step, channel, scope),
            StepKind::Delay(delay) => self.run_delay(live, delay, scope),
            StepKind::Batch(batch) => self.run_batch(live, step, batch, scope),
            StepKind::Throttle(throttle) => self.run_throttle(live, step, throttle, scope),
            StepKind::Branch(branches) => self.run_branch(live, branches, scope),
            StepKind::RandomCohort(cohort) => self.run_random_cohort(live, step, cohort, scope),
            StepKind::HttpFetch(fetch) => self.run_fetch(live, fetch, scope, 1),
            StepKind::TriggerWorkflow(trigger) => self.run_trigger_workflow(live, trigger, scope),
            StepKind::UpdateData(update) => self.run_update_data(live, update, scope),
            StepKind::UpdateUser(update)
            | StepKind::UpdateObject(update)
            | StepKind::UpdateTenant(update) => self.run_update(live, step, update, scope),
            StepKind::WaitForEvent(wait) => self.run_wait_for_event(live, wait),
            StepKind::AiAgent(_) => ai_agent::run(),
            _ => Did::Failed(format!("the emulator has no steps of the type `{}`", step.kind.as_str())),
        }
    }

    /// Resumes a run that waits at a step.
    pub(super) fn wake(&mut self, run_id: &str, wake: Wake) {
        let Some(mut live) = self.take_live(run_id) else { return };
        let Some(waiting) = live.progress.waiting.take() else { return self.put_back(live) };
        if self.is_inactive(&live) {
            return self.finish(live, Outcome::Inactive);
        }
        let program = Arc::clone(&live.program);
        let Some(step) = live.step(&program) else { return self.finish(live, Outcome::Finished) };
        let did = match (&step.kind, waiting) {
            (StepKind::Batch(batch), Waiting::Batch(key)) => self.close_batch(&mut live, batch, &key),
            (StepKind::WaitForEvent(wait), Waiting::Event { .. }) => {
                self.end_wait(&mut live, step, wait, wake)
            }
            (StepKind::HttpFetch(fetch), Waiting::Response { attempt, .. }) => {
                self.end_fetch(&mut live, fetch, wake, attempt)
            }
            (StepKind::HttpFetch(fetch), Waiting::Until(_)) => {
                let attempt = live.progress.log.last().and_then(|entry| entry.detail["attempt"].as_u64());
                let attempt = attempt.and_then(|attempt| u32::try_from(attempt).ok()).unwrap_or(1);
                let scope = self.scope(&live);
                self.run_fetch(&mut live, fetch, &scope, attempt + 1)
            }
            (StepKind::AiAgent(_), Waiting::Hand) => ai_agent::end(&mut live, step, &wake),
            _ => Did::Done(Value::Null),
        };
        if let Some(live) = self.apply(live, step, did) {
            self.drive(live);
        }
    }

    /// Notes what a step did, and returns the run if it goes on.
    fn apply(&mut self, mut live: Live, step: &Step, did: Did) -> Option<Live> {
        let now = self.now;
        let state = match &did {
            Did::Skipped(..) => State::Skipped,
            Did::Waits(..) => State::Waiting,
            Did::Failed(_) => State::Failed,
            Did::Done(_) | Did::Entered(..) | Did::Ended(..) => State::Done,
        };
        let detail = match &did {
            Did::Done(detail) | Did::Entered(_, detail) | Did::Waits(_, detail) | Did::Ended(_, detail) => {
                detail.clone()
            }
            Did::Skipped(reason, detail) => json!({ "reason": reason, "detail": detail }),
            Did::Failed(error) => json!({ "error": error, "attempts": ATTEMPTS }),
        };
        if let Some(entry) = live.progress.log.last_mut() {
            entry.state = state;
            entry.detail = detail.clone();
            entry.ended_at = (state != State::Waiting).then_some(now);
        }
        self.note(&live, step, &did, detail);
        match did {
            Did::Done(_) | Did::Skipped(..) => {
                live.go_on();
                Some(live)
            }
            Did::Entered(branch, _) => {
                live.enter(branch);
                Some(live)
            }
            Did::Waits(waiting, _) => {
                self.pause(live, waiting);
                None
            }
            Did::Ended(outcome, _) => {
                self.finish(live, outcome);
                None
            }
            Did::Failed(_) => {
                live.errors += 1;
                self.finish(live, Outcome::Failed);
                None
            }
        }
    }

    /// Adds an event to the run, as the API shows them. Messages add their own.
    fn note(&mut self, live: &Live, step: &Step, did: &Did, detail: Value) {
        let name = match did {
            Did::Skipped(..) => "step_skipped",
            Did::Waits(..) => "step_waiting",
            Did::Failed(_) => "step_failed",
            Did::Done(_) | Did::Entered(..) | Did::Ended(..) => return,
        };
        let step = StepName { step_ref: step.step_ref.clone(), kind: step.kind.as_str() };
        let event = self.event(name).of(step, detail);
        let event = if matches!(did, Did::Failed(_)) { event.failed(ATTEMPTS) } else { event };
        if let Some(run) = self.runs.get_mut(&live.id) {
            run.events.push(event);
        }
    }

    fn pause(&mut self, mut live: Live, waiting: Waiting) {
        let at = match &waiting {
            Waiting::Until(at) => Some(*at),
            Waiting::Batch(key) => self.steps.batches.get(key).map(|batch| batch.closes_at),
            Waiting::Event { until, .. } => {
                self.steps.listening.insert((live.recipient.clone(), live.id.clone()));
                Some(*until)
            }
            Waiting::Response { .. } | Waiting::Hand => None,
        };
        if let Some(at) = at {
            self.plan(at, Task::Resume(live.id.clone()));
        }
        live.progress.waiting = Some(waiting);
        let run_id = live.id.clone();
        self.put_back(live);
        if let Some(run) = self.runs.get_mut(&run_id) {
            run.status = Status::Paused;
        }
    }

    fn finish(&mut self, mut live: Live, outcome: Outcome) {
        live.progress.outcome = Some(outcome);
        self.steps.listening.remove(&(live.recipient.clone(), live.id.clone()));
        let run_id = live.id.clone();
        self.put_back(live);
        let event = self.event("workflow_run_completed");
        let now = self.now;
        let Some(run) = self.runs.get_mut(&run_id) else { return };
        let is_cancelled = outcome == Outcome::Halted;
        run.status = if is_cancelled { Status::Cancelled } else { Status::Completed };
        run.updated_at = now;
        run.events.push(event);
        if outcome == Outcome::Failed {
            self.report_run("workflow_recipient_run.error", &run_id);
        }
        self.report_run("workflow_recipient_run.completed", &run_id);
        self.go_on_with_schedule(&run_id);
    }

    pub(super) fn take_live(&mut self, run_id: &str) -> Option<Live> {
        let run = self.runs.get_mut(run_id).filter(|run| run.status.is_waiting())?;
        Some(Live {
            id: run.id.clone(),
            trigger: Arc::clone(&run.trigger),
            program: run.program.clone().or_else(|| run.trigger.workflow.program.clone())?,
            recipient: run.recipient.clone(),
            data: Arc::clone(&run.data),
            progress: *run.progress.take()?,
            errors: run.error_count,
        })
    }

    pub(super) fn put_back(&mut self, live: Live) {
        let Some(run) = self.runs.get_mut(&live.id) else { return };
        run.data = live.data;
        run.error_count = live.errors;
        run.program = Some(live.program);
        run.progress = Some(Box::new(live.progress));
    }

    /// Whether the workflow is inactive now. A workflow that is gone is not: its runs go on with what they have.
    fn is_inactive(&self, live: &Live) -> bool {
        self.settings.workflows.get(&live.program.key).is_some_and(|workflow| !workflow.active)
    }

    /// Runs what is ready, and resumes the runs that wait for what has happened.
    pub(crate) fn settle(&mut self) {
        loop {
            if let Some(run_id) = self.steps.ready.pop_front() {
                self.proceed(&run_id);
            } else if let Some(signal) = self.steps.signals.pop_front() {
                self.signal(&signal);
            } else {
                return;
            }
        }
    }

    /// Lets a run that waits go on now. Returns whether it waited.
    pub(crate) fn go_on(&mut self, run_id: &str, known: Value) -> bool {
        let waits = |run: &RecipientRun| {
            run.status.is_waiting()
                && run.progress.as_ref().is_some_and(|progress| progress.waiting.is_some())
        };
        let is_waiting = self.runs.get(run_id).is_some_and(waits);
        if is_waiting {
            if let Some(request) = self.awaited_request(run_id) {
                self.steps.requests.remove(request);
            }
            self.wake(run_id, Wake::Hand(known));
            self.settle();
        }
        is_waiting
    }

    /// The request whose response a run waits for.
    pub(super) fn awaited_request(&self, run_id: &str) -> Option<u64> {
        match self.runs.get(run_id)?.progress.as_ref()?.waiting {
            Some(Waiting::Response { request, .. }) => Some(request),
            _ => None,
        }
    }

    /// The workflow of a key as it is now.
    pub(super) fn latest(&self, key: &str) -> Option<Arc<Workflow>> {
        self.settings.workflows.get(key).cloned()
    }
}
