//! What is answered, and is probably a mistake: told in the log, each once.
//!
//! Nothing here may change an answer.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex;

/// How many are remembered; what is forgotten is told again if it comes again.
const KEPT: usize = 1000;
/// How much of a text is told: part of it is what a caller sent.
const SHOWN: usize = 300;

/// What was told already.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    known: BTreeSet<(&'static str, String)>,
    /// The same, the oldest first.
    order: VecDeque<(&'static str, String)>,
}

impl Warnings {
    /// Tells of an operation's request, unless that was told before. Returns whether it did.
    pub(crate) fn tell(&self, op: &'static str, text: &str) -> bool {
        // A log is read on terminals, too.
        let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        let text: String = text.chars().take(SHOWN).map(plain).collect();
        let mut told = self.0.lock().expect("no panic while held");
        let is_new = told.known.insert((op, text.clone()));
        if is_new {
            tracing::warn!(op, "{text}");
            told.order.push_back((op, text));
            if told.order.len() > KEPT
                && let Some(oldest) = told.order.pop_front()
            {
                told.known.remove(&oldest);
            }
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once_and_the_oldest_makes_room() {
        let warnings = Warnings::default();
        for n in 0..=KEPT {
            assert!(warnings.tell("op", &n.to_string()));
        }
        assert!(!warnings.tell("op", &KEPT.to_string()), "it was told just now");
        assert!(warnings.tell("op", "0"), "the oldest is forgotten");
        assert!(!warnings.tell("op", "2"), "and no more than there had to be");
    }
}
