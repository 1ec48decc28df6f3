//! A bulk run: the stream of what becomes of the chunks.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::bulk::checkpoint::{Checkpoint, Contents, Pending, Stage, invalid};
use crate::bulk::kind::Hash;
use crate::bulk::outcome::{Event, Summary};
use crate::bulk::rows::{Limits, Reader, Rows};
use crate::bulk::slot::{Job, Slot};
use crate::client::Client;
use crate::error::Error;
use crate::transport::Transport;
use crate::value::InvalidInput;

/// A bulk run that was [started](crate::bulk::Bulk::start). It goes on only while its events are awaited.
///
/// It is also a [`Stream`] of the same events. After an error it is over.
#[must_use = "a bulk run does nothing until its events are awaited"]
pub struct Run<T, I, S> {
    pub(super) client: Client<T>,
    pub(super) job: Arc<Job>,
    pub(super) in_flight: usize,
    /// The hash of the arguments, and the limits, for the checkpoint.
    pub(super) arguments: Hash,
    pub(super) limits: Limits,
    pub(super) reader: Reader<I>,
    /// The input, until its end.
    pub(super) input: Option<S>,
    /// Whether the last chunk was read.
    pub(super) is_read: bool,
    /// What an earlier process did, until the input was read up to there.
    pub(super) before: Option<Contents>,
    pub(super) position: Position,
    pub(super) slots: VecDeque<Slot>,
    /// The chunks that were reported, and that a later process has to send again or to wait for.
    pub(super) left: Vec<Pending>,
    pub(super) summary: Summary,
    pub(super) is_over: bool,
}

/// How far the input was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) chunks: u64,
    pub(super) items: u64,
    pub(super) hash: Hash,
}

impl<T: Transport, I, S: Stream<Item: Into<I>> + Unpin> Run<T, I, S> {
    /// Waits for the next event, and returns it, or `None` after the last one.
    ///
    /// If you keep checkpoints, save the [checkpoint](Self::checkpoint) after each event, before you wait for the next
    /// one. This method may be cancelled: if its future is dropped, nothing is lost.
    ///
    /// # Errors
    ///
    /// An error of kind [`InvalidInput`](crate::ErrorKind::InvalidInput) if the input is not that of the checkpoint from
    /// which the run resumes. Failures of a chunk are not errors of the run; see
    /// [`Outcome`](crate::bulk::Outcome).
    pub fn try_next(&mut self) -> impl Future<Output = Result<Option<Event>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context).map(Option::transpose))
    }

    /// Runs to the end, and returns the summary. Use it if you need neither the outcome of each chunk nor checkpoints.
    ///
    /// Failures of chunks are not errors of the run. Look whether the summary [is complete](Summary::is_complete); the
    /// first error is its [`first_failure`](Summary::first_failure).
    ///
    /// # Errors
    ///
    /// See [`try_next`](Self::try_next).
    pub async fn finish(mut self) -> Result<Summary, Error> {
        while self.try_next().await?.is_some() {}
        Ok(self.summary)
    }

    /// Returns the checkpoint, from which a later process [resumes](crate::bulk::Bulk::resume).
    ///
    /// It accounts for every event that was returned: the chunks that they report are not sent again, unless they failed.
    pub fn checkpoint(&self) -> Checkpoint {
        let mut pending = self.left.clone();
        pending.extend(self.slots.iter().map(Slot::pending));
        let mut position = self.position;
        if let Some(before) = &self.before {
            pending.extend(before.pending.iter().cloned());
            position = Position { chunks: before.chunks, items: before.items, hash: before.hash };
        }
        Checkpoint::new(Contents {
            operation: self.job.kind.info.name.to_owned(),
            arguments: self.arguments,
            limits: self.limits,
            idempotency_key: self.job.idempotency_key.clone(),
            chunks: position.chunks,
            items: position.items,
            hash: position.hash,
            pending,
            settled: self.summary.settled,
        })
    }

    /// Returns the counts so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Reads the next chunk, or `None` at the end of the input.
    fn poll_rows(&mut self, context: &mut Context<'_>) -> Poll<Option<Rows>> {
        loop {
            if let Some(full) = self.reader.take_full() {
                return Poll::Ready(Some(full));
            }
            let Some(input) = &mut self.input else {
                return Poll::Ready(self.reader.take_rest());
            };
            match ready!(Pin::new(input).poll_next(context)) {
                Some(item) => {
                    if let Some(full) = self.reader.push(&self.job.kind, &item.into()) {
                        return Poll::Ready(Some(full));
                    }
                }
                None => self.input = None,
            }
        }
    }

    /// Puts chunks in flight, as many as are allowed. Returns whether the checkpoint has to be saved.
    fn fill(&mut self, context: &mut Context<'_>) -> Result<bool, Error> {
        let mut save = false;
        while self.slots.len() < self.in_flight {
            let Poll::Ready(rows) = self.poll_rows(context) else { break };
            let Some(rows) = rows else {
                self.check_input_reached_checkpoint()?;
                self.is_read = true;
                break;
            };
            let Some(stage) = self.stage_of(&rows)? else {
                // Skipping chunks must not block the other tasks of the thread for long.
                context.waker().wake_by_ref();
                break;
            };
            let (mut slot, is_held) = Slot::resumed(rows, stage, &self.client, &self.job);
            save |= is_held || slot.advance(context, &self.client, &self.job);
            self.slots.push_back(slot);
        }
        Ok(save)
    }

    /// Returns the stage of a chunk that was read, or `None` if an earlier process settled it.
    fn stage_of(&mut self, rows: &Rows) -> Result<Option<Stage>, Error> {
        let Some(before) = &mut self.before else {
            self.position = Position { chunks: rows.number + 1, items: rows.items.end, hash: rows.hash };
            return Ok(Some(Stage::Unsent));
        };
        let is_last = rows.number + 1 == before.chunks;
        let is_pending = before.pending.first().is_some_and(|pending| pending.chunk == rows.number);
        let differs = (is_pending && before.pending[0].hash != rows.hash)
            || (is_last && (before.hash, before.items) != (rows.hash, rows.items.end));
        if differs {
            let problem =
                format!("is of another input: its first {} items are not those of this one", rows.items.end);
            return Err(invalid(problem).into());
        }
        let stage = is_pending.then(|| before.pending.remove(0).stage);
        if is_last {
            self.position = Position { chunks: before.chunks, items: before.items, hash: before.hash };
            self.before = None;
        }
        Ok(stage)
    }

    fn check_input_reached_checkpoint(&self) -> Result<(), InvalidInput> {
        self.before.as_ref().map_or(Ok(()), |before| {
            let problem = format!("is of another input, of which {} items were read", before.items);
            Err(invalid(format!("{problem}; this one has fewer, or other ones")))
        })
    }

    /// Takes the first chunk, if it has come to its end.
    fn take_first(&mut self) -> Option<Event> {
        if !self.slots.front()?.is_settled() {
            return None;
        }
        let (chunk, left) = self.slots.pop_front()?.finish()?;
        self.left.extend(left);
        self.summary.add(&chunk);
        Some(Event::Chunk(chunk))
    }
}

impl<T: Transport, I, S: Stream<Item: Into<I>> + Unpin> Stream for Run<T, I, S> {
    type Item = Result<Event, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.is_over {
            return Poll::Ready(None);
        }
        let mut save = false;
        for slot in &mut this.slots {
            save |= slot.advance(context, &this.client, &this.job);
        }
        match this.fill(context) {
            Ok(fill) => save |= fill,
            Err(error) => {
                this.is_over = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
        if save {
            return Poll::Ready(Some(Ok(Event::Checkpoint)));
        }
        if let Some(event) = this.take_first() {
            return Poll::Ready(Some(Ok(event)));
        }
        if this.slots.is_empty() && this.is_read {
            this.is_over = true;
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

impl<T, I, S> fmt::Debug for Run<T, I, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("operation", &self.job.kind.info.name)
            .field("items", &self.position.items)
            .field("in_flight", &self.slots.len())
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}
