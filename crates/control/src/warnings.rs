//! What is answered, and is probably a mistake: told in the log, each once.
//!
//! Nothing here may change an answer.

use std::collections::BTreeSet;
use std::sync::Mutex;

/// How many are remembered; what comes after those is told no more.
const KEPT: usize = 1000;
/// How much of a text is told: part of it is what a caller sent.
const SHOWN: usize = 300;

/// What was told already.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Mutex<BTreeSet<(&'static str, String)>>);

impl Warnings {
    /// Tells of an operation's request, unless that was told before.
    pub(crate) fn tell(&self, op: &'static str, text: &str) {
        // A log is read on terminals, too.
        let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        let text: String = text.chars().take(SHOWN).map(plain).collect();
        let mut told = self.0.lock().expect("no panic while held");
        if told.len() < KEPT && told.insert((op, text.clone())) {
            tracing::warn!(op, "{text}");
        }
    }
}
