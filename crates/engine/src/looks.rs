//! How long rows have been looked at in vain.
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// How many rows are remembered. Those that go with a reset are never heard of again.
const MOST: usize = 100_000;

/// Since when rows are looked at in vain, in milliseconds of the clock. It is not kept: after a restart
/// each is looked at often again.
#[derive(Debug, Default)]
pub(crate) struct Looks(Mutex<BTreeMap<Uuid, i64>>);

impl Looks {
    /// A row was looked at, in vain or not: for how many milliseconds that was in vain by now.
    pub(crate) fn waited(&self, id: Uuid, now: i64, is_in_vain: bool) -> i64 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_in_vain {
            all.remove(&id);
            return 0;
        }
        if all.len() >= MOST {
            all.clear();
        }
        let since = all.entry(id).or_insert(now);
        // The clock goes back where a world of before is restored.
        *since = now.min(*since);
        now - *since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_waited_grows_with_the_clock_and_begins_anew_after_a_success() {
        let (looks, id) = (Looks::default(), Uuid::from_u128(1));
        let waited = |now| looks.waited(id, now, true);
        assert_eq!([waited(1_000), waited(1_002), waited(61_000)], [0, 2, 60_000]);
        assert_eq!(looks.waited(Uuid::from_u128(2), 61_000, true), 0, "each has its own");
        assert_eq!(looks.waited(id, 61_001, false), 0);
        assert_eq!([waited(70_000), waited(70_010)], [0, 10]);
        assert_eq!([waited(9), waited(29)], [0, 20], "the clock was put back");
    }
}
