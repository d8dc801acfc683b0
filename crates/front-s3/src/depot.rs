//! What one storage holds: rows in SQLite, contents in files with random names.
//!
//! A content is written to a file of its own and synced, with its folder, before a row names it; it is
//! deleted after the row is. So a row that was told of has its content whatever happens, and a crash
//! leaves at most files that no row names: [`Depot::open`] sweeps those.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::blobs::{Fresh, Piece};
use crate::fault::{Result, fault};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, created INTEGER NOT NULL,
  versioned INTEGER NOT NULL DEFAULT 0, closing INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS setting (bucket TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (bucket, name)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object (seq INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL,
  key TEXT NOT NULL, version TEXT NOT NULL, latest INTEGER NOT NULL, marker INTEGER NOT NULL,
  size INTEGER NOT NULL, etag TEXT NOT NULL, at INTEGER NOT NULL, owner TEXT NOT NULL,
  head TEXT NOT NULL, body TEXT NOT NULL, tags TEXT NOT NULL, acl TEXT NOT NULL,
  locked TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS object_latest ON object (bucket, key) WHERE latest = 1;
CREATE UNIQUE INDEX IF NOT EXISTS object_key ON object (bucket, key, seq DESC);
CREATE TABLE IF NOT EXISTS upload (id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL,
  at INTEGER NOT NULL, owner TEXT NOT NULL, head TEXT NOT NULL, tags TEXT NOT NULL, acl TEXT NOT NULL,
  locked TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS upload_key ON upload (bucket, key, id);
CREATE TABLE IF NOT EXISTS part (upload TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
  piece TEXT NOT NULL, PRIMARY KEY (upload, number)) STRICT, WITHOUT ROWID;
UPDATE bucket SET closing = 0 WHERE closing <> 0;";

/// What one storage holds.
#[derive(Debug)]
pub(crate) struct Depot {
    folder: PathBuf,
    /// Changes take turns; reading goes on beside them.
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    /// Whether all of it was given up.
    gone: AtomicBool,
}

impl Depot {
    /// Opens what is in a folder, makes what is not there, and sweeps what nobody names.
    pub(crate) fn open(folder: PathBuf) -> Result<Self> {
        let incoming = folder.join("incoming");
        if incoming.exists() {
            std::fs::remove_dir_all(&incoming)?;
        }
        std::fs::create_dir_all(&incoming)?;
        std::fs::create_dir_all(folder.join("blobs"))?;
        let path = folder.join("objects.db");
        let (writer, reader) = (connect(&path)?, connect(&path)?);
        writer.execute_batch(SCHEMA)?;
        sync_folder(&folder)?;
        folder.parent().map_or(Ok(()), sync_folder)?;
        let depot = Self {
            folder,
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
            gone: AtomicBool::new(false),
        };
        depot.sweep()?;
        Ok(depot)
    }

    /// Reads, on a thread that may wait.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        what: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let depot = self.clone();
        waiting(move || {
            let connection = depot.reader.lock().unwrap_or_else(PoisonError::into_inner);
            what(&connection)
        })
        .await
    }

    /// Changes rows, all or none; what the change returns is told when it is on the disk.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        what: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.write_with(Vec::new(), what).await
    }

    /// Changes rows that name new contents, which stay if the change does.
    ///
    /// The contents are handed over: whoever asked may be gone before it is done, and what was committed
    /// must not lose them.
    pub(crate) async fn write_with<T: Send + 'static>(
        self: &Arc<Self>,
        fresh: Vec<Fresh>,
        what: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let depot = self.clone();
        waiting(move || {
            let (told, obsolete) = depot.change(what)?;
            fresh.into_iter().for_each(Fresh::keep);
            for blob in obsolete {
                depot.forget(&blob);
            }
            Ok(told)
        })
        .await
    }

    /// Changes rows: what the change returns, and the contents that nothing names after it.
    fn change<T>(
        &self,
        what: impl FnOnce(&mut Change<'_>) -> Result<T>,
    ) -> Result<(T, Vec<String>)> {
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if self.gone.load(Ordering::Acquire) {
            return Err(fault!(NoSuchBucket));
        }
        let rows = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut change = Change { rows, obsolete: Vec::new() };
        let told = what(&mut change)?;
        let Change { rows, obsolete } = change;
        rows.commit()?;
        Ok((told, obsolete))
    }

    /// Deletes a content that no row names any more.
    fn forget(&self, blob: &str) {
        if let Err(error) = std::fs::remove_file(self.blob(blob)) {
            // The next start sweeps it.
            tracing::warn!(%error, blob, "objects: a file stays behind");
        }
    }

    /// Where a content is.
    pub(crate) fn blob(&self, name: &str) -> PathBuf {
        self.folder
            .join("blobs")
            .join(name.get(name.len().saturating_sub(2)..).unwrap_or(name))
            .join(name)
    }

    /// Where a content is while it is written.
    pub(crate) fn incoming(&self, name: &str) -> PathBuf {
        self.folder.join("incoming").join(name)
    }

    /// Gives all of it up: what comes later finds nothing.
    pub(crate) fn give_up(&self) -> std::io::Result<()> {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.gone.store(true, Ordering::Release);
        std::fs::remove_dir_all(&self.folder)
    }

    /// Deletes contents that no row names.
    fn sweep(&self) -> Result<()> {
        let known = self.named()?;
        let mut swept = 0;
        for part in std::fs::read_dir(self.folder.join("blobs"))? {
            for file in std::fs::read_dir(part?.path())? {
                let file = file?;
                if !known.contains(file.file_name().to_string_lossy().as_ref()) {
                    std::fs::remove_file(file.path())?;
                    swept += 1;
                }
            }
        }
        if swept > 0 {
            tracing::info!(swept, "objects: removed contents that nothing names");
        }
        Ok(())
    }

    /// The contents that rows name.
    fn named(&self) -> Result<BTreeSet<String>> {
        let connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = BTreeSet::new();
        let mut bodies = connection.prepare("SELECT body FROM object WHERE body <> '[]'")?;
        let mut rows = bodies.query([])?;
        while let Some(row) = rows.next()? {
            let pieces: Vec<Piece> = serde_json::from_str(&row.get::<_, String>(0)?)?;
            known.extend(pieces.into_iter().map(|piece| piece.blob));
        }
        let mut parts = connection.prepare("SELECT piece FROM part")?;
        let mut rows = parts.query([])?;
        while let Some(row) = rows.next()? {
            known.insert(serde_json::from_str::<Piece>(&row.get::<_, String>(0)?)?.blob);
        }
        Ok(known)
    }
}

/// A change of rows under way, and the contents that nothing will name after it.
pub(crate) struct Change<'a> {
    pub(crate) rows: Transaction<'a>,
    obsolete: Vec<String>,
}

impl Change<'_> {
    /// Notes that these contents are named no more.
    pub(crate) fn drop_pieces(&mut self, pieces: impl IntoIterator<Item = Piece>) {
        let blobs = pieces.into_iter().map(|piece| piece.blob);
        self.obsolete.extend(blobs.filter(|blob| !blob.is_empty()));
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    Ok(connection)
}

/// Makes sure that what a folder lists is on the disk.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Runs what may wait for the disk where that holds nobody up.
pub(crate) async fn waiting<T: Send + 'static>(
    what: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(what).await {
        Ok(done) => done,
        Err(error) => Err(fault!(error, InternalError, "The storage of objects failed.")),
    }
}
