//! What was in a database, for when it is restored as it was.
//!
//! Of each state is kept what differs from the one after it: a row grows by what changes, not by a
//! copy of all that is in it.

use serde::{Deserialize, Serialize};

use super::{Contents, Db, Pool, User};

/// How many states are remembered besides the last.
const MOST: usize = 50;

/// What was in a database, and since when.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Past {
    /// What was noted last; none: nothing was.
    last: Option<State>,
    /// What was there before, from the oldest.
    before: Vec<Before>,
}

/// What was in it since a time, in milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    since: i64,
    held: Contents,
}

/// A state, by what differs from the one after it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Before {
    since: i64,
    users: Other<User>,
    dbs: Other<Db>,
    pools: Other<Pool>,
}

/// A list, by what differs from another: these items are in the place of all but so many of the
/// other's first and last.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Other<T> {
    first: usize,
    last: usize,
    items: Vec<T>,
}

impl<T: Clone + PartialEq> Other<T> {
    fn new(was: &[T], is: &[T]) -> Self {
        let first = was.iter().zip(is).take_while(|(a, b)| a == b).count();
        let ends = was[first..].iter().rev().zip(is[first..].iter().rev());
        let last = ends.take_while(|(a, b)| a == b).count();
        Self { first, last, items: was[first..was.len() - last].to_vec() }
    }

    /// Makes of the other list the one that it was.
    fn back(&self, is: &mut Vec<T>) {
        is.splice(self.first..is.len() - self.last, self.items.iter().cloned());
    }
}

impl Before {
    fn new(was: &State, is: &Contents) -> Self {
        Self {
            since: was.since,
            users: Other::new(&was.held.users, &is.users),
            dbs: Other::new(&was.held.dbs, &is.dbs),
            pools: Other::new(&was.held.pools, &is.pools),
        }
    }

    fn back(&self, state: &mut State) {
        state.since = self.since;
        self.users.back(&mut state.held.users);
        self.dbs.back(&mut state.held.dbs);
        self.pools.back(&mut state.held.pools);
    }
}

impl Past {
    /// Notes what is in it since `now`: of several states of one moment, the last.
    pub(super) fn note(&mut self, now: i64, held: &Contents) {
        let mut was = self.last.take();
        if let Some(state) = was.as_mut().filter(|state| state.since == now) {
            match self.before.pop() {
                Some(before) => before.back(state),
                None => was = None,
            }
        }
        self.before.extend(was.map(|was| Before::new(&was, held)));
        let over = self.before.len().saturating_sub(MOST);
        self.before.drain(..over);
        self.last = Some(State { since: now, held: held.clone() });
    }

    /// What was in it at a time; before all that is known, the oldest.
    pub(super) fn at(&self, at: i64) -> Contents {
        let Some(mut state) = self.last.clone() else { return Contents::default() };
        for before in self.before.iter().rev() {
            if state.since <= at {
                break;
            }
            before.back(&mut state);
        }
        state.held
    }
}
