//! What is enqueued: a call and its options.

use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::metadata::MetadataStore;
use apalis_core::task::task_id::TaskId;
use knock_core::{PreparedCall, UnixTime};
use ulid::Ulid;

use crate::error::Error;
use crate::trace::TraceContext;

/// How often a job is tried, unless it says otherwise. With the waits in between, that takes about 12 hours.
const MAX_ATTEMPTS: u32 = 25;
const MAX_ORDER_CHARS: usize = 255;

/// The keys of a job's metadata, which apalis stores as text beside the call.
pub(crate) mod meta {
    /// The recipient, or anything else, whose jobs are sent in order.
    pub(crate) const ORDER: &str = "knock_order";
    /// The job's number among those with the same `ORDER`.
    pub(crate) const NUMBER: &str = "knock_number";
    /// Set while the call is being sent. If it is there at the next delivery, the worker died meanwhile.
    pub(crate) const SENDING: &str = "knock_sending";
    /// When Knock may first have received the call, in milliseconds since 1970.
    pub(crate) const FIRST_SENT_AT: &str = "knock_first_sent_at";
    /// How often in a row the call was refused because of the worker's key or settings, which are no attempts.
    pub(crate) const REFUSALS: &str = "knock_refusals";
    /// How the job ended: `sent`, `expired`, or a `Reason`.
    pub(crate) const END: &str = "knock_end";
    pub(crate) const TRACEPARENT: &str = "traceparent";
    pub(crate) const TRACESTATE: &str = "tracestate";
}

/// A call to be sent by a worker, and when and how. A [`PreparedCall`] alone becomes a job without options.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use knock_core::{Client, Error, Transport, UnixTime, workflows};
/// use knock_jobs::Job;
///
/// # fn example<T: Transport>(knock: &Client<T>) -> Result<Job, Error> {
/// let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
/// let now = UnixTime::from(SystemTime::now());
///
/// let job = Job::new(knock.prepare(&trigger)?)
///     .run_at(now + Duration::from_secs(600))
///     .expires_at(now + Duration::from_secs(3600))
///     .in_order_of("jhammond");
/// # Ok(job) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a job does nothing until it is enqueued"]
pub struct Job {
    call: PreparedCall,
    run_at: Option<UnixTime>,
    priority: u16,
    max_attempts: u32,
    order: Option<String>,
    trace: TraceContext,
}

impl Job {
    /// Returns a job that is sent as soon as a worker is free.
    pub fn new(call: PreparedCall) -> Self {
        Self {
            call,
            run_at: None,
            priority: 0,
            max_attempts: MAX_ATTEMPTS,
            order: None,
            trace: TraceContext::default(),
        }
    }

    /// Sets the time before which the job is not sent, rounded up to a second. By default, it is sent at once.
    pub fn run_at(mut self, time: UnixTime) -> Self {
        self.run_at = Some(time);
        self
    }

    /// Sets the time after which the job is dropped instead of sent. By default, that of the call, or never.
    pub fn expires_at(mut self, time: UnixTime) -> Self {
        self.call = self.call.expires_at(time);
        self
    }

    /// Sends the job after all earlier ones with the same name, and before all later ones. Names have up to 255
    /// characters; usually it is the id of the recipient.
    ///
    /// The order is that in which the transactions are committed. A job waits while an earlier one is retried, but not
    /// for one that is a dead letter.
    ///
    /// The name is stored with the job until the job is removed by [`keep_done`](crate::Worker::keep_done), sent again
    /// or [discarded](crate::Queue::discard). It is also stored in a table of names, from which a worker removes those
    /// without unfinished jobs when it starts and every hour.
    ///
    /// It costs two statements in your transaction and one when the job is done. Transactions that enqueue for the same
    /// name wait for each other from the call of [`enqueue`](crate::Queue::enqueue) until they end. And calls for one
    /// name are sent one at a time.
    pub fn in_order_of(mut self, name: impl Into<String>) -> Self {
        self.order = Some(name.into());
        self
    }

    /// Sets the priority: among the jobs that are due, those with a higher one are sent first. The default is 0.
    pub fn priority(mut self, priority: u16) -> Self {
        self.priority = priority;
        self
    }

    /// Sets how often the job is tried before it becomes a dead letter. The default is 25, which takes about 12 hours.
    ///
    /// A 429 with a `Retry-After` does not count, nor does a call whose turn by the worker's pace would come too late, nor
    /// one that is refused because of the worker's key. If a worker that has taken the job is stopped or dies, that
    /// does count, even if it had not sent the call yet.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the [trace context](https://www.w3.org/TR/trace-context/#traceparent-header) that the worker continues, for
    /// example that of the request that enqueues the job. With the feature `opentelemetry`, it is that of the current
    /// span by default.
    pub fn traceparent(mut self, traceparent: impl Into<String>) -> Self {
        self.trace = TraceContext::new(traceparent.into());
        self
    }

    pub(crate) fn order(&self) -> Option<&str> {
        self.order.as_deref()
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.max_attempts == 0 {
            return Err(Error::invalid("max_attempts", "is 0; at least 1 is needed"));
        }
        if let Some(order) = &self.order {
            let chars = order.chars().count();
            if chars == 0 || chars > MAX_ORDER_CHARS || order.contains('\0') {
                let problem = format!(
                    "has {chars} characters; 1 to {MAX_ORDER_CHARS} are needed, and none of them may be NUL"
                );
                return Err(Error::invalid("in_order_of", problem));
            }
        }
        if let (Some(run_at), Some(expiry)) = (self.run_at, self.call.expiry())
            && run_at > expiry
        {
            let problem = format!("is {run_at}, after the job expires at {expiry}");
            return Err(Error::invalid("run_at", problem));
        }
        self.trace.check()
    }

    /// Returns the id of the job, and the job as apalis stores it. `number` is its place in its order.
    pub(crate) fn into_task(self, number: Option<i64>) -> (String, Task<Vec<u8>>) {
        let trace = self.trace.or_current();
        let pairs = [
            (meta::ORDER, self.order),
            (meta::NUMBER, number.map(|number| number.to_string())),
            (meta::TRACEPARENT, trace.traceparent),
            (meta::TRACESTATE, trace.tracestate),
        ];
        let metadata = pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
        let id = Ulid::generate();
        let body = serde_json::to_vec(&self.call).unwrap_or_default();
        let mut task = TaskBuilder::new(body)
            .task_id(TaskId::from_ulid(id))
            .priority(self.priority.into())
            .max_attempts(self.max_attempts as usize)
            .with_metadata(MetadataStore::from_map(metadata));
        if let Some(time) = self.run_at {
            task = task.run_at_timestamp(whole_seconds(time));
        }
        (id.to_string(), task.build())
    }
}

impl From<PreparedCall> for Job {
    fn from(call: PreparedCall) -> Self {
        Self::new(call)
    }
}

/// The tables of apalis have times in whole seconds. Rounding down would send too early.
pub(crate) fn whole_seconds(time: UnixTime) -> u64 {
    time.as_millis().div_ceil(1000)
}
