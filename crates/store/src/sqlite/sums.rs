//! Sums, within the writer's transaction: what rows add to them, and what they come to.
//!
//! What is taken off is always what is stored with the row.
use rusqlite::Connection;

use super::apply::run;
use crate::sums::{EVER, columns};
use crate::{Result, Row, Sum, Tally};

/// What a row adds as it is stored.
pub(super) fn stored(db: &Connection, seq: i64) -> Result<Option<Tally>> {
    let sql = "SELECT class, amount, since, owed FROM resource WHERE seq = ?";
    let mut find = db.prepare_cached(sql)?;
    Ok(find.query_row([seq], |r| tally(r, 0))?)
}

/// What the columns from this one on say.
pub(super) fn tally(r: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Option<Tally>> {
    let Some(class) = r.get(at)? else { return Ok(None) };
    let (amount, since, owed) = (r.get(at + 1)?, r.get(at + 2)?, r.get(at + 3)?);
    Ok(Some(Tally { class, amount, since, owed }))
}

/// Lets a stored row add what `row` says, instead of what it added.
pub(super) fn set(db: &Connection, row: &Row, seq: i64) -> Result<()> {
    let (was, is) = (stored(db, seq)?, row.adds());
    if was.as_ref() == is {
        return Ok(());
    }
    let (class, amount, since, owed) = columns(is);
    let sql = "UPDATE resource SET class = ?, amount = ?, since = ?, owed = ? WHERE seq = ?";
    run(db, sql, (class, amount, since, owed, seq))?;
    add(db, row, was.as_ref(), -1)?;
    add(db, row, is, 1)
}

/// Says what a row adds of which nobody has said it yet.
pub(super) fn count_in(db: &Connection, row: &Row) -> Result<()> {
    let (class, amount, since, owed) = columns(row.adds());
    let sql = "UPDATE resource SET class = ?, amount = ?, since = ?, owed = ?
               WHERE seq = ? AND amount < 0 AND deleting = ?";
    match run(db, sql, (class, amount, since, owed, row.seq, row.deleting))? {
        0 => Ok(()),
        _ => add(db, row, row.adds(), 1),
    }
}

/// Adds what a row adds to the sums, or takes it off, where `times` is -1.
pub(super) fn add(db: &Connection, row: &Row, tally: Option<&Tally>, times: i64) -> Result<()> {
    let Some(tally) = tally else { return Ok(()) };
    let (class, amount) = (&tally.class, tally.amount * times);
    for (day, seconds) in tally.days() {
        let (account, kind, seconds) = (row.account, &*row.kind, seconds * amount);
        let sql = "UPDATE sums
            SET things = things + ?, amount = amount + ?, seconds = seconds + ?
            WHERE account = ? AND day = ? AND kind = ? AND class = ?";
        if run(db, sql, (times, amount, seconds, account, day, kind, class))? == 0 {
            let sql = "INSERT INTO sums (things, amount, seconds, account, day, kind, class)
                VALUES (?, ?, ?, ?, ?, ?, ?)";
            run(db, sql, (times, amount, seconds, account, day, kind, class))?;
        }
        if times < 0 {
            let sql = "DELETE FROM sums
                WHERE account = ? AND day = ? AND kind = ? AND class = ? AND things = 0";
            run(db, sql, (account, day, kind, class))?;
        }
    }
    Ok(())
}

/// The sums of an account over all days, and of each day from `since` on.
pub(super) fn read(db: &Connection, account: i64, since: i64) -> Result<Vec<Sum>> {
    let mut find = db.prepare_cached(
        "SELECT kind, class, day, things, amount, seconds FROM sums WHERE account = ?1 AND day = ?2
         UNION ALL
         SELECT kind, class, day, things, amount, seconds FROM sums WHERE account = ?1 AND day >= ?3",
    )?;
    let sum = |r: &rusqlite::Row<'_>| {
        let day: i64 = r.get(2)?;
        Ok(Sum {
            kind: r.get(0)?,
            class: r.get(1)?,
            day: (day != EVER).then_some(day),
            things: r.get(3)?,
            amount: r.get(4)?,
            seconds: r.get(5)?,
        })
    };
    Ok(find.query_map((account, EVER, since.max(0)), sum)?.collect::<Result<_, _>>()?)
}
