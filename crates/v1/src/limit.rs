//! v1's own rate limit: so many calls a second for each key. Calls without a key are not counted.

use std::collections::BTreeMap;
use std::sync::Mutex;

use engine::Clock;

/// How many keys are counted before old ones are forgotten.
const KEYS: usize = 10_000;

/// Counts calls by key.
#[derive(Debug)]
pub struct Limit {
    per_second: u32,
    clock: Clock,
    counts: Mutex<BTreeMap<String, (i64, u32)>>,
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
    pub(crate) fn exceeded(&self, key: &str) -> Option<u32> {
        let second = self.clock.now().div_euclid(1000);
        let mut counts = self.counts.lock().expect("no panic while held");
        if counts.len() >= KEYS {
            counts.retain(|_, (at, _)| *at == second);
        }
        let (at, count) = counts.entry(key.to_owned()).or_insert((second, 0));
        if *at != second {
            (*at, *count) = (second, 0);
        }
        *count += 1;
        (*count > self.per_second).then_some(self.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_calls_pass_in_a_second_for_each_key() {
        let clock = Clock::manual(5_000);
        let limit = Limit::of_v1(clock.clone());
        assert!(limit.exceeded("a").is_none());
        assert!(limit.exceeded("a").is_none());
        assert_eq!(limit.exceeded("a"), Some(2));
        assert!(limit.exceeded("b").is_none());
        clock.set(6_000);
        assert!(limit.exceeded("a").is_none());
    }
}
