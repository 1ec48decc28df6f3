//! Delays: <https://docs.knock.app/designing-workflows/delay-function>.

use jiff::SignedDuration;
use knock_directory::Delay;
use serde_json::{Value, json};

use super::super::store::World;
use super::did::Did;
use super::live::Live;
use super::progress::Waiting;
use super::when;

/// No delay is longer.
const LONGEST: SignedDuration = SignedDuration::from_hours(365 * 24);

impl World {
    pub(super) fn run_delay(&self, live: &Live, delay: &Delay, scope: &Value) -> Did {
        if live.trigger.skip_delay {
            return Did::Skipped("skip_delay", "the trigger skips delays".to_owned());
        }
        let zone = self.zone_of(&live.recipient);
        let path = delay.delay_until_field_path.as_deref();
        match when::window_end(delay.delay_for, path, scope, self.now, &zone, LONGEST) {
            Ok(until) if until <= self.now => Did::Done(Value::Null),
            Ok(until) => Did::Waits(Waiting::Until(until), json!({ "until": until })),
            Err(problem) => Did::Skipped("window", problem),
        }
    }
}
