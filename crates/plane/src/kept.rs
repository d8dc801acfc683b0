//! What was made once and may be asked for again, up to a limit.
//!
//! Where there is too much, what is asked for most often stays: who asks for ever new things pushes
//! out such things only, and can never make it grow.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Values by key, whose weights together have a limit.
#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    most: usize,
    weight: usize,
    entries: BTreeMap<K, Entry<V>>,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    weight: usize,
    /// How often it was asked for, lately.
    asked: AtomicU32,
}

impl<K: Ord, V: Clone> Kept<K, V> {
    /// Nothing yet, and never more than this.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, weight: 0, entries: BTreeMap::new() }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let entry = self.entries.get(key)?;
        entry.asked.fetch_add(1, Relaxed);
        Some(entry.value.clone())
    }

    /// Keeps it, unless it would take the place of too many others.
    pub(crate) fn put(&mut self, key: K, value: V, weight: usize) {
        if weight > self.most / 8 {
            return;
        }
        if self.weight + weight > self.most {
            self.sweep();
        }
        let entry = Entry { value, weight, asked: AtomicU32::new(0) };
        let before = self.entries.insert(key, entry).map_or(0, |entry| entry.weight);
        self.weight = self.weight + weight - before;
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.weight = 0;
    }

    /// Drops what is asked for least, until half is left. What was asked for long ago counts for
    /// less each time.
    fn sweep(&mut self) {
        let mut all: Vec<_> = std::mem::take(&mut self.entries).into_iter().collect();
        all.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.asked.load(Relaxed)));
        self.weight = 0;
        for (key, mut entry) in all {
            if self.weight + entry.weight > self.most / 2 {
                break;
            }
            self.weight += entry.weight;
            *entry.asked.get_mut() /= 2;
            self.entries.insert(key, entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_new_things_neither_grows_it_nor_pushes_out_what_is_asked_for() {
        let mut kept = Kept::new(1_000);
        for key in 0..10 {
            kept.put(key, key, 10);
        }
        for new in 10..50_000 {
            if new % 100 == 0 {
                assert!((0..10).all(|key| kept.get(&key) == Some(key)), "at {new}");
            }
            kept.put(new, new, 10);
            let weight: usize = kept.entries.values().map(|entry| entry.weight).sum();
            assert!(weight == kept.weight && weight <= 1_000);
        }
        assert!(kept.get(&49_999).is_some(), "what is new is kept, too");
    }

    #[test]
    fn what_nobody_asks_for_any_more_goes() {
        let mut kept = Kept::new(1_000);
        kept.put(0, 0, 10);
        (0..1_000).for_each(|_| assert!(kept.get(&0).is_some()));
        for new in 1..10_000 {
            kept.put(new, new, 10);
            (0..2).for_each(|_| _ = kept.get(&new));
        }
        assert_eq!(kept.get(&0), None);
    }

    #[test]
    fn what_is_large_is_not_kept_and_what_is_put_twice_weighs_once() {
        let mut kept = Kept::new(1_000);
        kept.put(1, "large", 126);
        assert_eq!(kept.get(&1), None);
        (0..1_000).for_each(|_| kept.put(2, "small", 100));
        assert_eq!((kept.get(&2), kept.weight), (Some("small"), 100));
        kept.clear();
        assert_eq!((kept.get(&2), kept.weight), (None, 0));
    }
}
