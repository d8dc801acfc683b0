//! The lifecycle engine: claim a due row, let its kind take one step, settle.
//!
//! A request writes what should be and makes the row due. The engine asks the row's [`Life`] for
//! one idempotent step towards that, and for when to come back. A step sees only the row and the
//! world as a driver observes it; it is never told what changed. So a crash needs no recovery
//! code: the row is still due.
//!
//! **Guarantees.** No two engines take a step for one row at once, unless a step outlives its
//! lease; then what it writes and settles is void. A change made during a step keeps the row due.
//! A step that panics has failed like any other.
//! **Assumptions.** Steps are idempotent, and shorter than [`LEASE`].
//!
//! The engine knows no family.

pub mod chance;
mod clock;
mod hand;
mod looks;
mod pause;
mod rules;
#[cfg(test)]
mod tests;
mod time;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use store::{Outcome, Row, Store};
use tokio::sync::{RwLock, watch};
use tokio::task::JoinSet;

pub use chance::Chance;
pub use clock::{Clock, Mode};
pub use hand::{Stepped, To};
use looks::Looks;
use pause::Pause;
use rules::Verdict;
pub use rules::{Acted, Does, Rule, Rules, Which};
use time::Waits;
pub use time::{Advanced, Still, clock_from_store};

/// How long a claim holds a row.
pub const LEASE: Duration = Duration::from_secs(120);
/// How many rows are worked on at once.
const WORKERS: usize = 32;
/// How many steps one claim takes in a row before others get their turn.
const STEPS: usize = 64;
/// The shortest pause before what is looked at in vain is looked at again.
const SOONEST_MS: i64 = 2;
/// How long to wait for news at most: another server's changes may arrive without a wake-up.
const POLL: Duration = Duration::from_secs(15);

/// What a step wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another step, at once.
    Now,
    /// Look again after this long.
    After(Duration),
    /// Look again at what nobody can tell the time of: after half as long as it was looked at in vain so
    /// far, and after this long at most. So what takes milliseconds is found ready within milliseconds,
    /// and what takes minutes is not asked about all the time.
    Soon(Duration),
    /// Nothing to do until somebody changes what should be.
    Settled,
    /// The thing is gone from the world: forget the row.
    Gone,
}

impl Next {
    /// Look again soon, and at least every five seconds.
    pub const SOON: Self = Self::Soon(Duration::from_secs(5));
}

/// What a step will never do, however often it is taken: it is not tried again before somebody changes
/// what should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Never(pub String);

/// What a step could not do; the engine tries again later, unless it is [`Never`].
pub type StepError = Box<dyn std::error::Error + Send + Sync>;

/// Brings one kind of resource from what is to what should be.
pub trait Life: Send + Sync {
    /// Takes one idempotent step, and writes what it saw to `row.observed`.
    fn step<'a>(&'a self, row: &'a mut Row) -> BoxFuture<'a, Result<Next, StepError>>;
}

/// Works on due rows. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    store: Store,
    clock: Clock,
    lives: Arc<BTreeMap<&'static str, Box<dyn Life>>>,
    /// What stops steps, or makes them fail.
    rules: Rules,
    /// Where what lives draw comes from.
    chance: Chance,
    /// Held by all who take steps, and alone by who lets nobody take any.
    turn: Arc<RwLock<()>>,
    /// What waits though the clock stands still.
    waits: Arc<Waits>,
    /// Since when rows are looked at in vain.
    looks: Arc<Looks>,
    /// How long to leave alone a store that cannot be written.
    pause: Arc<Pause>,
}

impl Engine {
    /// An engine for these kinds.
    pub fn new(store: Store, clock: Clock, lives: BTreeMap<&'static str, Box<dyn Life>>) -> Self {
        let (rules, chance, turn, waits, looks, pause) = Default::default();
        let lives = Arc::new(lives);
        Self { store, clock, lives, rules, chance, turn, waits, looks, pause }
    }

    /// The same, whose lives draw what they draw from there.
    #[must_use]
    pub fn drawing(self, chance: Chance) -> Self {
        Self { chance, ..self }
    }

    /// The clock that it goes by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The kinds that have a lifecycle, as the store calls them.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.lives.keys().copied()
    }

    /// What stops steps, or makes them fail.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Lets go of what a rule stopped, and forgets the rule. False: there is none of that number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn remove_rule(&self, number: u64) -> store::Result<bool> {
        let Some(_) = self.rules.remove(number) else { return Ok(false) };
        self.store.unpark().await?;
        Ok(true)
    }

    /// Works until `stop` says so; the steps under way are finished first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let woken = self.store.woken();
        let mut busy = JoinSet::new();
        self.wait_for_what_is_soon().await;
        let mut kept = tokio::time::Instant::now();
        while !*stop.borrow() {
            self.keep_fast_clock(&mut kept).await;
            while busy.try_join_next().is_some() {}
            let turn = tokio::select! {
                turn = self.turn.clone().read_owned() => Arc::new(turn),
                _ = stop.changed() => continue,
            };
            let claimed = match WORKERS - busy.len() {
                0 => Vec::new(),
                free => self.claim(free).await,
            };
            let idle = claimed.is_empty();
            for (row, time) in claimed {
                let (engine, turn) = (self.clone(), turn.clone());
                busy.spawn(async move {
                    let then = |row: &Row, outcome: &mut Outcome, now| {
                        engine.wait_for(row, outcome, now);
                    };
                    engine.work(row, time, then).await;
                    drop(turn);
                });
            }
            drop(turn);
            if !idle {
                continue;
            }
            let news = async {
                // A store that cannot be written is left alone, whatever is due in it.
                self.pause.over().await;
                tokio::select! {
                    () = woken.notified() => {}
                    () = self.until_due(busy.len() == WORKERS) => {}
                    () = self.waits.over() => {}
                    Some(_) = busy.join_next() => {}
                }
            };
            tokio::select! {
                () = news => {}
                _ = stop.changed() => {}
            }
        }
        busy.join_all().await;
    }

    /// Works until nothing is due now; for tests, with a [`Clock`] that stands still.
    ///
    /// # Panics
    /// When rows are still due after a great many steps: a life that never settles.
    pub async fn drain(&self) {
        let _turn = self.turn.read().await;
        for _ in 0..10_000 {
            let claimed = self.claim(WORKERS).await;
            if claimed.is_empty() {
                return;
            }
            for (row, time) in claimed {
                self.work(row, time, |_, _, _| {}).await;
            }
        }
        panic!("resources do not settle");
    }

    /// When something is due next.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn next_due(&self) -> store::Result<Option<i64>> {
        self.store.next_due().await
    }

    /// Rows to work on, and the time that it is for each.
    async fn claim(&self, most: usize) -> Vec<(Row, i64)> {
        let claimed = async {
            let now = self.clock.now();
            let due = self.store.claim(now, self.lease(), most).await?;
            let mut claimed: Vec<_> = due.into_iter().map(|row| (row, now)).collect();
            self.claim_waiting(most, &mut claimed).await?;
            Ok::<_, store::Error>(claimed)
        };
        match claimed.await {
            Ok(claimed) => {
                self.pause.end();
                claimed
            }
            Err(error) => {
                self.pause.lengthen(&error);
                Vec::new()
            }
        }
    }

    /// How long a claim holds a row, in milliseconds of the clock: steps take no less time where that runs
    /// fast.
    fn lease(&self) -> i64 {
        (LEASE.as_millis() as f64 * self.clock.mode().rate().max(1.0)) as i64
    }

    async fn until_due(&self, full: bool) {
        let due = self.store.next_due().await.ok().flatten().filter(|_| !full);
        match due {
            Some(due) => tokio::select! {
                () = self.clock.sleep_until(due) => {}
                () = tokio::time::sleep(POLL) => {}
            },
            None => tokio::time::sleep(POLL).await,
        }
    }

    /// Takes steps with a claimed row until it wants a pause, and settles. It is `time` for the row, or
    /// what the clock shows, whichever is later. Before it is written, `then` may change what it came to.
    /// Tells that, and how many steps were taken.
    async fn work(
        &self,
        mut row: Row,
        time: i64,
        then: impl FnOnce(&Row, &mut Outcome, i64),
    ) -> (Outcome, Row, u64) {
        let mut outcome = Some(Ok(Next::Now));
        let mut steps = 0;
        for _ in 0..STEPS {
            outcome = match self.rules.verdict(&row, false) {
                Verdict::Go => Some(self.step(&mut row, time).await),
                Verdict::Stop => None,
                Verdict::Fail(error) => Some(Err(error.into())),
            };
            steps += u64::from(outcome.is_some());
            if !matches!(outcome, Some(Ok(Next::Now))) {
                break;
            }
        }
        let now = time.max(self.clock.now());
        let mut outcome =
            outcome.map_or(Outcome::Parked, |outcome| self.outcome(&row, outcome, now));
        then(&row, &mut outcome, now);
        self.settle(&row, outcome.clone()).await;
        (outcome, row, steps)
    }

    /// What the store is told of a step.
    fn outcome(&self, row: &Row, outcome: Result<Next, StepError>, now: i64) -> Outcome {
        let ms = |pause: Duration| i64::try_from(pause.as_millis()).unwrap_or(i64::MAX / 2);
        let waited = self.looks.waited(row.id, now, matches!(outcome, Ok(Next::Soon(_))));
        match outcome {
            Ok(Next::Now) => Outcome::After(now),
            Ok(Next::After(pause)) => Outcome::After(now + ms(pause)),
            Ok(Next::Soon(most)) => {
                Outcome::After(now + (waited / 2).min(ms(most)).max(SOONEST_MS))
            }
            Ok(Next::Settled) => Outcome::Settled,
            Ok(Next::Gone) => Outcome::Gone,
            Err(error) => {
                tracing::warn!(kind = %row.kind, id = %row.id, %error, "a step failed");
                let is_final = error.downcast_ref::<Never>().is_some();
                let retry_at = (!is_final).then(|| now + backoff_ms(row.tries));
                // PostgreSQL keeps no NUL.
                Outcome::Failed { error: error.to_string().replace('\0', " "), retry_at }
            }
        }
    }

    async fn settle(&self, row: &Row, outcome: Outcome) {
        match self.store.settle(row, outcome).await {
            Ok(_) => {}
            // Changed again and again just then: the lease ends, and it is looked at anew.
            Err(error @ store::Error::Stale(_)) => {
                tracing::warn!(kind = %row.kind, id = %row.id, %error, "cannot settle");
            }
            Err(error) => self.pause.lengthen(&error),
        }
    }

    /// One step, whose writes count while the claim holds. A panic is a failure like any other.
    async fn step(&self, row: &mut Row, time: i64) -> Result<Next, StepError> {
        let Some(life) = self.lives.get(&*row.kind) else {
            return Err(format!("no life for `{}`", row.kind).into());
        };
        let known = Row { id: row.id, lease: row.lease, version: row.version, ..Row::default() };
        let step = store::during(row.claim(), life.step(row));
        let step = self.clock.ahead(time, self.chance.for_step(&self.clock, &known, step));
        AssertUnwindSafe(step).catch_unwind().await.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(format!("the step panicked: {}", said.unwrap_or("nothing is known")).into())
        })
    }
}

/// A quarter of a second, doubled with each try, at most five minutes.
fn backoff_ms(tries: i64) -> i64 {
    (250 << tries.clamp(0, 12)).min(300_000)
}
