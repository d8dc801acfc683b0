//! What is worked out once and kept for a while, never more than so much.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Keeps what was used last: at least `most` of them, at most twice as many.
#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    most: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Hash + Eq, V: Clone> Kept<K, V> {
    /// Keeps nothing yet.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, young: HashMap::new(), old: HashMap::new() }
    }

    /// What is kept by this key.
    pub(crate) fn get<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.put(key, value.clone());
        Some(value)
    }

    /// Keeps this; what was used least goes where there is no room.
    pub(crate) fn put(&mut self, key: K, value: V) {
        if self.young.len() >= self.most && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_there_is_never_more_than_twice_as_much() {
        let mut kept = Kept::new(10);
        kept.put(0, 0);
        for n in 1..1000 {
            kept.put(n, n);
            assert_eq!(kept.get(&0), Some(0), "after {n}");
            assert!(kept.young.len() + kept.old.len() <= 20);
        }
        assert_eq!(kept.get(&999), Some(999));
        assert_eq!(kept.get(&500), None);
    }
}
