//! Restoring while everybody works, what is remembered of before, whose keys work, and worlds side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use serde_json::{Value, json};
use store::testing;
use testkit::{KEY, World};
use tokio::task::JoinSet;

use crate::common::servers::two_servers;
use crate::common::stores::both;

const INSTANCES: &str = "/v2/instances";

async fn create(world: &World, label: &str) -> (u16, String) {
    let body = json!({ "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": label });
    world.raw("POST", INSTANCES, &body.to_string()).await
}

async fn labels(world: &World) -> Vec<String> {
    let (status, body) = world.raw("GET", &format!("{INSTANCES}?per_page=500"), "").await;
    assert_eq!(status, 200, "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let all = body["instances"].as_array().unwrap().iter();
    all.map(|one| one["label"].as_str().unwrap().to_owned()).collect()
}

/// Creates until it is told to stop. Nobody is ever told that the key is unknown.
async fn make(world: Arc<World>, stop: Arc<AtomicBool>, made: Arc<AtomicUsize>) {
    while !stop.load(SeqCst) {
        let (status, text) = create(&world, "late").await;
        let again = status == 503 && text.contains("nothing was done");
        assert!(status == 202 || again, "{status} {text}");
        made.fetch_add(usize::from(status == 202), SeqCst);
    }
}

async fn work(world: Arc<World>, stop: Arc<AtomicBool>) {
    while !stop.load(SeqCst) {
        world.engine.drain().await;
        tokio::task::yield_now().await;
    }
}

/// Reads one page in one request: it is never part of one state and part of another.
async fn look(world: Arc<World>, stop: Arc<AtomicBool>) {
    while !stop.load(SeqCst) {
        let labels = labels(&world).await;
        let kept = labels.iter().filter(|label| *label == "kept").count();
        assert_eq!(kept, 3, "all that was kept is there at any moment: {labels:?}");
    }
}

/// Restores at the first of these servers, while all of them work.
async fn restores(worlds: &[Arc<World>]) {
    for _ in 0..3 {
        assert_eq!(create(&worlds[0], "kept").await.0, 202);
    }
    worlds[0].save("start").await;
    let (stop, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for world in worlds {
        for _ in 0..4 {
            tasks.spawn(make(world.clone(), stop.clone(), made.clone()));
        }
        tasks.spawn(work(world.clone(), stop.clone()));
        tasks.spawn(look(world.clone(), stop.clone()));
    }
    for round in 1..=8 {
        while made.load(SeqCst) < 12 * round {
            tokio::task::yield_now().await;
        }
        worlds[0].restore("start").await;
    }
    stop.store(true, SeqCst);
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let before = labels(&worlds[0]).await;
    testing::check(&worlds[0].store).await;
    for world in worlds {
        world.settle().await;
        let (_, text) = world.raw("GET", "/v2/instances", "").await;
        assert!(!text.contains("\"pending\""), "what is there lives on: {text}");
        assert_eq!(labels(world).await, before);
    }
    worlds[0].restore("start").await;
    assert_eq!(labels(&worlds[0]).await, ["kept"; 3]);
    testing::check(&worlds[0].store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restoration_under_load_is_one_moment() {
    let (worlds, _directory) = both().await;
    for world in worlds.into_iter().chain([Arc::new(World::new().await)]) {
        restores(&[world]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restoration_is_one_moment_for_another_server_too() {
    let Some(worlds) = two_servers().await else { return };
    restores(&worlds).await;
}

#[tokio::test]
async fn what_was_shown_before_is_not_shown_again() {
    let world = World::new().await;
    create(&world, "first").await;
    world.settle().await;
    let id = {
        let (_, body) = world.raw("GET", INSTANCES, "").await;
        serde_json::from_str::<Value>(&body).unwrap()["instances"][0]["id"].clone()
    };
    let path = format!("{INSTANCES}/{}", id.as_str().unwrap());
    world.save("one").await;
    for round in 0..3 {
        let body = json!({ "label": format!("round {round}") }).to_string();
        assert_eq!(world.raw("PATCH", &path, &body).await.0, 202);
        assert_eq!(labels(&world).await, [format!("round {round}")]);
        world.restore("one").await;
        assert_eq!(labels(&world).await, ["first"]);
    }
}

#[tokio::test]
async fn the_owners_key_works_whatever_is_restored_or_brought_in() {
    let (first, second) = (World::new().await, World::builder().open().build().await);
    create(&first, "first").await;
    let image = first.store.image(0).await.unwrap();
    second.control.restore(&image, "another key of this server").await.unwrap();
    assert_eq!(labels(&second).await, ["first"]);
    let other = second.client_with("another key of this server");
    assert_eq!(other.account().get().await.unwrap().name, "Kettle");
}

#[tokio::test]
async fn users_and_what_was_deleted_are_as_they_were() {
    let world = World::new().await;
    create(&world, "one").await;
    world.settle().await;
    let (_, body) = world.raw("GET", INSTANCES, "").await;
    let id = serde_json::from_str::<Value>(&body).unwrap()["instances"][0]["id"].clone();
    let path = format!("{INSTANCES}/{}", id.as_str().unwrap());
    world.save("one").await;
    assert_eq!(world.raw("DELETE", &path, "").await.0, 204);
    world.settle().await;
    let key = json!({ "name": "made later" }).to_string();
    let (status, body) = world.raw("POST", "/v2/apikeys", &key).await;
    assert_eq!(status, 202, "{body}");
    let key = serde_json::from_str::<Value>(&body).unwrap()["api_key"]["api_key"].clone();
    let later = world.client_with(key.as_str().unwrap());
    later.account().get().await.unwrap();
    world.restore("one").await;
    assert_eq!(world.raw("GET", &path, "").await.0, 200, "it is not among what is gone");
    assert_eq!(testkit::refused(later.account().get().await).0, 401, "it was made later");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_worlds_side_by_side_do_not_see_each_other() {
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        tasks.spawn(async move {
            let world = World::new().await;
            let own = format!("world {n}");
            assert_eq!(create(&world, &own).await.0, 202);
            world.save("same-name").await;
            world.advance(Duration::from_secs(60 * (n + 1))).await;
            assert_eq!(create(&world, "second").await.0, 202);
            assert_eq!(labels(&world).await, [own.clone(), "second".into()]);
            world.restore("same-name").await;
            assert_eq!(labels(&world).await, std::slice::from_ref(&own));
            if n % 2 == 0 {
                world.control.reset(KEY).await.unwrap();
                assert!(labels(&world).await.is_empty());
                world.restore("same-name").await;
            }
            world.settle().await;
            (own, world)
        });
    }
    let worlds = tasks.join_all().await;
    for (own, world) in &worlds {
        assert_eq!(labels(world).await, std::slice::from_ref(own));
        assert_eq!(world.saved().await, ["same-name"]);
        testing::check(&world.store).await;
    }
}
