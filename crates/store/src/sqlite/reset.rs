//! A reset, within the writer's transaction.
use rusqlite::Connection;

use super::apply::{run, stored};
use super::{names, sums};
use crate::{Error, Hot, Result, Row};

/// Tables of which something may stay, and what: `kept` has the rows.
const SOME: [(&str, &str); 4] = [
    ("resource", "seq IN (SELECT seq FROM temp.kept)"),
    ("entry", "seq IN (SELECT seq FROM temp.kept)"),
    ("list", "id IN (SELECT list FROM entry WHERE seq IN (SELECT seq FROM temp.kept))"),
    ("taken", "owner IN (SELECT id FROM temp.kept)"),
];

/// Empties everything but these rows, and what is theirs. Numbers go on from where they were, so
/// that old cursors point at nothing.
///
/// What stays is put aside meanwhile: to empty a table costs nothing, to delete a million of its
/// rows does.
pub(super) fn reset(db: &Connection, keep: &[Row]) -> Result<()> {
    for row in keep {
        if stored(db, row.id)?.1 != row.version {
            return Err(Error::Stale(Hot::row(row.id)));
        }
    }
    db.execute_batch("CREATE TEMP TABLE kept (seq INTEGER, id BLOB)")?;
    for row in keep {
        run(db, "INSERT INTO temp.kept (seq, id) VALUES (?, ?)", (row.seq, row.id.as_bytes()))?;
    }
    for (table, which) in SOME {
        let sql =
            format!("CREATE TEMP TABLE kept_{table} AS SELECT * FROM main.{table} WHERE {which}");
        db.execute_batch(&sql)?;
    }
    db.execute_batch(
        "DELETE FROM world; DELETE FROM run; DELETE FROM sums; DELETE FROM event;
         UPDATE epoch SET number = number + 1;",
    )?;
    for (table, _) in SOME {
        db.execute_batch(&format!(
            "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM temp.kept_{table};
             DROP TABLE temp.kept_{table};"
        ))?;
    }
    db.execute_batch(
        "DROP TABLE temp.kept;
         UPDATE list SET total = (SELECT count(*) FROM entry WHERE entry.list = list.id);",
    )?;
    for row in keep {
        names::fill_of(db, row.id)?;
        sums::add(db, row, sums::stored(db, row.seq)?.as_ref(), 1)?;
    }
    Ok(())
}
