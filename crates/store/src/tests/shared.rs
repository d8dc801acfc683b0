//! PostgreSQL alone: several servers on one database, and connections that die.
use super::*;
use crate::Outcome;

async fn open(url: &str) -> Store {
    Store::open(&Location::Postgres(url.to_owned())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_together_make_one_schema() {
    let Some(url) = testing::postgres().await else { return };
    let (one, two, three) = tokio::join!(open(&url), open(&url), open(&url));
    let id = create(&one, row(), &[]).await.unwrap().id;
    change(&two, id, "1", None).await.unwrap();
    assert_eq!(three.get(id).await.unwrap().unwrap().desired, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_wakes_the_engine_of_another_server() {
    let Some(url) = testing::postgres().await else { return };
    let (one, two) = (open(&url).await, open(&url).await);
    two.woken().notified().await; // it listens from now on
    for round in 0..3 {
        create(&one, Row { due: Some(round), ..row() }, &[]).await.unwrap();
        two.woken().notified().await;
        let held = two.claim(round, 1000, 10).await.unwrap().pop().unwrap();
        assert_eq!(one.claim(round, 1000, 10).await.unwrap(), [], "the other has it");
        assert!(two.settle(&held, Outcome::Settled).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_dies_is_made_anew() {
    let Some(url) = testing::postgres().await else { return };
    let (store, other) = (open(&url).await, open(&url).await);
    let id = create(&store, row(), &[]).await.unwrap().id;
    for _ in 0..20 {
        store.get(id).await.unwrap(); // all connections are up
        change(&store, id, "0", None).await.unwrap();
    }
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND datname = current_database()";
    assert!(testing::count(&other, kill).await.unwrap() >= 12);
    // Whoever meets a dead connection first may be told so; nobody is told for long.
    let mut failures = 0;
    while let Err(e) = store.get(id).await {
        assert!(matches!(e, Error::Unreachable(_)), "{e}");
        failures += 1;
        assert!(failures < 100, "{e}");
    }
    while let Err(e) = change(&store, id, "1", None).await {
        assert!(matches!(e, Error::Postgres(_) | Error::Unreachable(_) | Error::Stale(_)), "{e}");
        failures += 1;
        assert!(failures < 100, "{e}");
    }
    assert_eq!(store.get(id).await.unwrap().unwrap().desired, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_holds_is_free_when_its_session_has_ended() {
    let Some(url) = testing::postgres().await else { return };
    let (one, two) = (open(&url).await, open(&url).await);
    for store in [&one, &two] {
        store.woken().notified().await; // its session is there
        create(store, Row { due: Some(1), ..row() }, &[]).await.unwrap();
    }
    let (gone, stays) =
        (one.claim(1, 1_000_000, 1).await.unwrap(), two.claim(1, 1_000_000, 1).await);
    drop(one);
    let claimed = loop {
        // The other looks by itself, now and then.
        two.woken().notified().await;
        if let Some(row) = two.claim(2, 1_000_000, 9).await.unwrap().pop() {
            break row;
        }
    };
    assert_eq!(claimed.id, gone[0].id);
    let held = &stays.unwrap()[0];
    assert_eq!(two.get(held.id).await.unwrap().unwrap().lease, held.lease, "this one is there");
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("host={} user=nobody", directory.path().display());
    let failed = Store::open(&Location::Postgres(url)).await.unwrap_err().to_string();
    assert!(failed.starts_with("PostgreSQL: error connecting to server: No such file"), "{failed}");
}
