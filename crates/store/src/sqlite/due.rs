//! What is due by itself: one row, what is parked, what comes soon.
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::{COLUMNS, Sqlite, apply, row};
use crate::{ACCOUNTS, PARKED, Result, Row};

/// Makes what stands in a kind's list due by `now`. What is to go stands in none: it is due later, or has
/// failed for good. Other kinds' rows are not read, however many there are.
pub(super) fn wake(db: &Connection, kind: &str, now: i64) -> Result<()> {
    let settled = format!(
        "{ACCOUNTS} UPDATE resource SET due = ?1 WHERE due IS NULL AND seq IN (
         SELECT e.seq FROM accounts a CROSS JOIN list l CROSS JOIN entry e ON e.list = l.id
         WHERE l.account = a.account AND l.kind = ?2 AND l.field = '' AND l.value = '')"
    );
    apply::run(db, &settled, (now, kind))?;
    let later = "UPDATE resource INDEXED BY resource_due SET due = ?1 WHERE due > ?1 AND kind = ?2";
    apply::run(db, later, (now, kind))?;
    let failed = "UPDATE resource INDEXED BY resource_failed SET due = ?1
        WHERE error IS NOT NULL AND due IS NULL AND kind = ?2";
    apply::run(db, failed, (now, kind)).map(drop)
}

impl Sqlite {
    pub(crate) async fn claim_one(
        &self,
        now: i64,
        lease_ms: i64,
        id: Uuid,
        due: Option<i64>,
    ) -> Result<Option<Row>> {
        self.just_write(move |db| {
            let mut find = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM resource r WHERE id = ?1 AND due IS NOT NULL
                 AND (?2 IS NULL OR due = ?2) AND (lease <= ?3 OR lease > ?4)"
            ))?;
            let given = (id.as_bytes(), due, now, now + 2 * lease_ms);
            let Some(mut row) = find.query_row(given, row).optional()? else { return Ok(None) };
            (row.lease, row.tries) = (now + lease_ms, row.tries + 1);
            let sql = "UPDATE resource SET lease = ?, tries = ? WHERE seq = ?";
            apply::run(db, sql, [row.lease, row.tries, row.seq])?;
            Ok(Some(row))
        })
        .await
    }

    pub(crate) async fn unpark(&self) -> Result<()> {
        let wake = self.wake();
        let written = move |db: &Connection| {
            let sql = "UPDATE resource SET due = due - ?1 WHERE due >= ?1";
            apply::run(db, sql, [PARKED]).map(drop)
        };
        self.write(written, move |()| wake(true)).await
    }

    pub(crate) async fn due_within(
        &self,
        from: i64,
        to: i64,
        most: i64,
    ) -> Result<Vec<(Uuid, i64)>> {
        self.read(|db| {
            let sql =
                "SELECT id, due FROM resource WHERE due > ? AND due <= ? ORDER BY due LIMIT ?";
            let mut find = db.prepare_cached(sql)?;
            let found =
                find.query_map([from, to, most], |r| Ok((Uuid::from_bytes(r.get(0)?), r.get(1)?)))?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    pub(crate) async fn last_seq(&self) -> Result<i64> {
        let sql = "SELECT coalesce(max(seq), 0) FROM resource";
        self.read(|db| Ok(db.query_row(sql, [], |r| r.get(0))?))
    }
}
