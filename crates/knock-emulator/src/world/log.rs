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
    /// The number of records from which on it looks for those that can be dropped.
    full: usize,
}

impl<T: Record> Log<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        let full = capacity + slack(capacity);
        Self { items: BTreeMap::new(), index: HashMap::new(), next: 0, capacity, full }
    }

    pub(crate) fn push(&mut self, item: T) {
        let at = self.next.max(item.position());
        self.index.insert(item.id().to_owned(), at);
        self.items.insert(at, item);
        self.next = at + 1;
        if self.items.len() >= self.full {
            self.drop_oldest();
        }
    }

    /// Drops the oldest records that are settled. It looks at all of them, so it drops many at once.
    fn drop_oldest(&mut self) {
        let surplus = self.items.len().saturating_sub(self.capacity);
        let settled = self.items.iter().filter(|(_, item)| item.is_settled());
        let oldest: Vec<u64> = settled.map(|(at, _)| *at).take(surplus).collect();
        for item in oldest.iter().filter_map(|at| self.items.remove(at)) {
            self.index.remove(item.id());
        }
        self.full = self.items.len() + slack(self.capacity);
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

/// How many records more than its capacity a log can have.
const fn slack(capacity: usize) -> usize {
    capacity / 100 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Item(String, bool);

    impl Record for Item {
        fn id(&self) -> &str {
            &self.0
        }

        fn is_settled(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn records_that_wait_keep_no_others() {
        let mut log = Log::new(100);
        for n in 0..1000 {
            log.push(Item(n.to_string(), n % 50 != 0));
            assert!(log.len() <= 102);
        }
        let kept: Vec<&str> = log.iter().map(|item| item.0.as_str()).collect();
        assert_eq!(kept[..3], ["0", "50", "100"]);
        assert_eq!(kept.last(), Some(&"999"));
        assert!(kept.iter().all(|id| log.position(id).is_some()));
        assert!(log.get("1").is_none());
    }

    #[test]
    fn what_waits_is_not_dropped() {
        let mut log = Log::new(10);
        (0..100).for_each(|n| log.push(Item(n.to_string(), false)));
        assert_eq!(log.len(), 100);
        log.iter_mut().for_each(|item| item.1 = true);
        (100..103).for_each(|n| log.push(Item(n.to_string(), true)));
        assert!(log.len() <= 11, "{}", log.len());
        assert!(log.get("102").is_some());
    }
}
