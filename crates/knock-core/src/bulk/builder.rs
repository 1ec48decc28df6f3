//! Bulk work that was not started yet, and its settings.

use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use futures_util::stream;

use crate::bulk::checkpoint::Checkpoint;
use crate::bulk::kind::{Encoding, Kind};
use crate::bulk::outcome::Summary;
use crate::bulk::rows::{Limits, Reader};
use crate::bulk::run::{Position, Run};
use crate::bulk::slot::Job;
use crate::client::Client;
use crate::config::{CallOptions, Config};
use crate::error::Error;
use crate::pace::Pace;
use crate::retry::RetryPolicy;
use crate::transport::Transport;
use crate::value::{Field, InvalidInput, uuid4};
use crate::wire::check_idempotency_key;

/// The largest number of chunks in flight.
const MAX_IN_FLIGHT: usize = 64;
/// The longest idempotency key, which leaves room for the number of a chunk.
const MAX_KEY_CHARS: usize = 234;

const DEFAULT_IN_FLIGHT: usize = 4;
/// Knock documents a limit of 10 MB for a trigger, and none for the other calls.
const DEFAULT_MAX_BYTES: usize = 5_000_000;
const DEFAULT_RESENDS: u32 = 3;
const DEFAULT_INTERVAL: Duration = Duration::from_secs(1);
const DEFAULT_LIMIT: Duration = Duration::from_secs(10 * 60);
/// With the default backoff, this rides out about a minute.
const DEFAULT_RETRIES: u32 = 10;
/// A call waits for its turn, and for as long as Knock asks it to.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(10 * 60);

/// Bulk work on any number of items of type `I`, with its settings. Make one with a function of this
/// [module](crate::bulk), for example [`identify_users`](crate::bulk::identify_users).
#[derive(Debug)]
#[must_use = "bulk work does nothing until it is started"]
pub struct Bulk<I> {
    kind: Kind,
    encoding: Encoding<I>,
    in_flight: usize,
    max_items: usize,
    max_bytes: usize,
    resends: u32,
    interval: Duration,
    limit: Duration,
    /// Unless it is set: a pace of its own, if the client has none.
    pace: Field<Pace>,
    options: CallOptions,
    checkpoint: Option<Checkpoint>,
}

impl<I> Bulk<I> {
    pub(super) fn new(kind: Kind, encoding: Encoding<I>) -> Self {
        Self {
            in_flight: DEFAULT_IN_FLIGHT,
            max_items: kind.max_items,
            max_bytes: DEFAULT_MAX_BYTES,
            resends: DEFAULT_RESENDS,
            interval: DEFAULT_INTERVAL,
            limit: DEFAULT_LIMIT,
            pace: Field::Keep,
            options: CallOptions::new(),
            checkpoint: None,
            kind,
            encoding,
        }
    }

    /// Sets how many chunks are in flight at once: 1 to 64. Default: 4.
    ///
    /// A chunk is in flight until its outcome is returned. At most this many chunks are in memory, and one that is being
    /// read.
    pub fn in_flight(mut self, chunks: usize) -> Self {
        self.in_flight = chunks;
        self
    }

    /// Sets the largest number of items in a chunk. Default: as many as Knock allows in one call, which is also the
    /// maximum.
    pub fn max_items(mut self, items: usize) -> Self {
        self.max_items = items;
        self
    }

    /// Sets the largest size of a request's body, in bytes of JSON. Default: 5,000,000.
    ///
    /// Knock documents only that a trigger may have 10 MB, so the default is cautious. An item that exceeds the limit
    /// alone is [refused](crate::bulk::Reason::TooLarge). Tenants are deleted by ids in the URL, for which the limit is
    /// 4,000 bytes.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets how often a bulk operation is fetched until it is finished, and for how long. Default: every second, for up
    /// to 10 minutes.
    ///
    /// It is fetched at most ten times a second. If it takes longer than the limit, the outcome of the chunk is
    /// [`Unfinished`](crate::bulk::Outcome::Unfinished).
    pub fn wait(mut self, interval: Duration, limit: Duration) -> Self {
        (self.interval, self.limit) = (interval, limit);
        self
    }

    /// Sets how often the items are sent again that Knock did not update because each was updated less than a second
    /// before. Default: 3.
    ///
    /// Before each time there is a wait of 1.25 seconds. Items that are not safe to send again are not.
    pub fn rate_limit_retries(mut self, times: u32) -> Self {
        self.resends = times;
        self
    }

    /// Sets the pace of the calls. By default it is that of the client or, if it has none, one of its own.
    ///
    /// With `None`, the calls of a client without a pace are sent as fast as they can be, for example to an emulator.
    pub fn pace(mut self, pace: impl Into<Option<Pace>>) -> Self {
        self.pace = pace.into().map_or(Field::Clear, Field::Set);
        self
    }

    /// Sets options of each call, for example a branch or another [retry policy](CallOptions::retry).
    ///
    /// By default, a call has a deadline of 10 minutes and is retried up to 10 times, which takes about a minute, since a
    /// chunk is worth waiting for.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = self.options.overlaid_with(options);
        self
    }

    /// Goes on from a checkpoint.
    ///
    /// The input must be the same from its beginning: each item must encode to the same JSON. It is read again from
    /// there, and its chunks are skipped if they are settled. Chunks that failed are sent again, and bulk operations that
    /// were going on are waited for. The limits of a chunk are those of the checkpoint.
    pub fn resume(mut self, checkpoint: Checkpoint) -> Self {
        self.checkpoint = Some(checkpoint);
        self
    }

    /// Starts with the items of an iterator. Nothing is read or sent before the first event is awaited.
    ///
    /// The iterator is read as the run goes on, while its events are awaited. If reading takes long, for example from a
    /// database, use [`start_stream`](Self::start_stream).
    ///
    /// # Errors
    ///
    /// An error of kind [`InvalidInput`](crate::ErrorKind::InvalidInput) if an argument or a setting is invalid, or if
    /// the checkpoint is that of other work.
    pub fn start<T: Transport, S: IntoIterator<Item: Into<I>>>(
        self,
        client: &Client<T>,
        items: S,
    ) -> Result<Run<T, I, stream::Iter<S::IntoIter>>, Error> {
        self.start_stream(client, stream::iter(items))
    }

    /// Starts with the items of a stream, as [`start`](Self::start) does. A stream that is not `Unpin` must be pinned
    /// first, for example with `Box::pin`.
    ///
    /// A chunk is sent when it is full or the stream ends, so a stream should not pause for long.
    ///
    /// # Errors
    ///
    /// See [`start`](Self::start).
    pub fn start_stream<T: Transport, S: Stream<Item: Into<I>> + Unpin>(
        self,
        client: &Client<T>,
        items: S,
    ) -> Result<Run<T, I, S>, Error> {
        let name = self.kind.info.name;
        self.begin(client, items).map_err(|error| error.with_operation(name))
    }

    fn begin<T: Transport, S>(self, client: &Client<T>, items: S) -> Result<Run<T, I, S>, Error> {
        self.check_settings()?;
        let arguments = self.kind.arguments()?;
        if let Some(checkpoint) = &self.checkpoint {
            checkpoint.check_is_of(self.kind.info.name, arguments)?;
        }
        let before = self.checkpoint.as_ref().map(|checkpoint| checkpoint.contents.clone());
        let limits = before.as_ref().map_or(
            Limits { items: self.max_items, bytes: self.max_bytes.min(self.kind.max_bytes()) },
            |before| before.limits,
        );
        let idempotency_key = self.idempotency_key(client)?;
        let reader = Reader::new(&self.kind, self.encoding, limits)?;
        let mut summary = Summary::default();
        if let Some(before) = &before {
            summary.settled = before.settled;
        }
        let job = Job {
            kind: self.kind,
            options: defaults(self.pace, client.config()).overlaid_with(self.options),
            idempotency_key,
            resends: self.resends,
            interval: self.interval,
            limit: self.limit,
        };
        Ok(Run {
            client: client.clone(),
            job: Arc::new(job),
            in_flight: self.in_flight,
            arguments,
            limits,
            position: Position { chunks: 0, items: 0, hash: reader.hash() },
            reader,
            input: Some(items),
            is_read: false,
            before: before.filter(|before| before.chunks > 0),
            slots: std::collections::VecDeque::new(),
            left: Vec::new(),
            summary,
            is_over: false,
        })
    }

    fn check_settings(&self) -> Result<(), InvalidInput> {
        let check = |name: &'static str, value: usize, max: usize| {
            if (1..=max).contains(&value) {
                return Ok(());
            }
            Err(InvalidInput::new(name, format!("is {value}; it must be 1 to {max}")))
        };
        check("in_flight", self.in_flight, MAX_IN_FLIGHT)?;
        check("max_items", self.max_items, self.kind.max_items)
    }

    /// Returns the idempotency key to which the number of a chunk is added, if the kind has one: that of the caller or
    /// of the checkpoint, or a random one.
    fn idempotency_key<T: Transport>(&self, client: &Client<T>) -> Result<Option<String>, Error> {
        if !self.kind.info.idempotency_key {
            return Ok(None);
        }
        let own = self.kind.idempotency_key.as_ref().map(|key| key.as_str().to_owned());
        let earlier =
            self.checkpoint.as_ref().and_then(|checkpoint| checkpoint.contents.idempotency_key.clone());
        if let (Some(own), Some(earlier)) = (&own, &earlier)
            && own != earlier
        {
            let problem = "is not the one of the checkpoint; use the same, or leave it out";
            return Err(InvalidInput::new("idempotency_key", problem).into());
        }
        let Some(key) = own.or(earlier) else {
            return Ok(Some(uuid4("knock-rust-", client.transport().random()?)));
        };
        check_idempotency_key(&key)?;
        if key.len() > MAX_KEY_CHARS {
            let problem = format!(
                "has {} characters; at most {MAX_KEY_CHARS} are allowed, since the number of the chunk is added",
                key.len()
            );
            return Err(InvalidInput::new("idempotency_key", problem).into());
        }
        Ok(Some(key))
    }
}

/// The options of a call for a chunk.
fn defaults(pace: Field<Pace>, config: &Config) -> CallOptions {
    let retry = RetryPolicy::default().max_retries(DEFAULT_RETRIES);
    let options = CallOptions::new().retry(retry).deadline(DEFAULT_DEADLINE);
    match pace {
        Field::Set(pace) => options.pace(pace),
        Field::Keep if config.pace().is_none() => options.pace(Pace::new()),
        _ => options,
    }
}
