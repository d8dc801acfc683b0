//! The control plane on PostgreSQL: what holds on SQLite holds there too.

use api::blocks::*;
use futures_util::TryStreamExt;
use store::{Location, testing};
use testkit::{World, refused};

#[tokio::test]
async fn volumes_live_on_postgresql_as_they_do_on_sqlite() {
    let Some(database) = testing::postgres().await else { return };
    let world = World::builder().location(Location::Postgres(database)).build().await;
    let client = &world.client;
    let mut blocks = Vec::new();
    for n in 0..5 {
        let label = Some(format!("volume {n}"));
        let create = CreateBlock { region: "ewr".into(), size_gb: 20, label, ..Default::default() };
        blocks.push(client.send(create).await.unwrap());
    }
    assert!(blocks.iter().all(|block| block.status == BlockStatus::Pending));
    world.settle().await;
    let (first, gone) = (blocks[0].id, blocks[4].id);
    let grow = UpdateBlock { block_id: first, size_gb: Some(40), label: None };
    client.send(grow.clone()).await.unwrap();
    client.send(DeleteBlock { block_id: gone }).await.unwrap();
    world.settle().await;

    let shrink = UpdateBlock { size_gb: Some(30), ..grow };
    assert_eq!(refused(client.send(shrink).await).0, 400);
    assert_eq!(refused(client.send(GetBlock { block_id: gone }).await).0, 404);
    let pages = ListBlocks { per_page: Some(3), ..Default::default() };
    let listed: Vec<Block> = client.pages(pages).try_collect().await.unwrap();
    let labels: Vec<_> = listed.iter().map(|block| &*block.label).collect();
    assert_eq!(labels, ["volume 0", "volume 1", "volume 2", "volume 3"]);
    assert_eq!(listed[0].size_gb, 40);
    assert!(listed.iter().all(|block| block.status == BlockStatus::Active));
    let total = client.send(ListBlocks::default()).await.unwrap().meta.total;
    assert_eq!(total, 4);
    let outside = "SELECT count(*) FROM world WHERE kind = 'disk'";
    assert_eq!(testing::count(&world.store, outside).await.unwrap(), 4);
    testing::check(&world.store).await;
}
