//! Rows, lists and unique values, on SQLite or PostgreSQL, with one meaning on both.
//!
//! A [`Row`] says what should be (`desired`, written by handlers through a [`Tx`]) and what was
//! last seen (`observed`, written by the engine through [`Store::settle`]). A row stands in lists,
//! which can be asked for by pages whose cost does not depend on how much is stored.
//!
//! - On SQLite, reads run on the thread that asks: a lookup takes a few microseconds, less than
//!   handing it to another thread would. All writes pass through one writer, which groups what is
//!   queued into one synced commit.
//! - On PostgreSQL each change is one transaction, sent as one call. Several servers may share one
//!   database.
//!
//! The store knows no family: what a row means and in which lists it stands is said by the layer
//! above. It must never look into `desired` or `observed`, and never ask what time it is.
mod change;
mod claim;
mod derived;
mod events;
pub mod held;
mod image;
mod key;
mod page;
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
mod shelf;
mod sound;
mod sqlite;
mod sums;
#[cfg(any(all(test, feature = "postgres"), feature = "testing"))]
pub mod testing;
// Two lines: clippy knows a test module by the first.
#[cfg(test)]
#[cfg(feature = "postgres")]
mod tests;
mod turns;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;

use shelf::Shelf;

pub use change::Tx;
pub use claim::{Claim, during};
pub use derived::derived_id;
pub use events::{Event, Told, WhichEvents};
pub use image::{Image, Incoming};
pub use page::{Ask, From, Page};
pub use shelf::{Difference, Saved};
pub use sums::{DAY_MS, Sum, Tally};
pub use turns::{Hot, PATIENCE, Patience};

/// What the store answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A list that a row stands in: a field and its value. The empty field is the store's own: all
/// rows of a kind that are not being deleted.
pub type Facet = (&'static str, String);

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What the change relied on is no longer so. Nothing was written: run the handler again.
    #[error("the data changed meanwhile ({0})")]
    Stale(Hot),
    /// The row in whose name the change was made is gone, or the step that made it has lost its
    /// claim: everything was reset, perhaps. Nothing was written.
    #[error("{0} is gone, or held by somebody else now")]
    Gone(Uuid),
    /// A row that is being deleted takes no more changes. Nothing was written.
    #[error("{0} is being deleted and takes no more changes")]
    Deleting(Uuid),
    /// The caller said that a row stands in a list where it does not. Nothing was written.
    #[error("the change contradicts what is stored: {0}")]
    Inconsistent(String),
    /// A write could not be synced, so nobody knows what the disk holds until the next start.
    #[error("the store is closed to writes, since a write to the disk failed; restart the server")]
    Closed,
    /// A list that is read whole is longer than who asked said it can be.
    #[error("more than {most} of `{kind}` stand in the list `{field}` of one value")]
    TooLong {
        /// The list's kind.
        kind: String,
        /// The list's field.
        field: &'static str,
        /// How many there should be at most.
        most: usize,
    },
    /// One database file has one server.
    #[error("another server has this data directory open ({})", .0.display())]
    AlreadyOpen(PathBuf),
    /// No server leaves an empty file behind: what was in it is lost.
    #[error(
        "{} is empty, which no server leaves behind: what was in it is lost. Put back a copy of \
         it, or remove the file to begin with an empty world", .0.display()
    )]
    Emptied(PathBuf),
    /// The data was written by a later release than this one.
    #[error("the data has format {found}, but this release knows no format after {known}")]
    Newer {
        /// The format that was found.
        found: i64,
        /// The newest that this release knows.
        known: i64,
    },
    /// There is no snapshot of this name.
    #[error("there is no snapshot `{0}`")]
    NoSnapshot(String),
    /// There is a snapshot of this name.
    #[error("there is a snapshot `{0}` already")]
    SnapshotExists(String),
    /// What is to be brought in is no image of a store, or is damaged.
    #[error("this is no exported world: {0}")]
    NotAnImage(String),
    /// The directory or a file in it cannot be made or opened.
    #[error("{path}: {source}", path = .0.display(), source = .1)]
    File(PathBuf, std::io::Error),
    /// SQLite refused.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused, or cannot be reached. After a lost connection nobody knows whether the
    /// write that was under way has been done.
    #[cfg(feature = "postgres")]
    #[error("PostgreSQL: {}", postgres::text(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// PostgreSQL cannot be reached, and nothing was written.
    #[cfg(feature = "postgres")]
    #[error("PostgreSQL cannot be reached: {}", postgres::text(.0))]
    Unreachable(tokio_postgres::Error),
}

impl Error {
    /// Why nothing can be done now, where that may pass and it is sure that nothing was written.
    pub fn unavailable(&self) -> Option<&'static str> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Unreachable(_) => Some("the database cannot be reached"),
            Self::Sqlite(e) if is_full(e) => Some("the disk is full"),
            _ => None,
        }
    }
}

/// Whether a write found no room, and was undone.
fn is_full(e: &rusqlite::Error) -> bool {
    e.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
}

/// One resource: what should be, and what was last seen of it, both as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Chosen by who creates the row. It names the outside thing as well.
    pub id: Uuid,
    /// Order of creation, which is the cursor of pages; 0: not stored yet.
    pub seq: i64,
    /// Whose it is.
    pub account: i64,
    /// Which family's life it leads.
    pub kind: Cow<'static, str>,
    /// Grows with every change of `desired`; 0: not stored yet.
    pub version: i64,
    /// Whether it is to go. From then on it takes no more changes, and is in no list of its kind.
    pub deleting: bool,
    /// When it was created, in milliseconds.
    pub created: i64,
    /// When the engine looks next, in milliseconds; none: when woken.
    pub due: Option<i64>,
    /// Until when one engine holds it, in milliseconds; it also tells one claim from the next.
    pub lease: i64,
    /// How often it has been claimed since its last success.
    pub tries: i64,
    /// Why the last step failed.
    pub error: Option<String>,
    /// What should be, as JSON.
    pub desired: String,
    /// What was last seen, as JSON.
    pub observed: String,
    /// What it adds to its account's sums.
    pub tally: Option<Tally>,
    /// Grows with every put and every settlement, so also with what is seen, and with every reset and
    /// restoration of all; 0: not stored yet.
    pub stamp: i64,
}

/// One state of a row: two rows that are read with the same mark say the same. The mark of what is
/// gone is never given again, not even to a row with the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The row.
    pub id: Uuid,
    /// Its place in the order of creation.
    pub seq: i64,
    /// Its stamp.
    pub stamp: i64,
}

/// How many bits of a stamp are below the epoch: so often a row can be written in one.
const EPOCH: u32 = 32;

impl Row {
    /// The epoch that it was read in: how often everything had been emptied or restored by then.
    pub(crate) fn epoch(&self) -> i64 {
        self.stamp >> EPOCH
    }

    /// The state that it was read in.
    pub fn mark(&self) -> Mark {
        Mark { id: self.id, seq: self.seq, stamp: self.stamp }
    }

    /// What is stored as observed: nothing yet is an empty object.
    fn seen(&self) -> &str {
        if self.observed.is_empty() { "{}" } else { &self.observed }
    }
}

/// What is added to the due time of a row that is parked, in milliseconds: it is due when nobody lives,
/// and what it was due for is not forgotten.
pub const PARKED: i64 = 1 << 52;

/// The accounts that have something: one step in the index of lists for each.
const ACCOUNTS: &str = "WITH RECURSIVE accounts (account) AS (
    SELECT min(account) FROM list UNION ALL
    SELECT (SELECT min(l.account) FROM list l WHERE l.account > a.account)
    FROM accounts a WHERE a.account IS NOT NULL)";

/// What became of one step of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to do until somebody changes what should be.
    Settled,
    /// Look again at this time, in milliseconds.
    After(i64),
    /// The thing is gone from the world: forget the row.
    Gone,
    /// No step was taken, and none is to be before [`Store::unpark`]: all stays as it was.
    Parked,
    /// The step failed.
    Failed {
        /// Why, for the log and the operator.
        error: String,
        /// When to try again, in milliseconds; none: not before somebody changes what should be.
        retry_at: Option<i64>,
    },
}

impl Outcome {
    /// The due time, tries and error that this leaves in `row`.
    fn leaves<'a>(&'a self, row: &'a Row) -> (Option<i64>, i64, Option<&'a str>) {
        match self {
            Outcome::Settled | Outcome::Gone => (None, 0, None),
            Outcome::After(at) => (Some(*at), 0, None),
            Outcome::Parked => {
                let due = row.due.map(|due| if due < PARKED { due + PARKED } else { due });
                (due, (row.tries - 1).max(0), row.error.as_deref())
            }
            Outcome::Failed { error, retry_at } => (*retry_at, row.tries, Some(error)),
        }
    }
}

/// The lists of all of a kind, however many accounts have one, as both databases understand it.
const KINDS: &str = "SELECT kind, CAST(sum(total) AS bigint) FROM list
    WHERE field = '' AND value = '' AND total > 0 GROUP BY kind ORDER BY kind";

/// Where the data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// Nowhere: it is gone with the process.
    Memory,
    /// In this SQLite file. Its directory is made if need be.
    File(PathBuf),
    /// In this PostgreSQL database, by a connection string as libpq takes it. The connection is
    /// not encrypted: use a unix socket, or a network that you trust.
    #[cfg(feature = "postgres")]
    Postgres(String),
}

/// The data. Cheap to clone; the last clone to go closes it.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
    turns: Arc<turns::Turns>,
    shelf: Arc<shelf::Shelf>,
}

enum Backend {
    Sqlite(sqlite::Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Postgres),
}

/// Calls the same method of either backend.
macro_rules! on {
    ($store:expr, $backend:ident => $call:expr) => {
        match &*$store.backend {
            Backend::Sqlite($backend) => $call,
            #[cfg(feature = "postgres")]
            Backend::Postgres($backend) => $call,
        }
    };
}

impl Store {
    /// Opens the data, or makes it; brings an older format up to this release's.
    ///
    /// A file that another server has open is [`Error::AlreadyOpen`], and one that has been
    /// emptied [`Error::Emptied`].
    pub async fn open(location: &Location) -> Result<Self> {
        let (backend, shelf) = match location {
            Location::Memory => (Backend::Sqlite(sqlite::Sqlite::memory()?), Shelf::memory()),
            Location::File(path) => {
                (Backend::Sqlite(sqlite::Sqlite::file(path)?), Shelf::beside(path))
            }
            #[cfg(feature = "postgres")]
            Location::Postgres(url) => {
                let postgres = postgres::Postgres::open(url).await?;
                (Backend::Postgres(postgres), Shelf::new(shelf::Place::Database))
            }
        };
        Ok(Self { backend: Arc::new(backend), turns: Arc::default(), shelf })
    }

    /// Whether it can still be read and written, as far as that shows without a write.
    pub async fn check(&self) -> Result<()> {
        on!(self, b => b.check().await)
    }

    /// One row.
    pub async fn get(&self, id: Uuid) -> Result<Option<Row>> {
        on!(self, b => b.get(id).await)
    }

    /// Several rows, in any order; those that are not there are left out.
    pub async fn get_many(&self, ids: &[Uuid]) -> Result<Vec<Row>> {
        on!(self, b => b.get_many(ids).await)
    }

    /// One page of a list, or of what several lists have in common.
    pub async fn page(&self, ask: &Ask) -> Result<Page> {
        on!(self, b => b.page(ask).await)
    }

    /// The same page without what the rows say: a few bytes each, whatever they hold.
    pub async fn page_of_marks(&self, ask: &Ask) -> Result<Page<Mark>> {
        on!(self, b => b.page_of_marks(ask).await)
    }

    /// The states of several rows, in any order; those that are not there are left out.
    pub async fn marks(&self, ids: &[Uuid]) -> Result<Vec<Mark>> {
        on!(self, b => b.marks(ids).await)
    }

    /// The length of one list.
    pub async fn total(&self, account: i64, kind: &str, facet: &Facet) -> Result<u64> {
        let facet = key::of_facet(facet.clone());
        on!(self, b => b.total(account, kind, &facet).await)
    }

    /// The lengths of several lists of one kind, in their order.
    pub async fn totals(&self, account: i64, kind: &str, facets: &[Facet]) -> Result<Vec<u64>> {
        let facets: Vec<Facet> = facets.iter().cloned().map(key::of_facet).collect();
        on!(self, b => b.totals(account, kind, &facets).await)
    }

    /// How many there are of each kind, in all accounts; of kinds of which there is none, nothing.
    pub async fn kinds(&self) -> Result<Vec<(String, u64)>> {
        on!(self, b => b.kinds().await)
    }

    /// The sums of an account: of each class over all days, and of each day from `since` on. As
    /// many as there are classes and days: how many rows there are makes no difference.
    pub async fn sums(&self, account: i64, since: i64) -> Result<Vec<Sum>> {
        on!(self, b => b.sums(account, since).await)
    }

    /// What happened in an account in a span of time, the newest first.
    pub async fn events(&self, which: &WhichEvents<'_>) -> Result<Told> {
        on!(self, b => b.events(which).await)
    }

    /// Forgets what happened in an account before this time: some of it, where it is a lot.
    pub async fn forget_events(&self, account: i64, before: i64) -> Result<()> {
        on!(self, b => b.forget_events(account, before).await)
    }

    /// Rows behind the one with this `seq` of which nobody said yet what they add to the sums: they
    /// were written before there were any.
    pub async fn uncounted(&self, behind: i64, most: usize) -> Result<Vec<Row>> {
        on!(self, b => b.uncounted(behind, most).await)
    }

    /// Writes what such rows add, as their `tally` has it. A row that was written meanwhile has
    /// said it by itself, and is left as it is.
    pub async fn count_in(&self, rows: Vec<Row>) -> Result<()> {
        on!(self, b => b.count_in(rows).await)
    }

    /// Who holds a unique value.
    pub async fn taken(&self, scope: &str, value: &str) -> Result<Option<Uuid>> {
        let (scope, value) = (key::key(scope), key::key(value));
        on!(self, b => b.taken(&scope, &value).await)
    }

    /// Who holds unique values of a scope that begin so, `most` of them: for values of up to 200
    /// bytes.
    pub async fn holders(&self, scope: &str, prefix: &str, most: usize) -> Result<Vec<Uuid>> {
        let scope = key::key(scope);
        on!(self, b => b.holders(&scope, prefix, most).await)
    }

    /// The first place of these ranges, in their order, that nobody holds.
    async fn free(&self, scope: &str, ranges: &[(i64, i64)]) -> Result<Option<i64>> {
        let scope = key::key(scope);
        on!(self, b => b.free(&scope, ranges).await)
    }

    /// The unique values of a scope that a row, or whatever has this id, holds. One of more than 200
    /// bytes is known by its digest alone.
    pub async fn held(&self, scope: &str, owner: Uuid) -> Result<Vec<String>> {
        let scope = key::key(scope);
        on!(self, b => b.held(&scope, owner).await)
    }

    /// How often everything was emptied or restored, as far as this server knows: never more than who
    /// reads afterwards finds.
    pub(crate) fn epoch(&self) -> i64 {
        on!(self, b => b.epoch())
    }

    /// Begins a change. Nothing is locked until it is committed.
    pub fn begin(&self) -> Tx {
        Tx::new(self.clone())
    }

    /// For who runs again whatever came too late: see [`Patience::again`].
    pub fn patience(&self) -> Patience {
        Patience::new(self.turns.clone())
    }

    /// Takes at most `most` due rows that nobody holds, the most overdue first, and holds them
    /// until `now + lease_ms`. Each comes back with its new lease, and with its tries counted.
    ///
    /// A lease that ends later than any can (twice `lease_ms` from now) was given before the clock
    /// was set back, and holds nobody off.
    pub async fn claim(&self, now: i64, lease_ms: i64, most: usize) -> Result<Vec<Row>> {
        on!(self, b => b.claim(now, lease_ms, most).await)
    }

    /// The same for one row whenever it is due, if it is due at all, parked or not; with `due`, only if
    /// it is due then.
    pub async fn claim_one(
        &self,
        now: i64,
        lease_ms: i64,
        id: Uuid,
        due: Option<i64>,
    ) -> Result<Option<Row>> {
        on!(self, b => b.claim_one(now, lease_ms, id, due).await)
    }

    /// Lets all that is parked be due again when it was due before.
    pub async fn unpark(&self) -> Result<()> {
        on!(self, b => b.unpark().await)
    }

    /// What is due in a span of time, and when, `most` of it: behind `from`, and up to `to`.
    pub async fn due_within(&self, from: i64, to: i64, most: usize) -> Result<Vec<(Uuid, i64)>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        on!(self, b => b.due_within(from, to, most).await)
    }

    /// Writes what became of a claimed row: `observed` and `tally` as `row` has them, tries, error,
    /// due time, and the end of the lease. False: the lease is no longer this claim's, and nothing
    /// was written.
    ///
    /// Where the row was changed since it was claimed, it stays due, even if the outcome is
    /// [`Outcome::Gone`]; only the lease ends then, and what was observed is kept.
    pub async fn settle(&self, row: &Row, outcome: Outcome) -> Result<bool> {
        on!(self, b => b.settle(row, &outcome).await)
    }

    /// Makes all rows of these kinds due by `now`, in milliseconds, of whatever account, and whatever became
    /// of their last step.
    pub async fn wake_all(&self, kinds: &[&str], now: i64) -> Result<()> {
        on!(self, b => b.wake_all(kinds, now).await)
    }

    /// The first rows of whatever account that failed and are not tried again, or have been tried at least
    /// this often since the last success.
    pub async fn stuck(&self, tries: i64, most: usize) -> Result<Vec<Row>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        on!(self, b => b.stuck(tries, most).await)
    }

    /// When the next row can be claimed: the earliest time at which one is due and not held.
    pub async fn next_due(&self) -> Result<Option<i64>> {
        on!(self, b => b.next_due().await)
    }

    /// When the newest row was created, in milliseconds; 0: there is none.
    pub async fn newest(&self) -> Result<i64> {
        on!(self, b => b.newest().await)
    }

    /// The number of the newest row; 0: there is none.
    pub async fn last_seq(&self) -> Result<i64> {
        on!(self, b => b.last_seq().await)
    }

    /// Notified after each commit that left a row due. A notification with nobody waiting is kept
    /// for the next who waits. Meant for one engine; that of another server has its own.
    pub fn woken(&self) -> Arc<Notify> {
        on!(self, b => b.woken().clone())
    }

    /// What a simulated driver knows of one thing.
    pub async fn world_get(&self, kind: &str, id: Uuid) -> Result<Option<String>> {
        on!(self, b => b.world_get(kind, id).await)
    }

    /// Writes what a simulated driver knows of one thing. Within a step whose claim does not hold
    /// any more (see [`during`]) that is [`Error::Gone`], and nothing is written.
    pub async fn world_put(&self, kind: &str, id: Uuid, state: String) -> Result<()> {
        on!(self, b => b.world_put(kind, id, state).await)
    }

    /// Forgets what a simulated driver knows of one thing. Within a step whose claim does not hold any
    /// more that is [`Error::Gone`], and nothing is forgotten.
    pub async fn world_remove(&self, kind: &str, id: Uuid) -> Result<()> {
        on!(self, b => b.world_remove(kind, id).await)
    }

    /// Empties everything, the simulated world too, in one moment, but for these rows with their
    /// unique values and their places in lists. Of changes and steps that were begun before nothing
    /// is written afterwards.
    ///
    /// Where one of the rows has changed since it was read that is [`Error::Stale`], and nothing is
    /// done.
    pub async fn reset(&self, keep: &[Row]) -> Result<()> {
        on!(self, b => b.reset(keep).await)
    }

    async fn apply(&self, change: change::Change) -> Result<()> {
        on!(self, b => b.apply(change).await)
    }

    async fn first(&self, list: &change::List, most: usize) -> Result<Vec<Row>> {
        on!(self, b => b.first(list, most).await)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &*self.backend {
            Backend::Sqlite(_) => "Store(SQLite)",
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}
