//! The connections that read. All are opened with the store: later, a server with many connections
//! of its own may have no descriptor left for one.
//!
//! Each has the rows at hand that it read by their ids since anything was last written: who asks for
//! one again and again, as who waits for it does, is answered without SQLite.
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::available_parallelism;

use rusqlite::Connection;
use uuid::Uuid;

use crate::{Result, Row};

/// How many bytes of rows a connection has at hand, and what one takes beside its texts.
const HOT: usize = 2 << 20;
const AROUND: usize = 256;

/// Counts what is written: odd from before anything of a commit can be seen until all of it can.
/// While it is even and stays the same, nothing changes.
#[derive(Clone, Default)]
pub(crate) struct Writes(Arc<AtomicU64>);

impl Writes {
    /// Has something written, by the one who writes.
    pub(crate) fn during<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.fetch_add(1, SeqCst);
        let written = write();
        self.0.fetch_add(1, SeqCst);
        written
    }

    fn count(&self) -> u64 {
        self.0.load(SeqCst)
    }
}

/// A connection, and the rows that it has at hand.
struct Reader {
    db: Connection,
    /// How much had been written when they were read.
    at: u64,
    bytes: usize,
    rows: BTreeMap<Uuid, Row>,
}

impl Reader {
    fn keep(&mut self, at: u64, row: &Row) {
        let bytes = AROUND + row.desired.len() + row.observed.len();
        if self.at != at || self.bytes + bytes > HOT {
            self.rows.clear();
            (self.at, self.bytes) = (at, 0);
        }
        if bytes <= HOT && self.rows.insert(row.id, row.clone()).is_none() {
            self.bytes += bytes;
        }
    }
}

thread_local! {
    /// Threads that read together begin with connections of their own.
    static FIRST: usize = {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        THREADS.fetch_add(1, Relaxed)
    };
}

pub(crate) struct Readers {
    all: Vec<Mutex<Reader>>,
    writes: Writes,
}

impl Readers {
    /// One for each thread that can run, and one more.
    pub(crate) fn open(path: &Path, writes: Writes) -> Result<Self> {
        let threads = available_parallelism().map_or(1, NonZero::get);
        let open = |_| {
            let db = super::connect(path)?;
            db.execute_batch("PRAGMA query_only = 1; PRAGMA mmap_size = 268435456;")?;
            // SQLite opens the file with the first read.
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(Mutex::new(Reader { db, at: 0, bytes: 0, rows: BTreeMap::new() }))
        };
        Ok(Self { all: (0..=threads).map(open).collect::<Result<_>>()?, writes })
    }

    /// The row with this id, which is at hand or is read.
    pub(crate) fn row(
        &self,
        id: Uuid,
        read: impl FnOnce(&Connection) -> Result<Option<Row>>,
    ) -> Result<Option<Row>> {
        self.take(|reader| {
            let at = self.writes.count();
            if at == reader.at
                && at.is_multiple_of(2)
                && let Some(row) = reader.rows.get(&id)
            {
                return Ok(Some(row.clone()));
            }
            let row = read(&reader.db)?;
            // What was written meanwhile may be in it or not.
            if let Some(row) = &row
                && at.is_multiple_of(2)
                && at == self.writes.count()
            {
                reader.keep(at, row);
            }
            Ok(row)
        })
    }

    /// Reads with one that is free.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.take(|reader| work(&reader.db))
    }

    /// Takes one that is free, this thread's if it is.
    fn take<T>(&self, work: impl FnOnce(&mut Reader) -> T) -> T {
        let Self { all, .. } = self;
        let first = FIRST.with(|first| first % all.len());
        let mut in_turn = all[first..].iter().chain(&all[..first]);
        // Who panicked while reading has left nothing behind.
        let free = in_turn.find_map(|reader| match reader.try_lock() {
            Ok(reader) => Some(reader),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let mut reader =
            free.unwrap_or_else(|| all[first].lock().unwrap_or_else(PoisonError::into_inner));
        work(&mut reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_at_hand_until_something_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let writes = Writes::default();
        let readers = Readers::open(&directory.path().join("db"), writes.clone()).unwrap();
        let read = |stored: i64| {
            let row = Row { id: Uuid::nil(), version: stored, ..Row::default() };
            readers.row(Uuid::nil(), |_| Ok(Some(row))).unwrap().unwrap().version
        };
        assert_eq!((read(1), read(2)), (1, 1));
        writes.during(|| assert_eq!((read(3), read(4)), (3, 4), "nothing is at hand meanwhile"));
        assert_eq!((read(5), read(6)), (5, 5));
        let large = Row { id: Uuid::max(), desired: "x".repeat(HOT), ..Row::default() };
        let read = || readers.row(Uuid::max(), |_| Ok(Some(large.clone()))).unwrap().is_some();
        assert!(read() && read());
        assert!(readers.all.iter().all(|reader| reader.lock().unwrap().bytes <= HOT));
    }
}
