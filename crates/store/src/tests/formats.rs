//! Data of older formats, and files that are no data.
use std::net::IpAddr;

use rusqlite::Connection;

use super::*;

/// What format 1 has of a row that stands in a list by a long value, and holds addresses.
const OLD: &str = "
    INSERT INTO resource (id, account, kind, created, desired, observed)
        VALUES ($ID, 1, 'key', 5, '\"old\"', '{}');
    INSERT INTO list (account, kind, field, value, total)
        VALUES (1, 'key', '', '', 1), (1, 'key', 'label', '$LONG', 1);
    INSERT INTO entry (list, seq) SELECT l.id, r.seq FROM list l CROSS JOIN resource r;
    INSERT INTO taken (scope, value, owner)
        VALUES ('ipv4', '198.18.0.2', $ID), ('ipv4', '198.18.0.3', $ID), ('name', '$LONG', $ID),
               ('domain', '17/a.example', $ID), ('ipv6', '2001:db8:1:2::', $ID), ('v1:subscription', '10000007', $ID),
               ('v1:subscription:number', 'back', $ID), ('v1:subscription', '10000008', $GONE);
    INSERT INTO world (kind, id, state)
        VALUES ('v1-password', $ID, '\"fir st\"'), ('v1-password', $GONE, '\"last\"');";

/// A thing without a row.
const GONE: Uuid = Uuid::from_u128(7);

fn old(id: &str, gone: &str) -> String {
    OLD.replace("$ID", id).replace("$GONE", gone).replace("$LONG", &long())
}

fn long() -> String {
    "l".repeat(300)
}

async fn is_brought_up(store: &Store, id: Uuid) {
    store.count_in(store.uncounted(0, 9).await.unwrap()).await.unwrap();
    testing::check(store).await;
    assert_eq!(store.get(id).await.unwrap().unwrap().desired, "\"old\"");
    assert_eq!(store.total(1, "key", &facet("label", &long())).await.unwrap(), 1);
    assert_eq!(store.taken("name", &long()).await.unwrap(), Some(id));
    let held = async |scope| store.held(scope, id).await.unwrap();
    assert_eq!(held("domain").await, ["a.example/17"], "the name first");
    assert_eq!(held("v1:password").await, [format!("{id} fir st")]);
    assert_eq!(held("v1:subscription").await, ["10000007"]);
    assert!(held("v1:subscription:number").await.is_empty());
    for scope in ["v1:password", "v1:subscription"] {
        assert!(store.held(scope, GONE).await.unwrap().is_empty(), "{scope} of what is gone");
    }
    assert_eq!(store.world_get("v1-password", id).await.unwrap(), None);
    let mut tx = store.begin();
    for (first, last, free) in [
        ("198.18.0.2", "198.18.0.9", "198.18.0.4"),
        ("2001:db8:1:2::", "2001:db8:1:9::", "2001:db8:1:3::"),
    ] {
        let range: (IpAddr, IpAddr) = (first.parse().unwrap(), last.parse().unwrap());
        let scope = if range.0.is_ipv4() { "ipv4" } else { "ipv6" };
        let found = tx.take_free(scope, &[range], id).await.unwrap();
        assert_eq!(found, Some(free.parse().unwrap()));
    }
    tx.commit().await.unwrap();
    testing::check(store).await;
}

#[tokio::test]
async fn a_file_of_format_1_is_brought_up() {
    let directory = tempfile::tempdir().unwrap();
    let (path, id) = (directory.path().join("db"), Uuid::now_v7());
    let db = Connection::open(&path).unwrap();
    db.execute_batch(include_str!("../sqlite/1.sql")).unwrap();
    db.execute_batch(&old(&format!("x'{}'", id.simple()), &format!("x'{}'", GONE.simple())))
        .unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    drop(db);
    is_brought_up(&Store::open(&Location::File(path)).await.unwrap(), id).await;
}

#[tokio::test]
async fn a_database_of_format_1_is_brought_up() {
    let Some(url) = testing::postgres().await else { return };
    let id = Uuid::now_v7();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let sql = format!(
        "CREATE SCHEMA kettle; SET search_path = kettle;
         CREATE TABLE format (version bigint NOT NULL); INSERT INTO format VALUES (1); {} {}",
        include_str!("../postgres/1.sql"),
        old(&format!("'{id}'"), &format!("'{GONE}'")),
    );
    client.batch_execute(&sql).await.unwrap();
    is_brought_up(&Store::open(&Location::Postgres(url)).await.unwrap(), id).await;
}

/// As a gateway's file has it: its things are the upstream's, so there are no rows.
const NO_ROWS: &str = "
    INSERT INTO taken (scope, value, owner) VALUES ('v1:subscription', '10000008', $GONE);
    INSERT INTO world (kind, id, state) VALUES ('v1-password', $GONE, '\"last\"');";

async fn has_all(store: &Store) {
    assert_eq!(store.held("v1:subscription", GONE).await.unwrap(), ["10000008"]);
    assert_eq!(store.held("v1:password", GONE).await.unwrap(), [format!("{GONE} last")]);
}

#[tokio::test]
async fn a_gateways_data_of_format_1_keeps_everything() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(include_str!("../sqlite/1.sql")).unwrap();
    db.execute_batch(&NO_ROWS.replace("$GONE", &format!("x'{}'", GONE.simple()))).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    drop(db);
    has_all(&Store::open(&Location::File(path)).await.unwrap()).await;
}

#[tokio::test]
async fn an_emptied_file_is_no_new_world() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let location = Location::File(path.clone());
    let store = Store::open(&location).await.unwrap();
    create(&store, row(), &[]).await.unwrap();
    drop(store);
    std::fs::File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    let refused = Store::open(&location).await.unwrap_err();
    assert!(matches!(refused, Error::Emptied(_)), "{refused}");
    assert!(refused.to_string().contains("what was in it is lost"), "{refused}");
    std::fs::remove_file(&path).unwrap();
    let store = Store::open(&location).await.unwrap();
    assert_eq!(store.total(1, "key", &all()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_first_start_that_was_killed_is_no_harm() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    std::fs::write(directory.path().join("db.new"), "half a databa").unwrap();
    let store = Store::open(&Location::File(path)).await.unwrap();
    create(&store, row(), &[]).await.unwrap();
}
