//! The store on PostgreSQL, which several servers may share.
//!
//! Each change is one call of a function in the database, which locks what the change relied on, in
//! one order for all, checks it, and writes: one round trip, one transaction. Connections are not
//! encrypted. Everything is kept in a schema of its own, `kettle`.
mod arguments;
mod due;
mod link;
mod migrate;
mod whole;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::Config;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::change::{Change, List};
use crate::events::AT_ONCE;
use crate::key;
use crate::sums::{EVER, columns};
use crate::turns::chance;
use crate::{
    Ask, Error, Event, Facet, Hot, Mark, Outcome, Page, Result, Row, Sum, Tally, Told, WhichEvents,
    claim,
};
use arguments::arguments;
use link::Links;
use migrate::migrate;

/// Changes wait for each other's locks, so they have connections of their own, and more of them.
const READERS: usize = 4;
const WRITERS: usize = 8;
/// How often a settlement that met a change is tried again.
const TRIES: usize = 20;

const COLUMNS: &str = "r.id, r.seq, r.account, r.kind, r.version, r.deleting, r.created, r.due, \
                       r.lease, r.tries, r.error, r.desired, r.observed, r.class, r.amount, \
                       r.since, r.owed, r.stamp + ((SELECT number FROM epoch) << 32)";

pub(crate) struct Postgres {
    readers: Links,
    writers: Arc<Writers>,
    listener: JoinHandle<()>,
    /// This server among those that share the database, by chance.
    server: i32,
}

/// What writes, and who is told when a row has become due: the engine here, and other servers.
struct Writers {
    links: Links,
    woken: Arc<Notify>,
    told: Arc<Notify>,
    /// The epoch, as far as is known here: another server may have begun a new one.
    epoch: AtomicI64,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Postgres {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let mut config: Config = url.parse()?;
        if config.get_application_name().is_none() {
            config.application_name("kettle");
        }
        let epoch = AtomicI64::new(migrate(&config).await?);
        let (woken, told): (Arc<Notify>, Arc<Notify>) = Default::default();
        let server = i32::try_from(chance() >> 33).unwrap_or_default().max(1);
        let listener =
            tokio::spawn(link::listen(config.clone(), server, told.clone(), woken.clone()));
        let writers = Arc::new(Writers { links: Links::new(&config, WRITERS), woken, told, epoch });
        Ok(Self { readers: Links::new(&config, READERS), writers, listener, server })
    }

    pub(crate) fn woken(&self) -> &Arc<Notify> {
        &self.writers.woken
    }

    pub(crate) fn epoch(&self) -> i64 {
        self.writers.epoch.load(SeqCst)
    }

    pub(crate) async fn check(&self) -> Result<()> {
        let sql = "SELECT owner FROM taken WHERE scope = '' AND value = ''";
        self.readers.read(sql, &[]).await?;
        self.writers.links.ask(sql, &[]).await.map(drop)
    }

    pub(crate) async fn get(&self, id: Uuid) -> Result<Option<Row>> {
        let sql = format!("SELECT {COLUMNS} FROM resource r WHERE id = $1");
        let found = self.readers.read(&sql, &[&id]).await?;
        Ok(found.first().map(row))
    }

    pub(crate) async fn get_many(&self, ids: &[Uuid]) -> Result<Vec<Row>> {
        let sql = format!("SELECT {COLUMNS} FROM resource r WHERE id = ANY ($1)");
        Ok(self.readers.read(&sql, &[&ids]).await?.iter().map(row).collect())
    }

    pub(crate) async fn page(&self, ask: &Ask) -> Result<Page> {
        self.page_of(ask, COLUMNS, row).await
    }

    pub(crate) async fn page_of_marks(&self, ask: &Ask) -> Result<Page<Mark>> {
        self.page_of(ask, MARK, mark).await
    }

    pub(crate) async fn marks(&self, ids: &[Uuid]) -> Result<Vec<Mark>> {
        let sql = format!("SELECT {MARK} FROM resource r WHERE id = ANY ($1)");
        Ok(self.readers.read(&sql, &[&ids]).await?.iter().map(mark).collect())
    }

    async fn page_of<T>(
        &self,
        ask: &Ask,
        columns: &str,
        read: fn(&tokio_postgres::Row) -> T,
    ) -> Result<Page<T>> {
        let found = self.lists(ask.account, ask.kind, &ask.wanted()).await?;
        let list =
            |r: &tokio_postgres::Row| Some((r.get::<_, Option<i64>>(0)?, unsigned(r.get(1))));
        let Some(plan) = ask.plan(found.iter().map(list).collect()) else {
            return Ok(Page::default());
        };
        let total = match plan.total {
            Some(total) => total,
            None => unsigned(self.numbers(&plan.count(), &plan.lists).await?[0].get(0)),
        };
        let mut given = plan.given();
        let behind = match plan.behind() {
            None => false,
            Some(sql) => self.numbers(&sql, &given).await?[0].get(0),
        };
        given.push(ask.limit_and_one());
        let rows = self.numbers(&plan.rows(columns, "resource r"), &given).await?;
        Ok(ask.page(&plan, rows.iter().map(read).collect(), total, behind))
    }

    /// The number and length of each list, in their order; NULL: nothing stands in it.
    async fn lists(
        &self,
        account: i64,
        kind: &str,
        facets: &[Facet],
    ) -> Result<Vec<tokio_postgres::Row>> {
        let (fields, values): (Vec<&str>, Vec<&str>) =
            facets.iter().map(|(field, value)| (*field, &**value)).unzip();
        let sql = "SELECT id, total FROM unnest($3::text[], $4::text[]) WITH ORDINALITY w (f, v, n)
            LEFT JOIN list ON account = $1 AND kind = $2 AND field = f AND value = v ORDER BY n";
        self.readers.read(sql, &[&account, &kind, &fields, &values]).await
    }

    /// Asks with numbers.
    async fn numbers(&self, sql: &str, given: &[i64]) -> Result<Vec<tokio_postgres::Row>> {
        let given: Vec<_> = given.iter().map(|n| n as &(dyn ToSql + Sync)).collect();
        self.readers.read(sql, &given).await
    }

    pub(crate) async fn first(&self, list: &List, most: usize) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM list l JOIN entry e ON e.list = l.id
             JOIN resource r ON r.seq = e.seq
             WHERE l.account = $1 AND l.kind = $2 AND l.field = $3 AND l.value = $4
             ORDER BY e.seq LIMIT $5"
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let List { account, kind, facet: (field, value) } = list;
        let found = self.readers.read(&sql, &[account, kind, field, value, &most]).await?;
        Ok(found.iter().map(row).collect())
    }

    pub(crate) async fn total(&self, account: i64, kind: &str, facet: &Facet) -> Result<u64> {
        let sql = "SELECT total FROM list
            WHERE account = $1 AND kind = $2 AND field = $3 AND value = $4";
        let found = self.readers.read(sql, &[&account, &kind, &facet.0, &facet.1]).await?;
        Ok(found.first().map_or(0, |r| unsigned(r.get(0))))
    }

    pub(crate) async fn totals(
        &self,
        account: i64,
        kind: &str,
        facets: &[Facet],
    ) -> Result<Vec<u64>> {
        let found = self.lists(account, kind, facets).await?;
        Ok(found.iter().map(|r| r.get::<_, Option<i64>>(1).map_or(0, unsigned)).collect())
    }

    pub(crate) async fn kinds(&self) -> Result<Vec<(String, u64)>> {
        let found = self.readers.read(crate::KINDS, &[]).await?;
        Ok(found.iter().map(|r| (r.get(0), unsigned(r.get(1)))).collect())
    }

    pub(crate) async fn sums(&self, account: i64, since: i64) -> Result<Vec<Sum>> {
        let sql = "SELECT kind, class, day, things, amount, seconds FROM sums
                WHERE account = $1 AND day = $2
            UNION ALL
            SELECT kind, class, day, things, amount, seconds FROM sums
                WHERE account = $1 AND day >= $3";
        let found = self.readers.read(sql, &[&account, &EVER, &since.max(0)]).await?;
        let sum = |r: &tokio_postgres::Row| {
            let day: i64 = r.get(2);
            let (kind, class) = (r.get(0), r.get(1));
            let (things, amount, seconds) = (r.get(3), r.get(4), r.get(5));
            Sum { kind, class, day: (day != EVER).then_some(day), things, amount, seconds }
        };
        Ok(found.iter().map(sum).collect())
    }

    pub(crate) async fn events(&self, which: &WhichEvents<'_>) -> Result<Told> {
        let WhichEvents { account, from, to, level, topic, subject, most } = which;
        let given: [&(dyn ToSql + Sync); 6] = [account, from, to, level, topic, subject];
        let order = format!("ORDER BY at DESC, seq DESC LIMIT {most}");
        let columns = "level, topic, subject, told, at";
        let found = self.readers.read(&WhichEvents::sql(columns, &order), &given).await?;
        let total = self.readers.read(&WhichEvents::sql("count(*)", ""), &given).await?;
        let event = |r: &tokio_postgres::Row| {
            let (level, topic, subject, told) = (r.get(0), r.get(1), r.get(2), r.get(3));
            Event { account: *account, at: r.get(4), level, topic, subject, told }
        };
        Ok(Told { events: found.iter().map(event).collect(), total: unsigned(total[0].get(0)) })
    }

    pub(crate) async fn forget_events(&self, account: i64, before: i64) -> Result<()> {
        let sql = "DELETE FROM event WHERE seq IN
            (SELECT seq FROM event WHERE account = $1 AND at < $2 LIMIT $3)";
        let given: [&(dyn ToSql + Sync); 3] = [&account, &before, &AT_ONCE];
        self.writers.links.ask(sql, &given).await.map(drop)
    }

    pub(crate) async fn uncounted(&self, behind: i64, most: usize) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM resource r WHERE amount < 0 AND seq > $1 ORDER BY seq LIMIT $2"
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        Ok(self.readers.read(&sql, &[&behind, &most]).await?.iter().map(row).collect())
    }

    pub(crate) async fn count_in(&self, rows: Vec<Row>) -> Result<()> {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let (class, amount, since, owed) = columns(row.adds());
                json!({ "seq": row.seq, "deleting": row.deleting, "class": class,
                    "amount": amount, "since": since, "owed": owed })
            })
            .collect();
        // A trigger adds it up.
        let sql = "UPDATE resource r
            SET class = x.class, amount = x.amount, since = x.since, owed = x.owed
            FROM jsonb_to_recordset($1) AS x
                (seq bigint, deleting boolean, class text, amount bigint, since bigint, owed bigint)
            WHERE r.seq = x.seq AND r.amount < 0 AND r.deleting = x.deleting";
        self.writers.links.ask(sql, &[&Value::from(rows)]).await.map(drop).map_err(meaning)
    }

    pub(crate) async fn taken(&self, scope: &str, value: &str) -> Result<Option<Uuid>> {
        let sql = "SELECT owner FROM taken WHERE scope = $1 AND value = $2";
        let found = self.readers.read(sql, &[&scope, &value]).await?;
        Ok(found.first().map(|r| r.get(0)))
    }

    pub(crate) async fn holders(&self, scope: &str, start: &str, n: usize) -> Result<Vec<Uuid>> {
        let sql =
            "SELECT owner FROM taken WHERE scope = $1 AND value >= $2 AND value < $3 LIMIT $4";
        let (end, n) = (key::behind(start), i64::try_from(n).unwrap_or(i64::MAX));
        let found = self.readers.read(sql, &[&scope, &start, &end, &n]).await?;
        Ok(found.iter().map(|r| r.get(0)).collect())
    }

    pub(crate) async fn free(&self, scope: &str, ranges: &[(i64, i64)]) -> Result<Option<i64>> {
        let (firsts, lasts): (Vec<i64>, Vec<i64>) = ranges.iter().copied().unzip();
        let found =
            self.readers.read("SELECT free($1, $2, $3)", &[&scope, &firsts, &lasts]).await?;
        Ok(found.first().and_then(|r| r.get(0)))
    }

    pub(crate) async fn held(&self, scope: &str, owner: Uuid) -> Result<Vec<String>> {
        let sql = "SELECT value FROM taken WHERE owner = $1 AND scope = $2";
        let found = self.readers.read(sql, &[&owner, &scope]).await?;
        Ok(found.iter().map(|r| r.get(0)).collect())
    }

    /// Does what writes to the end, even if who asked goes away: the engine must be woken.
    async fn to_the_end<T, F>(&self, work: impl FnOnce(Arc<Writers>) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        tokio::spawn(work(self.writers.clone())).await.map_err(|_| Error::Closed)?
    }

    pub(crate) async fn apply(&self, change: Change) -> Result<()> {
        self.to_the_end(|writers| async move { writers.apply(&change).await }).await
    }

    pub(crate) async fn claim(&self, now: i64, lease_ms: i64, most: usize) -> Result<Vec<Row>> {
        let sql = format!(
            "WITH mine AS (
                SELECT seq FROM resource
                WHERE due <= $1 AND (lease <= $1 OR lease > $1 + $2 + $2)
                ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED)
             UPDATE resource r SET lease = $1 + $2, tries = r.tries + 1, holder = $4
             FROM mine WHERE r.seq = mine.seq RETURNING {COLUMNS}"
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let found = self.writers.links.ask(&sql, &[&now, &lease_ms, &most, &self.server]).await?;
        let mut rows: Vec<Row> = found.iter().map(row).collect();
        rows.sort_by_key(|row| (row.due, row.seq));
        Ok(rows)
    }

    pub(crate) async fn settle(&self, row: &Row, outcome: &Outcome) -> Result<bool> {
        let (row, outcome) = (row.clone(), outcome.clone());
        self.to_the_end(|writers| async move { writers.settle(&row, &outcome).await }).await
    }

    pub(crate) async fn next_due(&self) -> Result<Option<i64>> {
        // Only rows that are held, at most as many as engines hold, come before the first free one.
        let sql = "SELECT min(greatest(due, lease)) FROM resource
            WHERE due IS NOT NULL AND due <= coalesce(
                (SELECT due FROM resource WHERE due IS NOT NULL AND lease = 0 ORDER BY due LIMIT 1),
                9223372036854775807)";
        Ok(self.readers.read(sql, &[]).await?[0].get(0))
    }

    pub(crate) async fn stuck(&self, tries: i64, most: i64) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM resource r
             WHERE error IS NOT NULL AND (due IS NULL OR tries >= $1) ORDER BY seq LIMIT $2"
        );
        Ok(self.readers.read(&sql, &[&tries, &most]).await?.iter().map(row).collect())
    }

    pub(crate) async fn newest(&self) -> Result<i64> {
        let sql = "SELECT created FROM resource ORDER BY seq DESC LIMIT 1";
        Ok(self.readers.read(sql, &[]).await?.first().map_or(0, |r| r.get(0)))
    }

    pub(crate) async fn world_get(&self, kind: &str, id: Uuid) -> Result<Option<String>> {
        let sql = "SELECT state FROM world WHERE kind = $1 AND id = $2";
        Ok(self.readers.read(sql, &[&kind, &id]).await?.first().map(|r| r.get(0)))
    }

    pub(crate) async fn world_put(&self, kind: &str, id: Uuid, state: String) -> Result<()> {
        let sql = "INSERT INTO world (kind, id, state) SELECT $1, $2, $3
            WHERE $4::uuid IS NULL OR EXISTS (
                SELECT FROM resource, epoch WHERE id = $4 AND lease = $5 AND number = $6)
            ON CONFLICT (kind, id) DO UPDATE SET state = $3 RETURNING 1";
        let claim = claim::current();
        let (owner, lease, epoch) =
            (claim.map(|c| c.id), claim.map(|c| c.lease), claim.map(|c| c.epoch));
        let given: [&(dyn ToSql + Sync); 6] = [&kind, &id, &state, &owner, &lease, &epoch];
        let written = self.writers.links.ask(sql, &given).await?;
        match owner.filter(|_| written.is_empty()) {
            Some(gone) => Err(Error::Gone(gone)),
            None => Ok(()),
        }
    }

    pub(crate) async fn world_remove(&self, kind: &str, id: Uuid) -> Result<()> {
        let sql = "WITH held AS (SELECT $3::uuid IS NULL OR EXISTS (
                SELECT FROM resource, epoch WHERE id = $3 AND lease = $4 AND number = $5) AS holds),
            gone AS (DELETE FROM world WHERE kind = $1 AND id = $2 AND (SELECT holds FROM held))
            SELECT holds FROM held";
        let claim = claim::current();
        let (owner, lease, epoch) =
            (claim.map(|c| c.id), claim.map(|c| c.lease), claim.map(|c| c.epoch));
        let given: [&(dyn ToSql + Sync); 5] = [&kind, &id, &owner, &lease, &epoch];
        let holds: bool = self.writers.links.ask(sql, &given).await?[0].get(0);
        match owner.filter(|_| !holds) {
            Some(gone) => Err(Error::Gone(gone)),
            None => Ok(()),
        }
    }

    pub(crate) async fn reset(&self, keep: &[Row]) -> Result<()> {
        let (ids, versions): (Vec<Uuid>, Vec<i64>) =
            keep.iter().map(|row| (row.id, row.version)).unzip();
        let mut result = Ok(());
        for _ in 0..TRIES {
            let asked =
                self.writers.links.ask("SELECT reset_epoch($1, $2)", &[&ids, &versions]).await;
            let begun = |rows: Vec<tokio_postgres::Row>| self.writers.begun(rows[0].get(0));
            result = asked.map(begun).map_err(meaning);
            if !matches!(result, Err(Error::Stale(_))) {
                break; // otherwise it met a reader in a circle, or what is to stay has changed
            }
        }
        result
    }
}

impl Writers {
    fn wake(&self) {
        self.woken.notify_one();
        self.told.notify_one();
    }

    /// Takes note of the epoch that there is now.
    fn begun(&self, epoch: i64) {
        self.epoch.fetch_max(epoch, SeqCst);
    }

    async fn apply(&self, change: &Change) -> Result<()> {
        let epoch = change.claim.map_or(change.epoch, |claim| claim.epoch);
        let given: [&(dyn ToSql + Sync); 2] = [&epoch, &arguments(change)];
        let written = self.links.ask("SELECT change($1, $2)", &given).await.map_err(meaning);
        if let Err(Error::Stale(hot)) = &written
            && let Some(epoch) = hot.to_string().strip_prefix("epoch ")
        {
            self.begun(epoch.parse().unwrap_or_default());
        }
        written?;
        if change.wakes() {
            self.wake();
        }
        Ok(())
    }

    async fn settle(&self, row: &Row, outcome: &Outcome) -> Result<bool> {
        let observed = row.seen();
        let mut result = Ok(false);
        for _ in 0..TRIES {
            let found = if *outcome == Outcome::Gone {
                let given: [&(dyn ToSql + Sync); 5] =
                    [&row.epoch(), &row.id, &row.version, &row.lease, &observed];
                self.links.ask("SELECT forget($1, $2, $3, $4, $5)", &given).await
            } else {
                let (due, tries, error) = outcome.leaves(row);
                let sql = "UPDATE resource SET observed = $4, lease = 0,
                        due = CASE WHEN version = $2 THEN $5 ELSE due END,
                        tries = CASE WHEN version = $2 THEN $6 ELSE tries END,
                        error = CASE WHEN version = $2 THEN $7 ELSE error END,
                        class = CASE WHEN version = $2 THEN $8 ELSE class END,
                        amount = CASE WHEN version = $2 THEN $9 ELSE amount END,
                        since = CASE WHEN version = $2 THEN $10 ELSE since END,
                        owed = CASE WHEN version = $2 THEN $11 ELSE owed END
                    WHERE id = $1 AND lease = $3 AND lease <> 0
                        AND $12 = (SELECT number FROM epoch) RETURNING due IS NOT NULL";
                let (id, version, lease) = (&row.id, &row.version, &row.lease);
                let (class, amount, since, owed) = columns(row.adds());
                let epoch = row.epoch();
                let given: [&(dyn ToSql + Sync); 12] = [
                    id, version, lease, &observed, &due, &tries, &error, &class, &amount, &since,
                    &owed, &epoch,
                ];
                self.links.ask(sql, &given).await
            };
            match found.map_err(meaning) {
                Err(e @ Error::Stale(_)) => result = Err(e), // it was changed just now
                Err(e) => return Err(e),
                Ok(rows) => {
                    let due = rows.first().and_then(|r| r.get::<_, Option<bool>>(0));
                    if due == Some(true) {
                        self.wake();
                    }
                    return Ok(due.is_some());
                }
            }
        }
        result
    }
}

#[cfg(any(test, feature = "testing"))]
impl Postgres {
    pub(crate) async fn count(&self, sql: &str) -> Result<i64> {
        Ok(self.readers.read(sql, &[]).await?[0].get(0))
    }

    pub(crate) async fn run(&self, sql: &str) -> Result<()> {
        self.writers.links.ask(sql, &[]).await.map(drop)
    }
}

/// What an error of the database means to the caller.
fn meaning(error: Error) -> Error {
    let Error::Postgres(cause) = &error else { return error };
    let Some(found) = cause.as_db_error() else { return error };
    let text = || found.message().to_owned();
    match found.code().code() {
        "KE001" => Error::Stale(Hot::named(found.message())),
        "KE002" => text().parse().map_or(error, Error::Deleting),
        "KE003" => Error::Inconsistent(text()),
        "KE004" => text().parse().map_or(error, Error::Gone),
        _ => match (found.code(), found.constraint()) {
            (_, Some("entry_pkey")) => Error::Inconsistent(text()),
            (&SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE, _)
            | (&SqlState::UNIQUE_VIOLATION, _) => Error::Stale(Hot::named("the database")),
            _ => error,
        },
    }
}

/// What went wrong, in one line, with its causes.
pub(crate) fn text(error: &tokio_postgres::Error) -> String {
    if let Some(found) = error.as_db_error() {
        return format!("{} ({})", found.message(), found.code().code());
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        if !text.contains(&next.to_string()) {
            text = format!("{text}: {next}");
        }
        cause = next.source();
    }
    text
}

fn row(r: &tokio_postgres::Row) -> Row {
    Row {
        id: r.get(0),
        seq: r.get(1),
        account: r.get(2),
        kind: r.get::<_, String>(3).into(),
        version: r.get(4),
        deleting: r.get(5),
        created: r.get(6),
        due: r.get(7),
        lease: r.get(8),
        tries: r.get(9),
        error: r.get(10),
        desired: r.get(11),
        observed: r.get(12),
        tally: r.get::<_, Option<String>>(13).map(|class| {
            let (amount, since, owed) = (r.get(14), r.get(15), r.get(16));
            Tally { class, amount, since, owed }
        }),
        stamp: r.get(17),
    }
}

const MARK: &str = "r.id, r.seq, r.stamp + ((SELECT number FROM epoch) << 32)";

fn mark(r: &tokio_postgres::Row) -> Mark {
    Mark { id: r.get(0), seq: r.get(1), stamp: r.get(2) }
}

/// Counts are never negative.
fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
