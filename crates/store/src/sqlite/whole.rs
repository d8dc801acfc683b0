//! All of a store at once: copied into an image, and put back from one.
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior::Immediate};

use super::{FREE, Place, Sqlite, apply, connect, private};
use crate::image::{Image, attach, seal};
use crate::{Error, Result};

/// All that is stored, but for the epoch. Each is emptied and filled by itself: where it is empty, SQLite
/// takes over whole records, without a look at what they say.
pub(crate) const TABLES: [&str; 8] =
    ["resource", "list", "entry", "taken", "run", "sums", "event", "world"];

impl Sqlite {
    /// A copy of one moment, which says that it was made `at`. Of a store in a file it is the file
    /// that `new` names, and goes with what is returned. It takes its time: not for async workers.
    pub(crate) fn copy(&self, at: i64, new: impl FnOnce() -> PathBuf) -> Result<Image> {
        match &self.place {
            Place::Memory(db) => {
                let mut copy = Connection::open_in_memory()?;
                all_pages(&db.lock().unwrap_or_else(PoisonError::into_inner), &mut copy)?;
                seal(&copy, at)?;
                Image::of(copy)
            }
            Place::Disk(disk) => {
                let path = new();
                let failed = |e| Error::File(path.clone(), e);
                private::open(&path, true).map_err(failed)?;
                let image = Image::file(path.clone(), true);
                // Others may read meanwhile, and write as well: what they write is in the log.
                let db = connect(&disk.path)?;
                db.execute_batch("PRAGMA query_only = 1; PRAGMA mmap_size = 1073741824;")?;
                let mut copy = Connection::open(&path)?;
                copy.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
                all_pages(&db, &mut copy)?;
                // It comes as a database with a log beside it, and is to be one file.
                let mode: String =
                    copy.query_row("PRAGMA journal_mode = DELETE", [], |r| r.get(0))?;
                if mode != "delete" {
                    return Err(failed(io::Error::other(format!("its log is `{mode}`"))));
                }
                seal(&copy, at)?;
                copy.close().map_err(|(_, e)| e)?;
                private::open(&path, false).and_then(|file| file.sync_all()).map_err(failed)?;
                Ok(image)
            }
        }
    }

    /// Puts back what an image has, in one moment: who reads finds all of before or all of the image.
    /// What is in memory is written to the file that `new` names for the while.
    pub(crate) async fn restore(&self, image: &Image, new: impl FnOnce() -> PathBuf) -> Result<()> {
        let (begun, wake) = (self.begun(), self.wake());
        let then = move |epoch: &i64| {
            begun(epoch);
            wake(true);
        };
        match &self.place {
            Place::Memory(db) => {
                let mut db = db.lock().unwrap_or_else(PoisonError::into_inner);
                image.attach(&mut db, "image")?;
                let epoch = put_back(&db);
                db.execute_batch("DETACH image")?;
                then(&epoch?);
                Ok(())
            }
            Place::Disk(disk) => {
                let image = image.in_file(new)?;
                let work = move |db: &Connection| {
                    let path = image.path().unwrap_or(Path::new(""));
                    attach(db, path, "image").map_err(damaged)?;
                    let epoch = put_back(db);
                    // What cannot be let go of says so when the next is attached.
                    let _ = db.execute_batch("DETACH image");
                    epoch
                };
                disk.writer.write_alone(work, then).await.map(drop)
            }
        }
    }

    /// A store of what an image has, which can only be read.
    pub(crate) fn of(image: &Image) -> Result<Self> {
        Self::new(Place::Memory(image.open()?.into()))
    }

    /// Whether it is in a file.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.place, Place::Disk(_))
    }

    /// A connection that has what is stored now as `main`, without a copy of it; none where it is in
    /// memory.
    pub(crate) fn beside(&self) -> Result<Option<Connection>> {
        let Place::Disk(disk) = &self.place else { return Ok(None) };
        let db = connect(&disk.path)?;
        db.execute_batch("PRAGMA query_only = 1; PRAGMA mmap_size = 1073741824;")?;
        Ok(Some(db))
    }
}

/// Copies all pages of one moment.
fn all_pages(from: &Connection, to: &mut Connection) -> Result<()> {
    match Backup::new(from, to)?.step(-1)? {
        StepResult::Done => Ok(()),
        left => Err(Error::Inconsistent(format!("a copy ended as {left:?}"))),
    }
}

/// Fills all tables from the attached `image`. Tells the epoch that begins.
fn put_back(db: &Connection) -> Result<i64> {
    let tx = Transaction::new_unchecked(db, Immediate)?;
    let epoch = fill(&tx).map_err(damaged)?;
    tx.commit()?;
    Ok(epoch)
}

fn fill(db: &Connection) -> Result<i64> {
    for table in TABLES {
        let sql = format!(
            "DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM image.{table};"
        );
        db.execute_batch(&sql)?;
    }
    // Numbers go on from the higher of both, so that none is given twice.
    db.execute_batch(
        "INSERT INTO main.sqlite_sequence (name, seq)
             SELECT 'resource', 0 WHERE NOT EXISTS (
                 SELECT 1 FROM main.sqlite_sequence WHERE name = 'resource');
         UPDATE main.sqlite_sequence SET seq = max(seq, coalesce(
             (SELECT seq FROM image.sqlite_sequence WHERE name = 'resource'), 0))
             WHERE name = 'resource';
         UPDATE main.epoch SET number = number + 1;",
    )?;
    apply::run(db, FREE, [])?;
    apply::epoch(db)
}

/// Before the commit nothing is lost: what cannot be read is the image.
fn damaged(error: Error) -> Error {
    match error {
        Error::Sqlite(e) if e.sqlite_error_code() != Some(ErrorCode::DiskFull) => {
            Error::NotAnImage(format!("it cannot be read: {e}"))
        }
        other => other,
    }
}
