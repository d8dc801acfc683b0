//! What rows add to sums, and reading several things in one go.
use rusqlite::Connection;
use tokio_postgres::NoTls;

use super::*;
use crate::{DAY_MS, Outcome, Sum, Tally};

/// An hour after the first day of 1970, in milliseconds.
const CREATED: i64 = 90_000_000;

fn tally(class: &str, amount: i64) -> Option<Tally> {
    Some(Tally { class: class.into(), amount, since: CREATED, owed: 0 })
}

fn sum(class: &str, day: Option<i64>, things: i64, amount: i64, seconds: i64) -> Sum {
    Sum { kind: "key".into(), class: class.into(), day, things, amount, seconds }
}

/// The sums of the account, those over all days first.
async fn sums(store: &Store, since: i64) -> Vec<Sum> {
    let mut sums = store.sums(1, since).await.unwrap();
    sums.sort_by(|a, b| (a.day, &a.class).cmp(&(b.day, &b.class)));
    sums
}

pub(super) async fn sums_follow_what_is_written(store: Store) {
    let new = |class, amount| Row { created: CREATED, tally: tally(class, amount), ..row() };
    let small = create(&store, new("small", 5), &[]).await.unwrap();
    create(&store, new("small", 2), &[]).await.unwrap();
    let long_ago = Tally { class: "small".into(), amount: 1, since: 0, owed: 0 };
    let older = Row { tally: Some(long_ago), due: Some(0), ..new("small", 1) };
    create(&store, older, &[]).await.unwrap();
    let others = Row { account: 2, ..new("small", 9) };
    create(&store, others, &[]).await.unwrap();
    let all = sum("small", None, 3, 8, 0);
    let days = [sum("small", Some(0), 1, 1, 0), sum("small", Some(1), 2, 7, 7 * 3600)];
    assert_eq!(sums(&store, 0).await, [all.clone(), days[0].clone(), days[1].clone()]);
    assert_eq!(sums(&store, 1).await, [all.clone(), days[1].clone()]);
    assert_eq!(sums(&store, 2).await, [all]);

    // By a change, by what became of a step, and by one that is to go.
    let mut tx = store.begin();
    tx.put(Row { tally: tally("large", 6), ..small.clone() }, vec![], vec![]);
    tx.commit().await.unwrap();
    let mut due = store.claim(0, 10, 1).await.unwrap().remove(0);
    due.tally = Some(Tally { since: 9 * DAY_MS + 5_000, owed: 3, ..tally("small", 4).unwrap() });
    assert!(store.settle(&due, Outcome::Settled).await.unwrap());
    assert_eq!(store.get(due.id).await.unwrap().unwrap().tally, due.tally);
    // It counts by the day since which it is so, however long it has been there.
    let large = sum("large", None, 1, 6, 0);
    let ninth = sum("small", Some(9), 1, 4, 20);
    assert_eq!(sums(&store, 9).await, [large, sum("small", None, 2, 6, 0), ninth.clone()]);
    let mut tx = store.begin();
    let row = tx.get(small.id).await.unwrap().unwrap();
    assert_eq!(row.tally, tally("large", 6));
    tx.put(Row { deleting: true, ..row }, vec![], vec![]);
    tx.commit().await.unwrap();
    assert_eq!(sums(&store, 9).await, [sum("small", None, 2, 6, 0), ninth]);
}

pub(super) async fn several_are_read_in_one_go(store: Store) {
    let (red, blue) = (facet("color", "red"), facet("color", "blue"));
    let one = create(&store, row(), std::slice::from_ref(&red)).await.unwrap();
    let two = create(&store, row(), std::slice::from_ref(&red)).await.unwrap();
    let mut found = store.get_many(&[two.id, Uuid::now_v7(), one.id]).await.unwrap();
    found.sort_by_key(|row| row.seq);
    assert_eq!(found, [one, two]);
    assert_eq!(store.get_many(&[]).await.unwrap(), []);
    let totals = store.totals(1, "key", &[blue, red.clone(), all()]).await.unwrap();
    assert_eq!(totals, [0, 2, 2]);
    assert_eq!(store.totals(2, "key", &[red]).await.unwrap(), [0]);
}

pub(super) async fn a_list_is_read_to_its_bound(store: Store) {
    let red = facet("color", "red");
    for _ in 0..3 {
        create(&store, row(), std::slice::from_ref(&red)).await.unwrap();
    }
    let mut tx = store.begin();
    assert_eq!(tx.list(1, "key", red.clone(), 3).await.unwrap().len(), 3);
    let longer = tx.list(1, "key", red.clone(), 2).await;
    assert!(matches!(longer, Err(Error::TooLong { most: 2, .. })), "{longer:?}");
    let (first, is_whole) = tx.some(1, "key", red.clone(), 2).await.unwrap();
    assert_eq!((first.len(), is_whole), (2, false));

    // What was read whole is relied on, and of the rest only what was read.
    for (most, stale_after) in [(3, true), (2, false)] {
        let (mut tx, new) = (store.begin(), row());
        tx.some(1, "key", red.clone(), most).await.unwrap();
        tx.put(new, vec![], vec![]);
        let other = create(&store, row(), std::slice::from_ref(&red)).await.unwrap();
        assert_eq!(stale(&tx.commit().await), stale_after);
        let mut tx = store.begin();
        tx.remove(other.clone(), vec![red.clone()]);
        tx.commit().await.unwrap();
    }
}

/// A row as the first format had it.
fn old_row(blob: &str) -> String {
    format!(
        "INSERT INTO resource (id, account, kind, created, desired, observed)
             VALUES ({blob}, 1, 'key', {CREATED}, '0', '{{}}');
         INSERT INTO list (account, kind, field, value, total) VALUES (1, 'key', '', '', 1);
         INSERT INTO entry SELECT list.id, seq FROM list, resource;"
    )
}

/// Says what rows add that were written before there were sums.
async fn count_once(store: &Store, id: Uuid) {
    assert_eq!(sums(store, 0).await, []);
    let mut rows = store.uncounted(0, 10).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
    assert_eq!(store.uncounted(rows[0].seq, 10).await.unwrap(), []);
    rows[0].tally = tally("small", 5);
    for _ in 0..2 {
        store.count_in(rows.clone()).await.unwrap();
        assert_eq!(store.uncounted(0, 10).await.unwrap(), []);
        let day = sum("small", Some(1), 1, 5, 5 * 3600);
        assert_eq!(sums(store, 0).await, [sum("small", None, 1, 5, 0), day]);
    }
    testing::check(store).await;
    change(store, id, "1", None).await.unwrap();
    testing::check(store).await;
}

#[tokio::test]
async fn rows_of_the_first_format_are_counted_once_in_a_file() {
    let (directory, id) = (tempfile::tempdir().unwrap(), Uuid::now_v7());
    let path = directory.path().join("db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(include_str!("../sqlite/1.sql")).unwrap();
    db.execute_batch(&old_row(&format!("x'{}'", id.simple()))).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    drop(db);
    count_once(&Store::open(&Location::File(path)).await.unwrap(), id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_first_format_are_counted_once_in_postgresql() {
    let Some(url) = testing::postgres().await else { return };
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let id = Uuid::now_v7();
    let format = "CREATE SCHEMA kettle; SET search_path = kettle;
        CREATE TABLE format (version bigint NOT NULL); INSERT INTO format VALUES (1);";
    client.batch_execute(format).await.unwrap();
    client.batch_execute(include_str!("../postgres/1.sql")).await.unwrap();
    client.batch_execute(&old_row(&format!("'{id}'"))).await.unwrap();
    count_once(&Store::open(&Location::Postgres(url)).await.unwrap(), id).await;
}
