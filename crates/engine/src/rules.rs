//! Rules that stop lifecycles or make them fail, asked before each step: holds, which a person steps
//! by hand, and faults.
//!
//! What is stopped is parked ([`store::Outcome::Parked`]): it stays as it is, and is due again when the
//! rule goes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use store::Row;
use uuid::Uuid;

use crate::chance::Stream;

/// Which rows a rule is about: those of which all is true that is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Which {
    /// They are of one of these kinds, as the store calls them; none said: of any.
    pub kinds: Vec<String>,
    /// It is this one.
    pub id: Option<Uuid>,
    /// They are this account's.
    pub account: Option<i64>,
}

impl Which {
    /// Whether this is such a row.
    pub fn is(&self, row: &Row) -> bool {
        (self.kinds.is_empty() || self.kinds.iter().any(|kind| **kind == *row.kind))
            && self.id.is_none_or(|id| id == row.id)
            && self.account.is_none_or(|account| account == row.account)
    }
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq)]
pub enum Does {
    /// No step is taken for as long as the rule stands.
    Stop,
    /// Steps fail before they are taken, and are tried again later like all that fail.
    Fail {
        /// What is said to have gone wrong.
        error: String,
        /// How many steps fail, over all rows; none said: all.
        times: Option<u64>,
        /// How likely each is to fail, from 0 to 1.
        odds: f64,
        /// What the throws follow from: the same seed, the same throws.
        seed: u64,
    },
}

/// A rule as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its number: no other rule of this engine has it.
    pub number: u64,
    /// What it is about.
    pub which: Which,
    /// What it does.
    pub does: Does,
    /// How often it has done that.
    pub acted: u64,
    /// How many throws there were.
    thrown: u64,
}

/// What a rule has just done to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// The rule's number.
    pub rule: u64,
    /// The row, its kind, and whose it is.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// Whose it is.
    pub account: i64,
    /// What the step failed with; none: it was stopped.
    pub error: Option<String>,
}

/// Who is told.
type Listener = Box<dyn Fn(&Acted) + Send + Sync>;

/// The rules of one engine. Cheap to clone.
#[derive(Clone, Default)]
pub struct Rules(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    last: u64,
    rules: BTreeMap<u64, Rule>,
    /// What is held by hand, by its number.
    holds: BTreeMap<u64, Which>,
    listener: Option<Arc<Listener>>,
}

/// What may become of a row's next step.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Go,
    Stop,
    Fail(String),
}

impl Rules {
    /// Lets a rule stand, and tells its number.
    pub fn add(&self, which: Which, does: Does) -> u64 {
        let mut inner = self.lock();
        inner.last += 1;
        let number = inner.last;
        inner.rules.insert(number, Rule { number, which, does, acted: 0, thrown: 0 });
        number
    }

    /// The rules, in the order in which they were added.
    pub fn list(&self) -> Vec<Rule> {
        self.lock().rules.values().cloned().collect()
    }

    /// Has `listener` told whenever a rule acts, in the place of who was told before. It must not ask
    /// these rules anything.
    pub fn tell(&self, listener: impl Fn(&Acted) + Send + Sync + 'static) {
        self.lock().listener = Some(Arc::new(Box::new(listener)));
    }

    /// What is held by hand, by its number.
    pub fn holds(&self) -> BTreeMap<u64, Which> {
        self.lock().holds.clone()
    }

    /// Takes these for what is held.
    pub(crate) fn set_holds(&self, holds: BTreeMap<u64, Which>) {
        self.lock().holds = holds;
    }

    /// Whether a row is held by hand.
    pub(crate) fn is_held(&self, row: &Row) -> bool {
        self.lock().holds.values().any(|which| which.is(row))
    }

    /// Forgets a rule. What it has parked is to be let go of by [`store::Store::unpark`].
    pub(crate) fn remove(&self, number: u64) -> Option<Rule> {
        self.lock().rules.remove(&number)
    }

    /// What may become of the next step of a row. One that is stepped by hand is not held.
    pub(crate) fn verdict(&self, row: &Row, by_hand: bool) -> Verdict {
        let mut inner = self.lock();
        if inner.rules.is_empty() && inner.holds.is_empty() {
            return Verdict::Go;
        }
        if !by_hand && inner.holds.values().any(|which| which.is(row)) {
            return Verdict::Stop;
        }
        let mut rules = inner.rules.values_mut().filter(|rule| rule.which.is(row));
        let Some((rule, verdict)) = rules.find_map(|rule| Some((rule.number, rule.act()?))) else {
            return Verdict::Go;
        };
        let listener = inner.listener.clone();
        drop(inner);
        if let Some(listener) = listener {
            let error = match &verdict {
                Verdict::Fail(error) => Some(error.clone()),
                _ => None,
            };
            let (id, kind, account) = (row.id, row.kind.to_string(), row.account);
            listener(&Acted { rule, id, kind, account, error });
        }
        verdict
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    /// What it does to a step of a row that it is about, if anything.
    fn act(&mut self) -> Option<Verdict> {
        let verdict = match &self.does {
            Does::Stop => Verdict::Stop,
            Does::Fail { times, .. } if times.is_some_and(|times| self.acted >= times) => {
                return None;
            }
            Does::Fail { error, odds, seed, .. } => {
                self.thrown += 1;
                if Stream::of(*seed, &[&self.thrown.to_le_bytes()]).fraction() >= *odds {
                    return None;
                }
                Verdict::Fail(error.clone())
            }
        };
        self.acted += 1;
        Some(verdict)
    }
}
