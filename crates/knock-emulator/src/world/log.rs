//! A bounded log of records, in order of insertion and with lookup by id. The oldest records are dropped.

use std::collections::{BTreeMap, HashMap};

pub(crate) trait Record {
    fn id(&self) -> &str;

    /// The lowest position of the record. Positions are in cursors, which clients keep while the emulator restarts.
    fn position(&self) -> u64 {
        0
    }

    /// Whether the record can be dropped because it will not change by itself any more.
    fn is_settled(&self) -> bool {
        true
    }
}

#[derive(Debug)]
pub(crate) struct Log<T> {
    items: BTreeMap<u64, T>,
    index: HashMap<String, u64>,
    next: u64,
    capacity: usize,
}

impl<T: Record> Log<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { items: BTreeMap::new(), index: HashMap::new(), next: 0, capacity }
    }

    pub(crate) fn push(&mut self, item: T) {
        let at = self.next.max(item.position());
        self.index.insert(item.id().to_owned(), at);
        self.items.insert(at, item);
        self.next = at + 1;
        if self.items.len() > self.capacity
            && let Some(oldest) = self.items.first_entry()
            && oldest.get().is_settled()
        {
            self.index.remove(oldest.remove().id());
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.items.get(self.index.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.items.get_mut(self.index.get(id)?)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.items.remove(&self.index.remove(id)?)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.items.retain(|_, item| keep(item));
        self.index.retain(|_, at| self.items.contains_key(at));
    }

    /// The records, newest first, each with its position.
    pub(crate) fn descending(&self) -> impl Iterator<Item = (u64, &T)> {
        self.items.iter().rev().map(|(at, item)| (*at, item))
    }

    /// The position of a record, if it is still there.
    pub(crate) fn position(&self, id: &str) -> Option<u64> {
        self.index.get(id).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The records, newest first, each with a rank: a text that sorts in this order.
    pub(crate) fn newest(&self) -> impl Iterator<Item = (String, &T)> {
        self.descending().map(|(at, item)| (format!("{:020}", u64::MAX - at), item))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.values()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.items.values_mut()
    }
}
