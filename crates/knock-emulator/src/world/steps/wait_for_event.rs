//! Waiting for an event: <https://docs.knock.app/designing-workflows/wait-for-event-function>.

use jiff::SignedDuration;
use knock_directory::{EventType, Outcome as After, Span, Step, Unit, WaitForEvent};
use serde_json::json;

use super::super::store::World;
use super::did::{Did, Wake};
use super::live::Live;
use super::progress::{Outcome, Waiting};
use super::when;

/// No wait is longer.
const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The default of Knock's dashboard.
const DEFAULT: Span = Span { value: 15, unit: Unit::Minutes };

impl World {
    pub(super) fn run_wait_for_event(&self, live: &Live, wait: &WaitForEvent) -> Did {
        let longest = self.now.saturating_add(LONGEST).unwrap_or(jiff::Timestamp::MAX);
        let until =
            when::after(self.now, wait.expires_after.unwrap_or(DEFAULT)).unwrap_or(longest).min(longest);
        let was_member = (wait.event_type == EventType::Audience)
            .then(|| {
                self.is_member(
                    &self.flat(&live.recipient),
                    wait.source_key.as_deref()?,
                    live.trigger.tenant.as_deref(),
                )
            })
            .flatten();
        let event = json!({ "until": until, "event": wait.event });
        Did::Waits(Waiting::Event { until, was_member }, event)
    }

    /// Goes on with the event, or without it when the time is over.
    pub(super) fn end_wait(&mut self, live: &mut Live, step: &Step, wait: &WaitForEvent, wake: Wake) -> Did {
        self.steps.listening.remove(&(live.recipient.clone(), live.id.clone()));
        let (event, after) = match wake {
            Wake::Event(event) => (Some(event), wait.on_match),
            // by hand, with an event or without
            Wake::Hand(known) => match known.get("event") {
                Some(event) => (Some(event.clone()), wait.on_match),
                None => (None, wait.on_timeout),
            },
            Wake::Time | Wake::Response(_) => (None, wait.on_timeout),
        };
        let result =
            json!({ "matched": event.is_some(), "signal_variables": event.unwrap_or_else(|| json!({})) });
        live.progress.refs.insert(step.step_ref.clone(), result.clone());
        match after {
            After::Continue => Did::Done(result),
            After::Halt => Did::Ended(Outcome::Halted, result),
        }
    }
}
