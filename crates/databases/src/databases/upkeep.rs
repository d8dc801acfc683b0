//! What is done to a database as it ages: maintenance updates, versions, and what it warns of.
//!
//! Each month has its update. Nothing has to be done for one to be installed when its time has come:
//! which ones a database has follows from the clock.

use api::Time;
use api::databases::*;

use super::wish::month;
use super::{Database, time_text, word};
use crate::{Cx, Doc, Refusal, Result, Routes, Tx, ensure};
use DatabaseEngine::{Kafka, Pg};

const DAY: i64 = 86_400_000;
/// How long an update waits for its owner before it is installed at the next maintenance window.
const WAITS: i64 = 14 * DAY;

pub(super) fn routes() -> Routes {
    Routes::of::<Database>()
        .read(|cx, database, _: ListDatabaseUpdates| {
            let pending = database.pending(cx.now());
            Ok(pending.into_iter().map(|update| update.description).collect())
        })
        .alter(install)
        .read(|cx, database, _: ListDatabaseVersions| versions(cx, &database))
        .alter(upgrade)
        .read(alerts)
        .done()
}

/// A maintenance update.
struct Update {
    /// What it is, for people.
    description: String,
    /// When the database learnt of it, in milliseconds.
    told: i64,
    /// When it is installed if nobody does it before.
    scheduled: i64,
}

impl Database {
    /// The updates that it has not got at a time.
    fn pending(&self, now: i64) -> Vec<Update> {
        let updates = self.updates(now);
        updates.into_iter().filter(|update| update.scheduled > now).collect()
    }

    /// The updates since its last one by its owner.
    fn updates(&self, now: i64) -> Vec<Update> {
        (self.patched + 1..=month(now)).map(|month| self.update(month)).collect()
    }

    fn update(&self, month: i64) -> Update {
        let (year, month) = (1970 + month.div_euclid(12), month.rem_euclid(12) + 1);
        let began = format!("{year:04}-{month:02}-01T00:00:00Z").parse();
        let began = began.map_or(0, |time| Time(time).as_millis());
        let told = began.max(self.moved);
        let description = format!(
            "Security and reliability updates of {year}-{month:02} for {}",
            word(self.engine)
        );
        Update { description, told, scheduled: self.window(told + WAITS) }
    }

    /// The first maintenance window after a time.
    fn window(&self, after: i64) -> i64 {
        let hour: i64 = self.maintenance_time.get(..2).and_then(|h| h.parse().ok()).unwrap_or(0);
        // 1970 began on a Thursday.
        let day = (self.maintenance_dow as i64 + 7 - 4).rem_euclid(7);
        let window = day * DAY + hour * 3_600_000;
        after + (window - after).rem_euclid(7 * DAY)
    }
}

fn install(
    tx: &mut Tx,
    database: &mut Doc<Database>,
    _: StartDatabaseUpdates,
) -> Result<DatabaseMessage> {
    let now = tx.cx().now();
    let none = Refusal::bad("No maintenance updates are available.");
    none.help("the next ones come with the next month")
        .unless(!database.pending(now).is_empty())?;
    database.patched = month(now);
    database.move_on(now);
    let message = "Maintenance has begun: the database moves to nodes that have all updates, and \
                   is out of reach for a moment";
    Ok(DatabaseMessage { message: message.into() })
}

/// The versions to which it can go up.
fn versions(cx: &Cx, database: &Database) -> Result<Vec<String>> {
    database.needs("version upgrades", &[Pg, Kafka])?;
    let engine = cx.catalog().database_engine(word(database.engine));
    let Some(engine) = engine else { return Ok(Vec::new()) };
    let mut all = engine.former.iter().chain(&engine.versions);
    let is_there = all.by_ref().any(|version| *version == database.version);
    let offered = all.filter(|version| is_there && engine.versions.contains(version));
    Ok(offered.cloned().collect())
}

fn upgrade(
    tx: &mut Tx,
    database: &mut Doc<Database>,
    req: UpgradeDatabase,
) -> Result<DatabaseMessage> {
    database.is_primary()?;
    let versions = versions(tx.cx(), database)?;
    let text = match versions.as_slice() {
        [] => format!("{} is the newest", database.version),
        some => format!("`{}` is none of {}", req.version, some.join(", ")),
    };
    ensure(versions.contains(&req.version), "version", text)?;
    database.version = req.version;
    let now = tx.cx().now();
    database.move_on(now);
    Ok(DatabaseMessage { message: "The version upgrade has begun".into() })
}

fn alerts(cx: &Cx, database: Doc<Database>, req: ListDatabaseAlerts) -> Result<Vec<DatabaseAlert>> {
    let now = cx.now();
    let since = now
        - DAY
            * match req.period {
                AlertPeriod::Day => 1,
                AlertPeriod::Week => 7,
                AlertPeriod::Month => 30,
                AlertPeriod::Year => 365,
            };
    let scheduled = database.updates(now).into_iter().map(|update| {
        let alert = DatabaseAlert {
            message_type: "MAINTENANCE SCHEDULED".into(),
            description: update.description,
            recommendation: "Install it before, at a time that suits you.".into(),
            maintenance_scheduled: format!("{} (UTC)", time_text(update.scheduled)),
            ..DatabaseAlert::default()
        };
        (update.told, alert)
    });
    let promoted = database.promoted.map(|at| {
        let alert = DatabaseAlert {
            message_type: "DB MASTER PROMOTION".into(),
            description: "A read replica was promoted and follows no other database any more."
                .into(),
            ..DatabaseAlert::default()
        };
        (at, alert)
    });
    let mut all: Vec<_> = scheduled.chain(promoted).filter(|(at, _)| *at >= since).collect();
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let told = |(at, alert)| DatabaseAlert { timestamp: time_text(at), ..alert };
    Ok(all.into_iter().map(told).collect())
}
