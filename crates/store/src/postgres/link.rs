//! Connections to PostgreSQL: shared, pipelined, with prepared statements; made anew when they die.
//!
//! Each call is one statement and thereby one transaction, so that many can be under way on one
//! connection. Nothing here may begin a transaction that outlives a statement.
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Row, Statement};

use crate::{Error, Result};

/// What all connections are told. Every question is a lookup by an index; without statistics, as in
/// a young database, the planner would not believe it.
const SESSION: &str = "SET search_path = kettle; SET enable_seqscan = off;
    SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;";

/// The channel on which servers tell each other that a row has become due.
const CHANNEL: &str = "kettle_due";

/// A server that is there holds an advisory lock: this number, and its own.
const PRESENT: i32 = 0x6b65_7474;

/// How often to look for servers that have gone. One that only lost its connection is back in time.
const LOOK: Duration = Duration::from_secs(2);

/// How often the log is told that there is no connection to listen to.
const WORD: Duration = Duration::from_secs(60);

/// How long to wait before the listener connects again.
const PAUSE: Duration = Duration::from_secs(1);

/// One connection, and what has been prepared on it.
pub(crate) struct Link {
    client: Client,
    statements: Mutex<BTreeMap<String, Statement>>,
}

impl Link {
    async fn open(config: &Config) -> Result<Self> {
        let (client, connection) = config.connect(NoTls).await.map_err(Error::Unreachable)?;
        tokio::spawn(async move {
            if let Err(e) = connection.await {
                tracing::warn!(error = %e, "a connection to PostgreSQL has ended");
            }
        });
        client.batch_execute(SESSION).await.map_err(Error::Unreachable)?;
        Ok(Self { client, statements: Mutex::default() })
    }

    /// The rows that `sql` answers.
    pub(crate) async fn ask(&self, sql: &str, given: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let known = || self.statements.lock().unwrap_or_else(PoisonError::into_inner);
        let prepared = known().get(sql).cloned();
        let statement = match prepared {
            Some(statement) => statement,
            None => {
                let statement = rarely(self.client.prepare(sql)).await.map_err(unwritten)?;
                known().insert(sql.to_owned(), statement.clone());
                statement
            }
        };
        let answer = self.client.query(&statement, given).await;
        if answer.as_ref().is_err_and(|error| error.code().is_some()) {
            // PostgreSQL tells of a refusal before it lets go of what was locked for it, and others
            // pass over locked rows. What is asked next on the same connection comes after that;
            // where it is lost meanwhile, nothing is locked either.
            let _ = rarely(self.client.batch_execute("")).await;
        }
        Ok(answer?)
    }
}

/// A few connections that take turns.
pub(crate) struct Links {
    config: Config,
    slots: Vec<tokio::sync::Mutex<Option<Arc<Link>>>>,
    next: AtomicUsize,
}

impl Links {
    pub(crate) fn new(config: &Config, count: usize) -> Self {
        let slots = (0..count).map(|_| tokio::sync::Mutex::default()).collect();
        Self { config: config.clone(), slots, next: AtomicUsize::new(0) }
    }

    /// What connects to the same database.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The rows that `sql` answers, on the connection whose turn it is.
    pub(crate) async fn ask(&self, sql: &str, given: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        self.link().await?.ask(sql, given).await
    }

    /// The same, where `sql` writes nothing: a connection that is lost leaves no doubt.
    pub(crate) async fn read(&self, sql: &str, given: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let mut found = self.ask(sql, given).await;
        // It met a restoration in a circle, which locks all tables: that ends, and then it is read.
        if found.as_ref().is_err_and(is_circle) {
            found = self.ask(sql, given).await;
        }
        found.map_err(|error| match error {
            Error::Postgres(cause) => unwritten(cause),
            other => other,
        })
    }

    async fn link(&self) -> Result<Arc<Link>> {
        let mut slot = self.slots[self.next.fetch_add(1, Relaxed) % self.slots.len()].lock().await;
        match &*slot {
            Some(link) if !link.client.is_closed() => Ok(link.clone()),
            _ => {
                let link = Arc::new(rarely(Link::open(&self.config)).await?);
                *slot = Some(link.clone());
                Ok(link)
            }
        }
    }
}

/// What is done seldom and is large, so that it is not compiled into each question.
fn rarely<'a, T>(
    work: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(work)
}

/// Whether a statement was ended because it and others waited for each other.
fn is_circle(error: &Error) -> bool {
    let Error::Postgres(cause) = error else { return false };
    cause.code() == Some(&tokio_postgres::error::SqlState::T_R_DEADLOCK_DETECTED)
}

/// What an error means where nothing can have been written.
fn unwritten(error: tokio_postgres::Error) -> Error {
    let is_lost = match error.code() {
        // It stops, has crashed, or is starting.
        Some(code) => matches!(code.code(), "57P01" | "57P02" | "57P03"),
        None => {
            let cause = std::error::Error::source(&error);
            error.is_closed() || cause.is_some_and(|cause| cause.is::<std::io::Error>())
        }
    };
    if is_lost { Error::Unreachable(error) } else { Error::Postgres(error) }
}

/// Tells other servers of rows that have become due here (`told`), and the engine of theirs
/// (`woken`), until it is aborted. What goes by while there is no connection is made good by one
/// wake when there is one again. Its session says that this server is there, and it frees what
/// servers hold that are not.
pub(crate) async fn listen(config: Config, server: i32, told: Arc<Notify>, woken: Arc<Notify>) {
    let mut said: Option<Instant> = None;
    loop {
        let ended = relay(&config, server, &told, &woken).await;
        if let Err(e) = ended
            && said.is_none_or(|said| said.elapsed() >= WORD)
        {
            tracing::warn!(error = %e, "not listening to PostgreSQL; trying again");
            said = Some(Instant::now());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn relay(config: &Config, server: i32, told: &Notify, woken: &Notify) -> Result<()> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let own = AtomicUsize::new(0);
    let hear = async {
        while let Some(message) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(from) = message?
                && from.process_id() as usize != own.load(Relaxed)
            {
                woken.notify_one();
            }
        }
        Ok(())
    };
    let tell = async {
        // A lost word costs nothing, so nobody waits for the disk.
        let sql = format!("SET synchronous_commit = off; LISTEN {CHANNEL}; {SESSION}");
        client.batch_execute(&sql).await?;
        client.execute("SELECT pg_advisory_lock_shared($1, $2)", &[&PRESENT, &server]).await?;
        let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await?.get(0);
        own.store(pid as usize, Relaxed);
        woken.notify_one();
        let (mut missing, mut looks) = (BTreeSet::new(), tokio::time::interval(LOOK));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = told.notified() => client.batch_execute(&format!("NOTIFY {CHANNEL}")).await?,
                _ = looks.tick() => missing = free(&client, &missing, woken).await?,
            }
        }
    };
    tokio::select! { end = hear => end, end = tell => end }
}

/// Frees what servers hold that were missing the last time and still are; tells who is missing now.
async fn free(client: &Client, before: &BTreeSet<i32>, woken: &Notify) -> Result<BTreeSet<i32>> {
    let sql = "SELECT DISTINCT holder FROM resource WHERE lease <> 0 AND NOT EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
            AND classid = $1::integer::oid AND objid = holder::oid
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";
    let found = client.query(sql, &[&PRESENT]).await?;
    let missing: BTreeSet<i32> = found.iter().map(|row| row.get(0)).collect();
    let gone: Vec<i32> = missing.intersection(before).copied().collect();
    if !gone.is_empty() {
        let sql = "UPDATE resource SET lease = 0 WHERE lease <> 0 AND holder = ANY ($1)";
        let freed = client.execute(sql, &[&gone]).await?;
        tracing::info!(rows = freed, "a server has gone; what it held is free");
        woken.notify_one();
    }
    Ok(missing)
}
