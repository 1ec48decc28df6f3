//! One job, from the queue to Knock and back.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use apalis_core::task::Task;
use knock_core::queue::{self, Reason};
use knock_core::{CallOptions, Client, PreparedCall, Transport, UnixTime};
use serde_json::json;
use sqlx::Pool;
use tracing::{Instrument, Span, field, info_span, warn};

use crate::counters::{Counters, count};
use crate::decide::{self, Next, Past};
use crate::job::{meta, whole_seconds};
use crate::store::{Change, Status, Store};
use crate::trace::TraceContext;

/// The waits between attempts to write to a database that fails.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often a worker that stops tries to write, before it leaves the job to others.
const LAST_TRIES: u32 = 5;
/// The longest error that is stored with a job.
const MAX_ERROR_CHARS: usize = 2000;

/// What a worker needs for each job.
#[derive(Debug)]
pub(crate) struct Deliverer<DB: Store, T> {
    pub(crate) pool: Pool<DB>,
    pub(crate) queue: String,
    pub(crate) client: Client<T>,
    pub(crate) options: CallOptions,
    /// The name of this worker, by which its jobs are locked.
    pub(crate) worker: String,
    pub(crate) counters: Arc<Counters>,
    pub(crate) stopping: Arc<AtomicBool>,
}

/// A job as it was taken from the queue.
#[derive(Debug)]
pub(crate) struct Delivery {
    id: String,
    body: Vec<u8>,
    past: Past,
    order: Option<String>,
    trace: TraceContext,
}

impl Delivery {
    pub(crate) fn new(task: Task<Vec<u8>>) -> Self {
        let text = |key: &str| task.metadata().get(key).map(str::to_owned);
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let first_sent_at = text(meta::FIRST_SENT_AT).and_then(|millis| millis.parse().ok());
        Self {
            id: task.task_id().map(ToString::to_string).unwrap_or_default(),
            past: Past {
                attempts: number(task.attempt()),
                max_attempts: task.max_attempts().map_or(u32::MAX, number),
                refusals: text(meta::REFUSALS).and_then(|number| number.parse().ok()).unwrap_or_default(),
                call: queue::Past {
                    interrupted: text(meta::SENDING).is_some(),
                    first_sent_at: first_sent_at.map(UnixTime::from_millis),
                },
            },
            order: text(meta::ORDER),
            trace: TraceContext { traceparent: text(meta::TRACEPARENT), tracestate: text(meta::TRACESTATE) },
            body: task.args,
        }
    }

    fn span(&self) -> Span {
        let span = info_span!(
            "knock.job",
            job.id = self.id,
            job.attempt = self.past.attempts + 1,
            job.end = field::Empty,
            knock.operation = field::Empty,
            trace_id = self.trace.trace_id(),
        );
        self.trace.continue_in(&span);
        span
    }
}

impl<DB: Store, T: Transport> Deliverer<DB, T> {
    pub(crate) async fn deliver(self: Arc<Self>, job: Delivery) {
        let span = job.span();
        self.send(&job).instrument(span).await;
    }

    async fn send(&self, job: &Delivery) {
        let call = match serde_json::from_slice::<PreparedCall>(&job.body) {
            Ok(call) => call,
            Err(error) => {
                let (reason, why) = (Reason::NotACall, error.to_string());
                return self.end(job, Next::Dead { reason, may_have_acted: false, why }).await;
            }
        };
        Span::current().record("knock.operation", call.operation());
        let delivery = match decide::begin(&call, &job.past, self.now()) {
            Ok(delivery) => delivery,
            Err(next) => return self.end(job, next).await,
        };
        // Recorded before it is sent: whoever finds the job after this worker's death knows that it may have been.
        if !self.record(job, &self.sending(job)).await {
            return;
        }
        let result = self.client.execute(call, Some(&self.options)).await;
        let next = delivery.end(&result);
        self.end(job, decide::sent(next, result, &job.past, self.random())).await;
    }

    fn sending(&self, job: &Delivery) -> Change {
        let first_sent_at = job.past.call.first_sent_at.unwrap_or_else(|| self.now());
        Change {
            status: Status::Running,
            metadata: vec![
                (meta::SENDING, Some("1".to_owned())),
                (meta::FIRST_SENT_AT, Some(first_sent_at.as_millis().to_string())),
            ],
            ..Change::default()
        }
    }

    /// Records what happens to a job.
    async fn end(&self, job: &Delivery, next: Next) {
        let (name, counter) = match &next {
            Next::Sent(_) => ("sent", &self.counters.sent),
            Next::Expired => ("expired", &self.counters.expired),
            Next::Retry { .. } => ("retry", &self.counters.retried),
            Next::Dead { reason, .. } => (reason.as_str(), &self.counters.dead),
        };
        Span::current().record("job.end", name);
        let is_over = !matches!(next, Next::Retry { .. });
        if let Next::Dead { reason, why, .. } = &next {
            // The description of a message that is no call may quote it.
            let why = if *reason == Reason::NotACall { "" } else { why };
            warn!(job.id, %reason, why, "a job became a dead letter");
        }
        if !self.record(job, &self.ending(job, next, name)).await {
            return;
        }
        count(counter);
        if let Some(order) = job.order.as_deref().filter(|_| is_over) {
            // If it fails, the worker's next heartbeat does it.
            let _ = DB::release(&self.pool, &self.queue, Some(order)).await;
        }
    }

    fn ending(&self, job: &Delivery, next: Next, name: &str) -> Change {
        let mut metadata = vec![(meta::SENDING, None)];
        if !matches!(next, Next::Retry { .. }) {
            metadata.push((meta::END, Some(name.to_owned())));
        }
        let was_refused = matches!(
            next,
            Next::Retry { may_have_acted: false, .. } | Next::Dead { may_have_acted: false, .. }
        );
        if was_refused && job.past.call.first_sent_at.is_none() {
            // Knock refused every attempt so far, so it has not used the key.
            metadata.push((meta::FIRST_SENT_AT, None));
        }
        match next {
            Next::Sent(response) => {
                let result = Some(json!({ "Ok": response }).to_string());
                Change { status: Status::Done, result, metadata, ..Change::default() }
            }
            Next::Expired => {
                let result = Some(json!({ "Ok": "expired" }).to_string());
                Change { status: Status::Done, result, metadata, ..Change::default() }
            }
            Next::Dead { why, .. } => {
                Change { status: Status::Killed, result: Some(failure(&why)), metadata, ..Change::default() }
            }
            Next::Retry { wait, counts, refusals, why, .. } => {
                metadata.push((meta::REFUSALS, (refusals > 0).then(|| refusals.to_string())));
                Change {
                    status: Status::Failed,
                    failed_attempts: counts.into(),
                    run_at: i64::try_from(whole_seconds(self.now() + wait)).ok(),
                    result: Some(failure(&why)),
                    metadata,
                }
            }
        }
    }

    /// Writes until the database takes it. Returns false if the job does not belong to this worker any more, or if the
    /// worker stops and the database still fails; the job is then delivered again.
    async fn record(&self, job: &Delivery, change: &Change) -> bool {
        let mut change = Cow::Borrowed(change);
        let mut pause = FIRST_PAUSE;
        for tries in 1.. {
            match DB::change(&self.pool, &job.id, &self.worker, &change).await {
                Ok(true) => return true,
                Ok(false) => break,
                Err(error) => {
                    warn!(job.id, %error, "the state of a job cannot be stored");
                    if is_about_the_data(&error) && change.result.is_some() {
                        change.to_mut().result =
                            Some(failure("the database did not take the error of the call"));
                    }
                }
            }
            if tries >= LAST_TRIES && self.stopping.load(Ordering::Relaxed) {
                return false;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        count(&self.counters.lost);
        false
    }

    fn now(&self) -> UnixTime {
        self.client.transport().now()
    }

    fn random(&self) -> u32 {
        self.client.transport().random().map_or(0, |[a, b, c, d, ..]| u32::from_le_bytes([a, b, c, d]))
    }
}

/// Returns an error as apalis stores it.
fn failure(why: &str) -> String {
    json!({ "Err": one_line(why) }).to_string()
}

/// Returns the text without control characters, of which Postgres does not store NUL, and not too long.
fn one_line(text: &str) -> String {
    let mut chars = text.chars().map(|char| if char.is_control() { ' ' } else { char });
    let mut line: String = chars.by_ref().take(MAX_ERROR_CHARS).collect();
    if chars.next().is_some() {
        line.push('…');
    }
    line
}

/// Whether the database refuses what is to be stored, so that it would refuse it again: a "data exception" of Postgres.
fn is_about_the_data(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code.len() == 5 && code.starts_with("22"))
}
