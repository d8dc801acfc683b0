//! Turns: who finds what it relies on changed again and again, waits in line with all who stumble
//! over the same thing.
//!
//! Running again at once is best while two meet by chance. Where many want the same row, all but one
//! would run in vain each time. Nothing here is locked against those who come for the first time.
use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::Sleep;
use uuid::Uuid;

use crate::Facet;

/// How long one tries before it gives up.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// After how many runs one waits in line.
const QUICK: u32 = 2;
/// How long one pauses at most whose turn it is and who still comes too late: those of another
/// server stand in another line.
const PAUSE_MS: u64 = 64;

/// What a change relied on and somebody else has changed: a row, a list, the values of a scope, or
/// everything, which was emptied or restored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hot(String);

impl Hot {
    /// A row.
    pub fn row(id: Uuid) -> Self {
        Self(format!("row {id}"))
    }

    /// A list.
    pub fn list(account: i64, kind: &str, (field, value): &Facet) -> Self {
        Self(format!("list {account} {kind} {field} {value}"))
    }

    pub(crate) fn scope(scope: &str) -> Self {
        Self(format!("values {scope}"))
    }

    /// All that is stored.
    pub(crate) fn all() -> Self {
        Self("all".to_owned())
    }

    /// As the database names it.
    #[cfg(feature = "postgres")]
    pub(crate) fn named(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for Hot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

type Line = Arc<tokio::sync::Mutex<()>>;

/// The lines that there are now: one for each thing for which somebody waits.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<BTreeMap<Hot, Line>>);

impl Turns {
    fn line(self: &Arc<Self>, hot: &Hot) -> Place {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(hot.clone()).or_default().clone();
        Place { turns: self.clone(), hot: hot.clone(), line: Some(line), turn: None }
    }

    #[cfg(test)]
    fn lines(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// A place in a line: the line goes with the last of them.
struct Place {
    turns: Arc<Turns>,
    hot: Hot,
    line: Option<Line>,
    turn: Option<OwnedMutexGuard<()>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        (self.turn, self.line) = (None, None);
        if lines.get(&self.hot).is_some_and(|line| Arc::strong_count(line) == 1) {
            lines.remove(&self.hot);
        }
    }
}

/// How often and how long one tries what others keep getting in the way of.
pub struct Patience {
    turns: Arc<Turns>,
    /// Ends when the time is up; most never need it.
    left: Option<Pin<Box<Sleep>>>,
    runs: u32,
    place: Option<Place>,
}

impl Patience {
    pub(crate) fn new(turns: Arc<Turns>) -> Self {
        Self { turns, left: None, runs: 0, place: None }
    }

    /// Returns when it is time to run again, after a run that came too late for `hot`. False: the
    /// time is up.
    pub async fn again(&mut self, hot: &Hot) -> bool {
        self.runs += 1;
        let left = self.left.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
        if self.runs < QUICK {
            return true;
        }
        let stays = self.place.as_ref().is_some_and(|place| place.hot == *hot);
        if !stays {
            // Nobody holds two turns, so that nobody waits in a circle.
            self.place = None;
            self.place = Some(self.turns.line(hot));
        }
        let (place, runs) = (self.place.as_mut(), self.runs);
        let ready = async {
            match place {
                Some(Place { line: Some(line), turn, .. }) if turn.is_none() => {
                    *turn = Some(line.clone().lock_owned().await);
                }
                _ => tokio::time::sleep(pause(runs)).await,
            }
        };
        tokio::select! {
            biased;
            () = left => false,
            () = ready => true,
        }
    }
}

/// Some milliseconds by chance, more of them with each run.
fn pause(runs: u32) -> Duration {
    let most = (1 << runs.min(16)).min(PAUSE_MS);
    Duration::from_millis(1 + chance() % most)
}

/// Any number, for what need not be a secret: each state of a hasher is keyed by chance.
pub(crate) fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_has_its_turn_alone_and_the_line_goes_with_the_last() {
        let (turns, hot) = (Arc::<Turns>::default(), Hot::named("x"));
        let inside = Arc::new(AtomicUsize::new(0));
        let tasks = (0..20).map(|_| {
            let (turns, hot, inside) = (turns.clone(), hot.clone(), inside.clone());
            tokio::spawn(async move {
                let mut patience = Patience::new(turns);
                assert!(patience.again(&hot).await, "the first time at once");
                assert!(patience.again(&hot).await);
                assert_eq!(inside.fetch_add(1, SeqCst), 0, "two have their turn at once");
                assert!(patience.again(&hot).await, "who stumbles again keeps it");
                inside.fetch_sub(1, SeqCst);
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(turns.lines(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends() {
        let (turns, hot) = (Arc::<Turns>::default(), Hot::named("x"));
        let (mut alone, mut runs) = (Patience::new(turns.clone()), 0);
        while alone.again(&hot).await {
            runs += 1;
        }
        assert!(runs > 100, "one that comes too late again and again runs until the time is up");
        let mut waits = Patience::new(turns.clone());
        assert!(waits.again(&hot).await);
        assert!(!waits.again(&hot).await, "the other never comes to its end");
        drop((alone, waits));
        assert_eq!(turns.lines(), 0);
    }
}
