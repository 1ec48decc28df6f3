//! Everything Knock knows about an environment, and what happens in it as time goes by.

pub(crate) mod bulk;
pub(crate) mod channel_data;
pub(crate) mod conditions;
pub(crate) mod entity;
pub(crate) mod fan_out;
pub(crate) mod log;
pub(crate) mod message;
pub(crate) mod preferences;
mod removal;
pub(crate) mod run;
pub(crate) mod schedule;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use self::bulk::BulkOperation;
use self::entity::Entity;
use self::fan_out::Subscription;
use self::log::Log;
use self::message::Message;
use self::run::{RecipientRun, Trigger};
use self::schedule::Schedule;
use crate::ids::Ids;
use crate::observe::Delivery;
use crate::recipient::Recipient;
use crate::settings::Settings;

/// A long-running emulator forgets the oldest of each beyond this.
const MAX_RECORDS: usize = 50_000;
/// What tests count may be longer.
const MAX_OBSERVED: usize = 100_000;
/// Occurrences caught up with in one go when the clock jumps far ahead of a schedule; the rest wait for the next call.
const MAX_OCCURRENCES: usize = 10_000;

/// Something that happens by itself at its time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    Resume(String),
    Occur(String),
}

/// A member of an audience: the user, and the tenant it is one for.
pub(crate) type Member = (String, Option<String>);

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Arc<Settings>,
    pub(crate) now: Timestamp,
    pub(crate) ids: Ids,
    pub(crate) entities: BTreeMap<Recipient, Entity>,
    /// By the object subscribed to, then by who subscribes.
    pub(crate) subscriptions: BTreeMap<(Recipient, Recipient), Subscription>,
    pub(crate) audiences: BTreeMap<String, BTreeMap<Member, Timestamp>>,
    pub(crate) triggers: VecDeque<Arc<Trigger>>,
    pub(crate) accepted: u64,
    pub(crate) runs: Log<RecipientRun>,
    pub(crate) messages: Log<Message>,
    pub(crate) schedules: Log<Schedule>,
    pub(crate) bulk: Log<BulkOperation>,
    pub(crate) deliveries: VecDeque<Delivery>,
    agenda: BTreeSet<(Timestamp, u64, Task)>,
    planned: u64,
}

impl World {
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        Self {
            now: Timestamp::UNIX_EPOCH,
            ids: Ids::new(settings.seed),
            settings,
            entities: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            audiences: BTreeMap::new(),
            triggers: VecDeque::new(),
            accepted: 0,
            runs: Log::new(MAX_RECORDS),
            messages: Log::new(MAX_RECORDS),
            schedules: Log::new(MAX_RECORDS),
            bulk: Log::new(MAX_RECORDS),
            deliveries: VecDeque::new(),
            agenda: BTreeSet::new(),
            planned: 0,
        }
    }

    pub(crate) fn plan(&mut self, at: Timestamp, task: Task) {
        self.planned += 1;
        self.agenda.insert((at, self.planned, task));
    }

    /// Lets everything happen that was due until `now`, each at its own time.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let mut occurrences = 0;
        while occurrences < MAX_OCCURRENCES
            && let Some((at, _, task)) = self.due(now)
        {
            self.now = at;
            match task {
                Task::Resume(run) => self.resume(&run),
                Task::Occur(schedule) => {
                    occurrences += 1;
                    self.occur(&schedule, at);
                }
            }
        }
        self.now = now;
    }

    fn due(&mut self, now: Timestamp) -> Option<(Timestamp, u64, Task)> {
        if self.agenda.first()?.0 > now {
            return None;
        }
        self.agenda.pop_first()
    }
}

/// Appends to a queue that forgets its oldest.
pub(crate) fn push_bounded<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() >= MAX_OBSERVED {
        queue.pop_front();
    }
    queue.push_back(item);
}
