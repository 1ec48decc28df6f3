//! The worker: apalis' worker, with the service that delivers calls.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use apalis_core::task::Task;
use apalis_core::worker::context::WorkerContext;
use futures_util::StreamExt;
use knock_core::{CallOptions, Client, Pace, Transport};
use tracing::{debug, warn};
use ulid::Ulid;

use crate::counters::{Counters, count};
use crate::deliver::{Deliverer, Delivery};
use crate::error::Error;
use crate::queue::Queue;
use crate::store::{IDLE_ORDERS, Settings, Store};

/// The pause before a worker begins anew after the database failed.
const PAUSE: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);
/// The tables have times in whole seconds, so that shorter silences cannot be told from none.
const SHORTEST_SILENCE: Duration = Duration::from_secs(2);

/// Sends the jobs of a queue. Run as many as you like, on as many machines as you like.
///
/// ```no_run
/// use knock_core::{Client, Transport};
/// use knock_jobs::{Error, Queue, Worker};
/// use sqlx::Sqlite;
///
/// # async fn example<T: Transport>(queue: &Queue<Sqlite>, knock: &Client<T>) -> Result<(), Error> {
/// let worker = Worker::new(queue, knock);
/// worker.run_until(shutdown()).await
/// # }
///
/// /// Waits for Ctrl-C, or for SIGTERM, by which containers and services are stopped.
/// async fn shutdown() {
///     #[cfg(unix)]
///     use tokio::signal::unix::{SignalKind, signal};
///
///     let terminate = async {
///         #[cfg(unix)]
///         if let Ok(mut signal) = signal(SignalKind::terminate()) {
///             signal.recv().await;
///             return;
///         }
///         std::future::pending().await
///     };
///     tokio::select! {
///         Ok(()) = tokio::signal::ctrl_c() => {}
///         () = terminate => {}
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "a worker does nothing until it runs"]
pub struct Worker<DB: Store, T> {
    queue: Queue<DB>,
    client: Client<T>,
    options: CallOptions,
    pace: Pace,
    settings: Settings,
    keep_done: Duration,
    counters: Arc<Counters>,
    stopping: Arc<AtomicBool>,
}

impl<DB: Store, T: Transport> Worker<DB, T> {
    /// Returns a worker that sends the jobs of a queue with a client.
    ///
    /// It keeps to the client's pace, or to one of its own if the client has none. If several processes use the same API
    /// key, give each a [`pace`](Self::pace) with its share.
    ///
    /// On Postgres, a worker opens up to three connections besides those of the queue's pool, with the same options.
    pub fn new(queue: &Queue<DB>, client: &Client<T>) -> Self {
        let pace = client.config().pace().cloned().unwrap_or_default();
        Self {
            queue: queue.clone(),
            client: client.clone(),
            options: CallOptions::new(),
            pace,
            settings: Settings {
                concurrency: 16,
                poll_interval: Duration::from_secs(1),
                orphaned_after: Duration::from_mins(1),
            },
            keep_done: 7 * 24 * HOUR,
            counters: Arc::default(),
            stopping: Arc::default(),
        }
    }

    /// Sets how many calls are in flight at once. The default is 16.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.settings.concurrency = calls;
        self
    }

    /// Sets how often an idle worker looks for jobs. The default is one second.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval = interval;
        self
    }

    /// Sets how long a worker must be silent before the others take over its jobs. This is how long a job waits if its
    /// worker is killed. The default is one minute, the minimum two seconds. A worker sends four heartbeats in that
    /// time. It should be the same for all workers of a queue.
    pub fn orphaned_after(mut self, silence: Duration) -> Self {
        self.settings.orphaned_after = silence;
        self
    }

    /// Sets options for every call, for example a deadline. A pace among them has no effect; use [`pace`](Self::pace).
    pub fn call_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the pace of the calls, for example `Pace::new().share(1, 4)` in one of four processes.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Sets how long jobs that were sent or expired are kept for inspection. The default is seven days. Dead letters stay.
    pub fn keep_done(mut self, age: Duration) -> Self {
        self.keep_done = age;
        self
    }

    /// Returns what this worker has done, for your exporter of metrics.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Sends jobs until `shutdown` is ready. Then it takes no more jobs, waits for the calls in flight, and returns those
    /// that it has not begun to the queue.
    ///
    /// That takes as long as the calls in flight, at most their deadline: 120 seconds, unless
    /// [`call_options`](Self::call_options) or the client says otherwise. A container that is killed earlier, for
    /// example 30 seconds after SIGTERM, loses nothing, but its jobs wait until they are taken over; see
    /// [`orphaned_after`](Self::orphaned_after).
    ///
    /// While the database fails, the worker tries again every second.
    ///
    /// # Errors
    ///
    /// At the start, if a setting is invalid, if the database cannot be reached, or if its tables are not
    /// [set up](Queue::setup).
    pub async fn run_until(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
        self.check()?;
        self.queue.check().await?;
        let mut shutdown = pin!(shutdown);
        loop {
            let context = WorkerContext::from(format!("{}-{}", self.queue.name(), Ulid::generate()));
            let mut round = pin!(self.round(&context));
            let problem = tokio::select! {
                problem = &mut round => problem,
                () = &mut shutdown => {
                    self.stopping.store(true, Ordering::Relaxed);
                    // It fails if apalis has not started, so that nothing is in flight.
                    if context.stop().is_ok() {
                        round.await;
                    }
                    return Ok(());
                }
            };
            count(&self.counters.restarts);
            warn!(problem, "the worker begins anew");
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = &mut shutdown => return Ok(()),
            }
        }
    }

    /// Sends jobs until it is stopped or something fails, and returns what failed.
    async fn round(&self, context: &WorkerContext) -> String {
        tokio::select! {
            problem = self.work(context) => problem,
            never = self.keep_house(context) => match never {},
        }
    }

    async fn work(&self, context: &WorkerContext) -> String {
        let each = Arc::new(Deliverer {
            pool: self.queue.pool().clone(),
            queue: self.queue.name().to_owned(),
            client: self.client.clone(),
            options: self.options.clone().pace(self.pace.clone()),
            worker: context.name().to_owned(),
            counters: Arc::clone(&self.counters),
            stopping: Arc::clone(&self.stopping),
        });
        let service = tower::service_fn(move |task: Task<Vec<u8>>| {
            let delivered = Arc::clone(&each).deliver(Delivery::new(task));
            async move {
                delivered.await;
                Ok::<(), Infallible>(())
            }
        });
        let events = DB::work(self.queue.pool(), self.queue.name(), &self.settings, context.clone(), service);
        let mut events = pin!(events);
        let mut problem = String::from("apalis' worker ended");
        while let Some(event) = events.next().await {
            if let Err(error) = event {
                problem = error.to_string();
                // After an error, apalis waits until somebody stops it, and then until the calls in flight are over. If
                // it is stopping already, they are.
                if context.is_stopped() || context.stop().is_err() {
                    break;
                }
            }
        }
        problem
    }

    /// Gives signs of life, also while apalis does not because it is stopping or has jobs in its buffer, and tidies up.
    async fn keep_house(&self, context: &WorkerContext) -> Infallible {
        let mut tidied: Option<Instant> = None;
        loop {
            if let Err(error) = self.tidy(&mut tidied).await {
                debug!(%error, "the queue cannot be tidied up");
            }
            tokio::time::sleep(self.settings.heartbeat()).await;
            if let Err(error) = DB::keep_alive(self.queue.pool(), self.queue.name(), context).await {
                debug!(%error, "a heartbeat failed");
            }
        }
    }

    async fn tidy(&self, last: &mut Option<Instant>) -> Result<(), Error> {
        let (pool, name) = (self.queue.pool(), self.queue.name());
        // One that waits for its predecessor, whose worker died just before it could let it go.
        DB::release(pool, name, None).await?;
        DB::bury_foreign(pool, name).await?;
        if last.is_none_or(|last| last.elapsed() > HOUR) {
            self.queue.remove_done(self.keep_done).await?;
            while DB::remove_idle_orders(pool, name).await? == u64::from(IDLE_ORDERS) {}
            *last = Some(Instant::now());
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        if self.settings.concurrency == 0 {
            return Err(Error::invalid("concurrency", "is 0; at least 1 is needed"));
        }
        if self.settings.poll_interval.is_zero() {
            return Err(Error::invalid("poll_interval", "is zero; a longer time is needed"));
        }
        if self.settings.orphaned_after < SHORTEST_SILENCE {
            let problem = format!("is {:?}; at least 2 s are needed", self.settings.orphaned_after);
            return Err(Error::invalid("orphaned_after", problem));
        }
        Ok(())
    }
}
