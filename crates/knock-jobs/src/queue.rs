//! The queue as the application sees it: jobs go in, and dead letters and figures come out.

use std::fmt;
use std::time::{Duration, SystemTime};

use knock_core::queue::Reason;
use knock_core::{PreparedCall, UnixTime};
use serde_json::Value;
use sqlx::{Connection, Pool};

use crate::error::Error;
use crate::job::Job;
use crate::store::{DeadRow, Store};

/// The queue that [`Queue::new`] uses.
const DEFAULT_NAME: &str = "knock";
const MAX_NAME_CHARS: usize = 255;

/// A queue of calls in a database. Cheap to clone.
///
/// ```no_run
/// use knock_core::{Client, Transport, workflows};
/// use knock_jobs::Queue;
/// use sqlx::SqlitePool;
///
/// # async fn example<T: Transport>(knock: &Client<T>) -> Result<(), Box<dyn std::error::Error>> {
/// let pool = SqlitePool::connect("sqlite:shop.db?mode=rwc").await?;
/// let queue = Queue::new(pool.clone());
/// queue.setup().await?;
///
/// let mut tx = pool.begin().await?;
/// sqlx::query("INSERT INTO orders (id) VALUES ('o-17')").execute(&mut *tx).await?;
/// let trigger = workflows::trigger("order-confirmed")
///     .recipients(["jhammond"])
///     .idempotency_key("o-17");
/// queue.enqueue(&mut tx, knock.prepare(&trigger)?).await?;
/// tx.commit().await?; // the order and its notification, or neither
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Queue<DB: Store> {
    pool: Pool<DB>,
    name: String,
}

impl<DB: Store> Clone for Queue<DB> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), name: self.name.clone() }
    }
}

impl<DB: Store> Queue<DB> {
    /// Returns the queue `knock` in a database.
    pub fn new(pool: Pool<DB>) -> Self {
        Self { pool, name: DEFAULT_NAME.to_owned() }
    }

    /// Returns a queue with another name, for example one for each Knock environment. Names have up to 255 characters.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Returns the name of the queue.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    /// Makes the tables, or brings them up to date. Call it when your application starts.
    ///
    /// The tables are apalis' `Jobs` and `Workers`, in Postgres in the schema `apalis`, plus one more table and some
    /// indexes. SQLite is switched to its write-ahead log. Your own migrations are not affected. In Postgres, the user
    /// needs the right to create the extension `hstore`.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] if there is no connection, and [`Error::Setup`] or [`Error::Database`] if the tables cannot be
    /// made, for example because the user lacks the permission.
    pub async fn setup(&self) -> Result<(), Error> {
        self.reach().await?;
        DB::set_up(&self.pool).await
    }

    /// Connects, so that the error names the database if that fails. The errors of sqlx name no host and no file.
    async fn reach(&self) -> Result<(), Error> {
        let connection = self.pool.acquire().await;
        connection.map(drop).map_err(|source| {
            let database = DB::describe(&self.pool.connect_options());
            Error::Unreachable { database, source }
        })
    }

    /// Fails if the database cannot be reached or its tables are missing.
    pub(crate) async fn check(&self) -> Result<(), Error> {
        let chars = self.name.chars().count();
        if chars == 0 || chars > MAX_NAME_CHARS || self.name.contains('\0') {
            let problem = format!(
                "has {chars} characters; 1 to {MAX_NAME_CHARS} are needed, and none of them may be NUL"
            );
            return Err(Error::invalid("name", problem));
        }
        self.reach().await?;
        match DB::check(&self.pool).await {
            Err(error @ sqlx::Error::Database(_)) => Err(Error::NotSetUp(error)),
            done => Ok(done?),
        }
    }

    /// Puts a job into the queue, and returns its id. It is sent if and only if the transaction is committed.
    ///
    /// `conn` is your transaction, `&mut tx`, or a connection without one. A transaction must be one that sqlx began, not
    /// a statement `BEGIN` of yours, which sqlx does not know about. If your transaction reads before it writes, begin it in
    /// SQLite with [`begin_with`](sqlx::Pool::begin_with)`("BEGIN IMMEDIATE")`; otherwise it may fail with
    /// `database is locked` if another one writes meanwhile.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] if an option of the job is invalid. [`Error::Database`] if the statement fails.
    pub async fn enqueue(&self, conn: &mut DB::Connection, job: impl Into<Job>) -> Result<String, Error> {
        let job = job.into();
        job.check()?;
        let Some(order) = job.order() else {
            let (id, task) = job.into_task(None);
            DB::push(conn, &self.name, task).await?;
            return Ok(id);
        };
        // Without a transaction, others could come in between: a worker that takes the job before it is held, or a job
        // with a later number. Within one, it is a savepoint.
        let mut tx = conn.begin().await?;
        let number = DB::next_number(&mut tx, &self.name, order).await?;
        let (id, task) = job.into_task(Some(number));
        DB::push(&mut tx, &self.name, task).await?;
        DB::hold(&mut tx, &self.name, &id).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Returns the dead letters that were given up first, up to `limit`.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn dead_letters(&self, limit: u32) -> Result<Vec<DeadLetter>, Error> {
        self.dead_letters_from((-1, ""), limit).await
    }

    /// Returns the dead letters that follow `last`, the last one of the page before, up to `limit`. It does not matter
    /// whether `last` is still there.
    ///
    /// They are ordered by the second in which they were given up. One that is given up in the same second as `last`,
    /// but later, can come before it, so start again with [`dead_letters`](Self::dead_letters) to see all of them.
    ///
    /// ```no_run
    /// use knock_jobs::{Error, Queue};
    ///
    /// # async fn example(queue: &Queue<sqlx::Sqlite>) -> Result<(), Error> {
    /// let mut letters = queue.dead_letters(100).await?;
    /// while let Some(last) = letters.last() {
    ///     for letter in &letters {
    ///         println!("{}: {} ({})", letter.id, letter.reason, letter.message);
    ///     }
    ///     letters = queue.dead_letters_after(last, 100).await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn dead_letters_after(&self, last: &DeadLetter, limit: u32) -> Result<Vec<DeadLetter>, Error> {
        let died_at = i64::try_from(last.died_at.as_secs()).unwrap_or(i64::MAX);
        self.dead_letters_from((died_at, &last.id), limit).await
    }

    async fn dead_letters_from(&self, after: (i64, &str), limit: u32) -> Result<Vec<DeadLetter>, Error> {
        let rows = DB::dead_letters(&self.pool, &self.name, after, limit).await?;
        Ok(rows.into_iter().map(DeadLetter::new).collect())
    }

    /// Sends a dead letter again, as a new job with the same call and idempotency key, and returns whether there was one
    /// with this id. It does not wait for others of its order.
    ///
    /// For [`OutcomeUnknown`](Reason::OutcomeUnknown) and [`KeyExpired`](Reason::KeyExpired), first find out
    /// whether Knock acted: this may notify twice. For any other reason it does not: if Knock may have acted on the call
    /// about 24 hours ago, the job comes back as `KeyExpired` instead of being sent.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn send_again(&self, id: &str) -> Result<bool, Error> {
        Ok(DB::send_again(&self.pool, &self.name, id).await?)
    }

    /// Removes a dead letter with its call for good, and returns whether there was one with this id.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn discard(&self, id: &str) -> Result<bool, Error> {
        Ok(DB::discard(&self.pool, &self.name, id).await?)
    }

    /// Returns how many jobs there are, for your exporter of metrics. It counts rows, so call it every few seconds, not
    /// for each request. What was done is counted in [`Counters`](crate::Counters).
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn depth(&self) -> Result<Depth, Error> {
        Ok(DB::depth(&self.pool, &self.name).await?)
    }

    /// Removes the jobs that were sent or that expired longer than `age` ago, and returns how many. A worker
    /// removes those older than [`keep_done`](crate::Worker::keep_done) every hour.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn remove_done(&self, age: Duration) -> Result<u64, Error> {
        let now = UnixTime::from(SystemTime::now()).as_secs();
        let before = i64::try_from(now.saturating_sub(age.as_secs())).unwrap_or_default();
        Ok(DB::remove_done(&self.pool, &self.name, before).await?)
    }
}

/// How many jobs are in a queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Depth {
    /// Jobs that wait for their time, a worker, a retry or an earlier job of their order.
    pub waiting: u64,
    /// Jobs that a worker has taken.
    pub in_flight: u64,
    /// Dead letters.
    pub dead: u64,
    /// For how long the oldest job has been due; zero if none is. If it grows, there are too few workers.
    pub oldest_due: Duration,
}

/// A job that was given up. It stays until it is [sent again](Queue::send_again) or [discarded](Queue::discard).
#[derive(Clone)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The id that [`Queue::enqueue`] returned.
    pub id: String,
    /// Why it was given up.
    pub reason: Reason,
    /// The last error. For [`NotACall`](Reason::NotACall), it may quote the message, and so contain personal data.
    pub message: String,
    /// The call, or `None` if the stored message is not one.
    pub call: Option<PreparedCall>,
    /// How many deliveries failed before the last one.
    pub attempts: u32,
    /// When it was given up.
    pub died_at: UnixTime,
}

/// Shows nothing that may be personal.
impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("id", &self.id)
            .field("reason", &self.reason)
            .field("call", &self.call)
            .field("attempts", &self.attempts)
            .field("died_at", &self.died_at)
            .finish_non_exhaustive()
    }
}

impl DeadLetter {
    fn new(row: DeadRow) -> Self {
        let result: Option<Value> = row.result.and_then(|result| serde_json::from_str(&result).ok());
        let message = result.as_ref().and_then(|result| result.get("Err")?.as_str()).unwrap_or_default();
        Self {
            message: message.to_owned(),
            // A job that somebody killed by hand, for example on apalis' board, has no reason of ours.
            reason: row.reason.and_then(|reason| Reason::from_name(&reason)).unwrap_or(Reason::GaveUp),
            call: serde_json::from_slice(&row.body).ok(),
            attempts: u32::try_from(row.attempts).unwrap_or_default(),
            died_at: UnixTime::from_secs(
                row.died_at.and_then(|time| u64::try_from(time).ok()).unwrap_or_default(),
            ),
            id: row.id,
        }
    }
}
