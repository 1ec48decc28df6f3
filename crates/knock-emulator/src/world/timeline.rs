//! The passage of time.

use jiff::Timestamp;

use super::store::{Task, World};

/// The maximum number of occurrences to run at once if the clock jumps far ahead. The rest run with the next call.
const MAX_OCCURRENCES: usize = 10_000;

impl World {
    /// Runs every task that is due by `now`, in order and at its due time.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let mut occurrences = 0;
        while occurrences < MAX_OCCURRENCES
            && let Some((at, _, task)) = self.due(now)
        {
            self.now = at;
            occurrences += usize::from(matches!(task, Task::Occur(_)));
            self.perform(task);
            #[cfg(feature = "workflows")]
            self.settle();
        }
        self.now = now;
    }

    pub(super) fn perform(&mut self, task: Task) {
        self.revision += 1;
        match task {
            Task::Resume(run) => self.resume(&run),
            Task::Send(message) => self.send(&message),
            Task::Cancel(cancellation) => self.cancel_now(cancellation),
            Task::Occur(schedule) => self.occur(&schedule, self.now),
        }
    }
}
