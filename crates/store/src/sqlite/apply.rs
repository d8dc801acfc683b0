//! One change, checked and written within the writer's transaction.
//!
//! All checks come before the first write: a change that finds itself stale must have written
//! nothing. No `ON CONFLICT` and no `RETURNING` here: for both SQLite keeps a copy of every page
//! that the statement touches, to undo it by itself, and a create takes twice as long.
use rusqlite::{Connection, ErrorCode, OptionalExtension, Params, params};
use uuid::Uuid;

use super::{events, names, sums};
use crate::change::{Change, Edit, Name};
use crate::sums::columns;
use crate::{Claim, Error, Facet, Hot, Outcome, Result, Row};

pub(crate) fn apply(db: &Connection, change: &Change) -> Result<()> {
    check(db, change)?;
    // Those that go come first: others may take what they held.
    let (removed, put): (Vec<_>, Vec<_>) = change.edits.iter().partition(|edit| edit.removed);
    removed.into_iter().try_for_each(|edit| remove(db, edit))?;
    put.into_iter().try_for_each(|edit| write(db, edit))?;
    change.holds.iter().try_for_each(|(name, hold)| names::hold(db, name, hold.owner))?;
    change.events.iter().try_for_each(|event| events::write(db, event))
}

/// Whether all is as the change relied on.
fn check(db: &Connection, change: &Change) -> Result<()> {
    fn fresh(is: bool, hot: impl FnOnce() -> Hot) -> Result<()> {
        if is { Ok(()) } else { Err(Error::Stale(hot())) }
    }
    change.claim.map_or(Ok(()), |claim| holds(db, claim))?;
    for need in &change.needs {
        if stored(db, *need)?.0 == 0 {
            return Err(Error::Gone(*need));
        }
    }
    fresh(epoch(db)? == change.epoch, Hot::all)?;
    for (id, version) in &change.versions {
        fresh(stored(db, *id)?.1 == *version, || Hot::row(*id))?;
    }
    for (list, total) in &change.totals {
        let stands = self::list(db, list.account, &list.kind, &list.facet)?.1;
        fresh(stands == *total, || Hot::list(list.account, &list.kind, &list.facet))?;
    }
    for ((scope, value), holder) in &change.holders {
        fresh(names::taken(db, scope, value)? == *holder, || Hot::scope(scope))?;
    }
    for (name, hold) in &change.holds {
        let free = hold.released || hold.owner.is_none() || free(db, change, name, hold.owner)?;
        fresh(free, || Hot::scope(&name.0))?;
    }
    for edit in change.edits.iter().filter(|edit| edit.row.version > 0 && !edit.removed) {
        if stored(db, edit.row.id)?.2 {
            return Err(Error::Deleting(edit.row.id));
        }
    }
    Ok(())
}

/// Whether the claim of a step holds.
pub(crate) fn holds(db: &Connection, Claim { id, epoch, lease }: Claim) -> Result<()> {
    let sql = "SELECT 1 FROM resource WHERE id = ? AND lease = ?";
    let is_held =
        self::epoch(db)? == epoch && db.prepare_cached(sql)?.exists((id.as_bytes(), lease))?;
    if is_held { Ok(()) } else { Err(Error::Gone(id)) }
}

/// How often everything was emptied or restored.
pub(crate) fn epoch(db: &Connection) -> Result<i64> {
    Ok(db.prepare_cached("SELECT number FROM epoch WHERE id = 1")?.query_row([], |r| r.get(0))?)
}

/// Whether `owner` may take `name`: nobody else holds it, or who does goes with this change.
fn free(db: &Connection, change: &Change, name: &Name, owner: Option<Uuid>) -> Result<bool> {
    let holder = names::taken(db, &name.0, &name.1)?;
    Ok(holder.is_none_or(|id| owner == Some(id) || change.removes(id)))
}

/// Writes a row and moves it between lists.
fn write(db: &Connection, edit: &Edit) -> Result<()> {
    let row = &edit.row;
    let seq = if row.version == 0 {
        let sql = "INSERT INTO resource
            (id, account, kind, deleting, created, due, desired, observed, class, amount, since,
             owed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let (id, kind, observed) = (row.id.as_bytes(), &*row.kind, row.seen());
        let (class, amount, since, owed) = columns(row.adds());
        let Row { account, deleting, created, due, desired, .. } = row;
        let values = params![
            id, account, kind, deleting, created, due, desired, observed, class, amount, since,
            owed
        ];
        run(db, sql, values)?;
        sums::add(db, row, row.adds(), 1)?;
        db.last_insert_rowid()
    } else {
        let sql = "UPDATE resource SET desired = ?, deleting = ?, due = coalesce(?, due),
            version = version + 1, tries = 0, stamp = stamp + 1 WHERE seq = ?";
        let (seq, ..) = stored(db, row.id)?;
        run(db, sql, (&row.desired, row.deleting, row.due, seq))?;
        sums::set(db, row, seq)?;
        seq
    };
    edit.leaves.iter().try_for_each(|facet| leave(db, row, seq, facet))?;
    edit.enters.iter().try_for_each(|facet| enter(db, row, seq, facet))
}

fn remove(db: &Connection, edit: &Edit) -> Result<()> {
    let (seq, ..) = stored(db, edit.row.id)?;
    edit.leaves.iter().try_for_each(|facet| leave(db, &edit.row, seq, facet))?;
    match forget(db, &edit.row, seq)? {
        0 => Ok(()),
        n => Err(Error::Inconsistent(format!("{} stands in {n} more lists", edit.row.id))),
    }
}

/// Deletes a row, what it adds to sums, its unique values, and its place in the lists where it
/// still stands: how many.
fn forget(db: &Connection, row: &Row, seq: i64) -> Result<usize> {
    let mut find = db.prepare_cached("SELECT list FROM entry WHERE seq = ?")?;
    let lists = find.query_map([seq], |r| r.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    for list in &lists {
        run(db, "DELETE FROM list WHERE id = ? AND total = 1", [list])?;
        run(db, "UPDATE list SET total = total - 1 WHERE id = ?", [list])?;
        run(db, "DELETE FROM entry WHERE list = ? AND seq = ?", [*list, seq])?;
    }
    names::forget(db, row.id)?;
    let added = sums::stored(db, seq)?;
    sums::add(db, row, added.as_ref(), -1)?;
    run(db, "DELETE FROM resource WHERE seq = ?", [seq])?;
    Ok(lists.len())
}

fn enter(db: &Connection, row: &Row, seq: i64, facet: &Facet) -> Result<()> {
    let (mut id, total) = list(db, row.account, &row.kind, facet)?;
    if total > 0 {
        run(db, "UPDATE list SET total = total + 1 WHERE id = ?", [id])?;
    } else {
        let sql = "INSERT INTO list (account, kind, field, value, total) VALUES (?, ?, ?, ?, 1)";
        run(db, sql, (row.account, &*row.kind, facet.0, &facet.1))?;
        id = db.last_insert_rowid();
    }
    let standing = |e| match e {
        Error::Sqlite(e) if e.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            let Row { id, kind, .. } = row;
            Error::Inconsistent(format!("{kind} {id} stands in {facet:?} already"))
        }
        e => e,
    };
    let sql = "INSERT INTO entry (list, seq) VALUES (?, ?)";
    run(db, sql, [id, seq]).map(drop).map_err(standing)
}

fn leave(db: &Connection, row: &Row, seq: i64, facet: &Facet) -> Result<()> {
    let (id, total) = list(db, row.account, &row.kind, facet)?;
    if run(db, "DELETE FROM entry WHERE list = ? AND seq = ?", [id, seq])? == 0 {
        let Row { id, kind, .. } = row;
        return Err(Error::Inconsistent(format!("{kind} {id} does not stand in {facet:?}")));
    }
    match total {
        1 => run(db, "DELETE FROM list WHERE id = ?", [id])?,
        _ => run(db, "UPDATE list SET total = total - 1 WHERE id = ?", [id])?,
    };
    Ok(())
}

/// Writes what became of a step. None: the lease was lost. Otherwise, whether the row is due.
pub(crate) fn settle(db: &Connection, row: &Row, outcome: &Outcome) -> Result<Option<bool>> {
    let mut find = db.prepare_cached("SELECT seq, version, lease FROM resource WHERE id = ?")?;
    let found = find
        .query_row([row.id.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?
        .filter(|(_, _, lease): &(i64, i64, i64)| *lease == row.lease && *lease != 0);
    let is_now = epoch(db)? == row.epoch();
    let Some((seq, version, _)) = found.filter(|_| is_now) else { return Ok(None) };
    if version != row.version {
        // What should be was changed meanwhile: the row stays due, its tries begin anew.
        let sql = "UPDATE resource SET observed = ?, lease = 0, stamp = stamp + 1 WHERE seq = ?";
        run(db, sql, (row.seen(), seq))?;
        return Ok(Some(true));
    }
    if *outcome == Outcome::Gone {
        return forget(db, row, seq).map(|_| Some(false));
    }
    let (due, tries, error) = outcome.leaves(row);
    let sql = "UPDATE resource SET observed = ?, lease = 0, due = ?, tries = ?, error = ?,
               stamp = stamp + 1 WHERE seq = ?";
    run(db, sql, (row.seen(), due, tries, error, seq))?;
    sums::set(db, row, seq)?;
    Ok(Some(due.is_some()))
}

/// A row's number and version, and whether it is being deleted; (0, 0, false): there is none.
pub(super) fn stored(db: &Connection, id: Uuid) -> Result<(i64, i64, bool)> {
    let mut find = db.prepare_cached("SELECT seq, version, deleting FROM resource WHERE id = ?")?;
    let found = find.query_row([id.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)));
    Ok(found.optional()?.unwrap_or_default())
}

/// A list's number and length; (0, 0): nothing stands in it.
pub(crate) fn list(db: &Connection, account: i64, kind: &str, facet: &Facet) -> Result<(i64, u64)> {
    let mut find = db.prepare_cached(
        "SELECT id, total FROM list WHERE account = ? AND kind = ? AND field = ? AND value = ?",
    )?;
    let key = (account, kind, facet.0, &facet.1);
    let found = find.query_row(key, |r| Ok((r.get(0)?, r.get(1)?)));
    Ok(found.optional()?.unwrap_or_default())
}

/// Runs one statement: how many rows it changed.
pub(crate) fn run(db: &Connection, sql: &str, params: impl Params) -> Result<usize> {
    Ok(db.prepare_cached(sql)?.execute(params)?)
}
