//! A program of one's own, `grow`, and how it is tested: on a whole server in the test's process.

use kettle_sdk::api::blocks::UpdateBlock;
use kettle_sdk::{Client, Error};
use kettle_testkit::World;

/// Gives every volume with this label so many gigabytes; says how many it changed.
async fn grow(client: &Client, label: &str, size_gb: u32) -> Result<usize, Error> {
    let blocks = client.blocks().list().all().await?;
    let small = blocks.iter().filter(|block| block.label == label && block.size_gb < size_gb);
    let mut grown = 0;
    for block in small {
        let update =
            UpdateBlock { block_id: block.id, size_gb: Some(size_gb), ..Default::default() };
        client.blocks().update(update).await?;
        grown += 1;
    }
    Ok(grown)
}

/// In your crate this is a `#[tokio::test]` without arguments, on `World::running().await`.
pub async fn volumes_with_the_label_grow(world: &World) -> Result<(), Box<dyn std::error::Error>> {
    let client = &world.client;
    for (label, size_gb) in [("data", 10), ("data", 80), ("other", 10)] {
        let create = kettle_sdk::api::blocks::CreateBlock {
            region: "ewr".into(),
            size_gb,
            label: Some(label.into()),
            ..Default::default()
        };
        let made = client.blocks().create(create).await?;
        client.blocks().get(made.id).wait().ready().await?;
    }
    assert_eq!(grow(client, "data", 40).await?, 1);
    let mut sizes: Vec<u32> =
        client.blocks().list().all().await?.iter().map(|block| block.size_gb).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [10, 40, 80]);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    volumes_with_the_label_grow(&World::running().await).await
}
