//! What happened, within the writer's transaction, and how it is read.
use rusqlite::{Connection, params};

use super::apply::run;
use crate::Result;
use crate::events::{AT_ONCE, Event, Told, WhichEvents};

pub(super) fn write(db: &Connection, event: &Event) -> Result<()> {
    let sql = "INSERT INTO event (account, at, level, topic, subject, told)
               VALUES (?, ?, ?, ?, ?, ?)";
    let Event { account, at, level, topic, subject, told } = event;
    run(db, sql, (account, at, level, topic, subject, told)).map(drop)
}

pub(super) fn read(db: &Connection, which: &WhichEvents<'_>) -> Result<Told> {
    let WhichEvents { account, from, to, level, topic, subject, most } = which;
    let tx = db.unchecked_transaction()?; // total and events are of the same moment
    let given = params![account, from, to, level, topic, subject];
    let total: i64 =
        tx.prepare_cached(&WhichEvents::sql("count(*)", ""))?.query_row(given, |r| r.get(0))?;
    let order = format!("ORDER BY at DESC, seq DESC LIMIT {most}");
    let mut find =
        tx.prepare_cached(&WhichEvents::sql("level, topic, subject, told, at", &order))?;
    let event = |r: &rusqlite::Row<'_>| {
        let (level, topic, subject, told) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
        Ok(Event { account: *account, at: r.get(4)?, level, topic, subject, told })
    };
    let events = find.query_map(given, event)?.collect::<Result<_, _>>()?;
    Ok(Told { events, total: total.unsigned_abs() })
}

pub(super) fn forget(db: &Connection, account: i64, before: i64) -> Result<()> {
    let sql = "DELETE FROM event WHERE seq IN
               (SELECT seq FROM event WHERE account = ? AND at < ? LIMIT ?)";
    run(db, sql, (account, before, AT_ONCE)).map(drop)
}
