//! Throttles: <https://docs.knock.app/designing-workflows/throttle-function>.

use jiff::SignedDuration;
use knock_directory::{Step, Throttle};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::store::World;
use super::did::Did;
use super::live::Live;
use super::progress::Outcome;
use super::state::{ThrottleKey, Throttled};
use super::when;

/// No window is longer.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);

/// A key has to be shorter than this after it was encoded as JSON and for URLs, in characters.
const MAX_KEY: usize = 64;
/// What is encoded in URLs. Which characters Knock encodes is not documented.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

impl World {
    pub(super) fn run_throttle(
        &mut self,
        live: &Live,
        step: &Step,
        throttle: &Throttle,
        scope: &Value,
    ) -> Did {
        let key = match self.key(throttle.throttle_key.as_deref(), scope).and_then(short) {
            Ok(key) => key,
            Err(problem) => return Did::Skipped("throttle_key", problem),
        };
        let zone = self.zone_of(&live.recipient);
        let path = throttle.throttle_window_field_path.as_deref();
        let until = match when::window_end(throttle.throttle_window, path, scope, self.now, &zone, LONGEST) {
            Ok(until) => until,
            Err(problem) => return Did::Skipped("window", problem),
        };
        let now = self.now;
        let key = ThrottleKey {
            workflow: live.program.key.clone(),
            step_ref: step.step_ref.clone(),
            recipient: live.recipient.clone(),
            key,
        };
        // the window opens with the first execution
        let throttled = self.steps.throttles.entry(key).or_insert(Throttled { until, count: 0 });
        if throttled.until <= now {
            *throttled = Throttled { until, count: 0 };
        }
        if throttled.count >= throttle.throttle_limit {
            return Did::Ended(Outcome::Throttled, json!({ "until": throttled.until }));
        }
        throttled.count += 1;
        Did::Done(json!({ "until": throttled.until, "count": throttled.count }))
    }
}

fn short(key: String) -> Result<String, String> {
    let json = Value::from(key.as_str()).to_string();
    let length: usize = utf8_percent_encode(&json, ENCODED).map(str::len).sum();
    if length < MAX_KEY {
        return Ok(key);
    }
    Err(format!(
        "`{key}` has {length} characters after it was encoded as JSON and for URLs, and {MAX_KEY} are too many"
    ))
}
