//! A reset while everybody works: one moment, after which nothing of before is left or written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use serde_json::json;
use store::testing;
use testkit::{KEY, World};
use tokio::task::JoinSet;

use crate::common::servers::two_servers;
use crate::common::stores::both;

/// Each counts what a reset must not leave.
const LEFT: [(&str, &str); 3] = [
    (
        "addresses of nobody",
        "SELECT count(*) FROM taken t WHERE scope IN ('ipv4', 'ipv6')
         AND NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = t.owner)",
    ),
    (
        "things in the world without a row",
        "SELECT count(*) FROM world w WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = w.id)",
    ),
    (
        "rows of no account",
        "SELECT count(*) FROM resource r WHERE kind NOT IN ('account')
         AND NOT EXISTS (SELECT 1 FROM resource a WHERE a.seq = r.account)",
    ),
];

/// Creates until it is told to stop, and counts. Nobody is ever told that the key is unknown, whichever
/// server it is that resets.
async fn create(world: Arc<World>, stop: Arc<AtomicBool>, made: Arc<AtomicUsize>) {
    while !stop.load(SeqCst) {
        let body =
            json!({ "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "enable_ipv6": true });
        let (status, text) = world.raw("POST", "/v2/instances", &body.to_string()).await;
        // 503 says that it is to be sent again.
        let again = status == 503 && text.contains("nothing was done");
        assert!(status == 202 || again, "{status} {text}");
        made.fetch_add(usize::from(status == 202), SeqCst);
    }
}

async fn work(world: Arc<World>, stop: Arc<AtomicBool>) {
    while !stop.load(SeqCst) {
        world.engine.drain().await;
        world.clock.set(world.clock.now() + 2);
        tokio::task::yield_now().await;
    }
}

/// Resets at the first of these servers, while all of them work.
async fn resets(worlds: &[Arc<World>]) {
    let (stop, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for world in worlds {
        for _ in 0..6 {
            tasks.spawn(create(world.clone(), stop.clone(), made.clone()));
        }
        tasks.spawn(work(world.clone(), stop.clone()));
    }
    for round in 1..=8 {
        while made.load(SeqCst) < 20 * round {
            tokio::task::yield_now().await;
        }
        worlds[0].control.reset(KEY).await.unwrap();
    }
    stop.store(true, SeqCst);
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let store = &worlds[0].store;
    for (what, sql) in LEFT {
        assert_eq!(testing::count(store, sql).await.unwrap(), 0, "{what}");
    }
    testing::check(store).await;
    worlds[0].settle().await;
    worlds[0].advance(Duration::from_secs(1)).await;
    let (status, text) = worlds[0].raw("GET", "/v2/instances", "").await;
    assert_eq!(status, 200, "{text}");
    assert!(!text.contains("\"pending\""), "what is there lives on: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_under_load_is_one_moment() {
    let (worlds, _directory) = both().await;
    for world in worlds {
        resets(&[world]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_one_moment_for_another_server_too() {
    let Some(worlds) = two_servers().await else { return };
    resets(&worlds).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_at_once_refuse_nobody() {
    let Some(worlds) = two_servers().await else { return };
    let mut tasks = JoinSet::new();
    for world in &worlds {
        for _ in 0..3 {
            let (resets, asks) = (world.clone(), world.clone());
            tasks.spawn(async move { resets.control.reset(KEY).await.unwrap() });
            tasks.spawn(async move {
                for _ in 0..20 {
                    let (status, text) = asks.raw("GET", "/v2/account", "").await;
                    assert_eq!(status, 200, "{text}");
                }
            });
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    testing::check(&worlds[0].store).await;
}
