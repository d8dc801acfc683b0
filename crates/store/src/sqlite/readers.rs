//! The connections that read. All are opened with the store: later, a server with many connections
//! of its own may have no descriptor left for one.
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::thread::available_parallelism;

use rusqlite::Connection;

use crate::Result;

thread_local! {
    /// Threads that read together begin with connections of their own.
    static FIRST: usize = {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        THREADS.fetch_add(1, Relaxed)
    };
}

pub(crate) struct Readers(Vec<Mutex<Connection>>);

impl Readers {
    /// One for each thread that can run, and one more.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let threads = available_parallelism().map_or(1, NonZero::get);
        let open = |_| {
            let db = super::connect(path)?;
            db.execute_batch("PRAGMA query_only = 1; PRAGMA mmap_size = 268435456;")?;
            // SQLite opens the file with the first read.
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(Mutex::new(db))
        };
        Ok(Self((0..=threads).map(open).collect::<Result<_>>()?))
    }

    /// Reads with one that is free, this thread's if it is.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let Self(all) = self;
        let first = FIRST.with(|first| first % all.len());
        let mut in_turn = all[first..].iter().chain(&all[..first]);
        // Who panicked while reading has left nothing behind.
        let free = in_turn.find_map(|reader| match reader.try_lock() {
            Ok(db) => Some(db),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let db = free.unwrap_or_else(|| all[first].lock().unwrap_or_else(PoisonError::into_inner));
        work(&db)
    }
}
