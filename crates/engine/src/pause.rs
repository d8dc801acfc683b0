//! How long to leave alone a store that cannot be written, and how often to say so.
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The first pause; each is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(30);
/// How often the log is told, while it lasts.
const WORD: Duration = Duration::from_secs(60);

/// A pause that grows with each failure, until there is a success.
#[derive(Debug, Default)]
pub(crate) struct Pause(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    length: Duration,
    until: Option<Instant>,
    said: Option<Instant>,
    /// Failures of which the log was told nothing.
    silent: u64,
}

impl Pause {
    /// A failure. Those that come during a pause make it no longer.
    pub(crate) fn lengthen(&self, error: &dyn Display) {
        let (mut state, now) = (self.lock(), Instant::now());
        if state.until.is_none_or(|until| until <= now) {
            state.length = (state.length * 2).clamp(FIRST, LONGEST);
            state.until = Some(now + state.length);
        }
        if state.said.is_some_and(|said| now - said < WORD) {
            state.silent += 1;
            return;
        }
        let before = std::mem::take(&mut state.silent);
        state.said = Some(now);
        tracing::error!(%error, before, "resources cannot be worked on: the store fails");
    }

    /// A success.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        if state.until.take().is_some() {
            state.length = Duration::ZERO;
            tracing::info!(failures = state.silent, "the store can be written again");
            state.silent = 0;
        }
    }

    /// Returns when the pause is over, at once where there is none.
    pub(crate) async fn over(&self) {
        let until = self.lock().until;
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
