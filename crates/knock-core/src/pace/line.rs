//! The line in which the calls of one operation wait for their turns.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, ErrorKind, StopReason};
use crate::value::{Moment, UnixTime};

/// A time or a duration, in nanoseconds.
type Nanos = i128;

/// How much earlier than the interval after the previous request a request may be sent. Without it, each timer that is
/// late would slow down the line.
const TOLERANCE: Nanos = 5_000_000;

/// The longest pause, so that one mistake of a server does not stop a process for good.
const MAX_PAUSE: Duration = Duration::from_secs(3600);

/// The line of one operation.
///
/// A place in it is a point in time, at which its owner need not do anything: a call that is never polled again blocks
/// nobody. When the line is put off, all places move with it: a place is relative to `put_off`.
#[derive(Default)]
pub(super) struct Line {
    /// The place after the last.
    end: Nanos,
    /// Places before `end` that were given back.
    free: BinaryHeap<Reverse<Nanos>>,
    /// The number of places that are taken.
    taken: usize,
    /// How much the line has been put off so far.
    put_off: Nanos,
    /// When the next request is due, by the times at which requests were really sent.
    due: Nanos,
    /// No request is sent before this time.
    paused_until: Nanos,
}

impl Line {
    /// Returns the earliest time at which a request may be sent.
    fn earliest(&self) -> Nanos {
        self.paused_until.max(self.due - TOLERANCE)
    }

    /// Returns the first place that is free.
    fn first_free(&mut self, now: Nanos) -> Nanos {
        let first = now.max(self.earliest()) - self.put_off;
        while self.free.peek().is_some_and(|Reverse(place)| *place < first) {
            self.free.pop();
        }
        self.free.peek().map_or(first.max(self.end), |Reverse(place)| *place)
    }

    fn take(&mut self, place: Nanos, interval: Nanos) {
        if self.free.peek() == Some(&Reverse(place)) {
            self.free.pop();
        }
        self.end = self.end.max(place + interval);
        self.taken += 1;
    }

    /// Puts the line off by one interval, and takes the place before it.
    fn take_first(&mut self, now: Nanos, interval: Nanos) -> Nanos {
        self.put_off += interval;
        let place = now.max(self.earliest()) - self.put_off;
        self.take(place, interval);
        place
    }

    fn give_back(&mut self, place: Nanos, interval: Nanos) {
        self.taken -= 1;
        if self.taken == 0 {
            self.begin_at(Nanos::MIN);
        } else if place + interval == self.end {
            self.end = place;
        } else {
            self.free.push(Reverse(place));
        }
    }

    fn leave(&mut self, place: Nanos, interval: Nanos) {
        self.taken -= 1;
        if self.taken == 0 {
            self.begin_at(place + interval);
        }
    }

    /// Begins a new line, when nobody waits.
    fn begin_at(&mut self, place: Nanos) {
        self.end = place;
        self.free = BinaryHeap::new();
    }

    fn sent(&mut self, now: Nanos, interval: Nanos) {
        self.due = self.due.max(now) + interval;
    }

    fn pause(&mut self, now: Nanos, until: Nanos) {
        let begin = now.max(self.paused_until);
        if until > begin {
            self.put_off += until - begin;
            self.paused_until = until;
        }
    }
}

/// The turns of one call: one for each attempt.
pub(crate) trait Turns: fmt::Debug + Send + Sync {
    /// Returns how long to wait for the turn of the next attempt: zero if it is now. Ask again after the wait, because
    /// the turn may have been put off.
    ///
    /// # Errors
    ///
    /// An error with the wait, and what it exceeds, if the turn would not come before the deadline and the expiry. The
    /// call then has no turn.
    fn wait(
        &mut self,
        now: Moment,
        deadline: Option<Duration>,
        expiry: Option<UnixTime>,
    ) -> Result<Duration, (Error, StopReason)>;

    /// Records that the request was sent.
    fn sent(&mut self, now: Duration);

    /// Lets no call of this operation have its turn for this time.
    fn pause(&mut self, now: Duration, time: Duration);
}

/// The turns of one call in a [`Line`].
pub(super) struct Turn {
    line: Arc<Mutex<Line>>,
    interval: Nanos,
    place: Option<Nanos>,
    was_sent: bool,
}

impl Turn {
    pub(super) fn new(line: Arc<Mutex<Line>>, interval: Duration) -> Self {
        Self { line, interval: nanos(interval), place: None, was_sent: false }
    }
}

impl Turns for Turn {
    fn wait(
        &mut self,
        now: Moment,
        deadline: Option<Duration>,
        expiry: Option<UnixTime>,
    ) -> Result<Duration, (Error, StopReason)> {
        let time_left = expiry.map(|expiry| expiry.since(now.unix));
        let now = nanos(now.steady);
        let mut line = lock(&self.line);
        let place = match self.place {
            Some(place) => place.max(line.paused_until - line.put_off),
            None if self.was_sent => line.take_first(now, self.interval),
            None => {
                let place = line.first_free(now);
                line.take(place, self.interval);
                place
            }
        };
        if now >= place + line.put_off {
            // The turn has come, unless the line has fallen behind: then all wait as much longer.
            line.put_off = line.put_off.max(line.earliest() - place);
        }
        let turn = place + line.put_off;
        let wait = duration(turn - now);
        self.place = Some(place);
        let problem = if deadline.is_some_and(|deadline| turn >= nanos(deadline)) {
            too_late(wait, ErrorKind::Transport, StopReason::DeadlineExceeded)
        } else if time_left.is_some_and(|time| wait >= time) {
            too_late(wait, ErrorKind::Expired, StopReason::Expired)
        } else {
            return Ok(wait);
        };
        line.give_back(place, self.interval);
        self.place = None;
        Err(problem)
    }

    fn sent(&mut self, now: Duration) {
        let mut line = lock(&self.line);
        if let Some(place) = self.place.take() {
            line.leave(place, self.interval);
        }
        line.sent(nanos(now), self.interval);
        self.was_sent = true;
    }

    fn pause(&mut self, now: Duration, time: Duration) {
        let now = nanos(now);
        lock(&self.line).pause(now, now + nanos(time.min(MAX_PAUSE)));
    }
}

/// A call that ends before its turn gives its place back.
impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            lock(&self.line).give_back(place, self.interval);
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("waits", &self.place.is_some()).finish_non_exhaustive()
    }
}

fn too_late(wait: Duration, kind: ErrorKind, reason: StopReason) -> (Error, StopReason) {
    let message =
        format!("the pace of the client would send it in {wait:.1?}, which is too late; nothing was sent");
    (Error::no_turn(kind, message, wait), reason)
}

fn lock(line: &Mutex<Line>) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

fn nanos(duration: Duration) -> Nanos {
    Nanos::try_from(duration.as_nanos()).unwrap_or(Nanos::MAX)
}

/// Returns a duration of at least zero.
fn duration(nanos: Nanos) -> Duration {
    Duration::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
}
