//! All of the database at once: copied into an image, and put back from one; and snapshots, which are
//! kept in it in pieces, so that all servers that share it have the same.
use std::io::Read;
use std::pin::pin;

use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use tokio::sync::mpsc;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, IsolationLevel, NoTls, Transaction};
use uuid::Uuid;

use super::{Postgres, TRIES, meaning};
use crate::image::{Image, seal};
use crate::sqlite;
use crate::{Error, Result, Saved};

/// How long the pieces are in which a snapshot is kept.
const PIECE: u64 = 1 << 20;

/// What a column holds: the same on both databases, which keep some of it otherwise.
#[derive(Clone, Copy)]
enum Is {
    Number,
    Text,
    Id,
    Bool,
}

use Is::{Bool, Id, Number, Text};

/// The columns of all tables, in the order that both databases are asked for them.
const TABLES: [(&str, &[(&str, Is)]); 8] = [
    (
        "resource",
        &[
            ("seq", Number),
            ("id", Id),
            ("account", Number),
            ("kind", Text),
            ("version", Number),
            ("deleting", Bool),
            ("created", Number),
            ("due", Number),
            ("lease", Number),
            ("tries", Number),
            ("error", Text),
            ("desired", Text),
            ("observed", Text),
            ("class", Text),
            ("amount", Number),
            ("stamp", Number),
            ("since", Number),
            ("owed", Number),
        ],
    ),
    (
        "list",
        &[
            ("id", Number),
            ("account", Number),
            ("kind", Text),
            ("field", Text),
            ("value", Text),
            ("total", Number),
        ],
    ),
    ("entry", &[("list", Number), ("seq", Number)]),
    ("taken", &[("scope", Text), ("value", Text), ("owner", Id), ("place", Number)]),
    ("run", &[("scope", Text), ("first", Number), ("last", Number)]),
    (
        "sums",
        &[
            ("account", Number),
            ("day", Number),
            ("kind", Text),
            ("class", Text),
            ("things", Number),
            ("amount", Number),
            ("seconds", Number),
        ],
    ),
    (
        "event",
        &[
            ("seq", Number),
            ("account", Number),
            ("at", Number),
            ("level", Text),
            ("topic", Text),
            ("subject", Text),
            ("told", Text),
        ],
    ),
    ("world", &[("kind", Text), ("id", Id), ("state", Text)]),
];

/// The names of some columns.
fn named(columns: &[(&str, Is)]) -> String {
    columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// All tables, as they are locked.
fn all() -> String {
    TABLES.map(|(table, _)| table).join(", ")
}

/// A connection of its own, for a transaction of several statements.
async fn connect(config: &Config) -> Result<Client> {
    let (client, connection) = config.connect(NoTls).await.map_err(Error::Unreachable)?;
    tokio::spawn(connection); // it ends with the client, and whoever waits for that is told what failed
    client.batch_execute("SET search_path = kettle").await.map_err(Error::Unreachable)?;
    Ok(client)
}

impl Postgres {
    /// A copy of one moment.
    pub(crate) async fn copy(&self, at: i64) -> Result<Image> {
        let mut client = connect(self.readers.config()).await?;
        let build = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead);
        let tx = build.read_only(true).start().await?;
        // Before anything is read: what is emptied meanwhile would be seen empty.
        tx.batch_execute(&format!("LOCK TABLE {}, epoch IN ACCESS SHARE MODE", all())).await?;
        let mut db = Connection::open_in_memory()?;
        sqlite::migrate(&db)?;
        db.execute_batch("BEGIN")?;
        for (table, columns) in TABLES {
            db = take(&tx, db, table, columns).await?;
        }
        let next = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM resource_seq_seq";
        let last: i64 = tx.query_one(next, &[]).await?.get(0);
        db.execute("DELETE FROM sqlite_sequence WHERE name = 'resource'", [])?;
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('resource', ?)", [last])?;
        let epoch: i64 = tx.query_one("SELECT number FROM epoch", &[]).await?.get(0);
        db.execute("UPDATE epoch SET number = ? WHERE id = 1", [epoch])?;
        db.execute_batch("COMMIT")?;
        seal(&db, at)?;
        Image::of(db)
    }

    /// Puts back what an image has, in one moment.
    pub(crate) async fn restore(&self, image: &Image) -> Result<()> {
        let mut result = Ok(());
        for _ in 0..TRIES {
            result = self.try_restore(image.open()?).await;
            if !matches!(result, Err(Error::Stale(_))) {
                break; // otherwise it met a reader in a circle
            }
        }
        result
    }

    async fn try_restore(&self, db: Connection) -> Result<()> {
        let last: i64 = db.query_row(
            "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'resource'), 0)",
            [],
            |r| r.get(0),
        )?;
        let mut client = connect(self.readers.config()).await?;
        let tx = client.transaction().await?;
        tx.batch_execute(&format!(
            "SELECT pg_advisory_xact_lock(hashtextextended('kettle reset', 0));
             LOCK TABLE {all}; ALTER TABLE resource DISABLE TRIGGER USER; TRUNCATE {all};",
            all = all()
        ))
        .await
        .map_err(|e| meaning(e.into()))?;
        // What reads the image must not be held while the database is waited for.
        let (send, mut rows) = mpsc::channel(4);
        let reading = tokio::task::spawn_blocking(move || read(&db, &send));
        for (table, columns) in TABLES {
            let sql = format!("COPY {table} ({}) FROM STDIN BINARY", named(columns));
            let types: Vec<Type> = columns.iter().map(|(_, is)| is.type_of()).collect();
            let mut writer = pin!(BinaryCopyInWriter::new(tx.copy_in(&sql).await?, &types));
            // An empty batch ends a table.
            while let Some(batch) = rows.recv().await.filter(|batch| !batch.is_empty()) {
                for row in &batch {
                    let given: Vec<&(dyn ToSql + Sync)> =
                        row.iter().map(|cell| &**cell as _).collect();
                    writer.as_mut().write(&given).await?;
                }
            }
            writer.as_mut().finish().await?;
        }
        reading.await.map_err(|_| Error::Closed)??;
        tx.query("SELECT after_restore($1)", &[&last]).await?;
        let begins = "UPDATE epoch SET number = number + 1 RETURNING number";
        let epoch: i64 = tx.query_one(begins, &[]).await?.get(0);
        tx.batch_execute("ALTER TABLE resource ENABLE TRIGGER USER").await?;
        tx.commit().await?;
        self.writers.begun(epoch);
        self.writers.wake();
        Ok(())
    }

    /// Keeps an image in the database, in place of what has its name where that is to be.
    pub(crate) async fn keep(&self, saved: &Saved, image: &Image, replaces: bool) -> Result<()> {
        let Saved { name, at, things, bytes } = saved;
        let (things, bytes) = (*things as i64, *bytes as i64);
        let mut client = connect(self.readers.config()).await?;
        let tx = client.transaction().await?;
        if replaces {
            forget(&tx, name).await?;
        }
        let sql = "INSERT INTO snapshot (name, at, things, bytes) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING";
        if tx.execute(sql, &[name, at, &things, &bytes]).await? == 0 {
            return Err(Error::SnapshotExists(name.clone()));
        }
        let mut left = image.read()?;
        for part in 0_i64.. {
            let mut data = Vec::new();
            let read = left.by_ref().take(PIECE).read_to_end(&mut data);
            read.map_err(|e| Error::NotAnImage(e.to_string()))?;
            if data.is_empty() {
                break;
            }
            let sql = "INSERT INTO snapshot_piece (name, part, data) VALUES ($1, $2, $3)";
            tx.execute(sql, &[name, &part, &data]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The snapshot of this name.
    pub(crate) async fn kept(&self, name: &str) -> Result<Option<Image>> {
        let mut client = connect(self.readers.config()).await?;
        let build = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead);
        let tx = build.read_only(true).start().await?;
        let found = tx.query_opt("SELECT bytes FROM snapshot WHERE name = $1", &[&name]).await?;
        let Some(found) = found else { return Ok(None) };
        let bytes: i64 = found.get(0);
        let mut all = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
        let sql = "SELECT data FROM snapshot_piece WHERE name = $1 AND part = $2";
        for part in 0_i64.. {
            let Some(piece) = tx.query_opt(sql, &[&name, &part]).await? else { break };
            all.extend_from_slice(piece.get(0));
        }
        Ok(Some(Image::bytes_of(all)))
    }

    /// The snapshots that there are.
    pub(crate) async fn saved(&self) -> Result<Vec<Saved>> {
        let sql = "SELECT name, at, things, bytes FROM snapshot ORDER BY name";
        let found = self.readers.read(sql, &[]).await?;
        let saved = |r: &tokio_postgres::Row| Saved {
            name: r.get(0),
            at: r.get(1),
            things: super::unsigned(r.get(2)),
            bytes: super::unsigned(r.get(3)),
        };
        Ok(found.iter().map(saved).collect())
    }

    /// Forgets a snapshot. False: there is none.
    pub(crate) async fn forget_kept(&self, name: &str) -> Result<bool> {
        let mut client = connect(self.readers.config()).await?;
        let tx = client.transaction().await?;
        let was_there = forget(&tx, name).await?;
        tx.commit().await?;
        Ok(was_there)
    }
}

async fn forget(tx: &Transaction<'_>, name: &str) -> Result<bool> {
    tx.execute("DELETE FROM snapshot_piece WHERE name = $1", &[&name]).await?;
    Ok(tx.execute("DELETE FROM snapshot WHERE name = $1", &[&name]).await? > 0)
}

/// How many rows are carried over at once.
const BATCH: usize = 1000;

/// Takes all of one table over into an image, which is handed back.
async fn take(
    tx: &Transaction<'_>,
    db: Connection,
    table: &str,
    columns: &[(&str, Is)],
) -> Result<Connection> {
    let (names, marks) = (named(columns), vec!["?"; columns.len()].join(", "));
    let write = format!("INSERT INTO {table} ({names}) VALUES ({marks})");
    let cursor = format!(
        "DECLARE copied CURSOR FOR SELECT {names} FROM {table} ORDER BY {}",
        order(columns)
    );
    tx.batch_execute(&cursor).await?;
    loop {
        let rows = tx.query(&format!("FETCH {BATCH} FROM copied"), &[]).await?;
        if rows.is_empty() {
            break;
        }
        let mut write = db.prepare_cached(&write)?;
        for row in rows {
            let cells = columns.iter().enumerate().map(|(at, (_, is))| match is {
                Number => row.get::<_, Option<i64>>(at).map_or(Cell::Null, Cell::Integer),
                Text => row.get::<_, Option<String>>(at).map_or(Cell::Null, Cell::Text),
                Bool => Cell::Integer(row.get::<_, bool>(at).into()),
                Id => Cell::Blob(row.get::<_, Uuid>(at).as_bytes().to_vec()),
            });
            write.execute(rusqlite::params_from_iter(cells))?;
        }
    }
    tx.batch_execute("CLOSE copied").await?;
    Ok(db)
}

type Given = Vec<Box<dyn ToSql + Sync + Send>>;

/// Reads all tables of an image, in batches; an empty one ends each.
fn read(db: &Connection, send: &mpsc::Sender<Vec<Given>>) -> Result<()> {
    for (table, columns) in TABLES {
        let sql = format!("SELECT {} FROM {table} ORDER BY {}", named(columns), order(columns));
        let mut find = db.prepare(&sql)?;
        let (mut rows, mut batch) = (find.query([])?, Vec::with_capacity(BATCH));
        while let Some(row) = rows.next()? {
            batch.push(given(row, columns)?);
            if batch.len() == BATCH && send.blocking_send(std::mem::take(&mut batch)).is_err() {
                return Ok(()); // nobody wants it any more
            }
        }
        if !batch.is_empty() {
            let _ = send.blocking_send(batch); // nobody wants it any more, maybe
        }
        let _ = send.blocking_send(Vec::new());
    }
    Ok(())
}

/// A row of an image as the database takes it.
fn given(row: &rusqlite::Row<'_>, columns: &[(&str, Is)]) -> Result<Given> {
    let cell = |(at, (name, is)): (usize, &(&str, Is))| -> Result<Box<dyn ToSql + Sync + Send>> {
        Ok(match is {
            // No row is held by anybody.
            Number if *name == "lease" => Box::new(0_i64),
            Number => Box::new(row.get::<_, Option<i64>>(at)?),
            Bool => Box::new(row.get::<_, bool>(at)?),
            Id => Box::new(Uuid::from_bytes(row.get(at)?)),
            Text => Box::new(row.get::<_, Option<String>>(at)?),
        })
    };
    columns.iter().enumerate().map(cell).collect()
}

/// In which order a table is read.
fn order(columns: &[(&str, Is)]) -> String {
    named(&columns[..columns.len().min(2)])
}

impl Is {
    fn type_of(self) -> Type {
        match self {
            Number => Type::INT8,
            Text => Type::TEXT,
            Bool => Type::BOOL,
            Id => Type::UUID,
        }
    }
}
