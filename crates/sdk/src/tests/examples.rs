//! Every example runs as it stands, on a world of its own; README shows the first one.
#![allow(clippy::print_stdout, dead_code, unreachable_pub)]

use std::path::Path;

use kettle_testkit::World;

#[path = "../../examples/create_and_wait.rs"]
mod create_and_wait;
#[path = "../../examples/errors.rs"]
mod errors;
#[path = "../../examples/first.rs"]
mod first;
#[path = "../../examples/lists.rs"]
mod lists;
#[path = "../../examples/own_test.rs"]
mod own_test;

#[tokio::test]
async fn a_volume_is_made_and_listed() {
    let world = World::running().await;
    first::run(&world.client).await.unwrap();
    assert_eq!(world.client.blocks().list().await.unwrap().items[0].size_gb, 50);
}

#[tokio::test]
async fn an_instance_is_made_waited_for_and_deleted() {
    let world = World::running().await;
    create_and_wait::run(&world.client).await.unwrap();
    assert!(world.client.instances().list().all().await.unwrap().is_empty());
}

#[tokio::test]
async fn lists_are_read_in_each_way() {
    lists::run(&World::running().await.client).await.unwrap();
}

#[tokio::test]
async fn errors_are_told_apart() {
    let world = World::running().await;
    errors::run(&world.client).await.unwrap();
    assert!(world.client.blocks().list().await.unwrap().items.is_empty(), "it was refused");
}

#[tokio::test]
async fn a_program_of_ones_own_is_tested() {
    own_test::volumes_with_the_label_grow(&World::running().await).await.unwrap();
}

#[tokio::test]
async fn a_program_that_reads_the_environment_finds_a_world_that_is_served() {
    let world = World::running().await;
    let served = world.serve();
    let [(endpoint, at), (key, is), (profile, none)] = served.env();
    assert_eq!((endpoint, key), ("VULTR_API_ENDPOINT", "VULTR_API_KEY"));
    assert_eq!((profile, none.as_str()), ("KETTLE_PROFILE", ""));
    assert_eq!(at, format!("{}/v2", served.url()));
    let client = kettle_sdk::Client::builder(at).key(is).build().unwrap();
    first::run(&client).await.unwrap();
}

#[test]
fn each_example_is_run_here_and_readme_shows_the_first() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = include_str!("examples.rs");
    for entry in std::fs::read_dir(here.join("examples")).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(own.contains(&format!("{name}::")), "no test runs the example {name}");
    }
    let readme = std::fs::read_to_string(here.join("../../README.md")).unwrap();
    let (_, section) = readme.split_once("\n## The SDK\n").unwrap();
    let (_, block) = section.split_once("```rust\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let mut example = include_str!("../../examples/first.rs").lines().map(str::trim);
    for line in block.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert!(
            example.any(|other| other == line),
            "README's `{line}` is not in examples/first.rs"
        );
    }
    assert!(block.lines().count() > 5, "it shows something");
}
