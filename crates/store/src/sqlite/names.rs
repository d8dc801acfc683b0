//! Unique values, and the runs of places that are taken among them.
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::apply::run;
use crate::change::Name;
use crate::{Result, key, pool};

/// Who holds a unique value.
pub(crate) fn taken(db: &Connection, scope: &str, value: &str) -> Result<Option<Uuid>> {
    let mut find = db.prepare_cached("SELECT owner FROM taken WHERE scope = ? AND value = ?")?;
    let found = find.query_row((scope, value), |r| r.get(0).map(Uuid::from_bytes));
    Ok(found.optional()?)
}

/// Who holds unique values that begin so.
pub(crate) fn holders(
    db: &Connection,
    scope: &str,
    prefix: &str,
    most: usize,
) -> Result<Vec<Uuid>> {
    let sql = "SELECT owner FROM taken WHERE scope = ? AND value >= ? AND value < ?
               ORDER BY value LIMIT ?";
    let mut find = db.prepare_cached(sql)?;
    let (end, most) = (key::behind(prefix), i64::try_from(most).unwrap_or(i64::MAX));
    let found = find.query_map((scope, prefix, end, most), |r| r.get(0).map(Uuid::from_bytes))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Gives a unique value to `owner`, or frees it.
pub(crate) fn hold(db: &Connection, (scope, value): &Name, owner: Option<Uuid>) -> Result<()> {
    let place = pool::place(value);
    match (taken(db, scope, value)?, owner) {
        (holder, owner) if holder == owner => {}
        (Some(_), Some(owner)) => {
            let sql = "UPDATE taken SET owner = ? WHERE scope = ? AND value = ?";
            run(db, sql, (owner.as_bytes(), scope, value))?;
        }
        (None, Some(owner)) => {
            let sql = "INSERT INTO taken (scope, value, owner, place) VALUES (?, ?, ?, ?)";
            run(db, sql, (scope, value, owner.as_bytes(), place))?;
            place.map_or(Ok(()), |place| fill(db, scope, place))?;
        }
        (_, None) => {
            run(db, "DELETE FROM taken WHERE scope = ? AND value = ?", (scope, value))?;
            place.map_or(Ok(()), |place| clear(db, scope, place))?;
        }
    }
    Ok(())
}

/// Frees all that a row holds.
pub(crate) fn forget(db: &Connection, owner: Uuid) -> Result<()> {
    for (scope, place) in placed(db, owner)? {
        clear(db, &scope, place)?;
    }
    run(db, "DELETE FROM taken WHERE owner = ?", [owner.as_bytes()])?;
    Ok(())
}

/// Adds all places that a row holds to the runs.
pub(super) fn fill_of(db: &Connection, owner: Uuid) -> Result<()> {
    placed(db, owner)?.into_iter().try_for_each(|(scope, place)| fill(db, &scope, place))
}

/// The places that a row holds, with their scopes.
fn placed(db: &Connection, owner: Uuid) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT scope, place FROM taken WHERE owner = ? AND place IS NOT NULL";
    let mut find = db.prepare_cached(sql)?;
    let placed = find.query_map([owner.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(placed.collect::<Result<_, _>>()?)
}

/// The first place of these ranges, in their order, that nobody holds.
pub(crate) fn free(db: &Connection, scope: &str, ranges: &[(i64, i64)]) -> Result<Option<i64>> {
    for (first, last) in ranges {
        let mut place = *first;
        while place <= *last {
            match run_at(db, scope, place)? {
                Some((_, end)) => place = end + 1,
                None => return Ok(Some(place)),
            }
        }
    }
    Ok(None)
}

/// The run that a place is in.
fn run_at(db: &Connection, scope: &str, place: i64) -> Result<Option<(i64, i64)>> {
    let sql =
        "SELECT first, last FROM run WHERE scope = ? AND first <= ? ORDER BY first DESC LIMIT 1";
    let mut find = db.prepare_cached(sql)?;
    let found = find.query_row((scope, place), |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    Ok(found.filter(|(_, last): &(i64, i64)| *last >= place))
}

/// Adds a place to the runs.
fn fill(db: &Connection, scope: &str, place: i64) -> Result<()> {
    let near = |at: i64, joined: bool| if joined { run_at(db, scope, at) } else { Ok(None) };
    let before = near(place - 1, pool::joined(place))?;
    let behind = near(place + 1, pool::joined(place + 1))?;
    let (first, last) = (before.map_or(place, |run| run.0), behind.map_or(place, |run| run.1));
    if behind.is_some() {
        run(db, "DELETE FROM run WHERE scope = ? AND first = ?", (scope, place + 1))?;
    }
    match before {
        Some(_) => set_last(db, scope, first, last),
        None => add(db, scope, first, last),
    }
}

/// Takes a place out of the runs.
fn clear(db: &Connection, scope: &str, place: i64) -> Result<()> {
    let Some((first, last)) = run_at(db, scope, place)? else { return Ok(()) };
    match first == place {
        true => drop(run(db, "DELETE FROM run WHERE scope = ? AND first = ?", (scope, first))?),
        false => set_last(db, scope, first, place - 1)?,
    }
    if place < last { add(db, scope, place + 1, last) } else { Ok(()) }
}

fn set_last(db: &Connection, scope: &str, first: i64, last: i64) -> Result<()> {
    run(db, "UPDATE run SET last = ? WHERE scope = ? AND first = ?", (last, scope, first)).map(drop)
}

fn add(db: &Connection, scope: &str, first: i64, last: i64) -> Result<()> {
    run(db, "INSERT INTO run (scope, first, last) VALUES (?, ?, ?)", (scope, first, last)).map(drop)
}

/// Brings what format 1 has stored to format 2: long texts are known by their digests, and places
/// have their numbers and runs.
pub(crate) fn from_format_1(db: &Connection) -> Result<()> {
    let mut find = db.prepare("SELECT scope, value FROM taken")?;
    let names = find.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let mut places = Vec::new();
    for (scope, value) in names.collect::<Result<Vec<Name>, _>>()? {
        let (key, place) = (key::key(&value), pool::place(&value));
        if *key != *value || place.is_some() {
            let sql = "UPDATE taken SET value = ?, place = ? WHERE scope = ? AND value = ?";
            run(db, sql, (&key, place, &scope, &value))?;
        }
        places.extend(place.map(|place| (scope, place)));
    }
    for (scope, first, last) in pool::runs(places) {
        add(db, &scope, first, last)?;
    }
    let mut find = db.prepare("SELECT id, value FROM list")?;
    let mut rows = find.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, value): (i64, String) = (row.get(0)?, row.get(1)?);
        let key = key::key(&value);
        if *key != *value {
            keys.push((id, key.into_owned()));
        }
    }
    for (id, key) in keys {
        run(db, "UPDATE list SET value = ? WHERE id = ?", (key, id))?;
    }
    Ok(())
}
