//! Backups: when they are made, how long they are kept, and databases that are made of them.
//!
//! No backup is stored: when there was one follows from the clock, and what was in it from what is
//! remembered of the database.

use api::databases::*;
use api::{OrEmpty, Time};

use super::handlers::made;
use super::{Database, wish};
use crate::catalog::DatabaseTier;
use crate::{Behave, Cx, Doc, Refusal, Result, Routes, Tx, alike, ensure, refuse};

const DAY: i64 = 86_400_000;
/// How long the first backup takes at the real pace, from when the database can be used.
const FIRST: i64 = 600_000;

pub(super) fn routes() -> Routes {
    Routes::of::<Database>()
        .read(|cx, database, _: GetDatabaseBackups| {
            database.needs("backups", BACKED_UP)?;
            let kept = kept(cx, &database);
            Ok(DatabaseBackups {
                latest_backup: kept.as_ref().map(|kept| view(kept.latest)),
                oldest_backup: kept.as_ref().map(|kept| view(kept.oldest)),
            })
        })
        .create_with(|tx, req| Box::pin(restore(tx, req)))
        .create_with(|tx, req| Box::pin(fork(tx, req)))
        .done()
}

/// The engines of which there are backups.
const BACKED_UP: &[DatabaseEngine] =
    &[DatabaseEngine::Mysql, DatabaseEngine::Pg, DatabaseEngine::Valkey];

/// Which backups there are of a database, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) latest: i64,
    pub(super) oldest: i64,
    /// Whether every moment since the oldest can be had, too.
    any_moment: bool,
}

/// Which backups there are of it now; none: there is none yet, or never one.
pub(super) fn kept(cx: &Cx, database: &Doc<Database>) -> Option<Kept> {
    let began = database.seen.ready_at?.max(database.promoted.unwrap_or_default());
    let takes = if cx.behave() == Behave::Vultr { FIRST } else { 0 };
    let (first, now) = (began + takes, cx.now());
    let has_none = database.source.is_some() || database.engine == DatabaseEngine::Kafka;
    if has_none || first > now {
        return None;
    }
    let days = match database.size(cx.catalog()).map(|plan| plan.tier) {
        Some(DatabaseTier::Premium) => 30,
        Some(DatabaseTier::Business) => 14,
        Some(DatabaseTier::Startup) => 2,
        Some(DatabaseTier::Hobbyist) | None => 0,
    };
    // Those after the first are made at one time of day.
    let daily = database.time_of_day(first);
    let next_daily = |at: i64| at + (daily - at).rem_euclid(DAY);
    let latest = (now - (now - daily).rem_euclid(DAY)).max(first);
    let oldest = if days == 0 { latest } else { next_daily(now - days * DAY).min(latest) };
    let oldest = if now - days * DAY < first && days > 0 { first } else { oldest };
    Some(Kept { latest, oldest, any_moment: days > 0 })
}

impl Database {
    /// When on each day backups are made, in milliseconds: as was asked for, or as the first was.
    fn time_of_day(&self, first: i64) -> i64 {
        let number = |text: &str| text.parse::<i64>().ok();
        let minute = first.rem_euclid(DAY) / 60_000;
        let hour = number(&self.backup_hour).unwrap_or(minute / 60);
        (hour * 60 + number(&self.backup_minute).unwrap_or(minute % 60)) * 60_000
    }
}

fn view(at: i64) -> BackupTime {
    let text = super::time_text(at);
    let (date, time) = text.split_once(' ').unwrap_or_default();
    BackupTime { date: date.into(), time: time.into() }
}

async fn restore(tx: &mut Tx, req: RestoreDatabase) -> Result<Doc<Database>> {
    let source = tx.get::<Database>(req.database_id).await?;
    let at = moment(tx.cx(), &source, req.kind, req.date, req.time)?;
    let vpc_id = source.network.map(|id| id.to_string());
    let copy = copy(tx.cx(), &source, at, &req.label)?;
    let copy = tx.new_doc(copy);
    made(tx, copy, UpdateDatabase { vpc_id, ..UpdateDatabase::default() }).await
}

async fn fork(tx: &mut Tx, req: ForkDatabase) -> Result<Doc<Database>> {
    let source = tx.get::<Database>(req.database_id).await?;
    let vpc_id = req.vpc_id.clone();
    let forked = forked(tx.cx(), &source, req)?;
    let forked = tx.new_doc(forked);
    made(tx, forked, UpdateDatabase { vpc_id, ..UpdateDatabase::default() }).await
}

fn forked(cx: &Cx, source: &Doc<Database>, req: ForkDatabase) -> Result<Database> {
    let at = moment(cx, source, req.kind, req.date, req.time)?;
    let mut forked = copy(cx, source, at, &req.label)?;
    forked.region.clone_from(&cx.region("region", &req.region)?.id);
    // Other than at a change of plan, it may have fewer nodes; what is in it must fit.
    forked.plan.clear();
    wish::choose_plan(cx, &mut forked, &req.plan)?;
    let disk = |of: &Database| of.size(cx.catalog()).map_or(0, |plan| plan.size.disk);
    let (has, had) = (disk(&forked), disk(source));
    let text = format_args!("`{}` has {has} GB of disk, the database has {had}", req.plan);
    ensure(has >= had, "plan", text)?;
    Ok(forked)
}

/// A database like another, with what was in that at a time.
fn copy(cx: &Cx, source: &Database, at: i64, label: &str) -> Result<Database> {
    ensure(!label.is_empty(), "label", "give the new database a name")?;
    Ok(alike!(source => Database {
        engine, version, region, plan, tag, maintenance_dow, maintenance_time, backup_hour,
        backup_minute, time_zone, trusted_ips, sql_modes, require_primary_key, slow_query_log,
        long_query_time, eviction_policy, services, options;
        label: label.into(),
        holds: source.past.at(at),
        ..Database::new(cx.now())
    }))
}

/// Which moment of a database is asked for, where there is a backup of it.
fn moment(
    cx: &Cx,
    source: &Doc<Database>,
    kind: Option<OrEmpty<BackupType>>,
    date: Option<String>,
    time: Option<String>,
) -> Result<i64> {
    source.is_primary()?;
    source.needs("backups", BACKED_UP)?;
    let none =
        Refusal::bad("No backup is available.").help("there is none yet; wait for the first");
    let Some(kept) = kept(cx, source) else { return Err(none.into()) };
    if kind.and_then(OrEmpty::get) != Some(BackupType::Pitr) {
        return Ok(kept.latest);
    }
    ensure(kept.any_moment, "type", "this plan has its latest backup only, `basebackup`")?;
    let (date, time) = (date.unwrap_or_default(), time.unwrap_or_default());
    let text = format!("{date}T{}Z", time.replace('-', ":"));
    let Ok(at) = text.parse().map(Time) else {
        let text =
            format_args!("`{date}` and time: `{time}` are none such as 2026-11-21, 20-51-05");
        return refuse("date", text);
    };
    let at = at.as_millis();
    let (first, last) = (super::time_text(kept.oldest), super::time_text(cx.now()));
    let text = format_args!("{date} {time} is not from {first} to {last}");
    // Times are told without their milliseconds.
    ensure((kept.oldest / 1000 * 1000..=cx.now()).contains(&at), "date", text)?;
    Ok(at + 999)
}
