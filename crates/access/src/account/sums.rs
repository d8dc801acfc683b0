//! What an account has of each class of things, and for how long: from the sums that the store
//! keeps with each write, so that a million things are told as quickly as one.

use std::collections::BTreeMap;

use api::Time;
use store::{DAY_MS, Sum};

use crate::{Cx, Result};

const DAY_S: i64 = DAY_MS / 1000;

/// What there is, by kind and class.
pub(crate) type Sums = BTreeMap<(String, String), Things>;

/// All things of one class, grouped by the day since which they are of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Things {
    /// How many there are, and their amounts, since whenever.
    all: (i64, i64),
    /// Those of each day from the first that was asked for.
    days: Vec<Sum>,
}

/// What some things come to in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// How many things there were.
    pub(crate) count: i64,
    /// Their amounts.
    pub(crate) amount: i64,
    /// For how many seconds they were there together, each as often as its amount says.
    pub(crate) seconds: i128,
}

/// The classes of things that an account has, by kind and class. Of things that are of theirs since
/// `since` or later, which begins a day, the days are known.
pub(crate) async fn read(cx: &Cx, since: Time) -> Result<Sums> {
    let mut found = Sums::new();
    for sum in cx.control.store().sums(cx.account(), since.as_millis().div_euclid(DAY_MS)).await? {
        let things = found.entry((sum.kind.clone(), sum.class.clone())).or_default();
        match sum.day {
            None => things.all = (sum.things, sum.amount),
            Some(_) => things.days.push(sum),
        }
    }
    Ok(found)
}

impl Things {
    /// How many there are.
    pub(crate) fn count(&self) -> i64 {
        self.all.0
    }

    /// What their amounts come to.
    pub(crate) fn amount(&self) -> i64 {
        self.all.1
    }

    /// What there was of these from `from` to `to`: those that were there before as one part, and
    /// those of each day since. No thing counts for more than `most` seconds; the things of a day
    /// share that bound.
    ///
    /// `from` begins a day, and is not before the day from which days were asked for.
    pub(crate) fn parts(&self, from: Time, to: Time, most: i64) -> Vec<Part> {
        let (first, from) = (from.as_millis().div_euclid(DAY_MS), from.as_millis() / 1000);
        let to = to.as_millis() / 1000;
        let part = |count, amount, seconds: i128| {
            let bound = i128::from(amount) * i128::from(most);
            Part { count, amount, seconds: seconds.clamp(0, bound) }
        };
        let (mut count, mut amount) = self.all;
        let mut parts = Vec::with_capacity(self.days.len() + 1);
        for sum in &self.days {
            let day = sum.day.unwrap_or_default();
            if day < first {
                continue;
            }
            (count, amount) = (count - sum.things, amount - sum.amount);
            let left = i128::from(to - day * DAY_S);
            if left > 0 {
                let seconds = i128::from(sum.amount) * left - i128::from(sum.seconds);
                parts.push(part(sum.things, sum.amount, seconds));
            }
        }
        let seconds = i128::from(amount) * i128::from(to - from);
        parts.push(part(count, amount, seconds));
        parts.retain(|part| part.count > 0);
        parts
    }
}
