//! A world in which time goes on, and one that is served.

use std::io::{Read, Write};
use std::time::Duration;

use kettle_testkit::api::blocks::{BlockStatus, CreateBlock};
use kettle_testkit::sdk::config::{Wanted, resolve};
use kettle_testkit::{BEGINNING, Behave, Catalog, Fault, KEY, Location, Pace, World};

fn create() -> CreateBlock {
    CreateBlock { region: "ewr".into(), size_gb: 20, ..Default::default() }
}

#[tokio::test]
async fn what_is_waited_for_comes_about_by_itself() {
    let world = World::running().await;
    let made = world.client.blocks().create(create()).await.unwrap();
    let wait = world.client.blocks().get(made.id).wait().timeout(Duration::from_secs(60));
    assert_eq!(wait.ready().await.unwrap().status, BlockStatus::Active);
    assert!(world.clock.now() > BEGINNING, "time goes on");
}

#[tokio::test]
async fn a_running_world_can_be_turned_too() {
    let world = World::running().await;
    world.advance(Duration::from_secs(3600)).await;
    assert!(world.clock.now() >= BEGINNING + 3_600_000);
    let made = world.client.blocks().create(create()).await.unwrap();
    world.settle().await;
    let block = world.client.blocks().get(made.id).await.unwrap();
    assert_eq!(block.status, BlockStatus::Active);
}

#[tokio::test]
async fn a_world_that_does_not_run_stands_still() {
    let world = World::new().await;
    let made = world.client.blocks().create(create()).await.unwrap();
    let wait = world.client.blocks().get(made.id).wait().timeout(Duration::from_millis(300));
    wait.ready().await.unwrap_err();
    assert_eq!(world.clock.now(), BEGINNING);
}

#[tokio::test]
async fn a_world_is_built_with_nothing_but_this_package() {
    let directory = std::env::temp_dir().join(format!("kettle-world-{}", std::process::id()));
    let world = World::builder()
        .behave(Behave::Vultr)
        .pace(Pace { disk: 60_000, ..Pace::FAST })
        .catalog(Catalog::builtin())
        .location(Location::File(directory.join("kettle.db")))
        .fault(Fault { call: 1, after_effect: false })
        .build()
        .await;
    let made = world.client.blocks().create(create()).await.unwrap();
    world.advance(Duration::from_secs(30)).await;
    let status = async || world.client.blocks().get(made.id).await.unwrap().status;
    assert_eq!(status().await, BlockStatus::Pending, "a disk takes a minute here");
    world.settle().await;
    assert_eq!(status().await, BlockStatus::Active);
    assert!(directory.join("kettle.db").exists());
    drop(world);
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn whatever_profile_there_is_a_served_worlds_variables_lead_to_it() {
    let world = World::new().await;
    let served = world.serve();
    let inherited = [("KETTLE_PROFILE", "vultr".to_owned()), ("HOME", "/nowhere".to_owned())];
    let all: std::collections::BTreeMap<_, _> = inherited.into_iter().chain(served.env()).collect();
    let target = resolve(&Wanted::default(), &|name| all.get(name).cloned()).unwrap();
    assert_eq!(target.endpoint, format!("{}/v2", served.url()));
    assert_eq!(target.key.as_deref(), Some(KEY));
}

#[tokio::test]
async fn a_served_world_answers_others_until_it_is_dropped() {
    let world = World::running().await;
    let served = world.serve();
    let (url, client) = (served.url().to_owned(), served.client());
    // Whoever tests may block, as with a `Command`: the world has threads of its own.
    let mut plain = std::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    plain
        .write_all(b"GET /v2/regions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut said = String::new();
    plain.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 200 OK\r\n"), "{said}");
    let made = client.blocks().create(create()).await.unwrap();
    assert_eq!(world.client.blocks().get(made.id).await.unwrap().id, made.id);
    drop(world);
    let block = client.blocks().get(made.id).wait().timeout(Duration::from_secs(60)).ready().await;
    assert_eq!(block.unwrap().status, BlockStatus::Active, "it goes on as long as it is served");
    assert!(url.starts_with("http://127.0.0.1:") && served.env()[1].1 == KEY);
    drop(served);
    let address = url.strip_prefix("http://").unwrap();
    std::net::TcpStream::connect(address).unwrap_err();
}

#[test]
fn two_worlds_are_served_at_once_and_share_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (one, other) = (World::running().await, World::running().await);
        let (one, other) = (one.serve(), other.serve());
        one.client().blocks().create(create()).await.unwrap();
        assert_eq!(one.client().blocks().list().all().await.unwrap().len(), 1);
        assert!(other.client().blocks().list().all().await.unwrap().is_empty());
    });
}
