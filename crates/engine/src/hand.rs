//! Lifecycles by hand: what is held takes no step but those that somebody takes.
//!
//! Holds are kept in the store, so that they are in snapshots and outlive the process with what they
//! hold, which is parked there.

use std::collections::BTreeMap;

use store::{Outcome, Row};
use uuid::Uuid;

use crate::rules::Verdict;
use crate::{Engine, Never, Next, STEPS, Which};

/// Where holds are kept in the store.
const KEPT: &str = "holds";

/// What came of steps by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stepped {
    /// There is nothing of this id that has anything to do.
    Idle,
    /// Somebody else takes a step of it just now.
    Busy,
    /// Steps were taken.
    Taken {
        /// How many, each until something is seen of the thing that was not before.
        steps: u64,
        /// What it came to.
        to: To,
    },
}

/// What steps came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// There is more to do.
    More,
    /// There is nothing more to do.
    Settled,
    /// The thing is gone.
    Gone,
    /// The last step failed with this.
    Failed(String),
}

impl Engine {
    /// Holds these rows, from their next step on, and tells the hold's number.
    ///
    /// # Errors
    /// When the store cannot be written: then nothing has changed.
    pub async fn hold(&self, which: Which) -> store::Result<u64> {
        let _still = self.still().await;
        let mut holds = self.rules.holds();
        let number = holds.keys().next_back().map_or(1, |last| last + 1);
        holds.insert(number, which);
        self.keep_holds(holds).await?;
        Ok(number)
    }

    /// Ends a hold, or all of them. False: there is none of that number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn release(&self, number: Option<u64>) -> store::Result<bool> {
        let _still = self.still().await;
        let mut holds = self.rules.holds();
        match number {
            Some(number) if holds.remove(&number).is_none() => return Ok(false),
            Some(_) => {}
            None => holds.clear(),
        }
        self.keep_holds(holds).await?;
        self.store.unpark().await?;
        Ok(true)
    }

    /// Whether a row is held.
    pub fn is_held(&self, row: &Row) -> bool {
        self.rules.is_held(row)
    }

    /// Takes so many steps of one row, held or not, each until something is seen of the thing that was not
    /// before, or until there is nothing more to do. For the thing it is the time at which each step was
    /// due: what only has to wait has waited.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn step_by_hand(&self, id: Uuid, steps: u64) -> store::Result<Stepped> {
        let _turn = self.turn.read().await;
        let Some(mut row) = self.store.claim_one(self.clock.now(), self.lease(), id, None).await?
        else {
            let found = self.store.get(id).await?;
            let is_due = found.is_some_and(|row| row.due.is_some());
            return Ok(if is_due { Stepped::Busy } else { Stepped::Idle });
        };
        let due =
            row.due.map_or(0, |due| if due >= store::PARKED { due - store::PARKED } else { due });
        let mut time = due.max(self.clock.now());
        let (mut taken, mut to) = (0, To::More);
        let mut outcome = Outcome::After(time);
        while taken < steps && to == To::More {
            (outcome, time) = self.until_seen(&mut row, time).await;
            taken += 1;
            to = match &outcome {
                Outcome::Settled => To::Settled,
                Outcome::Gone => To::Gone,
                Outcome::Failed { error, .. } => To::Failed(error.clone()),
                _ => To::More,
            };
        }
        self.store.settle(&row, outcome).await?;
        Ok(Stepped::Taken { steps: taken, to })
    }

    /// Takes steps until something is seen that was not before; tells when it is for the thing then.
    async fn until_seen(&self, row: &mut Row, mut time: i64) -> (Outcome, i64) {
        let before = row.observed.clone();
        let mut outcome = Outcome::After(time);
        for _ in 0..STEPS {
            let next = match self.rules.verdict(row, true) {
                Verdict::Go => self.step(row, time).await,
                Verdict::Stop => Err(Never("a rule stops it".into()).into()),
                Verdict::Fail(error) => Err(error.into()),
            };
            let is_more = matches!(next, Ok(Next::Now | Next::After(_) | Next::Soon(_)));
            outcome = self.outcome(row, next, time);
            if let Outcome::After(at) = outcome {
                time = at.max(time);
            }
            if !is_more || row.observed != before {
                break;
            }
        }
        (outcome, time)
    }

    /// Holds what is held in the store, and nothing else.
    pub(crate) async fn holds_from_store(&self) -> store::Result<()> {
        let kept = self.store.world_get(KEPT, Uuid::nil()).await?;
        let holds = kept.map(|kept| serde_json::from_str::<BTreeMap<u64, Which>>(&kept));
        let holds = holds.transpose().unwrap_or_else(|error| {
            tracing::error!(%error, "what is stored of holds cannot be read: nothing is held");
            None
        });
        self.rules.set_holds(holds.unwrap_or_default());
        // What was parked by rules that are no more.
        self.store.unpark().await
    }

    async fn keep_holds(&self, holds: BTreeMap<u64, Which>) -> store::Result<()> {
        if holds.is_empty() {
            self.store.world_remove(KEPT, Uuid::nil()).await?;
        } else {
            let text = serde_json::to_string(&holds).expect("ids can be written");
            self.store.world_put(KEPT, Uuid::nil(), text).await?;
        }
        self.rules.set_holds(holds);
        Ok(())
    }
}
