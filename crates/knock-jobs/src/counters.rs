//! What workers have done.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many jobs a worker has sent, retried and so on since it was made, for your exporter of metrics. See
/// [`Worker::counters`](crate::Worker::counters).
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) sent: AtomicU64,
    pub(crate) retried: AtomicU64,
    pub(crate) expired: AtomicU64,
    pub(crate) dead: AtomicU64,
    pub(crate) lost: AtomicU64,
    pub(crate) restarts: AtomicU64,
}

impl Counters {
    /// Returns the number of calls that Knock accepted.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns the number of deliveries that failed and are tried again.
    pub fn retried(&self) -> u64 {
        self.retried.load(Ordering::Relaxed)
    }

    /// Returns the number of jobs that expired and were dropped.
    pub fn expired(&self) -> u64 {
        self.expired.load(Ordering::Relaxed)
    }

    /// Returns the number of jobs that became dead letters.
    pub fn dead(&self) -> u64 {
        self.dead.load(Ordering::Relaxed)
    }

    /// Returns the number of jobs that another worker took over, because this one was silent for longer than
    /// [`orphaned_after`](crate::Worker::orphaned_after). Zero is normal.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Returns how often the worker started again because the database had failed.
    pub fn restarts(&self) -> u64 {
        self.restarts.load(Ordering::Relaxed)
    }
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
