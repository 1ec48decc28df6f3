//! The statements of the queue, which apalis' own do not cover, once for each database.

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::time::Duration;

use crate::queue::Depth;

/// A database that can hold the queue: [`sqlx::Sqlite`] or [`sqlx::Postgres`].
pub trait Store: sealed::Store {}

impl<DB: sealed::Store> Store for DB {}

/// How a worker runs.
#[derive(Debug, Clone)]
pub struct Settings {
    pub concurrency: usize,
    pub poll_interval: Duration,
    pub orphaned_after: Duration,
}

impl Settings {
    /// How many heartbeats a worker may miss before it is taken for dead.
    pub const MISSED_HEARTBEATS: usize = 4;

    pub fn heartbeat(&self) -> Duration {
        self.orphaned_after / 4
    }

    /// How many jobs are taken at once.
    pub fn batch(&self) -> usize {
        self.concurrency.min(10)
    }
}

/// How many names of orders are removed at once, so that nobody waits for it for long.
pub(crate) const IDLE_ORDERS: u32 = 1000;

/// A step in a job's life, made only if the job still belongs to the worker.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub status: Status,
    pub failed_attempts: i32,
    /// In seconds since 1970.
    pub run_at: Option<i64>,
    /// JSON, in the form in which apalis stores results.
    pub result: Option<String>,
    /// Metadata to set, or to remove.
    pub metadata: Vec<(&'static str, Option<String>)>,
}

/// What apalis calls the states of a job. `Pending` is the first, `Queued` is one that a worker has taken. A job that is
/// `Queued` by no worker waits for its predecessor; apalis leaves it alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    #[default]
    Running,
    Done,
    /// To be tried again. apalis fetches it only while its `attempts` are below its `max_attempts`, and counts an attempt
    /// whenever a worker stops or dies. So a change to this state raises `max_attempts` if it has to.
    Failed,
    /// A dead letter.
    Killed,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Done => "Done",
            Self::Failed => "Failed",
            Self::Killed => "Killed",
        }
    }
}

/// A job that was given up, as it is stored.
#[derive(Debug)]
pub struct DeadRow {
    pub id: String,
    pub body: Vec<u8>,
    pub reason: Option<String>,
    pub result: Option<String>,
    pub attempts: i64,
    pub died_at: Option<i64>,
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

pub(crate) mod sealed {
    use std::convert::Infallible;

    use apalis_core::error::WorkerError;
    use apalis_core::task::Task;
    use apalis_core::worker::context::WorkerContext;
    use apalis_core::worker::event::Event;
    use futures_util::Stream;
    use sqlx::{Database, Pool};
    use tower::Service;

    use super::{Change, DeadRow, Depth, Settings};
    use crate::error::Error;

    type Result<T, E = sqlx::Error> = std::result::Result<T, E>;

    pub trait Store: Database {
        fn set_up(pool: &Pool<Self>) -> impl Future<Output = Result<(), Error>> + Send;

        /// Names the database in an error, without its user and password.
        fn describe(options: &<Self::Connection as sqlx::Connection>::Options) -> String;

        /// Fails if the tables are missing.
        fn check(pool: &Pool<Self>) -> impl Future<Output = Result<()>> + Send;

        fn push(
            conn: &mut Self::Connection,
            queue: &str,
            task: Task<Vec<u8>>,
        ) -> impl Future<Output = Result<()>> + Send;

        /// Returns the next number for an order, and keeps others from taking one until the transaction ends.
        fn next_number(
            conn: &mut Self::Connection,
            queue: &str,
            order: &str,
        ) -> impl Future<Output = Result<i64>> + Send;

        /// Lets a job wait if an earlier one of its order is not done.
        fn hold(
            conn: &mut Self::Connection,
            queue: &str,
            id: &str,
        ) -> impl Future<Output = Result<()>> + Send;

        /// Lets the jobs go that are the first of their order now, of one order or of all.
        fn release(
            pool: &Pool<Self>,
            queue: &str,
            order: Option<&str>,
        ) -> impl Future<Output = Result<u64>> + Send;

        /// Returns false if the job does not belong to the worker any more.
        fn change(
            pool: &Pool<Self>,
            id: &str,
            worker: &str,
            change: &Change,
        ) -> impl Future<Output = Result<bool>> + Send;

        /// Returns the dead letters after a time in seconds since 1970 and an id.
        fn dead_letters(
            pool: &Pool<Self>,
            queue: &str,
            after: (i64, &str),
            limit: u32,
        ) -> impl Future<Output = Result<Vec<DeadRow>>> + Send;

        /// Keeps when Knock may first have received the call, so that its key can expire, unless it was this, or the
        /// unknown outcome, that a person has looked at.
        fn send_again(pool: &Pool<Self>, queue: &str, id: &str) -> impl Future<Output = Result<bool>> + Send;

        fn discard(pool: &Pool<Self>, queue: &str, id: &str) -> impl Future<Output = Result<bool>> + Send;

        fn depth(pool: &Pool<Self>, queue: &str) -> impl Future<Output = Result<Depth>> + Send;

        /// Removes jobs that were sent or expired before a time in seconds since 1970.
        fn remove_done(
            pool: &Pool<Self>,
            queue: &str,
            before: i64,
        ) -> impl Future<Output = Result<u64>> + Send;

        /// Removes names of orders in which no job waits, up to [`IDLE_ORDERS`](super::IDLE_ORDERS), and returns how many.
        fn remove_idle_orders(pool: &Pool<Self>, queue: &str) -> impl Future<Output = Result<u64>> + Send;

        /// Sets jobs aside whose ids are not apalis', at which its worker would stop.
        fn bury_foreign(pool: &Pool<Self>, queue: &str) -> impl Future<Output = Result<u64>> + Send;

        fn keep_alive(
            pool: &Pool<Self>,
            queue: &str,
            worker: &WorkerContext,
        ) -> impl Future<Output = Result<()>> + Send;

        /// Runs apalis' worker over the queue.
        fn work<S>(
            pool: &Pool<Self>,
            queue: &str,
            settings: &Settings,
            worker: WorkerContext,
            service: S,
        ) -> impl Stream<Item = Result<Event, WorkerError>> + Send + 'static
        where
            S: Service<Task<Vec<u8>>, Response = (), Error = Infallible, Future: Send> + Send + 'static;
    }
}
