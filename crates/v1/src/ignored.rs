//! What callers sent to no effect: v1 passed over it, so it is no refusal, but the log tells.

use std::collections::BTreeMap;
use std::sync::Mutex;

use engine::Clock;

/// How long a call is not told of again, in milliseconds: programs repeat themselves.
const PAUSE_MS: i64 = 60_000;

/// Writes warnings, at most one a minute for each call of v1.
pub(crate) struct Ignored {
    clock: Clock,
    told: Mutex<BTreeMap<&'static str, i64>>,
}

impl Ignored {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, told: Mutex::default() }
    }

    /// Tells of parameters of a call, by their names alone: values may be secrets.
    pub(crate) fn tell(&self, call: &'static str, names: &[String]) {
        if !names.is_empty() && self.is_due(call) {
            tracing::warn!(call, parameters = ?names, "API v1 ignores parameters");
        }
    }

    fn is_due(&self, call: &'static str) -> bool {
        let now = self.clock.outside();
        let mut told = self.told.lock().expect("no panic while held");
        // A clock that was set back does not silence it.
        let is_due = told.get(call).is_none_or(|at| now.abs_diff(*at) >= PAUSE_MS.unsigned_abs());
        if is_due {
            told.insert(call, now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_told_of_once_a_minute() {
        let clock = Clock::manual(0);
        let ignored = Ignored::new(clock.clone());
        assert!(ignored.is_due("server/create"));
        assert!(!ignored.is_due("server/create"));
        assert!(ignored.is_due("server/halt"));
        clock.set(PAUSE_MS);
        assert!(ignored.is_due("server/create"));
    }
}
