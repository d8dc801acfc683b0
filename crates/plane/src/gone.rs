//! What was deleted a moment ago: for a while the real API says so, and clients wait for its words.
//!
//! Kept in memory only: after a restart such a thing is as unknown as any other.

use std::collections::BTreeMap;
use std::sync::Mutex;

use uuid::Uuid;

/// For how long it is told, in milliseconds.
const WHILE: i64 = 60_000;
/// How many are remembered.
const KEPT: usize = 10_000;

/// What was deleted, with its account, and when.
#[derive(Debug, Default)]
pub(crate) struct Gone(Mutex<BTreeMap<Uuid, (i64, i64)>>);

impl Gone {
    /// Remembers what an account has deleted at `now`.
    pub(crate) fn add(&self, id: Uuid, account: i64, now: i64) {
        let mut gone = self.0.lock().expect("no panic while held");
        if gone.len() >= KEPT {
            gone.retain(|_, (_, at)| now - *at < WHILE);
        }
        if gone.len() >= KEPT {
            gone.pop_first();
        }
        gone.insert(id, (account, now));
    }

    /// Whether an account deleted it a moment before `now`.
    pub(crate) fn has(&self, id: Uuid, account: i64, now: i64) -> bool {
        let gone = self.0.lock().expect("no panic while held");
        gone.get(&id).is_some_and(|(whose, at)| *whose == account && now - at < WHILE)
    }

    /// Forgets everything.
    pub(crate) fn forget(&self) {
        self.0.lock().expect("no panic while held").clear();
    }
}
