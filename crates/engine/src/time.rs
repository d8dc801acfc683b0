//! Turning the clock: whatever becomes due on the way is worked on, in order. And what goes on though
//! the clock stands still.
//!
//! **A clock that stands still** stands for the world: dates do not come, so that no backup runs and no
//! month ends. What has been begun goes on, or whoever waits for it would wait for ever: a step that
//! wants to be taken again within some minutes is, after that time of the system's has passed, and the
//! step sees its own time, which is ahead of the clock by as much.
//!
//! **While the clock is advanced** nobody else takes steps. What waits for something real, which no
//! clock makes come sooner, is asked [`IN_VAIN`] times, and then left until the end of the way.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::{Outcome, Row, Store};
use tokio::sync::{Notify, OwnedRwLockWriteGuard};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{Clock, Engine, Mode, WORKERS};

/// Where the clock is kept in the store, so that it is in snapshots and outlives the process.
const KEPT: &str = "clock";
/// The longest pause that is no date: it passes though the clock stands still.
const PAUSE_MS: i64 = 300_000;
/// How far ahead of a clock that stands still things can be.
const AHEAD_MS: i64 = 3_600_000;
/// What is due so soon when the clock is stopped is under way.
const SOON_MS: i64 = 10_000;
/// How often a clock that runs fast is kept.
const KEEP: Duration = Duration::from_secs(5);
/// How often a row may say in a row that there is nothing new while the clock is advanced.
const IN_VAIN: u32 = 500;

/// What came of an advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advanced {
    /// What the clock shows.
    pub now: i64,
    /// How many steps were taken on the way.
    pub steps: u64,
}

/// When a row is looked at again, where that is so.
fn again(outcome: &mut Outcome) -> Option<&mut i64> {
    match outcome {
        Outcome::After(at) => Some(at),
        Outcome::Failed { retry_at, .. } => retry_at.as_mut(),
        _ => None,
    }
}

/// Nobody takes steps while this is held.
pub struct Still(#[expect(dead_code, reason = "it is held")] OwnedRwLockWriteGuard<()>);

/// What waits though the clock stands still: until when, and what it is due for.
#[derive(Default)]
pub(crate) struct Waits {
    until: Mutex<BTreeMap<Uuid, (Instant, i64)>>,
    news: Notify,
}

impl Waits {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Uuid, (Instant, i64)>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, id: Uuid, pause_ms: i64, due: i64) {
        let pause = Duration::from_millis(u64::try_from(pause_ms).unwrap_or_default());
        self.lock().insert(id, (Instant::now() + pause, due));
        self.news.notify_one();
    }

    /// Takes some of those whose time has come.
    fn ripe(&self, most: usize) -> Vec<(Uuid, i64)> {
        let (mut waits, now) = (self.lock(), Instant::now());
        let ripe = waits.iter().filter(|(_, (until, _))| *until <= now);
        let ripe: Vec<_> = ripe.map(|(id, (_, due))| (*id, *due)).take(most).collect();
        waits.retain(|id, _| ripe.iter().all(|(ripe, _)| ripe != id));
        ripe
    }

    /// Returns when the time of the next has come.
    pub(crate) async fn over(&self) {
        loop {
            let next = self.lock().values().map(|(until, _)| *until).min();
            match next {
                Some(next) => tokio::select! {
                    () = tokio::time::sleep_until(next) => return,
                    () = self.news.notified() => {}
                },
                None => self.news.notified().await,
            }
        }
    }
}

/// Lets a clock go as it is kept in the store, or as it did when it was made. True: it was kept there.
///
/// # Errors
/// When the store cannot be read.
pub async fn clock_from_store(store: &Store, clock: &Clock) -> store::Result<bool> {
    let kept = store.world_get(KEPT, Uuid::nil()).await?;
    match kept.map(|kept| serde_json::from_str::<Mode>(&kept)) {
        Some(Ok(mode)) => {
            clock.enter(resumed(store, clock, mode).await?);
            return Ok(true);
        }
        Some(Err(error)) => {
            tracing::error!(%error, "what is stored of the clock cannot be read");
            clock.begin_again();
        }
        None => clock.begin_again(),
    }
    Ok(false)
}

/// As a clock goes on that was kept so. One that ran faster than the system's has not run while nobody
/// looked: years would have passed in a night.
async fn resumed(store: &Store, clock: &Clock, kept: Mode) -> store::Result<Mode> {
    match kept {
        Mode::Running { shown, system, rate } if rate > 1.0 => {
            let now = clock.system_now();
            let left = shown.saturating_add(now - system).max(store.newest().await?);
            Ok(Mode::Running { shown: left, system: now, rate })
        }
        other => Ok(other),
    }
}

impl Engine {
    /// Returns when the steps under way have ended. No other is taken as long as what is returned is held.
    pub async fn still(&self) -> Still {
        Still(self.turn.clone().write_owned().await)
    }

    /// Turns the clock to `until`, works on everything that becomes due on the way, in order, and lets it
    /// go on from there as it went. Where it is later already, only what is due is worked on.
    ///
    /// # Errors
    /// When the store cannot be read or written: the clock then shows how far it came.
    pub async fn advance(&self, until: i64) -> store::Result<Advanced> {
        let _still = self.still().await;
        let until = until.max(self.clock.now());
        let rate = self.clock.mode().rate();
        // Should we die on the way, what is left is overdue at the next start.
        self.keep(Some(self.from(until, rate))).await?;
        self.clock.go(self.clock.now(), 0.0);
        let worked = self.work_until(until).await;
        let reached = if worked.is_ok() { until } else { self.clock.now() };
        self.clock.go(reached, rate);
        let steps = worked?;
        self.keep_clock().await?;
        Ok(Advanced { now: self.clock.now(), steps })
    }

    /// Works on everything that is due until then, and leaves the clock at the last time at which
    /// something was; for tests, with a clock that stands still.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn settle_until(&self, until: i64) -> store::Result<u64> {
        let _still = self.still().await;
        self.work_until(until).await
    }

    /// Lets the clock go on from what it shows, so many seconds in one; 0: it stands still.
    ///
    /// # Errors
    /// When the store cannot be written: then nothing has changed.
    pub async fn go(&self, rate: f64) -> store::Result<()> {
        let _still = self.still().await;
        self.keep(Some(self.from(self.clock.now(), rate))).await?;
        self.clock.go(self.clock.now(), rate);
        self.wait_for_what_is_soon().await;
        Ok(())
    }

    /// Lets the clock go as the system's again. False: it shows a later time, and does not go back.
    /// Where it shows an earlier one, it is advanced to the system's first.
    ///
    /// # Errors
    /// As for [`Engine::advance`].
    pub async fn go_as_the_system(&self) -> store::Result<bool> {
        if self.clock.now() > self.clock.system_now() {
            return Ok(false);
        }
        self.advance(self.clock.system_now()).await?;
        let _still = self.still().await;
        self.keep(Some(Mode::Real)).await?;
        self.clock.enter(Mode::Real);
        Ok(true)
    }

    /// Begins with what is stored, at the start or after that was changed as a whole: lets the clock go as
    /// it is kept there, or as it did when it was made, holds what is held there, and counts draws anew.
    ///
    /// # Errors
    /// When the store cannot be read or written, or what it keeps cannot be understood.
    pub async fn begin_again(&self) -> store::Result<()> {
        self.waits.lock().clear();
        clock_from_store(&self.store, &self.clock).await?;
        self.holds_from_store().await?;
        self.chance.begin_again(self.store.last_seq().await?);
        self.wait_for_what_is_soon().await;
        Ok(())
    }

    /// Keeps the clock in the store as it goes, as before a snapshot.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_clock(&self) -> store::Result<()> {
        let mode = match self.clock.mode() {
            Mode::Running { rate, .. } => self.from(self.clock.now(), rate),
            other => other,
        };
        self.keep(Some(mode)).await
    }

    /// Keeps a clock that runs faster than the system's now and then: what it showed is not to come again.
    pub(crate) async fn keep_fast_clock(&self, kept: &mut Instant) {
        if self.clock.mode().rate() > 1.0 && kept.elapsed() >= KEEP {
            *kept = Instant::now();
            if let Err(error) = self.keep_clock().await {
                tracing::warn!(%error, "what the clock shows cannot be kept");
            }
        }
    }

    /// The clock as it goes on from `now`.
    fn from(&self, now: i64, rate: f64) -> Mode {
        match rate {
            0.0 => Mode::Frozen { at: now },
            rate => Mode::Running { shown: now, system: self.clock.system_now(), rate },
        }
    }

    async fn keep(&self, mode: Option<Mode>) -> store::Result<()> {
        match mode {
            Some(Mode::Real) | None => self.store.world_remove(KEPT, Uuid::nil()).await,
            Some(mode) => {
                let text = serde_json::to_string(&mode).expect("numbers can be written");
                self.store.world_put(KEPT, Uuid::nil(), text).await
            }
        }
    }

    /// Works on what is due until then, and turns the clock from one time to the next at which something
    /// is. Nobody else may take steps.
    async fn work_until(&self, until: i64) -> store::Result<u64> {
        let mut steps = 0;
        let mut in_vain: BTreeMap<Uuid, (u32, i64)> = BTreeMap::new();
        loop {
            let now = self.clock.now();
            let claimed = self.store.claim(now, self.lease(), WORKERS).await?;
            if claimed.is_empty() {
                match self.store.next_due().await? {
                    Some(due) if due <= until => self.clock.go(due.max(now), 0.0),
                    _ => return Ok(steps),
                }
                continue;
            }
            let work = claimed.into_iter().map(|row| {
                let most = in_vain.get(&row.id).copied().unwrap_or_default();
                self.work_on_the_way(row, now, until, most)
            });
            let worked = match self.chance.seed() {
                // Commits are written together, in any order.
                None => futures_util::future::join_all(work).await,
                Some(_) => {
                    let mut worked = Vec::new();
                    for work in work.collect::<Vec<_>>() {
                        worked.push(work.await);
                    }
                    worked
                }
            };
            for (id, taken, vain) in worked {
                steps += taken;
                in_vain.insert(id, vain);
            }
            in_vain.retain(|_, (times, _)| *times > 0);
            tokio::task::yield_now().await;
        }
    }

    /// Works on a row, and tells how many steps that took and how often it has been in vain since when.
    /// One for which that is too often is left until the end of the way.
    async fn work_on_the_way(
        &self,
        row: Row,
        now: i64,
        until: i64,
        (times, last): (u32, i64),
    ) -> (Uuid, u64, (u32, i64)) {
        let before = row.observed.clone();
        let mut is_vain = false;
        let then = |row: &Row, outcome: &mut Outcome, _| {
            if let Some(at) = again(outcome) {
                is_vain = *at - now <= PAUSE_MS && (row.observed == before || last == now);
                if is_vain && times >= IN_VAIN {
                    *at = until.saturating_add(1);
                }
            }
        };
        let (_, row, steps) = self.work(row, now, then).await;
        (row.id, steps, (if is_vain { times + 1 } else { 0 }, now))
    }

    /// Rows that have waited though the clock stands still, with their own time.
    pub(crate) async fn claim_waiting(
        &self,
        most: usize,
        claimed: &mut Vec<(Row, i64)>,
    ) -> store::Result<()> {
        for (id, due) in self.waits.ripe(most.saturating_sub(claimed.len())) {
            let row = self.store.claim_one(self.clock.now(), self.lease(), id, Some(due)).await?;
            claimed.extend(row.map(|row| (row, due)));
        }
        Ok(())
    }

    /// Where the clock stands still, lets a row wait for its next step that is under way.
    pub(crate) fn wait_for(&self, row: &Row, outcome: &mut Outcome, now: i64) {
        let Some(due) = again(outcome) else { return };
        let pause = *due - now;
        if self.clock.is_frozen() && (0..=PAUSE_MS).contains(&pause) {
            *due = (*due).min(self.clock.now() + AHEAD_MS);
            self.waits.put(row.id, pause, *due);
        }
    }

    /// The same for what was under way when the clock was stopped.
    pub(crate) async fn wait_for_what_is_soon(&self) {
        if !self.clock.is_frozen() {
            return;
        }
        let now = self.clock.now();
        match self.store.due_within(now, now + SOON_MS, 10_000).await {
            Ok(soon) => soon.into_iter().for_each(|(id, due)| self.waits.put(id, due - now, due)),
            Err(error) => tracing::error!(%error, "what is under way waits for the clock"),
        }
    }
}
