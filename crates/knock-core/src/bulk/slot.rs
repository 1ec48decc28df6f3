//! A chunk in flight: from its first request to its outcome.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::api::bulk_operations::{self, BulkErrorItem, BulkOperation, WaitError};
use crate::bulk::call::ChunkCall;
use crate::bulk::checkpoint::{Pending, Stage};
use crate::bulk::kind::{Kind, Reply};
use crate::bulk::outcome::{Chunk, Item, Outcome, Reason, Refused};
use crate::bulk::rows::Rows;
use crate::call::KEY_LIFETIME;
use crate::client::Client;
use crate::config::CallOptions;
use crate::error::{Error, Outcome as CallOutcome};
use crate::maybe_send::BoxFuture;
use crate::operation::Operation;
use crate::transport::Transport;
use crate::value::UnixTime;

/// How long before its end the lifetime of an idempotency key is taken to be over, because the clocks of two machines
/// and the way of a request make a difference.
const KEY_MARGIN: Duration = Duration::from_secs(15 * 60);

/// What all chunks of a run have in common.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) kind: Kind,
    pub(super) options: CallOptions,
    pub(super) idempotency_key: Option<String>,
    /// How often rate-limited items are sent again.
    pub(super) resends: u32,
    /// How often a bulk operation is fetched, and how long it is waited for.
    pub(super) interval: Duration,
    pub(super) limit: Duration,
}

/// A chunk in flight.
pub(super) struct Slot {
    pub(super) chunk: Arc<Rows>,
    /// What a checkpoint stores.
    pub(super) stage: Stage,
    /// Whether an earlier process may have sent it.
    was_sent_before: bool,
    state: State,
}

enum State {
    /// Not sent, because the checkpoint has to be saved first.
    Held,
    Sending(BoxFuture<Result<Sent, Error>>),
    Waiting(BoxFuture<Result<Failures, WaitError>>, Vec<usize>),
    Settled(Ending),
}

/// What Knock's responses to a chunk say.
#[derive(Debug, Default)]
struct Sent {
    operations: Vec<BulkOperation>,
    workflow_run_id: Option<String>,
    rate_limited: Vec<usize>,
}

/// What bulk operations report as failed.
#[derive(Debug, Default)]
struct Failures {
    /// The number of rows, of which Knock may list only some.
    count: u64,
    listed: Vec<BulkErrorItem>,
}

struct Ending {
    outcome: Outcome,
    failed: Failures,
    rate_limited: Vec<usize>,
    workflow_run_id: Option<String>,
}

impl Slot {
    /// A chunk that was not sent yet. Returns whether it is held until the checkpoint is saved.
    pub(super) fn new<T: Transport>(chunk: Rows, client: &Client<T>, job: &Arc<Job>) -> (Self, bool) {
        let chunk = Arc::new(chunk);
        if chunk.len() == 0 {
            return (Self::settled(chunk, Stage::Unsent, Outcome::Done), false);
        }
        if job.kind.is_harmless_to_repeat() {
            let state = send(&chunk, client, job);
            return (Self::at(Stage::Unsent, chunk, state), false);
        }
        let stage = Stage::Sent { at: client.transport().now() };
        (Self::at(stage, chunk, State::Held), true)
    }

    /// A chunk that an earlier process left at this stage. Returns whether it is held until the checkpoint is saved.
    pub(super) fn resumed<T: Transport>(
        chunk: Rows,
        stage: Stage,
        client: &Client<T>,
        job: &Arc<Job>,
    ) -> (Self, bool) {
        match stage {
            Stage::Unsent => Self::new(chunk, client, job),
            Stage::Sent { at } => (Self::sent_before(Arc::new(chunk), at, client, job), false),
            Stage::Started { ref operations, ref rate_limited } => {
                let limited = rate_limited.iter().filter_map(|index| chunk.row_of(*index)).collect();
                let waiting = fetch_and_wait(client.clone(), Arc::clone(job), operations.clone());
                let waiting = State::Waiting(Box::pin(waiting), limited);
                (Self::at(stage, Arc::new(chunk), waiting), false)
            }
            Stage::Done { ref rate_limited } => {
                let limited = rate_limited.iter().filter_map(|index| chunk.row_of(*index)).collect();
                let ending = Ending { rate_limited: limited, ..Ending::new(Outcome::Done) };
                (Self::at(stage, Arc::new(chunk), State::Settled(ending)), false)
            }
        }
    }

    /// A chunk that an earlier process may have sent. It is sent again only with an idempotency key that Knock still
    /// remembers.
    fn sent_before<T: Transport>(chunk: Arc<Rows>, at: UnixTime, client: &Client<T>, job: &Arc<Job>) -> Self {
        let is_remembered = client.transport().now() + KEY_MARGIN < at + KEY_LIFETIME;
        if job.kind.info.repeatable && is_remembered {
            let state = send(&chunk, client, job);
            return Self { was_sent_before: true, ..Self::at(Stage::Sent { at }, chunk, state) };
        }
        Self::settled(chunk, Stage::Sent { at }, Outcome::Unknown(None))
    }

    fn settled(chunk: Arc<Rows>, stage: Stage, outcome: Outcome) -> Self {
        Self::at(stage, chunk, State::Settled(Ending::new(outcome)))
    }

    fn at(reached: Stage, chunk: Arc<Rows>, state: State) -> Self {
        Self { chunk, stage: reached, was_sent_before: false, state }
    }

    pub(super) fn pending(&self) -> Pending {
        Pending { chunk: self.chunk.number, hash: self.chunk.hash, stage: self.stage.clone() }
    }

    pub(super) fn is_settled(&self) -> bool {
        matches!(self.state, State::Settled(_))
    }

    /// Goes on as far as possible. Returns whether the checkpoint has to be saved.
    ///
    /// A chunk that is held is sent, so this must not be called before the checkpoint was saved.
    pub(super) fn advance<T: Transport>(
        &mut self,
        context: &mut Context<'_>,
        client: &Client<T>,
        job: &Arc<Job>,
    ) -> bool {
        let before = self.stage.clone();
        while self.step(context, client, job) {}
        // What is harmless to repeat need not be saved right away.
        !job.kind.is_harmless_to_repeat() && self.stage != before
    }

    /// Takes one step, and returns whether another one may follow at once.
    fn step<T: Transport>(&mut self, context: &mut Context<'_>, client: &Client<T>, job: &Arc<Job>) -> bool {
        match &mut self.state {
            State::Held => self.state = send(&self.chunk, client, job),
            State::Sending(future) => {
                let Poll::Ready(result) = future.as_mut().poll(context) else { return false };
                match result {
                    Ok(sent) => self.was_sent(sent, client, job),
                    Err(error) => self.fail(error, job),
                }
            }
            State::Waiting(future, _) => {
                let Poll::Ready(result) = future.as_mut().poll(context) else { return false };
                self.was_waited_for(result, job);
            }
            State::Settled(_) => return false,
        }
        true
    }

    fn was_sent<T: Transport>(&mut self, sent: Sent, client: &Client<T>, job: &Arc<Job>) {
        let Sent { operations, workflow_run_id, rate_limited } = sent;
        let limited = self.indices(&rate_limited);
        if operations.is_empty() {
            // With an idempotency key, a later process gets the same response again.
            if !job.kind.info.repeatable {
                self.stage = Stage::Done { rate_limited: limited };
            }
            let ending = Ending { rate_limited, workflow_run_id, ..Ending::new(Outcome::Done) };
            self.state = State::Settled(ending);
            return;
        }
        let ids = operations.iter().map(|operation| operation.id.clone()).collect();
        self.stage = Stage::Started { operations: ids, rate_limited: limited };
        let waiting = wait(client.clone(), Arc::clone(job), operations);
        self.state = State::Waiting(Box::pin(waiting), rate_limited);
    }

    fn was_waited_for(&mut self, result: Result<Failures, WaitError>, job: &Job) {
        let State::Waiting(_, rate_limited) = &mut self.state else { return };
        let rate_limited = std::mem::take(rate_limited);
        match result {
            Ok(failed) => {
                let ending = Ending { failed, rate_limited, ..Ending::new(Outcome::Done) };
                self.state = State::Settled(ending);
            }
            Err(WaitError::Failed(operation)) => self.fail(WaitError::Failed(operation).into(), job),
            Err(WaitError::Call(error)) if error.is_not_found() => {
                self.fail(Error::bulk_operation("Knock does not know the bulk operation any more"), job);
            }
            Err(error) => self.settle(Outcome::Unfinished(error)),
        }
    }

    /// Settles a chunk that failed, and decides whether a later process may send it again.
    fn fail(&mut self, error: Error, job: &Job) {
        let was_not_applied = error.outcome() == CallOutcome::NotApplied;
        if job.kind.is_harmless_to_repeat() || (was_not_applied && !self.was_sent_before) {
            self.stage = Stage::Unsent;
        }
        // What was applied and cannot be followed is not to be done again.
        let was_applied = error.outcome() == CallOutcome::Applied;
        let may_be_sent_again = was_not_applied || (job.kind.info.repeatable && !was_applied);
        self.settle(if may_be_sent_again { Outcome::Failed(error) } else { Outcome::Unknown(Some(error)) });
    }

    fn settle(&mut self, outcome: Outcome) {
        self.state = State::Settled(Ending::new(outcome));
    }

    fn indices(&self, rows: &[usize]) -> Vec<u64> {
        rows.iter().filter_map(|row| self.chunk.item(*row).index).collect()
    }

    /// Returns the chunk with its outcome, and what a later process has to do about it, or `None` if it has not come to
    /// its end.
    pub(super) fn finish(self) -> Option<(Chunk, Option<Pending>)> {
        let pending = self.pending();
        let State::Settled(ending) = self.state else { return None };
        let Ending { outcome, failed, rate_limited, workflow_run_id } = ending;
        let rows = &self.chunk;
        let (is_done, is_left) = match &outcome {
            Outcome::Done => (true, false),
            Outcome::Unknown(_) => (false, false),
            Outcome::Failed(_) | Outcome::Unfinished(_) => (false, true),
        };
        let rate_limited: Vec<_> = rate_limited.into_iter().map(|row| rows.item(row)).collect();
        let accepted = rows.len().saturating_sub(rate_limited.len());
        let by_knock = if is_done { refused_by_knock(rows, failed, accepted) } else { Vec::new() };
        let done = if is_done { accepted.saturating_sub(by_knock.len()) } else { 0 };
        let before = if is_left { Vec::new() } else { rows.refused.clone() };
        let mut refused = [before, by_knock].concat();
        refused.sort_by_key(|refused| refused.item.index.unwrap_or(u64::MAX));
        let (number, items, done) = (rows.number, rows.items.clone(), done as u64);
        let chunk = Chunk { number, items, outcome, done, refused, rate_limited, workflow_run_id };
        Some((chunk, is_left.then_some(pending)))
    }
}

impl Ending {
    fn new(outcome: Outcome) -> Self {
        Self { outcome, failed: Failures::default(), rate_limited: Vec::new(), workflow_run_id: None }
    }
}

/// Finds the items that Knock refused. Every item with a refused id counts, and an id that is not in the chunk is kept.
/// What Knock counts without listing it has no id; together they are `accepted` at most.
fn refused_by_knock(rows: &Rows, failed: Failures, accepted: usize) -> Vec<Refused> {
    let mut ids: BTreeSet<String> = failed.listed.into_iter().map(|item| item.id).collect();
    let mut found = BTreeSet::new();
    let mut refused = Vec::new();
    for row in 0..rows.len() {
        if ids.contains(rows.id(row)) {
            found.insert(rows.id(row));
            refused.push(Refused { item: rows.item(row), reason: Reason::ByKnock });
        }
    }
    ids.retain(|id| !found.contains(id.as_str()));
    let without_row = |id| Refused { item: Item { index: None, id }, reason: Reason::ByKnock };
    refused.extend(ids.into_iter().map(without_row));
    let count = usize::try_from(failed.count).unwrap_or(usize::MAX).min(accepted);
    refused.resize_with(count.max(refused.len()), || without_row(String::new()));
    refused
}

fn send<T: Transport>(chunk: &Arc<Rows>, client: &Client<T>, job: &Arc<Job>) -> State {
    State::Sending(Box::pin(send_rows(client.clone(), Arc::clone(job), Arc::clone(chunk))))
}

/// Sends a chunk, and then again those of its items that Knock reports as rate limited.
async fn send_rows<T: Transport>(client: Client<T>, job: Arc<Job>, chunk: Arc<Rows>) -> Result<Sent, Error> {
    let mut sent = Sent::default();
    let mut rows: Vec<usize> = (0..chunk.len()).collect();
    let resends = if job.kind.is_harmless_to_repeat() { job.resends } else { 0 };
    for resend in 0..=resends {
        if resend > 0 {
            client.transport().sleep(job.kind.info.repetition.min_wait()).await;
        }
        let reply = match send_once(&client, &job, &chunk, &rows).await {
            Ok(reply) => reply,
            Err(error) if resend == 0 => return Err(error),
            // The rest of the chunk was accepted.
            Err(_) => break,
        };
        sent.operations.extend(reply.operation);
        sent.workflow_run_id = reply.workflow_run_id;
        let limited: BTreeSet<&str> = reply.rate_limited.iter().map(String::as_str).collect();
        rows.retain(|row| limited.contains(chunk.id(*row)));
        if rows.is_empty() {
            break;
        }
    }
    sent.rate_limited = rows;
    Ok(sent)
}

async fn send_once<T: Transport>(
    client: &Client<T>,
    job: &Job,
    chunk: &Rows,
    rows: &[usize],
) -> Result<Reply, Error> {
    let idempotency_key = job.idempotency_key.as_ref().map(|key| format!("{key}/{}", chunk.number));
    let call = ChunkCall { kind: &job.kind, options: &job.options, chunk, rows, idempotency_key };
    let completed = client.execute(client.prepare(&call)?, Some(&job.options)).await?;
    call.read(completed).map(|response| response.value).or_else(|error| {
        let is_applied = error.outcome() == CallOutcome::Applied;
        let headers = error.headers().filter(|_| is_applied);
        headers.and_then(|headers| job.kind.read_without_body(headers)).ok_or(error)
    })
}

async fn fetch_and_wait<T: Transport>(
    client: Client<T>,
    job: Arc<Job>,
    ids: Vec<String>,
) -> Result<Failures, WaitError> {
    let mut operations = Vec::new();
    for id in ids {
        operations.push(bulk_operations::get(id).with(job.options.clone()).send(&client).await?);
    }
    wait(client, job, operations).await
}

async fn wait<T: Transport>(
    client: Client<T>,
    job: Arc<Job>,
    operations: Vec<BulkOperation>,
) -> Result<Failures, WaitError> {
    let mut failed = Failures::default();
    for operation in operations {
        let waiting = operation.wait_with(&client, job.options.clone(), job.interval, job.limit);
        let done = waiting.await?;
        failed.count = failed.count.saturating_add(done.error_count);
        failed.listed.extend(done.error_items);
    }
    Ok(failed)
}
