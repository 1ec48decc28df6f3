//! The passage of time.

use jiff::Timestamp;

use super::store::{Task, World};

/// Occurrences caught up with in one go when the clock jumps far ahead of a schedule; the rest wait for the next call.
const MAX_OCCURRENCES: usize = 10_000;

impl World {
    /// Lets everything happen that was due until `now`, each at its own time.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let mut occurrences = 0;
        while occurrences < MAX_OCCURRENCES
            && let Some((at, _, task)) = self.due(now)
        {
            self.now = at;
            match task {
                Task::Resume(run) => self.resume(&run),
                Task::Occur(schedule) => {
                    occurrences += 1;
                    self.occur(&schedule, at);
                }
            }
        }
        self.now = now;
    }
}
