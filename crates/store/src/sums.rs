//! Sums over rows: what an account has of each class of things, kept up to date by each write, so
//! that reading them costs nothing that grows with the number of rows.
//!
//! A row says in its [`Tally`] to which class it belongs, how much of that it is, and since when. The
//! store keeps what all rows of a class come to, and the same for those of each day on which that
//! began: from the two follows how long all of them have been so together, in any span that begins
//! with a day.
//! What a row adds is kept with the row, so that what is taken off again is what was added.

use crate::Row;

/// A day, in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// The day that stands for all days.
pub(crate) const EVER: i64 = -1;

/// What a row adds to its account's sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The class of things that it belongs to, within its kind.
    pub class: String,
    /// How much of that it is. Not so large that a million of them, times the seconds of a day, are
    /// more than a number holds.
    pub amount: i64,
    /// Since when that is so, in milliseconds.
    pub since: i64,
    /// What it owed before that, for who keeps accounts: it is in no sum.
    pub owed: i64,
}

/// What the rows of one class come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The rows' kind.
    pub kind: String,
    /// The class.
    pub class: String,
    /// The day since which they are so, counted from the first of 1970; none: whenever.
    pub day: Option<i64>,
    /// How many rows there are.
    pub things: i64,
    /// Their amounts.
    pub amount: i64,
    /// The seconds of that day before each was so, times its amount; 0 over all days.
    pub seconds: i64,
}

/// What the columns of a row hold that adds this, or nothing.
pub(crate) fn columns(tally: Option<&Tally>) -> (Option<&str>, i64, i64, i64) {
    tally.map_or((None, 0, 0, 0), |t| (Some(&t.class), t.amount, t.since, t.owed))
}

impl Tally {
    /// What a row adds for each unit of its amount: the days, each with seconds.
    pub(crate) fn days(&self) -> [(i64, i64); 2] {
        [(EVER, 0), (self.since.div_euclid(DAY_MS), self.since.rem_euclid(DAY_MS) / 1000)]
    }
}

impl Row {
    /// What this row adds to sums: one that is to go adds nothing any more.
    pub(crate) fn adds(&self) -> Option<&Tally> {
        self.tally.as_ref().filter(|_| !self.deleting)
    }
}
