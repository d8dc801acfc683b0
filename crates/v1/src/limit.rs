//! v1's own rate limit: so many calls a second for each key. Calls without a key are not counted.
//!
//! Keys are counted by their digests, and only those of the running second: whatever strangers send
//! as keys, this takes no more than half a megabyte.

use std::collections::BTreeMap;
use std::sync::Mutex;

use engine::Clock;

use crate::caller::Digest;

/// How many keys are counted in a second. Beyond them calls pass: a crowd of wrong keys is not to
/// shut out the right ones.
const KEYS: usize = 10_000;

/// Counts calls by key.
#[derive(Debug)]
pub struct Limit {
    per_second: u32,
    clock: Clock,
    counts: Mutex<Counts>,
}

/// The second that is counted, and the calls of each key in it.
#[derive(Debug, Default)]
struct Counts {
    second: i64,
    calls: BTreeMap<Digest, u32>,
}

impl Limit {
    /// At most so many calls in any second of `clock`.
    pub fn per_second(per_second: u32, clock: Clock) -> Self {
        Self { per_second, clock, counts: Mutex::default() }
    }

    /// What v1 allowed in its last years: two a second.
    pub fn of_v1(clock: Clock) -> Self {
        Self::per_second(2, clock)
    }

    /// Counts a call; the limit, where it is one too many.
    pub(crate) fn exceeded(&self, key: &Digest) -> Option<u32> {
        let second = self.clock.outside().div_euclid(1000);
        let mut counts = self.counts.lock().expect("no panic while held");
        if counts.second != second {
            *counts = Counts { second, calls: BTreeMap::new() };
        }
        if counts.calls.len() >= KEYS && !counts.calls.contains_key(key) {
            return None;
        }
        let count = counts.calls.entry(*key).or_default();
        *count += 1;
        (*count > self.per_second).then_some(self.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::digest;

    #[test]
    fn two_calls_pass_in_a_second_for_each_key() {
        let clock = Clock::manual(5_000);
        let (limit, a) = (Limit::of_v1(clock.clone()), digest("a"));
        assert!(limit.exceeded(&a).is_none());
        assert!(limit.exceeded(&a).is_none());
        assert_eq!(limit.exceeded(&a), Some(2));
        assert!(limit.exceeded(&digest("b")).is_none());
        clock.set(6_000);
        assert!(limit.exceeded(&a).is_none());
    }

    #[test]
    fn a_crowd_of_keys_fills_nothing_and_shuts_nobody_out() {
        let clock = Clock::manual(0);
        let (limit, a) = (Limit::of_v1(clock.clone()), digest("a"));
        for n in 0..KEYS + 100 {
            assert!(limit.exceeded(&digest(&n.to_string())).is_none());
        }
        assert_eq!(limit.counts.lock().unwrap().calls.len(), KEYS);
        assert!(limit.exceeded(&digest("late")).is_none());
        clock.set(1_000);
        assert!(limit.exceeded(&a).is_none());
        assert_eq!(limit.counts.lock().unwrap().calls.len(), 1);
    }
}
