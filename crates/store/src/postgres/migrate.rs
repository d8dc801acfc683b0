//! Brings a database to this release's format.
use tokio_postgres::{Config, NoTls};

use crate::change::Name;
use crate::{Error, Result, key, pool};

/// Each brings the format from its place in this list to the next. Never change one: add one.
const MIGRATIONS: [&str; 7] = [
    include_str!("1.sql"),
    include_str!("2.sql"),
    include_str!("3.sql"),
    include_str!("4.sql"),
    include_str!("5.sql"),
    include_str!("6.sql"),
    include_str!("7.sql"),
];

/// Brings the database to this release's format; servers that start together take turns. Tells the
/// epoch that there is.
pub(super) async fn migrate(config: &Config) -> Result<i64> {
    let (mut client, connection) = config.connect(NoTls).await?;
    let connection = tokio::spawn(connection);
    let tx = client.transaction().await?;
    tx.batch_execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('kettle format', 0));
         CREATE SCHEMA IF NOT EXISTS kettle; SET LOCAL search_path = kettle;
         CREATE TABLE IF NOT EXISTS format (version bigint NOT NULL);",
    )
    .await?;
    let found: i64 =
        tx.query_one("SELECT coalesce(max(version), 0) FROM format", &[]).await?.get(0);
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(Error::Newer { found, known });
    }
    for (version, sql) in (1_i64..).zip(MIGRATIONS).skip(found as usize) {
        tx.batch_execute(sql).await?;
        if version == 2 {
            from_format_1(&tx).await?;
        }
        tx.execute("INSERT INTO format VALUES ($1)", &[&version]).await?;
    }
    let epoch = tx.query_one("SELECT number FROM epoch", &[]).await?.get(0);
    tx.commit().await?;
    drop(client);
    let _ = connection.await; // it has said all it had to
    Ok(epoch)
}

/// Brings what format 1 has stored to format 2: long texts are known by their digests, and places
/// have their numbers and runs.
async fn from_format_1(tx: &tokio_postgres::Transaction<'_>) -> Result<()> {
    let (mut places, mut placed) = (Vec::new(), Vec::new());
    for row in tx.query("SELECT scope, value FROM taken", &[]).await? {
        let (scope, value): Name = (row.get(0), row.get(1));
        let key = key::key(&value);
        if *key != *value {
            let sql = "UPDATE taken SET value = $1 WHERE scope = $2 AND value = $3";
            tx.execute(sql, &[&key, &scope, &value]).await?;
        }
        if let Some(place) = pool::place(&value) {
            places.push((scope.clone(), place));
            placed.push((scope, value, place));
        }
    }
    let of = |n: fn(&(String, String, i64)) -> &str| placed.iter().map(n).collect::<Vec<_>>();
    let numbers: Vec<i64> = placed.iter().map(|(_, _, place)| *place).collect();
    let sql = "UPDATE taken t SET place = x.place
        FROM unnest($1::text[], $2::text[], $3::bigint[]) AS x (scope, value, place)
        WHERE t.scope = x.scope AND t.value = x.value";
    tx.execute(sql, &[&of(|(scope, ..)| scope), &of(|(_, value, _)| value), &numbers]).await?;
    for (scope, first, last) in pool::runs(places) {
        let sql = "INSERT INTO run (scope, first, last) VALUES ($1, $2, $3)";
        tx.execute(sql, &[&scope, &first, &last]).await?;
    }
    let sql =
        "SELECT id, value FROM list WHERE octet_length(value) > 200 OR left(value, 1) = chr(1)";
    for row in tx.query(sql, &[]).await? {
        let (id, value): (i64, String) = (row.get(0), row.get(1));
        let key = key::key(&value);
        tx.execute("UPDATE list SET value = $1 WHERE id = $2", &[&key, &id]).await?;
    }
    Ok(())
}
