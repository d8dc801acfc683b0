//! Which format the data has: how an older one becomes this release's, what each has, and how a new file
//! is made.
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior::Immediate};

use super::{connect, names, private};
use crate::{Error, Result};

/// Each brings the format from its place in this list to the next. Never change one: add one.
const MIGRATIONS: [Migration; 7] = [
    (include_str!("1.sql"), |_| Ok(())),
    (include_str!("2.sql"), names::from_format_1),
    (include_str!("3.sql"), |_| Ok(())),
    (include_str!("4.sql"), |_| Ok(())),
    (include_str!("5.sql"), |_| Ok(())),
    (include_str!("6.sql"), |_| Ok(())),
    (include_str!("7.sql"), |_| Ok(())),
];

/// The format that this release writes.
pub(crate) const FORMAT: i64 = MIGRATIONS.len() as i64;

/// Statements, and what is done after them.
type Migration = (&'static str, fn(&Connection) -> Result<()>);

pub(crate) fn migrate(db: &Connection) -> Result<()> {
    migrate_to(db, FORMAT)
}

fn migrate_to(db: &Connection, format: i64) -> Result<()> {
    let found: i64 = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if found > FORMAT {
        return Err(Error::Newer { found, known: FORMAT });
    }
    let steps = (1_i64..=format).zip(MIGRATIONS).skip(found as usize);
    for (version, (sql, fill)) in steps {
        let tx = Transaction::new_unchecked(db, Immediate)?;
        tx.execute_batch(sql)?;
        fill(&tx)?;
        tx.pragma_update(None, "user_version", version)?;
        tx.commit()?;
    }
    Ok(())
}

/// Makes the file of a new store. It gets its name when it is whole: so an empty one is never ours.
pub(super) fn make(path: &Path) -> Result<()> {
    let new = private::with(path, ".new");
    let failed = |e| Error::File(new.clone(), e);
    for left in [&new, &private::with(path, ".new-journal")] {
        match std::fs::remove_file(left) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
    }
    private::open(&new, true).map_err(failed)?;
    let db = connect(&new)?;
    // Nobody misses a file without its name, so it goes to the disk once, when it is whole.
    db.pragma_update(None, "synchronous", "OFF")?;
    migrate(&db)?;
    db.close().map_err(|(_, e)| e)?;
    File::open(&new).and_then(|file| file.sync_all()).map_err(failed)?;
    std::fs::rename(&new, path).map_err(failed)?;
    sync_name(path)
}

/// Before anything is acknowledged, the name of a file must be on the disk too.
pub(crate) fn sync_name(path: &Path) -> Result<()> {
    let failed = |e| Error::File(path.into(), e);
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(directory) => File::open(directory).and_then(|d| d.sync_all()).map_err(failed),
        None => Ok(()),
    }
}

/// All that a database says that it has: kind, name, table, and the words that made it.
type Schema = Vec<(String, String, String, Option<String>)>;

/// What a database says that it has.
pub(crate) fn schema(db: &Connection) -> rusqlite::Result<Schema> {
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name";
    let mut find = db.prepare(sql)?;
    find.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?.collect()
}

/// What a database of this format has.
pub(crate) fn schema_of(format: i64) -> Result<Schema> {
    let db = Connection::open_in_memory()?;
    migrate_to(&db, format)?;
    Ok(schema(&db)?)
}
