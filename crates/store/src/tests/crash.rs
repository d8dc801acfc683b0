//! What a crash, a refused statement and a second server must not do.
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use rusqlite::Connection;
use tokio::task::JoinSet;

use super::*;
use crate::Backend;
use crate::sqlite::Sqlite;

pub(super) fn sqlite(store: &Store) -> &Sqlite {
    match &*store.backend {
        Backend::Sqlite(sqlite) => sqlite,
        Backend::Postgres(_) => panic!("not SQLite"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_harms_no_neighbour() {
    let fresh = file().await.unwrap();
    let store = &fresh.store;
    for refused in [false, true] {
        // The writer is held until all are queued, so that they share a batch.
        let ((held, go), (started, running), blocked) = (channel(), channel(), store.clone());
        let hold = move |_: &Connection| {
            let _ = (started.send(()), go.recv() as Result<(), _>);
            Ok(())
        };
        let holding =
            tokio::spawn(async move { sqlite(&blocked).writer().write(hold, |()| ()).await });
        running.recv().unwrap();
        let before = size(store).await;
        let mut tasks = JoinSet::new();
        for n in 0..20 {
            let (store, name) = (store.clone(), facet("name", &format!("wanted {refused}")));
            tasks.spawn(async move {
                let (mut tx, new) = (store.begin(), row());
                let is = if n < 2 { vec![name.clone()] } else { vec![] };
                let was = if n == 3 && refused { vec![name.clone()] } else { vec![] };
                match n {
                    0 | 1 => assert_eq!(tx.total(1, "key", name).await.unwrap(), 0),
                    2 => tx.put(Row { version: 5, ..row() }, vec![], vec![]), // is not there
                    _ => {}
                }
                tx.put(new, was, is);
                (n, tx.commit().await)
            });
        }
        while sqlite(store).writer().waiting() < 20 {
            tokio::task::yield_now().await;
        }
        drop(held);
        let mut failed = tasks.join_all().await;
        holding.await.unwrap().unwrap();
        failed.retain(|(_, outcome)| outcome.is_err());
        failed.sort_by_key(|(n, _)| *n);
        assert!(matches!(failed[..2], [(0 | 1, Err(Error::Stale(_))), (2, Err(Error::Stale(_)))]));
        assert_eq!(matches!(failed[2..], [(3, Err(Error::Inconsistent(_)))]), refused);
        let stored = size(store).await[0] - before[0];
        assert_eq!(stored, 20 - failed.len() as i64);
        testing::check(store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_refuses_fails_alone() {
    let fresh = file().await.unwrap();
    let taken = create(&fresh.store, row(), &[]).await.unwrap().id;
    let twice = move |db: &Connection| {
        db.execute("INSERT INTO world (kind, id, state) VALUES ('disk', x'', '')", [])?;
        db.execute("UPDATE resource SET account = 'a word' WHERE id = ?", [taken.as_bytes()])?;
        Ok(())
    };
    let before = size(&fresh.store).await;
    let refused = sqlite(&fresh.store).writer().write(twice, |()| ()).await;
    assert!(matches!(refused, Err(Error::Sqlite(_))), "{refused:?}");
    assert_eq!(size(&fresh.store).await, before);
    create(&fresh.store, row(), &[]).await.unwrap(); // and it goes on
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_is_told_until_there_is_room() {
    let fresh = file().await.unwrap();
    let room = async |pages: u32| {
        let limit = move |db: &Connection| Ok(db.pragma_update(None, "max_page_count", pages)?);
        sqlite(&fresh.store).writer().write(limit, |()| ()).await.unwrap();
    };
    room(1).await; // what it has, and no more
    fresh.store.check().await.unwrap();
    let id = Uuid::from_u128(1);
    let refused = fresh.store.world_put("disk", id, "x".repeat(1 << 20)).await.unwrap_err();
    assert_eq!(refused.unavailable(), Some("the disk is full"), "{refused}");
    for _ in 0..2 {
        // Nothing is written, which needs no room and says nothing of it.
        fresh.store.world_remove("disk", id).await.unwrap();
        let told = fresh.store.check().await.unwrap_err();
        assert_eq!(told.unavailable(), Some("the disk is full"), "{told}");
    }
    room(1 << 20).await;
    fresh.store.check().await.unwrap();
    fresh.store.world_put("disk", id, "x".repeat(1 << 20)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_takes_no_more_writes_says_so() {
    let fresh = file().await.unwrap();
    fresh.store.check().await.unwrap();
    // As if the disk had failed.
    let broken = |_: &Connection| -> Result<()> {
        Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(10), None).into())
    };
    let refused = sqlite(&fresh.store).writer().write(broken, |()| ()).await;
    assert!(matches!(refused, Err(Error::Closed)), "{refused:?}");
    while fresh.store.check().await.is_ok() {
        tokio::task::yield_now().await; // the writer is about to end
    }
    assert!(matches!(fresh.store.check().await, Err(Error::Closed)));
    assert!(size(&fresh.store).await[0] == 0, "reads go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::File(directory.path().join("made").join("db"));
    let store = Store::open(&location).await.unwrap();
    let refused = Store::open(&location).await.unwrap_err();
    assert!(matches!(refused, Error::AlreadyOpen(_)));
    assert!(refused.to_string().starts_with("another server has this data directory open"));
    let id = create(&store, row(), &[facet("a", "b")]).await.unwrap().id;
    drop(store);
    let store = Store::open(&location).await.unwrap();
    assert!(store.get(id).await.unwrap().is_some(), "it is kept");
    testing::check(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_server_held_is_free_when_its_file_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::File(directory.path().join("db"));
    let store = Store::open(&location).await.unwrap();
    let id = create(&store, Row { due: Some(1), ..row() }, &[]).await.unwrap().id;
    assert_eq!(store.claim(1, 1000, 1).await.unwrap().len(), 1);
    drop(store);
    let store = Store::open(&location).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(1));
    let claimed = store.claim(2, 1000, 1).await.unwrap();
    assert_eq!((claimed[0].id, claimed[0].tries), (id, 2));
}

#[tokio::test]
async fn data_of_a_later_release_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let refused = Store::open(&Location::File(path)).await.unwrap_err();
    assert!(matches!(refused, Error::Newer { found: 99, .. }), "{refused}");
}

/// Not a test by itself: the process that the next ones kill.
#[tokio::test(flavor = "multi_thread")]
async fn writes_until_killed() {
    let Ok(place) = std::env::var("STORE_TO_KILL") else { return };
    let location = match place.strip_prefix("file:") {
        Some(path) => Location::File(path.into()),
        None => Location::Postgres(place),
    };
    let store = Store::open(&location).await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            loop {
                let (mut tx, new) = (store.begin(), row());
                let id = new.id;
                tx.put(new, vec![], vec![facet("name", &format!("n{n}"))]);
                tx.take("name", id.to_string(), id);
                tx.commit().await.unwrap();
                println!("done {id}");
            }
        });
    }
    tasks.join_all().await;
}

/// Kills a process that writes, again and again: all that it said was done is there.
async fn kill_and_check(place: &str, location: &Location) {
    let mut done: Vec<Uuid> = Vec::new();
    for round in 0..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::crash::writes_until_killed", "--nocapture"])
            .env("STORE_TO_KILL", place)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut ids = lines.filter_map(|l| l.split_once("done ")?.1.parse::<Uuid>().ok());
        let before = done.len();
        done.extend(ids.by_ref().take(100 + 37 * round));
        assert_eq!(done.len() - before, 100 + 37 * round, "it ended by itself");
        if let Location::File(_) = location {
            let refused = Store::open(location).await;
            assert!(matches!(refused, Err(Error::AlreadyOpen(_))), "another process has it open");
        }
        child.kill().unwrap();
        done.extend(ids);
        child.wait().unwrap();
        let store = Store::open(location).await.unwrap();
        for id in &done {
            assert!(store.get(*id).await.unwrap().is_some());
            assert_eq!(store.taken("name", &id.to_string()).await.unwrap(), Some(*id));
        }
        let stored = store.total(1, "key", &all()).await.unwrap();
        assert!(stored as usize >= done.len());
        testing::check(&store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_mid_batch_loses_nothing_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    kill_and_check(&format!("file:{}", path.display()), &Location::File(path)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_nothing_that_postgres_has_acknowledged() {
    let Some(url) = testing::postgres().await else { return };
    kill_and_check(&url, &Location::Postgres(url.clone())).await;
}
