//! The store on SQLite: in a file, or in memory.
//!
//! Reads run on the thread that asks and must be short, for they block an async worker. Nothing but
//! the writer may write.
mod apply;
mod due;
mod events;
mod format;
mod names;
pub(crate) mod private;
mod readers;
mod reset;
mod sums;
mod whole;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction};
use rusqlite::{TransactionBehavior::Immediate, params_from_iter};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::change::{Change, List};
use crate::{Ask, Error, Facet, Mark, Outcome, Page, Result, Row, Sum, Told, WhichEvents, claim};
pub(crate) use format::{FORMAT, migrate, schema, schema_of, sync_name};
use readers::{Readers, Writes};
#[cfg(any(all(test, feature = "postgres"), feature = "testing"))]
pub(crate) use whole::TABLES;
use writer::Writer;

/// A row's stamp with the epoch above it.
macro_rules! stamp {
    () => {
        "r.stamp + ((SELECT number FROM epoch WHERE id = 1) << 32)"
    };
}
macro_rules! columns {
    () => {
        concat!(
            "r.id, r.seq, r.account, r.kind, r.version, r.deleting, r.created, r.due, r.lease, \
             r.tries, r.error, r.desired, r.observed, r.class, r.amount, r.since, r.owed, ",
            stamp!()
        )
    };
}
const COLUMNS: &str = columns!();
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM resource r WHERE id = ?");

pub(crate) struct Sqlite {
    place: Place,
    woken: Arc<Notify>,
    /// Follows what is stored, and is never ahead of what readers find.
    epoch: Arc<AtomicI64>,
}

enum Place {
    /// Readers and writers take turns with the one connection there is.
    Memory(Mutex<Connection>),
    Disk(Box<Disk>),
}

/// The fields are dropped in this order: the lock goes when all connections are closed.
struct Disk {
    path: PathBuf,
    writer: Writer,
    readers: Readers,
    _lock: private::Lock,
}

impl Sqlite {
    pub(crate) fn memory() -> Result<Self> {
        let db = Connection::open_in_memory()?;
        db.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;")?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        migrate(&db)?;
        Self::new(Place::Memory(Mutex::new(db)))
    }

    pub(crate) fn file(path: &Path) -> Result<Self> {
        let failed = |e| Error::File(path.into(), e);
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(failed)?;
        }
        // Where a server has been before, an empty file is not one that waits to be filled.
        let was_open = [".lock", "-wal"].iter().any(|suffix| private::with(path, suffix).exists());
        let _lock = private::lock(path)?;
        match std::fs::metadata(path).map(|file| file.len()) {
            Ok(0) if was_open => return Err(Error::Emptied(path.into())),
            Ok(1..) => {}
            _ => format::make(path)?,
        }
        private::keep(path)?;
        let db = connect(path)?;
        db.busy_timeout(Duration::ZERO)?;
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            .and_then(|()| db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())))
            .map_err(|e| match e.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy) => Error::AlreadyOpen(path.into()),
                _ => e.into(),
            })?;
        migrate(&db)?;
        // Nobody else has the file, so who held these rows has died: they wait for no lease.
        db.execute(FREE, [])?;
        let writes = Writes::default();
        let writer = Writer::start(db, writes.clone()).map_err(failed)?;
        let readers = Readers::open(path, writes)?;
        let disk = Disk { path: path.into(), writer, readers, _lock };
        Self::new(Place::Disk(Box::new(disk)))
    }

    fn new(place: Place) -> Result<Self> {
        let sqlite = Self { place, woken: Arc::default(), epoch: Arc::default() };
        sqlite.epoch.store(sqlite.read(apply::epoch)?, SeqCst);
        Ok(sqlite)
    }

    pub(crate) fn epoch(&self) -> i64 {
        self.epoch.load(SeqCst)
    }

    /// Lets it be known which epoch has begun, after the commit.
    fn begun(&self) -> impl FnOnce(&i64) + Send + 'static {
        let epoch = self.epoch.clone();
        move |number| epoch.store(*number, SeqCst)
    }

    /// Reads with a connection that nobody else uses meanwhile.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        match &self.place {
            // Who panicked while writing has left a transaction that was rolled back.
            Place::Memory(db) => work(&db.lock().unwrap_or_else(PoisonError::into_inner)),
            Place::Disk(disk) => disk.readers.with(work),
        }
    }

    /// Runs `work` in a transaction, and `then` when that is durable; returns after both.
    async fn write<F, G, T>(&self, mut work: F, then: G) -> Result<T>
    where
        F: FnMut(&Connection) -> Result<T> + Send + 'static,
        G: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
    {
        match &self.place {
            Place::Memory(db) => {
                let db = db.lock().unwrap_or_else(PoisonError::into_inner);
                let tx = Transaction::new_unchecked(&db, Immediate)?;
                let result = work(&tx)?;
                tx.commit()?;
                then(&result);
                Ok(result)
            }
            Place::Disk(disk) => disk.writer.write(work, then).await,
        }
    }

    /// The same, with nothing to do afterwards.
    async fn just_write<F, T>(&self, work: F) -> Result<T>
    where
        F: FnMut(&Connection) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.write(work, |_| ()).await
    }

    /// Wakes the engine, even if who wrote has gone before the commit.
    fn wake(&self) -> impl FnOnce(bool) + Send + 'static {
        let woken = self.woken.clone();
        move |due| {
            if due {
                woken.notify_one();
            }
        }
    }

    pub(crate) fn woken(&self) -> &Arc<Notify> {
        &self.woken
    }

    pub(crate) async fn check(&self) -> Result<()> {
        if let Place::Disk(disk) = &self.place {
            disk.writer.check().await?;
        }
        self.read(|db| names::taken(db, "", "").map(drop))
    }

    pub(crate) async fn get(&self, id: Uuid) -> Result<Option<Row>> {
        let read = |db: &Connection| {
            let mut find = db.prepare_cached(BY_ID)?;
            Ok(find.query_row([id.as_bytes()], row).optional()?)
        };
        match &self.place {
            Place::Memory(_) => self.read(read),
            Place::Disk(disk) => disk.readers.row(id, read),
        }
    }

    pub(crate) async fn get_many(&self, ids: &[Uuid]) -> Result<Vec<Row>> {
        self.read(|db| {
            let tx = db.unchecked_transaction()?; // all are of the same moment
            let mut find = tx.prepare_cached(BY_ID)?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                rows.extend(find.query_row([id.as_bytes()], row).optional()?);
            }
            Ok(rows)
        })
    }

    pub(crate) async fn page(&self, ask: &Ask) -> Result<Page> {
        self.page_of(ask, COLUMNS, "resource r", row)
    }

    pub(crate) async fn page_of_marks(&self, ask: &Ask) -> Result<Page<Mark>> {
        self.page_of(ask, MARK, MARKS, mark)
    }

    pub(crate) async fn marks(&self, ids: &[Uuid]) -> Result<Vec<Mark>> {
        self.read(|db| {
            let tx = db.unchecked_transaction()?; // all are of the same moment
            let mut find = tx.prepare_cached(MARK_BY_ID)?;
            let mut marks = Vec::with_capacity(ids.len());
            for id in ids {
                marks.extend(find.query_row([id.as_bytes()], mark).optional()?);
            }
            Ok(marks)
        })
    }

    fn page_of<T>(
        &self,
        ask: &Ask,
        columns: &str,
        resource: &str,
        read: fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Page<T>> {
        self.read(|db| {
            let tx = db.unchecked_transaction()?; // total and rows are of the same moment
            let list = |facet| match apply::list(&tx, ask.account, ask.kind, facet)? {
                (0, _) => Ok(None),
                found => Ok(Some(found)),
            };
            let lists = ask.wanted().iter().map(list).collect::<Result<Vec<_>>>()?;
            let Some(plan) = ask.plan(lists) else { return Ok(Page::default()) };
            let number = |sql: &str, given: &[i64]| -> Result<i64> {
                let given = params_from_iter(given);
                Ok(tx.prepare_cached(sql)?.query_row(given, |r| r.get(0))?)
            };
            let total = match plan.total {
                Some(total) => total,
                None => number(&plan.count(), &plan.lists)?.unsigned_abs(),
            };
            let mut given = plan.given();
            let behind = plan.behind().map_or(Ok(0), |sql| number(&sql, &given))? != 0;
            given.push(ask.limit_and_one());
            let mut find = tx.prepare_cached(&plan.rows(columns, resource))?;
            let rows = find.query_map(params_from_iter(given), read)?.collect::<Result<_, _>>()?;
            Ok(ask.page(&plan, rows, total, behind))
        })
    }

    pub(crate) async fn first(&self, list: &List, most: usize) -> Result<Vec<Row>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.read(|db| {
            let mut find = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM list l JOIN entry e ON e.list = l.id
                 JOIN resource r ON r.seq = e.seq
                 WHERE l.account = ? AND l.kind = ? AND l.field = ? AND l.value = ?
                 ORDER BY e.seq LIMIT ?"
            ))?;
            let key = (list.account, &list.kind, list.facet.0, &list.facet.1, most);
            Ok(find.query_map(key, row)?.collect::<Result<_, _>>()?)
        })
    }

    pub(crate) async fn total(&self, account: i64, kind: &str, facet: &Facet) -> Result<u64> {
        self.read(|db| apply::list(db, account, kind, facet).map(|(_, total)| total))
    }

    pub(crate) async fn totals(
        &self,
        account: i64,
        kind: &str,
        facets: &[Facet],
    ) -> Result<Vec<u64>> {
        self.read(|db| {
            let tx = db.unchecked_transaction()?; // all are of the same moment
            let total = |facet| Ok(apply::list(&tx, account, kind, facet)?.1);
            facets.iter().map(total).collect()
        })
    }

    pub(crate) async fn kinds(&self) -> Result<Vec<(String, u64)>> {
        self.read(|db| {
            let mut find = db.prepare_cached(super::KINDS)?;
            let rows = find.query_map([], |row| {
                let total: i64 = row.get(1)?;
                Ok((row.get(0)?, u64::try_from(total).unwrap_or_default()))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    pub(crate) async fn sums(&self, account: i64, since: i64) -> Result<Vec<Sum>> {
        self.read(|db| sums::read(db, account, since))
    }

    pub(crate) async fn events(&self, which: &WhichEvents<'_>) -> Result<Told> {
        self.read(|db| events::read(db, which))
    }

    pub(crate) async fn forget_events(&self, account: i64, before: i64) -> Result<()> {
        self.just_write(move |db| events::forget(db, account, before)).await
    }

    pub(crate) async fn uncounted(&self, behind: i64, most: usize) -> Result<Vec<Row>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.read(|db| {
            let mut find = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM resource r INDEXED BY resource_uncounted
                 WHERE amount < 0 AND seq > ? ORDER BY seq LIMIT ?"
            ))?;
            Ok(find.query_map([behind, most], row)?.collect::<Result<_, _>>()?)
        })
    }

    pub(crate) async fn count_in(&self, rows: Vec<Row>) -> Result<()> {
        self.just_write(move |db| rows.iter().try_for_each(|row| sums::count_in(db, row))).await
    }

    pub(crate) async fn taken(&self, scope: &str, value: &str) -> Result<Option<Uuid>> {
        self.read(|db| names::taken(db, scope, value))
    }

    pub(crate) async fn holders(
        &self,
        scope: &str,
        prefix: &str,
        most: usize,
    ) -> Result<Vec<Uuid>> {
        self.read(|db| names::holders(db, scope, prefix, most))
    }

    pub(crate) async fn free(&self, scope: &str, ranges: &[(i64, i64)]) -> Result<Option<i64>> {
        self.read(|db| names::free(db, scope, ranges))
    }

    pub(crate) async fn held(&self, scope: &str, owner: Uuid) -> Result<Vec<String>> {
        self.read(|db| {
            let sql =
                "SELECT value FROM taken INDEXED BY taken_owner WHERE owner = ? AND scope = ?";
            let mut find = db.prepare_cached(sql)?;
            Ok(find
                .query_map((owner.as_bytes(), scope), |r| r.get(0))?
                .collect::<Result<_, _>>()?)
        })
    }

    pub(crate) async fn apply(&self, change: Change) -> Result<()> {
        let (due, wake) = (change.wakes(), self.wake());
        self.write(move |db| apply::apply(db, &change), move |()| wake(due)).await
    }

    pub(crate) async fn claim(&self, now: i64, lease_ms: i64, most: usize) -> Result<Vec<Row>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.just_write(move |db| {
            let mut find = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM resource r
                 WHERE due <= ?1 AND (lease <= ?1 OR lease > ?3) ORDER BY due LIMIT ?2"
            ))?;
            let given = [now, most, now + 2 * lease_ms];
            let mut rows = find.query_map(given, row)?.collect::<Result<Vec<_>, _>>()?;
            for row in &mut rows {
                (row.lease, row.tries) = (now + lease_ms, row.tries + 1);
                let sql = "UPDATE resource SET lease = ?, tries = ? WHERE seq = ?";
                apply::run(db, sql, [row.lease, row.tries, row.seq])?;
            }
            Ok(rows)
        })
        .await
    }

    pub(crate) async fn settle(&self, row: &Row, outcome: &Outcome) -> Result<bool> {
        let (row, outcome, wake) = (row.clone(), outcome.clone(), self.wake());
        let then = move |due: &Option<bool>| wake(*due == Some(true));
        let settled = self.write(move |db| apply::settle(db, &row, &outcome), then).await?;
        Ok(settled.is_some())
    }

    pub(crate) async fn wake_all(&self, kinds: &[&str], now: i64) -> Result<()> {
        let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let wake = self.wake();
        let written =
            move |db: &Connection| kinds.iter().try_for_each(|kind| due::wake(db, kind, now));
        self.write(written, move |()| wake(true)).await
    }

    pub(crate) async fn stuck(&self, tries: i64, most: i64) -> Result<Vec<Row>> {
        self.read(|db| {
            let mut find = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM resource r INDEXED BY resource_failed
                 WHERE error IS NOT NULL AND (due IS NULL OR tries >= ?) ORDER BY seq LIMIT ?"
            ))?;
            Ok(find.query_map((tries, most), row)?.collect::<Result<_, _>>()?)
        })
    }

    pub(crate) async fn next_due(&self) -> Result<Option<i64>> {
        self.read(|db| Ok(db.prepare_cached(NEXT_DUE)?.query_row([], |r| r.get(0))?))
    }

    pub(crate) async fn newest(&self) -> Result<i64> {
        let sql = "SELECT created FROM resource ORDER BY seq DESC LIMIT 1";
        self.read(|db| Ok(db.query_row(sql, [], |r| r.get(0)).optional()?.unwrap_or_default()))
    }

    pub(crate) async fn world_get(&self, kind: &str, id: Uuid) -> Result<Option<String>> {
        self.read(|db| {
            let sql = "SELECT state FROM world WHERE kind = ? AND id = ?";
            let mut find = db.prepare_cached(sql)?;
            Ok(find.query_row((kind, id.as_bytes()), |r| r.get(0)).optional()?)
        })
    }

    pub(crate) async fn world_put(&self, kind: &str, id: Uuid, state: String) -> Result<()> {
        let (kind, claim) = (kind.to_owned(), claim::current());
        self.just_write(move |db| {
            claim.map_or(Ok(()), |claim| apply::holds(db, claim))?;
            let sql = "INSERT INTO world (kind, id, state) VALUES (?1, ?2, ?3)
                       ON CONFLICT (kind, id) DO UPDATE SET state = ?3";
            apply::run(db, sql, (&kind, id.as_bytes(), &state)).map(drop)
        })
        .await
    }

    pub(crate) async fn world_remove(&self, kind: &str, id: Uuid) -> Result<()> {
        let (kind, claim) = (kind.to_owned(), claim::current());
        self.just_write(move |db| {
            claim.map_or(Ok(()), |claim| apply::holds(db, claim))?;
            let sql = "DELETE FROM world WHERE kind = ? AND id = ?";
            apply::run(db, sql, (&kind, id.as_bytes())).map(drop)
        })
        .await
    }

    pub(crate) async fn reset(&self, keep: &[Row]) -> Result<()> {
        let keep = keep.to_vec();
        let reset = move |db: &Connection| {
            reset::reset(db, &keep)?;
            apply::epoch(db)
        };
        self.write(reset, self.begun()).await.map(drop)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Sqlite {
    pub(crate) fn count(&self, sql: &str) -> Result<i64> {
        self.read(|db| Ok(db.query_row(sql, [], |r| r.get(0))?))
    }

    pub(crate) async fn run(&self, statements: Vec<&'static str>) -> Result<()> {
        self.just_write(move |db| {
            statements.iter().try_for_each(|sql| apply::run(db, sql, []).map(drop))
        })
        .await
    }
}

#[cfg(test)]
impl Sqlite {
    /// The steps in which SQLite would answer `sql`.
    pub(crate) fn explain(&self, sql: &str) -> Vec<String> {
        let steps = self.read(|db| {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let given = params_from_iter(vec![0; plan.parameter_count()]);
            Ok(plan.query_map(given, |r| r.get(3))?.collect::<Result<_, _>>()?)
        });
        steps.expect("it can be planned")
    }

    /// The writer, of a store in a file.
    pub(crate) fn writer(&self) -> &Writer {
        match &self.place {
            Place::Memory(_) => panic!("in memory there is no writer"),
            Place::Disk(disk) => &disk.writer,
        }
    }
}

/// Only rows that are held, at most as many as engines hold, come before the first that is not.
const NEXT_DUE: &str = "
    SELECT min(max(due, lease)) FROM resource WHERE due IS NOT NULL AND due <= coalesce(
        (SELECT due FROM resource WHERE due IS NOT NULL AND lease = 0 ORDER BY due LIMIT 1),
        9223372036854775807)";

/// Only rows that are due are held; there are few of those, among many that are settled.
pub(crate) const FREE: &str = "UPDATE resource INDEXED BY resource_due SET lease = 0
    WHERE due IS NOT NULL AND lease <> 0";

fn row(r: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: Uuid::from_bytes(r.get(0)?),
        seq: r.get(1)?,
        account: r.get(2)?,
        kind: r.get::<_, String>(3)?.into(),
        version: r.get(4)?,
        deleting: r.get(5)?,
        created: r.get(6)?,
        due: r.get(7)?,
        lease: r.get(8)?,
        tries: r.get(9)?,
        error: r.get(10)?,
        desired: r.get(11)?,
        observed: r.get(12)?,
        tally: sums::tally(r, 13)?,
        stamp: r.get(17)?,
    })
}

pub(crate) const MARK: &str = concat!("r.id, r.seq, ", stamp!());
/// Where marks are read: in an index that has all of them, since rows are long.
pub(crate) const MARKS: &str = "resource r INDEXED BY resource_stamp";
pub(crate) const MARK_BY_ID: &str = concat!(
    "SELECT r.id, r.seq, ",
    stamp!(),
    " FROM resource i JOIN resource r INDEXED BY resource_stamp ON r.seq = i.seq WHERE i.id = ?"
);

fn mark(r: &rusqlite::Row<'_>) -> rusqlite::Result<Mark> {
    Ok(Mark { id: Uuid::from_bytes(r.get(0)?), seq: r.get(1)?, stamp: r.get(2)? })
}

const STATEMENTS: usize = 64;

/// `unix-excl` keeps locks and the index of the write-ahead log inside this process: a read takes
/// no system call to lock, and another process is refused.
fn connect(path: &Path) -> Result<Connection> {
    let db = match cfg!(unix) {
        true => Connection::open_with_flags_and_vfs(path, OpenFlags::default(), "unix-excl")?,
        false => Connection::open(path)?,
    };
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db)
}
