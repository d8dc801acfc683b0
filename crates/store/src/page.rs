//! One page of a list, by keyset: what is asked, what is answered, and the SQL for both databases.
//!
//! The cost of a page must never depend on how many rows are stored. A filter by one facet is one
//! list; by several, the shortest of their lists is walked, and each row looked up in the others.
use std::fmt::Write as _;

use crate::{Facet, Row, key};

/// Where a page begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum From {
    /// At the oldest row.
    #[default]
    Start,
    /// Behind the row with this `seq`.
    After(i64),
    /// Before the row with this `seq`, walking back: the page ends there.
    Before(i64),
}

/// What a page is asked for with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// Whose rows.
    pub account: i64,
    /// Rows of which kind.
    pub kind: &'static str,
    /// The lists in which all of them stand; none: all of the kind.
    pub facets: Vec<Facet>,
    /// Where the page begins.
    pub from: From,
    /// How many rows it has at most.
    pub limit: usize,
    /// What `total` was on the page before. With several facets counting costs as much as the
    /// shortest list is long, so it is done once and travels in the cursor.
    pub known_total: Option<u64>,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T = Row> {
    /// In order of creation, whichever way was walked.
    pub rows: Vec<T>,
    /// How many rows all pages have together.
    pub total: u64,
    /// Whether rows come before this page.
    pub more_before: bool,
    /// Whether rows come after this page.
    pub more_after: bool,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), total: 0, more_before: false, more_after: false }
    }
}

/// How a page is read, once the lists are known. Parameters appear in order, as SQLite wants.
pub(crate) struct Plan {
    /// The lists, the shortest first: it is walked, the others are looked up.
    pub(crate) lists: Vec<i64>,
    /// What `Page::total` is, unless it is to be counted.
    pub(crate) total: Option<u64>,
    /// Where to begin, exclusively.
    pub(crate) cursor: i64,
    back: bool,
    start: bool,
}

impl Ask {
    /// The lists that this asks for.
    pub(crate) fn wanted(&self) -> Vec<Facet> {
        match self.facets.is_empty() {
            true => vec![("", String::new())],
            false => self.facets.iter().cloned().map(key::of_facet).collect(),
        }
    }

    /// One row more than the page has tells whether there are more.
    pub(crate) fn limit_and_one(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX - 1).saturating_add(1)
    }

    /// How to read, given the number and length of each wanted list. None: one of them is empty.
    pub(crate) fn plan(&self, lists: Vec<Option<(i64, u64)>>) -> Option<Plan> {
        let mut lists = lists.into_iter().collect::<Option<Vec<_>>>()?;
        lists.sort_by_key(|(id, total)| (*total, *id));
        lists.dedup();
        let total = if lists.len() == 1 { Some(lists[0].1) } else { self.known_total };
        let (cursor, back) = match self.from {
            From::Start => (0, false),
            From::After(seq) => (seq, false),
            From::Before(seq) => (seq, true),
        };
        let lists = lists.into_iter().map(|(id, _)| id).collect();
        Some(Plan { lists, total, cursor, back, start: self.from == From::Start })
    }

    /// The page, from what was read: `rows` as walked and one more, `behind` the cursor or not.
    pub(crate) fn page<T>(
        &self,
        plan: &Plan,
        mut rows: Vec<T>,
        total: u64,
        behind: bool,
    ) -> Page<T> {
        let ahead = rows.len() > self.limit;
        rows.truncate(self.limit);
        if plan.back {
            rows.reverse();
            return Page { rows, total, more_before: ahead, more_after: behind };
        }
        Page { rows, total, more_before: behind, more_after: ahead }
    }
}

impl Plan {
    /// What [`Plan::behind`] takes, and, with the limit behind it, [`Plan::rows`].
    pub(crate) fn given(&self) -> Vec<i64> {
        let (first, others) = (self.lists[0], &self.lists[1..]);
        [first, self.cursor].into_iter().chain(others.iter().copied()).collect()
    }

    /// These columns of the rows `r`, in the order in which they are walked.
    pub(crate) fn rows(&self, columns: &str, resource: &str) -> String {
        let (beyond, order) = if self.back { ("<", "DESC") } else { (">", "ASC") };
        let (others, limit) = (self.others(3), self.lists.len() + 2);
        format!(
            "SELECT {columns} FROM entry e JOIN {resource} ON r.seq = e.seq
             WHERE e.list = $1 AND e.seq {beyond} $2 {others} ORDER BY e.seq {order} LIMIT ${limit}"
        )
    }

    /// Whether rows lie on the other side of the cursor.
    pub(crate) fn behind(&self) -> Option<String> {
        let side = if self.back { ">=" } else { "<=" };
        let others = self.others(3);
        (!self.start).then(|| {
            format!("SELECT EXISTS (SELECT 1 FROM entry e WHERE e.list = $1 AND e.seq {side} $2 {others})")
        })
    }

    /// How many rows there are; takes the lists.
    pub(crate) fn count(&self) -> String {
        format!("SELECT count(*) FROM entry e WHERE e.list = $1 {}", self.others(2))
    }

    /// The condition that a row stands in the other lists, whose numbers begin at `$first`. With an
    /// `OFFSET` PostgreSQL looks it up for each row; otherwise it would join whole lists.
    fn others(&self, first: usize) -> String {
        let mut sql = String::new();
        for n in 0..self.lists.len() - 1 {
            let list = first + n;
            let _ = write!(
                sql,
                " AND EXISTS (SELECT 1 FROM entry o WHERE o.list = ${list} AND o.seq = e.seq
                   LIMIT 1 OFFSET 0)"
            );
        }
        sql
    }
}
